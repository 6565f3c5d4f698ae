//! logring in the storm.

use std::sync::atomic::{AtomicU64, Ordering};

use logring::{Config, Level, LogRing, Logger, Popped};

use crate::queue::{Queue, Record, SLOTS};

/// One ring a process, one cell a record.
static RING: LogRing<SLOTS> = LogRing::new();
static NEWEST: Logger<'static> = Logger::new(&RING, Config::drop_newest());
static OLDEST: Logger<'static> = Logger::new(&RING, Config::drop_oldest());

struct Rung {
    log: &'static Logger<'static>,
    pops_in_handler: bool,
    formats: bool,
    /// The sum of what delivered records told of losses before them.
    told: AtomicU64,
}

impl Rung {
    fn boxed(log: &'static Logger<'static>) -> Box<Self> {
        Box::new(Self {
            log,
            pops_in_handler: false,
            formats: false,
            told: AtomicU64::new(0),
        })
    }
}

pub(crate) fn newest() -> Box<dyn Queue> {
    Rung::boxed(&NEWEST)
}

pub(crate) fn oldest() -> Box<dyn Queue> {
    Rung::boxed(&OLDEST)
}

pub(crate) fn oldest_popping() -> Box<dyn Queue> {
    let mut queue = Rung::boxed(&OLDEST);
    queue.pops_in_handler = true;
    queue
}

pub(crate) fn formatting() -> Box<dyn Queue> {
    let mut queue = Rung::boxed(&OLDEST);
    queue.formats = true;
    queue
}

impl Queue for Rung {
    fn push(&self, record: Record) -> u64 {
        if self.formats {
            // Two of the words as 16 digits each, which is enough to tell.
            logring::info!(self.log, "{:016x} {:016x}", record.0[0], record.0[1]);
        } else {
            self.log.push(Level::INFO, &record.to_bytes());
        }
        // It has a ledger; what the answers say is a part of it.
        0
    }

    fn pop(&self) -> Option<Record> {
        let mut buf = [0; 256];
        let Popped::Record(popped) = RING.pop(&mut buf) else {
            return None;
        };
        self.told.fetch_add(popped.lost_before, Ordering::Relaxed);
        let record = if self.formats {
            from_digits(popped.bytes)
        } else {
            Record::from_bytes(popped.bytes)
        };
        Some(record.unwrap_or_default())
    }

    fn pops_in_handler(&self) -> bool {
        self.pops_in_handler
    }

    fn ledger(&self) -> Option<(u64, u64)> {
        let told = self.told.load(Ordering::Relaxed) + RING.take_trailing_loss();
        Some((RING.stats().lost.total(), told))
    }
}

/// The record whose first two words are these digits, if there is one.
fn from_digits(bytes: &[u8]) -> Option<Record> {
    let (first, second) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
    let first = u64::from_str_radix(first, 16).ok()?;
    let second = u64::from_str_radix(second, 16).ok()?;
    let record = Record(std::array::from_fn(|at| {
        first.rotate_left(9 * at as u32) ^ at as u64
    }));
    (record.0[1] == second).then_some(record)
}
