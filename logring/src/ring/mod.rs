//! The protocol: every ordering but those that count, every payload access,
//! nearly every `unsafe`.
//!
//! Floor 2: imports floors 0 and 1. [`design`](crate::design) has the states,
//! the invariants and the argument; this room has the code, a file a step:
//!
//! - `memory` makes a ring out of a `static`, a box, a block, a mapping;
//! - `reserve` takes cells from the head (P), `evict` frees them at the tail
//!   (E), `write` fills and commits them (W), `resume` goes on with a write
//!   that was taken apart, `copy` moves bytes into words and back;
//! - `take` takes the oldest record from the tail, `claim` several, which `pass`
//!   has looked at and copied (C);
//! - `recover` makes a ring whole whose users have died (H), and `retained`
//!   tells whether its memory has survived a reset;
//! - `prefault` makes the system give a ring its memory before it is used;
//! - `look` is for those who choose a ring before they push, and for those who
//!   sleep while there is no record;
//! - `loss` counts what was lost and tells it; `observe` is for snapshots;
//! - `orderings` has every memory ordering with its reason.
#![allow(unsafe_code)]

mod claim;
mod copy;
mod evict;
#[cfg(all(test, logring_inject, not(any(loom, shuttle))))]
pub(crate) mod exposed;
#[cfg(any(feature = "shards", feature = "async"))]
mod look;
mod loss;
pub(crate) mod memory;
mod observe;
mod orderings;
mod pass;
#[cfg(all(test, not(any(loom, shuttle))))]
mod pass_tests;
mod prefault;
mod recover;
#[cfg(all(test, not(any(loom, shuttle))))]
mod recover_tests;
mod reserve;
mod resume;
mod retained;
mod take;
mod write;

pub(crate) use claim::{Claim, Pace};
pub(crate) use pass::{Meta, Receive};
pub use recover::Recovered;
pub(crate) use reserve::{AT_ONCE_TRIES, Request};
pub(crate) use resume::WRITER_WORDS;
pub use retained::Retained;
pub(crate) use take::Taken;
pub(crate) use write::{Reserved, Writer};

use crate::layout::{Cell, Position};
use crate::stats::ledger::spare_words;
use crate::stats::{Ledger, Watermark};
use crate::sync::{Slot, Word};

/// A bounded queue of log records in one block of plain memory.
///
/// The block has positions, counters and cells, and no pointer, lock, thread,
/// clock or configuration. All-zero is the empty ring, so a `static` one lies
/// in `.bss` and needs no initialisation.
///
/// `Ring` is one type for every storage. `Ring<[Cell; N]>`, named
/// [`LogRing<N>`], has its size in its type; all methods live on `Ring`, which
/// it dereferences and unsizes to, so they exist once in a program.
///
/// Records get in through a [`Logger`](crate::Logger), and out through
/// [`pop`](Ring::pop) and [`drain`](Ring::drain).
///
/// ```
/// use logring::{Config, Level, LogRing, Logger, Popped};
///
/// static RING: LogRing<256> = LogRing::new();
/// static LOG: Logger = Logger::new(&RING, Config::drop_newest());
///
/// LOG.push(Level::WARN, b"disk 91% full");
///
/// let mut buf = [0; 512];
/// let Popped::Record(record) = RING.pop(&mut buf) else { panic!() };
/// assert_eq!(record.bytes, b"disk 91% full");
/// assert_eq!(record.lost_before, 0);
/// ```
///
/// # Context
/// Every method may be called from a thread, an interrupt, a signal handler,
/// a forked child or a panic handler, also on top of an interrupted call to
/// the same ring, unless it says otherwise.
#[repr(C)]
pub struct Ring<C: ?Sized = [Cell]> {
    front: Front,
    back: Back,
    ledger: Ledger,
    /// See [`spare_words`].
    spare: [Slot; CELLS_SPARE],
    cells: C,
}

/// Words between the ledger and the cells.
const CELLS_SPARE: usize = if cfg!(all(test, any(loom, shuttle))) {
    0
} else {
    let before = size_of::<Front>() + size_of::<Back>() + size_of::<Ledger>();
    (before.next_multiple_of(align_of::<Cell>()) - before) / size_of::<Slot>()
};

/// A ring of `N` cells whose storage is its own, for `static`s.
///
/// `N` is a power of two of at least 4. A cell has 128 bytes on 64-bit targets
/// and 32 on 32-bit ones ([`Ring::CELL_BYTES`]); [`cells_for_bytes`](crate::cells_for_bytes) turns a
/// capacity in bytes into `N` at compile time.
pub type LogRing<const N: usize> = Ring<[Cell; N]>;

/// What producers touch while there is room: one cache line.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
struct Front {
    /// The position of the next reservation. Owner: whoever wins P.e.
    head: Word,
    /// A value that `tail` once had (I4). It may be old, never ahead of the
    /// truth, so it may say "there is room" and nothing else.
    hint: Slot,
    /// Not 0 while refusals may exist that nobody was told of: accepted
    /// records then carry the total. A hint, too: sums never depend on it.
    untold: Slot,
    spare: [Slot; spare_words(3)],
}

/// What poppers touch: one cache line.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
struct Back {
    /// The position of the oldest record. Owner: whoever wins C.d or E.c.
    tail: Word,
    /// The part of the ledger's refusals that consumers were told of.
    told_refused: Word,
    /// The part of the ledger's evictions that consumers were told of.
    told_evicted: Word,
    /// Records given to consumers.
    delivered: Word,
    /// Peak fill.
    watermark: Watermark,
    spare: [Slot; spare_words(5)],
}

impl Ring {
    /// The number of cells, a power of two.
    #[inline(always)]
    pub(crate) const fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// The cell at a position.
    #[inline(always)]
    fn cell(&self, at: Position) -> &Cell {
        let index = at.index(self.cells.len());
        // SAFETY: hazard: an index past the cells. A ring has a power-of-two
        // number of cells, which `memory` checks wherever one is made (G1 of
        // `design.rs`), and `index` keeps the bits below it only.
        unsafe { self.cells.get_unchecked(index) }
    }

    #[inline(always)]
    fn lap(&self, at: Position) -> crate::layout::state::Lap {
        at.lap(self.cells.len())
    }
}
