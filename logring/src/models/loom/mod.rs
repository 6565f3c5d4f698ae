//! Exhaustive models: every interleaving and every value that the memory
//! model lets a load see, up to a bound of preemptions.
//!
//! In these builds a cell has four payload words and a record may take half a
//! ring. Each cell also has a plain byte that its owner writes (`Shadow`), so
//! two owners that are not ordered fail a model even if no record is torn.

#[cfg(feature = "async")]
mod arrivals;
mod losses;
mod poppers;
mod producers;
#[cfg(feature = "shards")]
mod shards;
#[cfg(feature = "async")]
mod wakers;

use super::{Got, push};
use crate::layout::Cell;
use crate::{Config, Logger, Pushed, Ring};
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use std::eprintln;
use std::fmt::Debug;
use std::sync::Mutex;
use std::vec::Vec;

/// The outcomes that the executions of one model reached, with how often.
struct Outcomes<T>(Mutex<Vec<(T, usize)>>);

impl<T: PartialEq + Debug> Outcomes<T> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn reached(&self, outcome: T) {
        let mut reached = self.0.lock().unwrap();
        match reached.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, times)) => *times += 1,
            None => reached.push((outcome, 1)),
        }
    }

    /// Fails on an outcome that is not in `legal`, and on one of `legal` that
    /// no execution reached.
    fn are(&self, model: &str, legal: &[T]) {
        let reached = self.0.lock().unwrap();
        let executions: usize = reached.iter().map(|(_, times)| times).sum();
        eprintln!("model {model}: {executions} executions");
        for (outcome, times) in reached.iter() {
            eprintln!("    {times:>8} x {outcome:?}");
        }
        for (outcome, _) in reached.iter() {
            assert!(
                legal.contains(outcome),
                "{model}: illegal outcome {outcome:?}"
            );
        }
        for outcome in legal {
            assert!(
                reached.iter().any(|(known, _)| known == outcome),
                "{model}: never reached {outcome:?}"
            );
        }
    }
}

/// A ring of `N` cells whose positions start at `position`.
fn ring<const N: usize>(position: usize) -> Arc<Ring<[Cell; N]>> {
    Arc::new(Ring::model(position))
}

/// Positions that wrap after one cell.
const AT_THE_WRAP: usize = usize::MAX;

fn newest() -> Config {
    Config::drop_newest().with_retry_limit(3)
}

fn oldest() -> Config {
    Config::drop_oldest().with_retry_limit(3)
}

/// A thread that pushes record `id` once.
fn pushes<const N: usize>(
    ring: &Arc<Ring<[Cell; N]>>,
    config: Config,
    id: u8,
) -> JoinHandle<Pushed> {
    let ring = ring.clone();
    thread::spawn(move || push(&Logger::new(&ring, config), id))
}

/// A thread that pops so many times, and what it got.
fn pops<const N: usize>(ring: &Arc<Ring<[Cell; N]>>, times: usize) -> JoinHandle<Got> {
    let ring = ring.clone();
    thread::spawn(move || {
        let mut got = Got::default();
        for _ in 0..times {
            got.pop(&ring);
        }
        got
    })
}

/// A ring of two cells with the records 1 and 2.
fn full(config: Config) -> Arc<Ring<[Cell; 2]>> {
    let ring = ring(AT_THE_WRAP);
    let log = Logger::new(&ring, config);
    push(&log, 1);
    push(&log, 2);
    ring
}
