//! Getting records in: push, format, or fill a grant.
//!
//! Floor 3: imports floors 0 to 2, never `consumer`.
#![forbid(unsafe_code)]

mod admit;
mod ask;
mod bound;
mod format;
mod grant;
mod logger;
#[cfg(feature = "shards")]
mod look;
mod push;

#[cfg(any(feature = "shards", all(test, logring_inject)))]
pub(crate) use bound::PLAIN_STEPS;
pub use grant::Grant;
pub use logger::{Clock, Logger};
#[cfg(feature = "shards")]
pub use look::OTHERS_MAX;
#[cfg(feature = "shards")]
pub(crate) use look::{Offer, looks_max};
