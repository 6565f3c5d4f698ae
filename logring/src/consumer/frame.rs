//! The frame: a record as it lies in a batch. [`Frames`] has its format.

use super::Record;
use crate::layout::header;
use crate::level::Level;
use crate::ring::{Meta, Receive};

/// Bytes of a frame's header.
pub(super) const HEADER_BYTES: usize = 28;
const VERSION: u8 = 1;

/// The flags of a frame are those of the record in the ring, as far as readers
/// know them.
const TRUNCATED: u8 = header::TRUNCATED;
const TIMESTAMP: u8 = header::TIMESTAMP;
/// Set between claim and delivery only: the place of the losses still holds
/// the total that the record carried.
const TOTAL: u8 = header::LOSS;

const _: () = assert!(TRUNCATED == 1 && TIMESTAMP == 2, "the format of a frame");

/// A frame's header.
#[derive(Clone, Copy)]
pub(super) struct Header {
    bytes: u32,
    level: Level,
    flags: u8,
    timestamp: u64,
    /// Records lost before this one, or the total: see [`TOTAL`].
    loss: u64,
    tag: u32,
}

impl Header {
    fn new(meta: &Meta) -> Self {
        Self {
            bytes: meta.header.bytes() as u32,
            level: meta.level,
            flags: meta.header.flags(),
            timestamp: meta.extras.timestamp(),
            loss: meta.extras.loss_total() as u64,
            tag: meta.extras.tag(),
        }
    }

    /// The total of losses that the record carried.
    pub(super) fn loss_total(&self) -> Option<usize> {
        (self.flags & TOTAL != 0).then_some(self.loss as usize)
    }

    /// The same with the losses that the record is to tell of.
    pub(super) fn telling(mut self, lost_before: u64) -> Self {
        self.flags &= TRUNCATED | TIMESTAMP;
        self.loss = lost_before;
        self
    }

    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[0..4].copy_from_slice(&self.bytes.to_le_bytes());
        header[4..8].copy_from_slice(&[VERSION, self.level.get(), self.flags, HEADER_BYTES as u8]);
        header[8..16].copy_from_slice(&self.timestamp.to_le_bytes());
        header[16..24].copy_from_slice(&self.loss.to_le_bytes());
        header[24..28].copy_from_slice(&self.tag.to_le_bytes());
        header
    }

    /// The header at the front of `batch`, and how many bytes it has.
    fn decode(batch: &[u8]) -> Option<(Self, usize)> {
        let header = batch.first_chunk::<HEADER_BYTES>()?;
        let [
            b0,
            b1,
            b2,
            b3,
            version,
            level,
            flags,
            header_bytes,
            rest @ ..,
        ] = *header;
        let (timestamp, rest) = rest.split_first_chunk()?;
        let (loss, rest) = rest.split_first_chunk()?;
        let tag = rest.first_chunk()?;
        let sound = version == VERSION && header_bytes as usize >= HEADER_BYTES;
        let header = Self {
            bytes: u32::from_le_bytes([b0, b1, b2, b3]),
            level: Level::new(level)?,
            flags,
            timestamp: u64::from_le_bytes(*timestamp),
            loss: u64::from_le_bytes(*loss),
            tag: u32::from_le_bytes(*tag),
        };
        sound.then_some((header, header_bytes as usize))
    }

    /// The first frame of a batch: header and payload. The rest of the batch
    /// stays in `batch`.
    fn split<'b>(batch: &mut &'b [u8]) -> Option<(Self, &'b [u8])> {
        let (header, header_bytes) = Self::decode(batch)?;
        let (_, behind) = batch.split_at_checked(header_bytes)?;
        let (payload, rest) = behind.split_at_checked(header.bytes as usize)?;
        *batch = rest;
        Some((header, payload))
    }

    /// Replaces the first frame's header by what `change` makes of it, and
    /// returns the rest of the batch.
    pub(super) fn change_first(
        batch: &mut [u8],
        change: impl FnOnce(Self) -> Self,
    ) -> Option<&mut [u8]> {
        let (header, header_bytes) = Self::decode(batch)?;
        let frame_bytes = header_bytes.checked_add(header.bytes as usize)?;
        let (frame, rest) = batch.split_at_mut_checked(frame_bytes)?;
        *frame.first_chunk_mut()? = change(header).encode();
        Some(rest)
    }

    fn record<'b>(&self, bytes: &'b [u8]) -> Record<'b> {
        Record {
            bytes,
            level: self.level,
            tag: self.tag,
            timestamp: (self.flags & TIMESTAMP != 0).then_some(self.timestamp),
            lost_before: self.loss,
            truncated: self.flags & TRUNCATED != 0,
            full_len: bytes.len(),
        }
    }
}

/// Receives a batch as frames, one behind the other.
pub(super) struct Writing<'b> {
    pub(super) buf: &'b mut [u8],
    pub(super) used: usize,
}

impl Receive for Writing<'_> {
    #[inline]
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        let needed = HEADER_BYTES + meta.header.bytes();
        let free = self.buf.get_mut(self.used..).unwrap_or_default();
        let frame = free.get_mut(..needed).ok_or(needed)?;
        self.used += needed;
        let (header, bytes) = frame.split_at_mut(HEADER_BYTES);
        header.copy_from_slice(&Header::new(meta).encode());
        Ok(bytes)
    }

    fn forget(&mut self) {
        self.used = 0;
    }
}

/// The records of a batch that [`Ring::drain_into`](crate::Ring::drain_into)
/// wrote: a header of [`Ring::DRAIN_OVERHEAD_BYTES`](crate::Ring::DRAIN_OVERHEAD_BYTES)
/// each, and the payload.
///
/// | bytes | field, little-endian |
/// |---|---|
/// | 0..4 | payload bytes |
/// | 4 | version, 1 |
/// | 5 | level, an OpenTelemetry severity number |
/// | 6 | flags: 1 truncated, 2 has a timestamp; others are to be ignored |
/// | 7 | header bytes, 28 or more: where the payload begins |
/// | 8..16 | timestamp, 0 without one |
/// | 16..24 | records lost before this one |
/// | 24..28 | tag, 0 without one |
///
/// The next frame follows at once, without padding. A later version that only
/// adds fields keeps the number of the version and makes the header longer.
///
/// It ends where no sound frame is; [`rest`](Self::rest) is then what is left.
/// Bytes of any origin may be read with it.
///
/// # Context
/// A plain value, for any context; a constant number of steps a record.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'b> {
    rest: &'b [u8],
}

impl<'b> Frames<'b> {
    /// The records of `batch`.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn new(batch: &'b [u8]) -> Self {
        Self { rest: batch }
    }

    /// What was not yet read; empty at the end of a whole batch.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for Frames<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let (header, bytes) = Header::split(&mut self.rest)?;
        Some(header.record(bytes))
    }
}
