//! Making a ring whole after everybody who was inside a call to it has died
//! (H): what was committed stays, what was being written becomes pads and is
//! counted.
//!
//! Nothing in the block is trusted: it may have been damaged when its owners
//! died. And whoever recovers may die, too; so each store leaves a ring that
//! can be recovered again, without losing a committed record.

use super::Ring;
use super::orderings::{C_A, C_B, C_C, H_A, H_B, L, P_A, P_D, W_E};
use crate::layout::{Piece, Position, State, geometry, header};
use crate::level::Level;
use crate::stats::Cause;
use crate::sync::Word;

/// What [`Ring::recover`] and [`Retained::recover`](crate::Retained::recover)
/// found.
///
/// # Context
/// A plain value, for any context.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Whether there was a ring. If not, it was the first power-up, or the
    /// positions were damaged beyond repair: the ring is now empty, and all
    /// of its counters are 0, as are the numbers below.
    pub survived: bool,
    /// Records that were kept. All of them had been committed.
    pub records: usize,
    /// Records that were dropped because they were being written, or are
    /// damaged: at least so many, and at most `unfinished_cells`. One that had
    /// left no mark in its cells, as a push does not, counts with the one
    /// right before it, if that was dropped, too.
    pub unfinished: usize,
    /// Cells that were dropped with them.
    pub unfinished_cells: usize,
}

impl Recovered {
    /// There was no ring, so there is an empty one.
    pub(super) const NOTHING: Self = Self {
        survived: false,
        records: 0,
        unfinished: 0,
        unfinished_cells: 0,
    };
}

/// A record or pad, all of whose cells say that they belong to it.
struct Sound {
    cells: usize,
    is_record: bool,
}

impl Ring {
    /// Makes the ring whole after everybody who was inside a call to it has
    /// died: by a reset that the memory survived, or because a panic handler
    /// or another process is all that is left.
    ///
    /// Committed records stay, in their order. What was being written, or is
    /// damaged, will not be committed any more; it is dropped, so that it
    /// holds up neither consumers nor producers. Each such record counts as
    /// [`Cause::Discarded`], and is told as any other loss. As nobody knows
    /// its level, it counts as [`Severity::Fatal`](crate::Severity::Fatal): a
    /// record that was written in the moment of a crash is not to be taken
    /// for a mild one.
    ///
    /// What a consumer had claimed and not yet returned is gone with it, as
    /// its own. A writer that died in the middle of a discard, or behind the
    /// count of a cut record, is counted there and here.
    ///
    /// It calls nobody (see [`Config::with_notify`](crate::Config::with_notify)):
    /// whoever sleeps while the ring is recovered is to be woken afterwards.
    ///
    /// A call that is itself stopped by a crash may be made again: no
    /// committed record is lost, and at most one record is counted once more
    /// for each such crash. Contents of the memory that a data cache had not
    /// yet written back are lost in a reset, and no ring can tell.
    ///
    /// Any contents of the block are survived. Records whose cells do not
    /// say what they must are dropped, and bounds are restored. What cannot be
    /// seen is believed: a damaged payload, a counter with another number in
    /// it. If the positions say more than the ring can hold, all is wiped.
    ///
    /// ```
    /// use logring::{Config, Level, LogRing, Logger, Popped};
    ///
    /// static RING: LogRing<64> = LogRing::new();
    /// static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    ///
    /// // A writer that dies within its call.
    /// core::mem::forget(LOG.reserve(Level::INFO, 0, 40));
    /// LOG.push(Level::ERROR, b"what led to the panic");
    /// let mut buf = [0; 64];
    /// assert_eq!(RING.pop(&mut buf), Popped::Pending);
    ///
    /// let found = RING.recover();
    /// assert!(found.survived);
    /// assert_eq!((found.records, found.unfinished), (1, 1));
    /// let Popped::Record(record) = RING.pop(&mut buf) else { panic!() };
    /// assert_eq!(record.bytes, b"what led to the panic");
    /// assert_eq!(RING.take_trailing_loss(), 1);
    /// ```
    ///
    /// # Context
    /// Where nobody is inside a call to this ring, or nobody who is will ever
    /// go on: at start-up, or in a panic handler while all else stands still.
    /// If somebody does go on, records may be lost or garbled and counts be
    /// wrong; memory stays safe. A grant that was open before must not be
    /// used. At most eight steps for each cell of the ring, and 400 more.
    pub fn recover(&self) -> Recovered {
        let head = Position::from_word(self.front.head.load(P_A));
        let tail = Position::from_word(self.back.tail.load(C_A));
        let used = head.since(tail);
        if used > self.cell_count() {
            // Where the head is does not matter, so it may stay.
            self.wipe(head);
            return Recovered::NOTHING;
        }
        self.front.hint.store(tail.word(), P_D);
        self.free_all(head, self.cell_count() - used);
        self.back.watermark.limit(self.cell_count());
        self.ledger.reconcile();
        retract(&self.back.told_refused, self.refused_total());
        retract(&self.back.told_evicted, self.ledger.evicted());
        let found = self.drop_unfinished(tail, head);
        self.settle_untold();
        found
    }

