//! A task awaits records, and sleeps until an interrupt logs one.
//!
//! No wake-up is lost, wherever the interrupt comes: here it comes at every
//! instruction between the moment when the task begins to wait and its sleep.
//! Nothing polls, so a wake-up that was lost would leave the task asleep; a
//! later interrupt would find that, and fail.
#![no_std]
#![no_main]

use core::future::{Future, poll_fn};
use core::mem::MaybeUninit;
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::Poll;

use embassy_executor::Executor;
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

static mut EXECUTOR: MaybeUninit<Executor> = MaybeUninit::uninit();

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(interrupt, || panic!("a wake-up was lost"));
    let executor = &raw mut EXECUTOR;
    // SAFETY: hazard: two references to the executor. This is the only one, and
    // runs once.
    let executor = unsafe { &mut *executor };
    let executor = executor.write(Executor::new());
    executor.run(|spawner| spawner.spawn(consume().expect("the task's memory is free")))
}

#[embassy_executor::task]
async fn consume() {
    let mut buf = [0; 64];
    let mut books = fw::Books::new();
    let mut ticks = 1;
    // Until the interrupt has come for long when the task was asleep.
    while HITS[ASLEEP].get() < ASLEEP_HITS {
        forgotten().await;
        fw::interrupt_after(ticks, WATCHDOG);
        loop {
            if let Popped::Record(record) = RING.pop(&mut buf) {
                books.loss(record.lost_before);
                books.record(core::str::from_utf8(record.bytes).expect("text"));
                break;
            }
            books.loss(RING.take_trailing_loss());
            marked(ARRIVAL.wait(&RING)).await;
        }
        fw::disarm();
        ticks += STRIDE;
    }

    let [working, waiting, asleep] = [WORKING, WAITING, ASLEEP].map(|phase| HITS[phase].get());
    fw::println!("interrupts: {working} before the wait, {waiting} inside it, {asleep} behind it");
    assert!(working > 0 && waiting > 0);
    books.close(&[&PUSHED]);
    fw::exit(true)
}

// --- What logs: the interrupt, which comes later and later. ---

/// Ticks that an instruction takes.
const STRIDE: u32 = if cfg!(target_arch = "arm") { 16 } else { 10 };
/// Ticks from the interrupt to the one that is too late.
const WATCHDOG: u32 = 500_000;

static PUSHED: fw::Count = fw::Count::new();

fn interrupt() {
    HITS[PHASE.load(Relaxed) as usize].next();
    logring::info!(LOG, "first: {}", PUSHED.next());
}

/// Interrupts behind the wait, the first of them in the executor, the last in
/// its sleep.
const ASLEEP_HITS: u32 = 400;

static PHASE: AtomicU32 = AtomicU32::new(WORKING as u32);
/// Interrupts by the phase that they found.
static HITS: [fw::Count; 3] = [const { fw::Count::new() }; 3];

const WORKING: usize = 0;
const WAITING: usize = 1;
const ASLEEP: usize = 2;

/// Makes the arrival forget who waited last: a wake-up by that registration
/// would hide one that is lost.
async fn forgotten() {
    ARRIVAL.notify();
    let mut is_over = false;
    poll_fn(|task| {
        if is_over {
            return Poll::Ready(());
        }
        is_over = true;
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Marks the phase around each poll.
async fn marked(wait: impl Future<Output = ()>) {
    let mut wait = pin!(wait);
    poll_fn(|task| {
        PHASE.store(WAITING as u32, Relaxed);
        let polled = wait.as_mut().poll(task);
        let next = if polled == Poll::Pending {
            ASLEEP
        } else {
            WORKING
        };
        PHASE.store(next as u32, Relaxed);
        polled
    })
    .await;
}
