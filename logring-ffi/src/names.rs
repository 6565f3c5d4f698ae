//! Words for policies, levels and configurations. Text is UTF-8 of the given
//! length; it needs no NUL.

use core::ffi::{CStr, c_char};

use logring::{ConfigError, Level, Policy, PolicyError};

use crate::abi::{logring_level_t, logring_policy_t};
use crate::config::{policy, policy_number};
use crate::lifecycle::logring_config_t;
use crate::ptr::{self, place, put};
use crate::status::{
    LOGRING_E_INVAL, LOGRING_E_NULL, LOGRING_E_POLICY, LOGRING_E_POLICY_BLOCKS, LOGRING_OK, answer,
    logring_status_t,
};

/// The policy of a name: "drop_newest", "drop_oldest" and what other systems
/// call them, in any case, with '-' for '_' and blanks around it.
///
/// A name that waits or grows is LOGRING_E_POLICY_BLOCKS, and one that is
/// unknown or means opposite things in different systems LOGRING_E_POLICY;
/// *why is then a static string that says what to use instead. Any other
/// negative status is misuse, and leaves *why alone: begin with NULL there. why
/// may be NULL.
///
/// Context: any; bound by the names known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_policy_parse(
    s: *const c_char,
    len: usize,
    out: *mut logring_policy_t,
    why: *mut *const c_char,
) -> logring_status_t {
    let body = || {
        let out = place(out)?;
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(s.cast(), len) }?;
        // Bytes that are no text are a name that nobody knows.
        let policy =
            core::str::from_utf8(bytes).map_or(Err(PolicyError::Unknown), Policy::parse)?;
        // SAFETY: hazard: those of `put`; `out` is from `place`.
        unsafe { put(out, policy_number(policy)) };
        Ok(())
    };
    // SAFETY: hazard: those of `explained`, for which the caller vouches.
    unsafe { explained(why, body) }
}

/// The name of a policy, "drop_newest" or "drop_oldest": a static string, for
/// any other number "unknown".
///
/// Context: any; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_policy_name(policy: logring_policy_t) -> *const c_char {
    policy_name(policy).as_ptr()
}

fn policy_name(number: logring_policy_t) -> &'static CStr {
    match policy(number) {
        Some(Policy::DropNewest) => c"drop_newest",
        Some(Policy::DropOldest) => c"drop_oldest",
        None => c"unknown",
    }
}

/// Changes a configuration as a string says:
/// "policy=drop_oldest,capacity=4m,marks=debug:60%+info:75%,max_record=8k",
/// also Docker's "mode=non-blocking,max-buffer-size=4m". The keys are policy,
/// mode, neverblock, lossy, capacity, max-buffer-size, marks, max_record,
/// retry_limit, truncate and min_level. A key sets all that it is for: marks are
/// all six. What the string does not name stays as it is, also
/// *capacity_bytes; its number is passed on unchecked.
///
/// LOGRING_E_POLICY, LOGRING_E_POLICY_BLOCKS, LOGRING_E_INVAL: *why is then a
/// static string that says what is wrong with the text or with what cfg had
/// before. LOGRING_E_ABI if cfg was not initialised; it and any other misuse
/// leave *why alone: begin with NULL there. Everything else is as it was. why
/// may be NULL.
///
/// Context: any; a few passes over the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_config_parse(
    s: *const c_char,
    len: usize,
    cfg: *mut logring_config_t,
    capacity_bytes: *mut usize,
    why: *mut *const c_char,
) -> logring_status_t {
    let body = || {
        let capacity_bytes = place(capacity_bytes)?;
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(s.cast(), len) }?;
        // SAFETY: hazard: those of `sized`, for which the caller vouches.
        let mut changed = unsafe { ptr::sized(cfg) }?;
        let old = changed.settings().map_err(|status| {
            let why = Some(c"the configuration has a policy, mark or level that is none");
            Failure { status, why }
        })?;
        let text = core::str::from_utf8(bytes).map_err(|_| Failure {
            status: LOGRING_E_INVAL,
            why: Some(c"not UTF-8 text"),
        })?;
        let new = old.config.parse_over(text)?;
        changed.change(&old.config, &new);
        // SAFETY: hazard: those of `put`; `sized` has checked the place.
        unsafe { put(cfg, changed) };
        if let Some(bytes) = new.capacity_bytes() {
            // SAFETY: hazard: those of `put`; the place is from `place`.
            unsafe { put(capacity_bytes, bytes) };
        }
        Ok(())
    };
    // SAFETY: hazard: those of `explained`, for which the caller vouches.
    unsafe { explained(why, body) }
}

