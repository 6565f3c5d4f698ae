//! Looks at a ring by those who have something else to decide: which ring to
//! push to, or whether to sleep.

use super::Ring;
#[cfg(feature = "async")]
use super::claim::{Attempt, Claim, Nothing, TAKE_TRIES};
#[cfg(feature = "shards")]
use super::orderings::C_A;
#[cfg(any(feature = "async", feature = "shards"))]
use super::orderings::V;
use crate::layout::Position;
#[cfg(feature = "shards")]
use crate::layout::{Piece, State};
#[cfg(feature = "shards")]
use crate::level::Level;

impl Ring {
    /// Cells in use, or more: those of now or of a moment ago.
    ///
    /// The tail is read first, as an observer reads it. So the head is not older
    /// than it, and what looks like room was room when the head was read (S2).
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn used_at_most(&self) -> usize {
        let tail = Position::from_word(self.back.tail.load(C_A));
        let head = Position::from_word(self.front.head.load(V));
        head.since(tail)
    }

    /// A number to begin a search of many rings with: `step` more after each
    /// refusal of `level` that this thread has met here, and at random another
    /// one after each record that is stored here.
    ///
    /// Who looks at `step` of them each time has looked at all of them when it was
    /// refused often enough in a row (S2).
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn turn(&self, level: Level, step: usize) -> usize {
        // Multiplied by the golden ratio, neighbours are far apart in the upper bits.
        const GOLDEN: usize = 0x9E37_79B9_7F4A_7C15_u64 as usize;
        let head = self.front.head.load(V).wrapping_mul(GOLDEN) >> (usize::BITS / 2);
        let refusals = self.ledger.refused_here(level);
        head.wrapping_add(refusals.wrapping_mul(step))
    }

    /// Whether the oldest record is still being written, so that it cannot be
    /// evicted. The answer of an evictor at E.a, for its first cell.
    ///
    /// Nothing is decided here: who chooses a ring by this look then pushes as
    /// anybody does (S2).
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn oldest_is_open(&self) -> bool {
        let tail = Position::from_word(self.back.tail.load(V));
        let state = State::from_word(self.cell(tail).state.load(V));
        let open = matches!(state.piece(self.lap(tail)), Piece::NotReady);
        // Of a tail that has moved, the state says nothing.
        open && self.back.tail.load(V) == tail.word()
    }

    /// Whether a pop would find a record, for somebody who sleeps if not (N2).
    ///
    /// It is a claim that takes nothing, so it says what a pop would say, also
    /// in a damaged block; and as a claim does, it steps over pads. "No" is
    /// true of the oldest cell at one moment of this call: where a claim has
    /// found nothing, a swap that changes nothing says that the tail was the
    /// latest one (I3). A load might be an old one, and then a record could be
    /// behind it whose producer has called already. "Yes" may be wrong if the
    /// tail moves all the time; then a pop says so.
    #[cfg(feature = "async")]
    pub(crate) fn has_record(&self) -> bool {
        for _ in 0..TAKE_TRIES {
            // The claim reads it for itself; here it is compared.
            let tail = Position::from_word(self.back.tail.load(V));
            match self.claim_once(1, &mut Nothing) {
                Attempt::Won(Claim::NoSpace { .. } | Claim::Taken { .. }) => return true,
                Attempt::Won(Claim::Empty | Claim::Pending) if self.move_tail(tail, tail) => {
                    return false;
                }
                // Also a swap that failed for nothing: it says nothing.
                Attempt::Won(_) | Attempt::Lost { .. } => {}
            }
        }
        true
    }
}
