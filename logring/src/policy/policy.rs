//! The two policies, and what the names that other systems use for theirs mean
//! here.
//!
//! Imports [`Why`] only.

use core::fmt;

use super::why::Why;

/// What gives way when a record does not fit.
///
/// There are two, and neither waits. See [`PolicyError::Refused`] for why
/// there is no third.
///
/// # Context
/// A plain value: any context may copy and compare it, in one step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Policy {
    /// The new record is refused: what came first stays. Right where the start
    /// of an incident matters most, and the default because it never touches
    /// what somebody else wrote.
    #[default]
    DropNewest,
    /// The oldest records are evicted until the new one fits: what came last
    /// stays. A flight recorder.
    DropOldest,
}

/// Why a name is not a policy of this crate.
///
/// # Context
/// A plain value: any context may copy, compare and print it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PolicyError {
    /// The name is known, and means that the producer waits, that memory
    /// grows, or that logging fails the caller. None of these exists here.
    ///
    /// On 2 October 2021 a checkout used across Europe was down for 5 hours
    /// and 40 minutes: containers ran on their log driver's default, which
    /// blocks, somebody later set the log forwarder to block as well, in the
    /// written belief that the driver did not, and when the forwarder became
    /// slow every application stopped in its log calls while processor,
    /// memory and health checks looked well
    /// ([report](https://www.klarna.com/international/blog/detailed-incident-report-disturbances-to-klarnas-payment-methods-in-europe-on-october-2-2021/)).
    /// One word in a configuration did that. Here the word is an error on the
    /// day it is written.
    #[non_exhaustive]
    Refused {
        /// What the name asks for, and what to use instead: one sentence.
        why: Why,
    },
    /// The name means opposite things in different systems, so none is
    /// guessed.
    #[non_exhaustive]
    Ambiguous {
        /// What the name may mean, and what to write instead: one sentence.
        why: Why,
    },
    /// Nobody is known to use this name.
    Unknown,
}

/// Names for [`Policy::DropNewest`], folded as [`same_name`] folds them.
const DROP_NEWEST: &[&str] = &[
    "drop_newest",
    "discard",
    "discard_new",
    "discardnew",
    "drop",
    "drop_incoming",
    "drop_on_overflow",
    "non_blocking",
    "lossy",
    "lossy=true",
    "neverblock",
    "neverblock=true",
    "boundeddropping",
];

/// Names for [`Policy::DropOldest`], folded as [`same_name`] folds them.
const DROP_OLDEST: &[&str] = &[
    "drop_oldest",
    "overrun_oldest",
    "overwrite",
    "overwrite_oldest",
    "flight_recorder",
    "drop_oldest_chunk",
    "discard_old",
    "discardold",
    "memrb",
];

// Do not move a name from the refused table to one above to make somebody's
// old configuration load: whoever wrote "block" was promised that no record is
// lost, and whoever reads "block" later will build on that promise. That is
// how the outage told at `PolicyError::Refused` began. The error is the moment
// at which a person decides what may be lost.

const WAITS: Why = Why::new(c"this name makes the producer wait for the consumer, so that a slow log stops \
    the application; logring never waits: use drop_newest to keep what came first or drop_oldest to \
    keep what came last, and give the ring a larger capacity to ride out longer stalls");

const LOSSLESS: Why = Why::new(c"a bounded queue can avoid every loss only by making the producer wait, and \
    logring never waits: use drop_newest or drop_oldest, keep room for the records that matter with \
    marks, and read the exact count of what was lost");

const GROWS: Why = Why::new(
    c"this name lets the queue grow until memory runs out; a logring never grows: \
    use drop_newest or drop_oldest with a larger capacity",
);

const RAISES: Why = Why::new(c"this name makes the application handle the failure of its own log; logring \
    counts each lost record and tells the consumer instead: use drop_newest or drop_oldest, and look \
    at what a push returns where the caller must know");

/// Names that are refused, folded as [`same_name`] folds them, with the reason.
const REFUSED: &[(&str, Why)] = &[
    ("block", WAITS),
    ("blocking", WAITS),
    ("block_retry", WAITS),
    ("wait", WAITS),
    ("backpressure", WAITS),
    ("sync", WAITS),
    ("synchronous", WAITS),
    ("block_on_overflow", WAITS),
    ("blockwhenfull", WAITS),
    ("neverblock=false", WAITS),
    ("lossless", LOSSLESS),
    ("lossy=false", LOSSLESS),
    ("retryuntildelivered", LOSSLESS),
    ("unbounded", GROWS),
    ("unboundedblocking", GROWS),
    ("expand", GROWS),
    ("grow", GROWS),
    ("throw_exception", RAISES),
    ("raise", RAISES),
];

