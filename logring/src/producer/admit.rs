//! The two halves of an offer: admission, and the reservation of cells.

use super::Logger;
use super::logger::Stamp;
#[cfg(feature = "defmt")]
use crate::error::Pushed;
use crate::error::{Lost, NoGrant};
use crate::layout::Extras;
use crate::layout::geometry;
use crate::level::Level;
use crate::policy::Policy;
use crate::ring::{Request, Reserved, Writer};
use crate::stats::Cause;

/// A record that is worth a reservation.
#[derive(Clone, Copy)]
pub(super) struct Admitted {
    /// Payload bytes to store, perhaps fewer than were offered.
    pub(super) bytes: usize,
    /// Cells that may be in use once the record is in (I10).
    limit_cells: usize,
}

impl<'r> Logger<'r> {
    /// The first half of every offer, in the order of answers: filtered, too
    /// big or cut, level or full where that is sure.
    ///
    /// A full ring answers here, before the clock is read or anything is
    /// prepared: when records are being lost, losing them is what must be
    /// cheap.
    #[inline(always)]
    pub(super) fn admit(&self, level: Level, bytes: usize) -> Result<Admitted, NoGrant> {
        if self.is_simple(level, bytes) {
            self.admit_simple(level, bytes)
        } else {
            self.admit_otherwise(level, bytes)
        }
    }

    /// The same for what is not simple.
    #[inline(never)]
    pub(super) fn admit_otherwise(&self, level: Level, bytes: usize) -> Result<Admitted, NoGrant> {
        if !self.enabled(level) {
            return Err(NoGrant::Filtered);
        }
        let most = bytes.min(self.record_bytes_max);
        if most < bytes && !self.truncate {
            return Err(self.refuse(Cause::TooBig, level));
        }
        let limit_cells = self
            .early_limit(level, most)
            .map_err(|cause| self.refuse(cause, level))?;
        Ok(Admitted {
            bytes: most,
            limit_cells,
        })
    }

    /// Cells that may be in use once a record of at least so many bytes is in; or
    /// why it is sure to be refused now for want of room, which is not counted.
    #[inline(always)]
    pub(super) fn early_limit(&self, level: Level, bytes: usize) -> Result<usize, Cause> {
        let limit_cells = self.limit_cells(level);
        // A severity that is refused at its mark never evicts (I10).
        let cause = if limit_cells < self.ring.cell_count() {
            Cause::Level
        } else {
            Cause::Full
        };
        let gives_up = cause == Cause::Level || matches!(self.policy, Policy::DropNewest);
        if gives_up
            && self
                .ring
                .lacks_room(geometry::cells_min(bytes), limit_cells)
        {
            return Err(cause);
        }
        Ok(limit_cells)
    }

    /// Whether a record is let in uncut, may fill the ring, and nobody is told
    /// of it.
    #[inline(always)]
    pub(super) fn is_simple(&self, level: Level, bytes: usize) -> bool {
        level.get() >= self.simple_level && bytes <= self.record_bytes_max
    }

    /// The same for a record that is let in, of so many bytes, and may fill
    /// the ring.
    #[inline(always)]
    pub(super) fn admit_simple(&self, level: Level, bytes: usize) -> Result<Admitted, NoGrant> {
        let limit_cells = self.ring.cell_count();
        if let Policy::DropNewest = self.policy {
            if self
                .ring
                .lacks_room(geometry::cells_min(bytes), limit_cells)
            {
                self.ring.count_refusal(Cause::Full, level);
                return Err(NoGrant::Lost(Lost::Full));
            }
        }
        Ok(Admitted { bytes, limit_cells })
    }

    /// The second half: reserves cells for an admitted record, and says what
    /// its header will be.
    #[inline(always)]
    pub(super) fn reserve_admitted(
        &self,
        level: Level,
        tag: u32,
        admitted: Admitted,
    ) -> Result<Reserved, NoGrant> {
        self.try_reserve(level, tag, admitted)
            .map_err(|cause| self.refuse(cause, level))
    }

