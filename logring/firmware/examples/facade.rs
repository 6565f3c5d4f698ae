//! The macros of the `log` crate, from the program and from interrupts that
//! nest, also inside the formatting of a line.
//!
//! Targets without compare-and-swap have no `log::set_logger`; there, a program
//! calls `set_logger_racy` before it lets interrupts in.
#![no_std]
#![no_main]

use log::LevelFilter;
use logring::adapters::LogAdapter;
use logring::{Config, LogRing, Logger, Popped};
use logring_firmware as fw;

static RING: LogRing<64> = LogRing::new(); // 2 KiB
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static FACADE: LogAdapter = LogAdapter::new(LOG).with_target(false);

fw::panic_fails!();

fn install() {
    #[cfg(target_has_atomic = "ptr")]
    FACADE.install().expect("no logger was installed");

    #[cfg(not(target_has_atomic = "ptr"))]
    // SAFETY: hazard: a second initialisation at the same time. This is the
    // only one, and no interrupt is let in yet.
    unsafe {
        log::set_logger_racy(&FACADE).expect("no logger was installed");
        log::set_max_level_racy(FACADE.max_level());
    }
}

#[fw::entry]
fn main() -> ! {
    install();
    FACADE.set_max_level(LevelFilter::Info);
    fw::start();
    fw::handlers(
        || log::warn!("first: {}", FIRST.next()),
        || log::error!("second: {}", SECOND.next()),
    );

    let mut books = fw::Books::new();
    let mut buf = [0; 128];
    let mut interrupted = 0;
    // Both interrupts come at many places in the macro's call, and behind it.
    for ticks in (1..TICKS_MAX).step_by(97) {
        let before = SECOND.get();
        fw::interrupt_after(ticks, 400);
        log::info!("main: {}", MAIN.next());
        log::debug!("main: is not logged");
        interrupted += SECOND.get() - before;
        while SECOND.get() == before {
            core::hint::spin_loop();
        }
        while let Popped::Record(record) = RING.pop(&mut buf) {
            books.loss(record.lost_before);
            books.record(core::str::from_utf8(record.bytes).expect("text"));
        }
    }

    fw::println!(
        "{interrupted} of {} calls were interrupted twice",
        MAIN.get()
    );
    assert!(interrupted > 0 && interrupted < MAIN.get());
    books.close(&[&MAIN, &FIRST, &SECOND]);
    fw::exit(true)
}

/// Longer than a call.
const TICKS_MAX: u32 = 40_000;

static MAIN: fw::Count = fw::Count::new();
static FIRST: fw::Count = fw::Count::new();
static SECOND: fw::Count = fw::Count::new();
