//! A sink that outranks its producer sleeps, wherever it interrupts it.
//!
//! The main loop logs, and the sink's executor runs in an interrupt: it polls
//! the sink as long as somebody has woken it, and the main loop stands still
//! meanwhile. Here the interrupt comes at every instruction of a push, the call
//! that wakes the sink included, as a timeout or a command that the sink also
//! awaits would. A sink that woke itself until the producer goes on would keep the
//! producer from going on, for ever.
#![no_std]
#![no_main]

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use logring::adapters::Arrival;
use logring::{Config, LogRing, Logger, Popped};
use logring_firmware as fw;

static RING: LogRing<32> = LogRing::new(); // 1 KiB
static ARRIVAL: Arrival = Arrival::new();
static LOG: Logger = Logger::new(
    &RING,
    Config::drop_newest().with_notify(Some(|| ARRIVAL.notify())),
);

fw::panic_fails!();

/// The sink: takes what there is, tells what was lost, and sleeps.
async fn sink() {
    let mut buf = [0; 64];
    let mut books = fw::Books::new();
    while !OVER.load(Relaxed) {
        while let Popped::Record(record) = RING.pop(&mut buf) {
            books.loss(record.lost_before);
            books.record(core::str::from_utf8(record.bytes).expect("text"));
            TAKEN.next();
        }
        books.loss(RING.take_trailing_loss());
        either(ARRIVAL.wait(&RING)).await;
    }
    books.close(&[&PUSHED]);
    fw::exit(true)
}

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(interrupt, || panic!("the sink lets nobody else go on"));
    let mut sink = pin!(sink());
    let sink: Sink<'_> = sink.as_mut();
    // SAFETY: hazard: the sink ends while it is used. This function does not return.
    let sink = unsafe { core::mem::transmute::<Sink<'_>, Sink<'static>>(sink) };
    // SAFETY: hazard: somebody uses the static at the same time. No interrupt is due
    // before the first `interrupt_after`.
    unsafe { SINK = Some(sink) };
    wake();

    let mut ticks = 1;
    // Until the interrupt has come for long when the push was over.
    while BEHIND.get() < BEHIND_HITS {
        CAME.store(false, Relaxed);
        fw::interrupt_after(ticks, WATCHDOG);
        PUSHING.store(true, Relaxed);
        logring::info!(LOG, "main: {}", PUSHED.next());
        PUSHING.store(false, Relaxed);
        // The sink has a higher rank: it has been here before us.
        assert_eq!(TAKEN.get(), PUSHED.get(), "the sink was not woken");
        while !CAME.load(Relaxed) {
            core::hint::spin_loop();
        }
        fw::disarm();
        ticks += STRIDE;
    }

    let (inside, behind, most) = (INSIDE.get(), BEHIND.get(), MOST.get());
    fw::println!(
        "interrupts: {inside} inside a push, {behind} behind it; at most {most} polls each"
    );
    assert!(inside > 100);
    OVER.store(true, Relaxed);
    wake();
    panic!("the sink goes on when all is over")
}

// --- The executor of the sink: what a pended interrupt of a higher rank does. ---

type Sink<'s> = Pin<&'s mut dyn Future<Output = ()>>;
static mut SINK: Option<Sink<'static>> = None;

static WOKEN: AtomicBool = AtomicBool::new(false);
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Wakes the sink, which runs at once, unless it is running.
fn wake() {
    WOKEN.store(true, Relaxed);
    let mut polls = 0;
    // Whoever comes on top leaves it to us, also right before we are done.
    while WOKEN.load(Relaxed) && !RUNNING.load(Relaxed) {
        RUNNING.store(true, Relaxed);
        WOKEN.store(false, Relaxed);
        polls += 1;
        assert!(
            polls < POLLS_MAX,
            "the sink spins, and its producer stands still"
        );
        poll();
        RUNNING.store(false, Relaxed);
    }
    if polls > MOST.get() {
        MOST.next();
    }
}

fn poll() {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(|_| WAKER, |_| wake(), |_| wake(), |_| ());
    const WAKER: RawWaker = RawWaker::new(core::ptr::null(), &VTABLE);
    // SAFETY: hazard: a waker that breaks its contract. It has no data; `wake` may be
    // called from everywhere.
    let waker = unsafe { Waker::from_raw(WAKER) };
    let sink = &raw mut SINK;
    // SAFETY: hazard: two references to the sink. `RUNNING` lets one poll be made at
    // a time.
    let sink = unsafe { &mut *sink };
    if let Some(sink) = sink {
        let _ = sink.as_mut().poll(&mut Context::from_waker(&waker));
    }
}

/// Ready once the wait is, or when the sink was polled for another reason.
async fn either(wait: impl Future<Output = ()>) {
    let mut wait = pin!(wait);
    let mut polls = 0;
    poll_fn(|task| {
        polls += 1;
        match wait.as_mut().poll(task) {
            Poll::Pending if polls == 1 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}

// --- What interrupts the push. ---

/// Ticks that an instruction takes.
const STRIDE: u32 = if cfg!(target_arch = "arm") { 16 } else { 10 };
/// Ticks from the interrupt to the one that finds it still at work.
const WATCHDOG: u32 = 2_000_000;
/// Interrupts behind a push.
const BEHIND_HITS: u32 = 100;
/// Polls in a row that no sink needs which sleeps.
const POLLS_MAX: u32 = 20;

static PUSHED: fw::Count = fw::Count::new();
static TAKEN: fw::Count = fw::Count::new();
static INSIDE: fw::Count = fw::Count::new();
static BEHIND: fw::Count = fw::Count::new();
static MOST: fw::Count = fw::Count::new();
static PUSHING: AtomicBool = AtomicBool::new(false);
static CAME: AtomicBool = AtomicBool::new(false);
static OVER: AtomicBool = AtomicBool::new(false);

fn interrupt() {
    if PUSHING.load(Relaxed) {
        INSIDE.next();
    } else {
        BEHIND.next();
    }
    wake();
    CAME.store(true, Relaxed);
}
