//! A reader while two threads overwrite what it reads.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use logring_benches::machine;

use super::one::fill;
use super::{Case, READER, each};
use crate::contestants::rings::{DropOldest, Static};
use crate::contestants::slots::ArrayForce;
use crate::contestants::{BYTES, Contestant, Pop, Push, SLOTS, payload};
use crate::sample::{BLOCK, Sample};

/// Batches between two looks at the clock.
const LOOKS: usize = 16;
/// The name of the figure that the bar wants.
pub(crate) const PART: &str = "hindered / unhindered";

pub(crate) fn add(cases: &mut Vec<Case>) {
    each!(cases, reader(): Static<DropOldest>, ArrayForce<BYTES>);
}

/// Records a second of this thread's processor time from what is full, with
/// nobody else there.
fn unhindered(time: Duration, push: &mut impl Push<BYTES>, pop: &mut impl Pop<BYTES>) -> f64 {
    let (mut records, mut ran) = (0, Duration::ZERO);
    while ran < time {
        fill(push);
        let before = machine::thread_time();
        while let taken @ 1.. = pop.take(SLOTS) {
            records += taken;
        }
        ran += machine::thread_time() - before;
    }
    records as f64 / ran.as_secs_f64()
}

fn reader<C: Contestant<BYTES>>() -> Case
where
    C::Push: Clone,
{
    let (mut push, mut pop) = C::verified();
    let mut others = [push.clone(), push.clone()];
    Case::new(READER, C::NAME, move |effort, _| {
        pop.empty();
        let alone = unhindered(effort.while_running / 20, &mut push, &mut pop);
        fill(&mut push);
        let stop = AtomicBool::new(false);
        let (mut records, mut ran) = (0, Duration::ZERO);
        machine::pin(machine::cores());
        thread::scope(|scope| {
            for push in &mut others {
                scope.spawn(|| {
                    machine::pin(machine::cores());
                    let bytes = payload::<BYTES>();
                    while !stop.load(Ordering::Relaxed) {
                        for _ in 0..BLOCK {
                            black_box(push.push(black_box(&bytes)));
                        }
                    }
                });
            }
            // Long enough for the scheduler to give everybody several turns.
            let start = Instant::now();
            let before = machine::thread_time();
            while start.elapsed() < 3 * effort.while_running {
                // Looking at the clock takes as long as some records do.
                for _ in 0..LOOKS {
                    records += pop.take(SLOTS);
                }
            }
            ran += machine::thread_time() - before;
            stop.store(true, Ordering::Relaxed);
        });
        machine::pin(&machine::cores()[..1]);
        pop.empty();
        let beside = records as f64 / ran.as_secs_f64();
        Sample::figures(vec![
            ("unhindered, million records/s", alone / 1e6),
            ("hindered, million records/s", beside / 1e6),
            (PART, beside / alone),
        ])
    })
}
