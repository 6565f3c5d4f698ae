//! Counting losses and telling them.
//!
//! The ledger is the only book: an eviction is one addition to one of its
//! words, and so is a refusal of a full ring; any other refusal is two, in the
//! table and in the sum of all others.
//! A total of it is a position in the history of losses; an accepted record
//! carries the total of refusals that its producer saw, and a popper tells the
//! distance from the largest total told so far. Evicted records take nothing
//! with them, because every record accepted while losses are untold carries
//! the total, too.

use super::Ring;
use super::orderings::L;
use crate::level::Level;
use crate::stats::Cause;
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
    #[inline]
    pub(crate) fn telling(&self) -> Telling<'_> {
        Telling {
            ring: self,
            evicted: self.tell_evicted(),
            refused: None,
        }
    }

    /// The evictions that nobody was told of.
    #[inline(always)]
    pub(crate) fn tell_evicted(&self) -> usize {
        advance(&self.back.told_evicted, self.ledger.evicted())
    }

    /// The refusals up to `total`, which a record carried, that nobody was told
    /// of. `refused` are all refusals: no fewer than there were when the record
    /// was committed.
    #[inline(never)]
    pub(crate) fn tell_refused(&self, total: usize, refused: usize) -> usize {
        // A total from a damaged block may be ahead of the truth. Told once,
        // it would silence every loss until the truth has caught up.
        if refused.wrapping_sub(total) > usize::MAX / 2 {
            return 0;
        }
        let told = advance(&self.back.told_refused, total);
        if total == refused && self.has_untold() {
            self.settle_untold();
        }
        told
    }

    /// Takes every loss that nobody was told of.
    pub(crate) fn tell_all(&self) -> usize {
        let refused = self.refused_total();
        self.tell_evicted()
            .wrapping_add(self.tell_refused(refused, refused))
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
            if untold == 0 && self.ledger.refused() != told {
                self.front.untold.store(1, L);
            }
        }
    }
}

/// Tells the losses before the records of one claim, in their order.
pub(crate) struct Telling<'r> {
    ring: &'r Ring,
    /// Evictions for the first record to tell.
    evicted: usize,
    /// All refusals, once a record has asked: no fewer than there were when any
    /// record of the claim was committed.
    refused: Option<usize>,
}

impl Telling<'_> {
    /// What was lost before the next record, which carries a total or not,
    /// that nobody was told of.
    #[inline]
    pub(crate) fn before(&mut self, carried_total: Option<usize>) -> usize {
        let evicted = core::mem::take(&mut self.evicted);
        match carried_total {
            None => evicted,
            Some(total) => {
                let ring = self.ring;
                let refused = *self.refused.get_or_insert_with(|| ring.refused_total());
                evicted.wrapping_add(ring.tell_refused(total, refused))
            }
        }
    }
}

/// Moves a told total forward to `total` and says by how much; 0 if it is
/// already there or beyond. Each loss is told by the one winner of the
/// compare-and-swap that passes it.
#[inline(always)]
fn advance(told: &Word, total: usize) -> usize {
    let seen = told.load(L);
    if seen == total {
        0
    } else {
        advance_from(told, seen, total)
    }
}

#[inline(never)]
fn advance_from(told: &Word, mut seen: usize, total: usize) -> usize {
    for _ in 0..TELL_TRIES {
        let ahead = total.wrapping_sub(seen);
        // Behind is where it has been.
        if ahead == 0 || ahead > usize::MAX / 2 {
            return 0;
        }
        match told.cas(seen, total, L) {
            Ok(_) => return ahead,
            Err(other) => seen = other,
        }
    }
    0
}
