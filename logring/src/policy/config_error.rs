//! Why a string is not a configuration.
//!
//! Imports [`PolicyError`] and [`Why`] only.

use core::fmt::{self, Write as _};

use super::policy::PolicyError;
use super::why::Why;

/// Why a string is not a configuration; the keys and values are the caller's
/// own text, borrowed.
///
/// `Display` prints a sentence that names the key and the value, quoted,
/// escaped and cut to a bearable length, so that it can be logged as it is.
/// [`ConfigError::why`] is the part of it that does not depend on the text.
///
/// # Context
/// A plain value: any context may copy, compare and print it. Printing is
/// bound by the length of the longest sentence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ConfigError<'s> {
    /// There is nothing between two commas, or before the first or after the
    /// last.
    EmptyEntry,
    /// No setting has this name. An unknown key is never skipped: it may be
    /// the misspelt one that was to keep the application alive.
    #[non_exhaustive]
    UnknownKey {
        /// The key, as written.
        key: &'s str,
    },
    /// There is no `=` after the key, or nothing after the `=`.
    #[non_exhaustive]
    NoValue {
        /// The key, as written.
        key: &'s str,
    },
    /// The key occurs twice.
    #[non_exhaustive]
    DuplicateKey {
        /// The key, as written the second time.
        key: &'s str,
    },
    /// Two keys for the same setting, such as `policy` and `mode`, disagree.
    #[non_exhaustive]
    Contradiction {
        /// The later key, as written.
        key: &'s str,
        /// The earlier key, as written.
        other: &'s str,
    },
    /// The name is not a policy, or is one that waits or grows.
    #[non_exhaustive]
    Policy {
        /// The key, as written.
        key: &'s str,
        /// The value, as written.
        value: &'s str,
        /// Which of the three it is, and what to use instead.
        reason: PolicyError,
    },
    /// The value is not a whole decimal number.
    #[non_exhaustive]
    NotANumber {
        /// The key, as written.
        key: &'s str,
        /// The value, as written.
        value: &'s str,
    },
    /// The value is not a whole decimal number of bytes with one of the units.
    #[non_exhaustive]
    NotASize {
        /// The key, as written.
        key: &'s str,
        /// The value, as written.
        value: &'s str,
    },
    /// The number does not fit the type it is for: `usize` for sizes, `u32`
    /// for the retry limit.
    #[non_exhaustive]
    TooLarge {
        /// The key, as written.
        key: &'s str,
        /// The value, as written.
        value: &'s str,
    },
    /// The value is neither a yes nor a no.
    #[non_exhaustive]
    NotABool {
        /// The key, as written.
        key: &'s str,
        /// The value, as written.
        value: &'s str,
    },
    /// The value is not a level.
    #[non_exhaustive]
    NotALevel {
        /// The key, as written.
        key: &'s str,
        /// The value, as written.
        value: &'s str,
    },
    /// A mark is not `severity:percent`.
    #[non_exhaustive]
    NotAMark {
        /// The key, as written.
        key: &'s str,
        /// The one mark, as written.
        mark: &'s str,
    },
    /// A mark is for something that is not one of the six severities.
    #[non_exhaustive]
    NotASeverity {
        /// The key, as written.
        key: &'s str,
        /// The one mark, as written.
        mark: &'s str,
    },
    /// A mark of 0 %.
    #[non_exhaustive]
    MarkZero {
        /// The key, as written.
        key: &'s str,
        /// The one mark, as written.
        mark: &'s str,
    },
    /// A mark above 100 %.
    #[non_exhaustive]
    MarkAbove100 {
        /// The key, as written.
        key: &'s str,
        /// The one mark, as written.
        mark: &'s str,
    },
    /// A severity has two marks.
    #[non_exhaustive]
    DuplicateMark {
        /// The key, as written.
        key: &'s str,
        /// The second mark, as written.
        mark: &'s str,
    },
}

