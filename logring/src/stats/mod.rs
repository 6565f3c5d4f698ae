//! What was lost, by cause and severity; what was delivered; how full it got.
//!
//! Floor 1: imports floor 0 and nothing else. All orderings here are Relaxed:
//! these words count, and nothing else is read on the strength of them.
#![forbid(unsafe_code)]

mod cause;
pub(crate) mod ledger;
mod snapshot;
pub(crate) mod watermark;
pub(crate) mod who;

pub use cause::Cause;
pub(crate) use ledger::Ledger;
pub use snapshot::{LostTable, Stats};
pub(crate) use watermark::Watermark;
