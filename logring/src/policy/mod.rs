//! What happens when the ring is full, and how one says so.
//!
//! Everything here is arithmetic and words: no atomic, no memory of the ring.
//! Floor 1: may import [`crate::level`] and its own files, never `layout/` or
//! `stats/`.
#![forbid(unsafe_code)]

mod config;
mod config_error;
mod marks;
mod parse;
#[expect(
    clippy::module_inception,
    reason = "the room is about policies, and the type it is named for has a file of its own"
)]
mod policy;
mod why;

pub use config::Config;
pub use config_error::ConfigError;
pub use marks::Marks;
pub use policy::{Policy, PolicyError};
pub use why::Why;