impl ConfigError<'_> {
    /// What is wrong, and what to write instead, without the key and the
    /// value.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn why(&self) -> Why {
        Why::new(match self {
            ConfigError::EmptyEntry => {
                c"a configuration is key=value entries separated by single commas, and one entry is \
                 empty"
            }
            ConfigError::UnknownKey { .. } => {
                c"no such key: there are policy, mode, neverblock, lossy, capacity, \
                 max-buffer-size, marks, max_record, retry_limit, truncate and min_level"
            }
            ConfigError::NoValue { .. } => {
                c"the key has no value: write key=value, or leave the key out for the default"
            }
            ConfigError::DuplicateKey { .. } => c"the key occurs twice: keep one of the two",
            ConfigError::Contradiction { .. } => {
                c"two keys for the same setting disagree: keep one of the two"
            }
            ConfigError::Policy { reason, .. } => return reason.why(),
            ConfigError::NotANumber { .. } => c"not a whole decimal number",
            ConfigError::NotASize { .. } => {
                c"not a size: write a whole decimal number of bytes, with k, m or g behind it for \
                 powers of 1024"
            }
            ConfigError::TooLarge { .. } => c"the number is too large for this machine or setting",
            ConfigError::NotABool { .. } => c"write true or false",
            ConfigError::NotALevel { .. } => {
                c"not a level: write trace, debug, info, warn, error or fatal, an OpenTelemetry \
                 severity number from 1 to 24, or all"
            }
            ConfigError::NotAMark { .. } => {
                c"not a mark: write severity:percent with a whole decimal number, joined with +, \
                 as in debug:60%+info:75%, or none"
            }
            ConfigError::NotASeverity { .. } => {
                c"marks are for the six severities trace, debug, info, warn, error and fatal"
            }
            ConfigError::MarkZero { .. } => {
                c"a mark of 0 % would lose every record of the severity: use min_level to leave \
                 mild records out, or 100 % for no mark"
            }
            ConfigError::MarkAbove100 { .. } => {
                c"a mark is a percentage of the capacity from 1 to 100, where 100 is no mark"
            }
            ConfigError::DuplicateMark { .. } => c"a severity has two marks: keep one of the two",
        })
    }
}

impl fmt::Display for ConfigError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            ConfigError::EmptyEntry => {}
            ConfigError::UnknownKey { key }
            | ConfigError::NoValue { key }
            | ConfigError::DuplicateKey { key } => write!(f, "{}: ", Quoted(key))?,
            ConfigError::Contradiction { key, other } => {
                write!(f, "{} and {}: ", Quoted(other), Quoted(key))?;
            }
            ConfigError::Policy { key, value, .. }
            | ConfigError::NotANumber { key, value }
            | ConfigError::NotASize { key, value }
            | ConfigError::TooLarge { key, value }
            | ConfigError::NotABool { key, value }
            | ConfigError::NotALevel { key, value }
            | ConfigError::NotAMark { key, mark: value }
            | ConfigError::NotASeverity { key, mark: value }
            | ConfigError::MarkZero { key, mark: value }
            | ConfigError::MarkAbove100 { key, mark: value }
            | ConfigError::DuplicateMark { key, mark: value } => {
                write!(f, "{}={}: ", Quoted(key), Quoted(value))?;
            }
        }
        f.write_str(&self.why())
    }
}

impl core::error::Error for ConfigError<'_> {}

/// Somebody else's text in quotation marks, escaped so that it cannot pass for
/// a line of its own or drive a terminal, and cut after `CHARS_MAX`.
struct Quoted<'s>(&'s str);

impl Quoted<'_> {
    /// Characters shown before the cut. Longer than any key or name known.
    const CHARS_MAX: usize = 40;
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut chars = self.0.chars();
        for char in chars.by_ref().take(Self::CHARS_MAX) {
            write!(f, "{}", char.escape_debug())?;
        }
        f.write_str(if chars.next().is_some() {
            "…\""
        } else {
            "\""
        })
    }
}
