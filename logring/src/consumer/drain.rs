//! Draining in batches: several records for one compare-and-swap.

use super::Record;
use super::frame::{HEADER_BYTES, Header, Writing};
use super::packed::Packing;
use crate::ring::{Claim, Pace, Ring};

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

impl Drained {
    pub(crate) const fn new(records: usize, end: DrainEnd) -> Self {
        Self { records, end }
    }
}

/// Why a drain ended.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainEnd {
    /// As many as were asked for, or as the ring can have held when the call
    /// began. There may be more.
    Max,
    /// Nothing is left in the ring.
    Empty,
    /// Nothing to give now, yet the ring is not empty.
    Pending,
    /// The buffer is too small for the next record, which stays. Only
    /// [`drain_into`](Ring::drain_into) answers this.
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

    /// Gives up to `max` of the oldest records to `sink`, in order, but no more than
    /// the ring had cells in use when the call began: so it ends, also if `sink`
    /// logs to this ring.
    ///
    /// Records are taken in batches of as many as fit `buf`: at least as many as
    /// fit with [`DRAIN_OVERHEAD_BYTES`](Self::DRAIN_OVERHEAD_BYTES) on top of
    /// each. A record that does not fit comes alone. If it is longer than all of
    /// `buf` it is cut, as by [`pop`](Self::pop).
    ///
    /// Should `sink` panic, the records of its batch that it was not yet given are
    /// gone; each counts as [`Cause::Discarded`](crate::Cause::Discarded), and is told
    /// with a later record.
    ///
    /// # Context
    /// As [`pop`](Self::pop); each batch takes at most 64 attempts. An attempt
    /// takes at most as many steps as the cells that it takes or steps over have
    /// words (16 each, 8 on 32-bit targets), 4 more a record, and 20. To tell
    /// losses takes as long as with a pop, once a batch, and at most half of that
    /// for each record that carries a total. What `sink` does is its own.
    pub fn drain(&self, buf: &mut [u8], max: usize, mut sink: impl FnMut(Record<'_>)) -> Drained {
        let most = max.min(self.used_cells());
        let mut records = 0;
        let mut pace = Pace::default();
        while records < most {
            let mut packing = Packing::new(&mut *buf);
            let mut claim = self.claim_paced(most - records, &mut pace, &mut packing);
            match claim {
                Claim::Taken { records } => packing.give(records, self, &mut sink),
                Claim::NoSpace { .. } => claim = self.drain_single(buf, u64::MAX, &mut sink),
                Claim::Empty | Claim::Pending => {}
            }
            match claim {
                Claim::Taken { records: taken } => records += taken,
                Claim::Empty => return Drained::new(records, DrainEnd::Empty),
                Claim::Pending | Claim::NoSpace { .. } => {
                    return Drained::new(records, DrainEnd::Pending);
                }
            }
        }
        let end = if most < max && self.is_empty() {
            DrainEnd::Empty
        } else {
            DrainEnd::Max
        };
        Drained::new(records, end)
    }

    /// Fills `buf` with as many of the oldest records as fit, as
    /// [frames](crate::Frames): a batch for readers in other languages or
    /// processes, for one call.
    ///
    /// A frame is whole. If not even the first fits, nothing is taken, and the end is
    /// [`DrainEnd::NoSpace`] with the bytes that it needs: make the buffer as large,
    /// or take the record with [`pop`](Self::pop), before the next call. A buffer of
    /// [`record_bytes_max`](Self::record_bytes_max) and
    /// [`DRAIN_OVERHEAD_BYTES`](Self::DRAIN_OVERHEAD_BYTES) takes every record.
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
        let most = self.record_bytes_max() + Self::DRAIN_OVERHEAD_BYTES;
        let (mut bytes, mut records) = (0, 0);
        let mut pace = Pace::default();
        loop {
            let free = buf.get_mut(bytes..).unwrap_or_default();
            let mut frames = Writing {
                buf: &mut *free,
                used: 0,
            };
            let end = match self.claim_paced(usize::MAX, &mut pace, &mut frames) {
                Claim::Taken { records: taken } => {
                    self.count_delivered(taken);
                    records += taken;
                    let used = frames.used;
                    self.tell_in_frames(free.get_mut(..used).unwrap_or_default());
                    bytes += used;
                    continue;
                }
                Claim::Empty => DrainEnd::Empty,
                Claim::Pending => DrainEnd::Pending,
                // As for a pop: no writer makes one that long.
                Claim::NoSpace { needed } if needed > most => DrainEnd::Pending,
                Claim::NoSpace { needed } => DrainEnd::NoSpace { needed },
            };
            return Batch {
                bytes,
                records,
                end,
            };
        }
    }

    /// Puts the losses that each record tells of in the place of the total that it
    /// carried.
    fn tell_in_frames(&self, mut batch: &mut [u8]) {
        let mut telling = self.telling();
        while let Some(rest) = Header::change_first(batch, |frame| {
            let lost = telling.before(frame.loss_total());
            frame.telling(lost as u64)
        }) {
            batch = rest;
        }
    }
}
