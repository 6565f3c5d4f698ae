//! Versions, handles, levels, policies.

use core::ffi::{CStr, c_char};

/// A level: an OpenTelemetry severity number, 1 to 24; bigger is severer.
/// 2 to 4 share TRACE's mark and counter, and so on.
pub type logring_level_t = u8;
/// The finest detail.
pub const LOGRING_TRACE: logring_level_t = 1;
/// For those who look for a fault.
pub const LOGRING_DEBUG: logring_level_t = 5;
/// What the program does.
pub const LOGRING_INFO: logring_level_t = 9;
/// Unexpected, and dealt with.
pub const LOGRING_WARN: logring_level_t = 13;
/// Something failed.
pub const LOGRING_ERROR: logring_level_t = 17;
/// The program cannot go on.
pub const LOGRING_FATAL: logring_level_t = 21;

/// What gives way when a record does not fit. Nothing here waits.
pub type logring_policy_t = u32;
/// What came first stays. The default.
pub const LOGRING_DROP_NEWEST: logring_policy_t = 1;
/// What came last stays: a flight recorder.
pub const LOGRING_DROP_OLDEST: logring_policy_t = 2;

/// A ring. It lies inside the memory that it was made in; the pointer is a
/// handle, not that memory's address, and is passed back as it came.
pub struct logring_t {
    _opaque: [u8; 0],
}

/// The version of the binary interface: it changes when a program that was
/// compiled against an older header could misbehave with a newer library.
const ABI_VERSION: u32 = 1;

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version has no NUL in it"),
    };

/// The decimal number that a part of the version is.
const fn number(part: &str) -> u32 {
    let digits = part.as_bytes();
    let mut value = 0;
    let mut at = 0;
    while at < digits.len() {
        value = value * 10 + (digits[at] - b'0') as u32;
        at += 1;
    }
    value
}

const VERSION_NUMBER: u32 = number(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
    + number(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
    + number(env!("CARGO_PKG_VERSION_PATCH"));

/// The library's LOGRING_VERSION_NUMBER: major * 1000000 + minor * 1000 +
/// patch.
///
/// Context: any; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_version_number() -> u32 {
    VERSION_NUMBER
}

/// The library's LOGRING_VERSION_STRING: static, never NULL.
///
/// Context: any; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_version_string() -> *const c_char {
    VERSION.as_ptr()
}

/// The library's LOGRING_ABI_VERSION. Where it is not the header's, the two do
/// not fit.
///
/// Context: any; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_abi_version() -> u32 {
    ABI_VERSION
}
