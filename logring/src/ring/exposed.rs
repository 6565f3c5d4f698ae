//! A ring whose words a test reads and writes as another process does that
//! shares its memory.

use core::mem::offset_of;
use std::boxed::Box;
use std::vec;

use super::{Cell, LogRing, Ring};

/// Memory as aligned as any ring.
#[derive(Clone, Copy)]
#[repr(align(128))]
struct Line {
    words: [usize; LINE_WORDS],
}

const WORD: usize = size_of::<usize>();
const LINE_WORDS: usize = 128 / WORD;
const GUARD: Line = Line {
    words: [usize::MAX / 3; LINE_WORDS],
};

/// A ring of one thread, a guard before and behind it, and access to its words. It
/// is reached through one pointer only, from which the references come.
pub(crate) struct Exposed {
    start: *mut Line,
    lines: usize,
    cells: usize,
}

impl Exposed {
    // The numbers of some words.
    pub(crate) const HEAD: usize = offset_of!(LogRing<4>, front.head) / WORD;
    pub(crate) const HINT: usize = offset_of!(LogRing<4>, front.hint) / WORD;
    pub(crate) const UNTOLD: usize = offset_of!(LogRing<4>, front.untold) / WORD;
    pub(crate) const TAIL: usize = offset_of!(LogRing<4>, back.tail) / WORD;
    pub(crate) const TOLD: [usize; 2] = [
        offset_of!(LogRing<4>, back.told_refused) / WORD,
        offset_of!(LogRing<4>, back.told_evicted) / WORD,
    ];
    pub(crate) const WATERMARK: usize = offset_of!(LogRing<4>, back.watermark) / WORD;
    pub(crate) const LEDGER: usize = offset_of!(LogRing<4>, ledger) / WORD;
    /// The first word of the cells: the state of the first.
    pub(crate) const CELLS: usize = offset_of!(LogRing<4>, cells) / WORD;
    /// Words of a cell.
    pub(crate) const CELL_WORDS: usize = size_of::<Cell>() / WORD;

    /// An empty ring of so many cells, whose positions begin there.
    pub(crate) fn new(cells: usize, position: usize) -> Self {
        let bytes = Ring::memory_bytes(cells * Ring::CELL_BYTES).expect("a power of two");
        let lines = bytes.div_ceil(size_of::<Line>()) + 2;
        let mut memory = vec![GUARD; lines];
        for line in &mut memory[1..lines - 1] {
            line.words = [0; LINE_WORDS];
        }
        let exposed = Self {
            start: Box::into_raw(memory.into_boxed_slice()).cast(),
            lines,
            cells,
        };
        for word in [Self::HEAD, Self::HINT, Self::TAIL] {
            exposed.set_word(word, position);
        }
        exposed
    }

    /// Another ring with the same contents.
    pub(crate) fn copy(&self) -> Self {
        let mut memory = vec![GUARD; self.lines];
        // SAFETY: hazard: lines that are not there, or change. There are as many in
        // both, and one thread only is at work.
        unsafe { memory.as_mut_ptr().copy_from(self.start, self.lines) };
        Self {
            start: Box::into_raw(memory.into_boxed_slice()).cast(),
            ..*self
        }
    }

    pub(crate) fn ring(&self) -> &Ring {
        let cells_log2 = self.cells.ilog2();
        // SAFETY: hazard: memory that is gone, or no ring. `drop` frees it; it was
        // made for so many cells, and any contents are words.
        unsafe { Ring::attach_unchecked(self.place().cast(), cells_log2) }
    }

    /// The ring's cells.
    pub(crate) const fn cells(&self) -> usize {
        self.cells
    }

    /// The ring's words.
    pub(crate) const fn words(&self) -> usize {
        Self::CELLS + self.cells * Self::CELL_WORDS
    }

    /// The number of the word at an address.
    ///
    /// # Panics
    /// If it is none of the ring's.
    pub(crate) fn number(&self, address: usize) -> usize {
        let offset = address.wrapping_sub(self.place().addr());
        assert!(
            offset % WORD == 0 && offset / WORD < self.words(),
            "an access outside the ring"
        );
        offset / WORD
    }

    /// A word, by its number.
    pub(crate) fn word(&self, at: usize) -> usize {
        // SAFETY: hazard: a word outside the ring. The number is checked there.
        unsafe { self.place_of(at).read() }
    }

    /// Writes a word, as somebody does who is not the library.
    pub(crate) fn set_word(&self, at: usize, value: usize) {
        // SAFETY: hazard: a word outside the ring, or a write below a shared
        // reference. The number is checked; the ring's words are atomics, and
        // one thread only is at work.
        unsafe { self.place_of(at).write(value) };
    }

    fn place_of(&self, at: usize) -> *mut usize {
        assert!(at < self.words());
        self.place().wrapping_add(at)
    }

    fn place(&self) -> *mut usize {
        self.start.wrapping_add(1).cast()
    }

    /// Fails if a word beside the ring was written.
    pub(crate) fn assert_guards(&self) {
        for guard in [0, self.lines - 1] {
            // SAFETY: hazard: a line that is not there. There is a guard.
            let guard = unsafe { self.start.wrapping_add(guard).read() };
            assert_eq!(guard.words, GUARD.words);
        }
    }
}

impl Drop for Exposed {
    fn drop(&mut self) {
        let lines = core::ptr::slice_from_raw_parts_mut(self.start, self.lines);
        // SAFETY: hazard: memory of another allocation, or in use. It came from
        // a box, and whoever borrowed the ring has ended.
        drop(unsafe { Box::from_raw(lines) });
    }
}
