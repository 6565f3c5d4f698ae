//! The bound: the most steps that one offer can take.

use super::Logger;
use super::format::SCRATCH_BYTES;
use crate::layout::geometry::{self, PAYLOAD_WORDS};
use crate::layout::{Extras, header};
use crate::level::Severity;
use crate::ring::AT_ONCE_TRIES;
use crate::stats::ledger::REFUSED_STEPS;
use crate::stats::watermark::RAISE_TRIES;

impl Logger<'_> {
    /// The most accesses to shared memory that an offer of `bytes` through
    /// this logger can make, whatever anybody else does. The steps of the
    /// logger's clock and hook come on top.
    ///
    /// ```text
    /// steps(k) = 28 + tries * (walk + 16) + W k + R + 4
    /// walk     = max(k, chunk) + N / 4      (twice that on 32-bit targets)
    /// chunk    = min(N / 16, 32)
    /// ```
    ///
    /// for a record of `k` of the ring's `N` cells, which have `W` words, with
    /// `R` words that make up the sum of refusals (56, or 7 on 32-bit targets);
    /// [`design`](crate::design) accounts for each term. Nearly every offer
    /// takes `4 + k` and one step a word of the record.
    ///
    /// Where an addition is a loop of load-linked and store-conditional, a turn
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

    /// The most accesses to shared memory that a formatted line of `bytes` through
    /// this logger can make, as [`steps_max`](Self::steps_max) is for other offers.
    ///
    /// A line that exceeds the stack buffer is a record of twice its length at most,
    /// reserved once or twice and copied once, as often as its room doubles; and there
    /// is a step for each piece of it, which may be a byte.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[must_use]
    pub const fn format_steps_max(&self, bytes: usize) -> usize {
        let (mut room, mut grants) = (SCRATCH_BYTES, 0);
        while room < bytes && (grants == 0 || room < self.record_bytes_max()) {
            room *= 2;
            grants += 1;
        }
        let pieces = if grants == 0 { 0 } else { room + 1 };
        (1 + 3 * grants) * self.steps_max(room) + pieces
    }
}

/// The plain push; head, hint, head and tail of the look at a full ring;
/// `untold`; head and hint of a look for room, and those of the loop; R.a. An
/// attempt in line that has failed is one of the loop's.
const OFFER: usize = PLAIN_STEPS + 4 + 1 + 2 + 2 + 4;
/// A plain push that does not succeed: `untold`, head, hint, and P.c, P.d and P.e
/// so many times.
pub(crate) const PLAIN_STEPS: usize = 3 + 3 * AT_ONCE_TRIES;
/// P.c, E.c once or twice, the watermark, E.d, P.d and
/// P.e.
const ATTEMPT: usize = 3 + (1 + RAISE_TRIES) + Severity::COUNT + 2;
/// The sum of refusals, the info word, W.s, the count of cut records, W.e.
const WRITE: usize = REFUSED_STEPS + 4;
