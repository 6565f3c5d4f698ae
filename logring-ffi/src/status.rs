//! What a call answers.

use core::ffi::{CStr, c_char};

use logring::{Lost, NoGrant, Pushed};

/// What a call answers: 0 is ok, more is by policy, less is misuse. Values
/// never change. After a negative status every output is as it was, but for
/// len with LOGRING_E_NOSPACE.
pub type logring_status_t = i32;

/// Done.
pub const LOGRING_OK: logring_status_t = 0;
/// Stored, but cut to the largest record or its grant.
pub const LOGRING_TRUNCATED: logring_status_t = 1;
/// Nothing is in the ring.
pub const LOGRING_EMPTY: logring_status_t = 2;
/// Refused: no room. Counted.
pub const LOGRING_DROPPED_FULL: logring_status_t = 3;
/// Refused: the rest is for severer levels. Counted.
pub const LOGRING_DROPPED_LEVEL: logring_status_t = 4;
/// Refused: lost every race, or the oldest is unfinished. Counted.
pub const LOGRING_DROPPED_CONTENDED: logring_status_t = 5;
/// Below the minimum level: no offer, no loss.
pub const LOGRING_FILTERED: logring_status_t = 6;
/// Nothing to give now: the oldest is unfinished, or races were lost.
pub const LOGRING_PENDING: logring_status_t = 7;
/// A pointer is NULL that must not be.
pub const LOGRING_E_NULL: logring_status_t = -1;
/// A value is out of range; no such ring; a grant is not open.
pub const LOGRING_E_INVAL: logring_status_t = -2;
/// The memory or the buffer is too small.
pub const LOGRING_E_NOSPACE: logring_status_t = -3;
/// A pointer is misaligned.
pub const LOGRING_E_ALIGN: logring_status_t = -4;
/// The record can never fit. Counted.
pub const LOGRING_E_TOOBIG: logring_status_t = -5;
/// The library knows no structure of this struct_size.
pub const LOGRING_E_ABI: logring_status_t = -7;
/// No such policy, or an ambiguous name.
pub const LOGRING_E_POLICY: logring_status_t = -8;
/// The policy would wait or grow: there is none that does.
pub const LOGRING_E_POLICY_BLOCKS: logring_status_t = -9;
/// The heap has no memory.
pub const LOGRING_E_NOMEM: logring_status_t = -10;

/// The meaning of a status in a few words: a static string, never NULL.
///
/// Context: any; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_status_str(status: logring_status_t) -> *const c_char {
    meaning(status).as_ptr()
}

fn meaning(status: logring_status_t) -> &'static CStr {
    match status {
        LOGRING_OK => c"ok",
        LOGRING_TRUNCATED => c"stored, but cut",
        LOGRING_EMPTY => c"the ring is empty",
        LOGRING_DROPPED_FULL => c"lost: the ring is full",
        LOGRING_DROPPED_LEVEL => c"lost: the rest of the ring is kept for severer levels",
        LOGRING_DROPPED_CONTENDED => {
            c"lost: every attempt lost a race, or the oldest record is still being written"
        }
        LOGRING_FILTERED => c"below the minimum level",
        LOGRING_PENDING => c"nothing to give yet, but the ring is not empty",
        LOGRING_E_NULL => c"a pointer is NULL",
        LOGRING_E_INVAL => c"a value is out of range, or a handle or grant is not valid",
        LOGRING_E_NOSPACE => c"the memory block or buffer is too small",
        LOGRING_E_ALIGN => c"a pointer is misaligned",
        LOGRING_E_TOOBIG => c"lost: the record exceeds the largest record",
        LOGRING_E_ABI => c"a struct_size is not one that the library knows",
        LOGRING_E_POLICY => c"no such policy, or an ambiguous name",
        LOGRING_E_POLICY_BLOCKS => c"the policy would wait or grow: there is none that does",
        LOGRING_E_NOMEM => c"no memory",
        _ => c"unknown status",
    }
}

/// What an offer answers in Rust, in C.
pub(crate) fn of_push(pushed: Pushed) -> logring_status_t {
    match pushed {
        Pushed::Stored => LOGRING_OK,
        Pushed::Truncated => LOGRING_TRUNCATED,
        Pushed::Filtered => LOGRING_FILTERED,
        Pushed::Lost(lost) => of_loss(lost),
        // A push that answers anything else was not stored.
        _ => LOGRING_DROPPED_FULL,
    }
}

/// What a reservation without a grant answers.
pub(crate) fn of_no_grant(no: NoGrant) -> logring_status_t {
    of_push(no.into())
}

fn of_loss(lost: Lost) -> logring_status_t {
    match lost {
        Lost::Level => LOGRING_DROPPED_LEVEL,
        Lost::Contended | Lost::Busy => LOGRING_DROPPED_CONTENDED,
        Lost::TooBig => LOGRING_E_TOOBIG,
        _ => LOGRING_DROPPED_FULL,
    }
}

/// The answer of a call: that of its body, which may end early.
#[inline(always)]
pub(crate) fn answer(
    body: impl FnOnce() -> Result<logring_status_t, logring_status_t>,
) -> logring_status_t {
    match body() {
        Ok(status) | Err(status) => status,
    }
}
