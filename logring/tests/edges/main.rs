//! The edges, in pairs: fits, and one more.

#[cfg(feature = "async")]
mod arrival;
mod at_once;
mod block;
mod bytes;
mod clocks;
mod damage;
#[cfg(feature = "defmt")]
mod defmt_frames;
mod dice;
mod forged;
mod format;
mod frames;
mod full;
mod grants;
mod hostile;
#[cfg(feature = "log")]
mod log_adapter;
mod loss;
mod macros;
mod memory;
mod notify;
mod recover;
mod resume;
mod retained;
mod sentences;
#[cfg(feature = "shards")]
mod shards;
#[cfg(feature = "shards")]
mod shards_choice;
#[cfg(feature = "shards")]
mod shards_merge;
// Many offers, of safe code: Miri has the other tests of sets.
#[cfg(all(feature = "shards", not(miri)))]
mod shards_spread;
mod sizes;
mod support;
mod text;
mod wraps;
