//! Shared by the measurements.
#![forbid(unsafe_code)]

pub mod rounds;
