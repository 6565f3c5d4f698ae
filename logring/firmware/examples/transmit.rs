//! The serial port's own interrupt takes the next bytes from the ring, whenever
//! the port's queue is empty. The program sleeps, and nobody polls.
//!
//! What a record's producer does to start it is one write to a register, the
//! logger's hook: it lets that interrupt in.
#![no_std]
#![no_main]

use core::cell::RefCell;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use logring::{ByteChunk, ByteDrain, Config, LogRing, Logger, Record};
use logring_firmware as fw;

static RING: LogRing<32> = LogRing::new(); // 1 KiB
static LOG: Logger = Logger::new(
    &RING,
    Config::drop_newest()
        .with_record_bytes_max(64)
        .with_notify(Some(|| INTERRUPT_IS_ON.store(true, Relaxed))),
);

fw::panic_fails!();

/// The bit that lets the port interrupt while its queue is empty.
static INTERRUPT_IS_ON: AtomicBool = AtomicBool::new(false);

/// What the interrupt owns.
struct Transmitter(RefCell<Sender>);

// SAFETY: hazard: two contexts in the cell at once. Only the port's interrupt
// uses it, and the program once no interrupt comes any more.
unsafe impl Sync for Transmitter {}

static TRANSMITTER: Transmitter = Transmitter(RefCell::new(Sender {
    port: fw::Uart::new(),
    bytes: ByteDrain::lines(heading),
}));

struct Sender {
    port: fw::Uart,
    bytes: ByteDrain<64>,
}

/// The port's interrupt: its queue is empty.
fn transmit(sender: &mut Sender) {
    // Off first: what is logged from here on puts it on again.
    INTERRUPT_IS_ON.store(false, Relaxed);
    loop {
        match sender.bytes.chunk(&RING) {
            ByteChunk::Bytes(&[byte, ..]) if sender.port.try_write(byte) => sender.bytes.consume(1),
            // The queue is full: on again, for when it is empty.
            ByteChunk::Bytes(_) => return INTERRUPT_IS_ON.store(true, Relaxed),
            // Whoever ends what is pending, or pushes, puts it on again.
            _ => return,
        }
    }
}

fn heading(text: &mut dyn fmt::Write, lost: u64, record: Option<&Record<'_>>) -> fmt::Result {
    if lost > 0 {
        writeln!(text, "({lost} lost)")?;
    }
    match record {
        Some(record) => write!(text, "{} ", record.level),
        None => Ok(()),
    }
}

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(low, high);
    fw::interrupt_after(PERIOD, NESTED);
    while ROUNDS.get() < ROUNDS_MAX || INTERRUPT_IS_ON.load(Relaxed) || !fw::uart::is_idle() {
        fw::sleep_unless(|| false);
    }
    fw::disarm();

    let mut sender = TRANSMITTER.0.borrow_mut();
    sender.port.books.loss(RING.take_trailing_loss());
    sender.port.books.close(&[&LOW, &HIGH]);
    assert!(sender.port.refusals > 0, "the port was never full");
    assert!(sender.port.books.lost > 0, "nothing was lost");
    fw::exit(true)
}

// --- What logs, and the time that passes for the port. ---

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

fn logs() -> bool {
    PASSED.get().is_multiple_of(4) && ROUNDS.get() < ROUNDS_MAX
}

fn low() {
    // Now and then there is more to say than the ring holds.
    let records = match ROUNDS.get() {
        _ if !logs() => 0,
        round if round % 50 == 49 => 40,
        _ => 1,
    };
    for _ in 0..records {
        logring::info!(LOG, "first: {}", LOW.next());
    }
}

fn high() {
    if logs() {
        logring::warn!(LOG, "second: {}", HIGH.next());
        ROUNDS.next();
    }
    PASSED.next();
    fw::uart::pass(16);
    if INTERRUPT_IS_ON.load(Relaxed) && fw::uart::is_idle() {
        transmit(&mut TRANSMITTER.0.borrow_mut());
    }
    fw::interrupt_after(PERIOD, NESTED);
}
