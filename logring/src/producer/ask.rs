//! Asking before a record is made.

use super::Logger;
use crate::error::NoGrant;
use crate::level::Level;

impl Logger<'_> {
    /// Whether a record of `level` would be let in now: its level is not below the
    /// minimum, and neither a mark nor a full ring refuses it. A ring that evicts is
    /// full for nobody.
    ///
    /// For those who make something costly to log and can do without: nothing is
    /// counted. Who would have logged asks [`precheck`](Self::precheck), which
    /// counts. "Yes" may be wrong a moment later, and then the push says so; "no"
    /// was true at one moment of this call.
    ///
    /// # Context
    /// As [`push`](Self::push); at most 5 steps.
    #[must_use]
    pub fn accepts(&self, level: Level) -> bool {
        self.enabled(level) && self.early_limit(level, 0).is_ok()
    }

    /// Offers a record before it is made: if it would be refused now, whatever its
    /// length, it is refused, counted and told as any other, and need not be made.
    ///
    /// ```
    /// use logring::{Config, Level, LogRing, Logger};
    ///
    /// static RING: LogRing<4> = LogRing::new();
    /// static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    ///
    /// let log_request = |id: u32| {
    ///     if LOG.precheck(Level::INFO).is_ok() {
    ///         let json = format!("{{\"request\":{id}}}"); // what costs
    ///         LOG.push_str(Level::INFO, &json);
    ///     }
    /// };
    /// for id in 0..10 {
    ///     log_request(id);
    /// }
    /// assert_eq!(RING.stats().lost.total(), 6);
    /// ```
    ///
    /// # Errors
    /// [`NoGrant::Filtered`] below the minimum level, else [`NoGrant::Lost`] with
    /// [`Lost::Full`](crate::Lost::Full) or [`Lost::Level`](crate::Lost::Level).
    /// After `Ok` nothing was offered yet: the record is, when it is pushed.
    ///
    /// # Context
    /// As [`push`](Self::push); at most 9 steps.
    pub fn precheck(&self, level: Level) -> Result<(), NoGrant> {
        self.admit(level, 0).map(drop)
    }
}
