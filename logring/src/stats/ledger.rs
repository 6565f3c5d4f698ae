//! The ledger: every loss ever, by cause and severity, and in a total.
//!
//! It is the only book. What has been *told* of it to consumers is a position
//! in its totals (see `ring::loss`), so told and untold losses add up to it by
//! construction.

use super::cause::Cause;
use super::snapshot::LostTable;
use super::who::stack_number;
use crate::level::{Level, Severity};
use crate::sync::{Ordering::Relaxed, Slot, Word};

/// Causes that stop a record before it is readable; they come first in
/// [`Cause::ALL`]. Evictions are told apart, because their place in the
/// stream is known without a mark in it: they were always the oldest.
pub(crate) const REFUSALS: usize = Cause::Evicted.index();

/// Copies of the words that count the common refusals. Threads that are
/// refused at the same time would otherwise spend their time on moving one
/// cache line; a small target has no second core to share with. A power of
/// two.
pub(crate) const STRIPES: usize = if cfg!(all(target_pointer_width = "64", not(all(test, loom)))) {
    8
} else {
    1
};

/// Words of a stripe that make up its part of all refusals.
const SUMMED_WORDS: usize = Severity::COUNT + 1;
/// Loads that the sum of all refusals takes.
pub(crate) const REFUSED_STEPS: usize = STRIPES * SUMMED_WORDS;

/// Causes that are rare, or that only ring-wide trouble brings: their table
/// is not striped.
const RARE: usize = REFUSALS - 2;

/// The words of the ledger. They grow, wrap with the machine word, and are
/// never reset.
#[repr(C)]
pub(crate) struct Ledger {
    /// Owner: the refused or discarding producer.
    refused: [Stripe; STRIPES],
    /// Refusals of the other causes, by cause, then severity. Owner: as
    /// `refused`.
    rare: [[Word; Severity::COUNT]; RARE],
    /// By severity. Owner: the winner of the eviction.
    evicted: [Word; Severity::COUNT],
    /// Records that were cut. Owner: whoever cut them.
    truncated: Word,
    spare: [Slot; REST_SPARE],
}

/// Words behind the striped part.
const REST_SPARE: usize = spare_words(RARE * Severity::COUNT + Severity::COUNT + 1);

/// Words that fill the last line of a part of the block with `words` words. All of a
/// block is words and nothing is padding: so somebody who is alone with it may write
/// it as a whole, or restore a copy, while references to the ring live.
pub(crate) const fn spare_words(words: usize) -> usize {
    const LINE_WORDS: usize = 16;
    // Parts begin with a line where there are lines to share; see `repr(align)`.
    if cfg!(target_pointer_width = "64") && !cfg!(all(test, any(loom, shuttle))) {
        words.next_multiple_of(LINE_WORDS) - words
    } else {
        0
    }
}

/// Refusals that one share of the threads met.
///
/// What a full ring refuses is the flood, so it is one addition to one word;
/// every other refusal is a second one to `others`, from which those who only
/// need to know how many have the rest without reading all of the table.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
struct Stripe {
    /// [`Cause::Full`], by severity.
    full: [Word; Severity::COUNT],
    /// The sum of all other causes.
    others: Word,
    /// [`Cause::Level`], by severity.
    level: [Word; Severity::COUNT],
    spare: [Slot; STRIPE_SPARE],
}

const STRIPE_SPARE: usize = spare_words(2 * Severity::COUNT + 1);

impl Ledger {
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new() -> Self {
        Self {
            refused: [const {
                Stripe {
                    full: [const { Word::new(0) }; Severity::COUNT],
                    others: Word::new(0),
                    level: [const { Word::new(0) }; Severity::COUNT],
                    spare: [const { Slot::new(0) }; STRIPE_SPARE],
                }
            }; STRIPES],
            rare: [const { [const { Word::new(0) }; Severity::COUNT] }; RARE],
            evicted: [const { Word::new(0) }; Severity::COUNT],
            truncated: Word::new(0),
            spare: [const { Slot::new(0) }; REST_SPARE],
        }
    }

    #[cfg(all(test, loom))]
    pub(crate) fn new() -> Self {
        let row = || core::array::from_fn(|_| Word::new(0));
        Self {
            refused: core::array::from_fn(|_| Stripe {
                full: row(),
                others: Word::new(0),
                level: row(),
                spare: [],
            }),
            rare: core::array::from_fn(|_| row()),
            evicted: row(),
            truncated: Word::new(0),
            spare: [],
        }
    }

    /// Counts refusals of a level because the ring was full: one
    /// read-modify-write, in this thread's stripe.
    #[inline(always)]
    pub(crate) fn count_full(&self, level: Level, records: usize) {
        if let Some(word) = self.refused[stripe()].full.get(level.bucket()) {
            word.add(records, Relaxed);
        }
    }

