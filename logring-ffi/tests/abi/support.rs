//! What these tests share: memory, rings in it, and short ways to call.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use logring_ffi::abi::logring_t;
use logring_ffi::consume::{logring_drain_into, logring_pop, logring_record_t};
use logring_ffi::lifecycle::{
    logring_config_default, logring_config_t, logring_init_in, logring_required_size,
};
use logring_ffi::observe::{logring_get_stats, logring_stats_t};
use logring_ffi::produce::{logring_grant_t, logring_push, logring_reserve};
use logring_ffi::status::{LOGRING_OK, logring_status_t};

/// Calls a function of the interface.
macro_rules! c {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: hazard: pointers that lead nowhere, or to less than the call
        // says. Those of these tests are NULL or misaligned, which is
        // answered, or lead to live memory of the test's own that nothing else
        // uses during the call.
        unsafe { $function($($argument),*) }
    }};
}
pub(crate) use c;

/// Bytes of a cell, state word included.
pub(crate) const CELL: usize = if usize::BITS == 64 { 128 } else { 32 };
/// What a block's address is a multiple of.
pub(crate) const ALIGN: usize = if usize::BITS == 64 { 128 } else { 64 };
/// Bytes of a block before its ring.
pub(crate) const HEAD: usize = ALIGN;
/// Payload of a cell that begins a record without tag and clock.
pub(crate) const FIRST: usize = if usize::BITS == 64 { 120 } else { 24 };

/// Bytes of a machine word.
pub(crate) const WORD: usize = size_of::<usize>();

const UNTOUCHED: u8 = 0x5A;

/// A line of memory, aligned for any block.
#[derive(Clone, Copy)]
#[repr(align(128))]
struct Line {
    _bytes: [u8; 128],
}

/// Memory for a block, a guard before and behind it. It is reached through
/// one pointer only, as in C.
pub(crate) struct Memory {
    start: *mut u8,
    lines: usize,
    len: usize,
}

impl Memory {
    /// `len` bytes.
    pub(crate) fn new(len: usize) -> Self {
        let lines = len.div_ceil(128) + 2;
        let line = Line {
            _bytes: [UNTOUCHED; 128],
        };
        let memory = vec![line; lines].into_boxed_slice();
        let start = Box::into_raw(memory).cast::<u8>();
        Self { start, lines, len }
    }

    /// For a ring of `cells` cells.
    pub(crate) fn for_cells(cells: usize) -> Self {
        Self::new(logring_required_size(cells * CELL))
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Where the block begins.
    pub(crate) fn block(&self) -> *mut c_void {
        self.start.wrapping_add(128).cast()
    }

    /// The word that a byte of the block is in: a pointer, for what it leads
    /// to is a part of it.
    pub(crate) fn word(&self, at: usize) -> *mut c_void {
        // SAFETY: hazard: a word outside the block, or one that changes. The
        // index is checked there, and one thread only is at work.
        unsafe { self.place(at).read() }
    }

    /// Puts a word back, or another there.
    pub(crate) fn set_word(&mut self, at: usize, word: *mut c_void) {
        // SAFETY: hazard: as above.
        unsafe { self.place(at).write(word) };
    }

    fn place(&self, at: usize) -> *mut *mut c_void {
        assert!(at < self.len / WORD * WORD);
        let word = self.block().cast::<*mut c_void>();
        word.wrapping_add(at / WORD)
    }

    /// A byte of the block.
    pub(crate) fn byte(&self, at: usize) -> u8 {
        self.word(at).addr().to_ne_bytes()[at % WORD]
    }

    /// Writes a byte, and its whole word with it, as the ring's own words are.
    pub(crate) fn set_byte(&mut self, at: usize, byte: u8) {
        let mut bytes = self.word(at).addr().to_ne_bytes();
        bytes[at % WORD] = byte;
        let word = usize::from_ne_bytes(bytes);
        self.set_word(at, ptr::without_provenance_mut(word));
    }

    /// The bytes of the block.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        // SAFETY: hazard: bytes that are not there, or change meanwhile. There
        // are `len` of them, and one thread only.
        unsafe { std::slice::from_raw_parts(self.block().cast::<u8>(), self.len) }.to_vec()
    }

