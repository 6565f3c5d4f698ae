//! A log queue whose producers never wait.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod consumer;
pub mod design;
mod error;
mod layout;
mod level;
mod macros;
#[cfg(test)]
mod models;
mod policy;
mod producer;
mod ring;
mod stats;
#[allow(unsafe_code)]
mod sync;

pub use consumer::{DrainEnd, Drained, Popped, Record};
pub use error::{CapacityError, Lost, MemoryError, NoGrant, Pushed};
pub use layout::Cell;
pub use level::{Level, Severity};
pub use policy::{Config, ConfigError, Marks, Policy, PolicyError};
pub use producer::{Grant, Logger};
pub use ring::{LogRing, Ring};
pub use stats::{Cause, LostTable, Stats};

/// The cells of a ring of `capacity_bytes`, for the `N` of a [`LogRing<N>`].
///
/// # Panics
/// If no ring has that capacity: it is a power of two of at least four cells
/// ([`Ring::CELL_BYTES`] each). In a constant that is
/// a compile-time error.
///
/// # Context
/// Meant for constants; a constant number of steps.
#[must_use]
pub const fn cells_for_bytes(capacity_bytes: usize) -> usize {
    match layout::geometry::cells_of_capacity(capacity_bytes) {
        Ok(cells) => cells,
        Err(_) => panic!("a ring's capacity is a power of two of at least four cells"),
    }
}
