//! Grants: reserved room that the caller fills in place.

use core::fmt;

use super::push::notify;
use crate::ring::{Ring, WRITER_WORDS, Writer};
use crate::text::floor_char;

/// The exclusive right to fill one reserved record.
///
/// [`commit`](Self::commit) publishes what was written, also if it is less
/// than was reserved. Dropping a grant discards the record, which is counted
/// as lost; forgetting one (`mem::forget`) leaves its cells unreadable, as a
/// writer that died would, until the ring is [recovered](Ring::recover). A grant
/// that was open when the ring was recovered is one no more: the recovery has
/// counted its record, and what it still does has no effect.
///
/// ```
/// use core::fmt::Write;
/// use logring::{Config, Level, LogRing, Logger};
///
/// static RING: LogRing<64> = LogRing::new();
/// static LOG: Logger = Logger::new(&RING, Config::drop_newest());
///
/// let mut grant = LOG.reserve(Level::INFO, 7, 64).unwrap();
/// write!(grant, "user {} paid {}", 42, 100).unwrap();
/// grant.commit();
/// ```
///
/// # Context
/// Every method: thread, interrupt, signal handler, forked child, panic
/// handler; as many steps as it stores words, and those of the logger's hook
/// at its end.
#[must_use = "dropping a grant discards the record and counts it as lost"]
pub struct Grant<'r> {
    /// `None` once committed, or once the ring was recovered.
    writer: Option<Writer<'r>>,
    /// Bytes that were reserved.
    bytes_max: u32,
    truncated: bool,
    /// Who is told of the end.
    notify: Option<fn()>,
}

impl<'r> Grant<'r> {
    #[inline]
    pub(super) fn new(
        writer: Writer<'r>,
        bytes_max: usize,
        truncated: bool,
        notify: Option<fn()>,
    ) -> Self {
        Self {
            writer: Some(writer),
            bytes_max: bytes_max as u32,
            truncated,
            notify,
        }
    }

    /// Words of a grant that was taken apart.
    pub const WORDS: usize = WRITER_WORDS;

    /// Takes the grant apart into plain words, for callers that cannot hold a
    /// Rust value. [`Ring::resume`] puts it together again; until then nobody
    /// commits or discards it. All-zero words are no grant.
    ///
    /// The words do not say whom the logger tells of the grant's end
    /// ([`Config::with_notify`](crate::Config::with_notify)): put together
    /// again, it tells nobody, and the caller must.
    ///
    /// # Context
    /// As the type; a constant number of steps.
    #[must_use = "a grant that is never put together again holds up the consumers for good"]
    pub fn into_words(mut self) -> [usize; WRITER_WORDS] {
        match self.writer.take() {
            Some(writer) => writer.into_words(self.bytes_max as usize, self.truncated),
            None => [0; WRITER_WORDS],
        }
    }

    /// Bytes that still fit.
    ///
    /// # Context
    /// As the type; one step.
    #[must_use]
    pub fn remaining(&self) -> usize {
        let written = self.writer.as_ref().map_or(0, Writer::bytes);
        (self.bytes_max as usize).saturating_sub(written)
    }

    /// Whether the record was cut: by the reservation or by a later write.
    ///
    /// # Context
    /// As the type; one step.
    #[must_use]
    pub const fn truncated(&self) -> bool {
        self.truncated
    }

    /// Appends `bytes`, or as many of them as fit, and returns how many that
    /// were. If some did not fit the record is flagged as truncated.
    ///
    /// # Context
    /// As the type; one step a word.
    pub fn append(&mut self, bytes: &[u8]) -> usize {
        let most = bytes.len().min(self.remaining());
        self.truncated |= most < bytes.len();
        match &mut self.writer {
            Some(writer) if still_open(writer) => {
                writer.append(&bytes[..most]);
                most
            }
            _ => self.let_go(),
        }
    }

    /// Lets go of cells that are no longer this grant's: whoever recovered the ring
    /// has counted the record, and they may be another's (I2).
    #[cold]
    fn let_go(&mut self) -> usize {
        self.writer = None;
        self.bytes_max = 0;
        0
    }

    /// Goes on in cells that `larger` has reserved, for as many bytes.
    pub(super) fn grow(&mut self, mut larger: Writer<'r>, bytes_max: usize) {
        match self.writer.take() {
            Some(writer) if still_open(&writer) => {
                if cfg!(logring_bug = "lost_piece") {
                    writer.abandon();
                } else {
                    writer.move_to(&mut larger);
                }
                self.writer = Some(larger);
                self.bytes_max = bytes_max as u32;
            }
            _ => larger.abandon(),
        }
    }

    /// Gives the room back unread, of a record that was counted elsewhere.
    pub(super) fn abandon(mut self) {
        if let Some(writer) = self.take_open() {
            writer.abandon();
            notify(self.notify);
        }
    }

    /// The writer, if its cells are still this grant's.
    #[inline(always)]
    fn take_open(&mut self) -> Option<Writer<'r>> {
        match self.writer.take() {
            Some(writer) if still_open(&writer) => Some(writer),
            _ => None,
        }
    }

    /// Appends UTF-8 text, or as many whole characters of it as fit, and returns how
    /// many bytes that were. After a cut nothing more is appended, so that no later
    /// piece follows a gap.
    ///
    /// # Context
    /// As the type; one step a word.
    pub fn append_text(&mut self, text: &[u8]) -> usize {
        let most = floor_char(text, self.remaining());
        let appended = self.append(text.get(..most).unwrap_or_default());
        if most < text.len() {
            self.truncated = true;
            self.bytes_max = self.bytes_max.saturating_sub(self.remaining() as u32);
        }
        appended
    }

    /// Publishes the record with the bytes written so far, and returns
    /// whether it was cut.
    ///
    /// # Context
    /// As the type; at most six steps.
    pub fn commit(mut self) -> bool {
        if let Some(writer) = self.take_open() {
            writer.commit_short(self.truncated);
            notify(self.notify);
        }
        self.truncated
    }

    /// Gives the room back unread; the record counts as lost. The same as
    /// dropping the grant.
    ///
    /// # Context
    /// As the type; at most six steps.
    pub fn discard(self) {}
}

impl Ring {
    /// Puts a grant together again that [`Grant::into_words`] took apart, or
    /// answers `None`: the words are no grant, or one that was committed or
    /// discarded since, or one of another ring, unless that has a grant at the
    /// same place; which ring words belong to is for the caller to remember.
    ///
    /// Words that were resumed once must not be resumed again while that grant
    /// is open: it would have two writers, who garble the record. Whatever
    /// the words are, nothing outside the ring's cells is touched. Nobody is
    /// told of the end of this grant, whatever the first one's logger does.
    ///
    /// # Context
    /// As [`Grant`]; a constant number of steps.
    #[must_use]
    pub fn resume(&self, words: [usize; WRITER_WORDS]) -> Option<Grant<'_>> {
        let (writer, bytes_max, truncated) = Writer::from_words(self, words)?;
        Some(Grant::new(writer, bytes_max, truncated, None))
    }
}

impl Drop for Grant<'_> {
    fn drop(&mut self) {
        if let Some(writer) = self.take_open() {
            writer.discard();
            notify(self.notify);
        }
    }
}

/// Text that does not fit is cut between characters and flagged; writing
/// never fails.
impl fmt::Write for Grant<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.append_text(text.as_bytes());
        Ok(())
    }
}

/// Whether a grant's cells are its own. They are not once the ring was recovered.
#[inline(always)]
fn still_open(writer: &Writer<'_>) -> bool {
    cfg!(logring_bug = "stale_grant") || writer.is_open()
}
