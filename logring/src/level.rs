//! How severe a record is: the exact number that is stored, and the six
//! buckets that marks and counters use.
//!
//! Floor 0: imports nothing of this crate.

use core::fmt;

/// How severe a record is: an OpenTelemetry `SeverityNumber`, 1 to 24, where
/// bigger is severer.
///
/// The exact number is stored with the record, returned with it, and compared
/// with the minimum level. Marks and counters use the six buckets of
/// [`Severity`], four numbers each.
///
/// The numbers are those of the OpenTelemetry logs data model, field
/// `SeverityNumber`
/// (<https://opentelemetry.io/docs/specs/otel/logs/data-model/>). They run
/// against syslog's, where 0 is the severest.
///
/// # Context
/// A plain number: any context may make, copy and compare it, in one step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Level(
    /// 1..=24, established by `new`, the only place that takes a number from
    /// outside. 0, which OpenTelemetry calls unspecified, is never in here.
    u8,
);

/// The words other systems use, with the number that stands for them here.
///
/// Where OpenTelemetry publishes a number it is taken: its table of example
/// mappings (appendix B of the logs data model) places syslog's notice at 10,
/// critical at 18, alert at 19 and emergency at 21. `panic` is the old syslog
/// word for emergency. Rejected: `critical` as `FATAL`, which is what .NET
/// means by it, because one word cannot mean both and alert would then be
/// below critical. Single letters are rejected too: `e` is error to one reader
/// and emergency to another.
const SYNONYMS: [(&str, Level); 11] = [
    ("warning", Level::WARN),
    ("err", Level::ERROR),
    ("information", Level::INFO),
    ("informational", Level::INFO),
    ("notice", Level(10)),
    ("crit", Level(18)),
    ("critical", Level(18)),
    ("alert", Level(19)),
    ("emerg", Level::FATAL),
    ("emergency", Level::FATAL),
    ("panic", Level::FATAL),
];

impl Level {
    /// Fine-grained detail, 1.
    pub const TRACE: Level = Level(1);
    /// Detail for debugging, 5.
    pub const DEBUG: Level = Level(5);
    /// Something happened, as expected, 9.
    pub const INFO: Level = Level(9);
    /// Something happened that was not expected, and was dealt with, 13.
    pub const WARN: Level = Level(13);
    /// Something failed, 17.
    pub const ERROR: Level = Level(17);
    /// The program cannot go on, 21.
    pub const FATAL: Level = Level(21);

    /// The smallest number a level can have.
    pub const NUMBER_MIN: u8 = 1;
    /// The largest number a level can have: `FATAL4`.
    pub const NUMBER_MAX: u8 = 24;

    /// The level with this number, or `None` outside 1 to 24.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn new(number: u8) -> Option<Level> {
        match number {
            Level::NUMBER_MIN..=Level::NUMBER_MAX => Some(Level(number)),
            _ => None,
        }
    }

    /// The OpenTelemetry severity number, 1 to 24.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The bucket of this level: 1 to 4 are trace, 5 to 8 debug, and so on.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.bucket() {
            0 => Severity::Trace,
            1 => Severity::Debug,
            2 => Severity::Info,
            3 => Severity::Warn,
            4 => Severity::Error,
            _ => Severity::Fatal,
        }
    }

    /// The index of this level's severity. Arithmetic instead of comparisons:
    /// every push computes it.
    #[inline]
    pub(crate) const fn bucket(self) -> usize {
        ((self.0 - 1) / 4) as usize
    }

    /// The number of the mildest level of a bucket; one more than any level
    /// has, behind the last bucket.
    #[inline]
    pub(crate) const fn number_of_bucket(bucket: usize) -> u8 {
        bucket as u8 * 4 + 1
    }

    /// The level that a name or a number written in decimal stands for, or
    /// `None` if it stands for none.
    ///
    /// Understood, without regard to case or to ASCII whitespace around it:
    /// - the 24 OpenTelemetry short names, `trace`, `trace2` … `fatal4`;
    /// - `warning`, `err`, `information`, `informational`;
    /// - the syslog words, with the numbers OpenTelemetry gives them: `notice`
    ///   is `INFO2`, `crit` and `critical` are `ERROR2`, `alert` is `ERROR3`,
    ///   `emerg`, `emergency` and `panic` are `FATAL`;
    /// - the numbers 1 to 24. They are OpenTelemetry's: `3` is `TRACE3`, not
    ///   syslog's error.
    ///
    /// ```
    /// use logring::Level;
    ///
    /// assert_eq!(Level::parse("Warning"), Some(Level::WARN));
    /// assert_eq!(Level::parse("info2"), Level::new(10));
    /// assert_eq!(Level::parse("17"), Some(Level::ERROR));
    /// assert_eq!(Level::parse("verbose"), None);
    /// ```
    ///
    /// # Context
    /// Any context; bound in steps: a constant number of comparisons, none
    /// longer than the longest name, after one pass over the whitespace
    /// around the name and, if it starts with a digit, over the name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Level> {
        let name = name.trim_ascii();
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            return name.parse().ok().and_then(Level::new);
        }
        (Level::NUMBER_MIN..=Level::NUMBER_MAX)
            .map(Level)
            .find(|level| level.name().eq_ignore_ascii_case(name))
            .or_else(|| {
                SYNONYMS
                    .iter()
                    .find(|(word, _)| word.eq_ignore_ascii_case(name))
                    .map(|&(_, level)| level)
            })
    }

    /// The level of a syslog priority: its lowest three bits, 0 (emergency) to 7
    /// (debug), with the numbers OpenTelemetry gives them. A facility above them
    /// makes no difference. `None` if it is negative.
    ///
    /// Syslog counts down where levels count up, so a priority that is taken for a
    /// level is a wrong one: 3, an error, would be `TRACE3`.
    ///
    /// ```
    /// use logring::Level;
    ///
    /// assert_eq!(Level::from_syslog(3), Some(Level::ERROR));
    /// assert_eq!(Level::from_syslog(20 << 3 | 6), Some(Level::INFO));
    /// ```
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn from_syslog(priority: i32) -> Option<Level> {
        if priority < 0 {
            return None;
        }
        Some(match priority & 7 {
            0 => Level::FATAL,
            1 => Level(19),
            2 => Level(18),
            3 => Level::ERROR,
            4 => Level::WARN,
            5 => Level(10),
            6 => Level::INFO,
            _ => Level::DEBUG,
        })
    }

    /// The OpenTelemetry short name in upper case: `INFO`, `INFO2`, `INFO3` …
    ///
    /// [`Level::parse`] turns it back into the same level.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn name(self) -> &'static str {
        // A match rather than a table: indexing could panic as far as the
        // compiler knows, and then bare-metal images would carry that code.
        match self.0 {
            0 | 1 => "TRACE",
            2 => "TRACE2",
            3 => "TRACE3",
            4 => "TRACE4",
            5 => "DEBUG",
            6 => "DEBUG2",
            7 => "DEBUG3",
            8 => "DEBUG4",
            9 => "INFO",
            10 => "INFO2",
            11 => "INFO3",
            12 => "INFO4",
            13 => "WARN",
            14 => "WARN2",
            15 => "WARN3",
            16 => "WARN4",
            17 => "ERROR",
            18 => "ERROR2",
            19 => "ERROR3",
            20 => "ERROR4",
            21 => "FATAL",
            22 => "FATAL2",
            23 => "FATAL3",
            _ => "FATAL4",
        }
    }
}

