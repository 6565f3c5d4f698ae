//! How far two cores lie apart: one cache line, passed to and fro.
//!
//! A virtual machine's cores move. A figure of two threads means something
//! only beside the distance that it was taken at, so that is measured before
//! and after, and figures are compared with those of the same class only.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::machine;
use crate::rounds::median;
use crate::tsc::{self, Scale};

/// Below so many nanoseconds a hop is near.
const NEAR_NANOS: f64 = 100.0;
/// Batches of a probe; their median counts.
const BATCHES: usize = 25;
/// Round trips of a batch.
const TRIPS: usize = 100;

/// Where two cores were to each other during a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// They share a cache, or nearly.
    Near,
    /// They do not.
    Far,
    /// They were elsewhere after the sample than before it.
    Moved,
}

impl Class {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Far => "far",
            Self::Moved => "moved",
        }
    }
}

/// One-way hops in nanoseconds, before and after a sample.
#[derive(Clone, Copy, Debug)]
pub struct Hops {
    /// Before.
    pub before: f64,
    /// After.
    pub after: f64,
}

impl Hops {
    /// The class of the sample between them.
    #[must_use]
    pub fn class(&self) -> Class {
        match (self.before < NEAR_NANOS, self.after < NEAR_NANOS) {
            (true, true) => Class::Near,
            (false, false) => Class::Far,
            _ => Class::Moved,
        }
    }
}

/// Whether two samples may be divided by each other: neither moved, and those
/// of two threads were taken at the same distance.
#[must_use]
pub fn comparable(this: Option<Class>, that: Option<Class>) -> bool {
    match (this, that) {
        (Some(Class::Moved), _) | (_, Some(Class::Moved)) => false,
        (Some(this), Some(that)) => this == that,
        _ => true,
    }
}

/// A word on lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Ball(AtomicUsize);

impl Ball {
    fn wait_for(&self, value: usize) {
        while self.0.load(Ordering::Acquire) != value {
            std::hint::spin_loop();
        }
    }

    /// Plays the ball and waits for it, and returns the nanoseconds of a hop.
    fn serve(&self, scale: &Scale) -> f64 {
        let mut nanos = Vec::with_capacity(BATCHES);
        for batch in 0..BATCHES {
            let first = tsc::start();
            for trip in 0..TRIPS {
                let at = 2 * (batch * TRIPS + trip);
                self.0.store(at + 1, Ordering::Release);
                self.wait_for(at + 2);
            }
            let ticks = tsc::stop() - first;
            nanos.push(scale.nanos(ticks as f64) / (2 * TRIPS) as f64);
        }
        median(&mut nanos)
    }

    fn answer(&self) {
        for trip in 0..BATCHES * TRIPS {
            self.wait_for(2 * trip + 1);
            self.0.store(2 * trip + 2, Ordering::Release);
        }
    }
}

/// Runs `here` in this thread while `there` runs in another one on another
/// core, and probes the distance before and after. `there` has to return soon
/// after its flag is set.
///
/// # Panics
/// If there are no two cores, or `there` panics.
pub fn beside<R>(
    scale: &Scale,
    here: impl FnOnce() -> R,
    there: impl FnOnce(&AtomicBool) + Send,
) -> (R, Hops) {
    let (this, other) = machine::two_cores().expect("two cores");
    let (first, last) = (Ball::default(), Ball::default());
    let stop = AtomicBool::new(false);
    machine::pin(&[this]);
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            machine::pin(&[other]);
            first.answer();
            there(&stop);
            last.answer();
        });
        let before = first.serve(scale);
        let result = here();
        stop.store(true, Ordering::Release);
        let after = last.serve(scale);
        thread.join().expect("the other thread returns");
        (result, Hops { before, after })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_moved_if_its_ends_differ() {
        let class = |before, after| Hops { before, after }.class();
        assert_eq!(class(40.0, 60.0), Class::Near);
        assert_eq!(class(180.0, 100.0), Class::Far);
        assert_eq!(class(40.0, 180.0), Class::Moved);
        assert_eq!(class(180.0, 40.0), Class::Moved);
    }

    #[test]
    fn only_the_same_distance_compares() {
        use Class::{Far, Moved, Near};
        assert!(comparable(Some(Near), Some(Near)));
        assert!(comparable(Some(Far), None));
        assert!(!comparable(Some(Near), Some(Far)));
        assert!(!comparable(Some(Moved), Some(Moved)));
        assert!(!comparable(None, Some(Moved)));
    }
}
