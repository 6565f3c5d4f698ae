//! Freeing the oldest records for a newer one (E): a whole run of them with
//! one compare-and-swap, whose winner counts them.

use super::Ring;
use super::orderings::{E_A, E_B, E_C, V};
use crate::layout::{Piece, Position, State, geometry};
use crate::level::{Level, Severity};

/// What became of an eviction run.
pub(super) enum Evicted {
    /// The tail is now here, and the records before it are counted.
    Freed(Position),
    /// Somebody else moved the tail, or the swap failed for nothing; nothing was
    /// evicted.
    Overtaken,
    /// The oldest record is still being written; nothing was evicted.
    Busy,
}

/// Cells that a run would free, and the records in them by severity.
struct Run {
    cells: usize,
    victims: [u32; Severity::COUNT],
}

impl Ring {
    /// Frees at least what `head` needs beyond `room` cells in use.
    ///
    /// At most `max(need, chunk)` state loads and those of one record more,
    /// where need is at most a quarter of the ring, then one
    /// compare-and-swap.
    #[inline(never)]
    pub(super) fn evict(&self, tail: Position, head: Position, room: usize) -> Evicted {
        let used = head.since(tail);
        let need = used.saturating_sub(room);
        let run = self.measure_run(tail, used, need);
        if run.cells < need || run.cells == 0 {
            // "Busy" is true only if what was read of the oldest records still is (I9).
            // A load may say that an old tail has not moved; then its cells may be
            // reserved for the next lap. A swap that changes nothing knows; it orders
            // nothing, as E.a keeps it behind the looks.
            let stands = if cfg!(logring_bug = "busy_by_load") {
                self.back.tail.load(V) == tail.word()
            } else {
                self.back.tail.cas(tail.word(), tail.word(), V).is_ok()
            };
            return if stands {
                Evicted::Busy
            } else {
                Evicted::Overtaken
            };
        }
        let end = tail.plus(run.cells);
        if self.back.tail.cas(tail.word(), end.word(), E_C).is_err() {
            return Evicted::Overtaken;
        }
        // E.d: before this call's own commit, so that whoever delivers the
        // new record can tell of these (I8).
        self.back.watermark.raise(used);
        for (severity, records) in Severity::ALL.into_iter().zip(run.victims) {
            if records != 0 {
                self.ledger.count_evicted(severity, records as usize);
            }
        }
        Evicted::Freed(end)
    }

    /// E.a and E.b: walks the oldest records, as far as they are committed.
    ///
    /// It goes cell by cell and not from record to record, although every
    /// record says how long it is: so each load is at an address that does
    /// not depend on the load before, and the processor does them at once.
    #[inline(always)]
    fn measure_run(&self, tail: Position, used: usize, need: usize) -> Run {
        let size = self.cell_count();
        let want = need.max(geometry::chunk_cells(size));
        // A record that begins before `want` ends before this. In a damaged
        // block nothing may end at all.
        let most = used.min(want + geometry::record_cells_max(size));
        let mut run = Run {
            cells: 0,
            victims: [0; Severity::COUNT],
        };
        // Neighbours are mostly alike: records of one cell and one level. They
        // are counted as they come, and entered when something changes.
        let (mut like, mut bucket, mut alike) = (State::from_word(0), 0, 0);
        for ahead in 0..most {
            let at = tail.plus(ahead);
            let state = State::from_word(self.cell(at).state.load(E_A));
            if at.index(size) == 0 {
                // Another lap from here on: a cell that is not yet written
                // looks as it did in the lap of those before.
                enter(&mut run.victims, bucket, alike);
                alike = 0;
            }
            let is_alike = alike != 0 && state.is_record_like(like);
            let piece = if is_alike {
                Piece::Record
            } else {
                state.piece(self.lap(at))
            };
            if let Piece::Continued = piece {
                continue;
            }
            // Here a record or pad ends, whichever it was.
            run.cells = ahead;
            if ahead >= want {
                break;
            }
            if is_alike {
                alike += 1;
                continue;
            }
            match piece {
                Piece::Record => {
                    let Some(level) = self.victim_level(at, state) else {
                        break;
                    };
                    enter(&mut run.victims, bucket, alike);
                    (like, bucket, alike) = (state, level.bucket(), 1);
                }
                Piece::Pad => {}
                Piece::NotReady | Piece::Continued => break,
            }
        }
        enter(&mut run.victims, bucket, alike);
        run
    }

    /// E.b: the level of a committed record, before it is claimed.
    #[inline(always)]
    fn victim_level(&self, at: Position, state: State) -> Option<Level> {
        #[cfg(target_pointer_width = "64")]
        {
            let _ = (at, E_B);
            Level::new(state.commit_level())
        }
        #[cfg(not(target_pointer_width = "64"))]
        {
            let info = self.cell(at).payload[0].load(E_B);
            Level::new(state.header(info).level())
        }
    }
}

#[inline(always)]
fn enter(victims: &mut [u32; Severity::COUNT], bucket: usize, records: u32) {
    if let Some(count) = victims.get_mut(bucket) {
        *count += records;
    }
}
