//! Observers: any context; none waits.

use logring::{Cause, Severity, Stats};

use crate::abi::logring_t;
use crate::ptr::{self, put};
use crate::status::{LOGRING_OK, answer, logring_status_t};

/// The figures of a ring. While nothing moves, records offered = delivered +
/// still in the ring + the sum of lost_*, and the sum of lost_by_level is the
/// sum of lost_*. Each counter only grows, modulo 2^counter_bits.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_stats_t {
    /// sizeof(logring_stats_t), set by the caller.
    pub struct_size: u32,
    /// The width of the counters: 32 on 32-bit targets, else 64.
    pub counter_bits: u32,
    /// Records popped by a consumer.
    pub delivered: u64,
    /// Refused: no room.
    pub lost_full: u64,
    /// Refused at the mark of their level.
    pub lost_level: u64,
    /// Refused: retries spent, or the oldest record still being written.
    pub lost_contended: u64,
    /// Refused: larger than the largest record.
    pub lost_toobig: u64,
    /// Evicted.
    pub lost_evicted: u64,
    /// Reserved, then discarded.
    pub lost_discarded: u64,
    /// All of the above, trace to fatal.
    pub lost_by_level: [u64; 6],
    /// Records stored, but cut.
    pub truncated: u64,
    /// Bytes of the ring's cells.
    pub capacity_bytes: u64,
    /// Bytes of cells in use.
    pub used_bytes: u64,
    /// The most bytes of cells ever in use.
    pub high_water_bytes: u64,
}

/// The figures of a ring. The caller sets out->struct_size. They are read one
/// after the other: while records flow they need not add up. It may raise the
/// high-water mark, so the block must be writable.
///
/// Context: any; about 250 steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_get_stats(
    ring: *const logring_t,
    out: *mut logring_stats_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `known_size`, for which the caller vouches.
        let struct_size = unsafe { ptr::known_size(out) }?;
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let block = unsafe { ptr::block(ring) }?;
        let stats = c_stats(struct_size, &block.ring.stats());
        // SAFETY: hazard: those of `put`; `known_size` has checked the place.
        unsafe { put(out, stats) };
        Ok(LOGRING_OK)
    })
}

fn c_stats(struct_size: u32, stats: &Stats) -> logring_stats_t {
    let lost = |cause| stats.lost.by_cause(cause);
    logring_stats_t {
        struct_size,
        counter_bits: stats.counter_bits,
        delivered: stats.delivered,
        lost_full: lost(Cause::Full),
        lost_level: lost(Cause::Level),
        lost_contended: lost(Cause::Contended).wrapping_add(lost(Cause::Busy)),
        lost_toobig: lost(Cause::TooBig),
        lost_evicted: lost(Cause::Evicted),
        lost_discarded: lost(Cause::Discarded),
        lost_by_level: Severity::ALL.map(|severity| stats.lost.by_severity(severity)),
        truncated: stats.truncated,
        capacity_bytes: stats.capacity_bytes as u64,
        used_bytes: stats.used_bytes as u64,
        high_water_bytes: stats.high_water_bytes as u64,
    }
}

/// Takes the losses that no delivered record has told: those after the last
/// one, when a burst is followed by silence. 0 if the handle is not valid.
///
/// Context: any; about 250 steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_take_trailing_loss(ring: *mut logring_t) -> u64 {
    // SAFETY: hazard: those of `block`, for which the caller vouches.
    match unsafe { ptr::block(ring) } {
        Ok(block) => block.ring.take_trailing_loss(),
        Err(_) => 0,
    }
}
