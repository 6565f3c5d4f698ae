//! Pushing bytes that exist already.

use super::Logger;
use super::admit::Admitted;
use super::format::answer;
use crate::error::{Lost, NoGrant, Pushed};
use crate::layout::geometry::{self, LEAN};
use crate::layout::header;
use crate::level::Level;
use crate::policy::Policy;
use crate::ring::{Reserved, Ring, Writer};
use crate::stats::Cause;
use crate::text::floor_char;

impl<'r> Logger<'r> {
    /// Offers one record of `bytes`.
    ///
    /// The answer may be ignored: a loss is counted inside and told to the
    /// consumer with a later record.
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler. Up to
    /// four attempts at once (one on 32-bit targets) and the logger's retry
    /// limit more, each walking at most half of the ring's cells, and one step
    /// a word of the record;
    /// [`steps_max`](Self::steps_max) is the number. It never waits.
    #[inline]
    pub fn push(&self, level: Level, bytes: &[u8]) -> Pushed {
        if self.is_plain(level) {
            let long = bytes.len() > self.plain_bytes_max();
            // Where code is dear, the offer's own writer does for several cells.
            if long && !LEAN {
                return self.push_long(level, bytes);
            }
            if !long && self.ring().store_in_cell(level, bytes) {
                return Pushed::Stored;
            }
        }
        self.offer(level, bytes)
    }

    /// A plain push of one cell, if that is what it is and it goes at once;
    /// otherwise nothing has happened.
    #[cfg(feature = "shards")]
    #[inline(always)]
    pub(crate) fn push_plain(&self, level: Level, bytes: &[u8]) -> bool {
        self.is_plain(level)
            && bytes.len() <= self.plain_bytes_max()
            && self.ring().store_in_cell(level, bytes)
    }

    /// A plain push of several cells. On its own, so that one of a single cell
    /// has few registers to save.
    #[inline(never)]
    fn push_long(&self, level: Level, bytes: &[u8]) -> Pushed {
        let fits = bytes.len() <= self.record_bytes_max();
        if fits && self.ring().store_in_cells(level, bytes) {
            return Pushed::Stored;
        }
        self.offer(level, bytes)
    }

    /// Whatever [`push`](Self::push) is when it is not plain, or does not go
    /// at once. What a full ring refuses ends here.
    #[inline(never)]
    fn offer(&self, level: Level, bytes: &[u8]) -> Pushed {
        if !self.is_simple(level, bytes.len()) {
            return self.offer_otherwise(level, bytes);
        }
        match self.admit_simple(level, bytes.len()) {
            Ok(admitted) => self.offer_admitted(level, bytes, admitted),
            Err(no) => no.into(),
        }
    }

    #[inline(never)]
    fn offer_otherwise(&self, level: Level, bytes: &[u8]) -> Pushed {
        match self.admit_otherwise(level, bytes.len()) {
            Ok(admitted) => {
                if cfg!(logring_bug = "early_notify") {
                    notify(self.notify());
                    return self.offer_admitted(level, bytes, admitted);
                }
                let pushed = self.offer_admitted(level, bytes, admitted);
                if pushed.is_stored() {
                    notify(self.notify());
                }
                pushed
            }
            Err(no) => no.into(),
        }
    }

    #[inline(never)]
    fn offer_admitted(&self, level: Level, bytes: &[u8], admitted: Admitted) -> Pushed {
        // Where code is to be small, one copy of it does for both.
        if LEAN {
            return self.offer_tagged(level, 0, bytes, admitted);
        }
        self.offer_whole(level, 0, bytes, admitted)
    }

    #[inline(never)]
    fn offer_tagged(&self, level: Level, tag: u32, bytes: &[u8], admitted: Admitted) -> Pushed {
        self.offer_whole(level, tag, bytes, admitted)
    }

    /// Reserves and writes a record whose bytes are all at hand, perhaps cut.
    #[inline(always)]
    fn offer_whole(&self, level: Level, tag: u32, bytes: &[u8], admitted: Admitted) -> Pushed {
        let reserved = match self.reserve_admitted(level, tag, admitted) {
            Ok(reserved) => reserved,
            Err(no) => return no.into(),
        };
        let cut = bytes.get(..admitted.bytes).unwrap_or(bytes);
        let truncated = cut.len() < bytes.len();
        self.ring().write_whole(&reserved, cut, truncated);
        answer(truncated)
    }

