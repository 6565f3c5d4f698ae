//! Looks at rings before an offer, for a choice between several loggers.

use super::Logger;
use crate::level::Level;

/// The most other rings that one choice looks at. A set of up to eight rings is
/// looked at as a whole.
pub const OTHERS_MAX: usize = 7;

/// The same where the record can be stored at home by an eviction. An overwriting
/// ring that is full comes here at each eviction, also when all rings of the set
/// are full for good; then each look costs a cache line of somebody else.
const OTHERS_BEFORE_EVICTION: usize = 3;

/// The part of a ring, as a shift, that stays for those at home there when an
/// overwriting logger elsewhere looks for room: an eighth, twice what one eviction
/// frees. Otherwise all of them would take from each other what they have just
/// freed, and none would keep to its own cache lines.
const KEPT_SHIFT: u32 = 3;

/// The most accesses of one choice among so many rings.
///
/// At home: `untold`, the hint (P.a, P.b), head and tail, and if it evicts the tail,
/// its state and the tail again. For each of the others: tail, head, `untold`. In a set
/// that is not looked at as a whole: head and two counters, for where to begin.
/// They come on top only there: an evictor that counts them looks at fewer others.
pub(crate) const fn looks_max(rings: usize) -> usize {
    const HOME: usize = 1 + 2 + 2 + 3;
    match rings {
        0 | 1 => 0,
        few if few - 1 <= OTHERS_MAX => HOME + 3 * (few - 1),
        _ => HOME + 3 * OTHERS_MAX + 3,
    }
}

/// The turn of an evictor is within the bound of sets that are looked at as a whole.
const _: () = assert!(OTHERS_BEFORE_EVICTION < OTHERS_MAX);

/// What a record needs of a ring.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    pub(super) cells: usize,
    /// Cells that may be in use with it.
    pub(super) limit_cells: usize,
    /// Whether older records give way to it.
    pub(super) evicts: bool,
}

/// A record that is to be offered to one of several loggers.
#[derive(Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) level: Level,
    pub(crate) tag: u32,
    pub(crate) bytes: usize,
}

impl<'r> Logger<'r> {
    /// The logger of `set` to offer a record to: this one, which is that at
    /// `home`, if it has room; else the one with the most room of a few others;
    /// and this one if there is none. With an empty `set`, this one.
    #[inline(always)]
    pub(crate) fn or_emptier<'l>(&'l self, set: &'l [Self], home: usize, offer: Offer) -> &'l Self {
        if set.len() < 2 || !self.enabled(offer.level) {
            return self;
        }
        let wish = self.wish(offer);
        match self.ring().room_at_once(wish.cells, wish.limit_cells) {
            Some(_) => self,
            None => self.emptier(set, home, offer, wish),
        }
    }

    #[inline(never)]
    fn emptier<'l>(&'l self, set: &'l [Self], home: usize, offer: Offer, wish: Wish) -> &'l Self {
        if !self.ring().lacks_room_now(wish.cells, wish.limit_cells) {
            return self;
        }
        let others = set.len() - 1;
        let evicts = wish.evicts && !self.ring().oldest_is_open();
        let most = if evicts {
            OTHERS_BEFORE_EVICTION
        } else {
            OTHERS_MAX
        };
        let first = match others <= most {
            true => 0,
            false => self.ring().turn(offer.level, most) % others,
        };
        let (mut emptiest, mut most_left) = (self, None);
        for look in 0..others.min(most) {
            let Some(other) = set.get((home + 1 + (first + look) % others) % set.len()) else {
                continue;
            };
            let left = self.left_at(other, offer, evicts);
            if left > most_left {
                (emptiest, most_left) = (other, left);
            }
        }
        emptiest
    }

    /// Cells that are free at `other` when it has taken a record, if it may and
    /// can take it.
    fn left_at(&self, other: &Self, offer: Offer, evicts: bool) -> Option<usize> {
        if !self.lends(other, offer.bytes) {
            return None;
        }
        let ring = other.ring();
        let kept = match evicts {
            true => ring.cell_count() >> KEPT_SHIFT,
            false => 0,
        };
        let limit = other.limit_cells(offer.level).saturating_sub(kept);
        let free = limit.checked_sub(ring.used_at_most())?;
        // Most rings that are looked at are full: they are asked no more.
        if free == 0 {
            return None;
        }
        free.checked_sub(other.wish(offer).cells)
    }

    /// Whether a record may go to `other`: not if it is refused for its
    /// length here, and not if it would be cut shorter there.
    fn lends(&self, other: &Self, bytes: usize) -> bool {
        let most = self.record_bytes_max();
        (bytes <= most || self.truncates()) && bytes.min(most) <= other.record_bytes_max()
    }
}
