//! What observers see: figures that are read one after the other.

use super::Ring;
use super::orderings::{C_A, C_B, P_A, V};
use super::pass::read_header;
use crate::layout::geometry::CELL_BYTES;
use crate::layout::{Piece, Position, State, geometry};
use crate::stats::Stats;

impl Ring {
    /// Bytes of a cell, state word included: 128 on 64-bit targets, 32 on
    /// 32-bit ones. A record takes whole cells, and in each a word is the
    /// state.
    pub const CELL_BYTES: usize = CELL_BYTES;

    /// Bytes of the ring's cells, state words included: what
    /// `Ring::boxed` was given, or `N` cells of a [`LogRing<N>`](crate::LogRing).
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn capacity_bytes(&self) -> usize {
        self.cell_count() * CELL_BYTES
    }

    /// The largest record that this ring takes, in payload bytes: a quarter
    /// of its cells, less a header with everything in it. It does not depend
    /// on the call; a `Logger` may be configured to take less.
    ///
    /// # Context
    /// Any context; a constant number of steps.
    #[must_use]
    pub const fn record_bytes_max(&self) -> usize {
        geometry::payload_bytes_max(self.cell_count())
    }

    /// Bytes of the cells in use: those of records that were not yet taken, written
    /// to the end or not, and of pads. [`stats`](Self::stats) says more, and looks at
    /// every cell for it.
    ///
    /// # Context
    /// Any context; 2 steps.
    #[must_use]
    pub fn used_bytes(&self) -> usize {
        self.used_cells() * CELL_BYTES
    }

    /// Records delivered so far, modulo the machine word.
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn delivered(&self) -> usize {
        self.back.delivered.load(V)
    }

    /// A snapshot of the ring's figures.
    ///
    /// Each counter is monotonic from one snapshot to the next (modulo its
    /// width); together they add up only while nothing moves. Records are counted
    /// by looking at each cell in use, so what is popped or evicted meanwhile may
    /// be missing from `resident`.
    ///
    /// # Context
    /// Any context; about 150 steps (80 on 32-bit targets) and at most two for
    /// each cell in use, no waiting.
    #[must_use]
    pub fn stats(&self) -> Stats {
        // The tail first, by Acquire: whoever moved it there knew a head at or
        // past it, and so do we then.
        let tail = Position::from_word(self.back.tail.load(C_A));
        let head = Position::from_word(self.front.head.load(P_A));
        let used = head.since(tail);
        if used <= self.cell_count() && self.back.tail.load(V) == tail.word() {
            self.back.watermark.raise(used);
        }
        let used = used.min(self.cell_count());
        let residents = self.residents(tail, used);
        Stats {
            delivered: self.back.delivered.load(V) as u64,
            lost: self.ledger.table(),
            truncated: self.ledger.truncated() as u64,
            capacity_bytes: self.capacity_bytes(),
            used_bytes: used * CELL_BYTES,
            resident: residents.records,
            resident_bytes: residents.bytes,
            oldest_unfinished: residents.jam.then(|| tail.word()),
            // A damaged block may say more than there is.
            high_water_bytes: self.back.watermark.cells().min(self.cell_count()) * CELL_BYTES,
            counter_bits: usize::BITS,
        }
    }

    /// Cells between tail and head.
    pub(crate) fn used_cells(&self) -> usize {
        let tail = Position::from_word(self.back.tail.load(C_A));
        let used = Position::from_word(self.front.head.load(V)).since(tail);
        used.min(self.cell_count())
    }

    /// Looks at the `used` cells from `tail` on. The record at each is found by its
    /// own state, so one whose writer has not come far hides no other.
    fn residents(&self, tail: Position, used: usize) -> Residents {
        let mut found = Residents::default();
        let mut open = false;
        for ahead in 0..used {
            let at = tail.plus(ahead);
            let cell = self.cell(at);
            let state = State::from_word(cell.state.load(C_B));
            match state.piece(self.lap(at)) {
                Piece::Record => {
                    found.records += 1;
                    found.bytes += read_header(cell, state).bytes() as u64;
                    open = false;
                }
                Piece::NotReady => {
                    found.jam |= ahead == 0;
                    // Cells that look like this and lie side by side are one
                    // record, but one that is marked as begun is another.
                    if !open || state.is_reserved(self.lap(at)) {
                        found.records += 1;
                    }
                    open = true;
                }
                Piece::Pad => open = false,
                Piece::Continued => {}
            }
        }
        // Of a tail that has moved, the oldest cell says nothing.
        found.jam &= self.back.tail.load(V) == tail.word();
        found
    }
}

/// The records in a ring.
#[derive(Default)]
struct Residents {
    records: u64,
    bytes: u64,
    /// Whether the oldest is still being written.
    jam: bool,
}
