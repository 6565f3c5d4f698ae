//! Looks at a ring by those who have yet to choose one. Nothing is decided
//! here: who chooses by a look then pushes as anybody does (S2).

use super::Ring;
use super::orderings::{E_A, P_C, V};
use crate::layout::{Piece, Position, State};

impl Ring {
    /// Whether the oldest record is still being written, so that it cannot be
    /// evicted. The answer of an evictor at E.a, for its first cell.
    #[inline]
    pub(crate) fn oldest_is_open(&self) -> bool {
        let tail = Position::from_word(self.back.tail.load(P_C));
        let state = State::from_word(self.cell(tail).state.load(E_A));
        let open = matches!(state.piece(self.lap(tail)), Piece::NotReady);
        // Of a tail that has moved, the state says nothing.
        open && self.back.tail.load(V) == tail.word()
    }
}
