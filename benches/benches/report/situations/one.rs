//! One producer: hot, full, sparse, cold, and sizes.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use super::{COLD, Case, HOT, OVERWRITING, REFUSING, SIZES, SPARSE, each};
use crate::contestants::channels::{Flume, Kanal, Std};
use crate::contestants::controls::{CasMemcpy, CasShared, Empty, Memcpy, StampMemcpy};
use crate::contestants::loggers::{Appender, SlogAsync};
use crate::contestants::rings::{Boxed, DropNewest, DropOldest, Stamped, Static};
use crate::contestants::shards::{Each, Sharded};
use crate::contestants::single::{Bbqueue, Ringbuf, RingbufOverwrite, Rtrb};
use crate::contestants::slots::{
    ArrayForce, ArrayPush, ConcurrentForce, ConcurrentPush, HeaplessMpmc, Thing,
};
use crate::contestants::{BYTES, Contestant, Pop, Push, SLOTS, Sink, payload};
use crate::sample::{Sample, Timed, singles};

/// Memory that is walked through to make caches cold.
const COLD_BYTES: usize = 32 << 20;

pub(crate) fn add(cases: &mut Vec<Case>) {
    each!(cases, hot(HOT): Empty, Memcpy<BYTES>, CasMemcpy<BYTES>, CasShared, StampMemcpy<BYTES>,
        Static<DropNewest>, Static<DropOldest>, Static<Stamped>, Boxed, Sharded<Each>,
        ArrayPush<BYTES>, ArrayForce<BYTES>, ConcurrentPush<BYTES>, ConcurrentForce<BYTES>,
        Thing<BYTES>, HeaplessMpmc<BYTES>, Bbqueue, Rtrb, Ringbuf,
        Std, Kanal, Flume, Appender, SlogAsync);
    each!(cases, refusing(): Static<DropNewest>, ArrayPush<BYTES>, ConcurrentPush<BYTES>,
        Thing<BYTES>, HeaplessMpmc<BYTES>, Bbqueue, Rtrb, Ringbuf,
        Std, Kanal, Flume, Appender, SlogAsync);
    each!(cases, overwriting(): Static<DropOldest>, ArrayForce<BYTES>, ConcurrentForce<BYTES>,
        RingbufOverwrite<BYTES>);
    each!(cases, sparse(): Empty, Memcpy<BYTES>, CasMemcpy<BYTES>,
        Static<DropNewest>, Static<DropOldest>, ArrayPush<BYTES>, ArrayForce<BYTES>,
        ConcurrentPush<BYTES>, Thing<BYTES>, HeaplessMpmc<BYTES>, Bbqueue, Rtrb, Ringbuf,
        Std, Kanal, Flume, Appender, SlogAsync);
    each!(cases, cold(): Empty, Memcpy<BYTES>, CasMemcpy<BYTES>,
        Static<DropNewest>, Static<DropOldest>, ArrayPush<BYTES>, ArrayForce<BYTES>,
        ConcurrentPush<BYTES>, Thing<BYTES>, HeaplessMpmc<BYTES>, Bbqueue, Rtrb, Ringbuf,
        Std, Kanal, Flume, Appender, SlogAsync);
    sizes::<0>(cases);
    sizes::<16>(cases);
    sizes::<64>(cases);
    sizes::<256>(cases);
    sizes::<1024>(cases);
}

fn hot<C: Contestant<BYTES>>(situation: &'static str) -> Case {
    hot_named::<BYTES, C>(situation, C::NAME.to_owned())
}

fn hot_named<const N: usize, C: Contestant<N>>(situation: &'static str, name: String) -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(situation, name, move |effort, scale| {
        pop.empty();
        let timed = Timed::bursts::<N, _>(effort.bursts, &mut push, || pop.empty());
        assert_eq!(timed.stored, timed.offered, "{} has room", C::NAME);
        timed.sample(scale)
    })
}

fn sizes<const N: usize>(cases: &mut Vec<Case>)
where
    Static<DropNewest>: Contestant<N>,
{
    let name = |name: &str| format!("{name}, {N} B");
    cases.push(hot_named::<N, Memcpy<N>>(
        SIZES,
        name(<Memcpy<N> as Contestant<N>>::NAME),
    ));
    cases.push(hot_named::<N, Static<DropNewest>>(
        SIZES,
        name(<Static<DropNewest> as Contestant<N>>::NAME),
    ));
    cases.push(hot_named::<N, ArrayPush<N>>(
        SIZES,
        name(<ArrayPush<N> as Contestant<N>>::NAME),
    ));
    cases.push(hot_named::<N, Rtrb>(
        SIZES,
        name(<Rtrb as Contestant<N>>::NAME),
    ));
    cases.push(hot_named::<N, Bbqueue>(
        SIZES,
        name(<Bbqueue as Contestant<N>>::NAME),
    ));
}

/// Pushes until nothing more can have room, also not in the hands of a thread.
pub(crate) fn fill<P: Push<BYTES>>(push: &mut P) {
    let bytes = payload::<BYTES>();
    for _ in 0..3 * SLOTS {
        black_box(push.push(black_box(&bytes)));
    }
}

fn refusing<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(REFUSING, C::NAME, move |effort, scale| {
        pop.empty();
        pop.sink(Sink::Stopped);
        fill(&mut push);
        let timed = Timed::bursts::<BYTES, _>(effort.bursts, &mut push, || ());
        if pop.delivered_elsewhere().is_none() {
            assert_eq!(timed.stored, 0, "{} is full", C::NAME);
        }
        pop.empty();
        timed.sample(scale)
    })
}

fn overwriting<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(OVERWRITING, C::NAME, move |effort, scale| {
        fill(&mut push);
        let timed = Timed::bursts::<BYTES, _>(effort.bursts, &mut push, || ());
        assert_eq!(timed.stored, timed.offered, "{} accepts", C::NAME);
        pop.empty();
        timed.sample(scale)
    })
}

fn sparse<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(SPARSE, C::NAME, move |effort, scale| {
        pop.empty();
        let mut timed = Timed::default();
        let mut out = [0; BYTES];
        let mut next = Instant::now();
        for _ in 0..effort.sparse_calls {
            next += Duration::from_millis(1);
            thread::sleep(next.saturating_duration_since(Instant::now()));
            one(&mut timed, &mut push);
            // One by one: a batch's buffer would push things out of caches.
            if !pop.pop(&mut out) {
                pop.empty();
            }
        }
        timed.sample(scale)
    })
}

/// Times a single call.
fn one<P: Push<BYTES>>(timed: &mut Timed, push: &mut P) {
    let mut ticks = [0];
    let stored = singles::<BYTES, P>(push, &mut ticks);
    timed.note_singles(&ticks, stored);
}

fn cold<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    let mut memory = vec![0_u64; COLD_BYTES / size_of::<u64>()];
    Case::new(COLD, C::NAME, move |effort, scale| -> Sample {
        pop.empty();
        let mut timed = Timed::default();
        for _ in 0..effort.cold_calls {
            // A word of each line, written so that the line moves here.
            for word in memory.iter_mut().step_by(8) {
                *word = word.wrapping_add(1);
            }
            black_box(&memory);
            one(&mut timed, &mut push);
            pop.empty();
        }
        timed.sample(scale)
    })
}
