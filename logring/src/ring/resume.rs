//! A writer taken apart into words and put together again, for callers that
//! cannot hold a Rust value.

use super::orderings::{V, W};
use super::{Ring, Writer};
use crate::layout::geometry::{PAYLOAD_WORDS, WORD_BYTES, record_cells_max};
use crate::layout::{Extras, Position, State, geometry, header};
use crate::level::Level;

/// A writer's numbers but its position and held bytes, packed into words. Each
/// field is as wide as its largest value:
///
/// | word | 64-bit | 32-bit | field |
/// |---|---|---|---|
/// | 0 | 0..24 | 0..24 | payload bytes appended |
/// | 0 | 24..29, 29..32 | the same | level, extras |
/// | 1 | 0..24, 24..28 | the same | the caller's own bytes, payload word that comes next |
/// | 1 | 28 | the same | the caller's own flag |
/// | 2 | 0..32, 32..64 | 0..16, 16..32 | cells, cells before the one that comes next |
const PACKED_WORDS: usize = 3;
/// The words of a [`Writer`] and of what a grant adds to it.
pub(crate) const WRITER_WORDS: usize = 2 + PACKED_WORDS;

const BYTES_BITS: u32 = 24;
const BYTES_MASK: usize = (1 << BYTES_BITS) - 1;
const EXTRAS_AT: u32 = 29;
const WORD_BITS: u32 = 4;
const FLAG_AT: u32 = BYTES_BITS + WORD_BITS;
const HALF_BITS: u32 = usize::BITS / 2;

const _: () = assert!(header::BYTES_MAX <= BYTES_MASK && PAYLOAD_WORDS < 1 << WORD_BITS);

impl<'r> Writer<'r> {
    /// The writer as words, with a number of bytes and a flag of the caller's
    /// own; somebody must put it together again and end it.
    pub(crate) fn into_words(self, bytes_max: usize, flag: bool) -> [usize; WRITER_WORDS] {
        let level = usize::from(self.level.get()) << BYTES_BITS;
        let extras = usize::from(self.extras.index()) << EXTRAS_AT;
        let word = usize::from(self.word) << BYTES_BITS;
        let ahead = self.cell.since(self.first) << HALF_BITS;
        [
            self.first.word(),
            usize::from_ne_bytes(self.pending),
            self.bytes as usize | level | extras,
            bytes_max | word | usize::from(flag) << FLAG_AT,
            self.cells as usize | ahead,
        ]
    }

    /// The writer of these words, with the caller's bytes and flag; or `None`
    /// if `ring` has no open reservation like that, or one that has no room
    /// for so many bytes. No words reach outside a record of the ring.
    pub(crate) fn from_words(
        ring: &'r Ring,
        words: [usize; WRITER_WORDS],
    ) -> Option<(Self, usize, bool)> {
        let [first, pending, what, room, place] = words;
        let first = Position::from_word(first);
        let (cells, ahead) = (place & (usize::MAX >> HALF_BITS), place >> HALF_BITS);
        let (bytes, bytes_max) = (what & BYTES_MASK, room & BYTES_MASK);
        let word = room >> BYTES_BITS & ((1 << WORD_BITS) - 1);
        let writer = Self {
            ring,
            first,
            cell: first.plus(ahead),
            word: word as u8,
            pending: pending.to_ne_bytes(),
            bytes: bytes as u32,
            cells: cells as u32,
            level: Level::new((what >> BYTES_BITS & 0x1F) as u8)?,
            extras: Extras::from_index((what >> EXTRAS_AT) as u8 & 7),
        };
        let header_words = writer.extras.words();
        let fits = bytes <= bytes_max
            && bytes_max <= geometry::payload_bytes_max(ring.cell_count())
            && geometry::cells_for(header_words, bytes_max) <= cells
            && cells <= record_cells_max(ring.cell_count())
            // What was written so far, held bytes aside, ends at `cell` and
            // `word`, and the words of the header come first.
            && word <= PAYLOAD_WORDS
            && ahead <= cells
            && ahead * PAYLOAD_WORDS + word == header_words + bytes / WORD_BYTES
            // Nothing but a flag is left over.
            && room >> FLAG_AT <= 1
            && what >> 16 >> 16 == 0;
        // The owner's own stamp (W.a) is gone once the reservation has ended,
        // and the head is at most a lap past it as long as it has not.
        let open = State::reserved(ring.lap(first), cells);
        let since = Position::from_word(ring.front.head.load(V)).since(first);
        let is_open = (cells..=ring.cell_count()).contains(&since)
            && ring.cell(first).state.load(W) == open.word();
        (fits && is_open).then_some((writer, bytes_max, room >> FLAG_AT == 1))
    }
}
