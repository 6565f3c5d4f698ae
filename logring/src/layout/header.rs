//! The header of a record: length, level, flags, and which extras follow.
//!
//! On 64-bit targets length, level and flags live in the state word, so a
//! bare record has no header beside it. On 32-bit targets they are one info
//! word, the first of the payload:
//!
//! | bits | field |
//! |---|---|
//! | 0..4 | flags |
//! | 4..9 | level |
//! | 9..32 | payload bytes |
//!
//! The extras come next, each present only where its flag is set and each in
//! whole words: timestamp (8 bytes), tag (1 word), loss total (1 word).

use super::geometry::{self, WORD_BYTES};

pub(crate) const FLAGS_BITS: u32 = 4;
pub(crate) const LEVEL_BITS: u32 = 5;

pub(crate) const TRUNCATED: u8 = 1;
pub(crate) const TIMESTAMP: u8 = 2;
const TAG: u8 = 4;
pub(crate) const LOSS: u8 = 8;

const FLAGS_MASK: u8 = (1 << FLAGS_BITS) - 1;
pub(super) const LEVEL_MASK: u8 = (1 << LEVEL_BITS) - 1;

/// Words that every record has before its extras.
pub(crate) const INFO_WORDS: usize = if usize::BITS == 64 { 0 } else { 1 };
/// Words of a timestamp.
pub(crate) const TIMESTAMP_WORDS: usize = 8 / WORD_BYTES;
/// Words of all extras.
pub(crate) const EXTRA_WORDS: usize = TIMESTAMP_WORDS + 2;
/// Words of a header with every extra in it.
pub(crate) const WORDS_MAX: usize = INFO_WORDS + EXTRA_WORDS;

/// The largest payload that a header can describe, in bytes.
pub(crate) const BYTES_MAX: usize = if usize::BITS == 64 {
    super::state::SIZE_MAX
} else {
    (1 << 23) - 1
};

/// Which optional words a record's header has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Extras(u8);

impl Extras {
    pub(crate) const NONE: Self = Self(0);

    /// Three bits that say the same, for somebody who keeps them elsewhere.
    pub(crate) const fn index(self) -> u8 {
        self.0 >> 1
    }

    /// The extras of three bits.
    pub(crate) const fn from_index(index: u8) -> Self {
        Self(index << 1 & (TIMESTAMP | TAG | LOSS))
    }

    #[inline(always)]
    const fn with(self, flag: u8, present: bool) -> Self {
        if present { Self(self.0 | flag) } else { self }
    }

    #[inline(always)]
    pub(crate) const fn with_timestamp(self, present: bool) -> Self {
        self.with(TIMESTAMP, present)
    }

    #[inline(always)]
    pub(crate) const fn with_tag(self, present: bool) -> Self {
        self.with(TAG, present)
    }

    #[inline(always)]
    pub(crate) const fn with_loss(self, present: bool) -> Self {
        self.with(LOSS, present)
    }

    #[inline(always)]
    pub(crate) const fn has_timestamp(self) -> bool {
        self.0 & TIMESTAMP != 0
    }

    #[inline(always)]
    pub(crate) const fn has_tag(self) -> bool {
        self.0 & TAG != 0
    }

    #[inline(always)]
    pub(crate) const fn has_loss(self) -> bool {
        self.0 & LOSS != 0
    }

    /// Words before the payload, the info word included.
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        INFO_WORDS
            + TIMESTAMP_WORDS * self.has_timestamp() as usize
            + self.has_tag() as usize
            + self.has_loss() as usize
    }
}

/// The words of a record's extras, each at a place of its own; 0 where there is
/// none.
#[derive(Clone, Copy)]
pub(crate) struct ExtraWords([usize; EXTRA_WORDS]);

const TAG_AT: usize = TIMESTAMP_WORDS;
const LOSS_AT: usize = TAG_AT + 1;

impl ExtraWords {
    pub(crate) const NONE: Self = Self([0; EXTRA_WORDS]);

    /// Puts the words of `extras`, which come in their order, at their places.
    #[inline(always)]
    pub(crate) fn read(&mut self, extras: Extras, mut next: impl FnMut() -> usize) {
        for (at, word) in self.0.iter_mut().enumerate() {
            if extras.0 & Self::FLAGS[at] != 0 {
                *word = next();
            }
        }
    }

    /// Puts the words of `extras` to the front of `bytes`, in their order, and goes
    /// on behind; a tag is 32 bits. On 32-bit targets it is as they lie in a cell.
    #[inline(always)]
    pub(crate) fn pack(&self, extras: Extras, bytes: &mut &mut [u8]) {
        if extras.has_timestamp() {
            for word in &self.0[..TIMESTAMP_WORDS] {
                put(bytes, word.to_ne_bytes());
            }
        }
        if extras.has_tag() {
            put(bytes, self.tag().to_ne_bytes());
        }
        if extras.has_loss() {
            put(bytes, self.loss_total().to_ne_bytes());
        }
    }