    /// Whether nobody has written to the block.
    pub(crate) fn is_untouched(&self) -> bool {
        self.bytes() == vec![UNTOUCHED; self.len]
    }

    /// Asserts that no byte outside the block was written.
    #[track_caller]
    pub(crate) fn assert_guards(&self) {
        let all = self.lines * 128;
        // SAFETY: hazard: as in `bytes`. All lines are there.
        let bytes = unsafe { std::slice::from_raw_parts(self.start, all) };
        let (before, behind) = (&bytes[..128], &bytes[128 + self.len..]);
        assert!(before == [UNTOUCHED; 128] && behind == vec![UNTOUCHED; behind.len()]);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let lines = ptr::slice_from_raw_parts_mut(self.start.cast::<Line>(), self.lines);
        // SAFETY: hazard: memory of another allocation, or in use. It was made
        // in `new`, and the test is at its end.
        drop(unsafe { Box::from_raw(lines) });
    }
}

/// The default configuration.
pub(crate) fn config() -> logring_config_t {
    let mut config = std::mem::MaybeUninit::<logring_config_t>::uninit();
    let size = size_of::<logring_config_t>() as u32;
    c!(logring_config_default(config.as_mut_ptr(), size));
    // SAFETY: hazard: bytes that were never written. All of them just were.
    unsafe { config.assume_init() }
}

/// The same, with a policy.
pub(crate) fn with_policy(policy: u32) -> logring_config_t {
    logring_config_t { policy, ..config() }
}

/// A ring in memory of its own.
pub(crate) struct Made {
    pub(crate) memory: Memory,
    pub(crate) ring: *mut logring_t,
}

impl Made {
    #[track_caller]
    pub(crate) fn new(cells: usize, config: &logring_config_t) -> Self {
        let memory = Memory::for_cells(cells);
        let mut ring = ptr::null_mut();
        let made = c!(logring_init_in(
            memory.block(),
            memory.len(),
            config,
            &mut ring
        ));
        assert_eq!(made, LOGRING_OK);
        Self { memory, ring }
    }

    pub(crate) fn push(&self, level: u8, bytes: &[u8]) -> logring_status_t {
        c!(logring_push(
            self.ring,
            level,
            bytes.as_ptr().cast(),
            bytes.len()
        ))
    }

    #[track_caller]
    pub(crate) fn reserve(&self, level: u8, tag: u32, len: usize) -> logring_grant_t {
        let mut grant = NO_GRANT;
        let said = c!(logring_reserve(self.ring, level, tag, len, &mut grant));
        assert!(said >= 0, "{said}");
        assert_ne!(grant.opaque, NO_GRANT.opaque);
        grant
    }

    #[track_caller]
    pub(crate) fn pop(&self) -> Record {
        Record::popped(self.ring).expect("there is a record")
    }

    /// What a pop without a buffer says.
    pub(crate) fn glance(&self) -> logring_status_t {
        let mut out = NO_RECORD;
        c!(logring_pop(self.ring, ptr::null_mut(), 0, &mut out))
    }

    /// All records, as frames.
    pub(crate) fn drain(&self) -> Vec<Record> {
        let mut buf = vec![0; 1 << 16];
        let (mut bytes, mut records) = (0, 0);
        let said = c!(logring_drain_into(
            self.ring,
            buf.as_mut_ptr().cast(),
            buf.len(),
            &mut bytes,
            &mut records
        ));
        assert!(said >= 0, "{said}");
        let frames: Vec<_> = logring::Frames::new(&buf[..bytes])
            .map(|frame| Record::of_frame(&frame))
            .collect();
        assert_eq!(frames.len(), records);
        frames
    }

    #[track_caller]
    pub(crate) fn stats(&self) -> logring_stats_t {
        let mut stats = NO_STATS;
        assert_eq!(c!(logring_get_stats(self.ring, &mut stats)), LOGRING_OK);
        stats
    }
}

/// A record, copied out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) bytes: Vec<u8>,
    pub(crate) timestamp: u64,
    pub(crate) lost_before: u64,
    pub(crate) tag: u32,
    pub(crate) level: u8,
    pub(crate) flags: u8,
}

