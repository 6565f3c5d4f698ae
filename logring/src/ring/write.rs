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
use crate::sync::Word;

/// Reserved cells, and the header that their record will have.
pub(crate) struct Reserved {
    pub(crate) first: Position,
    pub(crate) cells: usize,
    pub(crate) level: Level,
    pub(crate) extras: Extras,
    pub(crate) timestamp: u64,
    pub(crate) tag: u32,
    pub(crate) loss_total: usize,
}

impl Reserved {
    /// Whether the record is nothing but its bytes.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.extras == Extras::NONE
    }
}

/// The exclusive right to fill and publish the cells of one reservation.
///
/// Bytes are appended word by word; a word that is not yet full waits in
/// `pending`. Exactly one of [`commit`](Self::commit) and
/// [`discard`](Self::discard) must end it: the producer room sees to that.
pub(crate) struct Writer<'r> {
    pub(super) ring: &'r Ring,
    /// The first cell.
    pub(super) first: Position,
    /// The cell and payload word that come next; `word` may be one past the
    /// cell's last, which means the next cell's first.
    pub(super) cell: Position,
    pub(super) word: u8,
    /// Payload bytes that do not fill a word yet, in memory order.
    pub(super) pending: [u8; WORD_BYTES],
    /// Payload bytes appended.
    pub(super) bytes: u32,
    /// Reserved cells.
    pub(super) cells: u32,
    pub(super) level: Level,
    pub(super) extras: Extras,
}

impl<'r> Writer<'r> {
    /// Stamps the cells and writes the header's extras.
    #[inline(always)]
    pub(crate) fn begin(ring: &'r Ring, reserved: &Reserved) -> Self {
        let Reserved { first, cells, .. } = *reserved;
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
            level: reserved.level,
            extras: reserved.extras,
        };
        if !reserved.is_plain() {
            writer.put_extras(reserved);
        }
        writer
    }

    fn put_extras(&mut self, reserved: &Reserved) {
        if reserved.extras.has_timestamp() {
            self.put(reserved.timestamp as usize);
            #[cfg(not(target_pointer_width = "64"))]
            self.put((reserved.timestamp >> 32) as usize);
        }
        if reserved.extras.has_tag() {
            self.put(reserved.tag as usize);
        }
        if reserved.extras.has_loss() {
            // W.d: read before the cells were reserved, so that it does not
            // keep them open.
            self.put(reserved.loss_total);
        }
    }

    /// W.c: stores one payload word. Never past the reservation: callers
    /// append no more bytes than were reserved for.
    #[inline(always)]
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
    #[inline(always)]
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes as usize
    }

    /// Appends bytes. The caller has reserved room for all of them.
    #[inline(always)]
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let held = self.bytes() % WORD_BYTES;
        self.bytes += bytes.len() as u32;
        if held == 0 {
            self.append_words(bytes);
        } else {
            self.append_held(held, bytes);
        }
    }

    /// As `append`, when `held` bytes wait in `pending`.
    #[cold]
    fn append_held(&mut self, held: usize, bytes: &[u8]) {
        let (top_up, rest) = bytes.split_at(bytes.len().min(WORD_BYTES - held));
        for (slot, byte) in self.pending.iter_mut().skip(held).zip(top_up) {
            *slot = *byte;
        }
        if held + top_up.len() == WORD_BYTES {
            self.put(usize::from_ne_bytes(self.pending));
            self.append_words(rest);
        }
    }

    /// Stores whole words, a cell at a time; what is over waits in `pending`.
    #[inline(always)]
    fn append_words(&mut self, bytes: &[u8]) {
        let (mut words, last) = bytes.split_at(bytes.len() - bytes.len() % WORD_BYTES);
        while !words.is_empty() {
            if self.word as usize == PAYLOAD_WORDS {
                self.cell = self.cell.plus(1);
                self.word = 0;
            }
            let payload = &self.ring.cell(self.cell).payload;
            let slots = payload.get(self.word as usize..).unwrap_or_default();
            let rest = copy_cell(slots, words);
            self.word += ((words.len() - rest.len()) / WORD_BYTES) as u8;
            words = rest;
        }
        if !last.is_empty() {
            self.pending = word_of(last).to_ne_bytes();
        }
    }

    /// W.e: publishes a record that filled its reservation.
    #[inline(always)]
    pub(crate) fn commit(mut self, truncated: bool) {
        self.flush();
        let cells = self.cells as usize;
        self.publish(truncated, cells);
    }

    /// W.s and W.e: publishes a record that may have needed less than was
    /// reserved, and gives back the cells that it did not need.
    pub(crate) fn commit_short(mut self, truncated: bool) {
        self.flush();
        let cells = self.header(truncated).cells();
        let reserved = self.cells as usize;
        if cells < reserved {
            let at = self.first.plus(cells);
            let state = State::pad(self.ring.lap(at), reserved - cells);
            self.ring.cell(at).state.store(state.word(), W);
        }
        self.publish(truncated, cells);
    }

    /// Stores the last, partial word.
    #[inline(always)]
    fn flush(&mut self) {
        if self.bytes() % WORD_BYTES != 0 {
            self.put(usize::from_ne_bytes(self.pending));
        }
    }

    #[inline(always)]
    fn header(&self, truncated: bool) -> Header {
        Header::new(self.level.get(), self.bytes(), self.extras, truncated)
    }

    #[inline(always)]
    fn publish(self, truncated: bool, cells: usize) {
        let ring = self.ring;
        let header = self.header(truncated);
        let cell = ring.cell(self.first);
        if header::INFO_WORDS != 0 {
            cell.payload[0].store(header.info(), W);
        }
        if truncated {
            ring.ledger.count_truncated();
        }
        let state = State::committed(ring.lap(self.first), header, cells);
        cell.state.store(state.word(), W_E);
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
    /// W.a to W.e at one go, for a record whose bytes are all at hand and
    /// which has no extra but perhaps a total of losses to carry: what nearly
    /// every push is.
    #[inline(always)]
    pub(crate) fn write_plain(
        &self,
        first: Position,
        cells: usize,
        level: Level,
        bytes: &[u8],
        loss_total: Option<usize>,
    ) {
        let extras = Extras::NONE.with_loss(loss_total.is_some());
        let header = Header::new(level.get(), bytes.len(), extras, false);
        let cell = self.cell(first);
        let lap = self.lap(first);
        cell.shadow.own();
        cell.state.store(State::reserved(lap, cells).word(), W);
        let (info, slots) = cell.payload.split_at(header::INFO_WORDS);
        if let [info] = info {
            info.store(header.info(), W);
        }
        let mut rest = match (loss_total, slots) {
            (Some(total), [slot, slots @ ..]) => {
                slot.store(total, W);
                copy_cell(slots, bytes)
            }
            _ => copy_cell(slots, bytes),
        };
        let mut at = first;
        while !rest.is_empty() {
            at = at.plus(1);
            let cell = self.cell(at);
            cell.shadow.own();
            // W.b, as in `stamp_continued`.
            cell.state.store(State::continued(self.lap(at)).word(), W);
            rest = copy_cell(&cell.payload, rest);
        }
        let commit = State::committed(lap, header, cells);
        cell.state.store(commit.word(), W_E);
    }

    /// W.b: gives every further cell of a record this lap's mark (I5).
    fn stamp_continued(&self, first: Position, cells: usize) {
        for ahead in 1..cells {
            let at = first.plus(ahead);
            let cell = self.cell(at);
            cell.shadow.own();
            cell.state.store(State::continued(self.lap(at)).word(), W);
        }
    }
}

