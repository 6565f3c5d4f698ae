//! What the model test, the fuzz target and the corpus replay share: a
//! language of operations, a naive reference, and an interpreter that runs
//! both the ring and the reference and compares every answer.
//!
//! - `op` the operations, and `setup` the ring and loggers they run on;
//! - `reference` what must happen, from the documentation alone;
//! - `interpret` runs and compares;
//! - `decode` any bytes as a setup and operations, for the fuzzer.

pub(crate) mod decode;
pub(crate) mod interpret;
pub(crate) mod op;
pub(crate) mod reference;
pub(crate) mod setup;
