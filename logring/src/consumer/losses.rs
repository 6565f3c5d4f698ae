//! The losses that no delivered record has told.

use crate::ring::Ring;
use crate::stats::LostTable;

/// What [`Ring::take_losses`] tells.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Losses {
    /// Losses that nobody was told of before.
    pub untold: u64,
    /// Every loss that was told so far, these included, by cause and severity.
    pub totals: LostTable,
}

impl Ring {
    /// Takes the losses that no delivered record has told: the count that
    /// covers a burst followed by silence.
    ///
    /// Records still in the ring no longer tell of losses taken here.
    ///
    /// # Context
    /// As [`pop`](Self::pop); about 250 steps (60 on 32-bit targets), and as many
    /// again for each other consumer that tells some at the same moment, at most
    /// 8.
    #[must_use = "these losses are not told again"]
    pub fn take_trailing_loss(&self) -> u64 {
        self.tell_all() as u64
    }

    /// Takes the losses that no delivered record has told, as
    /// [`take_trailing_loss`](Self::take_trailing_loss) does, and the table of all
    /// that were told: both in one consistent step.
    ///
    /// For the one consumer of a ring, `totals` less the `totals` of its call before
    /// is exactly what was told since: the sum of all
    /// [`lost_before`](crate::Record::lost_before), and this `untold`. So a consumer
    /// can say which severities a gap is made of. The difference of two
    /// [`stats`](Self::stats) is not that: they count losses that are not yet told.
    ///
    /// ```
    /// use logring::{Config, Level, LogRing, Logger, LostTable, Popped, Severity};
    ///
    /// static RING: LogRing<4> = LogRing::new();
    /// static LOG: Logger = Logger::new(&RING, Config::drop_oldest());
    ///
    /// for level in [Level::DEBUG, Level::DEBUG, Level::ERROR, Level::INFO, Level::INFO] {
    ///     LOG.push(level, b"a record of one cell");
    /// }
    ///
    /// let mut before = LostTable::default();
    /// let (mut buf, mut gap) = ([0; 64], 0);
    /// while let Popped::Record(record) = RING.pop(&mut buf) {
    ///     gap += record.lost_before;
    /// }
    /// let losses = RING.take_losses();
    /// gap += losses.untold;
    /// let lost = losses.totals.since(&before);
    /// before = losses.totals;
    ///
    /// assert_eq!(gap, 1);
    /// assert_eq!(lost.total(), gap);
    /// assert_eq!(lost.by_severity(Severity::Debug), 1);
    /// # let _ = before;
    /// ```
    ///
    /// # Context
    /// As [`pop`](Self::pop); about 350 steps (100 on 32-bit targets), and as many
    /// again for each refusal that interrupts it or other consumer that tells some at
    /// the same moment, at most 8. If 8 were not enough, what is left is told by a
    /// later call.
    #[must_use = "these losses are not told again"]
    pub fn take_losses(&self) -> Losses {
        let (untold, totals) = self.tell_table();
        Losses {
            untold: untold as u64,
            totals,
        }
    }
}
