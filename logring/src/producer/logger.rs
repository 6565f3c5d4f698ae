//! The logger: how one writes to a ring.

use crate::error::{Lost, NoGrant};
use crate::layout::{Extras, geometry};
use crate::level::Level;
use crate::policy::{Config, Marks, Policy};
use crate::ring::{Request, Reserved, Ring, Writer};
use crate::stats::Cause;

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
    ring: &'r Ring,
    stamp: Stamp<'r>,
    record_bytes_max: usize,
    tries: u32,
    marks: Marks,
    /// The lowest level let in; 0 lets everything in.
    min_level: u8,
    policy: Policy,
    truncate: bool,
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
enum Stamp<'c> {
    None,
    Plain(fn() -> u64),
    Clock(&'c dyn Clock),
}

impl<'r> Logger<'r> {
    /// The most attempts that a retry limit can ask for: the bound of every
    /// producer call rests on it.
    pub const RETRY_LIMIT_MAX: u32 = 256;

    /// A logger that writes to `ring` as `config` says.
    ///
    /// A record limit above [`Ring::record_bytes_max`] means that, and so
    /// does 0; a retry limit of 0 means the default, and one above
    /// [`RETRY_LIMIT_MAX`](Self::RETRY_LIMIT_MAX) means that. The capacity in
    /// `config` is for whoever makes the ring and plays no part here.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    #[must_use]
    pub const fn new(ring: &'r Ring, config: Config) -> Self {
        let most = geometry::payload_bytes_max(ring.cell_count());
        let asked = config.record_bytes_max();
        let tries = match config.retry_limit() {
            0 => Config::RETRY_LIMIT_DEFAULT,
            many if many > Self::RETRY_LIMIT_MAX => Self::RETRY_LIMIT_MAX,
            some => some,
        };
        Self {
            ring,
            record_bytes_max: if asked == 0 || asked > most {
                most
            } else {
                asked
            },
            stamp: match config.clock() {
                Some(clock) => Stamp::Plain(clock),
                None => Stamp::None,
            },
            tries,
            marks: config.marks(),
            min_level: match config.min_level() {
                Some(level) => level.get(),
                None => 0,
            },
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

    /// The first half of every offer, in the order of answers: filtered, too
    /// big or cut, level or full where that is sure. Returns the bytes to
    /// reserve.
    ///
    /// A full ring answers here, before the clock is read or anything is
    /// prepared: when records are being lost, losing them is what must be
    /// cheap.
    #[inline(always)]
    pub(super) fn admit(&self, level: Level, bytes: usize) -> Result<usize, NoGrant> {
        if !self.enabled(level) {
            return Err(NoGrant::Filtered);
        }
        let most = bytes.min(self.record_bytes_max);
        if most < bytes && !self.truncate {
            return Err(self.refuse(Cause::TooBig, level));
        }
        let limit_cells = self.limit_cells(level);
        let marked = limit_cells < self.ring.cell_count();
        let evicts = matches!(self.policy, Policy::DropOldest) && !marked;
        if !evicts && self.ring.lacks_room(geometry::cells_min(most), limit_cells) {
            let cause = if marked { Cause::Level } else { Cause::Full };
            return Err(self.refuse(cause, level));
        }
        Ok(most)
    }

    /// The second half: reserves cells for an admitted record, within `tries`
    /// attempts, and says what its header will be.
    #[inline(always)]
    pub(super) fn reserve_admitted(
        &self,
        level: Level,
        tag: u32,
        bytes: usize,
        tries: u32,
    ) -> Result<Reserved, NoGrant> {
        let timestamp = match self.stamp {
            Stamp::None => None,
            Stamp::Plain(clock) => Some(clock()),
            Stamp::Clock(clock) => Some(clock.now()),
        };
        let loss_total = self.ring.loss_to_carry();
        let extras = Extras::NONE
            .with_timestamp(timestamp.is_some())
            .with_tag(tag != 0)
            .with_loss(loss_total.is_some());
        let cells = geometry::cells_for(extras.words(), bytes);
        let request = Request {
            cells,
            limit_cells: self.limit_cells(level),
            policy: self.policy,
            tries,
        };
        match self.ring.reserve(request) {
            Ok(first) => Ok(Reserved {
                first,
                cells,
                level,
                extras,
                timestamp: timestamp.unwrap_or(0),
                tag,
                loss_total: loss_total.unwrap_or(0),
            }),
            Err(cause) => Err(self.refuse(cause, level)),
        }
    }

    /// Both halves: a writer for at most the returned number of bytes.
    pub(super) fn open(
        &self,
        level: Level,
        tag: u32,
        bytes: usize,
    ) -> Result<(Writer<'r>, usize), NoGrant> {
        let most = self.admit(level, bytes)?;
        let reserved = self.reserve_admitted(level, tag, most, self.tries)?;
        Ok((Writer::begin(self.ring, &reserved), most))
    }

    /// The common push, in line: a record that is admitted uncut and needs
    /// nothing but its bytes stored, and perhaps the total of losses, in a
    /// ring with room and no race. Returns the attempts it cost if it is not
    /// that simple.
    #[inline(always)]
    pub(super) fn push_at_once(&self, level: Level, bytes: &[u8], carry: bool) -> Result<(), u32> {
        let untimed = matches!(self.stamp, Stamp::None);
        if !self.enabled(level) || bytes.len() > self.record_bytes_max || !untimed {
            return Err(0);
        }
        let words = Extras::NONE.with_loss(carry).words();
        let cells = geometry::cells_for(words, bytes.len());
        let head = self
            .ring
            .room_at_once(cells, self.limit_cells(level))
            .ok_or(0_u32)?;
        // Read when there is room, and before the cells are reserved: the
        // words may be in the caches of those who are being refused.
        let loss_total = carry.then(|| self.ring.refused_total());
        self.ring.claim_head(head, cells).map_err(|_| 1_u32)?;
        self.ring.write_plain(head, cells, level, bytes, loss_total);
        Ok(())
    }

    /// Whether the hint shows room for a record of one cell.
    #[inline(always)]
    pub(super) fn has_room_at_once(&self, level: Level) -> bool {
        let limit_cells = self.limit_cells(level);
        self.ring.room_at_once(1, limit_cells).is_some()
    }

    /// Whether records that are too large are cut.
    pub(super) const fn truncates(&self) -> bool {
        self.truncate
    }

    /// Attempts of a whole offer.
    #[inline(always)]
    pub(super) const fn tries(&self) -> u32 {
        self.tries
    }

    /// Cells that may be in use after a record of `level` (I10).
    #[inline(always)]
    fn limit_cells(&self, level: Level) -> usize {
        self.marks
            .limit_cells_at(level.bucket(), self.ring.cell_count())
    }

    /// What a record would need of the ring at this moment.
    #[cfg(feature = "shards")]
    #[inline(always)]
    pub(super) fn wish(&self, level: Level, tag: u32, bytes: usize) -> super::look::Wish {
        let extras = Extras::NONE
            .with_timestamp(!matches!(self.stamp, Stamp::None))
            .with_tag(tag != 0)
            .with_loss(self.ring.has_untold());
        let limit_cells = self.limit_cells(level);
        let marked = limit_cells < self.ring.cell_count();
        super::look::Wish {
            cells: geometry::cells_for(extras.words(), bytes.min(self.record_bytes_max)),
            limit_cells,
            evicts: matches!(self.policy, Policy::DropOldest) && !marked,
        }
    }

    /// Counts a refusal, and names it.
    #[inline(never)]
    fn refuse(&self, cause: Cause, level: Level) -> NoGrant {
        self.ring.count_refusal(cause, level);
        NoGrant::Lost(match cause {
            Cause::Level => Lost::Level,
            Cause::Contended => Lost::Contended,
            Cause::Busy => Lost::Busy,
            Cause::TooBig => Lost::TooBig,
            Cause::Full | Cause::Discarded | Cause::Evicted => Lost::Full,
        })
    }
}
