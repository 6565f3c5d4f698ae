//! Taking several records from the tail (C): copy first, then claim them with one
//! compare-and-swap. A copy whose claim fails is thrown away.

use super::Ring;
use super::copy::load_bytes;
use super::orderings::{C_A, C_B, C_C, C_D, V};
use crate::layout::geometry::{CELL_RECORD_BYTES, LEAN};
use crate::layout::header::ExtraWords;
use crate::layout::{Cell, Extras, Header, Piece, Position, State, geometry, header};
use crate::level::Level;
use crate::sync::Slot;

/// Attempts of one claim. Each failed one means that the tail was moved by
/// somebody else or, where a compare-and-swap may fail for nothing, that an
/// interrupt came in between.
pub(crate) const TAKE_TRIES: usize = 64;

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

    /// Forgets everything received: the claim failed.
    fn forget(&mut self);
}

/// What a claim found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// Nothing is in the ring.
    Empty,
    /// Nothing to give now, yet the ring is not empty.
    Pending,
    /// The oldest record does not fit the buffer; nothing moved.
    NoSpace { needed: usize },
    /// This many records were received, at least one.
    Taken { records: usize },
}

/// How many records to copy before a claim.
///
/// A batch races every eviction during all of its copying. Under constant
/// eviction a short one has a chance, and a single record the best; who keeps
/// losing copies less and less, and more again when it wins.
pub(crate) struct Pace {
    records: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            records: usize::MAX,
        }
    }
}

impl Pace {
    fn lost(&mut self, copied: usize) {
        self.records = (copied / 4).max(1);
    }

    fn won(&mut self) {
        self.records = self.records.saturating_mul(2);
    }
}

/// What one attempt at a claim came to.
pub(super) enum Attempt {
    Won(Claim),
    /// Somebody else moved the tail, the swap failed for nothing, or there were
    /// only pads; this many records were copied in vain.
    Lost {
        copied: usize,
    },
}

/// How a pass over the oldest records ended.
struct Pass {
    end: Position,
    records: usize,
    /// Bytes that a buffer needs which was too small.
    needed: Option<usize>,
    /// Cells in use when the head was last looked at.
    used: usize,
}

impl Ring {
    /// Copies the oldest record, and claims it.
    #[cfg(feature = "shards")]
    pub(crate) fn claim_one(&self, out: &mut impl Receive) -> Claim {
        self.claim_paced(1, &mut Pace::default(), out)
    }

    /// Copies up to `max` of the oldest records, at least 1, and claims them.
    pub(crate) fn claim_paced(&self, max: usize, pace: &mut Pace, out: &mut impl Receive) -> Claim {
        for _ in 0..TAKE_TRIES {
            match self.claim_once(max.min(pace.records), out) {
                Attempt::Won(claim) => {
                    pace.won();
                    return claim;
                }
                Attempt::Lost { copied } if copied > 0 => pace.lost(copied),
                Attempt::Lost { .. } => {}
            }
        }
        Claim::Pending
    }

    /// C, once.
    #[inline(always)]
    pub(super) fn claim_once(&self, max: usize, out: &mut impl Receive) -> Attempt {
        let tail = Position::from_word(self.back.tail.load(C_A));
        let pass = self.copy_records(tail, max, out);
        if pass.end == tail {
            // Nothing to claim. The verdict counts only if the tail has
            // stood still.
            let moved = self.back.tail.load(V) != tail.word();
            match pass.needed {
                _ if moved => {}
                // What was read of it is true only if it still is the
                // oldest; a swap that changes nothing says so (I3).
                Some(_) if !self.move_tail(tail, tail) => {}
                Some(needed) => return Attempt::Won(Claim::NoSpace { needed }),
                None if self.front.head.load(V) == tail.word() => {
                    self.settle_untold();
                    return Attempt::Won(Claim::Empty);
                }
                None => return Attempt::Won(Claim::Pending),
            }
            out.forget();
            return Attempt::Lost { copied: 0 };
        }
        if !self.free(tail, pass.end, pass.used) {
            out.forget();
            return Attempt::Lost {
                copied: pass.records,
            };
        }
        if pass.records != 0 {
            self.back.delivered.add(pass.records, V);
            return Attempt::Won(Claim::Taken {
                records: pass.records,
            });
        }
        // Only pads: they are gone now.
        out.forget();
        Attempt::Lost { copied: 0 }
    }

    /// C.d, and the watermark if it succeeds; `used` cells were in use.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn free(&self, from: Position, to: Position, used: usize) -> bool {
        let freed = self.move_tail(from, to);
        if freed {
            self.back.watermark.raise(used.min(self.cell_count()));
        }
        freed
    }

    /// C.d: whether the tail has stood still since it was read, and now is at
    /// `to`.
    #[inline(always)]
    pub(super) fn move_tail(&self, from: Position, to: Position) -> bool {
        self.back.tail.cas(from.word(), to.word(), C_D).is_ok()
    }

    /// C.b and C.c: copies up to `batch` records from `tail` on.
    fn copy_records(&self, tail: Position, batch: usize, out: &mut impl Receive) -> Pass {
        let mut pass = Pass {
            end: tail,
            records: 0,
            needed: None,
            used: 0,
        };
        while pass.records < batch
            && (self.copy_bare(tail, &mut pass, out) || self.copy_any(tail, &mut pass, out))
        {
        }
        pass
    }

    /// Copies the next record if it is bare, that is of one cell and without
    /// extras, and all is well; says whether it did.
    ///
    /// What nearly every record is, in line; whatever else there may be to say
    /// about the next cell is for [`copy_any`](Self::copy_any). Where code is dear
    /// that does for all: this would be 600 bytes for 20 instructions a record.
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
        load_bytes(&cell.payload, room);
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

    /// Whether what ends at `end` was reserved, and so may be there: the head
    /// moved past a record before it was committed, so otherwise the size of
    /// this one is damaged.
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
        let most = geometry::record_cells_max(self.cell_count());
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
            slots = &self.cell(at).payload;
        }
    }
}

/// The header of a committed record, as its cell says it.
#[inline(always)]
fn read_header(cell: &Cell, state: State) -> Header {
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
