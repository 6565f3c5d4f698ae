//! More producers than cores, and one consumer.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use logring_benches::machine;

use super::{CROWD, Case, each};
use crate::contestants::channels::{Flume, Kanal, Std};
use crate::contestants::controls::CasMemcpy;
use crate::contestants::rings::{DropNewest, DropOldest, Static};
use crate::contestants::slots::{ArrayForce, ArrayPush};
use crate::contestants::{BYTES, Contestant, Pop, Push, payload};
use crate::sample::{BLOCK, BURST, Singles, Timed, singles};

/// Producers, with the one that is measured.
const PRODUCERS: usize = 8;

pub(crate) fn add(cases: &mut Vec<Case>) {
    each!(cases, crowd(): CasMemcpy<BYTES>, Static<DropNewest>, Static<DropOldest>,
        ArrayPush<BYTES>, ArrayForce<BYTES>, Std, Kanal, Flume);
}

fn push_until<P: Push<BYTES>>(stop: &AtomicBool, push: &mut P) {
    machine::pin(machine::cores());
    let bytes = payload::<BYTES>();
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..BLOCK {
            black_box(push.push(black_box(&bytes)));
        }
    }
}

fn crowd<C: Contestant<BYTES>>() -> Case
where
    C::Push: Clone,
{
    let (mut push, mut pop) = C::verified();
    let mut others: Vec<_> = (1..PRODUCERS).map(|_| push.clone()).collect();
    Case::new(CROWD, C::NAME, move |effort, scale| {
        pop.empty();
        let stop = AtomicBool::new(false);
        let mut timed = Timed::default();
        machine::pin(machine::cores());
        thread::scope(|scope| {
            for push in &mut others {
                scope.spawn(|| push_until(&stop, push));
            }
            scope.spawn(|| {
                machine::pin(machine::cores());
                while !stop.load(Ordering::Relaxed) {
                    black_box(pop.take(BURST));
                }
            });
            let mut ticks: Singles = [0; BURST];
            let start = Instant::now();
            while start.elapsed() < 4 * effort.while_running {
                let stored = singles::<BYTES, _>(&mut push, &mut ticks);
                timed.note_singles(&ticks, stored);
            }
            stop.store(true, Ordering::Relaxed);
        });
        machine::pin(&machine::cores()[..1]);
        pop.empty();
        timed.sample(scale)
    })
}
