//! Formatting into a record without allocation, once.

use core::fmt::{self, Write};

use super::{Grant, Logger};
use crate::error::{NoGrant, Pushed};
use crate::level::Level;
use crate::stats::Cause;

/// Bytes of the stack buffer that a formatted line begins in. A line that fits is
/// formatted before anything is reserved, so its arguments cannot hold up a
/// consumer; one that turns out longer goes on in a grant.
pub(super) const SCRATCH_BYTES: usize = if usize::BITS == 64 { 256 } else { 64 };

impl Logger<'_> {
    /// Offers one record of formatted text; the level macros call this.
    ///
    /// The arguments are formatted once. A text of up to 256 bytes (64 on 32-bit
    /// targets) is formatted on the stack and copied. A longer one goes on in a
    /// grant of twice as many bytes, and of twice as many again whenever that is
    /// full, up to the largest record; what it does not need of the last is given
    /// back as a pad, and so is each one before. Meanwhile it may take up to four
    /// times its own room.
    ///
    /// What is longer than the largest record is cut between characters, or refused
    /// as too big if the logger may not cut. If the ring has no room for a grant to
    /// grow, the line is cut to the room that it has; where the logger may not cut,
    /// it is refused.
    ///
    /// Below the minimum level nothing is formatted; nor, where the logger may cut
    /// and does not evict, is anything while not one cell is free. If an argument
    /// panics, the record counts as [`Cause::Discarded`](crate::Cause::Discarded).
    ///
    /// # Context
    /// As [`push`](Self::push), and as often as the length doubles; plus whatever
    /// the arguments' own formatting does: it runs in the caller, and must itself
    /// be fit for the context. Behind the first 256 bytes (64) it runs in an open
    /// grant, which consumers cannot pass. So an argument that waits for a lock
    /// there waits for ever if a consumer holds the lock while it waits for this
    /// record: a consumer must not do that.
    pub fn push_fmt(&self, level: Level, tag: u32, text: fmt::Arguments<'_>) -> Pushed {
        self.push_text(level, tag, text, |_| self)
    }

    /// The same, where the logger is chosen once that many bytes of it are known.
    /// Until then this one answers.
    #[inline(always)]
    pub(crate) fn push_text<'l>(
        &'l self,
        level: Level,
        tag: u32,
        text: fmt::Arguments<'_>,
        choose: impl FnOnce(usize) -> &'l Self,
    ) -> Pushed {
        // Where nothing can be too big, a full ring answers before the work.
        let let_in = if self.truncates() {
            self.precheck(level)
        } else if self.enabled(level) {
            Ok(())
        } else {
            Err(NoGrant::Filtered)
        };
        if let Err(no) = let_in {
            return no.into();
        }
        let mut line = Line {
            log: self,
            choose: Some(choose),
            level,
            tag,
            scratch: [0; SCRATCH_BYTES],
            len: 0,
            state: State::Scratch,
        };
        // A `Display` that reports an error has said what it could; what it
        // wrote until then is the record.
        let _ = line.write_fmt(text);
        line.end()
    }
}

pub(super) const fn answer(truncated: bool) -> Pushed {
    if truncated {
        Pushed::Truncated
    } else {
        Pushed::Stored
    }
}

/// A line that is being formatted.
struct Line<'l, 'r, C: FnOnce(usize) -> &'l Logger<'r>> {
    log: &'l Logger<'r>,
    /// Taken when the logger was chosen.
    choose: Option<C>,
    level: Level,
    tag: u32,
    scratch: [u8; SCRATCH_BYTES],
    /// Bytes that are kept so far.
    len: usize,
    state: State<'r>,
}

/// Where a line goes.
enum State<'r> {
    /// It fits the stack so far.
    Scratch,
    Grant(Grant<'r>),
    /// The answer is known, and the record counted.
    Ended(Pushed),
}

impl<'l, 'r, C: FnOnce(usize) -> &'l Logger<'r>> Line<'l, 'r, C> {
    /// Offers or commits the line.
    fn end(mut self) -> Pushed {
        self.choose_log();
        // It is not dropped unended from here on.
        match core::mem::replace(&mut self.state, State::Ended(Pushed::Filtered)) {
            State::Scratch => {
                let line = self.scratch.get(..self.len).unwrap_or_default();
                self.log.push_line(self.level, self.tag, line)
            }
            State::Grant(grant) => answer(grant.commit()),
            State::Ended(pushed) => pushed,
        }
    }

    fn choose_log(&mut self) {
        if let Some(choose) = self.choose.take() {
            self.log = choose(self.len);
        }
    }

    /// Goes on in a grant that has room for `more` bytes behind what is kept, or
    /// for some of them.
    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = self.len.saturating_add(more);
        self.choose_log();
        let most = self.log.record_bytes_max();
        let has_most = matches!(&self.state, State::Grant(grant)
            if self.len.saturating_add(grant.remaining()) >= most);
        if has_most && self.log.truncates() {
            return;
        }
        if needed > most && !self.log.truncates() {
            return self.refuse(Cause::TooBig);
        }
        let needed = needed.min(most);
        let ample = needed.max(2 * self.len.max(SCRATCH_BYTES)).min(most);
        let mut reopened = self.log.reopen(self.level, self.tag, ample);
        let mut bytes = ample;
        if reopened.is_err() && needed < ample {
            reopened = self.log.reopen(self.level, self.tag, needed);
            bytes = needed;
        }
        match (reopened, &mut self.state) {
            (Ok(larger), State::Grant(grant)) => grant.grow(larger, bytes),
            (Ok(writer), _) => {
                let mut grant = Grant::new(writer, bytes, false, self.log.notify());
                let kept = self.scratch.get(..self.len).unwrap_or_default();
                self.len = grant.append_text(kept);
                self.state = State::Grant(grant);
            }
            // It is cut where it is.
            (Err(_), State::Grant(_)) if self.log.truncates() => {}
            (Err(cause), _) => self.refuse(cause),
        }
    }

    /// Counts the record as refused; nothing more is kept.
    fn refuse(&mut self, cause: Cause) {
        let no = self.log.refuse(cause, self.level);
        if let State::Grant(grant) = core::mem::replace(&mut self.state, State::Ended(no.into())) {
            grant.abandon();
        }
    }
}

impl<'l, 'r, C: FnOnce(usize) -> &'l Logger<'r>> Write for Line<'l, 'r, C> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let State::Scratch = self.state {
            let room = self.scratch.get_mut(self.len..);
            if let Some(room) = room.and_then(|room| room.get_mut(..text.len())) {
                room.copy_from_slice(text.as_bytes());
                self.len += text.len();
                return Ok(());
            }
        }
        let room = match &self.state {
            State::Scratch => 0,
            State::Grant(grant) => grant.remaining(),
            State::Ended(_) => return Ok(()),
        };
        // A grant that was cut takes no more.
        let is_cut = matches!(&self.state, State::Grant(grant) if grant.truncated());
        if text.len() > room && !is_cut {
            self.grow(text.len());
        }
        if let State::Grant(grant) = &mut self.state {
            self.len += grant.append_text(text.as_bytes());
        }
        Ok(())
    }
}

/// A line that is dropped before its end: an argument has panicked. Its grant, if it
/// has one, counts for itself.
impl<'l, 'r, C: FnOnce(usize) -> &'l Logger<'r>> Drop for Line<'l, 'r, C> {
    fn drop(&mut self) {
        if let State::Scratch = self.state {
            self.log.refuse(Cause::Discarded, self.level);
        }
    }
}
