//! The child: one thread pushes, signals interrupt it, another thread sends
//! them and drains, and a third reports.
//!
//! The handler's own part is a few atomic operations.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, compiler_fence};
use std::thread;
use std::time::{Duration, Instant};

use crate::queue::{Queue, Record, SLOTS};
use crate::signals::{self, Victim};

/// How often the child reports.
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// One signal in so many pushes more than the queue holds.
const BURST_EVERY: u64 = 8;
/// Records of such a burst.
const BURST: usize = 2 * SLOTS;

/// What everybody in this process shares; also the handler.
struct Storm {
    queue: Box<dyn Queue>,
    /// Set by the pushing thread around its calls to the queue.
    inside: AtomicBool,
    stop: AtomicBool,
    /// Signals whose handler has begun.
    signals: AtomicU64,
    /// Those of them that interrupted a push.
    hits: AtomicU64,
    /// Signals whose handler has come back.
    finished: AtomicU64,
    offered: AtomicU64,
    delivered: AtomicU64,
    lost: AtomicU64,
    torn: AtomicU64,
}

static STORM: OnceLock<Storm> = OnceLock::new();

impl Storm {
    fn offer(&self) {
        let record = Record::new(self.offered.fetch_add(1, Ordering::Relaxed));
        let lost = self.queue.push(record);
        self.lost.fetch_add(lost, Ordering::Relaxed);
    }

    /// An offer that signals are meant to hit.
    fn offer_in_the_open(&self) {
        let record = Record::new(self.offered.fetch_add(1, Ordering::Relaxed));
        self.inside.store(true, Ordering::Relaxed);
        // The handler runs in this thread: what matters is the order of the
        // instructions, not what other cores see.
        compiler_fence(Ordering::SeqCst);
        let lost = self.queue.push(record);
        compiler_fence(Ordering::SeqCst);
        self.inside.store(false, Ordering::Relaxed);
        self.lost.fetch_add(lost, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        let Some(record) = self.queue.pop() else {
            return false;
        };
        self.delivered.fetch_add(1, Ordering::Relaxed);
        if !record.is_whole() {
            self.torn.fetch_add(1, Ordering::Relaxed);
        }
        true
    }

    fn on_signal(&self) {
        let number = self.signals.fetch_add(1, Ordering::Relaxed);
        if self.inside.load(Ordering::Relaxed) {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        let records = if number % BURST_EVERY == 0 { BURST } else { 1 };
        for _ in 0..records {
            self.offer();
        }
        if self.queue.pops_in_handler() {
            self.take();
        }
        self.finished.fetch_add(1, Ordering::Release);
    }

    /// Sends one signal after the other and drains in between, until `end`.
    fn strike_and_drain(&self, victim: Victim, end: Instant) {
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        while Instant::now() < end {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let finished = self.finished.load(Ordering::Acquire);
            let drains_meanwhile = random & 1 == 0;
            victim.strike();
            let mut turns = 0_u32;
            while self.finished.load(Ordering::Acquire) == finished {
                if drains_meanwhile {
                    self.take();
                }
                turns += 1;
                if turns.is_multiple_of(256) {
                    // The other thread may need this core.
                    thread::yield_now();
                }
                std::hint::spin_loop();
            }
            for _ in 0..(random >> 8) % SLOTS as u64 {
                self.take();
            }
            for _ in 0..(random >> 32) % 256 {
                std::hint::spin_loop();
            }
        }
    }

    fn report(&self) {
        println!(
            "beat {} {} {}",
            self.signals.load(Ordering::Relaxed),
            self.hits.load(Ordering::Relaxed),
            self.finished.load(Ordering::Relaxed),
        );
    }

    /// Once all is quiet: what is still inside, and whether all adds up.
    fn settle(&self) {
        let elsewhere = self.queue.delivered_elsewhere();
        let delivered = self.delivered.load(Ordering::Relaxed) + elsewhere;
        let mut resident = 0_u64;
        while self.take() {
            resident += 1;
        }
        let answered = self.lost.load(Ordering::Relaxed);
        let (lost, told) = self.queue.ledger().unwrap_or((answered, answered));
        println!(
            "end {} {delivered} {resident} {lost} {told} {}",
            self.offered.load(Ordering::Relaxed),
            self.torn.load(Ordering::Relaxed),
        );
    }
}

fn on_signal() {
    if let Some(storm) = STORM.get() {
        storm.on_signal();
    }
}

/// Lets the storm loose on `queue` for a while. Must be called in the main
/// thread; returns only if no push hangs.
pub(crate) fn run(queue: Box<dyn Queue>, time: Duration) {
    let storm = STORM.get_or_init(|| Storm {
        queue,
        inside: AtomicBool::new(false),
        stop: AtomicBool::new(false),
        signals: AtomicU64::new(0),
        hits: AtomicU64::new(0),
        finished: AtomicU64::new(0),
        offered: AtomicU64::new(0),
        delivered: AtomicU64::new(0),
        lost: AtomicU64::new(0),
        torn: AtomicU64::new(0),
    });
    signals::install(on_signal);
    let victim = Victim::main_thread();
    let end = Instant::now() + time;
    thread::scope(|scope| {
        scope.spawn(|| {
            storm.strike_and_drain(victim, end);
            storm.stop.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            while !storm.stop.load(Ordering::Acquire) {
                thread::sleep(REPORT_EVERY);
                storm.report();
            }
        });
        while !storm.stop.load(Ordering::Acquire) {
            storm.offer_in_the_open();
        }
    });
    storm.report();
    storm.settle();
}
