//! The ledger: every loss ever, once, in one word by cause and severity.
//!
//! It is the only book. What has been *told* of it to consumers is a position
//! in its totals (see `ring::loss`), so told and untold losses add up to it by
//! construction, and a loss costs its producer one addition.

use crate::level::Severity;
use crate::sync::{Ordering::Relaxed, Word};

/// Why a record was lost.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Refused: no room, and the policy keeps what came first.
    Full,
    /// Refused: above the mark of its severity.
    Level,
    /// Refused: the bounded number of attempts was spent on races.
    Contended,
    /// Refused: the oldest record, which had to go, was still being written.
    Busy,
    /// Refused: larger than the largest record, and not to be cut.
    TooBig,
    /// Reserved, and given back unread.
    Discarded,
    /// Accepted, and later freed to make room for a newer record.
    Evicted,
}

impl Cause {
    /// The number of causes.
    pub const COUNT: usize = 7;

    /// Every cause, in the order of [`index`](Self::index).
    pub const ALL: [Self; Self::COUNT] = [
        Self::Full,
        Self::Level,
        Self::Contended,
        Self::Busy,
        Self::TooBig,
        Self::Discarded,
        Self::Evicted,
    ];

    /// The place of the cause in a table, `0..7`.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name of the cause, in `snake_case`, as metrics and reports use it.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Level => "level",
            Self::Contended => "contended",
            Self::Busy => "busy",
            Self::TooBig => "too_big",
            Self::Discarded => "discarded",
            Self::Evicted => "evicted",
        }
    }
}

/// Causes that stop a record before it is readable; they come first in
/// [`Cause::ALL`]. Evictions are told apart, because their place in the
/// stream is known without a mark in it: they were always the oldest.
const REFUSALS: usize = Cause::Evicted.index();

/// The words of the ledger. They grow, wrap with the machine word, and are
/// never reset.
#[repr(C)]
pub(crate) struct Ledger {
    /// By cause, then severity. Owner: the refused or discarding producer,
    /// or the winner of the eviction.
    lost: [[Word; Severity::COUNT]; Cause::COUNT],
    /// Records accepted cut. Owner: their producer.
    truncated: Word,
}

impl Ledger {
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new() -> Self {
        Self {
            lost: [const { [const { Word::new(0) }; Severity::COUNT] }; Cause::COUNT],
            truncated: Word::new(0),
        }
    }

    #[cfg(all(test, loom))]
    pub(crate) fn new() -> Self {
        Self {
            lost: core::array::from_fn(|_| core::array::from_fn(|_| Word::new(0))),
            truncated: Word::new(0),
        }
    }

    /// Counts `records` losses. One read-modify-write.
    #[inline]
    pub(crate) fn count(&self, cause: Cause, severity: Severity, records: usize) {
        self.lost[cause.index()][severity.index()].add(records, Relaxed);
    }

    #[inline]
    pub(crate) fn count_truncated(&self) {
        self.truncated.add(1, Relaxed);
    }

    /// All refusals and discards so far, modulo the machine word.
    #[cold]
    pub(crate) fn refused(&self) -> usize {
        self.lost[..REFUSALS]
            .iter()
            .flatten()
            .fold(0, |sum, word| sum.wrapping_add(word.load(Relaxed)))
    }

    /// All evictions so far, modulo the machine word.
    #[inline]
    pub(crate) fn evicted(&self) -> usize {
        self.lost[REFUSALS]
            .iter()
            .fold(0, |sum, word| sum.wrapping_add(word.load(Relaxed)))
    }

    pub(crate) fn lost(&self, cause: Cause, severity: Severity) -> usize {
        self.lost[cause.index()][severity.index()].load(Relaxed)
    }

    pub(crate) fn truncated(&self) -> usize {
        self.truncated.load(Relaxed)
    }
}
