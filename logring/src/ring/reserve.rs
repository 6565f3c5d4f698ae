//! Reserving cells at the head (P), within a bounded number of attempts.

use super::Ring;
use super::evict::Evicted;
use super::orderings::{P_A, P_B, P_C, P_D, P_E, V};
use crate::layout::Position;
use crate::layout::geometry::LEAN;
use crate::policy::Policy;
use crate::stats::Cause;

/// What a producer asks for. The policy is the caller's at each push, so one
/// ring serves handles with different ones.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    /// Cells of the record: 1 to a quarter of the ring.
    pub(crate) cells: usize,
    /// Cells that may be in use once the record is in: the ring's own number,
    /// or fewer for a severity with a mark.
    pub(crate) limit_cells: usize,
    pub(crate) policy: Policy,
    /// Attempts before the answer is `Contended`, at least 1.
    pub(crate) tries: u32,
}

/// Attempts of a claim at once.
pub(crate) const AT_ONCE_TRIES: usize = if LEAN { 1 } else { 4 };

impl Ring {
    /// The head, if the hint shows room for a record of `cells` cells. "None" is no
    /// verdict: whoever gets it looks at the tail.
    #[inline(always)]
    pub(crate) fn room_at_once(&self, cells: usize, limit_cells: usize) -> Option<Position> {
        let head = Position::from_word(self.front.head.load(V));
        let tail = Position::from_word(self.front.hint.load(P_B));
        let used = head.since(tail);
        (used <= limit_cells && cells <= limit_cells - used).then_some(head)
    }

    /// Takes cells where there is room for them in the whole ring, within a few
    /// attempts. Whoever has lost a race has just got the cache line of the
    /// head, so the next attempt had better not wait.
    ///
    /// P.a to P.e of the loop, without an eviction: an old hint, which it is
    /// once a lap, is no reason for the rest of an offer.
    #[inline(always)]
    pub(crate) fn claim_at_once(&self, cells: usize) -> Option<Position> {
        let mut head = Position::from_word(self.front.head.load(P_A));
        let mut tail = Position::from_word(self.front.hint.load(P_B));
        let room = self.cell_count() - cells;
        for _ in 0..AT_ONCE_TRIES {
            if head.since(tail) > room {
                tail = Position::from_word(self.back.tail.load(P_C));
                // Also where the head is older than the tail.
                if head.since(tail) > room {
                    return None;
                }
                self.front.hint.store(tail.word(), P_D);
            }
            match self.claim_head(head, cells) {
                Ok(()) => return Some(head),
                Err(seen) => head = seen,
            }
        }
        None
    }

    /// Whether a record of at least `cells` cells is sure to lack room, for a
    /// caller that does not evict.
    #[inline(always)]
    pub(crate) fn lacks_room(&self, cells: usize, limit_cells: usize) -> bool {
        if self.room_at_once(cells, limit_cells).is_some() {
            // The tail is the poppers' cache line: not without need.
            return false;
        }
        self.lacks_room_now(cells, limit_cells)
    }

    /// The same, for a caller that has asked the hint.
    #[inline(always)]
    pub(crate) fn lacks_room_now(&self, cells: usize, limit_cells: usize) -> bool {
        let head = Position::from_word(self.front.head.load(P_A));
        // No cell is written on the strength of it.
        let tail = Position::from_word(self.back.tail.load(V));
        let used = head.since(tail);
        // A head of a while ago understates the use, so "full" is true (I9);
        // one that is older than the tail says nothing.
        let known = used <= self.cell_count() || cfg!(logring_bug = "old_head");
        known && used.wrapping_add(cells) > limit_cells
    }

    /// Takes cells for one record, exclusively, or says why not. A refusal
    /// is not yet counted.
    ///
    /// The first attempt is in line: where the hint shows room and nobody is
    /// in the way, it is the only one.
    #[inline(always)]
    pub(crate) fn reserve(&self, want: Request) -> Result<Position, Cause> {
        let mut tries = want.tries;
        // Where code is dear, all attempts are those of the loop.
        if LEAN {
            return self.reserve_slowly(want.cells, want.limit_cells, want.policy, tries);
        }
        if let Some(head) = self.room_at_once(want.cells, want.limit_cells) {
            if self.claim_head(head, want.cells).is_ok() {
                return Ok(head);
            }
            tries -= 1;
        }
        self.reserve_slowly(want.cells, want.limit_cells, want.policy, tries)
    }

    /// P.a to P.e, all attempts that are left. On its own, so that one in line is
    /// little to take in; and where there is none, in line.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(always))]
    fn reserve_slowly(
        &self,
        cells: usize,
        limit_cells: usize,
        policy: Policy,
        tries: u32,
    ) -> Result<Position, Cause> {
        let want = Request {
            cells,
            limit_cells,
            policy,
            tries,
        };
        let mut head = Position::from_word(self.front.head.load(P_A));
        let mut tail = Position::from_word(self.front.hint.load(P_B));
        let size = self.cell_count();
        let Some(room) = want.limit_cells.checked_sub(want.cells) else {
            return Err(Cause::Level);
        };
        for _ in 0..want.tries {
            // `head.since(tail) + cells > limit` would overflow when our head
            // is older than the tail; in this form it takes the slow way.
            if head.since(tail) > room {
                tail = Position::from_word(self.back.tail.load(P_C));
                if head.since(tail) > size {
                    // Our head is older than the tail: a guess of long ago.
                    head = Position::from_word(self.front.head.load(P_A));
                    continue;
                }
                if head.since(tail) > room {
                    match self.make_room(want, tail, head, room) {
                        Ok(Some(freed)) => tail = freed,
                        Ok(None) => continue,
                        Err(cause) => return Err(cause),
                    }
                }
                self.front.hint.store(tail.word(), P_D);
            }
            match self.claim_head(head, want.cells) {
                Ok(()) => return Ok(head),
                Err(seen) => head = seen,
            }
        }
        Err(Cause::Contended)
    }

    /// What a full ring means, by policy: the new tail, `None` if it moved
    /// meanwhile, or the refusal.
    #[inline(always)]
    fn make_room(
        &self,
        want: Request,
        tail: Position,
        head: Position,
        room: usize,
    ) -> Result<Option<Position>, Cause> {
        if want.limit_cells < self.cell_count() {
            // A severity that is refused at its mark never evicts (I10).
            return Err(Cause::Level);
        }
        match want.policy {
            Policy::DropNewest => Err(Cause::Full),
            Policy::DropOldest => match self.evict(tail, head, room) {
                Evicted::Freed(tail) => Ok(Some(tail)),
                Evicted::Overtaken => Ok(None),
                Evicted::Busy => Err(Cause::Busy),
            },
        }
    }

    /// P.e: takes the cells if `head` is still the head, else tells it.
    #[inline(always)]
    pub(crate) fn claim_head(&self, head: Position, cells: usize) -> Result<(), Position> {
        if cfg!(logring_bug = "racy_claim") {
            let seen = Position::from_word(self.front.head.load(V));
            if seen != head {
                return Err(seen);
            }
            self.front.head.store(head.plus(cells).word(), V);
            return Ok(());
        }
        let next = head.plus(cells).word();
        match self.front.head.cas_or_load(head.word(), next, P_E, P_A) {
            Ok(_) => Ok(()),
            Err(seen) => Err(Position::from_word(seen)),
        }
    }
}
