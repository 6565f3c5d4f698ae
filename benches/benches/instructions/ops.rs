//! The operations that are counted.

use std::hint::black_box;

use logring::{Config, Frames, Level, LogRing, Logger, Policy, Ring, Severity};

use crate::region;

/// Operations in a counted region: whole eviction runs, and whole laps.
pub(crate) const COUNT: usize = 4096;

/// The operation that subtracts the loop.
pub(crate) const NOTHING: &str = "nothing";

/// Cells of a ring that never fills, and of one that stays full.
const ROOMY: usize = 8 * COUNT;
const SMALL: usize = 1024;

type Op = (&'static str, fn());

const OPS: &[Op] = &[
    ("push 0 B", push::<0>),
    ("push 16 B", push::<16>),
    ("push 64 B", push::<64>),
    ("push 256 B", push::<256>),
    ("push 1024 B", push::<1024>),
    ("push 64 B, length unknown", push_unknown::<64>),
    ("push 64 B with a timestamp", push_stamped),
    ("push 64 B while losses are untold", push_untold),
    ("push_parts 4 + 60 B, tag", push_parts),
    ("push_at_once 64 B", push_at_once),
    ("refused 64 B", refused),
    ("refused 64 B by a mark", refused_by_mark),
    ("overwrite 64 B", overwrite::<64>),
    ("overwrite 256 B", overwrite::<256>),
    ("pop 64 B", pop::<64>),
    ("pop 256 B", pop::<256>),
    ("drain 64 B", drain::<64>),
    ("drain 256 B", drain::<256>),
    ("drain 64 B of a logger with a clock", drain_stamped),
    ("drain_into and Frames 64 B", drain_into),
    ("reserve, format, commit", grant),
    ("info! of two numbers", info),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OPS.iter().map(|(name, _)| *name)
}

/// Runs one operation, its region once.
pub(crate) fn run(name: &str) {
    if name == NOTHING {
        return counted(|| ());
    }
    let op = OPS.iter().find(|(op, _)| *op == name);
    let (_, op) = op.unwrap_or_else(|| panic!("no such operation: {name}"));
    op();
}

/// The region: `COUNT` times `one`.
fn counted(mut one: impl FnMut()) {
    region(&mut || {
        for _ in 0..COUNT {
            one();
            black_box(());
        }
    });
}

/// Uses an answer, so that the work for it is done.
fn keep<T>(answer: T) {
    black_box(answer);
}

fn payload<const BYTES: usize>() -> [u8; BYTES] {
    std::array::from_fn(|at| at as u8 ^ 0x5A)
}

fn roomy() -> &'static LogRing<ROOMY> {
    static RING: LogRing<ROOMY> = LogRing::new();
    &RING
}

fn small() -> &'static LogRing<SMALL> {
    static RING: LogRing<SMALL> = LogRing::new();
    &RING
}

fn fill(log: &Logger<'_>) {
    while log.push(Level::INFO, &payload::<64>()).is_stored() {}
}

fn pushed(log: &Logger<'_>, bytes: &[u8], stored: bool) {
    assert_eq!(log.push(Level::INFO, bytes).is_stored(), stored);
}

fn push<const BYTES: usize>() {
    static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    static RING: LogRing<{ 16 * COUNT }> = LogRing::new();
    let bytes = payload::<BYTES>();
    pushed(&LOG, &bytes, true);
    counted(|| keep(LOG.push(Level::INFO, black_box(&bytes))));
    pushed(&LOG, &bytes, true);
}

fn push_unknown<const BYTES: usize>() {
    let log = Logger::new(roomy(), Config::drop_newest());
    let bytes = payload::<BYTES>();
    pushed(&log, &bytes, true);
    counted(|| keep(black_box(&log).push(Level::INFO, black_box(&bytes[..]))));
}

fn push_stamped() {
    fn now() -> u64 {
        black_box(7)
    }
    static LOG: Logger = Logger::new(&RING, Config::drop_newest().with_clock(Some(now)));
    static RING: LogRing<ROOMY> = LogRing::new();
    let bytes = payload::<64>();
    pushed(&LOG, &bytes, true);
    counted(|| keep(LOG.push(Level::INFO, black_box(&bytes))));
    pushed(&LOG, &bytes, true);
}

