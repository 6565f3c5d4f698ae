//! logring's own operations under criterion, which remembers the last run:
//! for work on one of them. `side_by_side` is the comparison.

#![allow(missing_docs, reason = "criterion's macros make functions without")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use logring::{Config, Level, Popped};

const CAPACITY_BYTES: usize = 16 * 1024;
const BYTES: [u8; 56] = [0x5A; 56];

fn push_and_pop(criterion: &mut Criterion) {
    logring::define!(static LOG: [u8; CAPACITY_BYTES] = Config::drop_newest());
    let mut buf = [0; 64];
    criterion.bench_function("push and pop 56 B", |bencher| {
        bencher.iter(|| {
            black_box(LOG.push(Level::INFO, black_box(&BYTES)).is_stored());
            match LOG.ring().pop(&mut buf) {
                Popped::Record(record) => black_box(record.bytes).len(),
                other => panic!("{other:?} instead of a record"),
            }
        });
    });
}

fn refused(criterion: &mut Criterion) {
    logring::define!(static LOG: [u8; CAPACITY_BYTES] = Config::drop_newest());
    while LOG.push(Level::INFO, &BYTES).is_stored() {}
    criterion.bench_function("refused 56 B", |bencher| {
        bencher.iter(|| LOG.push(Level::INFO, black_box(&BYTES)).is_stored());
    });
}

fn overwrite(criterion: &mut Criterion) {
    logring::define!(static LOG: [u8; CAPACITY_BYTES] = Config::drop_oldest());
    criterion.bench_function("overwrite 56 B", |bencher| {
        bencher.iter(|| LOG.push(Level::INFO, black_box(&BYTES)).is_stored());
    });
}

fn info(criterion: &mut Criterion) {
    logring::define!(static LOG: [u8; CAPACITY_BYTES] = Config::drop_oldest());
    criterion.bench_function("info! of two numbers", |bencher| {
        bencher.iter(|| {
            logring::info!(LOG, "user {} paid {}", black_box(42), black_box(1_999)).is_stored()
        });
    });
}

criterion_group! {
    name = ops;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = push_and_pop, refused, overwrite, info
}
criterion_main!(ops);
