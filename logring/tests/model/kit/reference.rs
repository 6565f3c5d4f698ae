//! What a ring must answer when one thread uses it, worked out naively.
//!
//! The stream of offers is kept as it was offered: a queue of entries, and
//! beside each the number of records that went missing just before it and that
//! nobody was told of. So `lost_before` is what its documentation says, by
//! counting, and shares no idea with the ring's own way of finding it.
//!
//! Space is counted as documented: in cells of eight words, seven of them
//! payload; on 32-bit targets every record has one word more.

use std::collections::VecDeque;

use logring::{Cause, Lost, NoGrant, Pushed, Severity};

use super::setup::LoggerSetup;

const WORD: usize = size_of::<usize>();
const PAYLOAD_WORDS: usize = 7;
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
    /// a popper finds the ring empty and everything told.
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

    fn refuse(&mut self, cause: Cause, lost: Lost, level: u8) -> NoGrant {
        self.count(cause, level);
        self.lost_behind += 1;
        self.carrying = true;
        NoGrant::Lost(lost)
    }

    /// Frees at least `need` cells from the front, and as many more as a run
    /// aims at; or nothing, if a record that has to go is being written.
    fn evict(&mut self, need: usize) -> bool {
        let aim = need.max((self.cells / 16).min(16));
        let mut run = 0;
        let mut freed = 0;
        for entry in &self.queue {
            if freed >= aim || matches!(entry.what, What::Open { .. }) {
                break;
            }
            freed += entry.cells;
            run += 1;
        }
        if freed < need {
            return false;
        }
        for gone in self.queue.drain(..run).collect::<Vec<_>>() {
            self.lost_in_front += gone.lost_ahead;
            if let What::Record = gone.what {
                self.lost_in_front += 1;
                self.count(Cause::Evicted, gone.level);
            }
        }
        true
    }

    /// Makes room for a record of at most `bytes` bytes and opens it.
    pub(crate) fn reserve(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        bytes: usize,
    ) -> Result<GrantId, NoGrant> {
        let Offer { level, tag, now } = offer;
        if level < logger.min_level {
            return Err(NoGrant::Filtered);
        }
        self.offered += 1;
        let largest = match logger.record_bytes_max {
            0 => largest_record(self.cells),
            limit => limit.min(largest_record(self.cells)),
        };
        if bytes > largest && !logger.truncate {
            return Err(self.refuse(Cause::TooBig, Lost::TooBig, level));
        }
        let bytes_max = bytes.min(largest);
        let header_words = INFO_WORDS
            + if logger.clock { TIMESTAMP_WORDS } else { 0 }
            + if tag != 0 { TAG_WORDS } else { 0 }
            + if self.carrying { LOSS_WORDS } else { 0 };
        let cells = cells_for(header_words, bytes_max);
        let mark = logger.marks[severity(level)] as usize;
        let limit = self.cells * mark / 100;
        if self.used() + cells > limit && limit < self.cells {
            return Err(self.refuse(Cause::Level, Lost::Level, level));
        }
        if self.used() + cells > self.cells {
            if !logger.drop_oldest {
                return Err(self.refuse(Cause::Full, Lost::Full, level));
            }
            if !self.evict(self.used() + cells - self.cells) {
                return Err(self.refuse(Cause::Busy, Lost::Busy, level));
            }
        }
        self.grants += 1;
        let id = GrantId(self.grants);
        self.queue.push_back(Entry {
            cells,
            lost_ahead: std::mem::take(&mut self.lost_behind),
            what: What::Open { id, bytes_max },
            header_words,
            bytes: Vec::new(),
            level,
            tag,
            timestamp: logger.clock.then_some(now),
            truncated: bytes > bytes_max,
        });
        let used_bytes = self.used() * CELL_BYTES;
        self.figures.high_water_bytes = self.figures.high_water_bytes.max(used_bytes);
        Ok(id)
    }

    fn find(&self, wanted: GrantId) -> usize {
        let is_wanted = |entry: &Entry| matches!(entry.what, What::Open { id, .. } if id == wanted);
        self.queue
            .iter()
            .position(is_wanted)
            .expect("the grant is open")
    }

    pub(crate) fn remaining(&self, id: GrantId) -> usize {
        let entry = &self.queue[self.find(id)];
        match entry.what {
            What::Open { bytes_max, .. } => bytes_max - entry.bytes.len(),
            _ => 0,
        }
    }

    pub(crate) fn truncated(&self, id: GrantId) -> bool {
        self.queue[self.find(id)].truncated
    }

    /// Appends what fits, and says how much that was.
    pub(crate) fn append(&mut self, id: GrantId, bytes: &[u8]) -> usize {
        let fit = bytes.len().min(self.remaining(id));
        let at = self.find(id);
        let entry = &mut self.queue[at];
        entry.bytes.extend_from_slice(&bytes[..fit]);
        entry.truncated |= fit < bytes.len();
        fit
    }

    /// Appends the whole characters that fit; after a cut, nothing more.
    pub(crate) fn write(&mut self, id: GrantId, text: &str) {
        let mut fit = text.len().min(self.remaining(id));
        while !text.is_char_boundary(fit) {
            fit -= 1;
        }
        self.append(id, &text.as_bytes()[..fit]);
        if fit < text.len() {
            let at = self.find(id);
            let entry = &mut self.queue[at];
            entry.truncated = true;
            entry.what = What::Open {
                id,
                bytes_max: entry.bytes.len(),
            };
        }
    }

    /// Publishes a grant; cells that it did not need become a pad.
    pub(crate) fn commit(&mut self, id: GrantId) -> bool {
        let at = self.find(id);
        let entry = &mut self.queue[at];
        entry.what = What::Record;
        let unused = entry.cells - entry.cells_needed();
        entry.cells -= unused;
        let truncated = entry.truncated;
        if truncated {
            self.figures.truncated += 1;
        }
        if unused > 0 {
            let pad = Entry {
                cells: unused,
                lost_ahead: 0,
                what: What::Pad,
                header_words: 0,
                bytes: Vec::new(),
                level: 0,
                tag: 0,
                timestamp: None,
                truncated: false,
            };
            self.queue.insert(at + 1, pad);
        }
        truncated
    }

    /// Gives a grant back unread: a loss at the place where it ended, which is
    /// behind all that was offered until now.
    pub(crate) fn discard(&mut self, id: GrantId) {
        let at = self.find(id);
        self.queue[at].what = What::Pad;
        let level = self.queue[at].level;
        self.count(Cause::Discarded, level);
        self.lost_behind += 1;
        self.carrying = true;
    }

    /// A record of bytes, or of text that is cut between characters.
    pub(crate) fn push(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        bytes: &[u8],
        text: Option<&str>,
    ) -> Pushed {
        match self.reserve(logger, offer, bytes.len()) {
            Ok(id) => {
                match text {
                    Some(text) => self.write(id, text),
                    None => {
                        self.append(id, bytes);
                    }
                }
                if self.commit(id) {
                    Pushed::Truncated
                } else {
                    Pushed::Stored
                }
            }
            Err(NoGrant::Filtered) => Pushed::Filtered,
            Err(NoGrant::Lost(lost)) => Pushed::Lost(lost),
            Err(other) => panic!("the reference never answers {other:?}"),
        }
    }

    /// Takes the oldest record if it fits. Pads before it are stepped over,
    /// and are gone even if nothing else is taken.
    fn take(&mut self, room: usize, overhead: usize) -> Result<Delivered, Nothing> {
        while let Some(Entry {
            what: What::Pad, ..
        }) = self.queue.front()
        {
            let pad = self.queue.pop_front().expect("just seen");
            self.lost_in_front += pad.lost_ahead;
        }
        let Some(first) = self.queue.front() else {
            return Err(Nothing::Empty);
        };
        if let What::Open { .. } = first.what {
            return Err(Nothing::Pending);
        }
        let needed = first.bytes.len() + overhead;
        if needed > room {
            return Err(Nothing::NoSpace { needed });
        }
        let record = self.queue.pop_front().expect("just seen");
        self.figures.delivered += 1;
        let lost_before = std::mem::take(&mut self.lost_in_front) + record.lost_ahead;
        self.told += lost_before;
        Ok(Delivered {
            bytes: record.bytes,
            level: record.level,
            tag: record.tag,
            timestamp: record.timestamp,
            lost_before,
            truncated: record.truncated,
        })
    }

    fn nothing(&mut self, why: Nothing) -> Nothing {
        if why == Nothing::Empty && self.lost_in_front + self.lost_behind == 0 {
            self.carrying = false;
        }
        why
    }

    pub(crate) fn pop(&mut self, room: usize) -> Result<Delivered, Nothing> {
        self.take(room, 0).map_err(|why| self.nothing(why))
    }

    /// Up to `max` records, in batches of as many as fit `room`; `None` if the
    /// drain ended because there were that many.
    pub(crate) fn drain(
        &mut self,
        max: usize,
        room: usize,
        overhead: usize,
    ) -> (Vec<Delivered>, Option<Nothing>) {
        let mut all = Vec::new();
        while all.len() < max {
            let mut free = room;
            let before = all.len();
            let why = loop {
                if all.len() == max {
                    return (all, None);
                }
                match self.take(free, overhead) {
                    Ok(record) => {
                        free -= record.bytes.len() + overhead;
                        all.push(record);
                    }
                    Err(why) => break why,
                }
            };
            if all.len() == before {
                let why = self.nothing(why);
                return (all, Some(why));
            }
        }
        (all, None)
    }

    pub(crate) fn take_trailing_loss(&mut self) -> u64 {
        let mut sum = std::mem::take(&mut self.lost_in_front);
        sum += std::mem::take(&mut self.lost_behind);
        for entry in &mut self.queue {
            sum += std::mem::take(&mut entry.lost_ahead);
        }
        self.told += sum;
        sum
    }

    pub(crate) fn figures(&self) -> Figures {
        let used_bytes = self.used() * CELL_BYTES;
        Figures {
            used_bytes,
            ..self.figures.clone()
        }
    }

    /// The sums that hold whenever nothing is in flight.
    pub(crate) fn check_sums(&self) {
        let resident = |entry: &&Entry| !matches!(entry.what, What::Pad);
        let resident = self.queue.iter().filter(resident).count() as u64;
        let lost: u64 = self.figures.lost.iter().flatten().sum();
        assert_eq!(self.offered, self.figures.delivered + resident + lost);
        let beside: u64 = self.queue.iter().map(|entry| entry.lost_ahead).sum();
        assert_eq!(
            lost,
            self.told + self.lost_in_front + beside + self.lost_behind
        );
    }
}
