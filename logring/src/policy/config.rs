//! The configuration of a logger: one small value that can stand in a
//! constant. `parse.rs` turns it into a string and back.
//!
//! Imports [`Level`], [`Severity`] and the other files of this room.

use core::ptr;

use crate::level::{Level, Severity};

use super::marks::Marks;
use super::policy::Policy;

/// How one writes to a ring: what gives way when it is full, and the limits.
///
/// A configuration belongs to whoever writes, not to the ring: loggers with
/// different ones can share a ring. It is made in a constant with the `with_`
/// methods, or from a string with [`Config::parse`].
///
/// ```
/// use logring::{Config, Level, Policy, Severity};
///
/// const CONFIG: Config = Config::drop_oldest()
///     .with_mark(Severity::Debug, 60)
///     .with_min_level(Some(Level::DEBUG));
/// assert_eq!(CONFIG.policy(), Policy::DropOldest);
/// assert_eq!(
///     Config::parse("policy=drop_oldest,marks=debug:60%,min_level=debug"),
///     Ok(CONFIG),
/// );
/// ```
///
/// Two configurations are equal if they agree in everything. Functions are
/// compared by address, so one may compare unequal to itself where the
/// compiler made two copies of it; nothing in this crate depends on that.
///
/// # Context
/// A plain value: any context may copy it and read from it, in one step.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Who gives way in a full ring.
    policy: Policy,
    /// How full the ring may get for each severity.
    marks: Marks,
    /// Attempts before a push gives up. Never 0: the builder turns 0 into the
    /// default.
    retry_limit: u32,
    /// Largest payload in bytes. 0 means the largest that the capacity allows,
    /// and a number above that one means the same.
    record_bytes_max: usize,
    /// Whether a larger payload is cut (`true`) or refused.
    truncate: bool,
    /// The mildest level that is written; `None` writes all.
    min_level: Option<Level>,
    /// Where timestamps come from; `None` writes none.
    clock: Option<fn() -> u64>,
    /// Who is told that a consumer may have something to do; `None` tells
    /// nobody.
    notify: Option<fn()>,
    /// The ring to make, if it is made from this configuration. Not validated
    /// here; `None` if somebody else decides.
    capacity_bytes: Option<usize>,
}

impl Config {
    /// Attempts before a push gives up, where nothing else was asked for. A
    /// simple push makes up to four (one on 32-bit targets) in front of these, in C
    /// twice as many.
    ///
    /// An attempt fails only if another producer or consumer succeeded
    /// meanwhile or, on cores with load-linked and store-conditional, if an
    /// interrupt came between the two. The limit is what bounds a push: fewer attempts lose records
    /// under contention, counted; more lengthen the slowest push.
    pub const RETRY_LIMIT_DEFAULT: u32 = 32;

