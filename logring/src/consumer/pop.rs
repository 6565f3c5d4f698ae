//! Popping one record.

use super::Record;
use crate::layout::header::ExtraWords;
use crate::ring::{Ring, Taken};

/// What a pop found.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a popped record is gone from the ring"]
pub enum Popped<'b> {
    /// The oldest record, now the caller's.
    Record(Record<'b>),
    /// Nothing to give now, yet the ring is not empty: the oldest record is
    /// still being written, or this call lost its bounded number of races.
    Pending,
    /// The buffer is too small for the oldest record, which stays.
    NoSpace {
        /// Bytes that the buffer must have.
        needed: usize,
    },
    /// Nothing is in the ring. True until somebody pushes.
    Empty,
}

impl Ring {
    /// Takes the oldest record, copying its bytes to the front of `buf`.
    ///
    /// A buffer of [`record_bytes_max`](Self::record_bytes_max) bytes takes
    /// every record. Any number of consumers may pop at once; each record
    /// goes to one of them. What of `buf` lies behind the record is
    /// unspecified, as is all of it unless the answer is a record.
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler, also
    /// on top of an interrupted call. At most 64 attempts, and as many more as
    /// the ring has cells, each of 12 steps and one a word of the record. Another
    /// is caused only by somebody else's success, by a pad (cells that a grant
    /// gave back), or by an interrupt within a compare-and-swap. To tell losses
    /// takes up to 250 more (60 on 32-bit targets). It never waits.
    pub fn pop<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        let mut words = ExtraWords::NONE;
        match self.take_one(buf, &mut words) {
            Taken::Record(level, header) => {
                let extras = header.extras();
                let mut lost_before = self.tell_evicted();
                if extras.has_loss() {
                    let (total, refused) = (words.loss_total(), self.refused_total());
                    lost_before = lost_before.wrapping_add(self.tell_refused(total, refused));
                }
                let bytes = buf.get(..header.bytes()).unwrap_or_default();
                Popped::Record(Record::new(level, header, &words, bytes, lost_before))
            }
            Taken::Pending => Popped::Pending,
            Taken::NoSpace { needed } => Popped::NoSpace { needed },
            Taken::Empty => Popped::Empty,
        }
    }

    /// Takes the losses that no delivered record has told: the count that
    /// covers a burst followed by silence.
    ///
    /// Records still in the ring no longer tell of losses taken here.
    ///
    /// # Context
    /// As [`pop`](Self::pop); about 250 steps (60 on 32-bit targets).
    #[must_use = "these losses are not told again"]
    pub fn take_trailing_loss(&self) -> u64 {
        self.tell_all() as u64
    }
}
