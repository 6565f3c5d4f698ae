//! The hook of a logger: called once for whatever it published, after it was
//! published, and for nothing else.

use std::cell::Cell;
use std::fmt::Write;

use logring::{Cause, Config, Level, LogRing, Logger, NoGrant, Popped, Ring, Severity};

use crate::support::{FIRST, clock, glance, lost, pattern, pop};

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static RECORDS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    CALLS.set(CALLS.get() + 1);
}

/// Calls while `run` ran.
fn calls(run: impl FnOnce()) -> usize {
    CALLS.set(0);
    run();
    CALLS.get()
}

/// Policies, with a clock and without: what is plain otherwise, and what not.
fn configs() -> [Config; 4] {
    [Config::drop_newest(), Config::drop_oldest()]
        .map(|config| {
            [
                config.with_notify(Some(count)),
                config.with_clock(Some(clock)).with_notify(Some(count)),
            ]
        })
        .as_flattened()
        .try_into()
        .unwrap()
}

/// Every way to offer a record, and every length that takes a path of its own.
#[test]
fn every_stored_record_calls_once() {
    for config in configs() {
        let ring = LogRing::<64>::new();
        let log = Logger::new(&ring, config);
        for bytes in [0, 1, FIRST, FIRST + 1, 5 * FIRST] {
            let bytes = pattern(bytes);
            let text = "x".repeat(bytes.len());
            let ways: [&dyn Fn(); 6] = [
                &|| assert!(log.push(Level::INFO, &bytes).is_stored()),
                &|| assert!(log.push_parts(Level::INFO, 0, &[&bytes, b"y"]).is_stored()),
                &|| assert!(log.push_parts(Level::INFO, 7, &[&bytes]).is_stored()),
                &|| assert!(logring::info!(log, "{text}").is_stored()),
                &|| assert!(logring::info!(log, tag: 7, "{text}").is_stored()),
                &|| {
                    let mut grant = log.reserve(Level::INFO, 0, bytes.len()).unwrap();
                    grant.append(&bytes);
                    grant.commit();
                },
            ];
            for (way, offer) in ways.iter().enumerate() {
                assert_eq!(calls(offer), 1, "way {way} of {} bytes", bytes.len());
                pop(&ring);
                assert_eq!(glance(&ring), Popped::Empty);
            }
        }
    }
}

/// A line that is too long for the stack is formatted into its grant.
#[test]
fn a_long_line_calls_once() {
    let ring = LogRing::<256>::new();
    let log = Logger::new(&ring, configs()[0]);
    for length in [64, 65, 256, 257, 700] {
        let text = "x".repeat(length);
        assert_eq!(
            calls(|| assert!(logring::warn!(log, "{text}").is_stored())),
            1
        );
        assert_eq!(pop(&ring).bytes.len(), length);
    }
}

/// Cut by a push, by parts, by a short line, by a long one, and in a grant.
#[test]
fn a_cut_record_calls_once() {
    let ring = LogRing::<256>::new();
    for most in [3, 300] {
        let log = Logger::new(&ring, configs()[0].with_record_bytes_max(most));
        let long = "x".repeat(most + 1);
        let ways: [&dyn Fn(); 4] = [
            &|| assert!(log.push(Level::INFO, long.as_bytes()).is_stored()),
            &|| {
                assert!(
                    log.push_parts(Level::INFO, 1, &[long.as_bytes()])
                        .is_stored()
                )
            },
            &|| assert!(logring::info!(log, "{long}").is_stored()),
            &|| {
                let mut grant = log.reserve(Level::INFO, 0, long.len()).unwrap();
                write!(grant, "{long}").unwrap();
                assert!(grant.commit());
            },
        ];
        for (way, offer) in ways.iter().enumerate() {
            assert_eq!(calls(offer), 1, "way {way}");
            let record = pop(&ring);
            assert_eq!((record.bytes.len(), record.truncated), (most, true));
        }
    }
}

