//! The operations of one thread on one ring.

/// One step of a test. Loggers and grants are named by an index that the
/// interpreter reduces to those there are; a step on a grant while none is
/// open does nothing.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// `Logger::push` of `len` bytes.
    Push { logger: u8, level: u8, len: usize },
    /// `Logger::push_parts` with a part for each length.
    PushParts {
        logger: u8,
        level: u8,
        tag: u32,
        lens: [usize; 3],
    },
    /// `Logger::push_fmt` of a text of so many characters.
    PushFmt {
        logger: u8,
        level: u8,
        tag: u32,
        text: Text,
    },
    /// `Logger::reserve`; the grant stays open.
    Reserve {
        logger: u8,
        level: u8,
        tag: u32,
        len: usize,
    },
    /// `Grant::append` of `len` bytes.
    Append { grant: u8, len: usize },
    /// `fmt::Write` on a grant.
    Write { grant: u8, text: Text },
    /// `Grant::commit`.
    Commit { grant: u8 },
    /// `Grant::discard`.
    Discard { grant: u8 },
    /// The grant is dropped.
    Drop { grant: u8 },
    /// `Ring::pop_whole` or `Ring::pop` into `room` bytes.
    Pop { room: usize, whole: bool },
    /// `Ring::drain` of at most `max` records through `room` bytes.
    Drain { max: usize, room: usize },
    /// `Ring::take_trailing_loss`.
    TakeTrailingLoss,
    /// `Ring::take_losses`.
    TakeLosses,
    /// `Ring::stats`. Not after every step: it raises the watermark, and
    /// would hide that whoever moves the tail forgot to.
    Stats,
}

/// A text of characters of one to four bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    /// How many characters.
    pub(crate) chars: usize,
    /// Below four: all of that width less one. Else mixed, from there on.
    pub(crate) shape: u8,
}

impl Text {
    pub(crate) fn to_text(self) -> String {
        const WIDTHS: [char; 4] = ['a', 'é', '€', '🦀'];
        let at = |index: usize| match self.shape {
            one @ 0..4 => WIDTHS[one as usize],
            first => WIDTHS[(first as usize + index) % 4],
        };
        (0..self.chars).map(at).collect()
    }
}
