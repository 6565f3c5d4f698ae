//! The child: the main thread pushes, a timer's signals interrupt it, another
//! thread drains, and a third reports.
//!
//! The handler's own part is a few atomic operations.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, compiler_fence};
use std::thread;
use std::time::{Duration, Instant};

use crate::queue::{Queue, Record, SLOTS};
use crate::signals;

/// The timer's period. Linux needs about half of it for a signal.
const EVERY_MICROS: u32 = 20;
/// How often the child reports.
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// One handler in so many pushes a burst.
const BURST_EVERY: u64 = 4;
/// Records of a burst: enough to go round the queue while it is drained.
const BURST: usize = 16 * SLOTS;

/// What the main thread is doing, for the handler to know.
#[repr(u8)]
enum Doing {
    Other,
    Push,
    /// A signal in here says nothing about pushes: the handler stays out.
    Pop,
}

/// What everybody in this process shares; also the handler.
struct Storm {
    queue: Box<dyn Queue>,
    /// A [`Doing`], set by the main thread around its calls to the queue.
    doing: AtomicU8,
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

    /// Does `work`, with a note for the handler what it is.
    fn exposed<T>(&self, doing: Doing, work: impl FnOnce() -> T) -> T {
        self.doing.store(doing as u8, Ordering::Relaxed);
        // The handler runs in this thread: what matters is the order of the
        // instructions, not what other cores see.
        compiler_fence(Ordering::SeqCst);
        let done = work();
        compiler_fence(Ordering::SeqCst);
        self.doing.store(Doing::Other as u8, Ordering::Relaxed);
        done
    }

    /// The main thread's part: pushes, and a few pops, so that there is room
    /// even where the draining thread does not get to run.
    fn push_until_told_to_stop(&self) {
        let mut random = Random(0x2545_F491_4F6C_DD1D);
        while !self.stop.load(Ordering::Acquire) {
            for _ in 0..4 {
                let record = Record::new(self.offered.fetch_add(1, Ordering::Relaxed));
                let lost = self.exposed(Doing::Push, || self.queue.push(record));
                self.lost.fetch_add(lost, Ordering::Relaxed);
            }
            for _ in 0..random.below(5) {
                self.exposed(Doing::Pop, || self.take());
            }
        }
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
        let doing = self.doing.load(Ordering::Relaxed);
        if doing == Doing::Push as u8 {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        if doing != Doing::Pop as u8 {
            let records = if number.is_multiple_of(BURST_EVERY) {
                BURST
            } else {
                1
            };
            for _ in 0..records {
                self.offer();
            }
            if self.queue.pops_in_handler() {
                self.take();
            }
        }
        self.finished.fetch_add(1, Ordering::Release);
    }

    /// The draining thread's part: now it keeps the queue nearly empty, now
    /// it lets it fill.
    fn drain_until(&self, end: Instant) {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        while Instant::now() < end {
            for _ in 0..random.below(64 * SLOTS) {
                self.take();
            }
            for _ in 0..random.below(256) {
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

/// A xorshift generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % limit
    }
}

fn on_signal() {
    if let Some(storm) = STORM.get() {
        storm.on_signal();
    }
}

/// Lets the storm loose on a queue for a while; returns only if no push hangs.
/// No thread may have been started before.
pub(crate) fn run(make: fn() -> Box<dyn Queue>, time: Duration) {
    // The timer is the process's: whoever lets its signals in may get them.
    signals::none_here();
    let storm = STORM.get_or_init(|| Storm {
        queue: make(),
        doing: AtomicU8::new(Doing::Other as u8),
        stop: AtomicBool::new(false),
        signals: AtomicU64::new(0),
        hits: AtomicU64::new(0),
        finished: AtomicU64::new(0),
        offered: AtomicU64::new(0),
        delivered: AtomicU64::new(0),
        lost: AtomicU64::new(0),
        torn: AtomicU64::new(0),
    });
    let end = Instant::now() + time;
    thread::scope(|scope| {
        scope.spawn(|| {
            storm.drain_until(end);
            storm.stop.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            while !storm.stop.load(Ordering::Acquire) {
                thread::sleep(REPORT_EVERY);
                storm.report();
            }
        });
        signals::every(EVERY_MICROS, on_signal);
        storm.push_until_told_to_stop();
        signals::no_more();
    });
    storm.report();
    storm.settle();
}