    /// Offers one record of text. It is [`push`](Self::push), but a text that is
    /// longer than the largest record is cut between characters.
    ///
    /// # Context
    /// As [`push`](Self::push).
    #[inline]
    pub fn push_str(&self, level: Level, text: &str) -> Pushed {
        if text.len() <= self.record_bytes_max() {
            self.push(level, text.as_bytes())
        } else {
            self.push_long_text(level, 0, text.as_bytes())
        }
    }

    /// Offers one record of `bytes` with the caller's own `tag` (a format or module
    /// number, say); 0 is no tag.
    ///
    /// # Context
    /// As [`push`](Self::push).
    pub fn push_tagged(&self, level: Level, tag: u32, bytes: &[u8]) -> Pushed {
        let admitted = match self.admit(level, bytes.len()) {
            Ok(admitted) => admitted,
            Err(no) => return no.into(),
        };
        self.offer_and_tell(level, tag, bytes, admitted)
    }

    /// Offers one record of text with a tag, as [`push_str`](Self::push_str) does; 0
    /// is no tag. It is for bytes that are UTF-8 as far as the caller knows: others
    /// may be cut up to three bytes shorter than they need be.
    ///
    /// # Context
    /// As [`push`](Self::push).
    pub fn push_text(&self, level: Level, tag: u32, text: &[u8]) -> Pushed {
        if text.len() > self.record_bytes_max() {
            self.push_long_text(level, tag, text)
        } else if tag == 0 {
            self.push(level, text)
        } else {
            self.push_tagged(level, tag, text)
        }
    }

    /// Offers a text that is longer than the largest record.
    #[cold]
    fn push_long_text(&self, level: Level, tag: u32, text: &[u8]) -> Pushed {
        match self.admit(level, text.len()) {
            Ok(mut admitted) => {
                admitted.bytes = floor_char(text, admitted.bytes);
                self.offer_and_tell(level, tag, text, admitted)
            }
            Err(no) => no.into(),
        }
    }

    #[inline(never)]
    fn offer_and_tell(&self, level: Level, tag: u32, bytes: &[u8], admitted: Admitted) -> Pushed {
        let pushed = self.offer_tagged(level, tag, bytes, admitted);
        if pushed.is_stored() {
            notify(self.notify());
        }
        pushed
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
                let pushed = commit(writer, most < bytes);
                notify(self.notify());
                pushed
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
        Ok(super::Grant::new(
            writer,
            most,
            most < bytes_max,
            self.notify(),
        ))
    }
}

fn commit(writer: Writer<'_>, truncated: bool) -> Pushed {
    writer.commit(truncated);
    answer(truncated)
}

/// Tells whoever wants to know that a record or a pad was published, which
/// comes before (W.e).
#[inline(always)]
pub(super) fn notify(hook: Option<fn()>) {
    if let Some(hook) = hook {
        hook();
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
    /// As [`Logger::push`]; up to four attempts (one on 32-bit targets), and one
    /// step a word.
    #[inline]
    #[must_use = "if the answer is `None`, the record is still to be offered"]
    pub fn push_at_once(&self, policy: Policy, level: Level, bytes: &[u8]) -> Option<Pushed> {
        if bytes.len() > SMALL_BYTES {
            return self.push_long_at_once(policy, level, bytes);
        }
        if !self.has_untold() && self.store_in_cell(level, bytes) {
            return Some(Pushed::Stored);
        }
        self.refuse_at_once(policy, level, bytes.len())
    }

    /// The same for records that may take several cells, on its own for the
    /// reason that `Logger::push_long` is.
    #[inline(never)]
    fn push_long_at_once(&self, policy: Policy, level: Level, bytes: &[u8]) -> Option<Pushed> {
        if bytes.len() > self.record_bytes_max() {
            return None;
        }
        if !self.has_untold() && self.store_in_cells(level, bytes) {
            return Some(Pushed::Stored);
        }
        self.refuse_at_once(policy, level, bytes.len())
    }

    /// Stores a record of one cell that is nothing but its bytes, if there is
    /// room and a few attempts suffice; `bytes` fit a cell.
    #[inline(always)]
    fn store_in_cell(&self, level: Level, bytes: &[u8]) -> bool {
        match self.claim_at_once(1) {
            Some(head) => {
                self.write_cell(head, level, bytes);
                true
            }
            None => false,
        }
    }

    /// The same in as many cells as `bytes` take, which are no more than the
    /// largest record.
    #[inline(always)]
    fn store_in_cells(&self, level: Level, bytes: &[u8]) -> bool {
        let cells = geometry::cells_for(header::INFO_WORDS, bytes.len());
        match self.claim_at_once(cells) {
            Some(head) => {
                self.write_whole(&Reserved::plain(head, cells, level), bytes, false);
                true
            }
            None => false,
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
