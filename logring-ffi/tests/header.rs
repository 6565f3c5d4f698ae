//! The header says what the library says.

use std::ffi::CStr;

use logring_ffi::{logring_abi_version, logring_version_number, logring_version_string};

const HEADER: &str = include_str!("../../include/logring.h");

/// The value of a macro in the header.
fn macro_value(name: &str) -> &'static str {
    HEADER
        .lines()
        .find_map(|line| {
            line.strip_prefix("#define ")?
                .strip_prefix(name)?
                .strip_prefix(' ')
        })
        .unwrap_or_else(|| panic!("the header has no {name}"))
}

/// A release changes Cargo.toml; the header must follow.
#[test]
fn the_headers_version_is_the_librarys_and_cargos() {
    let number: u32 = macro_value("LOGRING_VERSION_NUMBER").parse().unwrap();
    assert_eq!(number, logring_version_number());

    let string = macro_value("LOGRING_VERSION_STRING").trim_matches('"');
    assert_eq!(string, env!("CARGO_PKG_VERSION"));
    // SAFETY: hazard: a pointer that is NULL or not to a C string. It is to a
    // static one, as documented.
    let linked = unsafe { CStr::from_ptr(logring_version_string()) };
    assert_eq!(linked.to_str(), Ok(string));

    let abi: u32 = macro_value("LOGRING_ABI_VERSION").parse().unwrap();
    assert_eq!(abi, logring_abi_version());
}

/// A version counts in the order of its parts.
#[test]
fn the_version_number_is_made_of_the_parts() {
    let parts: Vec<u32> = env!("CARGO_PKG_VERSION")
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect();
    let number = parts.iter().fold(0, |number, part| number * 1000 + part);
    assert_eq!(logring_version_number(), number);
}
