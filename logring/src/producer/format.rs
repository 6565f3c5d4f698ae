//! Formatting into a record without allocation.

use core::fmt::{self, Write};

use super::Logger;
use crate::error::Pushed;
use crate::level::Level;

/// Bytes of the stack buffer for a formatted line. A line that fits is
/// formatted once, before anything is reserved, so its arguments cannot hold
/// up a consumer; a longer one is formatted again into its grant.
const SCRATCH_BYTES: usize = if usize::BITS == 64 { 256 } else { 64 };

impl Logger<'_> {
    /// Offers one record of formatted text; the level macros call this.
    ///
    /// A text of up to 256 bytes (64 on 32-bit targets) is formatted on the
    /// stack and copied. A longer one is formatted twice, first to learn its
    /// length and then into the ring; what the second pass adds is cut, and
    /// its cells stay reserved while it runs. Text is cut between characters, or
    /// refused as too big if the logger may not cut. Below the minimum level
    /// nothing is formatted; nor, where the logger may cut and does not evict,
    /// is anything while not one cell is free.
    ///
    /// # Context
    /// As [`push`](Self::push), plus whatever the arguments' own formatting
    /// does: it runs in the caller, and must itself be fit for the context.
    pub fn push_fmt(&self, level: Level, tag: u32, text: fmt::Arguments<'_>) -> Pushed {
        self.push_text(level, tag, text, |_| self)
    }

    /// The same, where the logger is chosen once the length is known. Until
    /// then this one answers.
    #[inline(always)]
    pub(crate) fn push_text<'l>(
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
        let mut scratch = Scratch {
            bytes: [0; SCRATCH_BYTES],
            len: 0,
        };
        // A `Display` that reports an error has said what it could; what it
        // wrote until then is the record.
        let _ = scratch.write_fmt(text);
        let log = choose(scratch.len);
        match scratch.bytes.get(..scratch.len) {
            Some(line) => log.push_line(level, tag, line),
            None => log.format_again(level, tag, text, scratch.len),
        }
    }

    fn push_line(&self, level: Level, tag: u32, line: &[u8]) -> Pushed {
        if line.len() <= self.record_bytes_max() {
            return match tag {
                0 => self.push(level, line),
                _ => self.push_parts(level, tag, &[line]),
            };
        }
        match self.reserve(level, tag, line.len()) {
            Ok(mut grant) => {
                grant.append(&line[..floor_char(line, grant.remaining())]);
                answer(grant.commit())
            }
            Err(no) => no.into(),
        }
    }

    #[cold]
    fn format_again(
        &self,
        level: Level,
        tag: u32,
        text: fmt::Arguments<'_>,
        bytes: usize,
    ) -> Pushed {
        match self.reserve(level, tag, bytes) {
            Ok(mut grant) => {
                let _ = grant.write_fmt(text);
                answer(grant.commit())
            }
            Err(no) => no.into(),
        }
    }
}

pub(super) const fn answer(truncated: bool) -> Pushed {
    if truncated {
        Pushed::Truncated
    } else {
        Pushed::Stored
    }
}

/// The most bytes, up to `most`, that end between characters of UTF-8 text.
pub(super) fn floor_char(text: &[u8], most: usize) -> usize {
    if text.len() <= most {
        return text.len();
    }
    // At most three bytes of a character can follow its first.
    (0..=most)
        .rev()
        .take(4)
        .find(|&end| text.get(end).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(most)
}

/// Keeps the beginning of a text and counts all of it.
struct Scratch {
    bytes: [u8; SCRATCH_BYTES],
    len: usize,
}

impl Write for Scratch {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let Some(room) = self.bytes.get_mut(self.len..) {
            let kept = room.len().min(text.len());
            if let (Some(room), Some(text)) = (room.get_mut(..kept), text.as_bytes().get(..kept)) {
                room.copy_from_slice(text);
            }
        }
        self.len = self.len.saturating_add(text.len());
        Ok(())
    }
}
