//! Freeing the oldest records for a newer one (E): a whole run of them with
//! one compare-and-swap, whose winner counts them.

use super::Ring;
use super::claim::Examined;
use super::orderings::{E_A, E_B, E_C, V};
use crate::layout::{Position, geometry};
use crate::level::Severity;
use crate::stats::Cause;

/// What became of an eviction run.
pub(super) enum Evicted {
    /// The tail is now here, and the records before it are counted.
    Freed(Position),
    /// Somebody else moved the tail; nothing was evicted.
    Overtaken,
    /// The oldest record is still being written; nothing was evicted.
    Busy,
}

impl Ring {
    /// Frees at least what `head` needs beyond `room` cells in use.
    ///
    /// At most `max(need, chunk)` state loads, where need is at most a
    /// quarter of the ring, then one compare-and-swap.
    #[cold]
    pub(super) fn evict(&self, tail: Position, head: Position, room: usize) -> Evicted {
        let size = self.cell_count();
        let used = head.since(tail);
        let need = used.saturating_sub(room);
        let want = need.max(geometry::chunk_cells(size));
        let mut end = tail;
        let mut victims = [0_u32; Severity::COUNT];
        while end.since(tail) < want {
            match self.examine(end, E_A, E_B) {
                Examined::Record { level, cells, .. } => {
                    victims[level.severity().index()] += 1;
                    end = end.plus(cells);
                }
                Examined::Pad { cells } => end = end.plus(cells),
                Examined::NotReady => {
                    if end != tail && end.since(tail) >= need {
                        break;
                    }
                    let moved = self.back.tail.load(V) != tail.word();
                    return if moved {
                        Evicted::Overtaken
                    } else {
                        Evicted::Busy
                    };
                }
            }
            if end.since(tail) > used {
                // Only a damaged block says so.
                return Evicted::Busy;
            }
        }
        if self.back.tail.cas(tail.word(), end.word(), E_C).is_err() {
            return Evicted::Overtaken;
        }
        // E.d: before this call's own commit, so that whoever delivers the
        // new record can tell of these (I8).
        self.back.watermark.raise(used);
        for severity in Severity::ALL {
            let records = victims[severity.index()] as usize;
            if records != 0 {
                self.ledger.count(Cause::Evicted, severity, records);
            }
        }
        Evicted::Freed(end)
    }
}
