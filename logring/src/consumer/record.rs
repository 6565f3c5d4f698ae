//! A record as its consumer sees it.

use crate::layout::Header;
use crate::layout::header::ExtraWords;
use crate::level::Level;

/// One delivered record, its bytes in the caller's buffer.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<'b> {
    /// What was pushed.
    pub bytes: &'b [u8],
    /// The level it was pushed with.
    pub level: Level,
    /// The caller's own number; 0 is none.
    pub tag: u32,
    /// What the logger's clock said, in the clock's unit; `None` without a
    /// clock.
    pub timestamp: Option<u64>,
    /// Records lost between the previous delivered record (to any consumer)
    /// and this one, by whatever cause.
    ///
    /// With one thread it is exact, in the order of offers. With several the
    /// sum over all records and the trailing loss is exact, and the place
    /// may be off by what was in flight.
    pub lost_before: u64,
    /// Whether the record was cut: by its producer, who had no more room, or to
    /// the buffer of its consumer.
    pub truncated: bool,
    /// Bytes that the record had in the ring: more than `bytes.len()` only if the
    /// consumer's buffer was too small for it.
    pub full_len: usize,
}

impl<'b> Record<'b> {
    /// A record with this header, whose extras are `words`.
    #[inline(always)]
    pub(super) fn new(
        level: Level,
        header: Header,
        words: &ExtraWords,
        bytes: &'b [u8],
        lost_before: usize,
    ) -> Self {
        Self {
            bytes,
            level,
            tag: words.tag(),
            timestamp: header.extras().has_timestamp().then_some(words.timestamp()),
            lost_before: lost_before as u64,
            truncated: header.truncated(),
            full_len: bytes.len(),
        }
    }
}
