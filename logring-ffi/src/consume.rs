//! Consumers: any context, any number at once; none waits.

use core::ffi::c_void;
use core::mem::offset_of;

use logring::{DrainEnd, Popped, Record, Ring};

use crate::abi::{logring_level_t, logring_t};
use crate::ptr::{self, place, put};
use crate::status::{
    LOGRING_E_NOSPACE, LOGRING_E_NULL, LOGRING_EMPTY, LOGRING_OK, LOGRING_PENDING, answer,
    logring_status_t,
};

/// In flags: the record was cut.
pub const LOGRING_FLAG_TRUNCATED: u8 = 1;

/// A delivered record. The library writes all of it. A field that a later version adds
/// takes the place of something reserved, which is 0 until then, so 0 in it means "not
/// said"; the size stays.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_record_t {
    /// Valid until the callback returns, or the caller's buffer changes.
    pub data: *const u8,
    /// Bytes.
    pub len: usize,
    /// 0 without a clock.
    pub timestamp: u64,
    /// Records lost between the previous delivered record and this one.
    pub lost_before: u64,
    /// The caller's own number, of a format or module, say; 0 is none.
    pub tag: u32,
    /// As pushed.
    pub level: logring_level_t,
    /// LOGRING_FLAG_TRUNCATED; ignore others.
    pub flags: u8,
    /// Bytes that the record had in the ring: more than len only if it was cut to the
    /// consumer's buffer.
    pub full_len: usize,
    /// 0.
    pub reserved: [u64; 2],
}

/// Takes the oldest record into buf, whole. LOGRING_EMPTY, LOGRING_PENDING.
/// LOGRING_E_NOSPACE if buf is too small: out->len is then the bytes that the
/// record needs, and nothing is lost. The record stays, and so do those behind it:
/// grow the buffer and call again, or use logring_pop_cut. A buffer of
/// LOGRING_RECORD_MAX(capacity) bytes takes any record. What of buf holds no record
/// is unspecified.
///
/// Context: any; at most 64 attempts, and as many more as the ring has cells,
/// each of 12 steps and one a word of the record; 250 more to tell losses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_pop(
    ring: *mut logring_t,
    buf: *mut c_void,
    buf_len: usize,
    out: *mut logring_record_t,
) -> logring_status_t {
    // SAFETY: hazard: those of `take`, for which the caller vouches.
    answer(|| unsafe { take(ring, (buf, buf_len), out, Ring::pop_whole) })
}

/// Takes the oldest record into buf. One that is longer is cut to it, UTF-8 between
/// characters: it has LOGRING_FLAG_TRUNCATED, counts as truncated, and full_len says
/// how long it was. LOGRING_EMPTY, LOGRING_PENDING.
///
/// Context: as logring_pop; twice as many attempts for a record that is cut.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_pop_cut(
    ring: *mut logring_t,
    buf: *mut c_void,
    buf_len: usize,
    out: *mut logring_record_t,
) -> logring_status_t {
    // SAFETY: hazard: those of `take`, for which the caller vouches.
    answer(|| unsafe { take(ring, (buf, buf_len), out, Ring::pop) })
}

/// Takes the oldest record in the way of `pop`; of one that does not fit, it writes
/// the length and no more.
///
/// # Safety
/// As for [`ptr::block`], [`ptr::buffer`] and [`put`].
unsafe fn take(
    ring: *mut logring_t,
    (buf, buf_len): (*mut c_void, usize),
    out: *mut logring_record_t,
    pop: for<'b> fn(&Ring, &'b mut [u8]) -> Popped<'b>,
) -> Result<logring_status_t, logring_status_t> {
    let out = place(out)?;
    // SAFETY: hazard: those of `buffer`, for which the caller vouches.
    let buf = unsafe { ptr::buffer(buf, buf_len) }?;
    // SAFETY: hazard: those of `block`, for which the caller vouches.
    let block = unsafe { ptr::block(ring) }?;
    let record = match pop(block.ring, buf) {
        Popped::Record(record) => c_record(&record),
        Popped::Pending => return Err(LOGRING_PENDING),
        Popped::Empty => return Err(LOGRING_EMPTY),
        Popped::NoSpace { needed } => {
            let len = out.wrapping_byte_add(offset_of!(logring_record_t, len));
            // SAFETY: hazard: those of `put`; `out` is from `place`.
            unsafe { put(len.cast::<usize>(), needed) };
            return Err(LOGRING_E_NOSPACE);
        }
    };
    // SAFETY: hazard: those of `put`; `out` is from `place`.
    unsafe { put(out, record) };
    Ok(LOGRING_OK)
}

/// What logring_drain gives each record to. Nonzero stops the drain. It may write to
/// the record's bytes and to all of scratch. It must return: neither longjmp nor an
/// exception may leave it, nor may its thread end in it (pthread_cancel, pthread_exit),
/// which may end the process. A thread that can be cancelled switches that off
/// (pthread_setcancelstate) before it drains, and on after.
pub type logring_sink_fn =
    Option<unsafe extern "C" fn(user: *mut c_void, record: *const logring_record_t) -> i32>;

