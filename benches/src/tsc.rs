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
    /// The smallest difference seen between two readings that differ.
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

/// The greatest common divisor of many differences: a counter that a virtual
/// machine lets step by ten ticks shows as 10.
fn step() -> u64 {
    let mut divisor = 0;
    let mut before = now();
    for _ in 0..100_000 {
        let after = now();
        divisor = common_divisor(divisor, after.wrapping_sub(before));
        before = after;
    }
    divisor.max(1)
}

const fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_divides_every_difference() {
        assert_eq!(common_divisor(0, 30), 30);
        assert_eq!(common_divisor(30, 50), 10);
        assert_eq!(common_divisor(7, 0), 7);
    }

    #[test]
    fn a_tick_is_as_long_as_instant_says() {
        let scale = Scale::calibrate(Duration::from_millis(20));
        let begin = Instant::now();
        let first = start();
        std::thread::sleep(Duration::from_millis(20));
        let nanos = scale.nanos((stop() - first) as f64);
        let truth = begin.elapsed().as_nanos() as f64;
        assert!((nanos / truth - 1.0).abs() < 0.05, "{nanos} for {truth}");
    }
}
