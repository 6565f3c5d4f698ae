//! Taking records from the tail (C): copy first, then claim them with one
//! compare-and-swap. A copy whose claim fails is thrown away.

use super::Ring;
use super::orderings::{C_A, C_B, C_C, C_D, V};
use crate::layout::geometry::{PAYLOAD_WORDS, WORD_BYTES};
use crate::layout::{Header, Position, Seen, State, geometry, header};
use crate::level::Level;
use crate::sync::{Ordering, Word};

/// Attempts of one claim. Each failed one means that the tail was moved by
/// somebody else.
pub(crate) const TAKE_TRIES: usize = 64;

/// A copied record's header and extras.
#[derive(Clone, Copy)]
pub(crate) struct Meta {
    pub(crate) level: Level,
    pub(crate) bytes: usize,
    pub(crate) truncated: bool,
    pub(crate) tag: u32,
    pub(crate) timestamp: Option<u64>,
    pub(crate) loss_total: Option<usize>,
}

/// Where a claim puts the records that it copies.
pub(crate) trait Receive {
    /// Room for the next record's bytes, `meta.bytes` of them.
    ///
    /// # Errors
    /// How many bytes the buffer needs for this record, if it is too small.
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize>;

    /// Forgets everything received: the claim failed.
    fn forget(&mut self);
}

/// What a claim found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// Nothing is in the ring.
    Empty,
    /// Nothing to give now, yet the ring is not empty.
    Pending,
    /// The oldest record does not fit the buffer; nothing moved.
    NoSpace { needed: usize },
    /// This many records were received, at least one.
    Taken { records: usize },
}

/// What lies at a record boundary, checked: no size in it reaches past a
/// quarter of the ring.
pub(super) enum Examined {
    NotReady,
    Pad {
        cells: usize,
    },
    Record {
        header: Header,
        level: Level,
        cells: usize,
    },
}

/// How a pass over the oldest records ended.
struct Pass {
    end: Position,
    records: usize,
    /// Bytes that a buffer needs which was too small.
    needed: Option<usize>,
    /// Cells in use when the head was last looked at.
    used: usize,
}

impl Ring {
    /// Copies up to `max` of the oldest records, at least 1, and claims them.
    pub(crate) fn claim(&self, max: usize, out: &mut impl Receive) -> Claim {
        let mut batch = max;
        for _ in 0..TAKE_TRIES {
            let tail = Position::from_word(self.back.tail.load(C_A));
            let pass = self.copy_records(tail, batch, out);
            if pass.end == tail {
                // Nothing to claim. The verdict counts only if the tail has
                // stood still.
                let moved = self.back.tail.load(V) != tail.word();
                match pass.needed {
                    _ if moved => {}
                    Some(needed) => return Claim::NoSpace { needed },
                    None if self.front.head.load(V) == tail.word() => {
                        self.settle_untold();
                        return Claim::Empty;
                    }
                    None => return Claim::Pending,
                }
                out.forget();
                continue;
            }
            if self
                .back
                .tail
                .cas(tail.word(), pass.end.word(), C_D)
                .is_err()
            {
                // A batch races every eviction during all of its copying;
                // a single record has a chance under constant eviction.
                out.forget();
                batch = 1;
                continue;
            }
            self.back.watermark.raise(pass.used.min(self.cell_count()));
            if pass.records != 0 {
                self.back.delivered.add(pass.records, V);
                return Claim::Taken {
                    records: pass.records,
                };
            }
            // Only pads: they are gone now.
        }
        Claim::Pending
    }

    /// C.b and C.c: copies up to `batch` records from `tail` on.
    fn copy_records(&self, tail: Position, batch: usize, out: &mut impl Receive) -> Pass {
        let mut pass = Pass {
            end: tail,
            records: 0,
            needed: None,
            used: 0,
        };
        while pass.records < batch {
            let at = pass.end;
            let examined = self.examine(at, C_B, C_C);
            let end = match examined {
                Examined::NotReady => break,
                Examined::Pad { cells } | Examined::Record { cells, .. } => at.plus(cells),
            };
            if end.since(tail) > pass.used {
                pass.used = Position::from_word(self.front.head.load(V)).since(tail);
                if end.since(tail) > pass.used.min(self.cell_count()) {
                    // The head moved past a record before it was committed,
                    // so the size of this one is damaged.
                    break;
                }
            }
            if let Examined::Record { header, level, .. } = examined {
                if let Err(needed) = self.copy_record(at, level, header, out) {
                    pass.needed = Some(needed);
                    break;
                }
                pass.records += 1;
            }
            pass.end = end;
        }
        pass
    }

