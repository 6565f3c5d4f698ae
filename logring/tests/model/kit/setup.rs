//! The ring and the loggers of a test.

use std::cell::Cell;

use logring::{Config, Level, Marks, Policy, Severity};

/// The most loggers that share a ring.
pub(crate) const LOGGERS_MAX: usize = 4;

/// The smallest and the largest ring, as powers of two of cells.
pub(crate) const CELLS_LOG2_MIN: u32 = 2;
pub(crate) const CELLS_LOG2_MAX: u32 = 6;

/// Where a ring's positions begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// As every ring does.
    Zero,
    /// So many cells before the machine word overflows.
    BeforeOverflow(u8),
    /// So many cells before the state word's lap field overflows: 28 bits of
    /// laps on 64-bit targets, 17 on 32-bit ones.
    BeforeLapOverflow(u8),
}

impl Start {
    pub(crate) fn position(self, cells: usize) -> usize {
        let lap_bits = if usize::BITS == 64 { 28 } else { 17 };
        match self {
            Self::Zero => 0,
            Self::BeforeOverflow(before) => (before as usize).wrapping_neg(),
            Self::BeforeLapOverflow(before) => (cells << lap_bits) - before as usize,
        }
    }
}

/// How one of the loggers writes.
#[derive(Clone, Debug)]
pub(crate) struct LoggerSetup {
    pub(crate) drop_oldest: bool,
    /// Percent, by severity; 100 is no mark.
    pub(crate) marks: [u8; 6],
    /// 0 lets everything in.
    pub(crate) min_level: u8,
    /// 0 is the largest that the ring takes.
    pub(crate) record_bytes_max: usize,
    pub(crate) truncate: bool,
    pub(crate) retry_limit: u32,
    pub(crate) clock: bool,
}

impl LoggerSetup {
    pub(crate) fn config(&self) -> Config {
        let mut marks = Marks::none();
        for (severity, percent) in Severity::ALL.into_iter().zip(self.marks) {
            marks = marks.with(severity, percent);
        }
        let policy = if self.drop_oldest {
            Policy::DropOldest
        } else {
            Policy::DropNewest
        };
        Config::new()
            .with_policy(policy)
            .with_marks(marks)
            .with_min_level(Level::new(self.min_level))
            .with_record_bytes_max(self.record_bytes_max)
            .with_truncate(self.truncate)
            .with_retry_limit(self.retry_limit)
            .with_clock(if self.clock { Some(now) } else { None })
    }
}

/// A ring and who writes to it.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) cells_log2: u32,
    pub(crate) start: Start,
    /// One to [`LOGGERS_MAX`].
    pub(crate) loggers: Vec<LoggerSetup>,
}

impl Setup {
    pub(crate) fn cells(&self) -> usize {
        1 << self.cells_log2
    }
}

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// The clock of the loggers that have one: it stands still within a step.
fn now() -> u64 {
    NOW.get()
}

/// Sets the clock, and says to what. The numbers use all 64 bits.
pub(crate) fn set_now(step: usize) -> u64 {
    let time = (step as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    NOW.set(time);
    time
}
