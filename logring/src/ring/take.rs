//! Taking the one oldest record (C): what `claim` does for many, straight on.

use super::Ring;
use super::claim::TAKE_TRIES;
use super::orderings::{C_A, V};
use crate::layout::header::ExtraWords;
use crate::layout::{Header, Position};
use crate::level::Level;

/// What was taken.
pub(crate) enum Taken {
    Record(Level, Header),
    /// Nothing to give now, yet the ring is not empty.
    Pending,
    /// The oldest record does not fit the buffer; nothing moved.
    NoSpace {
        needed: usize,
    },
    /// Nothing is in the ring.
    Empty,
}

impl Ring {
    /// Copies the oldest record to the front of `buf` and its extras to `extras`,
    /// and claims it. Of a record that is longer than `buf`, if it may be `cut`, as much
    /// is copied as fits.
    #[inline(always)]
    pub(crate) fn take_one(&self, buf: &mut [u8], extras: &mut ExtraWords, cut: bool) -> Taken {
        // Some attempts may step over a pad, of which there are no more than cells.
        for _ in 0..TAKE_TRIES + self.cell_count() {
            let tail = Position::from_word(self.back.tail.load(C_A));
            let piece = self.piece_at(tail);
            // Read behind the state: the head moved past a record before it
            // was committed, so otherwise the size of this one is damaged.
            let used = Position::from_word(self.front.head.load(V)).since(tail);
            match piece {
                Some((cells, record)) if cells <= used => {
                    let end = tail.plus(cells);
                    let Some((level, header)) = record else {
                        self.free(tail, end, used);
                        continue;
                    };
                    let needed = header.bytes();
                    let kept = if cut { needed.min(buf.len()) } else { needed };
                    let Some(room) = buf.get_mut(..kept) else {
                        // What was read of it is true only if it still is the
                        // oldest; a swap that changes nothing says so (I3).
                        if cfg!(logring_bug = "rash_no_space") || self.move_tail(tail, tail) {
                            return Taken::NoSpace { needed };
                        }
                        continue;
                    };
                    let behind = self.copy_extras(tail, header, extras);
                    self.copy_bytes(tail, behind, room);
                    if self.free(tail, end, used) {
                        self.count_delivered(1);
                        return Taken::Record(level, header);
                    }
                }
                // The verdict counts only if the tail has stood still.
                _ if self.back.tail.load(V) != tail.word() => {}
                _ if used == 0 => {
                    self.settle_untold();
                    return Taken::Empty;
                }
                _ => return Taken::Pending,
            }
        }
        Taken::Pending
    }
}
