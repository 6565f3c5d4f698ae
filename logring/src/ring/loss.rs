//! Counting losses and telling them.
//!
//! The ledger is the only book: an eviction is one addition to one of its
//! words, and so is a refusal of a full ring; any other refusal is two, in the
//! table and in the sum of all others.
//! A total of it is a position in the history of losses; an accepted record
//! carries the total of refusals that its producer saw, and a popper tells the
//! distance from the largest total told so far (T). Evicted records take nothing
//! with them, because every record accepted while losses are untold carries
//! the total, too.

use super::Ring;
use super::orderings::{L, T_A, T_B};
use crate::layout::geometry::LEAN;
use crate::level::Level;
use crate::stats::{Cause, LostTable};
use crate::sync::Word;

/// Attempts to advance a told total. A failed attempt means that another
/// popper has just told a part (or an interrupt came in between); what is left is
/// told by a later record.
pub(crate) const TELL_TRIES: usize = 8;

impl Ring {
    /// R.a: counts one refused or discarded record.
    #[inline]
    pub(crate) fn count_refusal(&self, cause: Cause, level: Level) {
        let records = if cfg!(logring_bug = "double_count") {
            2
        } else {
            1
        };
        if cfg!(logring_bug = "early_untold") {
            self.front.untold.store(1, L);
            return self.ledger.count_refused(cause, level, records);
        }
        self.ledger.count_refused(cause, level, records);
        if self.front.untold.load(L) == 0 {
            self.front.untold.store(1, L);
        }
    }

    /// Whether an accepted record must carry the total of refusals: there may
    /// be some that nobody was told of.
    #[inline(always)]
    pub(crate) fn has_untold(&self) -> bool {
        self.front.untold.load(L) != 0
    }

    /// The total for an accepted record to carry, if it must.
    #[inline(always)]
    pub(crate) fn loss_to_carry(&self) -> Option<usize> {
        self.has_untold().then(|| self.refused_total())
    }

    /// All refusals so far.
    #[inline(always)]
    pub(crate) fn refused_total(&self) -> usize {
        self.ledger.refused()
    }

    /// C.e: begins to tell what was lost before the records of one claim.
    ///
    /// Evictions made before the first of them was committed are told with it:
    /// they were counted before its W.e, and its C.b came before this (I8).
    #[inline(always)]
    pub(crate) fn telling(&self) -> Telling<'_> {
        Telling {
            ring: self,
            evicted: self.tell_evicted(),
            refused: None,
        }
    }

    /// Tells the refusals up to a total that a record carried.
    #[inline(always)]
    pub(crate) fn tell_carried(&self, total: usize) -> usize {
        self.tell(Book::Refusals, Some(total))
    }

    /// Tells the evictions that nobody was told of.
    #[inline(always)]
    pub(crate) fn tell_evicted(&self) -> usize {
        if self.back.told_evicted.load(L) == self.ledger.evicted() {
            0
        } else {
            self.tell(Book::Evictions, None)
        }
    }

    /// Tells what nobody was told of, up to a total that was carried, or all.
    #[inline(never)]
    fn tell(&self, book: Book, carried: Option<usize>) -> usize {
        for _ in 0..TELL_TRIES {
            let (told, known) = match book {
                Book::Evictions => (&self.back.told_evicted, self.evictions()),
                Book::Refusals => (&self.back.told_refused, self.refusals()),
            };
            let total = carried.unwrap_or(known.total);
            if let Some(lost) = known.tell_up_to(told, total) {
                if total == known.total && self.has_untold() {
                    self.settle_untold();
                }
                return lost;
            }
        }
        0
    }

    /// The refusals up to `total`, which a record carried, that nobody was told
    /// of. `known` was read once that record was committed, or later.
    #[inline(never)]
    fn tell_refused(&self, total: usize, known: &mut Known) -> usize {
        for _ in 0..TELL_TRIES {
            if let Some(lost) = known.tell_up_to(&self.back.told_refused, total) {
                if lost != 0 {
                    known.told = total;
                }
                if total == known.total && self.has_untold() {
                    self.settle_untold();
                }
                return lost;
            }
            *known = self.refusals();
        }
        0
    }

    /// Takes every loss that nobody was told of.
    pub(crate) fn tell_all(&self) -> usize {
        self.tell_evicted()
            .wrapping_add(self.tell(Book::Refusals, None))
    }

    /// Takes every loss that nobody was told of, and the table of all losses
    /// that were told, these included.
    ///
    /// What is told here is what the table says, and not what the sums do: a
    /// refusal that is between its two additions is in the table and told, and
    /// comes into the sum of the others later.
    pub(crate) fn tell_table(&self) -> (usize, LostTable) {
        let mut lost = 0_usize;
        let mut table = LostTable::default();
        for _ in 0..TELL_TRIES {
            let told = [&self.back.told_refused, &self.back.told_evicted];
            let before = told.map(|told| told.load(T_A));
            table = self.ledger.table();
            let evicted = table.by_cause(Cause::Evicted) as usize;
            let refused = (table.total() as usize).wrapping_sub(evicted);
            let mut whole = true;
            for ((told, before), total) in told.into_iter().zip(before).zip([refused, evicted]) {
                let known = Known {
                    told: before,
                    total,
                };
                let told = known.tell_up_to(told, total);
                lost = lost.wrapping_add(told.unwrap_or(0));
                whole &= told.is_some() && !known.is_behind();
            }
            if whole {
                break;
            }
        }
        self.settle_untold();
        (lost, table)
    }

    /// Counts so many refusals and evictions, as nobody lives to see.
    #[cfg(all(test, logring_inject, not(any(loom, shuttle))))]
    pub(crate) fn lose(&self, records: usize) {
        self.ledger.count_refused(Cause::Full, Level::INFO, records);
        let severity = Level::INFO.severity();
        self.ledger.count_evicted(severity, records);
    }

    fn refusals(&self) -> Known {
        if cfg!(logring_bug = "old_total") {
            // As somebody sees it who looked before the last refusal.
            let known = Known::read(&self.back.told_refused, || self.refused_total());
            return Known {
                total: known.total.wrapping_sub(1),
                ..known
            };
        }
        Known::read(&self.back.told_refused, || self.refused_total())
    }

    fn evictions(&self) -> Known {
        Known::read(&self.back.told_evicted, || self.ledger.evicted())
    }

    /// Corrects `untold` when a consumer finds the ring empty, or has told all
    /// that there is. A refusal that raced with the clearing is noticed at
    /// once or, where its count comes later than our second look, the next
    /// time. It decides where a loss is told, never whether.
    #[inline(never)]
    pub(crate) fn settle_untold(&self) {
        let told = self.back.told_refused.load(L);
        let untold = usize::from(self.ledger.refused() != told);
        if self.front.untold.load(L) != untold {
            self.front.untold.store(untold, L);
            let again = !cfg!(logring_bug = "rash_settle");
            if again && untold == 0 && self.ledger.refused() != told {
                self.front.untold.store(1, L);
            }
        }
    }
}

