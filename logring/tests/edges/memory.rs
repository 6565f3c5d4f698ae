//! Making rings: of statics, blocks and boxes, of any size and at any address.

use std::mem::MaybeUninit;

use logring::{Config, Level, LogRing, Logger, MemoryError, Popped, Pushed, Ring};

use crate::support::{CELL, glance, pop};

/// Memory at an address that every ring can begin at.
#[derive(Clone, Copy)]
#[repr(align(128))]
struct Line([u8; 128]);

/// At least so many bytes of memory, all of them `byte`.
fn memory(bytes: usize, byte: u8) -> Vec<Line> {
    vec![Line([byte; 128]); bytes.div_ceil(128)]
}

fn as_block(memory: &mut [Line]) -> &mut [MaybeUninit<u8>] {
    let bytes = size_of_val(memory);
    // SAFETY: hazard: bytes that are not there, or a type that the bytes do
    // not suit. A `Line` is 128 bytes without padding, any byte suits a
    // `MaybeUninit<u8>`, and the caller below writes only initialised ones.
    unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), bytes) }
}

fn as_bytes(memory: &[Line]) -> Vec<u8> {
    memory.iter().flat_map(|line| line.0).collect()
}

fn bytes_of(cells: usize) -> usize {
    Ring::memory_bytes(cells * CELL).unwrap()
}

/// Whatever was in a block before, its ring is empty and works.
fn assert_works(ring: &Ring) {
    assert_eq!(glance(ring), Popped::Empty);
    assert_eq!((ring.stats().delivered, ring.stats().lost.total()), (0, 0));
    let log = Logger::new(ring, Config::drop_oldest());
    for _ in 0..ring.capacity_bytes() / CELL + 1 {
        assert_eq!(log.push(Level::INFO, b"x"), Pushed::Stored);
    }
    assert!(pop(ring).lost_before > 0);
}

/// The smallest ring fits a block of its size, and not one byte less.
#[test]
fn a_block_of_the_smallest_ring_is_exactly_enough() {
    let needed = bytes_of(4);
    let mut memory = memory(needed, 0xEE);
    let block = as_block(&mut memory);
    let ring = Ring::in_memory(&mut block[..needed]).unwrap();
    assert_eq!(ring.capacity_bytes(), 4 * CELL);
    assert_works(ring);

    for short in [0, 1, needed - 1] {
        let error = Ring::in_memory(&mut block[..short]).err();
        assert_eq!(
            error,
            Some(MemoryError::TooSmall { needed }),
            "{short} bytes"
        );
    }
}

/// A block takes the largest ring that fits; one byte less halves it.
#[test]
fn a_block_takes_the_largest_ring_that_fits() {
    for cells in if cfg!(miri) { [8, 8, 16] } else { [8, 16, 64] } {
        let mut memory = memory(bytes_of(cells) + 128, 0xEE);
        let block = as_block(&mut memory);
        for (bytes, expected) in [
            (bytes_of(cells) - 1, cells / 2),
            (bytes_of(cells), cells),
            (bytes_of(cells) + 1, cells),
        ] {
            let ring = Ring::in_memory(&mut block[..bytes]).unwrap();
            assert_eq!(ring.capacity_bytes(), expected * CELL, "{bytes} bytes");
            assert_works(ring);
        }
    }
}

/// A block may begin anywhere: the ring begins at its first aligned address,
/// and no byte outside the block or before the ring is touched.
#[test]
fn an_unaligned_block_costs_the_bytes_before_its_first_aligned_address() {
    for skew in [1, 8, Ring::ALIGN / 2 + 1, Ring::ALIGN - 1] {
        let mut memory = memory(bytes_of(8) + 2 * Ring::ALIGN, 0xEE);
        let block = as_block(&mut memory);
        let end = Ring::ALIGN + bytes_of(8);
        let error = Ring::in_memory(&mut block[skew..Ring::ALIGN + bytes_of(4) - 1]).err();
        assert_eq!(
            error,
            Some(MemoryError::TooSmall {
                needed: bytes_of(4)
            })
        );
        let ring = Ring::in_memory(&mut block[skew..end]).unwrap();
        assert_eq!(ring.capacity_bytes(), 8 * CELL);
        assert_eq!((&raw const *ring).addr() % Ring::ALIGN, 0);
        assert_works(ring);
        let bytes = as_bytes(&memory);
        assert!(bytes[..Ring::ALIGN].iter().all(|byte| *byte == 0xEE));
        assert!(bytes[end..].iter().all(|byte| *byte == 0xEE));
    }
}

