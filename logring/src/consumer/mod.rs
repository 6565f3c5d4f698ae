//! Getting records out: one at a time, or in batches.
//!
//! Floor 3: imports floors 0 to 2, never `producer`.
#![forbid(unsafe_code)]

mod bytes;
mod drain;
mod escaped;
mod frame;
mod losses;
mod packed;
mod pop;
mod record;
#[cfg(feature = "shards")]
mod run;
mod single;

pub use bytes::{ByteChunk, ByteDrain, Heading};
pub use drain::{Batch, DrainEnd, Drained};
pub use escaped::Escaped;
#[cfg(all(
    feature = "log",
    any(feature = "log-kv", feature = "std"),
    not(all(test, any(loom, shuttle)))
))]
pub(crate) use escaped::is_shown;
pub use frame::Frames;
pub use losses::Losses;
pub use pop::Popped;
pub use record::Record;
#[cfg(feature = "shards")]
pub(crate) use run::Next;
