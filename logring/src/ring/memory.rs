//! Making a ring out of memory: a `static`, a box, the caller's block, or a
//! block that somebody else initialised.
//!
//! G1: a ring has a power-of-two number of cells, at least 4. Every way to
//! make one is in this file, and each checks it.

use core::ops::Deref;

#[cfg(not(all(test, any(loom, shuttle))))]
use super::CELLS_SPARE;
use super::{Back, Front, Ring};
use crate::layout::Cell;
#[cfg(not(all(test, any(loom, shuttle))))]
use crate::layout::geometry;
#[cfg(not(all(test, any(loom, shuttle))))]
use crate::stats::ledger::spare_words;
use crate::stats::{Ledger, Watermark};
use crate::sync::{Slot, Word};

#[cfg(not(all(test, any(loom, shuttle))))]
impl Front {
    const fn at(position: usize) -> Self {
        Self {
            head: Word::new(position),
            hint: Slot::new(position),
            untold: Slot::new(0),
            spare: [const { Slot::new(0) }; spare_words(3)],
        }
    }
}

#[cfg(not(all(test, any(loom, shuttle))))]
impl Back {
    const fn at(position: usize) -> Self {
        Self {
            tail: Word::new(position),
            told_refused: Word::new(0),
            told_evicted: Word::new(0),
            delivered: Word::new(0),
            watermark: Watermark::new(),
            spare: [const { Slot::new(0) }; spare_words(5)],
        }
    }
}

#[cfg(not(all(test, any(loom, shuttle))))]
impl<const N: usize> Ring<[Cell; N]> {
    /// An empty ring of `N` cells: all zero, so a `static` lies in `.bss`.
    ///
    /// `N` is a power of two of at least 4, or this does not compile.
    ///
    /// # Context
    /// Any context; meant for a `static`.
    #[must_use]
    pub const fn new() -> Self {
        const {
            assert!(
                geometry::is_ring_size(N),
                "a ring has a power of two of at least 4 cells"
            );
        }
        // All at once: to make cell after cell takes the compiler seconds for a ring of
        // 64 MiB.
        // SAFETY: hazard: bytes that are no `Ring`. Each word of one is an integer, all
        // of which may be 0, and G1 was checked.
        unsafe { core::mem::zeroed() }
    }

    /// An empty ring whose positions begin at `position`: tests start just
    /// below the wrap with it.
    #[doc(hidden)]
    #[must_use]
    pub const fn starting_at(position: usize) -> Self {
        const {
            assert!(
                geometry::is_ring_size(N),
                "a ring has a power of two of at least 4 cells"
            );
        }
        Self {
            front: Front::at(position),
            back: Back::at(position),
            ledger: Ledger::new(),
            spare: [const { Slot::new(0) }; CELLS_SPARE],
            cells: [const { Cell::new() }; N],
        }
    }
}

#[cfg(not(all(test, any(loom, shuttle))))]
impl<const N: usize> Default for Ring<[Cell; N]> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Deref for Ring<[Cell; N]> {
    type Target = Ring;

    #[inline(always)]
    fn deref(&self) -> &Ring {
        self
    }
}

#[cfg(not(all(test, any(loom, shuttle))))]
mod raw {
    use core::mem::MaybeUninit;
    use core::ops::RangeInclusive;
    use core::ptr;

    use super::{Cell, Ring, geometry};
    use crate::error::{CapacityError, MemoryError};

    /// Bytes of a ring without its cells.
    const BASE_BYTES: usize = core::mem::offset_of!(Ring<[Cell; 0]>, cells);

    impl Ring {
        /// What the address of a ring is a multiple of, in bytes.
        pub const ALIGN: usize = align_of::<Ring<[Cell; 0]>>();

        /// Bytes of memory that a ring of `capacity_bytes` takes, positions
        /// and counters included, at an address that is a multiple of
        /// [`ALIGN`](Self::ALIGN).
        ///
        /// # Errors
        /// If no ring has that capacity: it is a power of two of at least
        /// four cells.
        ///
        /// # Context
        /// Any context, also `const`; a constant number of steps.
        pub const fn memory_bytes(capacity_bytes: usize) -> Result<usize, CapacityError> {
            match geometry::cells_of_capacity(capacity_bytes) {
                Ok(cells) => Ok(Self::bytes_of(cells)),
                Err(error) => Err(error),
            }
        }

        const fn bytes_of(cells: usize) -> usize {
            (BASE_BYTES + cells * size_of::<Cell>()).next_multiple_of(Self::ALIGN)
        }

