//! logring's own operations under criterion, which remembers the last run:
//! for work on one of them. `report` is the comparison with others.
//!
//! `cargo bench -p logring-benches --bench criterion_ops [-- FILTER]`

#![allow(missing_docs, reason = "criterion's macros make functions without")]

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use logring::{Config, Frames, Level, Logger, Popped, Ring};

/// Payload bytes.
const SIZES: [usize; 5] = [0, 16, 64, 256, 1024];
/// Records that are pushed, or taken, between two readings of the clock.
const BURST: usize = 128;
/// Room for more than a burst of the largest.
const CAPACITY_BYTES: usize = 512 * 1024;

/// A logger on a ring of its own, which lives until the program ends.
fn logger(capacity_bytes: usize, config: Config) -> Logger<'static> {
    let ring = Ring::boxed(capacity_bytes).expect("a ring's capacity");
    Logger::new(Box::leak(ring), config)
}

fn fill(log: &Logger<'_>, bytes: &[u8]) {
    for _ in 0..BURST {
        assert!(log.push(Level::INFO, bytes).is_stored(), "there is room");
    }
}

/// A burst of pushes whose answers are not looked at.
fn push_burst(log: &Logger<'_>, bytes: &[u8]) {
    for _ in 0..BURST {
        black_box(log.push(Level::INFO, black_box(bytes)));
    }
}

fn empty(ring: &Ring, buf: &mut [u8]) -> usize {
    let drained = ring.drain(buf, usize::MAX, |record| {
        black_box(record.bytes);
    });
    drained.records
}

/// Times `timed` in bursts of [`BURST`], each after `before`, which is not.
fn in_bursts(wanted: u64, mut before: impl FnMut(), mut timed: impl FnMut()) -> Duration {
    let mut took = Duration::ZERO;
    let bursts = wanted.div_ceil(BURST as u64).max(1);
    for _ in 0..bursts {
        before();
        let start = Instant::now();
        timed();
        took += start.elapsed();
    }
    took.mul_f64(wanted as f64 / (bursts * BURST as u64) as f64)
}

fn by_size(criterion: &mut Criterion, name: &str, mut one: impl FnMut(u64, &[u8]) -> Duration) {
    let mut group = criterion.benchmark_group(name);
    for size in SIZES {
        let bytes = vec![0x5A; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter_custom(|wanted| one(wanted, &bytes));
        });
    }
    group.finish();
}

fn push(criterion: &mut Criterion) {
    let mut buf = vec![0; 64 * 1024];
    let log = logger(CAPACITY_BYTES, Config::drop_newest());
    by_size(criterion, "push", |wanted, bytes| {
        let before = || {
            empty(log.ring(), &mut buf);
        };
        in_bursts(wanted, before, || push_burst(&log, bytes))
    });
}

fn overwrite(criterion: &mut Criterion) {
    let log = logger(CAPACITY_BYTES, Config::drop_oldest());
    by_size(criterion, "overwrite", |wanted, bytes| {
        let filled =
            || (0..CAPACITY_BYTES / Ring::CELL_BYTES / BURST).for_each(|_| fill(&log, bytes));
        filled();
        in_bursts(wanted, || (), || push_burst(&log, bytes))
    });
}

fn refuse(criterion: &mut Criterion) {
    let log = logger(4096, Config::drop_newest());
    while log.push(Level::INFO, &[]).is_stored() {}
    by_size(criterion, "refuse", |wanted, bytes| {
        in_bursts(wanted, || (), || push_burst(&log, bytes))
    });
}

fn pop(criterion: &mut Criterion) {
    let mut buf = vec![0; 64 * 1024];
    let log = logger(CAPACITY_BYTES, Config::drop_newest());
    by_size(criterion, "pop", |wanted, bytes| {
        empty(log.ring(), &mut buf);
        in_bursts(
            wanted,
            || fill(&log, bytes),
            || {
                for _ in 0..BURST {
                    match log.ring().pop(&mut buf) {
                        Popped::Record(record) => black_box(record.bytes).len(),
                        other => panic!("{other:?} instead of a record"),
                    };
                }
            },
        )
    });
}

fn drain(criterion: &mut Criterion) {
    let mut buf = vec![0; 64 * 1024];
    let log = logger(CAPACITY_BYTES, Config::drop_newest());
    by_size(criterion, "drain", |wanted, bytes| {
        empty(log.ring(), &mut buf);
        in_bursts(
            wanted,
            || fill(&log, bytes),
            || {
                assert_eq!(empty(log.ring(), &mut buf), BURST);
            },
        )
    });
}

fn drain_into(criterion: &mut Criterion) {
    let mut buf = vec![0; 64 * 1024];
    let log = logger(CAPACITY_BYTES, Config::drop_newest());
    by_size(criterion, "drain_into", |wanted, bytes| {
        empty(log.ring(), &mut buf);
        in_bursts(
            wanted,
            || fill(&log, bytes),
            || {
                loop {
                    let batch = log.ring().drain_into(&mut buf);
                    if batch.records == 0 {
                        break;
                    }
                    for record in Frames::new(&buf[..batch.bytes]) {
                        black_box(record.bytes);
                    }
                }
            },
        )
    });
}

/// Text into a grant, through a macro, and into a buffer on the stack without
/// any ring.
fn format(criterion: &mut Criterion) {
    let log = logger(16 * 1024, Config::drop_oldest());
    let mut group = criterion.benchmark_group("format");
    group.bench_function("reserve, write, commit", |bencher| {
        bencher.iter(|| {
            let mut grant = log.reserve(Level::INFO, 7, 64).expect("room is made");
            let written = write!(grant, "user {} paid {}", black_box(42), black_box(1_999));
            written.expect("a grant takes what fits");
            grant.commit()
        });
    });
    group.bench_function("info!", |bencher| {
        bencher.iter(|| logring::info!(log, "user {} paid {}", black_box(42), black_box(1_999)));
    });
    group.bench_function("info! of a constant", |bencher| {
        bencher.iter(|| logring::info!(log, "listening"));
    });
    group.bench_function("the same text, no ring", |bencher| {
        bencher.iter(|| {
            use std::io::Write;

            let mut line = [0_u8; 64];
            let written = write!(
                &mut line[..],
                "user {} paid {}",
                black_box(42),
                black_box(1_999)
            );
            written.expect("it fits");
            black_box(line)
        });
    });
    group.finish();
}

criterion_group! {
    name = ops;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    targets = push, overwrite, refuse, pop, drain, drain_into, format
}
criterion_main!(ops);
