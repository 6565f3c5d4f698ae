//! Popping one record.

use super::Record;
use crate::ring::{Claim, Meta, Receive, Ring};

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
    /// on top of an interrupted call. At most 64 attempts, each of at most as
    /// many steps as the ring has cells and the record has words; only a
    /// moving tail causes another attempt. To tell losses takes up to 250 more
    /// (60 on 32-bit targets). It never waits.
    pub fn pop<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        let mut one = One { buf, meta: None };
        match self.claim_one(&mut one) {
            Claim::Empty => Popped::Empty,
            Claim::Pending => Popped::Pending,
            Claim::NoSpace { needed } => Popped::NoSpace { needed },
            Claim::Taken { .. } => {
                let One { buf, meta } = one;
                match meta {
                    Some(Meta {
                        header,
                        level,
                        timestamp,
                        tag,
                        loss_total,
                    }) => {
                        let extras = header.extras();
                        let carried = extras.has_loss().then_some(loss_total);
                        Popped::Record(Record {
                            bytes: buf.get(..header.bytes()).unwrap_or_default(),
                            level,
                            tag,
                            timestamp: extras.has_timestamp().then_some(timestamp),
                            lost_before: self.telling().before(carried) as u64,
                            truncated: header.truncated(),
                        })
                    }
                    // A claim of a record has received one.
                    None => Popped::Pending,
                }
            }
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

/// Receives one record into the caller's buffer.
struct One<'b> {
    buf: &'b mut [u8],
    meta: Option<Meta>,
}

impl Receive for One<'_> {
    #[inline]
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        let bytes = meta.header.bytes();
        let room = self.buf.get_mut(..bytes).ok_or(bytes)?;
        self.meta = Some(*meta);
        Ok(room)
    }

    fn forget(&mut self) {
        self.meta = None;
    }
}
