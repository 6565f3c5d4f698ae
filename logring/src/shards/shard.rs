//! One producer's view of a set: its home shard, and others.

use core::fmt;

use crate::error::{NoGrant, Pushed};
use crate::level::Level;
use crate::producer::{Grant, Logger, Offer, PLAIN_STEPS, looks_max};

/// A shard of a set, for one push or many.
///
/// An offer goes to the home shard as long as that has room. If it has none, the
/// offer goes to the one with the most room of a few others: of up to
/// [`OTHERS_MAX`](super::OTHERS_MAX), so in a set of up to eight shards of all of
/// them. It stays at home if none of these has room. Either way it is one offer
/// to one ring, and a loss is counted and told there. The looks decide where a
/// record is offered, never whether: when all are full the home shard refuses
/// or overwrites.
///
/// In a larger set, each refusal lets the next search begin with other shards.
/// A producer that is refused `(N - 1) / OTHERS_MAX` times in a row, rounded up,
/// has looked at all of them.
///
/// A shard that overwrites looks at three others when it would evict, and goes
/// there only while more than an eighth of the other ring stays free: the rest is for
/// those who are at home there. If it cannot evict, because its oldest record
/// is still being written, it looks as a shard does that refuses.
///
/// Records of one producer that went to different shards are in order only as
/// far as their timestamps say.
///
/// # Context
/// Every method may be called from a thread, an interrupt, a signal handler,
/// a forked child or a panic handler, also on top of an interrupted call to
/// the same rings.
#[derive(Clone, Copy)]
pub struct Shard<'s, 'r> {
    pub(super) home: &'s Logger<'r>,
    /// The place of `home` in `set`.
    pub(super) at: usize,
    /// All shards; none if no others are to be tried.
    pub(super) set: &'s [Logger<'r>],
}

impl<'s, 'r> Shard<'s, 'r> {
    /// Offers one record of `bytes`; see [`Logger::push`].
    ///
    /// # Context
    /// As the type; [`steps_max`](Self::steps_max) is its bound.
    #[inline]
    pub fn push(&self, level: Level, bytes: &[u8]) -> Pushed {
        // Where the plain push goes at once there is nothing to choose.
        if self.home.push_plain(level, bytes) {
            return Pushed::Stored;
        }
        self.push_chosen(level, bytes)
    }

    /// Offers one record gathered from `parts`, with a `tag`; see
    /// [`Logger::push_parts`].
    ///
    /// # Context
    /// As [`push`](Self::push), and one step a part.
    pub fn push_parts(&self, level: Level, tag: u32, parts: &[&[u8]]) -> Pushed {
        let bytes = parts
            .iter()
            .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        self.choose(level, tag, bytes).push_parts(level, tag, parts)
    }

    /// Offers one record of formatted text; the level macros call this. See
    /// [`Logger::push_fmt`].
    ///
    /// # Context
    /// As [`push`](Self::push), plus whatever the arguments' own formatting
    /// does.
    pub fn push_fmt(&self, level: Level, tag: u32, text: fmt::Arguments<'_>) -> Pushed {
        // Before the work: is there a cell anywhere? Then: is there room for
        // the line?
        let first = self.choose(level, tag, 0);
        first.push_fmt_to(level, tag, text, |bytes| self.choose(level, tag, bytes))
    }

    /// Reserves room for a record of at most `bytes_max` bytes; see
    /// [`Logger::reserve`].
    ///
    /// # Errors
    /// As [`Logger::reserve`].
    ///
    /// # Context
    /// As [`push`](Self::push).
    pub fn reserve(&self, level: Level, tag: u32, bytes_max: usize) -> Result<Grant<'r>, NoGrant> {
        let log = self.choose(level, tag, bytes_max);
        log.reserve(level, tag, bytes_max)
    }

    /// Whether a record of `level` would be offered at all.
    ///
    /// # Context
    /// As the type; one step.
    #[inline]
    #[must_use]
    pub const fn enabled(&self, level: Level) -> bool {
        self.home.enabled(level)
    }

    /// The logger of the home shard.
    ///
    /// # Context
    /// As the type; one step.
    #[inline]
    #[must_use]
    pub const fn home(&self) -> &'s Logger<'r> {
        self.home
    }

    /// The most accesses to shared memory of one offer of `bytes` through this
    /// shard: those of [`Logger::steps_max`] at any ring of the set, and the looks.
    ///
    /// A choice makes at most `8 + 3 * (N - 1)` accesses, or 32 in a set of more
    /// than eight shards, and there are at most two;
    /// [`design`](crate::design) accounts for each.
    ///
    /// # Context
    /// Any context, also `const`; `N` steps.
    #[must_use]
    pub const fn steps_max(&self, bytes: usize) -> usize {
        let mut most = self.home.steps_max(bytes);
        if self.set.len() < 2 {
            return most;
        }
        let mut at = 0;
        while at < self.set.len() {
            let there = self.set[at].steps_max(bytes);
            if there > most {
                most = there;
            }
            at += 1;
        }
        // Formatted text looks twice; a plain push was tried before.
        most + 2 * looks_max(self.set.len()) + PLAIN_STEPS
    }

    #[inline(never)]
    fn push_chosen(&self, level: Level, bytes: &[u8]) -> Pushed {
        self.choose(level, 0, bytes.len()).push(level, bytes)
    }

    /// The logger to offer to.
    #[inline(always)]
    fn choose(&self, level: Level, tag: u32, bytes: usize) -> &'s Logger<'r> {
        let offer = Offer { level, tag, bytes };
        self.home.or_emptier(self.set, self.at, offer)
    }
}
