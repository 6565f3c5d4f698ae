//! Any bytes as a configuration string.
#![no_main]

#[path = "../../logring/tests/corpus/config_text.rs"]
mod config_text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| config_text::check(bytes));
