//! A panic in an interrupt that came in the middle of a push, while a grant was
//! open; and then a fault in the panic handler, while another grant was open.
//! Either handler makes the ring whole and sends what is there, from where it is:
//! nobody who was interrupted will ever go on.
//!
//! All that was committed comes out, the last words of either, too; what was
//! being written is counted as lost.
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
    say_all(&PANIC, 2);

    logring::info!(LOG, "{}", FAULT[0]);
    match LOG.reserve(Level::INFO, 0, 16) {
        Ok(mut grant) => {
            grant.append(b"half a rec");
            fw::on_fault(faulted);
            fw::fault()
        }
        Err(_) => fw::exit(false),
    }
}

/// In the context of a HardFault, or of an exception.
fn faulted() {
    logring::fatal!(LOG, "{}", FAULT[1]);
    say_all(&FAULT, 1);
    fw::exit(true)
}

/// Sends what is in the ring, from a context that nobody else will ever go on
/// behind.
fn say_all(story: &[&str], unfinished: u64) {
    // Without this, a pop would find the open grant, and say `Pending`.
    let found = RING.recover();

    let mut buf = [0; 512];
    let (mut records, mut lost) = (0, 0);
    let mut is_the_story = true;
    while let Popped::Record(record) = RING.pop(&mut buf) {
        let text = core::str::from_utf8(record.bytes).unwrap_or("not text");
        fw::println!("{} {}", record.level, record.escaped());
        is_the_story &= story.get(records) == Some(&text);
        records += 1;
        lost += record.lost_before;
    }
    lost += RING.take_trailing_loss();
    fw::println!("({lost} lost while they were being written)");

    let is_whole = records == story.len() && is_the_story;
    if !is_whole || lost != unfinished || found.unfinished as u64 != unfinished {
        fw::exit(false)
    }
}

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(interrupt, || ());
    // The interrupt comes later and later, until it finds the push at work.
    for ticks in 1.. {
        logring::info!(LOG, "{}", PANIC[0]);
        let Ok(mut grant) = LOG.reserve(Level::INFO, 0, 16) else {
            fw::exit(false);
        };
        grant.append(b"half a rec");
        logring::info!(LOG, "{}", PANIC[1]);

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
        logring::error!(LOG, "{}", PANIC[2]);
        panic!("{}", PANIC[3]);
    }
}

// --- What is to come out, in this order. ---

const PANIC: [&str; 4] = [
    "before the grant",
    "between the grant and the push",
    "the interrupt's last words",
    "the panic's message",
];
const FAULT: [&str; 2] = ["behind the panic", "the fault's last words"];
