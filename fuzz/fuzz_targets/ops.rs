//! Any bytes as operations on a ring, against the naive reference.
#![no_main]

#[path = "../../logring/tests/model/kit/mod.rs"]
mod kit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (setup, ops) = kit::decode::decode(bytes);
    kit::interpret::run(&setup, &ops);
});