    /// Makes this an empty ring, whose next record comes at `start`, with
    /// all counters at 0.
    ///
    /// The tail is last: until then, the head is where positions were beyond
    /// repair, and stays so if it is already at `start`.
    pub(super) fn wipe(&self, start: Position) {
        self.free_all(start, self.cell_count());
        self.ledger.wipe();
        self.back.watermark.limit(0);
        self.front.untold.store(0, H_A);
        let words = [
            &self.back.told_refused,
            &self.back.told_evicted,
            &self.back.delivered,
        ];
        for word in words {
            word.store(0, H_A);
        }
        self.front.head.store(start.word(), H_A);
        self.front.hint.store(start.word(), H_A);
        self.back.tail.store(start.word(), H_B);
    }

    /// Clears the states of cells that nobody has reserved, so that a damaged
    /// one does not look committed when its lap comes.
    fn free_all(&self, from: Position, cells: usize) {
        for ahead in 0..cells {
            self.cell(from.plus(ahead)).state.store(0, H_A);
        }
    }

    /// Walks the cells in use. What is sound stays, and the rest becomes
    /// pads.
    ///
    /// Where nothing sound begins, that cell is dropped and those that were seen to
    /// go on behind it, whatever it says of its size. So a second walk comes to the
    /// same cells, and drops no others; and no cell is looked at more often because
    /// somebody else, who should not be there, writes to it.
    fn drop_unfinished(&self, tail: Position, head: Position) -> Recovered {
        let mut found = Recovered {
            survived: true,
            ..Recovered::NOTHING
        };
        let mut at = tail;
        // Cells right before `at` that belong to one unfinished record, as
        // far as anybody can tell.
        let mut open = 0;
        while at != head {
            let state = State::from_word(self.cell(at).state.load(C_B));
            let cells = match self.sound(at, state, head.since(at)) {
                Ok(sound) => {
                    self.drop_open(at, &mut open, &mut found);
                    found.records += usize::from(sound.is_record);
                    sound.cells
                }
                Err(cells) => {
                    if state.is_reserved(self.lap(at)) {
                        // Another record begins here.
                        self.drop_open(at, &mut open, &mut found);
                    }
                    open += cells;
                    cells
                }
            };
            at = at.plus(cells);
        }
        self.drop_open(head, &mut open, &mut found);
        found
    }

    /// The record or pad that begins at `at`, if there is one within `most`
    /// cells.
    ///
    /// # Errors
    /// How many cells from `at` on are none: itself, and those that go on behind it.
    fn sound(&self, at: Position, state: State, most: usize) -> Result<Sound, usize> {
        let most = most.min(geometry::record_cells_max(self.cell_count()));
        let (cells, is_record) = self.said(at, state, most).ok_or(1_usize)?;
        for ahead in 1..cells {
            let at = at.plus(ahead);
            let state = State::from_word(self.cell(at).state.load(C_B));
            if !matches!(state.piece(self.lap(at)), Piece::Continued) {
                return Err(ahead);
            }
        }
        Ok(Sound { cells, is_record })
    }

    /// How many cells the record or pad at `at` says that it has, at most `most`, and
    /// whether it is a record.
    fn said(&self, at: Position, state: State, most: usize) -> Option<(usize, bool)> {
        let piece = state.piece(self.lap(at));
        let cells = match piece {
            Piece::Record => {
                let info = match self.cell(at).payload.first() {
                    Some(word) if header::INFO_WORDS != 0 => word.load(C_C),
                    _ => 0,
                };
                let header = state.header(info);
                Level::new(header.level())?;
                if header.bytes() > geometry::payload_bytes_max(self.cell_count()) {
                    return None;
                }
                state.commit_cells(header, most)?
            }
            Piece::Pad => state.size(),
            Piece::NotReady | Piece::Continued => return None,
        };
        (1..=most)
            .contains(&cells)
            .then_some((cells, matches!(piece, Piece::Record)))
    }

    /// Counts the unfinished record of `open` cells that ends at `end`, and
    /// makes each of its cells a pad.
    ///
    /// It is counted first, so that a crash in between loses no count.
    fn drop_open(&self, end: Position, open: &mut usize, found: &mut Recovered) {
        let cells = core::mem::take(open);
        if cells == 0 {
            return;
        }
        self.count_refusal(Cause::Discarded, Level::FATAL);
        let first = Position::from_word(end.word().wrapping_sub(cells));
        for ahead in 0..cells {
            let at = first.plus(ahead);
            let pad = State::pad(self.lap(at), 1);
            self.cell(at).state.store(pad.word(), W_E);
        }
        found.unfinished += 1;
        found.unfinished_cells += cells;
    }
}

/// Takes a told total back to `total` if it is ahead of it by up to a sixteenth of
/// the range. What is further ahead looks as if it were behind, and is believed.
fn retract(told: &Word, total: usize) {
    if total.wrapping_sub(told.load(L)) > usize::MAX / 16 * 15 {
        told.store(total, L);
    }
}
