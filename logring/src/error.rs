//! What each operation can answer: one enum an operation, small and `Copy`.
//!
//! Floor 0; imports nothing of this crate.

use core::fmt;

/// Why a record was refused. It is already counted; ignoring it is safe.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lost {
    /// The ring had no room, and the policy keeps what came first.
    Full,
    /// The record would have lifted the fill above the mark of its severity;
    /// the rest is kept for severer records.
    Level,
    /// The bounded number of attempts was spent on races with others.
    Contended,
    /// The oldest record, which had to go, is still being written.
    Busy,
    /// The record exceeds the largest record and may not be cut.
    TooBig,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the ring is full",
            Self::Level => "the ring is filled above the mark of this severity",
            Self::Contended => "every attempt lost a race",
            Self::Busy => "the oldest record is still being written",
            Self::TooBig => "the record exceeds the largest record",
        })
    }
}

impl core::error::Error for Lost {}

/// What became of a pushed record. Every answer may be ignored: a loss is
/// counted inside and told to the consumer with a later record.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pushed {
    /// The whole record is in the ring.
    Stored,
    /// The record is in the ring, cut to the largest record and flagged.
    Truncated,
    /// The record is below the minimum level. It was not offered, so it is
    /// not a loss.
    Filtered,
    /// The record was refused and counted.
    Lost(Lost),
}

impl Pushed {
    /// Whether the record is in the ring, whole or cut.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn is_stored(self) -> bool {
        matches!(self, Self::Stored | Self::Truncated)
    }
}

/// Why a reservation gave no grant.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoGrant {
    /// The record is below the minimum level. It was not offered, so it is
    /// not a loss.
    Filtered,
    /// The record was refused and counted.
    Lost(Lost),
}

impl fmt::Display for NoGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filtered => f.write_str("the level is below the minimum"),
            Self::Lost(lost) => lost.fmt(f),
        }
    }
}

impl core::error::Error for NoGrant {}

impl From<NoGrant> for Pushed {
    fn from(no: NoGrant) -> Self {
        match no {
            NoGrant::Filtered => Self::Filtered,
            NoGrant::Lost(lost) => Self::Lost(lost),
        }
    }
}

/// Why a number of bytes is not the capacity of a ring.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CapacityError {
    /// The nearest capacity below, in bytes; `None` if there is none.
    pub below: Option<usize>,
    /// The nearest capacity above, in bytes; `None` if there is none.
    pub above: Option<usize>,
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a ring's capacity is a power of two of at least four cells; the nearest ")?;
        match (self.below, self.above) {
            (Some(below), Some(above)) => write!(f, "are {below} and {above} bytes"),
            (Some(only), None) | (None, Some(only)) => write!(f, "is {only} bytes"),
            (None, None) => f.write_str("does not exist"),
        }
    }
}

impl core::error::Error for CapacityError {}

/// A configuration names another capacity than that of the ring.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OtherCapacity {
    /// What the configuration names, in bytes.
    pub asked_bytes: usize,
    /// What the ring has, in bytes.
    pub ring_bytes: usize,
}

impl fmt::Display for OtherCapacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asked, has) = (self.asked_bytes, self.ring_bytes);
        write!(
            f,
            "the configuration names a capacity of {asked} bytes, and the ring has {has}"
        )
    }
}

impl core::error::Error for OtherCapacity {}

/// Why a block of memory is not, or cannot become, a ring.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemoryError {
    /// The block is too small: even the smallest ring needs this many bytes
    /// from the block's first aligned address.
    TooSmall {
        /// Bytes that the smallest ring needs.
        needed: usize,
    },
    /// The address is NULL or not a multiple of this many bytes.
    Misaligned {
        /// Bytes that the address must be a multiple of.
        align: usize,
    },
    /// The length is not that of any ring.
    Length,
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooSmall { needed } => {
                write!(
                    f,
                    "the block is too small: the smallest ring needs {needed} bytes"
                )
            }
            Self::Misaligned { align } => {
                write!(
                    f,
                    "the block's address is NULL or not a multiple of {align}"
                )
            }
            Self::Length => f.write_str("the block's length is not that of any ring"),
        }
    }
}

impl core::error::Error for MemoryError {}