    /// Counts refusals of a level by their cause: two read-modify-writes, or
    /// the one of [`count_full`](Self::count_full).
    #[inline]
    pub(crate) fn count_refused(&self, cause: Cause, level: Level, records: usize) {
        let stripe = &self.refused[stripe()];
        let row = match cause {
            Cause::Full => return self.count_full(level, records),
            Cause::Level => Some(&stripe.level),
            _ => self.rare.get(rare_index(cause)),
        };
        if let Some(word) = row.and_then(|row| row.get(level.bucket())) {
            word.add(records, Relaxed);
        }
        stripe.others.add(records, Relaxed);
    }

    /// The first of the two additions of [`count_refused`](Self::count_refused),
    /// as one who dies then leaves it.
    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn count_half(&self, cause: Cause, level: Level) {
        self.rare[rare_index(cause)][level.bucket()].add(1, Relaxed);
    }

    /// Counts `records` evictions. One read-modify-write.
    #[inline]
    pub(crate) fn count_evicted(&self, severity: Severity, records: usize) {
        self.evicted[severity.index()].add(records, Relaxed);
    }

    #[inline]
    pub(crate) fn count_truncated(&self) {
        self.truncated.add(1, Relaxed);
    }

    /// Makes the sums of `others` say what the table says, for somebody who is
    /// alone: one who died between the two additions left it behind.
    pub(crate) fn reconcile(&self) {
        let [first, ..] = &self.refused;
        let levels = self.refused.iter().flat_map(|stripe| &stripe.level);
        let table = sum(levels.chain(self.rare.iter().flatten()));
        let others = sum(self.refused.iter().map(|stripe| &stripe.others));
        if table != others {
            first.others.add(table.wrapping_sub(others), Relaxed);
        }
    }

    /// Sets every word to 0, for somebody who is alone with a block that holds
    /// no ring.
    pub(crate) fn wipe(&self) {
        let striped = self.refused.iter().flat_map(|stripe| {
            let rows = stripe.full.iter().chain(&stripe.level);
            rows.chain([&stripe.others])
        });
        let rare = self.rare.iter().flatten();
        let words = striped.chain(rare).chain(&self.evicted);
        for word in words.chain([&self.truncated]) {
            word.store(0, Relaxed);
        }
    }

    /// All refusals and discards so far, modulo the machine word.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn refused(&self) -> usize {
        self.refused.iter().fold(0, |total, stripe| {
            total
                .wrapping_add(sum(&stripe.full))
                .wrapping_add(stripe.others.load(Relaxed))
        })
    }

    /// Refusals in this thread's stripe: of a full ring those of `level`, and
    /// all others. Each refusal of `level` that this thread meets adds one.
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn refused_here(&self, level: Level) -> usize {
        let stripe = &self.refused[stripe()];
        let full = stripe.full.get(level.bucket());
        full.map_or(0, |word| word.load(Relaxed))
            .wrapping_add(stripe.others.load(Relaxed))
    }

    /// All evictions so far, modulo the machine word.
    #[inline]
    pub(crate) fn evicted(&self) -> usize {
        // Every pop asks, so there is no loop.
        let [a, b, c, d, e, f] = &self.evicted;
        let half = |x: &Word, y: &Word, z: &Word| {
            let two = x.load(Relaxed).wrapping_add(y.load(Relaxed));
            two.wrapping_add(z.load(Relaxed))
        };
        half(a, b, c).wrapping_add(half(d, e, f))
    }

    /// Every loss, by cause and severity.
    pub(crate) fn table(&self) -> LostTable {
        LostTable::from_fn(|cause, severity| self.lost(cause, severity) as u64)
    }

    fn lost(&self, cause: Cause, severity: Severity) -> usize {
        let at = severity.index();
        match cause {
            Cause::Evicted => self.evicted[at].load(Relaxed),
            Cause::Full => sum(self.refused.iter().map(|stripe| &stripe.full[at])),
            Cause::Level => sum(self.refused.iter().map(|stripe| &stripe.level[at])),
            _ => match self.rare.get(rare_index(cause)) {
                Some(row) => row[at].load(Relaxed),
                None => 0,
            },
        }
    }

    pub(crate) fn truncated(&self) -> usize {
        self.truncated.load(Relaxed)
    }
}

/// The row of a cause in the table of the rare ones: those that are not
/// striped come right behind those that are.
const fn rare_index(cause: Cause) -> usize {
    cause.index().wrapping_sub(Cause::Level.index() + 1)
}

const _: () = assert!(
    rare_index(Cause::Contended) == 0 && rare_index(Cause::Discarded) == RARE - 1,
    "the causes between the striped ones and evictions are the rare ones"
);

fn sum<'w>(words: impl IntoIterator<Item = &'w Word>) -> usize {
    words
        .into_iter()
        .fold(0, |sum, word| sum.wrapping_add(word.load(Relaxed)))
}

/// The stripe of this thread. Any answer is right; a good one is another for
/// each thread.
#[inline(always)]
fn stripe() -> usize {
    stack_number() & (STRIPES - 1)
}
