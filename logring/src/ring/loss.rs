//! Counting losses and telling them.
//!
//! The ledger is the only book: an eviction is one addition to one of its
//! words, a refusal two, in the table and in the total of a stripe.
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
/// popper has just told a part; what is left is told by a later record.
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

    /// C.e: what was lost before a delivered record that nobody was told of.
    ///
    /// Evictions made before that record was committed are in it: they were
    /// counted before its W.e, and its C.b came before this (I8).
    #[inline]
    pub(crate) fn tell(&self, carried_total: Option<usize>) -> usize {
        let evicted = advance(&self.back.told_evicted, self.ledger.evicted());
        evicted.wrapping_add(self.tell_refused(carried_total))
    }

    #[inline]
    pub(crate) fn tell_refused(&self, carried_total: Option<usize>) -> usize {
        let Some(total) = carried_total else { return 0 };
        // A total from a damaged block may be ahead of the truth. Told once,
        // it would silence every loss until the truth has caught up.
        if self.ledger.refused().wrapping_sub(total) > usize::MAX / 2 {
            return 0;
        }
        advance(&self.back.told_refused, total)
    }

    /// Takes every loss that nobody was told of.
    pub(crate) fn tell_all(&self) -> usize {
        self.tell(Some(self.ledger.refused()))
    }

    /// Corrects `untold` when a consumer finds the ring empty. It is cleared
    /// only here, and a refusal that raced with the clearing is noticed the
    /// next time. It decides where a loss is told, never whether.
    pub(crate) fn settle_untold(&self) {
        let told = self.back.told_refused.load(L);
        let untold = usize::from(self.ledger.refused() != told);
        if self.front.untold.load(L) != untold {
            self.front.untold.store(untold, L);
        }
    }
}

/// Moves a told total forward to `total` and says by how much; 0 if it is
/// already there or beyond. Each loss is told by the one winner of the
/// compare-and-swap that passes it.
#[inline]
fn advance(told: &Word, total: usize) -> usize {
    let mut seen = told.load(L);
    for _ in 0..TELL_TRIES {
        let ahead = total.wrapping_sub(seen);
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
