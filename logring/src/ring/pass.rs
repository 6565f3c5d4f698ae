//! A pass over the oldest records: looked at, and copied (C.b, C.c). What is copied
//! counts only once it is claimed.

use super::Ring;
use super::copy::{load_bytes, load_cell};
use super::orderings::{C_B, C_C, V};
use crate::layout::geometry::{CELL_RECORD_BYTES, LEAN, PAYLOAD_BYTES, PAYLOAD_WORDS, WORD_BYTES};
use crate::layout::header::ExtraWords;
use crate::layout::{Cell, Extras, Header, Piece, Position, State, geometry, header};
use crate::level::Level;
use crate::sync::Slot;
use core::mem;

/// A copied record's header, and the words of its extras.
#[derive(Clone, Copy)]
pub(crate) struct Meta {
    pub(crate) level: Level,
    /// Which extras there are, the payload's bytes, and whether it was cut.
    pub(crate) header: Header,
    pub(crate) extras: ExtraWords,
}

/// Where a claim puts the records that it copies.
pub(crate) trait Receive {
    /// Room for the next record's bytes, as many as its header says.
    ///
    /// # Errors
    /// How many bytes the buffer needs for this record, if it is too small.
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize>;

    /// Room for records as they lie in their cells, if they may come so.
    #[inline(always)]
    fn spare(&mut self) -> &mut [u8] {
        &mut []
    }

    /// So many bytes of [`spare`](Self::spare) are records now.
    #[inline(always)]
    fn take(&mut self, _bytes: usize) {}

    /// Forgets everything received: the claim failed.
    fn forget(&mut self);
}

/// How a pass over the oldest records ended.
pub(super) struct Pass {
    pub(super) end: Position,
    pub(super) records: usize,
    /// Bytes that a buffer needs which was too small.
    pub(super) needed: Option<usize>,
    /// Cells in use when the head was last looked at.
    pub(super) used: usize,
}

impl Ring {
    /// C.b and C.c: copies up to `batch` records from `tail` on.
    pub(super) fn copy_records(
        &self,
        tail: Position,
        batch: usize,
        out: &mut impl Receive,
    ) -> Pass {
        let mut pass = Pass {
            end: tail,
            records: 0,
            needed: None,
            used: 0,
        };
        let mut one_cell = true;
        loop {
            if one_cell {
                self.copy_cells(tail, batch, &mut pass, out);
            }
            let at = pass.end;
            if pass.records >= batch
                || !(self.copy_bare(tail, &mut pass, out) || self.copy_any(tail, &mut pass, out))
            {
                return pass;
            }
            // Behind a long record comes another, as often as not.
            one_cell = pass.end.since(at) == 1;
        }
    }

    /// Copies the next records as they lie in their cells, as long as each has one
    /// cell, all is well, and `out` takes them so. The cells of 32-bit targets are
    /// so small that to copy one costs less than to look how much of it counts.
    #[inline(always)]
    fn copy_cells(&self, tail: Position, batch: usize, pass: &mut Pass, out: &mut impl Receive) {
        let mut spare = out.spare();
        let room_bytes = spare.len();
        if !LEAN || room_bytes == 0 || !self.is_reserved(tail, pass.end.plus(1), pass) {
            return;
        }
        let reserved = pass.used.min(self.cell_count()) - pass.end.since(tail);
        let most = pass.end.plus(reserved.min(batch - pass.records));
        let mut at = pass.end;
        while at != most {
            let cell = self.cell(at);
            let state = State::from_word(cell.state.load(C_B));
            let header = read_header(cell, state);
            let words = header.words();
            let Some(room) = spare.first_chunk_mut() else {
                break;
            };
            if state != State::committed(self.lap(at), header, 1)
                || words > PAYLOAD_WORDS
                || Level::new(header.level()).is_none()
            {
                break;
            }
            // The header that was looked at, should it have changed meanwhile.
            load_cell(header.info(), &cell.payload, room);
            // What lies behind the record is room for the next.
            spare = mem::take(&mut spare).split_at_mut(words * WORD_BYTES).1;
            at = at.plus(1);
        }
        let used = room_bytes - spare.len();
        out.take(used);
        pass.records += at.since(pass.end);
        pass.end = at;
    }

    /// Copies the next record if it is bare, that is of one cell and without
    /// extras, and all is well; says whether it did.
    ///
    /// What nearly every record is, in line; whatever else there may be to say
    /// about the next cell is for [`copy_any`](Self::copy_any). On 32-bit targets
    /// [`copy_cells`](Self::copy_cells) has come first.
    #[inline(always)]
    fn copy_bare(&self, tail: Position, pass: &mut Pass, out: &mut impl Receive) -> bool {
        if LEAN {
            return false;
        }
        let at = pass.end;
        let cell = self.cell(at);
        let state = State::from_word(cell.state.load(C_B));
        if !matches!(state.piece(self.lap(at)), Piece::Record) {
            return false;
        }
        let header = read_header(cell, state);
        let (Some(level), Extras::NONE) = (Level::new(header.level()), header.extras()) else {
            return false;
        };
        if header.bytes() > CELL_RECORD_BYTES || !self.is_reserved(tail, at.plus(1), pass) {
            return false;
        }
        let Ok(room) = out.room(&Meta::bare(level, header)) else {
            return false;
        };
        load_bytes(&*cell.payload, room);
        pass.records += 1;
        pass.end = at.plus(1);
        true
    }

