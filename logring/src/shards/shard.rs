//! One producer's view of a set: its home shard, and a neighbour.

use core::fmt;

use crate::error::{NoGrant, Pushed};
use crate::level::Level;
use crate::producer::{Grant, Logger};

/// A shard of a set, for one push or many.
///
/// An offer goes to the home shard, unless a look says that it is sure to be
/// refused there for want of room and that there is room at the neighbour; it
/// then goes there. Either way it is one offer to one ring, and a loss is
/// counted and told there. The look decides where a record is offered, never
/// whether: when both are full the home shard refuses.
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
    /// `None` if there is no other shard, or if it is not to be tried.
    pub(super) neighbour: Option<&'s Logger<'r>>,
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
    /// shard: those of [`Logger::steps_max`] at either ring, and the looks.
    ///
    /// # Context
    /// Any context, also `const`; a constant number of steps.
    #[must_use]
    pub const fn steps_max(&self, bytes: usize) -> usize {
        let home = self.home.steps_max(bytes);
        let Some(neighbour) = self.neighbour else {
            return home;
        };
        let there = neighbour.steps_max(bytes);
        // Formatted text looks twice; a plain push was tried before.
        let looks = 2 * crate::producer::LOOKS_MAX + crate::producer::PLAIN_STEPS;
        looks + if home > there { home } else { there }
    }

    #[inline(never)]
    fn push_chosen(&self, level: Level, bytes: &[u8]) -> Pushed {
        self.choose(level, 0, bytes.len()).push(level, bytes)
    }

    /// The logger to offer to.
    #[inline(always)]
    fn choose(&self, level: Level, tag: u32, bytes: usize) -> &'s Logger<'r> {
        match self.neighbour {
            Some(neighbour) => self.home.or(neighbour, level, tag, bytes),
            None => self.home,
        }
    }
}
