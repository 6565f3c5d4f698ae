//! A batch on its way from the ring to a sink: record behind record, packed.
//!
//! Each is its info word, those extras that it has, and its payload. On 32-bit
//! targets that is how a record lies in its cells, too, so it is taken from there
//! as it lies.

use super::Record;
use super::frame::HEADER_BYTES;
use crate::layout::geometry::{CELL_RECORD_BYTES, LEAN, PAYLOAD_BYTES, WORD_BYTES, words_for};
use crate::layout::header::{ExtraWords, put};
use crate::layout::{Extras, Header};
use crate::level::Level;
use crate::ring::{Meta, Receive, Ring};
use crate::stats::Cause;

/// Receives a batch of records.
pub(super) struct Packing<'b> {
    buf: &'b mut [u8],
    used: usize,
}

impl<'b> Packing<'b> {
    pub(super) fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, used: 0 }
    }

    /// Gives what was received to `sink`, each record with the losses before it;
    /// returns how many there were.
    #[inline]
    pub(super) fn give(self, ring: &Ring, mut sink: impl FnMut(Record<'_>)) -> usize {
        let mut giving = Giving {
            ring,
            rest: self.buf.get(..self.used).unwrap_or_default(),
            given: 0,
        };
        let mut telling = ring.telling();
        while let Some((level, header, words, bytes)) = first(&mut giving.rest) {
            let total = header.extras().has_loss().then(|| words.loss_total());
            let lost_before = telling.before(total);
            giving.given += 1;
            sink(Record::new(level, header, &words, bytes, lost_before));
        }
        giving.given
    }
}

/// Counts what became of the records of a batch: delivered, or, if the sink panics,
/// discarded.
struct Giving<'b> {
    ring: &'b Ring,
    /// The records that were not yet given.
    rest: &'b [u8],
    given: usize,
}

impl Drop for Giving<'_> {
    #[inline]
    fn drop(&mut self) {
        self.ring.count_delivered(self.given);
        while let Some((level, ..)) = first(&mut self.rest) {
            self.ring.count_refusal(Cause::Discarded, level);
        }
    }
}

impl Receive for Packing<'_> {
    #[inline]
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        let bytes = meta.header.bytes();
        // The next one fits if it would as a frame, which is never smaller: what
        // a buffer needs for a record is the same for all drains.
        let needed = HEADER_BYTES + bytes;
        let free = self.buf.get_mut(self.used..).unwrap_or_default();
        let mut room = free.get_mut(..needed).ok_or(needed)?;
        put(&mut room, meta.header.info().to_ne_bytes());
        meta.extras.pack(meta.header.extras(), &mut room);
        self.used += needed - room.len() + padded(bytes);
        room.get_mut(..bytes).ok_or(needed)
    }

    #[inline(always)]
    fn spare(&mut self) -> &mut [u8] {
        // By the same rule: as much is left as the frame of the longest record of
        // a cell is longer than the cell.
        const LEFT: usize = HEADER_BYTES + CELL_RECORD_BYTES - PAYLOAD_BYTES;
        let end = self.buf.len().saturating_sub(LEFT);
        self.buf.get_mut(self.used..end).unwrap_or_default()
    }

    #[inline(always)]
    fn take(&mut self, bytes: usize) {
        self.used += bytes;
    }

    fn forget(&mut self) {
        self.used = 0;
    }
}

/// Bytes of a record's payload, with the rest of its last word where it came as
/// it lay. Even so, a frame is longer.
const fn padded(bytes: usize) -> usize {
    if LEAN {
        words_for(bytes) * WORD_BYTES
    } else {
        bytes
    }
}

/// The first record of a batch, whose rest stays in `batch`.
#[inline(always)]
fn first<'b>(batch: &mut &'b [u8]) -> Option<(Level, Header, ExtraWords, &'b [u8])> {
    let (info, mut rest) = batch.split_first_chunk()?;
    let header = Header::from_info(usize::from_ne_bytes(*info));
    let level = Level::new(header.level())?;
    let extras = header.extras();
    let words = if extras == Extras::NONE {
        ExtraWords::NONE
    } else {
        ExtraWords::unpack(extras, &mut rest)?
    };
    let bytes = rest.get(..header.bytes())?;
    *batch = rest.get(padded(bytes.len())..)?;
    Some((level, header, words, bytes))
}
