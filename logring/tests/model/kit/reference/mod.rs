//! What a ring must answer when one thread uses it, worked out naively.
//!
//! The stream of offers is kept as it was offered: a queue of entries, and
//! beside each the number of records that went missing just before it and that
//! nobody was told of. So `lost_before` is what its documentation says, by
//! counting, and shares no idea with the ring's own way of finding it.
//!
//! Space is counted as documented: in cells of eight words, seven of them
//! payload; on 32-bit targets every record has one word more.
//!
//! `offer` and `grant` are the producers' side, `take` the consumers'.

mod grant;
mod offer;
mod take;

use std::collections::VecDeque;

use logring::{Cause, Severity};

const WORD: usize = size_of::<usize>();
const PAYLOAD_WORDS: usize = if WORD == 8 { 15 } else { 7 };
pub(crate) const CELL_BYTES: usize = (PAYLOAD_WORDS + 1) * WORD;
const INFO_WORDS: usize = if WORD == 8 { 0 } else { 1 };
const TIMESTAMP_WORDS: usize = 8 / WORD;
const TAG_WORDS: usize = 1;
const LOSS_WORDS: usize = 1;

/// The largest payload of a record in a ring of `cells` cells: a quarter of
/// the cells, less the largest header.
pub(crate) fn largest_record(cells: usize) -> usize {
    let header = INFO_WORDS + TIMESTAMP_WORDS + TAG_WORDS + LOSS_WORDS;
    (cells / 4 * PAYLOAD_WORDS - header) * WORD
}

/// A record as a popper must see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) bytes: Vec<u8>,
    pub(crate) level: u8,
    pub(crate) tag: u32,
    pub(crate) timestamp: Option<u64>,
    pub(crate) lost_before: u64,
    pub(crate) truncated: bool,
    pub(crate) full_len: usize,
}

/// Why a popper gets no (more) records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    Empty,
    Pending,
    NoSpace { needed: usize },
}

/// The figures that `stats` must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) delivered: u64,
    /// By cause, then severity.
    pub(crate) lost: [[u64; Severity::COUNT]; Cause::COUNT],
    pub(crate) truncated: u64,
    pub(crate) resident: u64,
    pub(crate) resident_bytes: u64,
    /// Whether the oldest record is still being written.
    pub(crate) is_held_up: bool,
    pub(crate) used_bytes: usize,
    pub(crate) high_water_bytes: usize,
}

/// What the front of an offer is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) level: u8,
    pub(crate) tag: u32,
    pub(crate) now: u64,
}

/// The number of an open grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GrantId(u64);

#[derive(Debug)]
enum What {
    Record,
    /// Being written; may hold this many bytes.
    Open {
        id: GrantId,
        bytes_max: usize,
    },
    Pad,
}

#[derive(Debug)]
struct Entry {
    cells: usize,
    /// Missing between the entry before and this one, and not told.
    lost_ahead: u64,
    what: What,
    header_words: usize,
    /// Whether the record has a loss word.
    carries: bool,
    bytes: Vec<u8>,
    level: u8,
    tag: u32,
    timestamp: Option<u64>,
    truncated: bool,
}

impl Entry {
    /// Cells of the record with the bytes that it has now.
    fn cells_needed(&self) -> usize {
        cells_for(self.header_words, self.bytes.len())
    }
}

fn cells_for(header_words: usize, bytes: usize) -> usize {
    (header_words + bytes.div_ceil(WORD))
        .div_ceil(PAYLOAD_WORDS)
        .max(1)
}

fn severity(level: u8) -> usize {
    (level as usize - 1) / 4
}

/// The naive ring.
#[derive(Debug)]
pub(crate) struct Reference {
    cells: usize,
    queue: VecDeque<Entry>,
    /// Missing before the first entry (evicted, or beside a pad that is gone).
    lost_in_front: u64,
    /// Missing after the last entry.
    lost_behind: u64,
    /// Records carry a loss word: set by a refusal or a discard, cleared when
    /// everything is told and a popper notices, by a record that carries one,
    /// by an empty ring, or by taking the trailing loss.
    carrying: bool,
    figures: Figures,
    grants: u64,
    offered: u64,
    told: u64,
}

impl Reference {
    pub(crate) fn new(cells: usize) -> Self {
        Self {
            cells,
            queue: VecDeque::new(),
            lost_in_front: 0,
            lost_behind: 0,
            carrying: false,
            figures: Figures {
                delivered: 0,
                lost: Default::default(),
                truncated: 0,
                resident: 0,
                resident_bytes: 0,
                is_held_up: false,
                used_bytes: 0,
                high_water_bytes: 0,
            },
            grants: 0,
            offered: 0,
            told: 0,
        }
    }

    fn used(&self) -> usize {
        self.queue.iter().map(|entry| entry.cells).sum()
    }

    fn count(&mut self, cause: Cause, level: u8) {
        self.figures.lost[cause.index()][severity(level)] += 1;
    }

    pub(crate) fn figures(&self) -> Figures {
        let used_bytes = self.used() * CELL_BYTES;
        let committed = |entry: &&Entry| matches!(entry.what, What::Record);
        let bytes = self
            .queue
            .iter()
            .filter(committed)
            .map(|entry| entry.bytes.len());
        let oldest = self.queue.front().map(|entry| &entry.what);
        Figures {
            used_bytes,
            resident: self.resident(),
            resident_bytes: bytes.sum::<usize>() as u64,
            is_held_up: matches!(oldest, Some(What::Open { .. })),
            ..self.figures.clone()
        }
    }

    fn resident(&self) -> u64 {
        let resident = |entry: &&Entry| !matches!(entry.what, What::Pad);
        self.queue.iter().filter(resident).count() as u64
    }

    /// The sums that hold whenever nothing is in flight.
    pub(crate) fn check_sums(&self) {
        let resident = self.resident();
        let lost: u64 = self.figures.lost.iter().flatten().sum();
        assert_eq!(self.offered, self.figures.delivered + resident + lost);
        let beside: u64 = self.queue.iter().map(|entry| entry.lost_ahead).sum();
        assert_eq!(
            lost,
            self.told + self.lost_in_front + beside + self.lost_behind
        );
    }
}