        /// The ring whose first byte is at `start`, as a wide pointer.
        const fn wide(start: *mut u8, cells: usize) -> *mut Self {
            ptr::slice_from_raw_parts_mut(start.cast::<Cell>(), cells) as *mut Self
        }

        /// An empty ring on the heap.
        ///
        /// # Errors
        /// If no ring has `capacity_bytes`: it is a power of two of at least
        /// four cells, and the error names the nearest.
        ///
        /// # Context
        /// A thread: it allocates, and aborts as `Box` does when there is no
        /// memory.
        #[cfg(feature = "alloc")]
        pub fn boxed(capacity_bytes: usize) -> Result<alloc::boxed::Box<Self>, CapacityError> {
            use alloc::alloc::{Layout, alloc_zeroed, handle_alloc_error};

            let cells = geometry::cells_of_capacity(capacity_bytes)?;
            // A ring's bytes fit an `isize`: `CELLS_MAX` cells are a quarter
            // of the address space.
            let Ok(layout) = Layout::from_size_align(Self::bytes_of(cells), Self::ALIGN) else {
                return Err(CapacityError {
                    below: None,
                    above: None,
                });
            };
            // SAFETY: hazard: a layout of size zero. A ring has at least four
            // cells.
            let start = unsafe { alloc_zeroed(layout) };
            if start.is_null() {
                handle_alloc_error(layout);
            }
            // SAFETY: hazard: memory that is no `Ring`, or that `Box` frees
            // with another layout. All-zero bytes are an empty ring (each
            // word is an integer), G1 holds by `cells_of_capacity`, and the
            // size and alignment of `Ring` with that many cells are those of
            // `layout`.
            Ok(unsafe { alloc::boxed::Box::from_raw(Self::wide(start, cells)) })
        }

        /// An empty ring on the heap, of the capacity that `config` names, or else of
        /// `otherwise_bytes`.
        ///
        /// ```
        /// use logring::{Config, Level, Logger, Ring};
        ///
        /// let config = Config::parse("mode=non-blocking,max-buffer-size=5m").unwrap();
        /// let ring = Ring::boxed_for(&config, 64 * 1024).unwrap();
        /// assert_eq!(ring.capacity_bytes(), 8 << 20); // a power of two
        /// let log = Logger::try_new(&ring, config).unwrap();
        /// assert!(log.push(Level::INFO, b"listening").is_stored());
        /// ```
        ///
        /// # Errors
        /// As [`boxed`](Self::boxed).
        ///
        /// # Context
        /// As [`boxed`](Self::boxed).
        #[cfg(feature = "alloc")]
        pub fn boxed_for(
            config: &crate::policy::Config,
            otherwise_bytes: usize,
        ) -> Result<alloc::boxed::Box<Self>, CapacityError> {
            Self::boxed(config.capacity_bytes().unwrap_or(otherwise_bytes))
        }

        /// Makes the largest empty ring that fits a block of memory.
        ///
        /// It begins at the block's first address that is a multiple of
        /// [`ALIGN`](Self::ALIGN); what is over at either end stays unused.
        ///
        /// # Errors
        /// If not even the smallest ring fits.
        ///
        /// # Context
        /// Any context; it zeroes the block, so its steps are its bytes.
        pub fn in_memory(block: &mut [MaybeUninit<u8>]) -> Result<&Self, MemoryError> {
            let needed = Self::bytes_of(geometry::CELLS_MIN);
            let skipped = block.as_ptr().align_offset(Self::ALIGN);
            let block = match block.get_mut(skipped..) {
                Some(block) if block.len() >= needed => block,
                _ => return Err(MemoryError::TooSmall { needed }),
            };
            let Some(cells_log2) = Self::largest_in(block.len()) else {
                return Err(MemoryError::TooSmall { needed });
            };
            let cells = 1_usize << cells_log2;
            let bytes = Self::bytes_of(cells);
            let start = block.as_mut_ptr().cast::<u8>();
            // SAFETY: hazard: bytes outside the block. `block` has at least
            // as many: a power of two of cells not above those that fit.
            unsafe { start.write_bytes(0, bytes) };
            let ring = Self::wide(start, cells);
            // SAFETY: hazard: a reference to memory that is no ring, or that
            // somebody else writes. The block is borrowed exclusively for as
            // long as the ring lives, its first `bytes` bytes are zero, which
            // is an empty ring, aligned by `align_offset`, and G1 holds: at
            // least `CELLS_MIN` cells fit, and `cells` is a power of two.
            Ok(unsafe { &*ring })
        }