/// A new ring is all zero, and all zero is a new ring: so a `static` costs no
/// flash, and fresh memory needs no initialisation.
#[test]
fn a_new_ring_is_all_zero_and_zeroes_are_a_new_ring() {
    let mut memory = memory(bytes_of(8), 0xEE);
    Ring::in_memory(as_block(&mut memory)).unwrap();
    assert!(
        as_bytes(&memory)[..bytes_of(8)]
            .iter()
            .all(|byte| *byte == 0)
    );

    let start = memory.as_mut_ptr().cast();
    // SAFETY: hazard: memory that is too short, or that somebody else uses.
    // It has `bytes_of(8)` bytes, and nobody touches it while `ring` lives.
    let ring = unsafe { Ring::attach(start, bytes_of(8)) }.unwrap();
    assert_eq!(ring.capacity_bytes(), 8 * CELL);
    assert_works(ring);
}

/// A `static` ring lies where the linker puts what is all zero.
#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn a_static_ring_lies_in_bss() {
    // SAFETY: hazard: symbols that are not there. Every linker for Linux
    // defines both, and they are used for their addresses only.
    unsafe extern "C" {
        safe static __bss_start: u8;
        safe static _end: u8;
    }
    static RING: LogRing<256> = LogRing::new();
    static MOVED: LogRing<4> = LogRing::starting_at(1);
    let bss = (&raw const __bss_start).addr()..(&raw const _end).addr();
    assert!(bss.contains(&(&raw const RING).addr()));
    // The test can tell: a ring that is not all zero lies elsewhere.
    assert!(!bss.contains(&(&raw const MOVED).addr()));
}

/// A second attachment sees what the first one left, and both work at once.
#[test]
fn attached_rings_share_their_block() {
    let bytes = bytes_of(16);
    let mut memory = memory(bytes, 0);
    let start: *mut u8 = memory.as_mut_ptr().cast();
    // SAFETY: hazard: as above. The block has `bytes` bytes, zeroes are a
    // ring, and only attached rings use it.
    let one = unsafe { Ring::attach(start, bytes) }.unwrap();
    // SAFETY: as for the first.
    let two = unsafe { Ring::attach(start, bytes) }.unwrap();
    Logger::new(one, Config::drop_newest()).push(Level::INFO, b"one");
    Logger::new(two, Config::drop_newest()).push(Level::INFO, b"two");
    assert_eq!(pop(two).bytes, b"one");
    assert_eq!(pop(one).bytes, b"two");
    assert_eq!(one.stats(), two.stats());
}

/// NULL, an address that is off by anything, and lengths that no ring has are
/// answers, and nothing of such a block is read.
#[test]
fn attach_refuses_what_cannot_be_a_ring() {
    let bytes = bytes_of(16);
    let mut memory = memory(bytes + 128, 0);
    let start: *mut u8 = memory.as_mut_ptr().cast();
    let attach = |start: *mut u8, bytes: usize| {
        // SAFETY: hazard: a block that is not the caller's. Every one tried
        // here begins in `memory`; those that reach beyond it are refused
        // for their length or address before anything is read.
        unsafe { Ring::attach(start, bytes) }.map(Ring::capacity_bytes)
    };
    let misaligned = Err(MemoryError::Misaligned { align: Ring::ALIGN });
    assert_eq!(attach(std::ptr::null_mut(), bytes), misaligned);
    for off in [1, 2, 8, Ring::ALIGN / 2, Ring::ALIGN - 1] {
        assert_eq!(attach(start.wrapping_add(off), bytes), misaligned, "{off}");
    }
    assert_eq!(
        attach(start.wrapping_add(Ring::ALIGN), bytes),
        Ok(16 * CELL)
    );

    let needed = bytes_of(4);
    for short in [0, 1, needed - 1] {
        assert_eq!(
            attach(start, short),
            Err(MemoryError::TooSmall { needed }),
            "{short}"
        );
    }
    assert_eq!(attach(start, needed), Ok(4 * CELL));
    for wrong in [
        needed + 1,
        bytes - 1,
        bytes + 1,
        bytes_of(8) + CELL,
        usize::MAX,
    ] {
        assert_eq!(attach(start, wrong), Err(MemoryError::Length), "{wrong}");
    }
}