/// Gives up to max of the oldest records to sink, one after the other, each
/// taken just before; the one that stops the drain was delivered, too. A call
/// gives no more records than the ring had cells in use when it began, so that
/// neither producers nor a sink that logs can keep it for ever. A record that is
/// longer than scratch is cut, as by logring_pop_cut.
///
/// LOGRING_OK if there was at least one, or max is 0. Else why there was none:
/// LOGRING_EMPTY, LOGRING_PENDING.
///
/// Context: any that fits the sink; at most 64 attempts for each record, each
/// of at most as many steps as the ring has cells and the records have words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_drain(
    ring: *mut logring_t,
    scratch: *mut c_void,
    scratch_len: usize,
    max: usize,
    sink: logring_sink_fn,
    user: *mut c_void,
    out_count: *mut usize,
) -> logring_status_t {
    answer(|| {
        let out_count = place(out_count)?;
        let sink = sink.ok_or(LOGRING_E_NULL)?;
        // SAFETY: hazard: those of `buffer`, for which the caller vouches.
        unsafe { ptr::buffer(scratch, scratch_len) }?;
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let block = unsafe { ptr::block(ring) }?;
        let used = block.ring.used_bytes() / Ring::CELL_BYTES;
        // An empty ring is asked once, and says so.
        let max = max.min(used.max(1));
        let mut count = 0;
        let end = loop {
            if count == max {
                break LOGRING_OK;
            }
            // Anew for each record: in between, the buffer is the sink's, who may use it.
            // SAFETY: hazard: those of `buffer`, for which the caller vouches.
            let buf = unsafe { ptr::buffer(scratch, scratch_len) }?;
            let record = match block.ring.pop(buf) {
                Popped::Record(record) => c_record(&record),
                Popped::Empty => break LOGRING_EMPTY,
                Popped::Pending | Popped::NoSpace { .. } => break LOGRING_PENDING,
            };
            count += 1;
            // SAFETY: hazard: a function that is none, or that unwinds. The
            // caller vouches for it; a C function does not unwind.
            if unsafe { sink(user, &record) } != 0 {
                break LOGRING_OK;
            }
        };
        let end = if count > 0 { LOGRING_OK } else { end };
        if end >= 0 {
            // SAFETY: hazard: those of `put`; `out_count` is from `place`.
            unsafe { put(out_count, count) };
        }
        Ok(end)
    })
}

/// Fills buf with as many of the oldest records as fit, as frames: one call
/// for languages for which a call is dear. LOGRING_OK if there was at least
/// one. Else why there was none: LOGRING_EMPTY, LOGRING_PENDING,
/// LOGRING_E_NOSPACE if the first does not fit.
///
/// A frame is a header and the record's bytes; the next frame follows at once,
/// without padding. Numbers are little-endian:
///
///   0  u32  bytes of the record
///   4  u8   version, 1
///   5  u8   level
///   6  u8   flags: LOGRING_FLAG_TRUNCATED, 2 has a timestamp; ignore others
///   7  u8   bytes of the header, 28 or more: where the record's bytes begin
///   8  u64  timestamp
///  16  u64  records lost between the previous record and this one
///  24  u32  tag
///
/// Context: any; as logring_drain, without a sink.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_drain_into(
    ring: *mut logring_t,
    buf: *mut c_void,
    buf_len: usize,
    out_len: *mut usize,
    out_count: *mut usize,
) -> logring_status_t {
    answer(|| {
        let (out_len, out_count) = (place(out_len)?, place(out_count)?);
        // SAFETY: hazard: those of `buffer`, for which the caller vouches.
        let buf = unsafe { ptr::buffer(buf, buf_len) }?;
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let block = unsafe { ptr::block(ring) }?;
        let batch = block.ring.drain_into(buf);
        let end = match batch.end {
            _ if batch.records > 0 => LOGRING_OK,
            DrainEnd::NoSpace { .. } => return Err(LOGRING_E_NOSPACE),
            DrainEnd::Pending => LOGRING_PENDING,
            DrainEnd::Empty | DrainEnd::Max => LOGRING_EMPTY,
        };
        // SAFETY: hazard: those of `put`; `out_len` is from `place`.
        unsafe { put(out_len, batch.bytes) };
        // SAFETY: hazard: those of `put`; `out_count` is from `place`.
        unsafe { put(out_count, batch.records) };
        Ok(end)
    })
}

fn c_record(record: &Record<'_>) -> logring_record_t {
    logring_record_t {
        data: record.bytes.as_ptr(),
        len: record.bytes.len(),
        timestamp: record.timestamp.unwrap_or(0),
        lost_before: record.lost_before,
        tag: record.tag,
        level: record.level.get(),
        flags: if record.truncated {
            LOGRING_FLAG_TRUNCATED
        } else {
            0
        },
        full_len: record.full_len,
        reserved: [0; 2],
    }
}
