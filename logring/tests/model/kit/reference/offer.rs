//! The producers' side: what an offer is answered, and what has to go for it.

use logring::{Cause, Lost, NoGrant, Pushed};

use super::super::setup::LoggerSetup;
use super::{
    CELL_BYTES, Entry, GrantId, INFO_WORDS, LOSS_WORDS, Offer, Reference, TAG_WORDS,
    TIMESTAMP_WORDS, WORD, What, cells_for, largest_record, severity,
};

/// Why there is no room, in the table and as an answer.
type No = (Cause, Lost);

/// Bytes of a formatted line that the stack takes.
const SCRATCH: usize = if WORD == 8 { 256 } else { 64 };

impl Reference {
    fn refuse(&mut self, cause: Cause, lost: Lost, level: u8) -> NoGrant {
        self.count(cause, level);
        self.lost_behind += 1;
        self.carrying = true;
        NoGrant::Lost(lost)
    }

    /// Frees at least `need` cells from the front, and as many more as a run
    /// aims at; or nothing, if a record that has to go is being written.
    fn evict(&mut self, need: usize) -> bool {
        let aim = need.max((self.cells / 16).min(32));
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

    /// The largest record of a logger.
    fn largest(&self, logger: &LoggerSetup) -> usize {
        match logger.record_bytes_max {
            0 => largest_record(self.cells),
            limit => limit.min(largest_record(self.cells)),
        }
    }

    /// Makes room for a record of at most `bytes` bytes and opens it.
    pub(crate) fn reserve(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        bytes: usize,
    ) -> Result<GrantId, NoGrant> {
        let most = bytes.min(self.largest(logger));
        self.reserve_cut(logger, offer, bytes, most)
    }

    /// The same for a record that will be cut to `most` if it is longer than the
    /// largest.
    fn reserve_cut(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        bytes: usize,
        most: usize,
    ) -> Result<GrantId, NoGrant> {
        if offer.level < logger.min_level {
            return Err(NoGrant::Filtered);
        }
        self.offered += 1;
        if bytes > self.largest(logger) && !logger.truncate {
            return Err(self.refuse(Cause::TooBig, Lost::TooBig, offer.level));
        }
        match self.open(logger, offer, most) {
            Ok(id) => {
                let at = self.find(id);
                self.queue[at].truncated = bytes > most;
                Ok(id)
            }
            Err((cause, lost)) => Err(self.refuse(cause, lost, offer.level)),
        }
    }

    /// Makes room and opens a record, or says why not; nothing is counted.
    fn open(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        bytes_max: usize,
    ) -> Result<GrantId, (Cause, Lost)> {
        let Offer { level, tag, now } = offer;
        let header_words = INFO_WORDS
            + if logger.clock { TIMESTAMP_WORDS } else { 0 }
            + if tag != 0 { TAG_WORDS } else { 0 }
            + if self.carrying { LOSS_WORDS } else { 0 };
        let cells = cells_for(header_words, bytes_max);
        if let Some(no) = self.early(logger, level, cells) {
            return Err(no);
        }
        if self.used() + cells > self.cells && !self.evict(self.used() + cells - self.cells) {
            return Err((Cause::Busy, Lost::Busy));
        }
        self.grants += 1;
        let id = GrantId(self.grants);
        self.queue.push_back(Entry {
            cells,
            lost_ahead: std::mem::take(&mut self.lost_behind),
            what: What::Open { id, bytes_max },
            header_words,
            carries: self.carrying,
            bytes: Vec::new(),
            level,
            tag,
            timestamp: logger.clock.then_some(now),
            truncated: false,
        });
        let used_bytes = self.used() * CELL_BYTES;
        self.figures.high_water_bytes = self.figures.high_water_bytes.max(used_bytes);
        Ok(id)
    }

    /// Why there is no room for so many cells, and none is made.
    fn early(&self, logger: &LoggerSetup, level: u8, cells: usize) -> Option<(Cause, Lost)> {
        let mark = logger.marks[severity(level)] as usize;
        let limit = self.cells * mark / 100;
        if self.used() + cells > limit && limit < self.cells {
            return Some((Cause::Level, Lost::Level));
        }
        let full = self.used() + cells > self.cells && !logger.drop_oldest;
        full.then_some((Cause::Full, Lost::Full))
    }

    /// A record of bytes, or of text that is cut between characters.
    pub(crate) fn push(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        bytes: &[u8],
        text: Option<&str>,
    ) -> Pushed {
        let mut most = bytes.len().min(self.largest(logger));
        while text.is_some_and(|text| !text.is_char_boundary(most)) {
            most -= 1;
        }
        match self.reserve_cut(logger, offer, bytes.len(), most) {
            Ok(id) => {
                self.append(id, &bytes[..most]);
                pushed(self.commit(id))
            }
            Err(NoGrant::Filtered) => Pushed::Filtered,
            Err(NoGrant::Lost(lost)) => Pushed::Lost(lost),
            Err(other) => panic!("the reference never answers {other:?}"),
        }
    }

    /// A line that is formatted in pieces: what the stack takes is pushed; a longer
    /// one goes on in a grant that is opened anew, twice as large, whenever it is
    /// full.
    pub(crate) fn push_fmt(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        pieces: [&str; 2],
    ) -> Pushed {
        let whole = pieces.concat();
        if whole.len() <= SCRATCH {
            return self.push(logger, offer, whole.as_bytes(), Some(&whole));
        }
        let level = offer.level;
        if level < logger.min_level {
            return Pushed::Filtered;
        }
        self.offered += 1;
        if let Some((cause, lost)) = self.early(logger, level, 1).filter(|_| logger.truncate) {
            return self.refuse(cause, lost, level).into();
        }
        let (mut kept, mut grant) = (String::new(), None);
        let mut limit = None;
        for piece in pieces {
            let room = match grant {
                None => SCRATCH,
                Some(id) => kept.len() + self.remaining(id),
            };
            let fits = kept.len() + piece.len() <= room;
            if grant.is_none() && fits {
                kept += piece;
                continue;
            }
            if !fits {
                let grown = match limit {
                    None => self.grow(logger, offer, (room, &kept), piece.len()),
                    Some(no) => Err(no),
                };
                match grown {
                    Ok((larger, why)) => {
                        if let Some(id) = grant.replace(larger) {
                            let at = self.find(id);
                            self.queue[at].what = What::Pad;
                        }
                        limit = why;
                    }
                    Err(no) if grant.is_some() && logger.truncate => limit = Some(no),
                    Err((cause, lost)) => {
                        if let Some(id) = grant {
                            let at = self.find(id);
                            self.queue[at].what = What::Pad;
                        }
                        return self.refuse(cause, lost, level).into();
                    }
                }
            }
            let id = grant.expect("it goes on in a grant");
            self.write(id, piece);
            let at = self.find(id);
            kept = String::from_utf8(self.queue[at].bytes.clone()).expect("it is text");
        }
        pushed(self.commit(grant.expect("it is longer than the stack takes")))
    }

    /// The grant in which a line goes on that has `kept` of its room and gets `more`
    /// bytes, and why it cannot grow again, if it cannot.
    fn grow(
        &mut self,
        logger: &LoggerSetup,
        offer: Offer,
        (room, kept): (usize, &str),
        more: usize,
    ) -> Result<(GrantId, Option<No>), No> {
        let most = self.largest(logger);
        if kept.len() + more > most && !logger.truncate {
            return Err((Cause::TooBig, Lost::TooBig));
        }
        let needed = (kept.len() + more).min(most);
        let ample = needed.max(2 * room).min(most);
        let (larger, limit) = match self.open(logger, offer, ample) {
            Ok(id) => (id, (ample == most).then_some((Cause::TooBig, Lost::TooBig))),
            Err(no) if needed < ample => (self.open(logger, offer, needed)?, Some(no)),
            Err(no) => return Err(no),
        };
        self.write(larger, kept);
        Ok((larger, limit))
    }
}

fn pushed(truncated: bool) -> Pushed {
    match truncated {
        true => Pushed::Truncated,
        false => Pushed::Stored,
    }
}
