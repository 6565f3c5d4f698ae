//! A bounded queue for log records whose producers never wait.
//!
//! A [`Ring`] is a block of plain memory. Producers copy records of any length
//! into it through a [`Logger`], and consumers copy them out with
//! [`pop`](Ring::pop) or [`drain`](Ring::drain), any number of each. A push
//! takes a bounded number of steps, and makes no allocation, lock or system
//! call. What does not fit is lost by the [`Policy`] of the logger, counted by
//! [`Cause`] and [`Severity`], and told to the consumer at the place where it
//! is missing.
//!
//! ```
//! use logring::{Config, Level, Popped};
//!
//! // 16 KiB of cells in `.bss`, and a logger that writes to them.
//! logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());
//!
//! // Producers, in any context. The answers may be ignored.
//! LOG.push(Level::WARN, b"disk 91% full");
//! logring::info!(LOG, "user {} paid {}", 42, 1999);
//!
//! // The consumer, whenever it likes.
//! let mut buf = [0; 512];
//! let mut lines = 0;
//! while let Popped::Record(record) = LOG.ring().pop(&mut buf) {
//!     assert_eq!(record.lost_before, 0);
//!     lines += 1;
//! }
//! assert_eq!(lines, 2);
//! assert_eq!(LOG.ring().take_trailing_loss(), 0);
//! ```
//!
//! # By task
//!
//! | To … | use |
//! |---|---|
//! | make a ring in a `static` | [`define!`], or [`LogRing::new`](Ring::new) and [`Logger::new`] |
//! | make a ring elsewhere | `Ring::boxed` (feature `alloc`), [`Ring::in_memory`], [`Ring::attach`] |
//! | keep a ring across a reset, or read one whose writers died | [`Retained`], [`Ring::recover`], [`Recovered`] |
//! | say what happens when it is full | [`Config`], [`Policy`], [`Marks`]; [`Config::parse`] from a string |
//! | log bytes | [`Logger::push`], [`Logger::push_parts`] |
//! | log a formatted line | [`log!`], [`trace!`], [`debug!`], [`info!`], [`warn!`], [`error!`], [`fatal!`] |
//! | fill a record in place | [`Logger::reserve`], [`Grant`] |
//! | know what became of one record | [`Pushed`], [`NoGrant`], [`Lost`] |
//! | take records | [`Ring::pop`], [`Ring::drain`], [`Record`] |
//! | send records byte by byte | [`ByteDrain`] |
//! | hand batches to another language or process | [`Ring::drain_into`], [`Frames`] |
//! | know what is missing, and where | [`Record::lost_before`], [`Ring::take_trailing_loss`] |
//! | be told of records, or await them | [`Config::with_notify`], `adapters::Arrival` (feature `async`) |
//! | give each core or thread a ring of its own | `Shards`, `shards` (feature `shards`) |
//! | stand behind the macros of `log` or `defmt` | `adapters` (features `log`, `defmt`) |
//! | know what was lost, and why | [`Ring::stats`], [`Stats`], [`LostTable`] |
//!
//! # When the ring is full
//!
//! [`Policy::DropNewest`] refuses the new record and so keeps what came first.
//! [`Policy::DropOldest`] evicts the oldest records and so keeps what came
//! last. A mark ([`Config::with_mark`]) refuses one severity above a fill and
//! so keeps room for the others. There is no policy that waits. The policy
//! belongs to the logger, so several loggers may write to one ring with
//! different ones.
//!
//! While nothing moves, records offered = delivered + still in the ring +
//! lost, exactly.
//!
//! # Contexts
//!
//! Every method of [`Ring`], [`Logger`] and [`Grant`] may be called from a
//! thread, an interrupt, a signal handler, a forked child or a panic handler,
//! also on top of an interrupted call to the same ring, unless its section
//! *Context* says otherwise. The arguments of the macros and the logger's
//! clock and hook run in the caller, and must be fit for its context themselves.
//!
//! # Features
//!
//! None is on by default, and none is needed.
//!
//! - `alloc`: `Ring::boxed`.
//! - `std`: `alloc`.
//! - `log`, `tracing`: [`Level`] from the levels of these facades.
//! - `log`: `adapters::LogAdapter`, which makes a ring the logger behind the
//!   macros of the `log` crate.
//! - `log-kv`: `log`, and the adapter stores key-values. `std` with `log` does so, too.
//! - `defmt`: `adapters::DefmtTransport`, the same for the `defmt` crate: no
//!   interrupt is masked, and frames nest.
//! - `shards`: `Shards`, a set of rings behind one logger.
//! - `core-index`: `shards` and, on Linux, `shards::core_index`.
//! - `async`: `adapters::Arrival`, for a consumer that awaits records.
//! - `portable-atomic`: for targets without compare-and-swap, which load and
//!   store words atomically, as all but the oldest do. The program, not
//!   a library, also chooses what stands behind the atomics, in its own `Cargo.toml`:
//!   `portable-atomic = { version = "1", features = ["critical-section"] }`, or with
//!   `unsafe-assume-single-core`.
//!
//! # What is not promised
//!
//! - A writer that is stopped between reservation and commit holds up the
//!   consumers: they get [`Popped::Pending`], and later records wait. Producers
//!   go on until the ring is full; then new records are refused, as
//!   [`Lost::Full`] or, under `DropOldest`, as [`Lost::Busy`]. A writer that
//!   never goes on holds consumers up until somebody, who knows that all is
//!   still, calls [`Ring::recover`].
//! - A context that dies between its claim and what follows takes that with
//!   it: a consumer the records that it had claimed, an evicting producer the
//!   count of that run.
//! - With several threads, the sum of losses is exact, and their place may be
//!   off by what was in flight. Timestamps are read before the reservation.
//! - [`Ring::stats`] reads its figures one after the other; while records flow
//!   they need not add up. Counters wrap with the machine word.
//! - Positions are machine words. On 32-bit targets a context that is stopped
//!   inside a call while exactly 2^32 cells pass could take the new position
//!   for the old one.
//! - Nothing is durable, and no consumer is woken but by a logger's hook.
//!
//! Why all this holds is in [`design`](mod@design).
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]

#[cfg(all(feature = "tracing", not(target_has_atomic = "ptr")))]
compile_error!(
    "the feature `tracing` needs a target with compare-and-swap, as the crate `tracing-core` does"
);

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(any(feature = "async", feature = "log", feature = "defmt"))]
pub mod adapters;
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
#[cfg(feature = "shards")]
pub mod shards;
mod stats;
#[allow(unsafe_code)]
mod sync;
mod text;

pub use consumer::{
    Batch, ByteChunk, ByteDrain, DrainEnd, Drained, Escaped, Frames, Heading, Losses, Popped,
    Record,
};
pub use error::{CapacityError, Lost, MemoryError, NoGrant, OtherCapacity, Pushed};
pub use layout::Cell;
pub use level::{Level, Severity};
pub use policy::{Config, ConfigError, Marks, Policy, PolicyError, Why};
pub use producer::{Clock, Grant, Logger};
pub use ring::{LogRing, Recovered, Retained, Ring};
#[cfg(feature = "shards")]
pub use shards::Shards;
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

/// The README's examples, compiled and run as they stand there: with the features that
/// all of them together need.
#[cfg(all(
    doctest,
    feature = "std",
    feature = "log",
    feature = "defmt",
    feature = "shards",
    feature = "async"
))]
#[doc = include_str!("../../README.md")]
struct Readme;