    /// The words of `extras` that [`pack`](Self::pack) put at the front of
    /// `bytes`, whose rest stays there; `None` if they are too few.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn unpack(extras: Extras, bytes: &mut &[u8]) -> Option<Self> {
        let mut words = Self::NONE;
        if extras.has_timestamp() {
            for half in &mut words.0[..TIMESTAMP_WORDS] {
                *half = usize::from_ne_bytes(*take(bytes)?);
            }
        }
        if extras.has_tag() {
            words.0[TAG_AT] = u32::from_ne_bytes(*take(bytes)?) as usize;
        }
        if extras.has_loss() {
            words.0[LOSS_AT] = usize::from_ne_bytes(*take(bytes)?);
        }
        Some(words)
    }

    /// Whose word is at each place.
    const FLAGS: [u8; EXTRA_WORDS] = {
        let mut flags = [TIMESTAMP; EXTRA_WORDS];
        flags[TAG_AT] = TAG;
        flags[LOSS_AT] = LOSS;
        flags
    };

    #[inline(always)]
    pub(crate) const fn timestamp(&self) -> u64 {
        let [low, high, ..] = self.0;
        let high = if TIMESTAMP_WORDS == 1 { 0 } else { high };
        low as u64 | (high as u64) << 32
    }

    #[inline(always)]
    pub(crate) const fn tag(&self) -> u32 {
        self.0[TAG_AT] as u32
    }

    /// The total of losses that the record carries.
    #[inline(always)]
    pub(crate) const fn loss_total(&self) -> usize {
        self.0[LOSS_AT]
    }
}

/// Puts bytes to the front of `room`, which is long enough, and goes on behind.
#[inline(always)]
pub(crate) fn put<const BYTES: usize>(room: &mut &mut [u8], bytes: [u8; BYTES]) {
    if let Some((place, rest)) = core::mem::take(room).split_first_chunk_mut() {
        *place = bytes;
        *room = rest;
    }
}

/// Takes the first bytes of `bytes`.
#[inline(always)]
fn take<'b, const BYTES: usize>(bytes: &mut &'b [u8]) -> Option<&'b [u8; BYTES]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}

/// A record's header, apart from the values of its extras: the info word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header(usize);

const LEVEL_AT: u32 = FLAGS_BITS;
const BYTES_AT: u32 = FLAGS_BITS + LEVEL_BITS;
const INFO_MASK: usize = (BYTES_MAX << BYTES_AT) | ((1 << BYTES_AT) - 1);

impl Header {
    #[inline(always)]
    pub(crate) const fn new(level: u8, bytes: usize, extras: Extras, truncated: bool) -> Self {
        let flags = extras.0 | if truncated { TRUNCATED } else { 0 };
        Self(flags as usize | (level as usize) << LEVEL_AT | bytes << BYTES_AT)
    }

    /// The header that an info word describes.
    #[inline(always)]
    pub(crate) const fn from_info(info: usize) -> Self {
        Self(info & INFO_MASK)
    }

    /// The info word; on 64-bit targets it is a part of the state word.
    #[inline(always)]
    pub(crate) const fn info(self) -> usize {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn flags(self) -> u8 {
        self.0 as u8 & FLAGS_MASK
    }

    #[inline(always)]
    pub(crate) const fn level(self) -> u8 {
        (self.0 >> LEVEL_AT) as u8 & LEVEL_MASK
    }

    #[inline(always)]
    pub(crate) const fn bytes(self) -> usize {
        self.0 >> BYTES_AT
    }

    #[inline(always)]
    pub(crate) const fn truncated(self) -> bool {
        self.flags() & TRUNCATED != 0
    }

    #[inline(always)]
    pub(crate) const fn extras(self) -> Extras {
        Extras(self.flags() & !TRUNCATED)
    }

    /// Words of the record, header included, as it lies in its cells.
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        self.extras().words() + geometry::words_for(self.bytes())
    }

    /// Whether the record takes so many cells, header included: by
    /// multiplications, where [`cells`](Self::cells) divides.
    #[cfg(any(test, not(target_pointer_width = "64")))]
    #[inline(always)]
    pub(crate) const fn needs(self, cells: usize) -> bool {
        // A record of nothing at all takes a cell as well.
        let words = if self.words() == 0 { 1 } else { self.words() };
        let spare = (cells * geometry::PAYLOAD_WORDS).wrapping_sub(words);
        spare < geometry::PAYLOAD_WORDS
    }

    /// Cells that the record takes, header included.
    #[inline(always)]
    pub(crate) const fn cells(self) -> usize {
        geometry::cells_for(self.extras().words(), self.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_info_word_holds_every_field_at_its_edge() {
        for (level, bytes, truncated) in [(0, 0, false), (1, 1, true), (31, BYTES_MAX, true)] {
            let extras = Extras::NONE.with_loss(true).with_timestamp(truncated);
            let header = Header::new(level, bytes, extras, truncated);
            assert_eq!(Header::from_info(header.info()), header);
        }
    }

    #[test]
    fn a_record_needs_the_cells_that_it_takes_and_no_other_number() {
        for bytes in 0..300 {
            for extras in [Extras::NONE, Extras::NONE.with_timestamp(true)] {
                let header = Header::new(9, bytes, extras, false);
                for cells in 0..50 {
                    assert_eq!(header.needs(cells), cells == header.cells());
                }
            }
        }
    }

    #[test]
    fn extras_take_whole_words() {
        let all = Extras::NONE
            .with_timestamp(true)
            .with_tag(true)
            .with_loss(true);
        assert_eq!(all.words(), WORDS_MAX);
        assert_eq!(Extras::NONE.words(), INFO_WORDS);
    }
}
