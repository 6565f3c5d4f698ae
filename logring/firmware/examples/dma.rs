//! Batches of whole records go out by direct memory access, from two buffers:
//! one is filled while the other is being sent.
//!
//! A batch is frames, in a format that is stable, so that the far end can be
//! any program in any language. What was lost before a record is in its frame.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicBool, Ordering};

use logring::{Config, LogRing, Logger};
use logring_firmware as fw;

static RING: LogRing<32> = LogRing::new(); // 1 KiB
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static DMA: fw::Dma = fw::Dma::new();

fw::panic_fails!();

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(low, high);
    fw::interrupt_after(PERIOD, NESTED);

    let mut filled_meanwhile = 0;
    // The buffer that the program has; the device has the other.
    let mut buffer = fw::buffer!();
    let mut spare = Some(fw::buffer!());
    loop {
        DUE.store(false, Ordering::Relaxed);
        let batch = RING.drain_into(buffer);
        if batch.records > 0 {
            filled_meanwhile += u32::from(DMA.is_busy());
            // The device has one buffer, and gives it back before the next.
            let other = loop {
                match spare.take().or_else(|| DMA.take_sent()) {
                    Some(other) => break other,
                    None => fw::sleep_unless(|| !DMA.is_busy()),
                }
            };
            DMA.send(buffer, batch.bytes);
            buffer = other;
        } else if ROUNDS.get() == ROUNDS_MAX && !DMA.is_busy() {
            break;
        } else {
            fw::sleep_unless(|| DUE.load(Ordering::Relaxed));
        }
    }

    let trailing = RING.take_trailing_loss();
    DMA.books(|books| {
        books.loss(trailing);
        books.close(&[&LOW, &HIGH]);
        assert!(books.lost > trailing, "nothing was told within a batch");
    });
    fw::println!("{filled_meanwhile} batches were filled while another was being sent");
    assert!(filled_meanwhile > 0, "filling and sending took turns");
    fw::exit(true)
}

// --- What logs: two interrupts, of which one comes on top of the other. ---

/// Ticks from the second interrupt to the next first, which is time enough for
/// a burst, and from that to its second.
const PERIOD: u32 = 400_000;
const NESTED: u32 = 4_000;

const ROUNDS_MAX: u32 = 200;
static ROUNDS: fw::Count = fw::Count::new();

static LOW: fw::Count = fw::Count::new();
static HIGH: fw::Count = fw::Count::new();

static PASSED: fw::Count = fw::Count::new();

/// Set by interrupts: there is something to do.
static DUE: AtomicBool = AtomicBool::new(false);

fn low() {
    // Now and then there is more to say than the ring holds.
    let records = match ROUNDS.get() {
        ROUNDS_MAX => 0,
        round if round % 50 == 49 => 40,
        _ => 1,
    };
    for _ in 0..records {
        logring::info!(LOG, "first: {}", LOW.next());
    }
}

fn high() {
    if ROUNDS.get() < ROUNDS_MAX {
        logring::warn!(LOG, "second: {}", HIGH.next());
        ROUNDS.next();
    }
    // A transfer takes as long as three rounds.
    PASSED.next();
    if PASSED.get().is_multiple_of(3) {
        DMA.arrives();
    }
    DUE.store(true, Ordering::Relaxed);
    fw::interrupt_after(PERIOD, NESTED);
}
