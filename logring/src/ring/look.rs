//! Looks at a ring by those who have something else to decide: which ring to
//! push to, or whether to sleep.

use super::Ring;
#[cfg(feature = "async")]
use super::claim::{Attempt, Claim, Nothing, TAKE_TRIES};
#[cfg(feature = "async")]
use super::orderings::C_A;
#[cfg(feature = "shards")]
use super::orderings::{E_A, P_C, V};
use crate::layout::Position;
#[cfg(feature = "shards")]
use crate::layout::{Piece, State};

impl Ring {
    /// Whether the oldest record is still being written, so that it cannot be
    /// evicted. The answer of an evictor at E.a, for its first cell.
    ///
    /// Nothing is decided here: who chooses a ring by this look then pushes as
    /// anybody does (S2).
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn oldest_is_open(&self) -> bool {
        let tail = Position::from_word(self.back.tail.load(P_C));
        let state = State::from_word(self.cell(tail).state.load(E_A));
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
            let tail = Position::from_word(self.back.tail.load(C_A));
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
