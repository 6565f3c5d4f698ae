//! Memory for a ring that a test can also reach into, as a stray write would.

use logring::{Config, Level, Logger, Ring};

use crate::support::{CELL, FIRST, WORD, pop};

/// Cells of the ring.
pub(crate) const CELLS: usize = 8;
/// Words of a guard.
pub(crate) const GUARD: usize = 128 / WORD;

/// Words of memory for a ring, with a guard on either side of it.
pub(crate) struct Block {
    words: Vec<Line>,
}

#[derive(Clone, Copy)]
#[repr(align(128))]
struct Line([usize; GUARD]);

const UNTOUCHED: usize = 0x5A5A_5A5A;

impl Block {
    pub(crate) fn new() -> Self {
        let lines = bytes().div_ceil(128);
        let mut block = Self {
            words: vec![Line([UNTOUCHED; GUARD]); 1 + lines + 1],
        };
        for at in 0..bytes() / WORD {
            *block.word(at) = 0;
        }
        block
    }

    pub(crate) fn start(&mut self) -> *mut u8 {
        self.words.as_mut_ptr().wrapping_add(1).cast()
    }

    /// The ring in the block. Nothing else may touch the block until the last
    /// use of it.
    pub(crate) fn ring(&mut self) -> &Ring {
        let start = self.start();
        // SAFETY: hazard: a block too short, or in use elsewhere. There are
        // `bytes()` bytes behind the first guard, any contents will do, and
        // `self` is borrowed for as long as the ring.
        unsafe { Ring::attach(start, bytes()) }.unwrap()
    }

    pub(crate) fn word(&mut self, at: usize) -> &mut usize {
        &mut self.words[1 + at / GUARD].0[at % GUARD]
    }

    fn all(&self) -> Vec<usize> {
        self.words.iter().flat_map(|line| line.0).collect()
    }

    pub(crate) fn snapshot(&self) -> Vec<usize> {
        self.all()[GUARD..GUARD + bytes() / WORD].to_vec()
    }

    pub(crate) fn assert_guards(&self) {
        let all = self.all();
        let (before, behind) = (&all[..GUARD], &all[GUARD + bytes() / WORD..]);
        assert!(before.iter().chain(behind).all(|word| *word == UNTOUCHED));
    }
}

/// Bytes of the ring.
pub(crate) fn bytes() -> usize {
    Ring::memory_bytes(CELLS * CELL).unwrap()
}

/// The word of the block at which the cells begin: that of the first record
/// less its state word, found by looking.
pub(crate) fn first_cell() -> usize {
    let mut block = Block::new();
    let marker = 0x1234_5678_usize;
    let log = Logger::new(block.ring(), Config::drop_newest());
    log.push(Level::INFO, &marker.to_ne_bytes());
    let at = block.snapshot().iter().position(|word| *word == marker);
    at.unwrap() - if WORD == 8 { 1 } else { 2 }
}

/// The words of the block that hold the positions of the head and of the
/// tail, found by watching them move.
pub(crate) fn head_and_tail() -> (usize, usize) {
    let mut block = Block::new();
    let log = |block: &mut Block| {
        Logger::new(block.ring(), Config::drop_newest()).push(Level::INFO, &[0; FIRST + 1]);
    };
    let moved = |before: &[usize], after: &[usize], to| {
        let cells = first_cell();
        let moved = (0..cells).filter(|at| before[*at] != after[*at] && after[*at] == to);
        let moved: Vec<_> = moved.collect();
        assert_eq!(moved.len(), 1);
        moved[0]
    };
    log(&mut block);
    let one = block.snapshot();
    log(&mut block);
    let two = block.snapshot();
    pop(block.ring());
    (moved(&one, &two, 4), moved(&two, &block.snapshot(), 2))
}
