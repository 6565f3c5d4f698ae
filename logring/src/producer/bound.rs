//! The bound: the most steps that one offer can take.

use super::Logger;
use crate::layout::geometry::{self, PAYLOAD_WORDS};
use crate::layout::{Extras, header};
use crate::level::Severity;
use crate::stats::ledger::STRIPES;
use crate::stats::watermark::RAISE_TRIES;

impl Logger<'_> {
    /// The most accesses to shared memory that an offer of `bytes` through
    /// this logger can make, whatever anybody else does. The steps of the
    /// logger's clock come on top.
    ///
    /// ```text
    /// steps(k) = 15 + tries * (walk + 16) + W k + 2 S + 4
    /// walk     = max(k, chunk) + N / 4      (twice that on 32-bit targets)
    /// chunk    = min(N / 16, 32)
    /// ```
    ///
    /// for a record of `k` of the ring's `N` cells, which have `W` words, with
    /// `S` stripes of counters (4, or 1 on 32-bit targets);
    /// [`design`](crate::design) accounts for each term. Nearly every offer
    /// takes `5 + k` and one step a word of the record.
    ///
    /// Where one access is a loop of load-linked and store-conditional, a turn
    /// of that loop takes an interrupt or another core's store in between.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[must_use]
    pub const fn steps_max(&self, bytes: usize) -> usize {
        let size = self.ring().cell_count();
        let most = if bytes < self.record_bytes_max() {
            bytes
        } else {
            self.record_bytes_max()
        };
        let cells = geometry::cells_for(header::WORDS_MAX, most);
        let chunk = geometry::chunk_cells(size);
        let run = if cells > chunk { cells } else { chunk };
        // A walk ends with the record that reaches its aim; where the level
        // is outside the state word, a record takes two loads.
        let walk = (run + geometry::record_cells_max(size)) * (1 + Extras::NONE.words());
        let attempt = ATTEMPT + walk;
        OFFER + self.tries() as usize * attempt + cells * (1 + PAYLOAD_WORDS) + WRITE
    }
}

/// `untold`, a look for room (head, hint), the first attempt in line (head,
/// hint, P.e), a look at the fill (head, tail), `untold`, the head and hint of
/// the loop, and R.a.
const OFFER: usize = 3 + 3 + 2 + 1 + 2 + 4;
/// P.c, the look whether the tail has moved, E.c, the watermark, E.d, P.d and
/// P.e.
const ATTEMPT: usize = 3 + (1 + RAISE_TRIES) + Severity::COUNT + 2;
/// The sum of refusals, in line and in the loop, the info word, W.s, the count of cut records, W.e.
const WRITE: usize = 2 * STRIPES + 4;