/// Prints the short name, `INFO2`.
impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Prints the short name, `INFO2`, and honours width and alignment.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The levels of the `log` crate have the same five names here.
#[cfg(feature = "log")]
impl From<log::Level> for Level {
    fn from(level: log::Level) -> Level {
        match level {
            log::Level::Trace => Level::TRACE,
            log::Level::Debug => Level::DEBUG,
            log::Level::Info => Level::INFO,
            log::Level::Warn => Level::WARN,
            log::Level::Error => Level::ERROR,
        }
    }
}

/// The levels of the `tracing` crates have the same five names here.
#[cfg(all(feature = "tracing", target_has_atomic = "ptr"))]
impl From<tracing_core::Level> for Level {
    fn from(level: tracing_core::Level) -> Level {
        match level {
            tracing_core::Level::TRACE => Level::TRACE,
            tracing_core::Level::DEBUG => Level::DEBUG,
            tracing_core::Level::INFO => Level::INFO,
            tracing_core::Level::WARN => Level::WARN,
            tracing_core::Level::ERROR => Level::ERROR,
        }
    }
}

/// One of the six buckets of [`Level`]; a mark and a row of counters belong to
/// each.
///
/// # Context
/// A plain number: any context may copy and compare it, in one step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Severity {
    /// Levels 1 to 4.
    Trace = 0,
    /// Levels 5 to 8.
    Debug = 1,
    /// Levels 9 to 12.
    Info = 2,
    /// Levels 13 to 16.
    Warn = 3,
    /// Levels 17 to 20.
    Error = 4,
    /// Levels 21 to 24.
    Fatal = 5,
}

impl Severity {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// All of them, the mildest first: `ALL[s.index()] == s`.
    pub const ALL: [Severity; Severity::COUNT] = [
        Severity::Trace,
        Severity::Debug,
        Severity::Info,
        Severity::Warn,
        Severity::Error,
        Severity::Fatal,
    ];

    /// The place in a table of [`Severity::COUNT`] rows, 0 to 5, the mildest
    /// first.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in lower case: `trace`, `debug`, `info`, `warn`, `error`,
    /// `fatal`.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Trace => "trace",
            Severity::Debug => "debug",
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
            Severity::Fatal => "fatal",
        }
    }

    /// The mildest level in this bucket, which has the bucket's name:
    /// `Severity::Info.level() == Level::INFO`.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Severity::Trace => Level::TRACE,
            Severity::Debug => Level::DEBUG,
            Severity::Info => Level::INFO,
            Severity::Warn => Level::WARN,
            Severity::Error => Level::ERROR,
            Severity::Fatal => Level::FATAL,
        }
    }
}

/// Prints the name in lower case, and honours width and alignment.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
#[path = "level_tests.rs"]
mod tests;
