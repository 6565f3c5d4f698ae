//! Taking records: one by one, and in batches.

use std::hint::black_box;

use logring::Frames;
use logring_benches::rounds::median;
use logring_benches::tsc;

use super::{Case, DRAIN, each};
use crate::contestants::channels::{Flume, Kanal, Std};
use crate::contestants::rings::{DropNewest, Log, Out, Static, drain};
use crate::contestants::shards::{InTurn, Sharded};
use crate::contestants::single::{Bbqueue, Ringbuf, Rtrb};
use crate::contestants::slots::{ArrayPush, ConcurrentPush, HeaplessMpmc, Thing};
use crate::contestants::{BYTES, Contestant, Pop, Push, payload};
use crate::sample::Sample;

/// Records of one pass; all have room for them.
const RECORDS: usize = 1000;

/// What tables call logring's batches.
pub(crate) const BATCH: &str = "logring Ring::drain";

pub(crate) fn add(cases: &mut Vec<Case>) {
    type Ours = Static<DropNewest>;
    cases.push(taking::<Ours, _>(BATCH, |out: &mut Out<_>| {
        drain(ring(), &mut out.buf, RECORDS)
    }));
    cases.push(taking::<Ours, _>(
        "logring Ring::drain_into + Frames",
        |out: &mut Out<_>| {
            let mut records = 0;
            loop {
                let batch = ring().drain_into(&mut out.buf);
                for record in Frames::new(&out.buf[..batch.bytes]) {
                    black_box(record.bytes);
                }
                records += batch.records;
                if batch.records == 0 {
                    return records;
                }
            }
        },
    ));
    type Merging = Sharded<InTurn>;
    cases.push(taking::<Merging, _>(
        <Merging as Contestant<BYTES>>::NAME,
        |out| out.take(RECORDS),
    ));
    each!(cases, one_by_one(): Ours, ArrayPush<BYTES>, ConcurrentPush<BYTES>, Thing<BYTES>,
        HeaplessMpmc<BYTES>, Bbqueue, Rtrb, Ringbuf, Std, Kanal, Flume);
}

fn ring() -> &'static logring::Ring {
    <DropNewest as Log<BYTES>>::log().ring()
}

fn one_by_one<C: Contestant<BYTES>>() -> Case {
    taking::<C, _>(C::NAME, |pop: &mut C::Pop| {
        let mut out = [0; BYTES];
        let mut taken = 0;
        while taken < RECORDS && pop.pop(&mut out) {
            black_box(&out);
            taken += 1;
        }
        taken
    })
}

fn taking<C: Contestant<BYTES>, T: FnMut(&mut C::Pop) -> usize + 'static>(
    name: &str,
    mut take: T,
) -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(DRAIN, name, move |effort, scale| {
        pop.empty();
        let mut passes = Vec::new();
        for _ in 0..effort.bursts {
            let bytes = payload::<BYTES>();
            for _ in 0..RECORDS {
                assert!(push.push(black_box(&bytes)), "{} has room", C::NAME);
            }
            let start = tsc::start();
            let taken = take(&mut pop);
            passes.push(scale.nanos(tsc::stop().wrapping_sub(start) as f64));
            assert_eq!(taken, RECORDS, "{} delivers all", C::NAME);
        }
        Sample {
            average_nanos: Some(median(&mut passes) / RECORDS as f64),
            ..Sample::default()
        }
    })
}