    /// The default: [`Policy::DropNewest`], no marks, the default retry limit,
    /// the largest records that fit, longer ones cut, no minimum level, no
    /// clock, nobody to notify, no capacity.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn new() -> Config {
        Config {
            policy: Policy::DropNewest,
            marks: Marks::none(),
            retry_limit: Config::RETRY_LIMIT_DEFAULT,
            record_bytes_max: 0,
            truncate: true,
            min_level: None,
            clock: None,
            notify: None,
            capacity_bytes: None,
        }
    }

    /// The default with [`Policy::DropNewest`] spelled out: what came first
    /// stays.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn drop_newest() -> Config {
        Config::new().with_policy(Policy::DropNewest)
    }

    /// The default with [`Policy::DropOldest`]: what came last stays.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn drop_oldest() -> Config {
        Config::new().with_policy(Policy::DropOldest)
    }

    /// This configuration with another policy.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_policy(mut self, policy: Policy) -> Config {
        self.policy = policy;
        self
    }

    /// This configuration with a mark of `percent` (1 to 100, where 100 is no
    /// mark) for `severity`.
    ///
    /// Meant for constants, where the panic below is a compile-time error. Use
    /// [`Marks::try_with`] and [`Config::with_marks`] for a number that
    /// arrives at run time.
    ///
    /// # Panics
    /// If `percent` is outside 1 to 100.
    ///
    /// # Context
    /// Constants and start-up code, since it may panic; bound in steps:
    /// constant.
    #[must_use]
    #[track_caller]
    pub const fn with_mark(self, severity: Severity, percent: u8) -> Config {
        let marks = self.marks.with(severity, percent);
        self.with_marks(marks)
    }

    /// This configuration with other marks, all six of them.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_marks(mut self, marks: Marks) -> Config {
        self.marks = marks;
        self
    }

    /// This configuration with another number of attempts before a push gives
    /// up; 0 means [`Config::RETRY_LIMIT_DEFAULT`].
    ///
    /// The limit bounds the time a push can take under contention; a logger
    /// makes at most [`Logger::RETRY_LIMIT_MAX`](crate::Logger::RETRY_LIMIT_MAX)
    /// attempts, whatever is asked for.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_retry_limit(mut self, retry_limit: u32) -> Config {
        self.retry_limit = match retry_limit {
            0 => Config::RETRY_LIMIT_DEFAULT,
            limit => limit,
        };
        self
    }

    /// This configuration with another largest payload in bytes; 0 means the
    /// largest that the capacity allows, and so does anything above that.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_record_bytes_max(mut self, record_bytes_max: usize) -> Config {
        self.record_bytes_max = record_bytes_max;
        self
    }

    /// This configuration with larger payloads cut (`true`, the default) or
    /// refused.
    ///
    /// Cutting is the default since a cut record, which is flagged and
    /// counted, says more than a lost one.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_truncate(mut self, truncate: bool) -> Config {
        self.truncate = truncate;
        self
    }

    /// This configuration with another mildest level that is written; `None`
    /// writes all.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_min_level(mut self, min_level: Option<Level>) -> Config {
        self.min_level = min_level;
        self
    }

    /// This configuration with another clock; `None` writes no timestamps.
    ///
    /// The clock is called by every producer in whatever context it runs in,
    /// so it must not wait, lock, allocate or panic, and its steps add to
    /// those of a push. Its unit is the caller's own.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_clock(mut self, clock: Option<fn() -> u64>) -> Config {
        self.clock = clock;
        self
    }

    /// This configuration with another function to call when a consumer may
    /// have something to do; `None` calls none.
    ///
    /// The logger calls it once after each record that it published, and after
    /// each grant that it gave and that was committed or discarded: a consumer
    /// cannot pass an open grant, and so must hear of its end, however it
    /// ended. A record that was refused or filtered calls nothing, since it
    /// changes nothing for a consumer.
    ///
    /// It is called by every producer in whatever context that runs in, so it
    /// must not wait, lock, allocate or panic, and its steps add to those of
    /// an offer. Nor may it offer records through the same configuration: each
    /// would call it again. `Arrival::notify` (feature `async`) is fit for it.
    /// A logger without it pays nothing for it.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_notify(mut self, notify: Option<fn()>) -> Config {
        self.notify = notify;
        self
    }

    /// This configuration with another capacity in bytes for a ring that is
    /// made from it; `None` leaves the capacity to whoever makes the ring.
    ///
    /// The number is passed on unchanged. Making the ring checks it, and a
    /// [`Logger`](crate::Logger) of a ring with another capacity is refused.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn with_capacity_bytes(mut self, capacity_bytes: Option<usize>) -> Config {
        self.capacity_bytes = capacity_bytes;
        self
    }

    /// What gives way when a record does not fit.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// How full the ring may get for each severity.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn marks(&self) -> Marks {
        self.marks
    }

    /// Attempts before a push gives up, never 0.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn retry_limit(&self) -> u32 {
        self.retry_limit
    }

    /// The largest payload in bytes, as asked for; 0 means the largest that
    /// the capacity allows, and so does anything above that.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn record_bytes_max(&self) -> usize {
        self.record_bytes_max
    }

    /// Whether larger payloads are cut (`true`) or refused.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn truncate(&self) -> bool {
        self.truncate
    }

    /// The mildest level that is written; `None` writes all.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn min_level(&self) -> Option<Level> {
        self.min_level
    }

    /// Where timestamps come from; `None` writes none.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn clock(&self) -> Option<fn() -> u64> {
        self.clock
    }

    /// Who is told that a consumer may have something to do; `None` tells
    /// nobody.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn notify(&self) -> Option<fn()> {
        self.notify
    }

    /// The capacity in bytes that was asked for, unchecked; `None` if none
    /// was.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn capacity_bytes(&self) -> Option<usize> {
        self.capacity_bytes
    }
}

/// The same as [`Config::new`].
impl Default for Config {
    fn default() -> Config {
        Config::new()
    }
}

impl PartialEq for Config {
    fn eq(&self, other: &Config) -> bool {
        let clocks_equal = match (self.clock, other.clock) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => ptr::fn_addr_eq(mine, theirs),
            _ => false,
        };
        let hooks_equal = match (self.notify, other.notify) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => ptr::fn_addr_eq(mine, theirs),
            _ => false,
        };
        clocks_equal
            && hooks_equal
            && self.policy == other.policy
            && self.marks == other.marks
            && self.retry_limit == other.retry_limit
            && self.record_bytes_max == other.record_bytes_max
            && self.truncate == other.truncate
            && self.min_level == other.min_level
            && self.capacity_bytes == other.capacity_bytes
    }
}

impl Eq for Config {}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
