//! Histograms of single calls, in ticks of the counter.

use hdrhistogram::Histogram;

use crate::tsc::Scale;

/// The percentiles that tables show; the last one is the maximum.
pub const SHOWN: [(&str, f64); 6] = [
    ("p50", 50.0),
    ("p90", 90.0),
    ("p99", 99.0),
    ("p99.9", 99.9),
    ("p99.99", 99.99),
    ("max", 100.0),
];

/// Ticks of many single calls.
#[derive(Clone, Debug)]
pub struct Calls(Histogram<u64>);

impl Default for Calls {
    fn default() -> Self {
        // Three digits: steps of a thousandth, from 1 tick to minutes.
        Self(Histogram::new_with_max(1 << 42, 3).expect("bounds that hdrhistogram takes"))
    }
}

impl Calls {
    /// Notes one call.
    pub fn note(&mut self, ticks: u64) {
        self.0.saturating_record(ticks);
    }

    /// Notes all of another histogram's calls.
    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("histograms of the same bounds");
    }

    /// How many calls there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Nanoseconds that so many in a hundred calls did not exceed.
    #[must_use]
    pub fn nanos_at(&self, percentile: f64, scale: &Scale) -> f64 {
        let ticks = if percentile >= 100.0 {
            self.0.max()
        } else {
            self.0.value_at_percentile(percentile)
        };
        scale.nanos(ticks as f64)
    }

    /// Whether a percentile is of enough calls to be one: at least ten lie
    /// above it.
    #[must_use]
    pub fn resolves(&self, percentile: f64) -> bool {
        percentile >= 100.0 || self.count() as f64 * (1.0 - percentile / 100.0) >= 10.0 - 1e-6
    }

    /// Calls that took longer than so many ticks, to the histogram's step.
    #[must_use]
    pub fn above(&self, ticks: u64) -> u64 {
        let up_to = self.0.count_between(0, ticks);
        self.count() - up_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Scale = Scale {
        nanos_per_tick: 0.5,
        step_ticks: 1,
    };

    fn one_to_thousand() -> Calls {
        let mut calls = Calls::default();
        (1..=1000).for_each(|ticks| calls.note(ticks));
        calls
    }

    #[test]
    fn percentiles_are_nanoseconds_of_the_right_call() {
        let calls = one_to_thousand();
        assert_eq!(calls.nanos_at(50.0, &SCALE), 250.0);
        assert_eq!(calls.nanos_at(99.0, &SCALE), 495.0);
        assert_eq!(calls.nanos_at(100.0, &SCALE), 500.0);
    }

    #[test]
    fn one_slow_call_is_the_maximum_and_nothing_else() {
        let mut calls = one_to_thousand();
        calls.note(1_000_000);
        assert!((calls.nanos_at(100.0, &SCALE) / 500_000.0 - 1.0).abs() < 0.001);
        assert!(calls.nanos_at(99.0, &SCALE) < 500.0);
        assert_eq!(calls.above(2000), 1);
    }

    #[test]
    fn calls_of_two_histograms_add_up() {
        let mut calls = one_to_thousand();
        calls.add(&one_to_thousand());
        assert_eq!(calls.count(), 2000);
        assert_eq!(calls.above(500), 1000);
    }

    #[test]
    fn a_percentile_needs_ten_calls_above_it() {
        let calls = one_to_thousand();
        assert!(calls.resolves(99.0));
        assert!(!calls.resolves(99.9));
        assert!(calls.resolves(100.0));
    }
}
