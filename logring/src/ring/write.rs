//! Filling reserved cells and committing or discarding them (W).
//!
//! The cells of a reservation have one owner (I2), which is the [`Writer`];
//! it is neither `Copy` nor `Clone`.

use super::Ring;
use super::copy::{behind, load_bytes, store_all, store_bytes, word_of};
use super::orderings::{W, W_E};
use crate::layout::geometry::{PAYLOAD_BYTES, PAYLOAD_WORDS, WORD_BYTES};
use crate::layout::{Extras, Header, Position, State, header};
use crate::level::Level;
use crate::stats::Cause;
use crate::sync::Slot;

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
    /// Cells for a record that is nothing but its bytes.
    #[inline(always)]
    pub(crate) const fn plain(first: Position, cells: usize, level: Level) -> Self {
        Self {
            first,
            cells,
            level,
            extras: Extras::NONE,
            timestamp: 0,
            tag: 0,
            loss_total: 0,
        }
    }

    /// Gives the words of the header's extras, in their order.
    #[inline(always)]
    fn each_extra(&self, mut put: impl FnMut(usize)) {
        if self.extras == Extras::NONE {
            return;
        }
        if self.extras.has_timestamp() {
            put(self.timestamp as usize);
            #[cfg(not(target_pointer_width = "64"))]
            put((self.timestamp >> 32) as usize);
        }
        if self.extras.has_tag() {
            put(self.tag as usize);
        }
        if self.extras.has_loss() {
            // W.d: read before the cells were reserved, so that it does not
            // keep them open.
            put(self.loss_total);
        }
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
        reserved.each_extra(|value| writer.put(value));
        writer
    }

    /// W.c: stores one payload word. Never past the reservation: callers
    /// append no more bytes than were reserved for.
    #[inline(always)]
    fn put(&mut self, value: usize) {
        if let Some(word) = self.free_words().first() {
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

    /// As `append`, when `held` bytes wait in `pending`: they are topped up to
    /// a word, and what follows is words again.
    #[inline(never)]
    fn append_held(&mut self, held: usize, bytes: &[u8]) {
        let (top_up, rest) = bytes.split_at(bytes.len().min(WORD_BYTES - held));
        let word = usize::from_ne_bytes(self.pending) | behind(word_of(top_up), held);
        if held + top_up.len() == WORD_BYTES {
            self.put(word);
            self.append_words(rest);
        } else {
            self.pending = word.to_ne_bytes();
        }
    }

    /// The payload words of the cell that is being filled which are not yet
    /// stored; those of the next one if there is none.
    #[inline(always)]
    fn free_words(&mut self) -> &'r [Slot] {
        if self.word as usize == PAYLOAD_WORDS {
            self.cell = self.cell.plus(1);
            self.word = 0;
        }
        let payload = &self.ring.cell(self.cell).payload;
        payload.get(self.word as usize..).unwrap_or_default()
    }

    /// Stores whole words, a cell at a time; what is over waits in `pending`.
    #[inline(always)]
    fn append_words(&mut self, bytes: &[u8]) {
        let (mut words, last) = bytes.split_at(bytes.len() - bytes.len() % WORD_BYTES);
        while !words.is_empty() {
            let rest = store_bytes(self.free_words(), words);
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
        let (ring, level) = (self.ring, self.level);
        if cfg!(logring_bug = "late_discard") {
            self.abandon();
            return ring.count_refusal(Cause::Discarded, level);
        }
        ring.count_refusal(Cause::Discarded, level);
        self.abandon();
    }

    /// Whether the reservation is still this writer's: its stamp (W.a) is there. It
    /// is gone once the ring was recovered, or the words of this writer were put
    /// together twice; then the cells are somebody else's.
    #[inline(always)]
    pub(crate) fn is_open(&self) -> bool {
        let open = State::reserved(self.ring.lap(self.first), self.cells as usize);
        self.ring.cell(self.first).state.load(W) == open.word()
    }

    /// Appends all that was appended here to another writer, and gives the cells
    /// back unread. It is one record before and after, so nothing is counted.
    pub(crate) fn move_to(mut self, other: &mut Writer<'_>) {
        self.flush();
        let ring = self.ring;
        let (mut at, mut left) = (self.first, self.bytes());
        let payload = &ring.cell(at).payload;
        let mut slots = payload.get(self.extras.words()..).unwrap_or_default();
        while left > 0 {
            let mut bytes = [0; PAYLOAD_BYTES];
            let here = left.min(slots.len() * WORD_BYTES);
            let piece = bytes.get_mut(..here).unwrap_or_default();
            load_bytes(slots, piece);
            other.append(piece);
            left -= here;
            at = at.plus(1);
            slots = &*ring.cell(at).payload;
        }
        self.abandon();
    }

    /// W.e: gives the cells back unread. Whoever has counted the record, or goes on
    /// with it elsewhere, calls this.
    pub(crate) fn abandon(self) {
        let ring = self.ring;
        let state = State::pad(ring.lap(self.first), self.cells as usize);
        ring.cell(self.first).state.store(state.word(), W_E);
    }
}

impl Ring {
    /// W.c and W.e at one go, for a record of one cell that is nothing but its
    /// bytes: what nearly every push is. `bytes` fit a cell.
    ///
    /// W.a is left out: nobody but a grant looks for its own stamp, and to
    /// all others the cell is not ready by its old lap.
    #[inline(always)]
    pub(crate) fn write_cell(&self, at: Position, level: Level, bytes: &[u8]) {
        let header = Header::new(level.get(), bytes.len(), Extras::NONE, false);
        let cell = self.cell(at);
        cell.shadow.own();
        let (info, slots) = cell.payload.split_at(header::INFO_WORDS);
        if let [info] = info {
            info.store(header.info(), W);
        }
        store_all(slots, bytes);
        let commit = State::committed(self.lap(at), header, 1);
        cell.state.store(commit.word(), W_E);
    }

    /// W.b to W.e at one go, for a record whose bytes are all at hand, cut or
    /// not. W.a is left out as in [`write_cell`](Self::write_cell).
    #[inline(always)]
    pub(crate) fn write_whole(&self, reserved: &Reserved, bytes: &[u8], truncated: bool) {
        let Reserved { first, cells, .. } = *reserved;
        let level = reserved.level.get();
        let header = Header::new(level, bytes.len(), reserved.extras, truncated);
        let cell = self.cell(first);
        cell.shadow.own();
        let (info, mut slots) = cell.payload.split_at(header::INFO_WORDS);
        if let [info] = info {
            info.store(header.info(), W);
        }
        reserved.each_extra(|value| {
            // Every extra fits the first cell.
            if let [slot, free @ ..] = slots {
                slot.store(value, W);
                slots = free;
            }
        });
        self.fill(first, slots, bytes);
        if truncated {
            self.ledger.count_truncated();
        }
        let commit = State::committed(self.lap(first), header, cells);
        cell.state.store(commit.word(), W_E);
    }

    /// W.b and W.c: stores bytes into `slots`, the rest of the cell at `at`, and
    /// into the cells behind it.
    #[inline(always)]
    fn fill<'r>(&'r self, mut at: Position, mut slots: &'r [Slot], bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            rest = store_bytes(slots, rest);
            if rest.is_empty() {
                return;
            }
            at = at.plus(1);
            let cell = self.cell(at);
            cell.shadow.own();
            // W.b, as in `stamp_continued`.
            cell.state.store(State::continued(self.lap(at)).word(), W);
            slots = &*cell.payload;
        }
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