/// Words of half a cell's payload.
const HALF_WORDS: usize = PAYLOAD_WORDS / 2;

/// W.c: stores bytes into the payload words of one cell, and returns those
/// that are for the next.
#[inline(always)]
fn copy_cell<'b>(slots: &[Word], bytes: &'b [u8]) -> &'b [u8] {
    if let Some((block, rest)) = bytes.split_at_checked(slots.len() * WORD_BYTES) {
        // Of constant length once inlined, so it is unrolled.
        for (slot, word) in slots.iter().zip(block.chunks_exact(WORD_BYTES)) {
            slot.store(word_of(word), W);
        }
        return rest;
    }
    let (mut slots, mut bytes) = (slots, bytes);
    // So is half a cell, which leaves less for the loop.
    if let (Some((half, free)), Some((block, rest))) = (
        slots.split_first_chunk::<HALF_WORDS>(),
        bytes.split_first_chunk::<{ HALF_WORDS * WORD_BYTES }>(),
    ) {
        for (slot, word) in half.iter().zip(block.chunks_exact(WORD_BYTES)) {
            slot.store(word_of(word), W);
        }
        (slots, bytes) = (free, rest);
    }
    let words = bytes.chunks_exact(WORD_BYTES);
    let last = words.remainder();
    let mut slots = slots.iter();
    for (word, slot) in words.zip(&mut slots) {
        slot.store(word_of(word), W);
    }
    if let (Some(slot), false) = (slots.next(), last.is_empty()) {
        slot.store(word_of(last), W);
    }
    &[]
}

/// Up to a word of bytes as a word, in memory order, zero behind them.
#[inline(always)]
fn word_of(bytes: &[u8]) -> usize {
    if let Some(word) = bytes.first_chunk() {
        return usize::from_ne_bytes(*word);
    }
    // Pieces put in place by shifts: bytes gathered in memory would be read
    // back as a word before the processor has put them together.
    let mut word = 0;
    let mut bits = 0;
    let mut rest = bytes;
    if let (true, Some((piece, after))) = (WORD_BYTES > 4, rest.split_first_chunk::<4>()) {
        word |= placed(u32::from_ne_bytes(*piece) as usize, bits, 32);
        (bits, rest) = (bits + 32, after);
    }
    if let Some((piece, after)) = rest.split_first_chunk::<2>() {
        word |= placed(u16::from_ne_bytes(*piece) as usize, bits, 16);
        (bits, rest) = (bits + 16, after);
    }
    if let Some(byte) = rest.first() {
        word |= placed(*byte as usize, bits, 8);
    }
    word
}

/// A piece of `width` bits as it lies in a word, `bits` behind its first
/// byte in memory order.
#[inline(always)]
const fn placed(piece: usize, bits: u32, width: u32) -> usize {
    if cfg!(target_endian = "little") {
        piece << bits
    } else {
        piece << (usize::BITS - bits - width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_word_keeps_memory_order() {
        let all = [1, 2, 3, 4, 5, 6, 7, 8];
        for len in 0..=WORD_BYTES {
            let mut expected = [0; WORD_BYTES];
            expected[..len].copy_from_slice(&all[..len]);
            assert_eq!(word_of(&all[..len]).to_ne_bytes(), expected);
        }
    }
}