/// A grant calls at its end, whatever the end is, and not before.
#[test]
fn a_grant_calls_at_its_end() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, configs()[0]);
    let ends: [fn(logring::Grant<'_>); 4] = [
        |grant| {
            grant.commit();
        },
        |mut grant| {
            // Shorter than reserved, so it leaves a pad, too.
            grant.append(b"short");
            grant.commit();
        },
        |grant| grant.discard(),
        |grant| drop(grant),
    ];
    for (way, end) in ends.iter().enumerate() {
        let mut open = None;
        let reserve = || open = Some(log.reserve(Level::INFO, 0, 2 * FIRST).unwrap());
        assert_eq!(calls(reserve), 0, "way {way}");
        assert_eq!(calls(|| end(open.take().unwrap())), 1, "way {way}");
    }
    assert_eq!(lost(&ring, Cause::Discarded), 2);
}

/// A grant that was taken apart has forgotten whom to tell.
#[test]
fn a_grant_put_together_again_calls_nobody() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, configs()[0]);
    let apart = || {
        for keep in [true, false] {
            let words = log.reserve(Level::INFO, 0, 8).unwrap().into_words();
            let grant = ring.resume(words).unwrap();
            if keep {
                grant.commit();
            }
        }
    };
    assert_eq!(calls(apart), 0);
    assert_eq!(lost(&ring, Cause::Discarded), 1);
}

/// Whatever is turned away put nothing into the ring.
#[test]
fn what_is_turned_away_calls_nobody() {
    let ring = LogRing::<4>::new();
    let config = configs()[0]
        .with_min_level(Some(Level::INFO))
        .with_mark(Severity::Info, 50)
        .with_truncate(false);
    let log = Logger::new(&ring, config);
    let turned_away = |level, bytes: &[u8]| {
        let offers = || {
            assert!(!log.push(level, bytes).is_stored());
            assert!(!log.push_parts(level, 3, &[bytes]).is_stored());
            let text = "x".repeat(bytes.len());
            assert!(!logring::log!(log, level, "{text}").is_stored());
            assert!(log.reserve(level, 0, bytes.len()).is_err());
        };
        assert_eq!(calls(offers), 0, "{level:?}");
    };
    turned_away(Level::DEBUG, b"filtered");
    turned_away(Level::ERROR, &[0; 9999]);
    assert_eq!(lost(&ring, Cause::TooBig), 4);
    for _ in 0..4 {
        log.push(Level::ERROR, b"x");
    }
    turned_away(Level::INFO, b"marked");
    turned_away(Level::ERROR, b"full");
    let causes = [Cause::Level, Cause::Full].map(|cause| lost(&ring, cause));
    assert_eq!(causes, [4, 4]);
}

/// A newer record that cannot evict, since the oldest is still open, is turned
/// away like any other; one that evicts calls once, for itself.
#[test]
fn an_eviction_calls_nobody() {
    let ring = LogRing::<4>::new();
    let log = Logger::new(&ring, configs()[2]);
    let grant = log.reserve(Level::INFO, 0, 1).unwrap();
    for _ in 0..3 {
        log.push(Level::INFO, b"x");
    }
    let busy = || assert!(!log.push(Level::INFO, b"busy").is_stored());
    assert_eq!(calls(busy), 0);
    assert_eq!(lost(&ring, Cause::Busy), 1);
    grant.commit();
    assert_eq!(
        calls(|| assert!(log.push(Level::INFO, b"y").is_stored())),
        1
    );
    assert!(lost(&ring, Cause::Evicted) > 0);
}

