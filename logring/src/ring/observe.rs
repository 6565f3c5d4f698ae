//! What observers see: figures that are read one after the other.

use super::Ring;
use super::orderings::{C_A, P_A, V};
use crate::layout::geometry::CELL_BYTES;
use crate::layout::{Position, geometry};
use crate::stats::{LostTable, Stats};

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

    /// Records delivered so far, modulo the machine word.
    #[cfg(feature = "shards")]
    #[inline]
    pub(crate) fn delivered(&self) -> usize {
        self.back.delivered.load(V)
    }

    /// A snapshot of the ring's figures.
    ///
    /// Each counter is monotonic from one snapshot to the next (modulo its
    /// width); together they add up only while nothing moves.
    ///
    /// # Context
    /// Any context; about 150 steps (80 on 32-bit targets), no waiting.
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
        Stats {
            delivered: self.back.delivered.load(V) as u64,
            lost: LostTable::from_fn(|cause, severity| self.ledger.lost(cause, severity) as u64),
            truncated: self.ledger.truncated() as u64,
            capacity_bytes: self.capacity_bytes(),
            used_bytes: used * CELL_BYTES,
            // A damaged block may say more than there is.
            high_water_bytes: self.back.watermark.cells().min(self.cell_count()) * CELL_BYTES,
            counter_bits: usize::BITS,
        }
    }
}