/// The level of a name ("info", "INFO2", "warning", syslog's words) or of a
/// number from 1 to 24. LOGRING_E_INVAL if it is none.
///
/// Context: any; bound by the names known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_level_parse(
    s: *const c_char,
    len: usize,
    out: *mut logring_level_t,
) -> logring_status_t {
    answer(|| {
        let out = place(out)?;
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(s.cast(), len) }?;
        let level = core::str::from_utf8(bytes).ok().and_then(Level::parse);
        let level = level.ok_or(LOGRING_E_INVAL)?;
        // SAFETY: hazard: those of `put`; `out` is from `place`.
        unsafe { put(out, level.get()) };
        Ok(LOGRING_OK)
    })
}

/// The level of a syslog priority, 0 (emergency) to 7 (debug), with or without a
/// facility above it. Syslog counts down where levels count up: its 3, an error,
/// would be TRACE3 as a level, and its 0 no level. 0, which is no level, if the
/// priority is negative.
///
/// Context: any; a constant number of steps.
#[unsafe(no_mangle)]
pub extern "C" fn logring_level_from_syslog(priority: i32) -> logring_level_t {
    Level::from_syslog(priority).map_or(0, Level::get)
}

/// The OpenTelemetry short name of a level, "INFO" or "INFO2": a static
/// string, for any other number "unknown".
///
/// Context: any; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_level_name(level: logring_level_t) -> *const c_char {
    let name = LEVEL_NAMES.get(level as usize);
    name.map_or(c"unknown".as_ptr(), |name| name.as_ptr().cast())
}

/// Longer than the longest name and its NUL.
const LEVEL_NAME_BYTES: usize = 8;

/// The names of the levels, zero behind them, by number.
static LEVEL_NAMES: [[u8; LEVEL_NAME_BYTES]; 1 + Level::NUMBER_MAX as usize] = level_names();

const fn level_names() -> [[u8; LEVEL_NAME_BYTES]; 1 + Level::NUMBER_MAX as usize] {
    let mut names = [*b"unknown\0"; 1 + Level::NUMBER_MAX as usize];
    let mut number = 1;
    while number < names.len() {
        if let Some(level) = Level::new(number as u8) {
            let name = level.name().as_bytes();
            let mut bytes = [0; LEVEL_NAME_BYTES];
            let mut at = 0;
            while at < name.len() {
                bytes[at] = name[at];
                at += 1;
            }
            names[number] = bytes;
        }
        number += 1;
    }
    names
}

/// A negative status, and what is wrong with the text.
struct Failure {
    status: logring_status_t,
    why: Option<&'static CStr>,
}

/// Misuse, which leaves every output as it is.
impl From<logring_status_t> for Failure {
    fn from(status: logring_status_t) -> Self {
        Self { status, why: None }
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let status = match error {
            PolicyError::Refused { .. } => LOGRING_E_POLICY_BLOCKS,
            _ => LOGRING_E_POLICY,
        };
        let why = Some(error.why().as_c_str());
        Self { status, why }
    }
}

impl From<ConfigError<'_>> for Failure {
    fn from(error: ConfigError<'_>) -> Self {
        match error {
            ConfigError::Policy { reason, .. } => reason.into(),
            _ => Self {
                status: LOGRING_E_INVAL,
                why: Some(error.why().as_c_str()),
            },
        }
    }
}

/// The answer of a call that says at `why`, if that is not NULL, what is
/// wrong.
///
/// # Safety
/// The caller of the library vouches for the memory at `why`.
unsafe fn explained(
    why: *mut *const c_char,
    body: impl FnOnce() -> Result<(), Failure>,
) -> logring_status_t {
    let place = match place(why) {
        Ok(place) => Some(place),
        Err(LOGRING_E_NULL) => None,
        Err(status) => return status,
    };
    let Err(failure) = body() else {
        return LOGRING_OK;
    };
    if let (Some(place), Some(why)) = (place, failure.why) {
        // SAFETY: hazard: those of `put`; the place is from `place`.
        unsafe { put(place, why.as_ptr()) };
    }
    failure.status
}