/// The hook comes after the commit: what it is called for, it can pop.
#[test]
fn a_record_is_there_when_the_hook_is_called() {
    static RING: LogRing<16> = LogRing::new();
    fn take() {
        let mut buf = [0; 512];
        while let Popped::Record(_) = RING.pop(&mut buf) {
            RECORDS.set(RECORDS.get() + 1);
        }
    }
    for config in configs() {
        let log = Logger::new(&RING, config.with_notify(Some(take)));
        RECORDS.set(0);
        log.push(Level::INFO, b"one");
        assert_eq!(RECORDS.get(), 1);
        log.push_parts(Level::INFO, 1, &[b"t", b"wo"]);
        assert_eq!(RECORDS.get(), 2);
        logring::info!(log, "{}", 3);
        assert_eq!(RECORDS.get(), 3);
        let grant = log.reserve(Level::INFO, 0, 8).unwrap();
        log.push(Level::INFO, b"behind");
        assert_eq!(RECORDS.get(), 3);
        grant.discard();
        assert_eq!(RECORDS.get(), 4);
        log.push(Level::INFO, &pattern(3 * FIRST));
        assert_eq!(RECORDS.get(), 5);
    }
    assert_eq!(glance(&RING), Popped::Empty);
}

/// Loggers of one ring have hooks of their own, or none; so does a logger that
/// got a clock later.
#[test]
fn each_logger_calls_its_own_hook() {
    let ring = LogRing::<16>::new();
    let ticks = || 7;
    let with = Logger::new(&ring, configs()[0]);
    let without = Logger::new(&ring, Config::drop_newest());
    assert_eq!(
        calls(|| assert!(with.push(Level::INFO, b"a").is_stored())),
        1
    );
    assert_eq!(
        calls(|| assert!(without.push(Level::INFO, b"b").is_stored())),
        0
    );
    let late = with.with_clock(&ticks);
    assert_eq!(
        calls(|| assert!(late.push(Level::INFO, b"c").is_stored())),
        1
    );
    let ring: &Ring = &ring;
    let at_once = || {
        let stored = ring.push_at_once(logring::Policy::DropNewest, Level::INFO, b"d");
        assert!(stored.is_some_and(logring::Pushed::is_stored));
    };
    assert_eq!(calls(at_once), 0);
}

/// A marked severity, a minimum level and a limit change nothing while the
/// record is stored.
#[test]
fn marks_and_limits_call_once() {
    let ring = LogRing::<16>::new();
    let config = configs()[0]
        .with_min_level(Some(Level::INFO))
        .with_mark(Severity::Info, 50)
        .with_record_bytes_max(40)
        .with_truncate(false);
    let log = Logger::new(&ring, config);
    for level in [Level::INFO, Level::FATAL] {
        assert_eq!(calls(|| assert!(log.push(level, &[1; 40]).is_stored())), 1);
    }
    assert!(matches!(
        log.reserve(Level::TRACE, 0, 1),
        Err(NoGrant::Filtered)
    ));
}

/// At home and next door; a refusal of the set calls nobody.
#[test]
#[cfg(feature = "shards")]
fn a_set_calls_once_wherever_the_record_goes() {
    let (home, next) = (LogRing::<4>::new(), LogRing::<4>::new());
    for clock in [None, Some(clock as fn() -> u64)] {
        let set = logring::Shards::new([&home, &next], configs()[0].with_clock(clock));
        let stored = |room| calls(|| assert_eq!(set.push(0, Level::INFO, b"x").is_stored(), room));
        for _ in 0..8 {
            assert_eq!(stored(true), 1);
        }
        assert_eq!(stored(false), 0);
        let used = [&home, &next].map(|ring| ring.stats().used_bytes / Ring::CELL_BYTES);
        assert_eq!(used, [4, 4]);
        for ring in [&home, &next] {
            while let Popped::Record(_) = ring.pop(&mut [0; 64]) {}
        }
        let others = || {
            set.push_parts(1, Level::INFO, 1, &[b"x"]);
            logring::info!(set.at(0), "x");
            set.reserve(1, Level::INFO, 0, 1).unwrap().commit();
            drop(set.reserve(0, Level::INFO, 0, 1).unwrap());
        };
        assert_eq!(calls(others), 4);
        for ring in [&home, &next] {
            while let Popped::Record(_) = ring.pop(&mut [0; 64]) {}
        }
    }
}