/// The same by the number of cells, for callers who checked once and attach at
/// every call: the numbers that there are make the rings of that size.
#[test]
fn attach_unchecked_takes_the_numbers_of_cells_that_there_are() {
    let mut memory = memory(bytes_of(16), 0);
    let start: *mut u8 = memory.as_mut_ptr().cast();
    let attach = |cells_log2: u32| {
        // SAFETY: hazard: a block that is not the caller's, or no number of
        // cells. `memory` holds 16 cells at an aligned address.
        unsafe { Ring::attach_unchecked(start, cells_log2) }
    };
    for cells_log2 in 2..=4 {
        assert!(Ring::CELLS_LOG2.contains(&cells_log2));
        let ring = attach(cells_log2);
        assert_eq!(ring.capacity_bytes(), CELL << cells_log2);
    }
    let most = Ring::memory_bytes(usize::MAX).unwrap_err().below.unwrap();
    assert_eq!(Ring::CELLS_LOG2, 2..=(most / CELL).ilog2());

    // It is the ring that `attach` finds there.
    Logger::new(attach(4), Config::drop_newest()).push(Level::INFO, b"one");
    // SAFETY: hazard: as above. The block has `bytes_of(16)` bytes.
    let ring = unsafe { Ring::attach(start, bytes_of(16)) }.unwrap();
    assert_eq!(pop(ring).bytes, b"one");
}

/// A ring's memory is its capacity and a fixed base, for every capacity.
#[test]
fn memory_is_the_capacity_and_a_fixed_base() {
    let base = bytes_of(4) - 4 * CELL;
    assert!(base < 2048);
    for log2 in 2..20 {
        assert_eq!(bytes_of(1 << log2), (CELL << log2) + base);
        assert_eq!(bytes_of(1 << log2) % Ring::ALIGN, 0);
    }
    assert_eq!(bytes_of(4), size_of::<LogRing<4>>());
    assert_eq!(bytes_of(64), size_of::<LogRing<64>>());
    assert_eq!(Ring::ALIGN, align_of::<LogRing<4>>());
}

/// A capacity that no ring has names the nearest that one has, below and
/// above; at the ends there is only one.
#[test]
fn a_capacity_that_is_none_names_its_neighbours() {
    let cells = |cells: usize| Some(cells * CELL);
    for (asked, below, above) in [
        (0, None, cells(4)),
        (1, None, cells(4)),
        (4 * CELL - 1, None, cells(4)),
        (4 * CELL + 1, cells(4), cells(8)),
        (5 * CELL, cells(4), cells(8)),
        (8 * CELL - 1, cells(4), cells(8)),
        (1000 * CELL, cells(512), cells(1024)),
    ] {
        let error = Ring::memory_bytes(asked).unwrap_err();
        assert_eq!((error.below, error.above), (below, above), "{asked} bytes");
    }
    let error = Ring::memory_bytes(usize::MAX).unwrap_err();
    let largest = error.below.unwrap();
    assert_eq!(error.above, None);
    assert!(Ring::memory_bytes(largest).is_ok());
    assert!(Ring::memory_bytes(largest * 2).is_err());
    let sentence = Ring::memory_bytes(5 * CELL).unwrap_err().to_string();
    assert!(sentence.contains(&(4 * CELL).to_string()), "{sentence}");
    assert!(sentence.contains(&(8 * CELL).to_string()), "{sentence}");
    assert_eq!(logring::cells_for_bytes(256 * CELL), 256);
}

/// A boxed ring has the capacity asked for, or says which ones exist.
#[cfg(feature = "alloc")]
#[test]
fn a_boxed_ring_has_the_capacity_asked_for_or_none() {
    for cells in [4, 8, if cfg!(miri) { 16 } else { 1024 }] {
        let ring = Ring::boxed(cells * CELL).unwrap();
        assert_eq!(ring.capacity_bytes(), cells * CELL);
        assert_works(&ring);
    }
    let error = Ring::boxed(100 * CELL).err().unwrap();
    assert_eq!(
        (error.below, error.above),
        (Some(64 * CELL), Some(128 * CELL))
    );
    assert!(Ring::boxed(0).is_err());
    assert!(Ring::boxed(usize::MAX).is_err());
}

