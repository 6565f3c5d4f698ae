//! A ring and its books: what was offered to it, and what it told.

use std::ffi::c_void;

use logring_ffi::abi::logring_t;
use logring_ffi::consume::{logring_pop, logring_record_t};
use logring_ffi::lifecycle::logring_free;
use logring_ffi::observe::{logring_get_stats, logring_stats_t, logring_take_trailing_loss};
use logring_ffi::status::*;

use super::c;
use super::input::CONTEXT;
use super::memory::{Buffer, Memory, Out};

/// A ring, and what must be true of it.
pub(crate) struct Slot {
    pub(crate) ring: *mut logring_t,
    /// Where it lies; `None` is the heap.
    pub(crate) memory: Option<Memory>,
    /// The heads that lead to it, if they are not in that memory; the handle is
    /// of one of them.
    pub(crate) heads: Vec<Memory>,
    /// Tells the rings apart that were made one after the other in one place.
    pub(crate) making: usize,
    pub(crate) offered: u64,
    pub(crate) told: u64,
    /// No grant of it was used twice: only then do the books add up.
    pub(crate) fair: bool,
}

impl Slot {
    /// Counts what an offer was answered.
    pub(crate) fn offer(&mut self, said: logring_status_t) {
        if said == LOGRING_E_TOOBIG || said >= 0 && said != LOGRING_FILTERED {
            self.offered += 1;
        }
    }

    /// Checks a delivered record, which lies at the front of `buf`: of one
    /// byte throughout, as it was pushed.
    pub(crate) fn check(&mut self, record: &logring_record_t, bytes: &[u8]) {
        assert_eq!((record.data, record.len), (bytes.as_ptr(), bytes.len()));
        self.check_parts(bytes, record.level, record.tag, record.timestamp);
        assert!(record.flags <= 1);
        self.told += record.lost_before;
    }

    pub(crate) fn check_parts(&self, bytes: &[u8], level: u8, tag: u32, timestamp: u64) {
        assert!((1..=24).contains(&level));
        if self.fair {
            assert!(timestamp == 0 || timestamp == CONTEXT as u64);
            let seed = bytes.first().copied().unwrap_or(tag as u8);
            assert!(bytes.iter().all(|byte| *byte == seed));
            assert!(tag == 0 || tag == u32::from(seed));
        }
    }

    pub(crate) fn stats(&self) -> logring_stats_t {
        let mut stats = Out::<logring_stats_t>::new();
        let size = size_of::<logring_stats_t>() as u32;
        // SAFETY: hazard: bytes outside the structure. It begins with its size.
        unsafe { stats.at().cast::<u32>().write(size) };
        assert_eq!(c!(logring_get_stats(self.ring, stats.at())), LOGRING_OK);
        stats.written()
    }

    /// What holds at any time.
    pub(crate) fn check_stats(&self, stats: &logring_stats_t) {
        assert_eq!(stats.counter_bits, usize::BITS);
        assert!(stats.used_bytes <= stats.high_water_bytes);
        assert!(stats.high_water_bytes <= stats.capacity_bytes);
        if self.fair {
            let lost = lost(stats);
            assert_eq!(stats.lost_by_level.iter().sum::<u64>(), lost);
            assert!(self.offered >= stats.delivered + lost);
            assert!(self.told <= lost);
        }
    }

    /// Empties the ring, whose grants were all ended, and closes the books.
    pub(crate) fn close(&mut self) {
        let cells = self.stats().capacity_bytes / if usize::BITS == 64 { 128 } else { 32 };
        let mut buf = Buffer::new(16 << 10);
        let mut records = 0;
        let end = loop {
            let mut out = Out::<logring_record_t>::new();
            let said = c!(logring_pop(self.ring, buf.at(), buf.len(), out.at()));
            if said != LOGRING_OK {
                break said;
            }
            let record = out.written();
            self.check(&record, &buf.filled()[..record.len]);
            records += 1;
            assert!(records <= cells, "more records than cells");
        };
        let trailing = c!(logring_take_trailing_loss(self.ring));
        if self.fair {
            let stats = self.stats();
            let lost = lost(&stats);
            self.check_stats(&stats);
            assert_eq!((end, stats.used_bytes), (LOGRING_EMPTY, 0));
            assert_eq!(self.offered, stats.delivered + lost);
            assert_eq!(self.told + trailing, lost);
        }
        self.assert_guards();
    }

    /// Fails if a byte beside the ring's memory, or a head, was written.
    pub(crate) fn assert_guards(&self) {
        for memory in self.memory.iter().chain(&self.heads) {
            memory.assert_guards();
        }
    }

    /// Whether a handle leads to this ring, or to what was in its memory before.
    pub(crate) fn is_of(&self, handle: *const c_void) -> bool {
        let in_head = |head: &Memory| handle.addr().wrapping_sub(head.start().addr()) < head.len();
        self.ring.cast_const().cast() == handle || self.heads.iter().any(in_head)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Of a ring that the library did not allocate this frees nothing.
        c!(logring_free(self.ring));
    }
}

/// Every loss, by cause.
pub(crate) fn lost(stats: &logring_stats_t) -> u64 {
    stats.lost_full
        + stats.lost_level
        + stats.lost_contended
        + stats.lost_toobig
        + stats.lost_evicted
        + stats.lost_discarded
}
