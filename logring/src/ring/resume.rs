//! A writer taken apart into words and put together again, for callers that
//! cannot hold a Rust value.

use super::orderings::W;
use super::{Ring, Writer};
use crate::layout::geometry::{PAYLOAD_WORDS, WORD_BYTES, record_cells_max};
use crate::layout::{Extras, Position, State, geometry};
use crate::level::Level;

/// The words of a [`Writer`].
pub(crate) const WRITER_WORDS: usize = 6;

impl<'r> Writer<'r> {
    /// The writer as words; somebody must put it together again and end it.
    pub(crate) fn into_words(self) -> [usize; WRITER_WORDS] {
        let small = [self.level.get(), self.extras.bits(), self.word];
        let [level, extras, word] = small.map(usize::from);
        [
            self.first.word(),
            self.cell.since(self.first),
            usize::from_ne_bytes(self.pending),
            self.bytes as usize,
            self.cells as usize,
            level | extras << 8 | word << 16,
        ]
    }

    /// The writer of these words, or `None` if `ring` has no open reservation
    /// like that. No words reach outside a record of the ring.
    pub(crate) fn from_words(ring: &'r Ring, words: [usize; WRITER_WORDS]) -> Option<Self> {
        let [first, ahead, pending, bytes, cells, small] = words;
        let first = Position::from_word(first);
        let byte = |at: u32| (small >> at) as u8;
        let (level, extras, word) = (byte(0), byte(8), byte(16));
        let writer = Self {
            ring,
            first,
            cell: first.plus(ahead),
            word,
            pending: pending.to_ne_bytes(),
            bytes: u32::try_from(bytes).ok()?,
            cells: u32::try_from(cells).ok()?,
            level: Level::new(level)?,
            extras: Extras::from_bits(extras)?,
        };
        // What was written so far, held bytes aside, ends at `cell` and
        // `word`; the words of the header come first.
        let words = writer.extras.words() + bytes / WORD_BYTES;
        let fits = geometry::cells_for(writer.extras.words(), bytes) <= cells
            && cells <= record_cells_max(ring.cell_count())
            && word as usize <= PAYLOAD_WORDS
            && ahead <= cells
            && ahead * PAYLOAD_WORDS + word as usize == words;
        // The owner's own stamp (W.a): gone once the reservation has ended.
        let open = State::reserved(ring.lap(first), cells);
        (fits && ring.cell(first).state.load(W) == open.word()).then_some(writer)
    }

    /// Whether the reservation has room for `bytes` bytes altogether.
    pub(crate) fn room_for(&self, bytes: usize) -> bool {
        geometry::cells_for(self.extras.words(), bytes) <= self.cells as usize
    }
}