    /// The same, where a refusal is not yet one of the record's.
    #[inline(always)]
    fn try_reserve(&self, level: Level, tag: u32, admitted: Admitted) -> Result<Reserved, Cause> {
        let timestamp = match self.stamp {
            Stamp::None => None,
            Stamp::Plain(clock) => Some(clock()),
            Stamp::Clock(clock) => Some(clock.now()),
        };
        let loss_total = self.ring.loss_to_carry();
        let extras = Extras::NONE
            .with_timestamp(timestamp.is_some())
            .with_tag(tag != 0)
            .with_loss(loss_total.is_some());
        let cells = geometry::cells_for(extras.words(), admitted.bytes);
        let request = Request {
            cells,
            limit_cells: admitted.limit_cells,
            policy: self.policy,
            tries: self.tries,
        };
        Ok(Reserved {
            first: self.ring.reserve(request)?,
            cells,
            level,
            extras,
            timestamp: timestamp.unwrap_or(0),
            tag,
            loss_total: loss_total.unwrap_or(0),
        })
    }

    /// A writer for `bytes`, which are no more than the largest record, of a record
    /// that was let in; or why there is none, which is not counted.
    #[inline(never)]
    pub(super) fn reopen(&self, level: Level, tag: u32, bytes: usize) -> Result<Writer<'r>, Cause> {
        let admitted = Admitted {
            bytes,
            limit_cells: self.limit_cells(level),
        };
        let reserved = self.try_reserve(level, tag, admitted)?;
        Ok(Writer::begin(self.ring, &reserved))
    }

    /// Both halves: a writer for at most the returned number of bytes.
    pub(super) fn open(
        &self,
        level: Level,
        tag: u32,
        bytes: usize,
    ) -> Result<(Writer<'r>, usize), NoGrant> {
        let admitted = self.admit(level, bytes)?;
        let reserved = self.reserve_admitted(level, tag, admitted)?;
        Ok((Writer::begin(self.ring, &reserved), admitted.bytes))
    }

    /// Cells that may be in use after a record of `level` (I10).
    #[inline(always)]
    pub(super) fn limit_cells(&self, level: Level) -> usize {
        self.marks
            .limit_cells_at(level.bucket(), self.ring.cell_count())
    }

    /// What a record would need of the ring at this moment.
    #[cfg(feature = "shards")]
    #[inline(always)]
    pub(super) fn wish(&self, offer: super::look::Offer) -> super::look::Wish {
        let super::look::Offer { level, tag, bytes } = offer;
        let extras = Extras::NONE
            .with_timestamp(!matches!(self.stamp, Stamp::None))
            .with_tag(tag != 0)
            .with_loss(self.ring.has_untold());
        let limit_cells = self.limit_cells(level);
        let marked = limit_cells < self.ring.cell_count();
        super::look::Wish {
            cells: geometry::cells_for(extras.words(), bytes.min(self.record_bytes_max)),
            limit_cells,
            evicts: matches!(self.policy, Policy::DropOldest) && !marked,
        }
    }

    /// Offers a record that was found to be too big before it was whole.
    #[cfg(feature = "defmt")]
    pub(crate) fn refuse_too_big(&self, level: Level) -> Pushed {
        if !self.enabled(level) {
            return Pushed::Filtered;
        }
        self.refuse(Cause::TooBig, level).into()
    }

    /// Counts a refusal, and names it.
    #[inline(never)]
    pub(super) fn refuse(&self, cause: Cause, level: Level) -> NoGrant {
        self.ring.count_refusal(cause, level);
        NoGrant::Lost(match cause {
            Cause::Level => Lost::Level,
            Cause::Contended => Lost::Contended,
            Cause::Busy => Lost::Busy,
            Cause::TooBig => Lost::TooBig,
            Cause::Full | Cause::Discarded | Cause::Evicted => Lost::Full,
        })
    }
}
