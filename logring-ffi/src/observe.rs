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
    /// Records given to consumers.
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
    /// Records that were cut, by their producer or to a consumer's buffer.
    pub truncated: u64,
    /// Bytes of the ring's cells.
    pub capacity_bytes: u64,
    /// Bytes of cells in use.
    pub used_bytes: u64,
    /// The most bytes of cells ever in use.
    pub high_water_bytes: u64,
    /// Records in the ring, also those that are still being written.
    pub resident: u64,
    /// 1 while the oldest record is still being written: nothing behind it can be
    /// taken until it is committed.
    pub oldest_unfinished: u32,
    /// 0.
    pub reserved: u32,
    /// The place of an unfinished oldest record, else 0. If a later call says the
    /// same place, it is still the same record that holds up the consumers.
    pub oldest_position: u64,
    /// Bytes of the committed records in the ring.
    pub resident_bytes: u64,
}

/// The figures of a ring. The caller sets out->struct_size. They are read one
/// after the other: while records flow they need not add up. It may raise the
/// high-water mark, so the block must be writable.
///
/// Context: any; about 250 steps, and two for each cell in use.
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
        resident: stats.resident,
        oldest_unfinished: stats.oldest_unfinished.is_some().into(),
        reserved: 0,
        oldest_position: stats.oldest_unfinished.unwrap_or(0) as u64,
        resident_bytes: stats.resident_bytes,
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

/// Makes the system give the ring its memory now, and not page by page in the pushes
/// of the first lap. It changes nothing in the ring, and may be called at any time,
/// also while others use it. To keep the pages, lock them (mlock). A forked child
/// whose ring is private calls it again.
///
/// Context: any; two steps for each 4096 bytes, six more, and a page fault for each page
/// that was never written. Where there is no compare-and-swap it does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_prefault(ring: *mut logring_t) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        unsafe { ptr::block(ring) }?.ring.prefault();
        Ok(LOGRING_OK)
    })
}

/// Causes of losses, the rows of logring_losses_t. Refused: no room.
pub const LOGRING_CAUSE_FULL: u32 = 0;
/// Refused at the mark of its level.
pub const LOGRING_CAUSE_LEVEL: u32 = 1;
/// Refused: retries spent.
pub const LOGRING_CAUSE_CONTENDED: u32 = 2;
/// Refused: the oldest record, which had to go, was still being written.
pub const LOGRING_CAUSE_BUSY: u32 = 3;
/// Refused: larger than the largest record.
pub const LOGRING_CAUSE_TOOBIG: u32 = 4;
/// Reserved, then discarded.
pub const LOGRING_CAUSE_DISCARDED: u32 = 5;
/// Evicted.
pub const LOGRING_CAUSE_EVICTED: u32 = 6;

/// What logring_take_losses tells.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_losses_t {
    /// sizeof(logring_losses_t), set by the caller.
    pub struct_size: u32,
    /// The width of the counters: 32 on 32-bit targets, else 64.
    pub counter_bits: u32,
    /// Losses that nobody was told of before.
    pub untold: u64,
    /// Every loss that was told so far, these included: by LOGRING_CAUSE_*, then
    /// trace to fatal. Each counter grows, modulo 2^counter_bits.
    pub totals: [[u64; 6]; 7],
}

/// Takes the losses that no delivered record has told, as logring_take_trailing_loss
/// does, and the table of all that were told, in one consistent step: for the one
/// consumer of a ring, the totals less those of its call before are exactly what was
/// told since, all lost_before and this untold. So it can say which levels a gap is
/// made of. The caller sets out->struct_size.
///
/// Context: any; about 350 steps, and as many for each other call that counts or tells
/// losses at the same moment, at most 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_take_losses(
    ring: *mut logring_t,
    out: *mut logring_losses_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `known_size`, for which the caller vouches.
        let struct_size = unsafe { ptr::known_size(out) }?;
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let block = unsafe { ptr::block(ring) }?;
        let losses = block.ring.take_losses();
        let totals = Cause::ALL
            .map(|cause| Severity::ALL.map(|severity| losses.totals.get(cause, severity)));
        let losses = logring_losses_t {
            struct_size,
            counter_bits: usize::BITS,
            untold: losses.untold,
            totals,
        };
        // SAFETY: hazard: those of `put`; `known_size` has checked the place.
        unsafe { put(out, losses) };
        Ok(LOGRING_OK)
    })
}

/// The rows of the table are numbered as the causes are.
const _: () = assert!(
    Cause::COUNT == 7
        && Cause::Full.index() == LOGRING_CAUSE_FULL as usize
        && Cause::Level.index() == LOGRING_CAUSE_LEVEL as usize
        && Cause::Contended.index() == LOGRING_CAUSE_CONTENDED as usize
        && Cause::Busy.index() == LOGRING_CAUSE_BUSY as usize
        && Cause::TooBig.index() == LOGRING_CAUSE_TOOBIG as usize
        && Cause::Discarded.index() == LOGRING_CAUSE_DISCARDED as usize
        && Cause::Evicted.index() == LOGRING_CAUSE_EVICTED as usize
);
