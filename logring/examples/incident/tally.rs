//! The program's own books, which the ring's are held against.
//!
//! Requests and forwarder count here what they did, in places that can be
//! read even if one of their threads never comes back.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use logring::{Level, Severity};

use crate::variant::Taken;
use crate::workload::is_error;

/// One request, as the client that sent it saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) arrived: Instant,
    pub(crate) answered: Instant,
    /// Its slowest log call.
    pub(crate) log_call_max: Duration,
}

/// Counts by severity.
type Counts = [AtomicU64; Severity::COUNT];

/// What one run did, counted outside of the queue.
#[derive(Default)]
pub(crate) struct Tally {
    /// Requests answered, in no order.
    pub(crate) samples: Mutex<Vec<Sample>>,
    offered: Counts,
    delivered: Counts,
    /// Losses that delivered lines told of.
    pub(crate) told: AtomicU64,
    /// Losses that were left to tell at the end.
    pub(crate) trailing: AtomicU64,
    /// Errors so far; each gets the next number.
    errors: AtomicU32,
    /// The numbers of the errors that came out of the queue.
    pub(crate) errors_taken: Mutex<Vec<u32>>,
    /// The first error after the forwarder had stalled.
    pub(crate) first_error: Mutex<Option<(u32, String)>>,
    /// The longest that the sink itself took for a line, in microseconds.
    pub(crate) sink_longest_us: AtomicU64,
    pub(crate) sink_error: Mutex<Option<String>>,
    /// No request will log any more.
    pub(crate) requests_done: AtomicBool,
    /// The run is over, whatever is still in the queue.
    pub(crate) stop: AtomicBool,
}

impl Tally {
    /// Counts an offer, and gives it a number if it is an error. Called
    /// before the offer, because a call that blocks may never return.
    pub(crate) fn offer(&self, level: Level) -> u32 {
        self.offered[level.severity().index()].fetch_add(1, Relaxed);
        if is_error(level) {
            self.errors.fetch_add(1, Relaxed) + 1
        } else {
            0
        }
    }

    pub(crate) fn take(&self, taken: &Taken<'_>) {
        self.delivered[taken.level.severity().index()].fetch_add(1, Relaxed);
        self.told.fetch_add(taken.lost_before, Relaxed);
        if taken.number != 0 {
            lock(&self.errors_taken).push(taken.number);
        }
    }

    pub(crate) fn offered(&self) -> u64 {
        sum(&self.offered)
    }

    pub(crate) fn delivered(&self) -> u64 {
        sum(&self.delivered)
    }

    /// Records of a severity that were offered and did not come out.
    pub(crate) fn missing(&self, severity: Severity) -> u64 {
        let at = severity.index();
        self.offered[at].load(Relaxed) - self.delivered[at].load(Relaxed)
    }

    /// Errors that were offered and did not come out, told apart by number.
    pub(crate) fn errors_missing(&self) -> usize {
        let mut taken = lock(&self.errors_taken).clone();
        taken.sort_unstable();
        taken.dedup();
        self.errors.load(Relaxed) as usize - taken.len()
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.iter().map(|count| count.load(Relaxed)).sum()
}

/// Locks, also after a panic of another thread: what is in there are counts.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
