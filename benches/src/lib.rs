//! Shared by the measurements.
#![deny(unsafe_code)]

pub mod figures;
pub mod histogram;
pub mod hops;
pub mod machine;
pub mod rounds;
pub mod spread;
#[allow(unsafe_code)]
pub mod tsc;
