//! Draining one ring as far as a merge of several may go.

use super::packed::Packing;
use super::{DrainEnd, Record};
use crate::ring::{Claim, Meta, Pace, Receive, Ring};

/// What a run delivered, and what it knows of the record behind it.
pub(crate) struct Run {
    pub(crate) records: usize,
    pub(crate) next: Next,
}

/// The record behind a run.
pub(crate) enum Next {
    /// It is later than the run might go: at this time.
    Later(u64),
    /// Nobody has looked.
    Unknown,
    /// There is none to be had.
    End(DrainEnd),
}

/// When a record was stamped; one without a timestamp is due at once.
fn time_of(meta: &Meta) -> u64 {
    meta.extras.timestamp()
}

impl Ring {
    /// The time of the oldest record, which stays. It was the oldest at one
    /// moment of this call.
    pub(crate) fn oldest_time(&self) -> Result<u64, DrainEnd> {
        let mut look = Look { time: None };
        let claim = self.claim_one(&mut look);
        match (look.time, claim) {
            (_, Claim::Empty) => Err(DrainEnd::Empty),
            (Some(time), Claim::NoSpace { .. }) => Ok(time),
            _ => Err(DrainEnd::Pending),
        }
    }

    /// Gives up to `max` of the oldest records, at least 1, to `sink`, in order, as long as
    /// they are not later than `until`: one batch, of as many as fit `buf`.
    /// What is claimed is delivered.
    pub(crate) fn drain_run(
        &self,
        buf: &mut [u8],
        max: usize,
        until: u64,
        sink: impl FnMut(Record<'_>),
    ) -> Run {
        let mut due = Due {
            packing: Packing::new(&mut *buf),
            until,
            later: None,
        };
        let mut claim = self.claim_paced(max, &mut Pace::default(), &mut due);
        let later = due.later;
        match claim {
            Claim::Taken { records } => due.packing.give(records, self, sink),
            Claim::NoSpace { .. } if later.is_none() => {
                claim = self.drain_single(buf, until, sink);
            }
            _ => {}
        }
        let next = later.map_or(Next::Unknown, Next::Later);
        match claim {
            Claim::Taken { records } => Run { records, next },
            Claim::NoSpace { .. } => Run { records: 0, next },
            Claim::Pending => Run::without(DrainEnd::Pending),
            Claim::Empty => Run::without(DrainEnd::Empty),
        }
    }
}

impl Run {
    fn without(end: DrainEnd) -> Self {
        Self {
            records: 0,
            next: Next::End(end),
        }
    }
}

/// Takes no record, and remembers the time of the oldest.
struct Look {
    time: Option<u64>,
}

impl Receive for Look {
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        self.time = Some(time_of(meta));
        Err(0)
    }

    fn forget(&mut self) {
        self.time = None;
    }
}

/// Receives the records that are due.
struct Due<'b> {
    packing: Packing<'b>,
    until: u64,
    /// The time of the first record that is not due.
    later: Option<u64>,
}

impl Receive for Due<'_> {
    #[inline]
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        let time = time_of(meta);
        if time > self.until {
            self.later = Some(time);
            return Err(0);
        }
        self.packing.room(meta)
    }

    fn forget(&mut self) {
        self.packing.forget();
        self.later = None;
    }
}
