//! Draining byte by byte, for a sink that takes a few bytes at a time and says
//! when it takes no more.

use core::fmt;

use super::{Popped, Record};
use crate::ring::Ring;

/// Bytes of a heading; what is longer is cut.
const HEADING_BYTES: usize = 64;

/// Writes what precedes a record: its level, say, and how many were lost before
/// it. Without a record it writes of trailing losses, which nothing follows.
///
/// Its arguments are where to write, how many records were lost, and the
/// record. Its answer does not matter. What it writes beyond 64 bytes is cut.
///
/// # Context
/// It runs in the consumer's context, and must be fit for it.
pub type Heading = fn(&mut dyn fmt::Write, u64, Option<&Record<'_>>) -> fmt::Result;

/// A ring's records as one stream of bytes, which its reader takes in pieces of
/// any size and whenever it likes: an idle loop that fills the queue of a serial
/// port, or the interrupt that finds it empty.
///
/// Each record is a heading, its bytes, and a terminator. A record of more than `N`
/// bytes is cut to them, as by [`Ring::pop`]: the heading can say so.
/// [`Ring::record_bytes_max`] bytes are enough for each, and
/// [`Config::with_record_bytes_max`](crate::Config::with_record_bytes_max) makes
/// that less.
///
/// The record's bytes are sent as they are, unless the drain was made by
/// [`lines`](Self::lines): records that are lines of text need that, or a newline in a
/// message forges a line.
///
/// It holds one record at a time, which counts as delivered; its reader can be
/// stopped at any byte and goes on there. It may read several rings in turn: a
/// record is read to its end before a ring is asked for the next.
///
/// ```
/// use logring::{ByteChunk, ByteDrain, Config, Level};
///
/// logring::define!(static LOG: [u8; 4096] = Config::drop_newest().with_truncate(false));
///
/// let mut bytes = ByteDrain::<64>::lines(|text, lost, record| {
///     if lost > 0 {
///         writeln!(text, "({lost} lost)")?;
///     }
///     match record {
///         Some(record) if record.truncated => write!(text, "{} (cut) ", record.level),
///         Some(record) => write!(text, "{} ", record.level),
///         None => Ok(()),
///     }
/// });
///
/// LOG.push(Level::WARN, b"disk 91% full");
/// LOG.push(Level::INFO, &[b'x'; 65]);
/// LOG.push(Level::ERROR, &[b'x'; 2000]); // more than the ring takes
///
/// // For a queue of a serial port, until that is full.
/// let mut sent = Vec::new();
/// while let ByteChunk::Bytes(&[byte, ..]) = bytes.chunk(LOG.ring()) {
///     sent.push(byte);
///     bytes.consume(1);
/// }
/// let x = "x".repeat(64);
/// assert_eq!(sent, format!("WARN disk 91% full\nINFO (cut) {x}\n(1 lost)\n").as_bytes());
/// ```
///
/// # Context
/// A plain value, for any context, owned by one at a time.
#[derive(Debug)]
pub struct ByteDrain<const N: usize> {
    write_heading: Heading,
    terminator: &'static [u8],
    /// Whether control characters of a record are taken out.
    is_text: bool,
    heading: [u8; HEADING_BYTES],
    heading_bytes: usize,
    record: [u8; N],
    /// Bytes of the record that is being read. None after trailing losses,
    /// which are a heading alone, without a terminator.
    record_bytes: Option<usize>,
    /// Bytes that were consumed of heading, record and terminator.
    consumed: usize,
}

/// What a [`ByteDrain`] has for its reader.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteChunk<'b> {
    /// At least one byte. There may be more behind them.
    Bytes(&'b [u8]),
    /// No byte now, yet the ring is not empty; see [`Popped::Pending`]. Also
    /// after a record, or a heading of trailing losses, that is no byte at all:
    /// then there may be more at once.
    Pending,
    /// Nothing is in the ring, and nothing untold. True until somebody pushes.
    Empty,
}

impl<const N: usize> ByteDrain<N> {
    /// Nothing read yet; each record is one line of text, whatever is in its message.
    ///
    /// Each byte of a control character is sent as `?`, and so is each of the separators
    /// U+2028 and U+2029. Bytes that are no UTF-8 stay. A newline follows each record.
    /// What the heading's function writes is sent as it is.
    ///
    /// # Context
    /// Any context; meant for a `static` or a task's own variable.
    #[must_use]
    pub const fn lines(write_heading: Heading) -> Self {
        let mut lines = Self::new(b"\n", write_heading);
        lines.is_text = true;
        lines
    }

    /// Nothing read yet; `terminator` follows each record, whose bytes are sent as they
    /// are.
    ///
    /// # Context
    /// Any context; meant for a `static` or a task's own variable.
    #[must_use]
    pub const fn new(terminator: &'static [u8], write_heading: Heading) -> Self {
        Self {
            write_heading,
            terminator,
            is_text: false,
            heading: [0; HEADING_BYTES],
            heading_bytes: 0,
            record: [0; N],
            record_bytes: None,
            consumed: 0,
        }
    }

    /// The next bytes that were not [consumed](Self::consume): of the record
    /// that is being read, else of the oldest in `ring`. To ask again gives the
    /// same bytes again.
    ///
    /// # Context
    /// As [`Ring::pop`], with what the heading's function does; at most one
    /// pop. It does not panic if that function does not.
    pub fn chunk(&mut self, ring: &Ring) -> ByteChunk<'_> {
        if self.rest().is_empty() {
            if let Some(end) = self.take(ring) {
                return end;
            }
        }
        match self.rest() {
            [] => ByteChunk::Pending,
            rest => ByteChunk::Bytes(rest),
        }
    }

    /// Goes on behind so many bytes of the [chunk](Self::chunk), at most all.
    ///
    /// # Context
    /// Any context; a constant number of steps.
    pub fn consume(&mut self, bytes: usize) {
        self.consumed += bytes.min(self.rest().len());
    }

    /// What is left of the part that is being read.
    fn rest(&self) -> &[u8] {
        let heading = self.heading.get(..self.heading_bytes);
        let (record, terminator) = match self.record_bytes {
            Some(bytes) => (self.record.get(..bytes), self.terminator),
            None => (None, &[][..]),
        };
        let mut skip = self.consumed;
        for part in [
            heading.unwrap_or_default(),
            record.unwrap_or_default(),
            terminator,
        ] {
            match part.get(skip..) {
                Some(rest) if !rest.is_empty() => return rest,
                _ => skip -= part.len(),
            }
        }
        &[]
    }

    /// Takes the next record, or the losses behind the last; else says why not.
    fn take(&mut self, ring: &Ring) -> Option<ByteChunk<'static>> {
        (self.heading_bytes, self.record_bytes, self.consumed) = (0, None, 0);
        let mut heading = Cut {
            buf: &mut self.heading,
            used: 0,
        };
        match ring.pop(&mut self.record) {
            Popped::Record(record) => {
                let _ = (self.write_heading)(&mut heading, record.lost_before, Some(&record));
                let bytes = record.bytes.len();
                self.record_bytes = Some(bytes);
                if self.is_text {
                    to_line(self.record.get_mut(..bytes).unwrap_or_default());
                }
            }
            // A pop cuts what is too long.
            Popped::Pending | Popped::NoSpace { .. } => return Some(ByteChunk::Pending),
            Popped::Empty => match ring.take_trailing_loss() {
                0 => return Some(ByteChunk::Empty),
                lost => {
                    let _ = (self.write_heading)(&mut heading, lost, None);
                }
            },
        }
        self.heading_bytes = heading.used;
        None
    }
}

/// Puts `?` in place of each byte of a control character or a separator of lines. An
/// escape sequence as of [`Escaped`](super::Escaped) would need more room than the
/// record.
fn to_line(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..) {
        let (taken, is_shown) = match rest {
            [] => return,
            [0..=0x1f | 0x7f, ..] => (1, false),
            // U+0080 to U+009F; U+2028 and U+2029.
            [0xc2, 0x80..=0x9f, ..] => (2, false),
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => (3, false),
            _ => (1, true),
        };
        if !is_shown {
            rest.iter_mut().take(taken).for_each(|byte| *byte = b'?');
        }
        at += taken;
    }
}

/// Text up to the end of a buffer; the rest is left out.
struct Cut<'b> {
    buf: &'b mut [u8],
    used: usize,
}

impl fmt::Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let free = self.buf.get_mut(self.used..).unwrap_or_default();
        let bytes = text.len().min(free.len());
        for (to, from) in free.iter_mut().zip(text.as_bytes()) {
            *to = *from;
        }
        self.used += bytes;
        Ok(())
    }
}
