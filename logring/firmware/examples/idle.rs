//! Interrupts log, and the idle loop sends it byte by byte to a serial port
//! that takes 16 bytes at a time.
//!
//! Producers and the port need nothing of each other: an interrupt pushes and
//! returns, whether or not the port has room. Bursts are longer than the ring;
//! what is lost of them is told where it is missing, as `(3 lost)`.
#![no_std]
#![no_main]

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use logring::{ByteChunk, ByteDrain, Config, LogRing, Logger, Record};
use logring_firmware as fw;

static RING: LogRing<32> = LogRing::new(); // 1 KiB
static LOG: Logger = Logger::new(&RING, Config::drop_newest().with_record_bytes_max(64));

fw::panic_fails!();

/// What precedes a record on its line.
fn heading(text: &mut dyn fmt::Write, lost: u64, record: Option<&Record<'_>>) -> fmt::Result {
    if lost > 0 {
        writeln!(text, "({lost} lost)")?;
    }
    match record {
        Some(record) => write!(text, "{} ", record.level),
        None => Ok(()),
    }
}

/// Set by interrupts: there is something to do.
static DUE: AtomicBool = AtomicBool::new(false);

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(low, high);
    fw::interrupt_after(PERIOD, NESTED);

    let mut port = fw::Uart::new();
    let mut bytes = ByteDrain::<64>::lines(heading);
    loop {
        DUE.store(false, Ordering::Relaxed);
        // Send what the port takes. Where it stops does not matter.
        let end = loop {
            match bytes.chunk(&RING) {
                ByteChunk::Bytes(&[byte, ..]) if port.try_write(byte) => bytes.consume(1),
                end => break end,
            }
        };
        if end == ByteChunk::Empty && ROUNDS.get() == ROUNDS_MAX {
            break;
        }
        fw::sleep_unless(|| DUE.load(Ordering::Relaxed));
    }

    port.books.close(&[&LOW, &HIGH]);
    assert!(port.refusals > 0, "the port was never full");
    assert!(port.books.lost > 0, "nothing was lost");
    assert!(NESTINGS.get() > 0, "no interrupt came on top of another");
    fw::exit(true)
}

// --- What logs: two interrupts, of which one comes on top of the other. ---

/// Ticks from the second interrupt to the next first, which is time enough for
/// a burst, and from that to its second.
const PERIOD: u32 = 400_000;
const NESTED: u32 = 4_000;

/// Interrupts that log. Those in between make the port send, no more.
const ROUNDS_MAX: u32 = 200;
static ROUNDS: fw::Count = fw::Count::new();
static PASSED: fw::Count = fw::Count::new();

static LOW: fw::Count = fw::Count::new();
static HIGH: fw::Count = fw::Count::new();

/// Second interrupts that came while the first was at work.
static NESTINGS: fw::Count = fw::Count::new();
static IN_LOW: AtomicBool = AtomicBool::new(false);

fn logs() -> bool {
    PASSED.get().is_multiple_of(4) && ROUNDS.get() < ROUNDS_MAX
}

fn low() {
    if !logs() {
        return;
    }
    IN_LOW.store(true, Ordering::Relaxed);
    // Now and then there is more to say than the ring holds.
    let records = if ROUNDS.get() % 50 == 49 { 40 } else { 1 };
    for _ in 0..records {
        logring::info!(LOG, "first: {}", LOW.next());
    }
    IN_LOW.store(false, Ordering::Relaxed);
}

fn high() {
    if IN_LOW.load(Ordering::Relaxed) {
        NESTINGS.next();
    }
    if logs() {
        logring::warn!(LOG, "second: {}", HIGH.next());
        ROUNDS.next();
    }
    PASSED.next();
    fw::uart::pass(12);
    DUE.store(true, Ordering::Relaxed);
    fw::interrupt_after(PERIOD, NESTED);
}
