//! Filling reserved cells and committing or discarding them (W).
//!
//! The cells of a reservation have one owner (I2), which is the [`Writer`];
//! it is neither `Copy` nor `Clone`.

use super::Ring;
use super::orderings::{W, W_E};
use crate::layout::geometry::{PAYLOAD_WORDS, WORD_BYTES};
use crate::layout::{Extras, Header, Position, State, header};
use crate::level::Level;
use crate::stats::Cause;

/// The values of a record's header, known when it is reserved.
#[derive(Clone, Copy)]
pub(crate) struct Filled {
    pub(crate) level: Level,
    pub(crate) extras: Extras,
    pub(crate) timestamp: u64,
    pub(crate) tag: u32,
    pub(crate) loss_total: usize,
}

/// The exclusive right to fill and publish the cells of one reservation.
///
/// Bytes are appended word by word; a word that is not yet full waits in
/// `pending`. Exactly one of [`commit`](Self::commit) and
/// [`discard`](Self::discard) must end it: the producer room sees to that.
pub(crate) struct Writer<'r> {
    ring: &'r Ring,
    /// The first cell.
    first: Position,
    /// The cell and payload word that come next; `word` may be one past the
    /// cell's last, which means the next cell's first.
    cell: Position,
    word: u8,
    /// Payload bytes that do not fill a word yet, in memory order.
    pending: [u8; WORD_BYTES],
    /// Payload bytes appended.
    bytes: u32,
    /// Reserved cells.
    cells: u32,
    level: Level,
    extras: Extras,
}

impl<'r> Writer<'r> {
    /// Stamps the cells and writes the header's extras.
    #[inline]
    pub(crate) fn begin(ring: &'r Ring, first: Position, cells: usize, header: &Filled) -> Self {
        // W.a: marks the record as being written.
        let cell = ring.cell(first);
        cell.shadow.own();
        cell.state
            .store(State::reserved(ring.lap(first), cells).word(), W);
        if cells > 1 {
            ring.stamp_continued(first, cells);
        }
        let mut writer = Self {
            ring,
            first,
            cell: first,
            word: header::INFO_WORDS as u8,
            pending: [0; WORD_BYTES],
            bytes: 0,
            cells: cells as u32,
            level: header.level,
            extras: header.extras,
        };
        if header.extras.has_timestamp() {
            writer.put_timestamp(header.timestamp);
        }
        if header.extras.has_tag() {
            writer.put(header.tag as usize);
        }
        if header.extras.has_loss() {
            // W.d: room for it was decided when the cells were counted.
            writer.put(header.loss_total);
        }
        writer
    }

    #[inline]
    fn put_timestamp(&mut self, timestamp: u64) {
        self.put(timestamp as usize);
        #[cfg(not(target_pointer_width = "64"))]
        self.put((timestamp >> 32) as usize);
    }

    /// W.c: stores one payload word. Never past the reservation: callers
    /// append no more bytes than were reserved for.
    #[inline]
    fn put(&mut self, value: usize) {
        if self.word as usize == PAYLOAD_WORDS {
            self.cell = self.cell.plus(1);
            self.word = 0;
        }
        if let Some(word) = self.ring.cell(self.cell).payload.get(self.word as usize) {
            word.store(value, W);
        }
        self.word += 1;
    }

    /// Payload bytes appended so far.
    #[inline]
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes as usize
    }

    /// Appends bytes. The caller has reserved room for all of them.
    #[inline]
    pub(crate) fn append(&mut self, mut bytes: &[u8]) {
        let held = self.bytes() % WORD_BYTES;
        self.bytes += bytes.len() as u32;
        if held != 0 {
            let (top_up, rest) = bytes.split_at(bytes.len().min(WORD_BYTES - held));
            for (slot, byte) in self.pending[held..].iter_mut().zip(top_up) {
                *slot = *byte;
            }
            if held + top_up.len() < WORD_BYTES {
                return;
            }
            self.put(usize::from_ne_bytes(self.pending));
            bytes = rest;
        }
        while let Some((word, rest)) = bytes.split_first_chunk() {
            self.put(usize::from_ne_bytes(*word));
            bytes = rest;
        }
        for (slot, byte) in self.pending.iter_mut().zip(bytes) {
            *slot = *byte;
        }
    }

    /// W.s and W.e: publishes the record, giving back cells that it did not
    /// need.
    #[inline]
    pub(crate) fn commit(mut self, truncated: bool) {
        if self.bytes() % WORD_BYTES != 0 {
            self.put(usize::from_ne_bytes(self.pending));
        }
        let header = Header::new(self.level.get(), self.bytes(), self.extras, truncated);
        let ring = self.ring;
        if header::INFO_WORDS != 0 {
            ring.cell(self.first).payload[0].store(header.info(), W);
        }
        let cells = header.cells();
        let reserved = self.cells as usize;
        if cells < reserved {
            ring.pad(self.first.plus(cells), reserved - cells);
        }
        if truncated {
            ring.ledger.count_truncated();
        }
        let state = State::committed(ring.lap(self.first), header, cells);
        ring.cell(self.first).state.store(state.word(), W_E);
    }

    /// W.e: gives the cells back unread. The loss is counted before, so that
    /// a popper that passes the cells can tell of it.
    pub(crate) fn discard(self) {
        let ring = self.ring;
        ring.count_refusal(Cause::Discarded, self.level);
        let state = State::pad(ring.lap(self.first), self.cells as usize);
        ring.cell(self.first).state.store(state.word(), W_E);
    }
}

impl Ring {
    /// W.b: gives every further cell of a record this lap's mark (I5).
    fn stamp_continued(&self, first: Position, cells: usize) {
        for ahead in 1..cells {
            let at = first.plus(ahead);
            let cell = self.cell(at);
            cell.shadow.own();
            cell.state.store(State::continued(self.lap(at)).word(), W);
        }
    }

    /// W.s: marks the unused end of a reservation.
    #[cold]
    fn pad(&self, at: Position, cells: usize) {
        let state = State::pad(self.lap(at), cells);
        self.cell(at).state.store(state.word(), W);
    }
}