/// A block that is copied and restored as a whole, between two calls, is the ring of
/// that time. References to it live meanwhile, so no byte of it may be padding, which
/// a shared reference does not let anybody write: Miri says whether one is.
#[test]
fn a_block_may_be_restored_while_references_to_it_live() {
    let bytes = bytes_of(8);
    let mut memory = memory(bytes, 0);
    let start = memory.as_mut_ptr().cast::<u8>();
    // SAFETY: hazard: memory that is no ring, or used by somebody else. Its bytes are
    // zero and aligned, and nobody touches them but below, between two calls.
    let ring = unsafe { Ring::attach(start, bytes) }.unwrap();
    let log = Logger::new(ring, Config::drop_newest());
    log.push(Level::INFO, b"kept");
    let mut copy = vec![0_u8; bytes];
    // SAFETY: hazard: bytes that are not there, or that somebody writes. There are
    // as many, all are initialised, and nobody is inside a call.
    unsafe { start.copy_to_nonoverlapping(copy.as_mut_ptr(), bytes) };
    assert_eq!(pop(ring).bytes, b"kept");
    log.push(Level::INFO, b"forgotten");
    // SAFETY: as above.
    unsafe { start.copy_from_nonoverlapping(copy.as_ptr(), bytes) };
    assert_eq!(pop(ring).bytes, b"kept");
    assert_eq!(glance(ring), Popped::Empty);
}

/// A capacity in a configuration is used or refused, never left out silently.
#[test]
fn a_capacity_that_was_configured_is_that_of_the_ring() {
    let ring = LogRing::<8>::new();
    let has = ring.capacity_bytes();
    for (asked, fits) in [
        (None, true),
        (Some(has), true),
        (Some(2 * has), false),
        (Some(0), false),
    ] {
        let config = Config::drop_newest().with_capacity_bytes(asked);
        assert_eq!(Logger::try_new(&ring, config).is_ok(), fits);
        let made = std::panic::catch_unwind(|| Logger::new(&ring, config).record_bytes_max());
        assert_eq!(made.is_ok(), fits);
    }
    let config = Config::drop_newest().with_capacity_bytes(Some(4096));
    let error = Logger::try_new(&ring, config).err().expect("refused");
    assert!(error.to_string().contains("4096") && error.to_string().contains(&has.to_string()));
}

/// What is parsed makes a ring, whatever number people write.
#[cfg(feature = "alloc")]
#[test]
fn a_parsed_capacity_makes_a_ring() {
    for asked in ["1m", "4m", "5m", "10m", "25m", "1000000"] {
        let text = format!("mode=non-blocking,max-buffer-size={asked}");
        let config = Config::parse(&text).unwrap();
        let ring = Ring::boxed_for(&config, 4096).expect("a power of two");
        assert_eq!(Some(ring.capacity_bytes()), config.capacity_bytes());
        assert!(Logger::try_new(&ring, config).is_ok());
    }
    let ring = Ring::boxed_for(&Config::new(), 4096).unwrap();
    assert_eq!(ring.capacity_bytes(), 4096);
}

/// Page faults of this thread so far.
#[cfg(all(target_os = "linux", not(miri)))]
fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    // The name of the program, in brackets, may have spaces; behind it the faults are
    // the eighth field.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    fields.split_whitespace().nth(7).unwrap().parse().unwrap()
}

/// After a prefault, the first lap waits for no page. Huge pages make it few faults.
#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn the_first_lap_of_a_touched_ring_finds_its_pages() {
    let faults_of = |call: &dyn Fn()| {
        let before = page_faults();
        call();
        page_faults() - before
    };
    let lap = |ring: &Ring| {
        let log = Logger::new(ring, Config::drop_newest());
        while log.push(Level::INFO, &[b'x'; 400]).is_stored() {}
    };
    static SMALL: LogRing<4> = LogRing::new();
    static LARGE: LogRing<{ (4 << 20) / CELL }> = LogRing::new();
    lap(&SMALL);
    faults_of(&|| ());

    let touching = faults_of(&|| LARGE.prefault());
    let first = faults_of(&|| lap(&LARGE));
    assert!(touching >= 2, "its pages were there before");
    assert!(first < touching, "{first} faults, and {touching} before");
    assert!(first <= 8, "{first} faults");
    // Again, over a ring that is full: nothing changes.
    let stats = LARGE.stats();
    LARGE.prefault();
    assert_eq!(LARGE.stats(), stats);
}
