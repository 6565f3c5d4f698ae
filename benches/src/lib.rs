//! Shared by the measurements.

pub mod rounds;
