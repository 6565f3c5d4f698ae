//! Clocks that have a context of their own.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use logring::{Clock, Config, Level, LogRing, Logger, NoGrant, Popped, Severity};

use crate::support::{clock, glance, pop};

/// A clock that counts how often it was asked.
struct Ticks(AtomicU64);

impl Ticks {
    fn asked(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Clock for Ticks {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, Relaxed)
    }
}

/// Two loggers of one ring, each with a clock and a context of its own; all
/// ways of offering ask it, once.
#[test]
fn each_logger_asks_its_own_clock_once_a_record() {
    let ring = LogRing::<64>::new();
    let (one, two) = (Ticks(AtomicU64::new(100)), Ticks(AtomicU64::new(900)));
    let first = Logger::new(&ring, Config::drop_newest()).with_clock(&one);
    let second = Logger::new(&ring, Config::drop_newest()).with_clock(&two);
    first.push(Level::INFO, b"a");
    second.push_parts(Level::INFO, 1, &[b"b"]);
    first.push_fmt(Level::INFO, 0, format_args!("{}", 'c'));
    let mut grant = second.reserve(Level::INFO, 0, 1).unwrap();
    grant.append(b"d");
    grant.commit();
    let stamps = [100, 900, 101, 901].map(|stamp| (pop(&ring).timestamp, Some(stamp)));
    assert!(
        stamps.iter().all(|(found, wanted)| found == wanted),
        "{stamps:?}"
    );
    assert_eq!((one.asked(), two.asked()), (102, 902));
}

/// A closure is a clock, with what it has borrowed; 0 and the largest number
/// are times like any other.
#[test]
fn a_closure_is_a_clock() {
    let ring = LogRing::<16>::new();
    for now in [0, 1, u64::from(u32::MAX) + 1, u64::MAX] {
        let closure = || now;
        let log = Logger::new(&ring, Config::drop_newest()).with_clock(&closure);
        log.push(Level::INFO, b"x");
        assert_eq!(pop(&ring).timestamp, Some(now));
    }
}

/// The later clock counts, whether it comes by the configuration or not.
#[test]
fn a_clock_with_a_context_takes_the_place_of_the_configured_one() {
    let ring = LogRing::<16>::new();
    let (one, two) = (|| 1, || 2);
    let log = Logger::new(&ring, Config::drop_newest().with_clock(Some(clock)));
    log.with_clock(&one).push(Level::INFO, b"x");
    log.with_clock(&one)
        .with_clock(&two)
        .push(Level::INFO, b"x");
    log.push(Level::INFO, b"x");
    for stamp in [1, 2, clock()] {
        assert_eq!(pop(&ring).timestamp, Some(stamp));
    }
}

/// A logger with a clock can be a `static`.
#[test]
fn a_logger_with_a_clock_is_a_constant() {
    static RING: LogRing<4> = LogRing::new();
    static TICKS: Ticks = Ticks(AtomicU64::new(5));
    static LOG: Logger = Logger::new(&RING, Config::drop_newest()).with_clock(&TICKS);
    LOG.push(Level::INFO, b"x");
    assert_eq!(pop(&RING).timestamp, Some(5));
}

/// Records that are not even offered, or sure to be refused, cost no time.
#[test]
fn a_clock_is_not_asked_for_records_that_are_turned_away() {
    let ring = LogRing::<4>::new();
    let ticks = Ticks(AtomicU64::new(0));
    let config = Config::drop_newest()
        .with_min_level(Some(Level::INFO))
        .with_mark(Severity::Info, 50)
        .with_truncate(false);
    let log = Logger::new(&ring, config).with_clock(&ticks);
    log.push(Level::DEBUG, b"filtered");
    assert!(matches!(
        log.reserve(Level::DEBUG, 0, 1),
        Err(NoGrant::Filtered)
    ));
    log.push(Level::ERROR, &[0; 9999]);
    assert_eq!((ticks.asked(), glance(&ring)), (0, Popped::Empty));
    for _ in 0..4 {
        log.push(Level::ERROR, b"x");
    }
    log.push(Level::INFO, b"above its mark");
    log.push(Level::ERROR, b"full");
    assert_eq!((ticks.asked(), ring.stats().lost.total()), (4, 3));
}
