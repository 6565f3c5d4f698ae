//! The header's numbers are the library's.

use logring_ffi::abi::{logring_abi_version, logring_version_number};

use crate::header;

/// The value of a macro in the header.
fn value(name: &str) -> String {
    let header = header();
    let line = header
        .lines()
        .find_map(|line| {
            line.strip_prefix("#define ")?
                .strip_prefix(name)?
                .strip_prefix(' ')
        })
        .unwrap_or_else(|| panic!("the header has no {name}"));
    line.split("/*").next().unwrap_or(line).trim().to_owned()
}

/// A release changes Cargo.toml; the header and the library follow.
#[test]
fn versions_are_those_of_cargo() {
    let parts = env!("CARGO_PKG_VERSION")
        .split('.')
        .map(|part| part.parse::<u32>().unwrap());
    let number = parts.fold(0, |number, part| number * 1000 + part);
    assert_eq!(logring_version_number(), number);
    assert_eq!(value("LOGRING_VERSION_NUMBER"), number.to_string());
    assert_eq!(
        value("LOGRING_VERSION_STRING"),
        format!("{:?}", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(
        value("LOGRING_ABI_VERSION"),
        logring_abi_version().to_string()
    );
}

/// The sizes of a block are written down for the preprocessor; the C programs
/// check them on each target, and this one where it runs.
#[test]
fn a_block_is_as_large_as_the_header_says() {
    let value = |name| value(name).parse::<usize>().unwrap();
    if usize::BITS == 64 {
        let capacity = 4 * value("LOGRING_CELL_SIZE");
        let bytes = value("LOGRING_MEM_BASE") + capacity;
        assert_eq!(
            logring_ffi::lifecycle::logring_required_size(capacity),
            bytes
        );
        assert_eq!(
            logring_ffi::lifecycle::logring_required_size(capacity / 2),
            0
        );
    }
}
