//! The set: rings, their loggers, and what is asked of one or of all.

use core::fmt;

use super::Shard;
use crate::error::{NoGrant, Pushed};
use crate::level::Level;
use crate::policy::Config;
use crate::producer::{Clock, Grant, Logger};
use crate::ring::Ring;
use crate::stats::Stats;

/// `N` rings behind one logger: each producer pushes to the shard that it
/// names, and a drain merges them by timestamp.
///
/// A shard is named by any number, of which the remainder by `N` counts: the
/// number of a thread ([`thread_index`](super::thread_index)) or core, or
/// whatever else spreads the producers. Any number of producers may share a
/// shard. A producer whose shard has no room goes to the emptiest of up to
/// [`OTHERS_MAX`](super::OTHERS_MAX) others, so a shard whose threads hardly log
/// is room for all; see [`Shard`].
///
/// # How many, and who goes where
///
/// As many shards as threads that log much, rounded up to a power of two, keep these
/// threads apart. With [`thread_index`](super::thread_index) as the number, any `N`
/// threads that log for the first time one after the other have a shard each,
/// also behind a `main` that says one line and then nothing more. Where the numbers
/// fall badly, as when every second thread is quiet, two busy threads
/// share a ring and take turns at its cache lines. They do not lose more for
/// that: what overflows goes to the emptier shards.
///
/// Records lost of those offered, in bursts of eight threads that fit into one ring,
/// and in bursts that are a third larger; one ring of 4096 cells beside eight of
/// 512, drop newest:
///
/// | load | offered | one ring | a shard each | [without others](Self::without_others) |
/// |---|---|---|---|---|
/// | all threads alike | 163 841 | 0, 47 541 | 0, 47 425 | 0, 47 564 |
/// | each half as much as the one before | 163 201 | 0, 46 965 | 1, 46 785 | 39 615, 66 879 |
/// | one thread alone | 163 841 | 0, 47 425 | 0, 47 604 | 70 388, 100 944 |
///
/// (`cargo run --release -p logring --features shards,std --example uneven`, on two
/// cores, prints these, and two and four threads, and drop oldest. The one record
/// was on its way to room that another producer took first.)
///
/// # Rings and copies
///
/// All rings are written to by one configuration; they may differ in size. A
/// merge needs a clock, the same one for all shards. A set is a `Copy` value
/// that can be a `static`, and several sets may share rings. A ring that is in
/// a set twice does no harm: it keeps its books and its order. But it is no
/// second room, and sums over the set count it twice.
///
/// ```
/// use logring::{Config, Level, LogRing, Shards};
///
/// # fn ticks() -> u64 { use std::sync::atomic::*; static T: AtomicU64 = AtomicU64::new(0); T.fetch_add(1, Ordering::Relaxed) }
/// static RINGS: [LogRing<64>; 2] = [const { LogRing::new() }; 2];
/// static LOG: Shards<2> = Shards::new(
///     [&RINGS[0], &RINGS[1]],
///     Config::drop_newest().with_clock(Some(ticks)),
/// );
///
/// LOG.push(0, Level::WARN, b"disk 91% full");
/// logring::info!(LOG.at(1), "user {} paid {}", 42, 1999);
/// LOG.push(0, Level::ERROR, b"disk full");
///
/// let mut order = Vec::new();
/// LOG.drain(&mut [0; 4096], usize::MAX, |shard, record| {
///     assert_eq!(record.lost_before, 0);
///     order.push(shard);
/// });
/// assert_eq!(order, [0, 1, 0]);
/// ```
///
/// # Context
/// Every method may be called from a thread, an interrupt, a signal handler,
/// a forked child or a panic handler, also on top of an interrupted call to
/// the same rings.
#[derive(Clone, Copy)]
pub struct Shards<'r, const N: usize> {
    pub(super) loggers: [Logger<'r>; N],
    /// Whether a producer may go to another shard than its own.
    others: bool,
}

