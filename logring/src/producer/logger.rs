//! The logger: how one writes to a ring.

use crate::error::OtherCapacity;
use crate::layout::geometry::{self, CELL_RECORD_BYTES};
use crate::level::Level;
use crate::policy::{Config, Marks, Policy};
use crate::ring::Ring;

/// A handle through which records enter a [`Ring`]: policy, marks, limits and
/// clock, worked out for that ring.
///
/// A logger is a small `Copy` value that can be a `static`; nothing in it
/// changes, and nothing of it is in the ring, so nobody who shares the ring
/// can change how this logger behaves. Several loggers with different
/// policies may share a ring.
///
/// ```
/// use logring::{Config, Level, LogRing, Logger, Severity};
///
/// static RING: LogRing<1024> = LogRing::new();
/// static LOG: Logger = Logger::new(
///     &RING,
///     Config::drop_newest().with_mark(Severity::Debug, 60),
/// );
/// assert!(LOG.push(Level::INFO, b"listening").is_stored());
/// ```
///
/// # Context
/// Every method may be called from a thread, an interrupt, a signal handler,
/// a forked child or a panic handler, also on top of an interrupted call to
/// the same ring.
#[derive(Clone, Copy)]
pub struct Logger<'r> {
    pub(super) ring: &'r Ring,
    pub(super) stamp: Stamp<'r>,
    /// Who is told of what was published. A logger that has to tell somebody
    /// takes no short cut, so that none of them asks.
    notify: Option<fn()>,
    pub(super) record_bytes_max: usize,
    pub(super) tries: u32,
    pub(super) marks: Marks,
    /// The lowest level let in; 0 lets everything in.
    pub(super) min_level: u8,
    /// The lowest level that, with all above it, is simple: let in, without a
    /// mark, and nobody is told. More than any level if there is none.
    pub(super) simple_level: u8,
    /// The same if records are plain otherwise, else more than any level.
    plain_level: u8,
    /// The largest plain record, in bytes: no more than a cell takes.
    plain_bytes_max: u8,
    pub(super) policy: Policy,
    pub(super) truncate: bool,
}

/// A clock with a context of its own; a function or closure is one, too.
///
/// It does what [`Config::with_clock`] says: it must not wait, lock, allocate
/// or panic.
///
/// # Context
/// It is called in those of the producers.
pub trait Clock: Sync {
    /// The time, in the clock's own unit.
    ///
    /// # Context
    /// As the trait; its steps add to those of an offer.
    fn now(&self) -> u64;
}

impl<F: Fn() -> u64 + Sync> Clock for F {
    #[inline]
    fn now(&self) -> u64 {
        self()
    }
}

/// Where timestamps come from.
#[derive(Clone, Copy)]
pub(super) enum Stamp<'c> {
    None,
    Plain(fn() -> u64),
    Clock(&'c dyn Clock),
}

/// A level that none reaches.
const NEVER: u8 = u8::MAX;

/// The lowest level that, with all above it, is let in and has no mark.
const fn unmarked_level(min_level: u8, marks: Marks) -> u8 {
    let unmarked = Level::number_of_bucket(marks.unmarked_from());
    if min_level > unmarked {
        min_level
    } else {
        unmarked
    }
}

impl<'r> Logger<'r> {
    /// The most attempts that a retry limit can ask for: the bound of every
    /// producer call rests on it.
    pub const RETRY_LIMIT_MAX: u32 = 256;

    /// A logger that writes to `ring` as `config` says.
    ///
    /// A record limit above [`Ring::record_bytes_max`] means that, and so
    /// does 0; a retry limit of 0 means the default, and one above
    /// [`RETRY_LIMIT_MAX`](Self::RETRY_LIMIT_MAX) means that.
    ///
    /// # Panics
    /// If `config` names a capacity, and `ring` has another: nothing that was
    /// configured is left out silently. In a constant that is a compile-time error. For
    /// a configuration that arrives at run time there is [`try_new`](Self::try_new).
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    #[must_use]
    pub const fn new(ring: &'r Ring, config: Config) -> Self {
        match Self::try_new(ring, config) {
            Ok(logger) => logger,
            Err(_) => panic!("the configuration names another capacity than the ring's"),
        }
    }

