//! Pushing bytes that exist already.

use super::Logger;
use crate::error::{Lost, NoGrant, Pushed};
use crate::layout::geometry::{self, CELL_RECORD_BYTES};
use crate::layout::header;
use crate::level::Level;
use crate::policy::Policy;
use crate::ring::{Ring, Writer};
use crate::stats::Cause;

impl<'r> Logger<'r> {
    /// Offers one record of `bytes`.
    ///
    /// The answer may be ignored: a loss is counted inside and told to the
    /// consumer with a later record.
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler. At
    /// most the logger's retry limit of attempts, each walking at most half of
    /// the ring's cells, and one step a word of the record;
    /// [`steps_max`](Self::steps_max) is the number. It never waits.
    pub fn push(&self, level: Level, bytes: &[u8]) -> Pushed {
        if self.ring().has_untold() {
            // Records were refused a while ago; this one, too, if there
            // still is no room.
            if self.has_room_at_once(level) {
                self.push_carrying(level, bytes)
            } else {
                self.push_slowly(level, bytes, self.tries())
            }
        } else if bytes.len() <= CELL_RECORD_BYTES {
            self.push_whole(level, bytes, false)
        } else {
            self.push_long(level, bytes)
        }
    }

    /// The same for records of several cells. On its own, so that a push of
    /// one cell has few registers to save.
    #[inline(never)]
    fn push_long(&self, level: Level, bytes: &[u8]) -> Pushed {
        self.push_whole(level, bytes, false)
    }

    /// The same for records that tell of losses.
    #[inline(never)]
    fn push_carrying(&self, level: Level, bytes: &[u8]) -> Pushed {
        self.push_whole(level, bytes, true)
    }

    #[inline(always)]
    fn push_whole(&self, level: Level, bytes: &[u8], carry: bool) -> Pushed {
        match self.push_at_once(level, bytes, carry) {
            Ok(()) => Pushed::Stored,
            Err(spent) => self.push_slowly(level, bytes, self.tries() - spent),
        }
    }

    /// Offers one record gathered from `parts`, with the caller's own `tag`
    /// (a format or module number, say); 0 is no tag.
    ///
    /// # Context
    /// As [`push`](Self::push), and one step a part.
    pub fn push_parts(&self, level: Level, tag: u32, parts: &[&[u8]]) -> Pushed {
        let bytes = parts
            .iter()
            .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        match self.open(level, tag, bytes) {
            Ok((mut writer, most)) => {
                for part in parts {
                    let left = most - writer.bytes();
                    writer.append(part.get(..left).unwrap_or(part));
                }
                commit(writer, most < bytes)
            }
            Err(no) => no.into(),
        }
    }

    /// Whatever [`push`](Self::push) is when it is not simple, away from it.
    #[inline(never)]
    fn push_slowly(&self, level: Level, bytes: &[u8], tries: u32) -> Pushed {
        match self.admit(level, bytes.len()) {
            Ok(most) => self.push_admitted(level, bytes, most, tries),
            Err(no) => no.into(),
        }
    }

    #[inline(never)]
    fn push_admitted(&self, level: Level, bytes: &[u8], most: usize, tries: u32) -> Pushed {
        let truncated = most < bytes.len();
        match self.reserve_admitted(level, 0, most, tries) {
            Ok(reserved) if reserved.is_plain() && !truncated => {
                let ring = self.ring();
                ring.write_plain(reserved.first, reserved.cells, level, bytes, None);
                Pushed::Stored
            }
            Ok(reserved) => {
                let mut writer = Writer::begin(self.ring(), &reserved);
                writer.append(bytes.get(..most).unwrap_or(bytes));
                commit(writer, truncated)
            }
            Err(no) => no.into(),
        }
    }

    /// Reserves room for a record of at most `bytes_max` bytes, to be filled
    /// in place. A tag of 0 is no tag.
    ///
    /// Until the grant is committed or dropped, consumers cannot pass it:
    /// they see the later records only afterwards, and in a full
    /// `DropOldest` ring new records are refused as `Busy` once the grant is
    /// the oldest. Fill it and let go.
    ///
    /// # Errors
    /// [`NoGrant::Filtered`] below the minimum level, [`NoGrant::Lost`] if
    /// the record was refused, which is counted. A `bytes_max` beyond the
    /// largest record gives a grant of exactly that, flagged as truncated, or
    /// [`Lost::TooBig`](crate::Lost::TooBig) if the logger may not cut.
    ///
    /// # Context
    /// As [`push`](Self::push).
    pub fn reserve(
        &self,
        level: Level,
        tag: u32,
        bytes_max: usize,
    ) -> Result<super::Grant<'r>, NoGrant> {
        let (writer, most) = self.open(level, tag, bytes_max)?;
        Ok(super::Grant::new(writer, most, most < bytes_max))
    }
}

fn commit(writer: Writer<'_>, truncated: bool) -> Pushed {
    writer.commit(truncated);
    if truncated {
        Pushed::Truncated
    } else {
        Pushed::Stored
    }
}

/// The most bytes that a record of one cell takes with every extra: fit for
/// the smallest ring.
const SMALL_BYTES: usize = geometry::payload_bytes_max(geometry::CELLS_MIN);

impl Ring {
    /// What a logger with this policy and nothing else configured would answer
    /// to a push, if that is simple: the record is stored because there is
    /// room, nobody is in the way and no loss is to be told, or refused
    /// because there is no room. `None`: nothing has happened, also not an
    /// offer; a [`Logger`] then offers the record.
    ///
    /// It is a short cut for those who cannot keep a logger.
    ///
    /// # Context
    /// As [`Logger::push`]; one attempt, and one step a word.
    #[inline]
    #[must_use = "if the answer is `None`, the record is still to be offered"]
    pub fn push_at_once(&self, policy: Policy, level: Level, bytes: &[u8]) -> Option<Pushed> {
        if bytes.len() > CELL_RECORD_BYTES {
            return self.push_long_at_once(policy, level, bytes);
        }
        self.push_whole_at_once(policy, level, bytes)
    }

    /// The same for records of several cells, on its own for the reason that
    /// `Logger::push_long` is.
    #[inline(never)]
    fn push_long_at_once(&self, policy: Policy, level: Level, bytes: &[u8]) -> Option<Pushed> {
        self.push_whole_at_once(policy, level, bytes)
    }

    #[inline(always)]
    fn push_whole_at_once(&self, policy: Policy, level: Level, bytes: &[u8]) -> Option<Pushed> {
        if bytes.len() > SMALL_BYTES && bytes.len() > self.record_bytes_max() {
            return None;
        }
        if !self.has_untold() && self.store_at_once(level, bytes) {
            return Some(Pushed::Stored);
        }
        self.refuse_at_once(policy, level, bytes.len())
    }

    #[inline(always)]
    fn store_at_once(&self, level: Level, bytes: &[u8]) -> bool {
        let cells = geometry::cells_for(header::INFO_WORDS, bytes.len());
        match self.room_at_once(cells, self.cell_count()) {
            Some(head) if self.claim_head(head, cells).is_ok() => {
                self.write_plain(head, cells, level, bytes, None);
                true
            }
            _ => false,
        }
    }

    #[inline(never)]
    fn refuse_at_once(&self, policy: Policy, level: Level, bytes: usize) -> Option<Pushed> {
        let full = policy == Policy::DropNewest
            && self.lacks_room(geometry::cells_min(bytes), self.cell_count());
        full.then(|| {
            self.count_refusal(Cause::Full, level);
            Pushed::Lost(Lost::Full)
        })
    }
}
