//! Draining in batches: several records for one compare-and-swap.

use super::Record;
use crate::level::Level;
use crate::ring::{Claim, Meta, Receive, Ring};

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

impl Ring {
    /// Bytes of a drain's buffer that a record takes on top of its own.
    pub const DRAIN_OVERHEAD_BYTES: usize = Frame::BYTES;

    /// Gives up to `max` of the oldest records to `sink`, in order.
    ///
    /// Records are taken in batches of as many as fit `buf`, each with
    /// [`DRAIN_OVERHEAD_BYTES`](Self::DRAIN_OVERHEAD_BYTES) on top. A batch
    /// is the caller's once it is taken: should `sink` panic, the rest of the
    /// batch is gone, and counts as delivered.
    ///
    /// # Context
    /// As [`pop`](Self::pop), for each batch; what `sink` does is its own. With
    /// a `max` beyond what the ring holds it goes on while producers do.
    pub fn drain(&self, buf: &mut [u8], max: usize, mut sink: impl FnMut(Record<'_>)) -> Drained {
        let mut records = 0;
        while records < max {
            let mut frames = Frames {
                buf: &mut *buf,
                used: 0,
            };
            let end = match self.claim(max - records, &mut frames) {
                Claim::Taken { records: taken } => {
                    let used = frames.used;
                    let mut batch = buf.get(..used).unwrap_or_default();
                    let mut evicted = self.tell(None);
                    while let Some((frame, bytes, rest)) = Frame::split(batch) {
                        let lost = self.tell_refused(frame.loss_total);
                        sink(frame.record(bytes, evicted.wrapping_add(lost) as u64));
                        evicted = 0;
                        batch = rest;
                    }
                    records += taken;
                    continue;
                }
                Claim::Empty => DrainEnd::Empty,
                Claim::Pending => DrainEnd::Pending,
                Claim::NoSpace { needed } => DrainEnd::NoSpace { needed },
            };
            return Drained { records, end };
        }
        Drained {
            records,
            end: DrainEnd::Max,
        }
    }
}

/// A record's header in the buffer of a batch, in front of its bytes.
struct Frame {
    bytes: u32,
    tag: u32,
    timestamp: Option<u64>,
    loss_total: Option<usize>,
    level: Level,
    truncated: bool,
}

impl Frame {
    const BYTES: usize = 26;

    const TRUNCATED: u8 = 1;
    const TIMESTAMP: u8 = 2;
    const LOSS: u8 = 4;

    fn encode(meta: &Meta) -> [u8; Self::BYTES] {
        let flags = if meta.truncated { Self::TRUNCATED } else { 0 }
            | if meta.timestamp.is_some() {
                Self::TIMESTAMP
            } else {
                0
            }
            | if meta.loss_total.is_some() {
                Self::LOSS
            } else {
                0
            };
        let mut frame = [0; Self::BYTES];
        let loss_total = meta.loss_total.unwrap_or(0) as u64;
        frame[0..4].copy_from_slice(&(meta.bytes as u32).to_ne_bytes());
        frame[4..8].copy_from_slice(&meta.tag.to_ne_bytes());
        frame[8..16].copy_from_slice(&meta.timestamp.unwrap_or(0).to_ne_bytes());
        frame[16..24].copy_from_slice(&loss_total.to_ne_bytes());
        frame[24] = meta.level.get();
        frame[25] = flags;
        frame
    }

    /// The first frame of a batch, its bytes, and the rest of the batch.
    fn split(batch: &[u8]) -> Option<(Self, &[u8], &[u8])> {
        let (head, rest) = batch.split_first_chunk::<{ Self::BYTES }>()?;
        let u32_at = |at| {
            head.get(at..)?
                .first_chunk()
                .map(|b| u32::from_ne_bytes(*b))
        };
        let u64_at = |at| {
            head.get(at..)?
                .first_chunk()
                .map(|b| u64::from_ne_bytes(*b))
        };
        let flags = head[25];
        let frame = Self {
            bytes: u32_at(0)?,
            tag: u32_at(4)?,
            timestamp: (flags & Self::TIMESTAMP != 0).then_some(u64_at(8)?),
            loss_total: (flags & Self::LOSS != 0).then_some(u64_at(16)? as usize),
            level: Level::new(head[24])?,
            truncated: flags & Self::TRUNCATED != 0,
        };
        let (bytes, rest) = rest.split_at_checked(frame.bytes as usize)?;
        Some((frame, bytes, rest))
    }

    fn record<'b>(&self, bytes: &'b [u8], lost_before: u64) -> Record<'b> {
        Record {
            bytes,
            level: self.level,
            tag: self.tag,
            timestamp: self.timestamp,
            lost_before,
            truncated: self.truncated,
        }
    }
}

/// Receives a batch as frames, one behind the other.
struct Frames<'b> {
    buf: &'b mut [u8],
    used: usize,
}

impl Receive for Frames<'_> {
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        let needed = Frame::BYTES + meta.bytes;
        let free = self.buf.get_mut(self.used..).unwrap_or_default();
        let frame = free.get_mut(..needed).ok_or(needed)?;
        self.used += needed;
        let (head, bytes) = frame.split_at_mut(Frame::BYTES);
        head.copy_from_slice(&Frame::encode(meta));
        Ok(bytes)
    }

    fn forget(&mut self) {
        self.used = 0;
    }
}
