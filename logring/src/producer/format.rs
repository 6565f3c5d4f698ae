//! Formatting into a record without allocation, once.

use core::fmt::{self, Write};

use super::{Grant, Logger};
use crate::error::Pushed;
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
    /// as too big if the logger may not cut. If the ring has no room for a grant
    /// twice as large, it gets one as large as it needs at that moment, and does not
    /// grow again. What then exceeds it is cut; where the logger may not cut, the
    /// line is refused.
    ///
    /// Below the minimum level nothing is formatted; nor, where the logger may cut
    /// and does not evict, is anything while not one cell is free. If an argument
    /// panics, the record counts as [`Cause::Discarded`](crate::Cause::Discarded).
    ///
    /// # Context
    /// As [`push`](Self::push), with [`format_steps_max`](Self::format_steps_max) as
    /// the bound; plus whatever the arguments' own formatting does: it runs in the
    /// caller, and must itself be fit for the context. Behind the first 256 bytes (64) it runs in an open
    /// grant, which consumers cannot pass. So an argument that waits for a lock
    /// there waits for ever if a consumer holds the lock while it waits for this
    /// record: a consumer must not do that.
    pub fn push_fmt(&self, level: Level, tag: u32, text: fmt::Arguments<'_>) -> Pushed {
        self.push_fmt_to(level, tag, text, |_| self)
    }

    /// The same, where the logger is chosen once that many bytes of it are known.
    /// Until then this one answers.
    #[inline(always)]
    pub(crate) fn push_fmt_to<'l>(
        &'l self,
        level: Level,
        tag: u32,
        text: fmt::Arguments<'_>,
        choose: impl FnOnce(usize) -> &'l Self,
    ) -> Pushed {
        if !self.enabled(level) {
            return Pushed::Filtered;
        }
        // Where nothing can be too big, a full ring answers before the work.
        if self.truncates() {
            if let Err(no) = self.admit(level, 0) {
                return no.into();
            }
        }
        let mut line = Line {
            log: self,
            choose: Some(choose),
            level,
            tag,
            scratch: [0; SCRATCH_BYTES],
            len: 0,
            limit: None,
            state: State::Scratch,
        };
        let unended = Unended(&mut line);
        // A `Display` that reports an error has said what it could; what it
        // wrote until then is the record.
        let _ = unended.0.write_fmt(text);
        core::mem::forget(unended);
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
    /// Why it cannot go on in a larger grant, if it cannot.
    limit: Option<Cause>,
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
    #[inline(always)]
    fn end(&mut self) -> Pushed {
        self.choose_log();
        if let State::Scratch = self.state {
            let line = self.scratch.get(..self.len).unwrap_or_default();
            return self.log.push_text(self.level, self.tag, line);
        }
        self.end_grown()
    }

    #[inline(never)]
    fn end_grown(&mut self) -> Pushed {
        match core::mem::replace(&mut self.state, State::Scratch) {
            State::Grant(grant) => answer(grant.commit()),
            State::Ended(pushed) => pushed,
            // It was asked before.
            State::Scratch => Pushed::Filtered,
        }
    }

    #[inline(always)]
    fn choose_log(&mut self) {
        if let Some(choose) = self.choose.take() {
            self.log = choose(self.len);
        }
    }

    /// Bytes that the line may have where it is.
    fn room(&self) -> usize {
        match &self.state {
            State::Scratch => SCRATCH_BYTES,
            State::Grant(grant) => self.len.saturating_add(grant.remaining()),
            State::Ended(_) => usize::MAX,
        }
    }

    /// Goes on in a grant that has twice the room, or room for `more` bytes behind
    /// what is kept; or, once, in one that has just room for those. It may be none
    /// of these: then the line is cut.
    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = self.len.saturating_add(more);
        self.choose_log();
        let most = self.log.record_bytes_max();
        if needed > most && !self.log.truncates() {
            return self.refuse(Cause::TooBig);
        }
        let needed = needed.min(most);
        let mut bytes = needed.max(2 * self.room()).min(most);
        let mut reopened = self.log.reopen(self.level, self.tag, bytes);
        self.limit = (bytes == most).then_some(Cause::TooBig);
        if let Err(cause) = reopened {
            self.limit = Some(cause);
            if needed < bytes {
                bytes = needed;
                reopened = self.log.reopen(self.level, self.tag, bytes);
            }
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

    /// Appends what does not fit the stack, or follows that.
    #[inline(never)]
    fn write_on(&mut self, text: &str) {
        if text.len() > self.room() - self.len {
            match self.limit {
                None => self.grow(text.len()),
                Some(cause) if !self.log.truncates() => self.refuse(cause),
                Some(_) => {}
            }
        }
        // A look at the grant for each byte that is kept, at most, and for the first
        // that is not.
        if let State::Grant(grant) = &mut self.state {
            let full = grant.remaining() == 0 && grant.truncated();
            if !(full || text.is_empty()) {
                self.len += grant.append_text(text.as_bytes());
            }
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
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let State::Scratch = self.state {
            let room = self.scratch.get_mut(self.len..);
            if let Some(room) = room.and_then(|room| room.get_mut(..text.len())) {
                room.copy_from_slice(text.as_bytes());
                self.len += text.len();
                return Ok(());
            }
        }
        self.write_on(text);
        Ok(())
    }
}

/// A line whose arguments are running. If it is dropped, one of them has panicked. Its
/// grant, if it has one, counts for itself.
struct Unended<'u, 'l, 'r, C: FnOnce(usize) -> &'l Logger<'r>>(&'u mut Line<'l, 'r, C>);

impl<'l, 'r, C: FnOnce(usize) -> &'l Logger<'r>> Drop for Unended<'_, 'l, 'r, C> {
    fn drop(&mut self) {
        if let State::Scratch = self.0.state {
            self.0.log.refuse(Cause::Discarded, self.0.level);
        }
    }
}
