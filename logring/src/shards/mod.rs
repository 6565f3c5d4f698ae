//! Many cores: a set of rings behind one logger (feature `shards`).
//!
//! One ring has one head, and every push moves it; cores that push at the
//! same time hand its cache line around. [`Shards`] gives each its own ring, as
//! far as there are rings, and merges them again when they are read.
//!
//! Floor 4: imports every floor below. What a set does is calls to its rings;
//! [`design`](mod@crate::design) says what follows from that.
#![forbid(unsafe_code)]

mod imbalance;
mod index;
mod merge;
mod set;
mod shard;

pub use crate::producer::OTHERS_MAX;
pub use imbalance::{Imbalance, ShardFill, ShardLoss};
#[cfg(all(feature = "core-index", target_os = "linux"))]
pub use index::core_index;
pub use index::stack_index;
#[cfg(all(feature = "std", not(all(test, any(loom, shuttle)))))]
pub use index::thread_index;
pub use set::Shards;
pub use shard::Shard;