    /// As [`new`](Self::new), for a configuration that arrives at run time. A ring that
    /// was made by `Ring::boxed_for` from the same configuration fits it.
    ///
    /// # Errors
    /// If `config` names a capacity, and `ring` has another.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    pub const fn try_new(ring: &'r Ring, config: Config) -> Result<Self, OtherCapacity> {
        if let Some(asked_bytes) = config.capacity_bytes() {
            let ring_bytes = ring.capacity_bytes();
            if asked_bytes != ring_bytes {
                return Err(OtherCapacity {
                    asked_bytes,
                    ring_bytes,
                });
            }
        }
        Ok(Self::of(ring, config))
    }

    /// The logger, whatever capacity `config` names.
    #[inline(always)]
    const fn of(ring: &'r Ring, config: Config) -> Self {
        let most = geometry::payload_bytes_max(ring.cell_count());
        let asked = config.record_bytes_max();
        let tries = match config.retry_limit() {
            0 => Config::RETRY_LIMIT_DEFAULT,
            many if many > Self::RETRY_LIMIT_MAX => Self::RETRY_LIMIT_MAX,
            some => some,
        };
        let record_bytes_max = if asked == 0 || asked > most {
            most
        } else {
            asked
        };
        let marks = config.marks();
        let min_level = match config.min_level() {
            Some(level) => level.get(),
            None => 0,
        };
        let simple_level = match config.notify() {
            Some(_) => NEVER,
            None => unmarked_level(min_level, marks),
        };
        Self {
            ring,
            notify: config.notify(),
            record_bytes_max,
            stamp: match config.clock() {
                Some(clock) => Stamp::Plain(clock),
                None => Stamp::None,
            },
            tries,
            min_level,
            simple_level,
            plain_level: match config.clock() {
                Some(_) => NEVER,
                None => simple_level,
            },
            plain_bytes_max: if record_bytes_max < CELL_RECORD_BYTES {
                record_bytes_max as u8
            } else {
                CELL_RECORD_BYTES as u8
            },
            marks,
            policy: config.policy(),
            truncate: config.truncate(),
        }
    }

    /// This logger with a clock that has a context of its own, which a
    /// configuration cannot hold.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    #[must_use]
    pub const fn with_clock(mut self, clock: &'r dyn Clock) -> Self {
        self.stamp = Stamp::Clock(clock);
        self.plain_level = NEVER;
        self
    }

    /// The ring that this logger writes to.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn ring(&self) -> &'r Ring {
        self.ring
    }

    /// The largest record that this logger stores uncut, in payload bytes.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn record_bytes_max(&self) -> usize {
        self.record_bytes_max
    }

    /// Whether a record of `level` would be offered at all.
    ///
    /// # Context
    /// Any context; one step.
    #[inline]
    #[must_use]
    pub const fn enabled(&self, level: Level) -> bool {
        level.get() >= self.min_level
    }

    /// Who is told of what is published.
    #[inline(always)]
    pub(super) const fn notify(&self) -> Option<fn()> {
        self.notify
    }

    /// Whether a record, if it is not too large, needs nothing but to be
    /// stored: it is let in, may fill the ring, and carries neither a timestamp
    /// nor a total of losses.
    #[inline(always)]
    pub(super) fn is_plain(&self, level: Level) -> bool {
        level.get() >= self.plain_level && !self.ring.has_untold()
    }

    /// The largest record that surely takes one cell and is not cut, in bytes,
    /// if it is plain.
    #[inline(always)]
    pub(super) const fn plain_bytes_max(&self) -> usize {
        self.plain_bytes_max as usize
    }

    /// Whether records that are too large are cut.
    pub(super) const fn truncates(&self) -> bool {
        self.truncate
    }

    /// Attempts of an offer.
    #[inline(always)]
    pub(super) const fn tries(&self) -> u32 {
        self.tries
    }

    /// This logger, refusing what it would cut.
    #[cfg(feature = "defmt")]
    pub(crate) const fn uncut(mut self) -> Self {
        self.truncate = false;
        self
    }
}
