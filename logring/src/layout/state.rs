//! The state word of a cell: whose turn it is, and what lies there.
//!
//! | bits, 64 | bits, 32 | field |
//! |---|---|---|
//! | 0..3 | 0..3 | kind |
//! | 3..7 | – | flags |
//! | 7..12 | – | level |
//! | 12..36 | 3..15 | 64: payload bytes of a commit, else cells; 32: cells |
//! | 36..64 | 15..32 | lap |
//!
//! A 32-bit word has no room for length, level and flags; there they are the
//! record's first payload word, see [`super::header`].

#[cfg(target_pointer_width = "64")]
use super::header;
use super::header::Header;

const KIND_BITS: u32 = 3;
const KIND_MASK: usize = (1 << KIND_BITS) - 1;

/// What a cell holds. 0 is a cell that was never used.
mod kind {
    /// Reserved: the first cell of a record that is being written piece by
    /// piece.
    pub(super) const RESERVED: usize = 1;
    /// Committed: the first cell of a readable record.
    pub(super) const COMMIT: usize = 2;
    /// Nothing to read: a discarded grant, or the unused end of one.
    pub(super) const PAD: usize = 3;
    /// A later cell of a record. Without this stamp a cell inside a long
    /// record would keep an older lap's mark, and I5 would fail.
    pub(super) const CONTINUED: usize = 4;
}

#[cfg(target_pointer_width = "64")]
mod field {
    /// The header: flags, level and, in the place of the size, bytes.
    pub(super) const INFO_AT: u32 = super::KIND_BITS;
    pub(super) const LEVEL_AT: u32 = INFO_AT + super::header::FLAGS_BITS;
    pub(super) const SIZE_AT: u32 = LEVEL_AT + super::header::LEVEL_BITS;
    pub(super) const SIZE_BITS: u32 = 24;
}
#[cfg(not(target_pointer_width = "64"))]
mod field {
    pub(super) const SIZE_AT: u32 = super::KIND_BITS;
    pub(super) const SIZE_BITS: u32 = 12;
}
use field::{SIZE_AT, SIZE_BITS};

const LAP_AT: u32 = SIZE_AT + SIZE_BITS;
/// In the models of loom it is the one bit that would do, so that they see what C.a
/// carries.
const LAP_MASK: usize = if cfg!(all(test, loom)) {
    1
} else {
    usize::MAX >> LAP_AT
};
/// The largest number that the size field holds.
pub(crate) const SIZE_MAX: usize = (1 << SIZE_BITS) - 1;

/// A lap, reduced to the width of its field. One bit would do (I5); the rest
/// is margin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lap(usize);

impl Lap {
    #[inline(always)]
    pub(crate) const fn new(turn: usize) -> Self {
        Self(turn & LAP_MASK)
    }

    #[cfg(test)]
    pub(crate) const fn next(self) -> Self {
        Self::new(self.0.wrapping_add(1))
    }
}

/// A value of a state word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State(usize);

/// What a cell is to somebody who expects one lap there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// Not of that lap, or not yet committed.
    NotReady,
    /// The first cell of a readable record.
    Record,
    /// The first cell of a pad: cells to step over.
    Pad,
    /// A further cell of either.
    Continued,
}

impl State {
    #[inline(always)]
    pub(crate) const fn from_word(word: usize) -> Self {
        Self(word)
    }

    #[inline(always)]
    pub(crate) const fn word(self) -> usize {
        self.0
    }

    #[inline(always)]
    const fn new(lap: Lap, kind: usize, size: usize) -> Self {
        Self(kind | (size & SIZE_MAX) << SIZE_AT | lap.0 << LAP_AT)
    }

    #[inline(always)]
    pub(crate) const fn reserved(lap: Lap, cells: usize) -> Self {
        Self::new(lap, kind::RESERVED, cells)
    }

    #[inline(always)]
    pub(crate) const fn pad(lap: Lap, cells: usize) -> Self {
        Self::new(lap, kind::PAD, cells)
    }

    #[inline(always)]
    pub(crate) const fn continued(lap: Lap) -> Self {
        Self::new(lap, kind::CONTINUED, 0)
    }

    /// The state of a readable record of `cells` cells.
    #[inline(always)]
    #[allow(unused_variables, reason = "each width needs one of the two")]
    pub(crate) const fn committed(lap: Lap, header: Header, cells: usize) -> Self {
        #[cfg(target_pointer_width = "64")]
        return Self(Self::new(lap, kind::COMMIT, 0).0 | header.info() << field::INFO_AT);
        #[cfg(not(target_pointer_width = "64"))]
        return Self::new(lap, kind::COMMIT, cells);
    }

    /// What this cell is to somebody who expects `lap`.
    #[inline(always)]
    pub(crate) const fn piece(self, lap: Lap) -> Piece {
        let expected = lap.0 << LAP_AT;
        match (self.0 ^ expected) & (LAP_MASK << LAP_AT | KIND_MASK) {
            kind::COMMIT => Piece::Record,
            kind::CONTINUED => Piece::Continued,
            kind::PAD => Piece::Pad,
            _ => Piece::NotReady,
        }
    }

    /// Whether this is the first cell of a record that is being written piece
    /// by piece in `lap`.
    pub(crate) const fn is_reserved(self, lap: Lap) -> bool {
        self.0 == Self::reserved(lap, self.size()).0
    }

