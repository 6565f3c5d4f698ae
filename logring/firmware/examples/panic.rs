//! A panic in an interrupt that came in the middle of a push, while a grant was
//! open. The panic handler makes the ring whole and sends what is there, from
//! where it is: nobody who was interrupted will ever go on.
//!
//! All that was committed comes out, the interrupt's own last words, too; what
//! was being written is counted as lost.
#![no_std]
#![no_main]

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use logring::{Config, Level, LogRing, Logger, Popped};
use logring_firmware as fw;

static RING: LogRing<64> = LogRing::new(); // 2 KiB
static LOG: Logger = Logger::new(&RING, Config::drop_oldest());

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    fw::disarm();
    logring::fatal!(LOG, "{}", info.message());

    // Without this, a pop would find the open grant, and say `Pending`.
    let found = RING.recover();

    let mut buf = [0; 512];
    let mut heard = Heard::default();
    while let Popped::Record(record) = RING.pop(&mut buf) {
        let text = core::str::from_utf8(record.bytes).unwrap_or("not text");
        fw::println!("{} {text}", record.level);
        heard.record(text, record.lost_before);
    }
    heard.lost += RING.take_trailing_loss();
    fw::println!("({} lost while they were being written)", heard.lost);

    let is_whole = heard.records == STORY.len() && heard.is_the_story;
    fw::exit(is_whole && heard.lost == 2 && found.unfinished == 2)
}

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(interrupt, || ());
    // The interrupt comes later and later, until it finds the push at work.
    for ticks in 1.. {
        logring::info!(LOG, "{}", STORY[0]);
        let Ok(mut grant) = LOG.reserve(Level::INFO, 0, 16) else {
            fw::exit(false);
        };
        grant.append(b"half a rec");
        logring::info!(LOG, "{}", STORY[1]);

        BEFORE.store(used(), Relaxed);
        fw::interrupt_after(ticks, 0);
        LOG.push(Level::INFO, &[b'.'; 300]);
        fw::disarm();
        BEFORE.store(NOT_PUSHING, Relaxed);

        grant.discard();
        let mut buf = [0; 512];
        while let Popped::Record(_) = RING.pop(&mut buf) {}
        let _ = RING.take_trailing_loss();
    }
    fw::exit(false)
}

/// Memory of the ring in use before the push.
static BEFORE: AtomicU32 = AtomicU32::new(NOT_PUSHING);
const NOT_PUSHING: u32 = u32::MAX;

fn used() -> u32 {
    RING.stats().used_bytes as u32
}

fn interrupt() {
    if BEFORE.load(Relaxed) < used() {
        logring::error!(LOG, "{}", STORY[2]);
        panic!("{}", STORY[3]);
    }
}

// --- What is to come out, in this order. ---

const STORY: [&str; 4] = [
    "before the grant",
    "between the grant and the push",
    "the interrupt's last words",
    "the panic's message",
];

struct Heard {
    records: usize,
    lost: u64,
    is_the_story: bool,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            records: 0,
            lost: 0,
            is_the_story: true,
        }
    }
}

impl Heard {
    fn record(&mut self, text: &str, lost_before: u64) {
        self.is_the_story &= STORY.get(self.records) == Some(&text);
        self.records += 1;
        self.lost += lost_before;
    }
}
