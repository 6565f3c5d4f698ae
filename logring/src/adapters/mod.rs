//! What stands between other crates' interfaces and a ring.
//!
//! Floor 4: imports every floor below, and nothing below knows of it. An
//! adapter has no queue of its own, and keeps the promise of the ring: it does
//! not wait, and what it does not store is in the ledger.
#![forbid(unsafe_code)]

#[cfg(feature = "async")]
mod arrival;
#[cfg(all(feature = "defmt", not(all(test, any(loom, shuttle)))))]
mod defmt;
#[cfg(all(feature = "log", not(all(test, any(loom, shuttle)))))]
mod log;

#[cfg(all(feature = "defmt", not(all(test, any(loom, shuttle)))))]
pub use self::defmt::{DefmtLevels, DefmtTransport, encode_frame};
#[cfg(all(feature = "log", not(all(test, any(loom, shuttle)))))]
pub use self::log::LogAdapter;
#[cfg(feature = "async")]
pub use arrival::Arrival;
