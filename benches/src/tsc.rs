//! The time-stamp counter: what single calls are timed by.
//!
//! On other processors than x86-64 the ticks are nanoseconds of `Instant`.
//! The two readings around a call cost time themselves. Nothing here hides
//! that: whoever reports shows an empty call beside the others.

use std::time::{Duration, Instant};

#[cfg(target_arch = "x86_64")]
mod counter {
    use std::arch::x86_64::{__rdtscp, _mm_lfence, _rdtsc};

    /// A reading before which all earlier instructions are done, and after
    /// which the later ones begin.
    #[inline(always)]
    pub fn start() -> u64 {
        // SAFETY: hazard: an instruction that the processor does not have.
        // SSE2 is part of x86-64.
        unsafe { _mm_lfence() };
        let ticks = now();
        // SAFETY: hazard: as above.
        unsafe { _mm_lfence() };
        ticks
    }

    /// A reading after all earlier instructions, and before the later ones.
    #[inline(always)]
    pub fn stop() -> u64 {
        let mut cpu = 0;
        // SAFETY: hazard: an instruction that the processor does not have, or
        // one that the system forbids. Every x86-64 processor of the last
        // fifteen years has it, and Linux lets user programs read the counter;
        // were it otherwise, the program would be stopped, not misled. The
        // pointer is that of a local variable.
        let ticks = unsafe { __rdtscp(&raw mut cpu) };
        // SAFETY: hazard: an instruction that the processor does not have.
        // SSE2 is part of x86-64.
        unsafe { _mm_lfence() };
        ticks
    }

    /// A reading that is ordered with nothing: a time stamp for a record.
    #[inline(always)]
    #[must_use]
    pub fn now() -> u64 {
        // SAFETY: hazard: an instruction that the system forbids. It would
        // stop the program, not mislead it; Linux allows it.
        unsafe { _rdtsc() }
    }

    /// What the ticks are of.
    pub const NAME: &str = "time-stamp counter (lfence; rdtsc; lfence … rdtscp; lfence)";
}

#[cfg(not(target_arch = "x86_64"))]
mod counter {
    use std::sync::OnceLock;
    use std::time::Instant;

    static EPOCH: OnceLock<Instant> = OnceLock::new();

    /// A reading before what is timed.
    #[inline(always)]
    pub fn start() -> u64 {
        now()
    }

    /// A reading after what is timed.
    #[inline(always)]
    pub fn stop() -> u64 {
        now()
    }

    /// A time stamp for a record.
    #[inline(always)]
    #[must_use]
    pub fn now() -> u64 {
        EPOCH.get_or_init(Instant::now).elapsed().as_nanos() as u64
    }

    /// What the ticks are of.
    pub const NAME: &str = "std::time::Instant";
}

pub use counter::{NAME, now, start, stop};

/// How long a tick is, and how finely the counter steps.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Nanoseconds of a tick.
    pub nanos_per_tick: f64,
    /// By how much readings step, about; 1 if they are fine.
    pub step_ticks: u64,
}

impl Scale {
    /// Measures for about `time`, against `Instant`.
    #[must_use]
    pub fn calibrate(time: Duration) -> Self {
        let begin = Instant::now();
        let first = start();
        while begin.elapsed() < time {
            std::hint::spin_loop();
        }
        let last = stop();
        let nanos = begin.elapsed().as_nanos() as f64;
        Self {
            nanos_per_tick: nanos / last.wrapping_sub(first).max(1) as f64,
            step_ticks: step(),
        }
    }

    /// Nanoseconds of so many ticks.
    #[must_use]
    pub fn nanos(&self, ticks: f64) -> f64 {
        ticks * self.nanos_per_tick
    }

    /// Ticks of so much time.
    #[must_use]
    pub fn ticks(&self, time: Duration) -> u64 {
        (time.as_nanos() as f64 / self.nanos_per_tick) as u64
    }
}

/// Readings from which the step is taken.
const READINGS: usize = 100_000;
/// Differences that are not further apart belong together: a virtual counter
/// is scaled, and its steps differ by a tick.
const JITTER_TICKS: u64 = 2;

fn step() -> u64 {
    let mut differences = Vec::with_capacity(READINGS);
    let mut before = now();
    for at in 0..READINGS {
        // Pauses of many lengths, so that a fine counter shows many values.
        (0..at % 64).for_each(|step| {
            std::hint::black_box(step);
        });
        let after = now();
        differences.push(after.wrapping_sub(before));
        before = now();
    }
    step_of(differences)
}

/// The distance between the values that differences cluster at; 1 if they do
/// not.
fn step_of(mut differences: Vec<u64>) -> u64 {
    differences.sort_unstable();
    // Interrupted readings are at the end.
    differences.truncate(differences.len() * 9 / 10);
    differences.dedup();
    let mut clusters: Vec<u64> = differences.first().copied().into_iter().collect();
    for pair in differences.windows(2) {
        if pair[1] - pair[0] > JITTER_TICKS {
            clusters.push(pair[1]);
        }
    }
    // More values than jitter explains: nothing clusters.
    if clusters.len() < 2 || differences.len() > 3 * clusters.len() {
        return 1;
    }
    let mut steps: Vec<u64> = clusters.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    steps[steps.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_in_steps_show_the_step() {
        let stepping = (0..1000).map(|at| 26 * (at % 5)).collect();
        assert_eq!(step_of(stepping), 26);
        let jittering = (0..1000).map(|at| 26 * (at % 5) + at % 2).collect();
        assert_eq!(step_of(jittering), 26);
    }

    #[test]
    fn differences_of_all_sizes_show_a_fine_counter() {
        assert_eq!(step_of((0..1000).map(|at| 20 + at % 90).collect()), 1);
        assert_eq!(step_of(vec![20; 1000]), 1);
    }

    /// In one of a few tries: a thread that loses its core between two readings
    /// reads two times.
    #[test]
    fn a_tick_is_as_long_as_instant_says() {
        let is_close = |_| {
            let scale = Scale::calibrate(Duration::from_millis(20));
            let begin = Instant::now();
            let first = start();
            std::thread::sleep(Duration::from_millis(20));
            let nanos = scale.nanos((stop() - first) as f64);
            let truth = begin.elapsed().as_nanos() as f64;
            (nanos / truth - 1.0).abs() < 0.05
        };
        assert!((0..20).any(is_close));
    }
}
