//! What connects a ring with the conventions of others, each by a feature.
//!
//! Floor 4: imports everything below; nothing below knows of it.
#![forbid(unsafe_code)]

#[cfg(feature = "async")]
mod arrival;

#[cfg(feature = "async")]
pub use arrival::Arrival;
