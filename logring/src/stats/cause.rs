//! Why records are lost.

/// Why a record was lost.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Refused: no room, and the policy keeps what came first.
    Full,
    /// Refused: above the mark of its severity.
    Level,
    /// Refused: the bounded number of attempts was spent on races.
    Contended,
    /// Refused: the oldest record, which had to go, was still being written.
    Busy,
    /// Refused: larger than the largest record, and not to be cut.
    TooBig,
    /// Reserved, and given back unread.
    Discarded,
    /// Accepted, and later freed to make room for a newer record.
    Evicted,
}

impl Cause {
    /// The number of causes.
    pub const COUNT: usize = 7;

    /// Every cause, in the order of [`index`](Self::index).
    pub const ALL: [Self; Self::COUNT] = [
        Self::Full,
        Self::Level,
        Self::Contended,
        Self::Busy,
        Self::TooBig,
        Self::Discarded,
        Self::Evicted,
    ];

    /// The place of the cause in a table, `0..7`.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name of the cause, in `snake_case`, as metrics and reports use it.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Level => "level",
            Self::Contended => "contended",
            Self::Busy => "busy",
            Self::TooBig => "too_big",
            Self::Discarded => "discarded",
            Self::Evicted => "evicted",
        }
    }
}
