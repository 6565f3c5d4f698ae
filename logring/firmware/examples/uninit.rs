//! A ring in a section that the start-up code leaves alone, as FIRMWARE.md
//! shows it: what was logged before a reset is read after it.
#![no_std]
#![no_main]

use logring::{Config, Logger, Popped, Retained};
use logring_firmware::{self as fw, entry, reset};

fw::panic_fails!();

#[unsafe(link_section = ".uninit.LOG")]
static RETAINED: Retained<32> = Retained::new();
static LOG: Logger = Logger::new(RETAINED.ring(), Config::drop_oldest());

#[entry]
fn main() -> ! {
    let story = RETAINED.recover(); // before the first push
    if story.survived {
        tell(story.records);
    }
    logring::info!(LOG, "before the reset: {}", 7);
    reset()
}

// --- What is to come out after the reset. ---

fn tell(records: usize) -> ! {
    let mut buf = [0; 64];
    let mut told = 0;
    while let Popped::Record(record) = RETAINED.ring().pop(&mut buf) {
        let text = core::str::from_utf8(record.bytes).expect("text");
        assert_eq!((text, record.lost_before), ("before the reset: 7", 0));
        told += 1;
    }
    assert_eq!((records, told), (1, 1));
    fw::println!("{told} survived the reset");
    fw::exit(true)
}