    /// Whether this is a record of the same lap and level as `like`, which is
    /// one. On 32-bit targets the level is elsewhere, so nothing is sure.
    ///
    /// It is an answer for cells of one lap: behind the wrap another lap is
    /// expected, and a cell that is not yet written still shows the old one.
    #[inline(always)]
    pub(crate) const fn is_record_like(self, like: Self) -> bool {
        #[cfg(target_pointer_width = "64")]
        return (self.0 ^ like.0)
            & (LAP_MASK << LAP_AT | KIND_MASK | (header::LEVEL_MASK as usize) << field::LEVEL_AT)
            == 0;
        #[cfg(not(target_pointer_width = "64"))]
        return {
            let _ = like;
            false
        };
    }

    /// The level of a commit; on 32-bit targets it is in the info word.
    #[inline(always)]
    #[cfg(target_pointer_width = "64")]
    pub(crate) const fn commit_level(self) -> u8 {
        (self.0 >> field::LEVEL_AT) as u8 & header::LEVEL_MASK
    }

    /// The cells of a pad or, on 64-bit targets, the bytes of a commit.
    #[inline(always)]
    pub(crate) const fn size(self) -> usize {
        self.0 >> SIZE_AT & SIZE_MAX
    }

    /// The header of a commit. `info` is the record's first payload word,
    /// which only 32-bit targets use.
    #[inline(always)]
    #[cfg_attr(target_pointer_width = "64", allow(unused_variables))]
    pub(crate) const fn header(self, info: usize) -> Header {
        #[cfg(target_pointer_width = "64")]
        return Header::from_info(self.0 >> field::INFO_AT);
        #[cfg(not(target_pointer_width = "64"))]
        return Header::from_info(info);
    }

    /// The cells of a commit whose header is `header`, at most `max`; `None`
    /// if the block is damaged.
    #[inline(always)]
    pub(crate) const fn commit_cells(self, header: Header, max: usize) -> Option<usize> {
        #[cfg(target_pointer_width = "64")]
        let (cells, sound) = (header.cells(), true);
        // On 32-bit targets the state word says it, and the header has to need
        // as many.
        #[cfg(not(target_pointer_width = "64"))]
        let (cells, sound) = (self.size(), header.needs(self.size()));
        if !sound || cells > max {
            return None;
        }
        Some(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Extras, geometry};

    #[test]
    fn all_zero_matches_no_lap() {
        for turn in [0, 1, LAP_MASK, usize::MAX] {
            assert_eq!(State::from_word(0).piece(Lap::new(turn)), Piece::NotReady);
        }
    }

    #[test]
    fn states_match_their_own_lap_only() {
        for turn in [0, 1, 2, LAP_MASK - 1, LAP_MASK] {
            let lap = Lap::new(turn);
            let header = Header::new(9, 33, Extras::NONE.with_tag(true), false);
            let commit = State::committed(lap, header, header.cells());
            assert_eq!(commit.piece(lap), Piece::Record);
            assert_eq!(commit.piece(lap.next()), Piece::NotReady);
            assert_eq!(State::pad(lap, 3).piece(lap), Piece::Pad);
            assert_eq!(State::pad(lap, 3).size(), 3);
            assert_eq!(State::pad(lap, 3).piece(lap.next()), Piece::NotReady);
            assert_eq!(State::reserved(lap, 3).piece(lap), Piece::NotReady);
            assert!(State::reserved(lap, 3).is_reserved(lap));
            assert!(!State::reserved(lap, 3).is_reserved(lap.next()));
            assert!(!commit.is_reserved(lap) && !State::continued(lap).is_reserved(lap));
            assert_eq!(State::continued(lap).piece(lap), Piece::Continued);
            assert_eq!(State::continued(lap).piece(lap.next()), Piece::NotReady);
        }
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn records_are_alike_by_lap_and_level_whatever_their_size() {
        let record = |turn, level, bytes| {
            let header = Header::new(level, bytes, Extras::NONE, false);
            State::committed(Lap::new(turn), header, 1)
        };
        let first = record(7, 9, 33);
        assert!(record(7, 9, 0).is_record_like(first));
        assert!(!record(7, 10, 33).is_record_like(first));
        assert!(!record(8, 9, 33).is_record_like(first));
        assert!(!State::continued(Lap::new(7)).is_record_like(first));
        assert!(!State::pad(Lap::new(7), 1).is_record_like(first));
        assert!(!State::from_word(0).is_record_like(first));
    }

    #[test]
    fn a_header_survives_its_state_word() {
        let most = geometry::payload_bytes_max(geometry::CELLS_MAX);
        for bytes in [0, 1, 55, 56, 57, most] {
            for flags in 0..16 {
                let extras = Extras::NONE
                    .with_timestamp(flags & 1 != 0)
                    .with_tag(flags & 2 != 0)
                    .with_loss(flags & 4 != 0);
                let header = Header::new(24, bytes, extras, flags & 8 != 0);
                let cells = header.cells();
                let state = State::committed(Lap::new(7), header, cells);
                let back = state.header(header.info());
                assert_eq!(back, header);
                assert_eq!(state.commit_cells(back, cells), Some(cells));
                assert_eq!(state.commit_cells(back, cells - 1), None);
            }
        }
    }
}