        /// The log2 of the number of cells of the largest ring that fits so many bytes
        /// at an address that is a multiple of [`ALIGN`](Self::ALIGN); `None` if none
        /// does.
        ///
        /// # Context
        /// Any context, also `const`; a constant number of steps.
        #[must_use]
        pub const fn largest_in(bytes: usize) -> Option<u32> {
            if bytes < Self::bytes_of(geometry::CELLS_MIN) {
                return None;
            }
            let log2 = ((bytes - BASE_BYTES) / size_of::<Cell>()).ilog2();
            let most = geometry::CELLS_MAX.ilog2();
            Some(if log2 < most { log2 } else { most })
        }

        /// The ring in a block that somebody initialised: a mapping shared
        /// by processes, retained memory, a block of a C caller.
        ///
        /// `bytes` is what [`memory_bytes`](Self::memory_bytes) gave for its
        /// capacity. The number of cells follows from it; nothing in the
        /// block is trusted for it.
        ///
        /// # Errors
        /// If `start` is NULL or misaligned, or no ring has that many bytes.
        ///
        /// # Safety
        /// For as long as `'a`, the `bytes` bytes at `start` are valid for
        /// reads and writes and nobody accesses them but through rings that
        /// are attached to or were made in them. They hold a ring, or
        /// zeroes, which are an empty one; a ring that another process made is
        /// of the same version of this crate and the same pointer width. Damaged contents may cost
        /// records, and never cause an access outside the block.
        ///
        /// # Context
        /// Any context; a constant number of steps.
        pub unsafe fn attach<'a>(start: *mut u8, bytes: usize) -> Result<&'a Self, MemoryError> {
            if start.is_null() || start.addr() % Self::ALIGN != 0 {
                return Err(MemoryError::Misaligned { align: Self::ALIGN });
            }
            let needed = Self::bytes_of(geometry::CELLS_MIN);
            if bytes < needed {
                return Err(MemoryError::TooSmall { needed });
            }
            let cells_log2 = ((bytes - BASE_BYTES) / size_of::<Cell>()).ilog2();
            if !Self::CELLS_LOG2.contains(&cells_log2) || Self::bytes_of(1 << cells_log2) != bytes {
                return Err(MemoryError::Length);
            }
            // SAFETY: hazard: those of `attach_unchecked`. The caller vouches
            // for the memory; address and length were checked.
            Ok(unsafe { Self::attach_unchecked(start, cells_log2) })
        }

        /// The log2 of the number of cells that a ring can have.
        pub const CELLS_LOG2: RangeInclusive<u32> =
            geometry::CELLS_MIN.ilog2()..=geometry::CELLS_MAX.ilog2();

        /// As [`attach`](Self::attach), for callers that attach at every call
        /// and have checked address and length once.
        ///
        /// # Safety
        /// As in [`attach`](Self::attach), for as many bytes as a ring of two
        /// to the power of `cells_log2` cells has. `start` is not NULL and a
        /// multiple of [`ALIGN`](Self::ALIGN), and `cells_log2` is one of
        /// [`CELLS_LOG2`](Self::CELLS_LOG2).
        ///
        /// # Context
        /// Any context; a constant number of steps.
        #[inline]
        #[must_use]
        pub unsafe fn attach_unchecked<'a>(start: *mut u8, cells_log2: u32) -> &'a Self {
            let cells = 1 << cells_log2;
            // SAFETY: hazard: a reference to memory that is no ring. The
            // caller vouches for the memory, for the address, and for G1; any
            // contents are valid words.
            unsafe { &*Self::wide(start, cells) }
        }
    }
}

#[cfg(all(test, any(loom, shuttle)))]
impl<const N: usize> Ring<[Cell; N]> {
    /// An empty ring for a model, of any power-of-two number of cells.
    pub(crate) fn model(position: usize) -> Self {
        Self {
            front: Front {
                head: Word::new(position),
                hint: Slot::new(position),
                untold: Slot::new(0),
                spare: [],
            },
            back: Back {
                tail: Word::new(position),
                told_refused: Word::new(0),
                told_evicted: Word::new(0),
                delivered: Word::new(0),
                watermark: Watermark::new(),
                spare: [],
            },
            ledger: Ledger::new(),
            spare: [],
            cells: core::array::from_fn(|_| Cell::new()),
        }
    }
}