    /// Copies the next record, or steps over a pad; says whether there was
    /// one.
    #[inline(never)]
    fn copy_any(&self, tail: Position, pass: &mut Pass, out: &mut impl Receive) -> bool {
        let at = pass.end;
        let Some((cells, record)) = self.piece_at(at) else {
            return false;
        };
        let end = at.plus(cells);
        if !self.is_reserved(tail, end, pass) {
            return false;
        }
        if let Some((level, header)) = record {
            if LEAN && self.copy_whole(at, cells, header, out) {
                pass.records += 1;
                pass.end = end;
                return true;
            }
            let mut meta = Meta::bare(level, header);
            let behind = self.copy_extras(at, header, &mut meta.extras);
            match out.room(&meta) {
                Ok(room) => self.copy_bytes(at, behind, room),
                Err(needed) => {
                    pass.needed = Some(needed);
                    return false;
                }
            }
            pass.records += 1;
        }
        pass.end = end;
        true
    }

    /// Copies a record as it lies in its cells, if `out` takes it so.
    #[inline(always)]
    fn copy_whole(
        &self,
        at: Position,
        cells: usize,
        header: Header,
        out: &mut impl Receive,
    ) -> bool {
        let Some(room) = out.spare().get_mut(..cells * PAYLOAD_BYTES) else {
            return false;
        };
        for (nth, room) in room.chunks_exact_mut(PAYLOAD_BYTES).enumerate() {
            let slots = &self.cell(at.plus(nth)).payload;
            let first = if nth == 0 {
                header.info()
            } else {
                slots[0].load(C_C)
            };
            if let Ok(room) = room.try_into() {
                load_cell(first, slots, room);
            }
        }
        out.take(header.words() * WORD_BYTES);
        true
    }

    /// Whether what ends at `end` was reserved, and so may be there. If the head
    /// that was seen last does not cover it, looks again. The head moved past a
    /// record before it was committed: so for somebody who has read its state, a
    /// "no" says that its size is damaged. For others it says nothing.
    #[inline(always)]
    fn is_reserved(&self, tail: Position, end: Position, pass: &mut Pass) -> bool {
        if end.since(tail) > pass.used {
            pass.used = Position::from_word(self.front.head.load(V)).since(tail);
        }
        end.since(tail) <= pass.used.min(self.cell_count())
    }

    /// C.b: the cells of the whole record or pad that begins at `at`, and the
    /// header of a record; `None` if there is no such piece, or none that could be
    /// one.
    #[inline(always)]
    pub(super) fn piece_at(&self, at: Position) -> Option<(usize, Option<(Level, Header)>)> {
        let cell = self.cell(at);
        let state = State::from_word(cell.state.load(C_B));
        let most = geometry::record_cells_share(self.cell_count());
        match state.piece(self.lap(at)) {
            Piece::Record => {
                let header = read_header(cell, state);
                let level = Level::new(header.level())?;
                let cells = state.commit_cells(header, most)?;
                Some((cells, Some((level, header))))
            }
            Piece::Pad => match state.size() {
                cells if 1 <= cells && cells <= most => Some((cells, None)),
                _ => None,
            },
            Piece::NotReady | Piece::Continued => None,
        }
    }

    /// C.c: copies the extras of the record at `at`; returns what of its first
    /// cell lies behind them.
    #[inline(always)]
    pub(super) fn copy_extras(&self, at: Position, header: Header, to: &mut ExtraWords) -> &[Slot] {
        let (_, mut slots) = self.cell(at).payload.split_at(header::INFO_WORDS);
        let extras = header.extras();
        // What an attempt before this one has read is of another record.
        *to = ExtraWords::NONE;
        if extras != Extras::NONE {
            to.read(extras, || match slots {
                [slot, rest @ ..] => {
                    slots = rest;
                    slot.load(C_C)
                }
                // Every extra fits the first cell.
                [] => 0,
            });
        }
        slots
    }

    /// C.c: copies bytes from `slots`, the rest of the cell at `at`, and from
    /// the cells behind it.
    #[inline(always)]
    pub(super) fn copy_bytes(&self, mut at: Position, slots: &[Slot], bytes: &mut [u8]) {
        let mut slots = slots;
        let mut rest = bytes;
        loop {
            rest = load_bytes(slots, rest);
            if rest.is_empty() {
                return;
            }
            at = at.plus(1);
            slots = &*self.cell(at).payload;
        }
    }
}

/// The header of a committed record, as its cell says it.
#[inline(always)]
pub(super) fn read_header(cell: &Cell, state: State) -> Header {
    let info = if header::INFO_WORDS == 0 {
        0
    } else {
        cell.payload[0].load(C_C)
    };
    state.header(info)
}

impl Meta {
    /// Of a record without extras.
    #[inline(always)]
    const fn bare(level: Level, header: Header) -> Self {
        Self {
            level,
            header,
            extras: ExtraWords::NONE,
        }
    }
}
