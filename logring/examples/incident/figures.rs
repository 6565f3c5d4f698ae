//! Figures of the requests: percentiles and rates.

use std::fmt;
use std::time::Duration;

use crate::schedule::{Phase, Schedule};
use crate::tally::{Sample, Tally, lock};

/// What the clients of one phase saw.
#[derive(Clone, Debug)]
pub(crate) struct PhaseFigures {
    /// The latencies of the requests that arrived in the phase, sorted.
    latencies: Vec<Duration>,
    /// Requests answered in the phase, whenever they arrived.
    pub(crate) answered_per_second: f64,
    pub(crate) log_call_max: Duration,
}

impl PhaseFigures {
    pub(crate) fn of(tally: &Tally, schedule: &Schedule, phase: Phase) -> Self {
        let samples = lock(&tally.samples);
        let arrived = |sample: &&Sample| schedule.phase_at(sample.arrived) == phase;
        let mut latencies: Vec<_> = samples
            .iter()
            .filter(arrived)
            .map(Sample::latency)
            .collect();
        latencies.sort_unstable();
        let end = schedule.end_of(phase);
        let start = match phase.index().checked_sub(1) {
            Some(before) => schedule.end_of(Phase::ALL[before]),
            None => schedule.start,
        };
        let answered = samples
            .iter()
            .filter(|sample| (start..end).contains(&sample.answered))
            .count();
        let log_calls = samples
            .iter()
            .filter(arrived)
            .map(|sample| sample.log_call_max);
        Self {
            latencies,
            answered_per_second: answered as f64 / (end - start).as_secs_f64(),
            log_call_max: log_calls.max().unwrap_or_default(),
        }
    }

    /// The latency that a part of the requests did not exceed; 1.0 asks for
    /// the maximum. `None` if there were no requests.
    pub(crate) fn latency(&self, part: f64) -> Option<Duration> {
        let rank = (self.latencies.len() as f64 * part).ceil() as usize;
        self.latencies.get(rank.saturating_sub(1)).copied()
    }
}

/// What the clients of a whole run saw.
pub(crate) struct Figures {
    phases: Vec<PhaseFigures>,
}

impl Figures {
    pub(crate) fn of(tally: &Tally, schedule: &Schedule) -> Self {
        let phases = Phase::ALL.map(|phase| PhaseFigures::of(tally, schedule, phase));
        Self {
            phases: phases.into(),
        }
    }

    pub(crate) fn phase(&self, phase: Phase) -> &PhaseFigures {
        &self.phases[phase.index()]
    }

    /// How many times the p99 of the healthy phase that of the stalled phase
    /// is.
    pub(crate) fn stall_ratio(&self) -> Option<f64> {
        let healthy = self.phase(Phase::Healthy).latency(0.99)?;
        let stalled = self.phase(Phase::Stalled).latency(0.99)?;
        Some(stalled.as_secs_f64() / healthy.as_secs_f64())
    }
}

impl Sample {
    pub(crate) fn latency(&self) -> Duration {
        self.answered.duration_since(self.arrived)
    }
}

/// A duration in the unit that suits it, as `213 µs`, `12.3 ms` or `2.94 s`.
pub(crate) struct Human(pub(crate) Duration);

impl fmt::Display for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        f.pad(&if seconds < 1e-3 {
            format!("{:.0} µs", seconds * 1e6)
        } else if seconds < 1.0 {
            format!("{:.1} ms", seconds * 1e3)
        } else {
            format!("{seconds:.2} s")
        })
    }
}
