//! Any bytes as calls of the C interface to both forms of a ring, each answer
//! checked.
#![no_main]

#[path = "../../logring-ffi/tests/corpus/kit/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other target uses the rest")]
mod kit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kit::run_calls(bytes));