impl Record {
    /// The oldest record of a ring, if a pop gives one.
    pub(crate) fn popped(ring: *mut logring_t) -> Option<Self> {
        let mut buf = [0; 4096];
        let mut out = NO_RECORD;
        let said = c!(logring_pop(
            ring,
            buf.as_mut_ptr().cast(),
            buf.len(),
            &mut out
        ));
        (said == LOGRING_OK).then(|| Self::of(&out, &buf[..out.len]))
    }

    pub(crate) fn of(record: &logring_record_t, bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            timestamp: record.timestamp,
            lost_before: record.lost_before,
            tag: record.tag,
            level: record.level,
            flags: record.flags,
        }
    }

    fn of_frame(frame: &logring::Record<'_>) -> Self {
        Self {
            bytes: frame.bytes.to_vec(),
            timestamp: frame.timestamp.unwrap_or(0),
            lost_before: frame.lost_before,
            tag: frame.tag,
            level: frame.level.get(),
            flags: u8::from(frame.truncated),
        }
    }

    /// One of these bytes, of INFO, with nothing special about it.
    pub(crate) fn plain(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            timestamp: 0,
            lost_before: 0,
            tag: 0,
            level: logring_ffi::abi::LOGRING_INFO,
            flags: 0,
        }
    }
}

/// All zero.
pub(crate) const NO_GRANT: logring_grant_t = logring_grant_t {
    opaque: [ptr::null_mut(); 8],
};

/// What a record holds that no call has filled.
pub(crate) const NO_RECORD: logring_record_t = logring_record_t {
    data: ptr::null(),
    len: 0xEEEE,
    timestamp: 0xEEEE,
    lost_before: 0xEEEE,
    tag: 0xEEEE,
    level: 0xEE,
    flags: 0xEE,
};

/// Asserts that no call has filled it, but for its length.
#[track_caller]
pub(crate) fn assert_untouched(record: &logring_record_t, len: usize) {
    assert!(record.data.is_null());
    assert_eq!(record.len, len);
    let expected = Record::of(&NO_RECORD, &[]);
    assert_eq!(Record::of(record, &[]), expected);
}

/// Statistics with their size set, and nothing else.
pub(crate) const NO_STATS: logring_stats_t = logring_stats_t {
    struct_size: size_of::<logring_stats_t>() as u32,
    counter_bits: 0xEE,
    delivered: 0xEE,
    lost_full: 0xEE,
    lost_level: 0xEE,
    lost_contended: 0xEE,
    lost_toobig: 0xEE,
    lost_evicted: 0xEE,
    lost_discarded: 0xEE,
    lost_by_level: [0xEE; 6],
    truncated: 0xEE,
    capacity_bytes: 0xEE,
    used_bytes: 0xEE,
    high_water_bytes: 0xEE,
    resident: 0xEE,
    oldest_unfinished: 0xEE,
    reserved: 0xEE,
    oldest_position: 0xEE,
    resident_bytes: 0xEE,
};

/// Every number of the statistics but their size.
pub(crate) fn figures(stats: &logring_stats_t) -> Vec<u64> {
    let causes = [
        stats.lost_full,
        stats.lost_level,
        stats.lost_contended,
        stats.lost_toobig,
        stats.lost_evicted,
        stats.lost_discarded,
    ];
    let sizes = [
        stats.capacity_bytes,
        stats.used_bytes,
        stats.high_water_bytes,
        stats.resident,
        u64::from(stats.oldest_unfinished),
        u64::from(stats.reserved),
        stats.oldest_position,
        stats.resident_bytes,
    ];
    let mut all = vec![u64::from(stats.counter_bits), stats.delivered];
    all.extend(causes);
    all.extend(stats.lost_by_level);
    all.push(stats.truncated);
    all.extend(sizes);
    all
}

/// The losses, the sum of which is the same by cause and by level.
#[track_caller]
pub(crate) fn lost(stats: &logring_stats_t) -> u64 {
    let by_cause = figures(stats)[2..8].iter().sum();
    let by_level: u64 = stats.lost_by_level.iter().sum();
    assert_eq!(by_level, by_cause);
    by_cause
}

/// A static string of the library.
pub(crate) fn text(text: *const c_char) -> &'static str {
    assert!(!text.is_null());
    // SAFETY: hazard: no string, or one that goes away. The library says that
    // its strings are static and end with NUL.
    unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8")
}

/// Bytes that differ from place to place.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 256 + 7) as u8).collect()
}
