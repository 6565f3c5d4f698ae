//! The logger: how one writes to a ring.

#[cfg(feature = "defmt")]
use crate::error::Pushed;
use crate::error::{Lost, NoGrant};
use crate::layout::Extras;
use crate::layout::geometry::{self, CELL_RECORD_BYTES};
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
    /// The lowest level that, with all above it, is let in and has no mark.
    unmarked_level: u8,
    /// The same if records are plain otherwise, else more than any level.
    plain_level: u8,
    /// The largest plain record, in bytes: no more than a cell takes.
    plain_bytes_max: u8,
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

/// A record that is worth a reservation.
#[derive(Clone, Copy)]
pub(super) struct Admitted {
    /// Payload bytes to store, perhaps fewer than were offered.
    pub(super) bytes: usize,
    /// Cells that may be in use once the record is in (I10).
    limit_cells: usize,
}

/// Where timestamps come from.
#[derive(Clone, Copy)]
enum Stamp<'c> {
    None,
    Plain(fn() -> u64),
    Clock(&'c dyn Clock),
}

/// A level that none reaches.
const PLAIN_NEVER: u8 = u8::MAX;

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
        let unmarked_level = unmarked_level(min_level, marks);
        Self {
            ring,
            record_bytes_max,
            stamp: match config.clock() {
                Some(clock) => Stamp::Plain(clock),
                None => Stamp::None,
            },
            tries,
            min_level,
            unmarked_level,
            plain_level: match config.clock() {
                Some(_) => PLAIN_NEVER,
                None => unmarked_level,
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
        self.plain_level = PLAIN_NEVER;
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
    /// big or cut, level or full where that is sure.
    ///
    /// A full ring answers here, before the clock is read or anything is
    /// prepared: when records are being lost, losing them is what must be
    /// cheap.
    pub(super) fn admit(&self, level: Level, bytes: usize) -> Result<Admitted, NoGrant> {
        if self.is_simple(level, bytes) {
            return self.admit_simple(level, bytes);
        }
        if !self.enabled(level) {
            return Err(NoGrant::Filtered);
        }
        let most = bytes.min(self.record_bytes_max);
        if most < bytes && !self.truncate {
            return Err(self.refuse(Cause::TooBig, level));
        }
        let limit_cells = self.limit_cells(level);
        if limit_cells < self.ring.cell_count() {
            // A severity that is refused at its mark never evicts (I10).
            if self.ring.lacks_room(geometry::cells_min(most), limit_cells) {
                return Err(self.refuse(Cause::Level, level));
            }
            return Ok(Admitted {
                bytes: most,
                limit_cells,
            });
        }
        self.admit_simple(level, most)
    }

    /// Whether a record is let in uncut and may fill the ring.
    #[inline(always)]
    pub(super) fn is_simple(&self, level: Level, bytes: usize) -> bool {
        level.get() >= self.unmarked_level && bytes <= self.record_bytes_max
    }

    /// The same for a record that is let in, of so many bytes, and may fill
    /// the ring.
    #[inline(always)]
    pub(super) fn admit_simple(&self, level: Level, bytes: usize) -> Result<Admitted, NoGrant> {
        let limit_cells = self.ring.cell_count();
        if let Policy::DropNewest = self.policy {
            if self
                .ring
                .lacks_room(geometry::cells_min(bytes), limit_cells)
            {
                self.ring.count_refusal(Cause::Full, level);
                return Err(NoGrant::Lost(Lost::Full));
            }
        }
        Ok(Admitted { bytes, limit_cells })
    }

    /// The second half: reserves cells for an admitted record, and says what
    /// its header will be.
    #[inline(always)]
    pub(super) fn reserve_admitted(
        &self,
        level: Level,
        tag: u32,
        admitted: Admitted,
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
        let cells = geometry::cells_for(extras.words(), admitted.bytes);
        let request = Request {
            cells,
            limit_cells: admitted.limit_cells,
            policy: self.policy,
            tries: self.tries,
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
        let admitted = self.admit(level, bytes)?;
        let reserved = self.reserve_admitted(level, tag, admitted)?;
        Ok((Writer::begin(self.ring, &reserved), admitted.bytes))
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

    /// This logger, refusing what it would cut.
    #[cfg(feature = "defmt")]
    pub(crate) const fn uncut(mut self) -> Self {
        self.truncate = false;
        self
    }

    /// Offers a record that was found to be too big before it was whole.
    #[cfg(feature = "defmt")]
    pub(crate) fn refuse_too_big(&self, level: Level) -> Pushed {
        if !self.enabled(level) {
            return Pushed::Filtered;
        }
        self.refuse(Cause::TooBig, level).into()
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
