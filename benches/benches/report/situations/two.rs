//! Two threads on two cores, of which the first one is measured.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use logring_benches::hops;
use logring_benches::tsc::Scale;

use super::one::fill;
use super::{Case, SLOW, TWO, TWO_OVERWRITING, TWO_REFUSING, each};
use crate::contestants::channels::{Flume, Kanal, Std};
use crate::contestants::controls::{CasMemcpy, CasShared, Memcpy};
use crate::contestants::loggers::{Appender, SlogAsync};
use crate::contestants::rings::{DropNewest, DropOldest, Static};
use crate::contestants::shards::{Each, Sharded};
use crate::contestants::single::{Bbqueue, Ringbuf, Rtrb};
use crate::contestants::slots::{
    ArrayForce, ArrayPush, ConcurrentForce, ConcurrentPush, HeaplessMpmc, Thing,
};
use crate::contestants::{BYTES, Contestant, Pop, Push, Sink, payload};
use crate::sample::{
    BLOCK, BURST, Blocks, Effort, Sample, Singles, Timed, blocks, blocks_while, singles,
    singles_while,
};

/// What each of two threads pushes at most in a burst; both fit.
const EACH: usize = 500;
/// Pairs of bursts that are kept or thrown away together. They take longer
/// than a thread waits for a cache line, and less than a slice of the
/// scheduler.
const GROUP: usize = 10;
/// Groups tried for each that is wanted, before the machine counts as too busy
/// to run two threads at once.
const TRIES: usize = 4;
/// What a slow consumer waits between two records.
const PAUSE: Duration = Duration::from_micros(50);

pub(crate) fn add(cases: &mut Vec<Case>) {
    // It has no capacity, so nothing stops its threads. In bursts, one of them
    // would keep the line for all of its part.
    each!(cases, full(TWO): Memcpy<BYTES>, CasMemcpy<BYTES>, CasShared);
    each!(cases, not_full(): Static<DropNewest>, Static<DropOldest>, Sharded<Each>,
        ArrayPush<BYTES>, ArrayForce<BYTES>, ConcurrentPush<BYTES>, ConcurrentForce<BYTES>,
        Thing<BYTES>, HeaplessMpmcTwo, Std, Kanal, Flume);
    each!(cases, full(TWO_REFUSING): Static<DropNewest>, ArrayPush<BYTES>,
        ConcurrentPush<BYTES>, Thing<BYTES>, HeaplessMpmcTwo, Std, Kanal, Flume);
    each!(cases, full(TWO_OVERWRITING): Static<DropOldest>, ArrayForce<BYTES>,
        ConcurrentForce<BYTES>);
    each!(cases, slow(): Static<DropNewest>, Static<DropOldest>,
        ArrayPush<BYTES>, ArrayForce<BYTES>, ConcurrentPush<BYTES>, ConcurrentForce<BYTES>,
        Thing<BYTES>, HeaplessMpmcTwo, Bbqueue, Rtrb, Ringbuf, Std, Kanal, Flume);
    each!(cases, slow_sink(): Appender, SlogAsync);
}

type HeaplessMpmcTwo = HeaplessMpmc<BYTES>;

/// A number on lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Number(AtomicUsize);

impl Number {
    fn get(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }

    fn set(&self, number: usize) {
        self.0.store(number, Ordering::Release);
    }

    fn wait_for(&self, number: usize) {
        while self.get() != number {
            std::hint::spin_loop();
        }
    }
}

/// Numbers of the burst that was allowed, begun and finished.
#[derive(Default)]
struct Bursts {
    allowed: Number,
    begun: Number,
    finished: Number,
}

impl Bursts {
    /// The other thread: pushes its part of each burst.
    fn other<P: Push<BYTES>>(&self, push: &mut P, stop: &AtomicBool) {
        let bytes = payload::<BYTES>();
        let mut burst = 0;
        while !stop.load(Ordering::Acquire) {
            if self.allowed.get() == burst {
                std::hint::spin_loop();
                continue;
            }
            burst += 1;
            self.begun.set(burst);
            for _ in 0..EACH {
                black_box(push.push(black_box(&bytes)));
            }
            self.finished.set(burst);
        }
    }

    /// Does `work` from when the other thread has begun; it is given the
    /// question whether that one is still at it. Returns when it is not.
    ///
    /// The question comes before a call and not after it: a call that the
    /// other thread's last push held up counts.
    fn beside<T>(&self, work: impl FnOnce(&dyn Fn() -> bool) -> T) -> T {
        let burst = self.allowed.get() + 1;
        self.allowed.set(burst);
        self.begun.wait_for(burst);
        let done = work(&|| self.finished.get() != burst);
        self.finished.wait_for(burst);
        done
    }
}