/// What is told apart.
#[derive(Clone, Copy)]
enum Book {
    Evictions,
    Refusals,
}

/// Tells the losses before the records of one claim, in their order.
pub(crate) struct Telling<'r> {
    ring: &'r Ring,
    /// Evictions for the first record to tell.
    evicted: usize,
    /// All refusals, once a record has asked: no fewer than there were when any
    /// record of the claim was committed.
    refused: Option<Known>,
}

impl Telling<'_> {
    /// What was lost before the next record, which carries a total or not,
    /// that nobody was told of.
    #[inline(always)]
    pub(crate) fn before(&mut self, carried_total: Option<usize>) -> usize {
        let evicted = core::mem::take(&mut self.evicted);
        match carried_total {
            None => evicted,
            // Few words make up the sum, and code is to be small: one copy of it.
            Some(total) if LEAN => evicted.wrapping_add(self.ring.tell_carried(total)),
            Some(total) => {
                let ring = self.ring;
                let known = self.refused.get_or_insert_with(|| ring.refusals());
                evicted.wrapping_add(ring.tell_refused(total, known))
            }
        }
    }
}

/// How much of a total was told, and then the total.
///
/// It was read in this order, and a told total was a total when it was stored; so
/// the difference is how many losses nobody was told of, modulo the machine word
/// and but for [`IN_FLIGHT`]. It needs no sign, so all of the word's range counts.
#[derive(Clone, Copy)]
struct Known {
    told: usize,
    total: usize,
}

/// By so much, what was told may be ahead of a sum: by the refusals that are in
/// the table and not yet in the sum of the others. That many contexts (65 535 on
/// 32-bit targets) would have to be stopped between two instructions.
/// In the models of loom it is none, so that they see what T.a and T.b carry.
const IN_FLIGHT: usize = if cfg!(all(test, loom)) {
    0
} else {
    usize::MAX >> 16
};

impl Known {
    fn read(told: &Word, total: impl FnOnce() -> usize) -> Self {
        let told = told.load(T_A);
        Self {
            told,
            total: total(),
        }
    }

    /// Whether more was told than the total knows of yet.
    const fn is_behind(self) -> bool {
        self.total.wrapping_sub(self.told) > usize::MAX - IN_FLIGHT
    }

    /// Moves a told total forward to `total` and says by how much; 0 if it is
    /// already there or beyond. `None` if the swap failed: somebody else has told
    /// some, or it failed for nothing.
    ///
    /// Each loss is told by the one winner of the compare-and-swap that passes it.
    #[inline(always)]
    fn tell_up_to(self, told: &Word, total: usize) -> Option<usize> {
        let untold = self.total.wrapping_sub(self.told);
        // What was lost after `total`. A total from a damaged block may be ahead of
        // the truth; then this is huge.
        let later = self.total.wrapping_sub(total);
        let half = cfg!(logring_bug = "half_range") && untold > usize::MAX / 2;
        if half || self.is_behind() || later >= untold {
            return Some(0);
        }
        let swap = told.cas(self.told, total, T_B);
        swap.is_ok().then_some(untold - later)
    }
}