/// A consumer that keeps the ring from running empty leaves losses untold.
fn push_untold() {
    static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    static RING: LogRing<ROOMY> = LogRing::new();
    fill(&LOG);
    let mut buf = [0; 64 * 1024];
    while RING.drain(&mut buf, COUNT, |_| ()).records < COUNT {}
    let bytes = payload::<64>();
    counted(|| keep(LOG.push(Level::INFO, black_box(&bytes))));
}

fn push_parts() {
    let log = Logger::new(roomy(), Config::drop_newest());
    let (head, body) = (payload::<4>(), payload::<60>());
    counted(|| {
        let parts: [&[u8]; 2] = [black_box(&head), black_box(&body)];
        keep(black_box(&log).push_parts(Level::INFO, 7, &parts));
    });
}

fn push_at_once() {
    let bytes = payload::<64>();
    let ring: &Ring = roomy();
    counted(|| {
        let ring = black_box(ring);
        let pushed = ring.push_at_once(Policy::DropNewest, Level::INFO, black_box(&bytes[..]));
        keep(pushed);
    });
}

fn refused() {
    static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    static RING: LogRing<SMALL> = LogRing::new();
    fill(&LOG);
    let bytes = payload::<64>();
    counted(|| keep(LOG.push(Level::INFO, black_box(&bytes))));
    pushed(&LOG, &bytes, false);
}

fn refused_by_mark() {
    static LOG: Logger = Logger::new(&RING, Config::drop_oldest().with_mark(Severity::Info, 50));
    static RING: LogRing<SMALL> = LogRing::new();
    fill(&LOG);
    let bytes = payload::<64>();
    counted(|| keep(LOG.push(Level::INFO, black_box(&bytes))));
    pushed(&LOG, &bytes, false);
}

fn overwrite<const BYTES: usize>() {
    static LOG: Logger = Logger::new(&RING, Config::drop_oldest());
    static RING: LogRing<SMALL> = LogRing::new();
    let bytes = payload::<BYTES>();
    for _ in 0..2 * SMALL {
        pushed(&LOG, &bytes, true);
    }
    counted(|| keep(LOG.push(Level::INFO, black_box(&bytes))));
}

/// A ring with `COUNT` records of so many bytes.
fn filled<const BYTES: usize>() -> &'static Ring {
    filled_by::<BYTES>(Config::drop_newest())
}

fn filled_by<const BYTES: usize>(config: Config) -> &'static Ring {
    static RING: LogRing<{ 4 * COUNT }> = LogRing::new();
    let log = Logger::new(&RING, config);
    for _ in 0..COUNT {
        pushed(&log, &payload::<BYTES>(), true);
    }
    &RING
}

fn pop<const BYTES: usize>() {
    let ring = filled::<BYTES>();
    let mut buf = [0; 1024];
    counted(|| keep(ring.pop(&mut buf)));
    assert_eq!(ring.stats().delivered, COUNT as u64);
}

/// Batches of 16 KiB.
fn drain<const BYTES: usize>() {
    drain_of(filled::<BYTES>());
}

fn drain_stamped() {
    drain_of(filled_by::<64>(
        Config::drop_newest().with_clock(Some(|| 7)),
    ));
}

fn drain_of(ring: &Ring) {
    let mut buf = [0; 16 * 1024];
    region(&mut || {
        ring.drain(&mut buf, COUNT, |record| {
            black_box(record.bytes);
        });
    });
    assert_eq!(ring.stats().delivered, COUNT as u64);
}

fn drain_into() {
    let ring = filled::<64>();
    let mut buf = [0; 16 * 1024];
    region(&mut || {
        loop {
            let batch = ring.drain_into(&mut buf);
            if batch.records == 0 {
                break;
            }
            for record in Frames::new(&buf[..batch.bytes]) {
                black_box(record.bytes);
            }
        }
    });
    assert_eq!(ring.stats().delivered, COUNT as u64);
}

fn grant() {
    use std::fmt::Write;

    let log = Logger::new(roomy(), Config::drop_newest());
    counted(|| {
        let mut grant = log.reserve(Level::INFO, 7, 64).expect("room");
        write!(grant, "user {} paid {}", black_box(42), black_box(1999)).expect("never fails");
        keep(grant.commit());
    });
}

fn info() {
    let log = Logger::new(small(), Config::drop_oldest());
    counted(|| {
        keep(logring::info!(
            *black_box(&log),
            "user {} paid {}",
            black_box(42),
            black_box(1999)
        ));
    });
}