/// Figures by their names.
type Figures = Vec<(&'static str, f64)>;

/// Records that this thread offered and that were turned away.
fn refused(timed: &Timed) -> Figures {
    let refused = timed.offered - timed.stored;
    vec![
        ("offered", timed.offered as f64),
        ("of these refused", refused as f64),
    ]
}

/// Records of both threads that were refused for a race and not for room.
fn races(before: Option<(u64, u64)>, after: Option<(u64, u64)>) -> Figures {
    match (before, after) {
        (Some(before), Some(after)) => vec![
            ("both threads: contended", (after.0 - before.0) as f64),
            ("both threads: busy", (after.1 - before.1) as f64),
        ],
        _ => Vec::new(),
    }
}

/// The sample, unless too little of it is left.
fn sample_of(
    timed: Timed,
    hops: hops::Hops,
    wanted: usize,
    figures: Figures,
    scale: &Scale,
) -> Sample {
    if timed.block_count() < wanted / 4 {
        return Sample::default();
    }
    let mut sample = Sample {
        hops: Some(hops),
        ..timed.sample(scale)
    };
    sample.figures.extend(figures);
    sample
}

fn not_full<C: Contestant<BYTES>>() -> Case
where
    C::Push: Clone,
{
    let (mut push, mut pop) = C::verified();
    let mut others = push.clone();
    Case::new(TWO, C::NAME, move |effort, scale| {
        pop.empty();
        let bursts = Bursts::default();
        let before = pop.lost_races();
        let here = || {
            let mut timed = Timed::default();
            let (mut ticks, mut block_ticks) = ([0; EACH], [0; EACH / BLOCK]);
            for _ in 0..effort.bursts {
                let (count, stored) = bursts
                    .beside(|both| blocks_while::<BYTES, _>(&mut push, &mut block_ticks, both));
                timed.note_blocks(&block_ticks[..count], stored);
                pop.empty();
                let (count, stored) =
                    bursts.beside(|both| singles_while::<BYTES, _>(&mut push, &mut ticks, both));
                timed.note_singles(&ticks[..count], stored);
                pop.empty();
            }
            timed
        };
        let (timed, hops) = hops::beside(scale, here, |stop| bursts.other(&mut others, stop));
        // Not asserted: attempts are bounded, and a race can spend them all
        // although there is room. The report tells how many did.
        let mut figures = refused(&timed);
        figures.extend(races(before, pop.lost_races()));
        sample_of(timed, hops, effort.bursts, figures, scale)
    })
}

fn full<C: Contestant<BYTES>>(situation: &'static str) -> Case
where
    C::Push: Clone,
{
    let (mut push, mut pop) = C::verified();
    let mut others = push.clone();
    Case::new(situation, C::NAME, move |effort, scale| {
        fill(&mut push);
        let moved = Number::default();
        let wanted = effort.bursts * BURST / BLOCK;
        let there = |stop: &AtomicBool| {
            let bytes = payload::<BYTES>();
            let mut steps = 0;
            while !stop.load(Ordering::Relaxed) {
                for _ in 0..BLOCK {
                    black_box(others.push(black_box(&bytes)));
                }
                steps += 1;
                moved.set(steps);
            }
        };
        let here = || timed_while(effort, wanted, &mut push, || moved.get());
        let before = pop.lost_races();
        let (timed, hops) = hops::beside(scale, here, there);
        let mut figures = match situation {
            TWO_REFUSING => Vec::new(),
            _ => refused(&timed),
        };
        figures.extend(races(before, pop.lost_races()));
        pop.empty();
        sample_of(timed, hops, wanted, figures, scale)
    })
}

/// Groups of bursts during which the other thread took a step. One that had
/// lost its core took none for as long.
fn timed_while<P: Push<BYTES>>(
    effort: &Effort,
    wanted: usize,
    push: &mut P,
    steps: impl Fn() -> usize,
) -> Timed {
    let mut timed = Timed::default();
    for _ in 0..TRIES * effort.bursts.div_ceil(GROUP) {
        let before = steps();
        let group = Timed::bursts::<BYTES, P>(GROUP, push, || ());
        if steps() != before {
            timed.note_all(&group);
        }
        if timed.block_count() >= wanted {
            break;
        }
    }
    timed
}

fn slow<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(SLOW, C::NAME, move |effort, scale| {
        fill(&mut push);
        let consumer = &mut pop;
        let there = |stop: &AtomicBool| {
            let mut out = [0; BYTES];
            while !stop.load(Ordering::Relaxed) {
                let start = Instant::now();
                black_box(consumer.pop(&mut out));
                while start.elapsed() < PAUSE && !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            }
        };
        let here = || bursts_for(effort.while_running, &mut push);
        let (timed, hops) = hops::beside(scale, here, there);
        pop.empty();
        Sample {
            hops: Some(hops),
            ..timed.sample(scale)
        }
    })
}

/// The same for those whose consumer is a thread of their own.
fn slow_sink<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(SLOW, C::NAME, move |effort, scale| {
        pop.empty();
        pop.sink(Sink::Slow);
        fill(&mut push);
        let timed = bursts_for(effort.while_running, &mut push);
        pop.empty();
        timed.sample(scale)
    })
}

fn bursts_for<P: Push<BYTES>>(time: Duration, push: &mut P) -> Timed {
    let mut timed = Timed::default();
    let (mut ticks, mut block_ticks): (Singles, Blocks) = ([0; BURST], [0; _]);
    let start = Instant::now();
    while start.elapsed() < time {
        let stored = blocks::<BYTES, _>(push, &mut block_ticks);
        timed.note_blocks(&block_ticks, stored);
        let stored = singles::<BYTES, _>(push, &mut ticks);
        timed.note_singles(&ticks, stored);
    }
    timed
}
