//! `include/logring.h` is made from the source, and says what the library
//! says. `LOGRING_BLESS=1 cargo test -p logring-ffi --test header` makes it
//! anew.

mod generate;
mod values;

use std::path::PathBuf;

fn header_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../include/logring.h")
}

fn header() -> String {
    std::fs::read_to_string(header_path()).expect("the committed header")
}

/// A change to the interface is a change to the header, in the same commit.
#[test]
fn the_header_is_the_one_that_the_source_makes() {
    let fresh = generate::header();
    if std::env::var_os("LOGRING_BLESS").is_some() {
        std::fs::write(header_path(), &fresh).expect("a place to write");
    }
    let committed = header();
    let differs = committed
        .lines()
        .zip(fresh.lines())
        .find(|(old, new)| old != new);
    assert!(
        committed == fresh,
        "the header is out of date (LOGRING_BLESS=1 rewrites it); first line that differs: {differs:?}"
    );
}
