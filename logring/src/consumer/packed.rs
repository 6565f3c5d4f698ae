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

    /// Gives the `records` that were received to `sink`, each with the losses before
    /// it.
    #[inline]
    pub(super) fn give(self, records: usize, ring: &Ring, mut sink: impl FnMut(Record<'_>)) {
        let mut giving = Giving {
            ring,
            records,
            rest: self.buf.get(..self.used).unwrap_or_default(),
        };
        let mut telling = ring.telling();
        while let Some(record) = first(&mut giving.rest, |total| telling.before(total)) {
            sink(record);
        }
    }
}

/// Counts what became of the records of a batch: delivered, or, if the sink panics,
/// discarded.
struct Giving<'b> {
    ring: &'b Ring,
    records: usize,
    /// The records that were not yet given.
    rest: &'b [u8],
}

impl Drop for Giving<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.rest.is_empty() {
            self.discard();
        }
        self.ring.count_delivered(self.records);
    }
}

impl Giving<'_> {
    #[cold]
    fn discard(&mut self) {
        while let Some(record) = first(&mut self.rest, |_| 0) {
            self.ring.count_refusal(Cause::Discarded, record.level);
            self.records = self.records.saturating_sub(1);
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

/// The first record of a batch, whose rest stays in `batch`. `lost_before` says what
/// was lost before it, by the total that it carries.
#[inline(always)]
fn first<'b>(
    batch: &mut &'b [u8],
    lost_before: impl FnOnce(Option<usize>) -> usize,
) -> Option<Record<'b>> {
    let (info, mut rest) = batch.split_first_chunk()?;
    let header = Header::from_info(usize::from_ne_bytes(*info));
    let level = Level::new(header.level())?;
    let extras = header.extras();
    let (words, total) = if extras == Extras::NONE {
        (ExtraWords::NONE, None)
    } else {
        let words = ExtraWords::unpack(extras, &mut rest)?;
        (words, extras.has_loss().then_some(words.loss_total()))
    };
    let bytes = rest.get(..header.bytes())?;
    *batch = rest.get(padded(bytes.len())..)?;
    Some(Record::new(
        level,
        header,
        &words,
        bytes,
        lost_before(total),
    ))
}
