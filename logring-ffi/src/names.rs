//! Words for policies, levels and configurations. Text is UTF-8 of the given
//! length; it needs no NUL.

use core::ffi::{CStr, c_char};

use logring::{ConfigError, Level, Policy, PolicyError};

use crate::abi::{logring_level_t, logring_policy_t};
use crate::config::{policy, policy_number};
use crate::lifecycle::logring_config_t;
use crate::ptr::{self, place, put};
use crate::status::{
    LOGRING_E_INVAL, LOGRING_E_POLICY, LOGRING_E_POLICY_BLOCKS, LOGRING_OK, answer,
    logring_status_t,
};

/// The policy of a name: "drop_newest", "drop_oldest" and what other systems
/// call them, in any case, with '-' for '_' and blanks around it.
///
/// A name that waits or grows is LOGRING_E_POLICY_BLOCKS, and one that is
/// unknown or means opposite things in different systems LOGRING_E_POLICY;
/// *why is then a static string that says what to use instead. why may be
/// NULL.
///
/// Context: any; bound by the names known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_policy_parse(
    s: *const c_char,
    len: usize,
    out: *mut logring_policy_t,
    why: *mut *const c_char,
) -> logring_status_t {
    answer(|| {
        let (out, why) = (place(out)?, place_or_null(why)?);
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(s.cast(), len) }?;
        // Bytes that are no text are a name that nobody knows.
        let parsed = core::str::from_utf8(bytes).map_or(Err(PolicyError::Unknown), Policy::parse);
        match parsed {
            // SAFETY: hazard: those of `put`; `out` is from `place`.
            Ok(policy) => unsafe { put(out, policy_number(policy)) },
            Err(error) => {
                // SAFETY: hazard: those of `explain`; `why` is from a check.
                unsafe { explain(why, error.why().as_c_str()) };
                return Err(policy_status(error));
            }
        }
        Ok(LOGRING_OK)
    })
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
/// retry_limit, truncate and min_level. What the string does not name stays as
/// it is, also *capacity_bytes; its number is passed on unchecked.
///
/// LOGRING_E_POLICY, LOGRING_E_POLICY_BLOCKS, LOGRING_E_INVAL: *why is then a
/// static string that says what is wrong, and everything else is as it was.
/// why may be NULL. LOGRING_E_ABI if cfg was not initialised.
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
    answer(|| {
        let (capacity_bytes, why) = (place(capacity_bytes)?, place_or_null(why)?);
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(s.cast(), len) }?;
        // SAFETY: hazard: those of `sized`, for which the caller vouches.
        let mut changed = unsafe { ptr::sized(cfg) }?;
        let fail = |sentence: &'static CStr, status| {
            // SAFETY: hazard: those of `explain`; `why` is from a check.
            unsafe { explain(why, sentence) };
            Err(status)
        };
        let Ok(old) = changed.settings() else {
            let sentence = c"the configuration has a policy, mark or level that is none";
            return fail(sentence, LOGRING_E_INVAL);
        };
        let Ok(text) = core::str::from_utf8(bytes) else {
            return fail(c"not UTF-8 text", LOGRING_E_INVAL);
        };
        let new = match old.config.parse_over(text) {
            Ok(config) => config,
            Err(error) => return fail(error.why().as_c_str(), config_status(&error)),
        };
        changed.change(&old.config, &new);
        // SAFETY: hazard: those of `put`; `sized` has checked the place.
        unsafe { put(cfg, changed) };
        if let Some(bytes) = new.capacity_bytes() {
            // SAFETY: hazard: those of `put`; the place is from `place`.
            unsafe { put(capacity_bytes, bytes) };
        }
        Ok(LOGRING_OK)
    })
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

/// A place for a sentence, or none.
fn place_or_null<T>(at: *mut T) -> Result<*mut T, logring_status_t> {
    if at.is_null() { Ok(at) } else { place(at) }
}

/// Tells the caller why, who may not want to know.
///
/// # Safety
/// `why` came from `place_or_null`, and the caller vouches for the memory.
unsafe fn explain(why: *mut *const c_char, sentence: &'static CStr) {
    if !why.is_null() {
        // SAFETY: hazard: those of `put`, for which the caller vouches.
        unsafe { put(why, sentence.as_ptr()) };
    }
}

fn policy_status(error: PolicyError) -> logring_status_t {
    match error {
        PolicyError::Refused { .. } => LOGRING_E_POLICY_BLOCKS,
        _ => LOGRING_E_POLICY,
    }
}

fn config_status(error: &ConfigError<'_>) -> logring_status_t {
    match error {
        ConfigError::Policy { reason, .. } => policy_status(*reason),
        _ => LOGRING_E_INVAL,
    }
}
