//! The producers' side: what an offer is answered, and what has to go for it.

use logring::{Cause, Lost, NoGrant, Pushed};

use super::super::setup::LoggerSetup;
use super::{
    CELL_BYTES, Entry, GrantId, INFO_WORDS, LOSS_WORDS, Offer, Reference, TAG_WORDS,
    TIMESTAMP_WORDS, What, cells_for, largest_record, severity,
};

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
            carries: self.carrying,
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
}