impl<'r, const N: usize> Shards<'r, N> {
    /// A set of `rings` that are written to as `config` says.
    ///
    /// `N` is at least 1, or this does not compile. One that is a power of two
    /// spares each push a division. A capacity in `config` is that of each ring.
    ///
    /// # Panics
    /// As [`Logger::new`], for each ring.
    ///
    /// # Context
    /// Any context, also `const`; `N` steps.
    #[must_use]
    pub const fn new(rings: [&'r Ring; N], config: Config) -> Self {
        const { assert!(N >= 1, "a set has at least one ring") };
        let mut loggers = [Logger::new(rings[0], config); N];
        let mut shard = 1;
        while shard < N {
            loggers[shard] = Logger::new(rings[shard], config);
            shard += 1;
        }
        Self {
            loggers,
            others: true,
        }
    }

    /// This set with a clock that has a context of its own; see
    /// [`Logger::with_clock`].
    ///
    /// # Context
    /// Any context, also `const`; `N` steps.
    #[must_use]
    pub const fn with_clock(mut self, clock: &'r dyn Clock) -> Self {
        let mut shard = 0;
        while shard < N {
            self.loggers[shard] = self.loggers[shard].with_clock(clock);
            shard += 1;
        }
        self
    }

    /// This set without other shards: a full shard refuses or evicts, whatever
    /// room there is elsewhere. The records of a producer then stay in one
    /// shard, and in order, and nobody else fills or overwrites that shard.
    ///
    /// # Context
    /// Any context, also `const`; one step.
    #[must_use]
    pub const fn without_others(mut self) -> Self {
        self.others = false;
        self
    }

    /// The shard that `shard` modulo `N` names, to push to and for the level
    /// macros: `info!(LOG.at(shard), "…")`.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    #[must_use]
    pub const fn at(&self, shard: usize) -> Shard<'_, 'r> {
        let at = shard % N;
        Shard {
            home: &self.loggers[at],
            at,
            set: if self.others { &self.loggers } else { &[] },
        }
    }

    /// Offers one record of `bytes`; see [`Logger::push`].
    ///
    /// # Context
    /// As the type; [`steps_max`](Self::steps_max) is its bound.
    #[inline]
    pub fn push(&self, shard: usize, level: Level, bytes: &[u8]) -> Pushed {
        self.at(shard).push(level, bytes)
    }

    /// Offers one record gathered from `parts`, with a `tag`; see
    /// [`Logger::push_parts`].
    ///
    /// # Context
    /// As [`push`](Self::push), and one step a part.
    #[inline]
    pub fn push_parts(&self, shard: usize, level: Level, tag: u32, parts: &[&[u8]]) -> Pushed {
        self.at(shard).push_parts(level, tag, parts)
    }

    /// Offers one record of formatted text; see [`Logger::push_fmt`].
    ///
    /// # Context
    /// As [`push`](Self::push), plus whatever the arguments' own formatting
    /// does.
    #[inline]
    pub fn push_fmt(
        &self,
        shard: usize,
        level: Level,
        tag: u32,
        text: fmt::Arguments<'_>,
    ) -> Pushed {
        self.at(shard).push_fmt(level, tag, text)
    }

    /// Reserves room for a record of at most `bytes_max` bytes; see
    /// [`Logger::reserve`].
    ///
    /// # Errors
    /// As [`Logger::reserve`].
    ///
    /// # Context
    /// As [`push`](Self::push).
    #[inline]
    pub fn reserve(
        &self,
        shard: usize,
        level: Level,
        tag: u32,
        bytes_max: usize,
    ) -> Result<Grant<'r>, NoGrant> {
        self.at(shard).reserve(level, tag, bytes_max)
    }

    /// The logger of a shard.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    #[must_use]
    pub const fn logger(&self, shard: usize) -> &Logger<'r> {
        &self.loggers[shard % N]
    }

    /// The ring of a shard. It may be popped and drained on its own, also
    /// while the set is drained.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[inline]
    #[must_use]
    pub const fn ring(&self, shard: usize) -> &'r Ring {
        self.logger(shard).ring()
    }

    /// The figures of a shard; see [`Ring::stats`].
    ///
    /// # Context
    /// As [`Ring::stats`].
    #[must_use]
    pub fn stats(&self, shard: usize) -> Stats {
        self.ring(shard).stats()
    }

    /// Takes the losses of a shard that no delivered record has told; see
    /// [`Ring::take_trailing_loss`].
    ///
    /// # Context
    /// As [`Ring::take_trailing_loss`].
    #[must_use = "these losses are not told again"]
    pub fn take_trailing_loss(&self, shard: usize) -> u64 {
        self.ring(shard).take_trailing_loss()
    }

    /// Takes those of all shards, and returns their sum.
    ///
    /// # Context
    /// As [`Ring::take_trailing_loss`], `N` times.
    #[must_use = "these losses are not told again"]
    pub fn take_all_trailing_loss(&self) -> u64 {
        self.loggers.iter().fold(0, |sum: u64, log| {
            sum.wrapping_add(log.ring().take_trailing_loss())
        })
    }

    /// The most accesses to shared memory that an offer of `bytes` through any
    /// shard of this set can make, whatever anybody else does; see
    /// [`Shard::steps_max`].
    ///
    /// # Context
    /// Any context, also `const`; `N * N` steps.
    #[must_use]
    pub const fn steps_max(&self, bytes: usize) -> usize {
        let mut most = 0;
        let mut shard = 0;
        while shard < N {
            let steps = self.at(shard).steps_max(bytes);
            if steps > most {
                most = steps;
            }
            shard += 1;
        }
        most
    }
}
