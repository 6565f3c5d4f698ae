//! What is measured in one round of one case, and how calls are timed.

use std::hint::black_box;
use std::time::Duration;

use logring_benches::histogram::Calls;
use logring_benches::hops::{Class, Hops};
use logring_benches::spread::middle_mean;
use logring_benches::tsc::{self, Scale};

use crate::contestants::{Push, payload};

/// Calls between two readings, for averages.
pub(crate) const BLOCK: usize = 20;
/// Calls of a burst. Five bursts fit every queue.
pub(crate) const BURST: usize = 200;

/// How long to measure.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds that count; one more warms up.
    pub(crate) rounds: usize,
    /// Pairs of bursts in a sample: single calls, and blocks.
    pub(crate) bursts: usize,
    /// Calls of a sample of the sparse situation, a millisecond each.
    pub(crate) sparse_calls: usize,
    /// Calls of a sample with cold caches.
    pub(crate) cold_calls: usize,
    /// How long a consumer is stopped.
    pub(crate) stopped: Duration,
    /// How long a sample of threads that go on for a time takes.
    pub(crate) while_running: Duration,
    /// Whether the runs of a minute are made, too.
    pub(crate) long: bool,
}

/// What a case yields in one round.
#[derive(Default)]
pub(crate) struct Sample {
    /// Each call alone.
    pub(crate) calls: Option<Calls>,
    /// Nanoseconds of a call, the mean of the middle half of blocks of
    /// [`BLOCK`].
    pub(crate) average_nanos: Option<f64>,
    /// Other figures, by name.
    pub(crate) figures: Vec<(&'static str, f64)>,
    /// How far the cores were apart.
    pub(crate) hops: Option<Hops>,
}

impl Sample {
    /// A sample of nothing but figures.
    pub(crate) fn figures(figures: Vec<(&'static str, f64)>) -> Self {
        Self {
            figures,
            ..Self::default()
        }
    }

    /// The class of a sample of two threads.
    pub(crate) fn class(&self) -> Option<Class> {
        self.hops.as_ref().map(Hops::class)
    }

    /// A figure by its name.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        let found = self.figures.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| *value)
    }
}

/// Calls as they are timed, until they are a sample.
#[derive(Default)]
pub(crate) struct Timed {
    calls: Calls,
    blocks: Vec<f64>,
    /// Records offered.
    pub(crate) offered: u64,
    /// Records stored.
    pub(crate) stored: u64,
}

/// Ticks of single calls.
pub(crate) type Singles = [u64; BURST];
/// Ticks of blocks of calls.
pub(crate) type Blocks = [u64; BURST / BLOCK];

/// A burst of calls, each timed alone; returns how many were stored.
#[inline(never)]
pub(crate) fn singles<const N: usize, P: Push<N>>(push: &mut P, ticks: &mut [u64]) -> u64 {
    singles_while::<N, P>(push, ticks, || true).1
}

/// The same while something holds, which is asked before each call and not
/// timed. Returns how many calls there were, too.
#[inline(always)]
pub(crate) fn singles_while<const N: usize, P: Push<N>>(
    push: &mut P,
    ticks: &mut [u64],
    holds: impl Fn() -> bool,
) -> (usize, u64) {
    let bytes = payload::<N>();
    let (mut calls, mut stored) = (0, 0);
    for ticks in ticks {
        if !holds() {
            break;
        }
        calls += 1;
        let start = tsc::start();
        let answer = black_box(push.push(black_box(&bytes)));
        *ticks = tsc::stop().wrapping_sub(start);
        stored += u64::from(answer);
    }
    (calls, stored)
}

/// A burst of blocks of calls; returns how many were stored.
#[inline(never)]
pub(crate) fn blocks<const N: usize, P: Push<N>>(push: &mut P, ticks: &mut [u64]) -> u64 {
    blocks_while::<N, P>(push, ticks, || true).1
}

/// The same while something holds, which is asked before each block and not
/// timed. Returns how many blocks there were, too.
#[inline(always)]
pub(crate) fn blocks_while<const N: usize, P: Push<N>>(
    push: &mut P,
    ticks: &mut [u64],
    holds: impl Fn() -> bool,
) -> (usize, u64) {
    let bytes = payload::<N>();
    let (mut blocks, mut stored) = (0, 0);
    for ticks in ticks {
        if !holds() {
            break;
        }
        blocks += 1;
        let start = tsc::start();
        for _ in 0..BLOCK {
            stored += u64::from(black_box(push.push(black_box(&bytes))));
        }
        *ticks = tsc::stop().wrapping_sub(start);
    }
    (blocks, stored)
}

impl Timed {
    /// Notes calls that were timed alone.
    pub(crate) fn note_singles(&mut self, ticks: &[u64], stored: u64) {
        ticks.iter().for_each(|&ticks| self.calls.note(ticks));
        self.offered += ticks.len() as u64;
        self.stored += stored;
    }

    /// Notes blocks.
    pub(crate) fn note_blocks(&mut self, ticks: &[u64], stored: u64) {
        self.blocks.extend(ticks.iter().map(|&ticks| ticks as f64));
        self.offered += (ticks.len() * BLOCK) as u64;
        self.stored += stored;
    }

    /// Both kinds of bursts in turn, with something untimed after each.
    pub(crate) fn bursts<const N: usize, P: Push<N>>(
        count: usize,
        push: &mut P,
        mut after: impl FnMut(),
    ) -> Self {
        let mut timed = Self::default();
        let (mut ticks, mut block_ticks): (Singles, Blocks) = ([0; BURST], [0; _]);
        for _ in 0..count {
            let stored = blocks::<N, P>(push, &mut block_ticks);
            timed.note_blocks(&block_ticks, stored);
            after();
            let stored = singles::<N, P>(push, &mut ticks);
            timed.note_singles(&ticks, stored);
            after();
        }
        timed
    }

    /// Notes all of another one.
    pub(crate) fn note_all(&mut self, other: &Self) {
        self.calls.add(&other.calls);
        self.blocks.extend(&other.blocks);
        self.offered += other.offered;
        self.stored += other.stored;
    }

    /// Calls timed alone so far.
    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Blocks so far.
    pub(crate) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The sample. A kind of which there is nothing is left out.
    pub(crate) fn sample(mut self, scale: &Scale) -> Sample {
        let stored = self.stored as f64 / self.offered.max(1) as f64;
        let average = (!self.blocks.is_empty())
            .then(|| scale.nanos(middle_mean(&mut self.blocks)) / BLOCK as f64);
        Sample {
            calls: (self.calls.count() > 0).then_some(self.calls),
            average_nanos: average,
            figures: vec![("stored", stored)],
            hops: None,
        }
    }
}
