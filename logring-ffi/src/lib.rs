//! The C interface of logring: so far, what it says of its own version.
//!
//! Floor 5: imports the public API of `logring` only. `include/logring.h`
//! declares what is here; a test holds the two together.
#![no_std]

use core::ffi::{CStr, c_char};

/// The version of the binary interface. It changes when a program that was
/// compiled against an older header could misbehave with a newer library.
const ABI_VERSION: u32 = 0;

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

/// The library's version: major * 1000000 + minor * 1000 + patch.
///
/// # Context
/// Thread, interrupt, signal handler, forked child, panic handler; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_version_number() -> u32 {
    VERSION_NUMBER
}

/// The library's version as a static string, as in `"0.1.0"`. Never NULL.
///
/// # Context
/// Thread, interrupt, signal handler, forked child, panic handler; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_version_string() -> *const c_char {
    VERSION.as_ptr()
}

/// The version of the binary interface that the library has.
///
/// # Context
/// Thread, interrupt, signal handler, forked child, panic handler; one step.
#[unsafe(no_mangle)]
pub extern "C" fn logring_abi_version() -> u32 {
    ABI_VERSION
}
