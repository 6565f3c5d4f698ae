//! What an observer sees: plain numbers, taken at one time.

use super::cause::Cause;
use crate::level::Severity;

/// Lost records by cause and severity.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct LostTable([[u64; Severity::COUNT]; Cause::COUNT]);

impl LostTable {
    pub(crate) fn from_fn(mut count: impl FnMut(Cause, Severity) -> u64) -> Self {
        let mut table = Self::default();
        for cause in Cause::ALL {
            for severity in Severity::ALL {
                table.0[cause.index()][severity.index()] = count(cause, severity);
            }
        }
        table
    }

    /// Records of `severity` lost by `cause`.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn get(&self, cause: Cause, severity: Severity) -> u64 {
        self.0[cause.index()][severity.index()]
    }

    /// Records lost by `cause`, of all severities.
    ///
    /// # Context
    /// Any context; 6 steps.
    #[must_use]
    pub fn by_cause(&self, cause: Cause) -> u64 {
        sum(self.0[cause.index()])
    }

    /// Records of `severity` lost, by all causes.
    ///
    /// # Context
    /// Any context; 7 steps.
    #[must_use]
    pub fn by_severity(&self, severity: Severity) -> u64 {
        sum(self.0.map(|row| row[severity.index()]))
    }

    /// What was lost between `earlier` and this table, of the same ring. Counters
    /// that wrapped meanwhile, once at most, count right.
    ///
    /// # Context
    /// Any context; 42 steps.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self::from_fn(|cause, severity| {
            let (now, then) = (self.get(cause, severity), earlier.get(cause, severity));
            // Counters are machine words.
            (now as usize).wrapping_sub(then as usize) as u64
        })
    }

    /// All records lost.
    ///
    /// # Context
    /// Any context; 42 steps.
    #[must_use]
    pub fn total(&self) -> u64 {
        sum(Severity::ALL.map(|severity| self.by_severity(severity)))
    }
}

/// Counters wrap, and a damaged block may hold any number.
fn sum(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::wrapping_add)
}

/// The figures of a ring.
///
/// Each counter only grows from one snapshot to the next; they are read one
/// after the other, so while records flow they need not add up. At
/// quiescence records offered = `delivered` + resident + `lost.total()`.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Records given to consumers.
    pub delivered: u64,
    /// Records lost, by cause and severity.
    pub lost: LostTable,
    /// Records that were cut: to the largest record, to their grant, or to the
    /// buffer of their consumer. Each counts once.
    pub truncated: u64,
    /// Bytes of the ring's cells, state words included.
    pub capacity_bytes: usize,
    /// Bytes of the cells in use. Read in two parts: too large, but never
    /// above the capacity, if records pass in between.
    pub used_bytes: usize,
    /// Records in the ring, those included that are still being written. Of two of
    /// these that lie side by side, both by a push, one is counted.
    pub resident: u64,
    /// Payload bytes of the records in the ring that are committed.
    pub resident_bytes: u64,
    /// The position of the oldest record, if it is still being written: nothing
    /// behind it can be taken until it is committed. If a later snapshot says the
    /// same position, it is still the same record that holds up the consumers.
    pub oldest_unfinished: Option<usize>,
    /// The most bytes of cells ever in use at once.
    pub high_water_bytes: usize,
    /// The width of the counters: they wrap modulo two to this power, so on
    /// 32-bit targets subtract them modulo 2^32.
    pub counter_bits: u32,
}
