//! Taking several records from the tail (C): copy first, then claim them with one
//! compare-and-swap. A copy whose claim fails is thrown away.

use super::Ring;
use super::orderings::{C_A, C_D, V};
use super::pass::{Meta, Receive};
use crate::layout::Position;

/// Attempts of one claim. Each failed one means that the tail was moved by
/// somebody else or, where a compare-and-swap may fail for nothing, that an
/// interrupt came in between.
pub(crate) const TAKE_TRIES: usize = 64;

/// What a claim found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// Nothing is in the ring.
    Empty,
    /// Nothing to give now, yet the ring is not empty.
    Pending,
    /// The oldest record does not fit the buffer; nothing moved.
    NoSpace { needed: usize },
    /// This many records were received, at least one. Whoever gives them to the
    /// consumer counts them as delivered.
    Taken { records: usize },
}

/// How many records to copy before a claim.
///
/// A batch races every eviction during all of its copying. Under constant
/// eviction a short one has a chance, and a single record the best; who keeps
/// losing copies less and less, and more again when it wins.
pub(crate) struct Pace {
    records: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            records: usize::MAX,
        }
    }
}

impl Pace {
    fn lost(&mut self, copied: usize) {
        self.records = (copied / 4).max(1);
    }

    fn won(&mut self) {
        self.records = self.records.saturating_mul(2);
    }
}

/// What one attempt at a claim came to.
pub(super) enum Attempt {
    Won(Claim),
    /// Somebody else moved the tail, the swap failed for nothing, or there were
    /// only pads; this many records were copied in vain.
    Lost {
        copied: usize,
    },
}

impl Ring {
    /// Copies the oldest record, and claims it.
    #[cfg(feature = "shards")]
    pub(crate) fn claim_one(&self, out: &mut impl Receive) -> Claim {
        self.claim_paced(1, &mut Pace::default(), out)
    }

    /// Whether nothing is in the ring.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(
            self.claim_paced(0, &mut Pace::default(), &mut Nothing),
            Claim::Empty
        )
    }

    /// Copies up to `max` of the oldest records, and claims them. With 0 it only
    /// says whether the ring is empty.
    pub(crate) fn claim_paced(&self, max: usize, pace: &mut Pace, out: &mut impl Receive) -> Claim {
        for _ in 0..TAKE_TRIES {
            match self.claim_once(max.min(pace.records), out) {
                Attempt::Won(claim) => {
                    pace.won();
                    return claim;
                }
                Attempt::Lost { copied } if copied > 0 => pace.lost(copied),
                Attempt::Lost { .. } => {}
            }
        }
        Claim::Pending
    }

    /// C, once.
    #[inline(always)]
    pub(super) fn claim_once(&self, max: usize, out: &mut impl Receive) -> Attempt {
        let tail = Position::from_word(self.back.tail.load(C_A));
        let pass = self.copy_records(tail, max, out);
        if pass.end == tail {
            // Nothing to claim. The verdict counts only if the tail has
            // stood still.
            let moved = self.back.tail.load(V) != tail.word();
            match pass.needed {
                _ if moved => {}
                // What was read of it is true only if it still is the
                // oldest; a swap that changes nothing says so (I3).
                Some(_) if !self.move_tail(tail, tail) => {}
                Some(needed) => return Attempt::Won(Claim::NoSpace { needed }),
                None if self.front.head.load(V) == tail.word() => {
                    self.settle_untold();
                    return Attempt::Won(Claim::Empty);
                }
                None => return Attempt::Won(Claim::Pending),
            }
            out.forget();
            return Attempt::Lost { copied: 0 };
        }
        if !self.free(tail, pass.end, pass.used) {
            out.forget();
            return Attempt::Lost {
                copied: pass.records,
            };
        }
        if pass.records != 0 {
            return Attempt::Won(Claim::Taken {
                records: pass.records,
            });
        }
        // Only pads: they are gone now.
        out.forget();
        Attempt::Lost { copied: 0 }
    }

    /// Counts records that a consumer was given.
    #[inline(always)]
    pub(crate) fn count_delivered(&self, records: usize) {
        self.back.delivered.add(records, V);
    }

    /// Counts a record that was cut to its consumer's buffer.
    pub(crate) fn count_cut(&self) {
        self.ledger.count_truncated();
    }

    /// C.d, and the watermark if it succeeds; `used` cells were in use.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn free(&self, from: Position, to: Position, used: usize) -> bool {
        if cfg!(logring_bug = "early_watermark") {
            self.back.watermark.raise(used.min(self.cell_count()));
        }
        let freed = self.move_tail(from, to);
        if freed {
            self.back.watermark.raise(used.min(self.cell_count()));
        }
        freed
    }

    /// C.d: whether the tail has stood still since it was read, and now is at
    /// `to`.
    #[inline(always)]
    pub(super) fn move_tail(&self, from: Position, to: Position) -> bool {
        self.back.tail.cas(from.word(), to.word(), C_D).is_ok()
    }
}

/// Takes no record.
pub(super) struct Nothing;

impl Receive for Nothing {
    fn room(&mut self, _: &Meta) -> Result<&mut [u8], usize> {
        Err(0)
    }

    fn forget(&mut self) {}
}
