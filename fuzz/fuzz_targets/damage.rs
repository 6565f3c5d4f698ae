//! Any bytes as calls of the C interface and as damage to its memory, of both
//! forms of a ring.
#![no_main]

#[path = "../../logring-ffi/tests/corpus/kit/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other target uses the rest")]
mod kit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kit::run_damage(bytes));
