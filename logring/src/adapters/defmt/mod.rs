//! A ring as what stands behind the macros of the `defmt` crate.
//!
//! - `transport` takes frames from producers and makes each one record;
//! - `levels` finds the level of a frame by its number;
//! - `encode` turns such a record into the bytes that a decoder reads;
//! - `global` is the macro that makes a transport the program's `defmt` logger.
//!
//! [`design`](mod@crate::design::adapters) has the argument, under "Nested frames".
#![forbid(unsafe_code)]

mod encode;
mod global;
mod levels;
mod transport;

pub use encode::encode_frame;
pub use levels::DefmtLevels;
pub use transport::DefmtTransport;