/// Names whose meaning depends on whom one asks, folded as [`same_name`] folds
/// them, with what they may mean.
const AMBIGUOUS: &[(&str, Why)] = &[
    (
        "overflow",
        Why::new(c"\"overflow\" says that the queue is full and not which record gives way: use drop_newest \
         to keep what came first or drop_oldest to keep what came last"),
    ),
    (
        "ring",
        Why::new(c"\"ring\" overwrites the oldest record in some systems and turns the newest away in \
         others: use drop_oldest or drop_newest"),
    ),
    (
        "default",
        Why::new(c"\"default\" is a policy that waits in some systems, Log4j 2 among them, and one that \
         drops in others: leave the policy out for logring's own, which is drop_newest, or name it"),
    ),
];

const UNKNOWN: Why = Why::new(
    c"no such policy: use drop_newest to keep what came first or drop_oldest to \
    keep what came last",
);

impl Policy {
    /// The policy that a name stands for, in the words of this crate or of
    /// other logging systems.
    ///
    /// Case does not matter, `-` is the same as `_`, and ASCII whitespace
    /// around the name is ignored.
    ///
    /// | Policy | Names |
    /// |---|---|
    /// | [`DropNewest`](Policy::DropNewest) | `drop_newest`, `discard`, `discard_new`, `discardnew`, `drop`, `drop_incoming`, `drop_on_overflow`, `non_blocking`, `lossy`, `lossy=true`, `neverblock`, `neverblock=true`, `boundeddropping` |
    /// | [`DropOldest`](Policy::DropOldest) | `drop_oldest`, `overrun_oldest`, `overwrite`, `overwrite_oldest`, `flight_recorder`, `drop_oldest_chunk`, `discard_old`, `discardold`, `memrb` |
    ///
    /// `lossy` and `neverblock` are switches elsewhere; without a value they
    /// mean that the switch is on.
    ///
    /// ```
    /// use logring::{Policy, PolicyError};
    ///
    /// assert_eq!(Policy::parse("Drop-Oldest"), Ok(Policy::DropOldest));
    /// assert_eq!(Policy::parse("non-blocking"), Ok(Policy::DropNewest));
    /// let error = Policy::parse("block").unwrap_err();
    /// assert!(matches!(error, PolicyError::Refused { .. }));
    /// assert!(error.why().contains("drop_newest"));
    /// ```
    ///
    /// # Errors
    /// - [`PolicyError::Refused`]: the name asks to wait, to grow, or to fail
    ///   the caller.
    /// - [`PolicyError::Ambiguous`]: `overflow`, `ring` and `default` mean
    ///   opposite things in different systems.
    /// - [`PolicyError::Unknown`]: any other name.
    ///
    /// # Context
    /// Any context; bound in steps: one pass over the whitespace around the
    /// name, then a constant number of comparisons, none longer than the
    /// longest name known.
    pub fn parse(name: &str) -> Result<Policy, PolicyError> {
        let name = name.trim_ascii();
        let is_among = |names: &[&str]| names.iter().any(|known| same_name(known, name));
        let reason_in = |names: &[(&str, Why)]| {
            let entry = names.iter().find(|(known, _)| same_name(known, name));
            entry.map(|&(_, why)| why)
        };
        if is_among(DROP_NEWEST) {
            Ok(Policy::DropNewest)
        } else if is_among(DROP_OLDEST) {
            Ok(Policy::DropOldest)
        } else if let Some(why) = reason_in(REFUSED) {
            Err(PolicyError::Refused { why })
        } else if let Some(why) = reason_in(AMBIGUOUS) {
            Err(PolicyError::Ambiguous { why })
        } else {
            Err(PolicyError::Unknown)
        }
    }

    /// The name of the policy: `drop_newest` or `drop_oldest`.
    ///
    /// [`Policy::parse`] turns it back into the same policy.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Policy::DropNewest => "drop_newest",
            Policy::DropOldest => "drop_oldest",
        }
    }
}

/// Prints the name, and honours width and alignment.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl PolicyError {
    /// What is wrong with the name, and what to use instead.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn why(self) -> Why {
        match self {
            PolicyError::Refused { why } | PolicyError::Ambiguous { why } => why,
            PolicyError::Unknown => UNKNOWN,
        }
    }
}

/// Prints [`PolicyError::why`].
impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why())
    }
}

impl core::error::Error for PolicyError {}

/// Whether two names are the same when case is ignored and `-` is `_`.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    let fold = |byte: u8| match byte {
        b'-' => b'_',
        other => other.to_ascii_lowercase(),
    };
    a.len() == b.len() && a.bytes().map(fold).eq(b.bytes().map(fold))
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
