//! Looks at a logger's ring before an offer, for a choice between two loggers.

use super::Logger;
use crate::level::Level;

/// The most accesses of one choice: `untold` of both rings, head and hint of
/// the first, then head and hint, head and tail of both, and the tail, its
/// state and the tail again of the first.
pub(crate) const LOOKS_MAX: usize = 2 + 2 + 2 * 4 + 3;

/// What a record needs of a ring.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    pub(super) cells: usize,
    /// Cells that may be in use with it.
    pub(super) limit_cells: usize,
    /// Whether older records give way to it.
    pub(super) evicts: bool,
}

impl<'r> Logger<'r> {
    /// The logger to offer a record to: this one, unless it is sure to refuse
    /// it now for want of room, and `other` has room.
    #[inline(always)]
    pub(crate) fn or<'l>(
        &'l self,
        other: &'l Self,
        level: Level,
        tag: u32,
        bytes: usize,
    ) -> &'l Self {
        if !self.enabled(level) {
            return self;
        }
        let wish = self.wish(level, tag, bytes);
        let room = self.ring().room_at_once(wish.cells, wish.limit_cells);
        if room.is_some() || !self.denies(wish) || !self.lends(other, bytes) {
            return self;
        }
        let wish = other.wish(level, tag, bytes);
        if other.ring().lacks_room(wish.cells, wish.limit_cells) {
            self
        } else {
            other
        }
    }

    /// Whether there is no room, and none can be made.
    #[inline(never)]
    fn denies(&self, wish: Wish) -> bool {
        self.ring().lacks_room(wish.cells, wish.limit_cells)
            && (!wish.evicts || self.ring().oldest_is_open())
    }

    /// Whether a record may go to `other`: not if it is refused for its
    /// length here, and not if it would be cut shorter there.
    fn lends(&self, other: &Self, bytes: usize) -> bool {
        let most = self.record_bytes_max();
        (bytes <= most || self.truncates()) && bytes.min(most) <= other.record_bytes_max()
    }
}
