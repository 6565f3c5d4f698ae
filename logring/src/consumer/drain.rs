//! Draining in batches: several records for one compare-and-swap.

use super::Record;
use super::frame::{HEADER_BYTES, Header, Writing};
use super::packed::Packing;
use crate::ring::{Claim, Pace, Receive, Ring};

/// How much a drain delivered, and why it ended.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Records delivered.
    pub records: usize,
    /// Why there were no more.
    pub end: DrainEnd,
}

/// Why a drain ended.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainEnd {
    /// As many as were asked for.
    Max,
    /// Nothing is left in the ring.
    Empty,
    /// Nothing to give now, yet the ring is not empty.
    Pending,
    /// The buffer is too small for the next record, which stays.
    NoSpace {
        /// Bytes that the buffer must have.
        needed: usize,
    },
}

/// A batch of frames, and why it ends there.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Bytes of the buffer that hold frames.
    pub bytes: usize,
    /// Records delivered.
    pub records: usize,
    /// Why there were no more.
    pub end: DrainEnd,
}

impl Ring {
    /// Bytes of a drain's buffer that a record needs on top of its own.
    pub const DRAIN_OVERHEAD_BYTES: usize = HEADER_BYTES;

    /// Gives up to `max` of the oldest records to `sink`, in order.
    ///
    /// Records are taken in batches of as many as fit `buf`: at least as many as
    /// fit with [`DRAIN_OVERHEAD_BYTES`](Self::DRAIN_OVERHEAD_BYTES) on top of
    /// each. A batch is the caller's once it is taken: should `sink` panic, the
    /// rest of the batch is gone, and counts as delivered.
    ///
    /// # Context
    /// As [`pop`](Self::pop); each batch takes at most 64 attempts. An attempt
    /// takes at most as many steps as the cells that it takes or steps over have
    /// words (16 each, 8 on 32-bit targets), 4 more a record, and 20. To tell
    /// losses takes as long as with a pop, once a batch, and at most half of that
    /// for each record that carries a total. What `sink` does is its own. With a
    /// `max` beyond what the ring holds it goes on while producers do.
    pub fn drain(&self, buf: &mut [u8], max: usize, mut sink: impl FnMut(Record<'_>)) -> Drained {
        let mut records = 0;
        let mut pace = Pace::default();
        while records < max {
            let mut packing = Packing::new(&mut *buf);
            let taken = match self.claim_batch(max - records, &mut pace, &mut packing) {
                Ok(taken) => taken,
                Err(end) => return Drained { records, end },
            };
            packing.give(self, &mut sink);
            records += taken;
        }
        Drained {
            records,
            end: DrainEnd::Max,
        }
    }

    /// Fills `buf` with as many of the oldest records as fit, as
    /// [frames](crate::Frames): a batch for readers in other languages or
    /// processes, for one call.
    ///
    /// ```
    /// use logring::{Config, Frames, Level, LogRing, Logger};
    ///
    /// static RING: LogRing<64> = LogRing::new();
    /// static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    ///
    /// LOG.push(Level::WARN, b"disk 91% full");
    /// LOG.push(Level::ERROR, b"disk full");
    ///
    /// let mut buf = [0; 4096];
    /// let batch = RING.drain_into(&mut buf);
    /// let lines: Vec<_> = Frames::new(&buf[..batch.bytes]).map(|record| record.bytes).collect();
    /// assert_eq!(lines, [&b"disk 91% full"[..], b"disk full"]);
    /// ```
    ///
    /// # Context
    /// As [`drain`](Self::drain); at most one batch a record.
    pub fn drain_into(&self, buf: &mut [u8]) -> Batch {
        let (mut bytes, mut records) = (0, 0);
        let mut pace = Pace::default();
        loop {
            let free = buf.get_mut(bytes..).unwrap_or_default();
            let mut frames = Writing {
                buf: &mut *free,
                used: 0,
            };
            let taken = match self.claim_batch(usize::MAX, &mut pace, &mut frames) {
                Ok(taken) => taken,
                Err(end) => {
                    return Batch {
                        bytes,
                        records,
                        end,
                    };
                }
            };
            let used = frames.used;
            let mut batch = free.get_mut(..used).unwrap_or_default();
            let mut telling = self.telling();
            while let Some(rest) = Header::change_first(batch, |frame| {
                let lost = telling.before(frame.loss_total());
                frame.telling(lost as u64)
            }) {
                batch = rest;
            }
            bytes += used;
            records += taken;
        }
    }

    /// Claims up to `max` records that `out` has room for, at least one; returns
    /// how many.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn claim_batch(
        &self,
        max: usize,
        pace: &mut Pace,
        out: &mut impl Receive,
    ) -> Result<usize, DrainEnd> {
        match self.claim_paced(max, pace, out) {
            Claim::Taken { records } => Ok(records),
            Claim::Empty => Err(DrainEnd::Empty),
            Claim::Pending => Err(DrainEnd::Pending),
            Claim::NoSpace { needed } => Err(DrainEnd::NoSpace { needed }),
        }
    }
}
