//! When the forwarder is well and when it is not.

use std::time::{Duration, Instant};

/// The four acts of the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// The forwarder writes as fast as its sink takes.
    Healthy,
    /// The forwarder manages a quarter of what is logged.
    Slow,
    /// The forwarder takes nothing at all.
    Stalled,
    /// The forwarder is well again, and has catching up to do.
    Recovered,
}

impl Phase {
    pub(crate) const COUNT: usize = 4;
    pub(crate) const ALL: [Self; Self::COUNT] =
        [Self::Healthy, Self::Slow, Self::Stalled, Self::Recovered];

    /// How long each lasts when a run takes [`Self::SECONDS_TOTAL`].
    const SECONDS: [f64; Self::COUNT] = [1.0, 1.0, 2.5, 1.5];
    const SECONDS_TOTAL: f64 = 6.0;

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Slow => "slow",
            Self::Stalled => "stalled",
            Self::Recovered => "recovered",
        }
    }

    /// How long the phase lasts in a run of `total`.
    pub(crate) fn lasts(self, total: Duration) -> Duration {
        total.mul_f64(Self::SECONDS[self.index()] / Self::SECONDS_TOTAL)
    }
}

/// The acts laid out on the clock of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) start: Instant,
    /// Where each phase ends, by [`Phase::index`].
    ends: [Instant; Phase::COUNT],
}

impl Schedule {
    pub(crate) fn starting_at(start: Instant, total: Duration) -> Self {
        let mut end = start;
        let ends = Phase::ALL.map(|phase| {
            end += phase.lasts(total);
            end
        });
        Self { start, ends }
    }

    pub(crate) fn end_of(&self, phase: Phase) -> Instant {
        self.ends[phase.index()]
    }

    pub(crate) fn end(&self) -> Instant {
        self.end_of(Phase::Recovered)
    }

    /// The phase at a time; what is over stays recovered.
    pub(crate) fn phase_at(&self, time: Instant) -> Phase {
        let running = Phase::ALL
            .into_iter()
            .find(|&phase| time < self.end_of(phase));
        running.unwrap_or(Phase::Recovered)
    }
}