    /// Looks at a record boundary and checks what it says.
    #[inline(always)]
    pub(super) fn examine(&self, at: Position, state: Ordering, info: Ordering) -> Examined {
        let cell = self.cell(at);
        let state = State::from_word(cell.state.load(state));
        let max = geometry::record_cells_max(self.cell_count());
        match state.seen(self.lap(at)) {
            Seen::Pad { cells } if 1 <= cells && cells <= max => Examined::Pad { cells },
            Seen::Commit => {
                let info = if header::INFO_WORDS == 0 {
                    0
                } else {
                    cell.payload[0].load(info)
                };
                let header = state.header(info);
                match (state.commit_cells(header, max), Level::new(header.level())) {
                    (Some(cells), Some(level)) => Examined::Record {
                        header,
                        level,
                        cells,
                    },
                    _ => Examined::NotReady,
                }
            }
            _ => Examined::NotReady,
        }
    }

    #[inline(always)]
    fn copy_record(
        &self,
        at: Position,
        level: Level,
        header: Header,
        out: &mut impl Receive,
    ) -> Result<(), usize> {
        let mut reader = Reader {
            ring: self,
            cell: at,
            word: header::INFO_WORDS,
        };
        let extras = header.extras();
        let timestamp = extras.has_timestamp().then(|| reader.take_timestamp());
        let tag = if extras.has_tag() {
            reader.take() as u32
        } else {
            0
        };
        let loss_total = extras.has_loss().then(|| reader.take());
        let meta = Meta {
            level,
            bytes: header.bytes(),
            truncated: header.truncated(),
            tag,
            timestamp,
            loss_total,
        };
        reader.copy(out.room(&meta)?);
        Ok(())
    }
}

/// Reads payload words one after the other (C.c).
struct Reader<'r> {
    ring: &'r Ring,
    cell: Position,
    word: usize,
}

impl Reader<'_> {
    #[inline]
    fn take(&mut self) -> usize {
        if self.word == PAYLOAD_WORDS {
            self.cell = self.cell.plus(1);
            self.word = 0;
        }
        let word = self.ring.cell(self.cell).payload.get(self.word);
        self.word += 1;
        word.map_or(0, |word| word.load(C_C))
    }

    #[inline]
    fn take_timestamp(&mut self) -> u64 {
        let low = self.take() as u64;
        #[cfg(not(target_pointer_width = "64"))]
        let low = low | (self.take() as u64) << 32;
        low
    }

    /// Fills `bytes`, a cell at a time.
    #[inline(always)]
    fn copy(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            if self.word == PAYLOAD_WORDS {
                self.cell = self.cell.plus(1);
                self.word = 0;
            }
            let payload = &self.ring.cell(self.cell).payload;
            let slots = payload.get(self.word..).unwrap_or_default();
            self.word = PAYLOAD_WORDS;
            bytes = copy_cell(slots, bytes);
        }
    }
}

/// Copies the payload words of one cell, and returns the bytes that are for
/// the next.
#[inline(always)]
fn copy_cell<'b>(slots: &[Word], bytes: &'b mut [u8]) -> &'b mut [u8] {
    let here = bytes.len().min(slots.len() * WORD_BYTES);
    let (bytes, rest) = bytes.split_at_mut(here);
    let mut words = bytes.chunks_exact_mut(WORD_BYTES);
    let mut slots = slots.iter();
    for (bytes, slot) in (&mut words).zip(&mut slots) {
        bytes.copy_from_slice(&slot.load(C_C).to_ne_bytes());
    }
    let last = words.into_remainder();
    if let (Some(slot), false) = (slots.next(), last.is_empty()) {
        for (to, from) in last.iter_mut().zip(slot.load(C_C).to_ne_bytes()) {
            *to = from;
        }
    }
    rest
}
