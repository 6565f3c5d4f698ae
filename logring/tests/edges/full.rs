//! Full rings: who gives way, and at which cell.

use logring::{Cause, Config, Level, LogRing, Logger, Lost, Popped, Pushed, Severity};

use crate::support::{FIRST, WORD, assert_lost_only, glance, lost, pattern, pop, used};

/// The last free cell is taken; the next record is turned away, and what came
/// first stays.
#[test]
fn drop_newest_refuses_when_exactly_full() {
    for start in [0, usize::MAX - 6] {
        let ring = LogRing::<8>::starting_at(start);
        let log = Logger::new(&ring, Config::drop_newest());
        for at in 0..8 {
            assert_eq!(log.push(Level::INFO, &[at]), Pushed::Stored);
        }
        assert_eq!((used(&ring), ring.stats().lost.total()), (8, 0));
        assert_eq!(log.push(Level::INFO, &[8]), Pushed::Lost(Lost::Full));
        assert_lost_only(&ring, Cause::Full, Severity::Info, 1);
        for at in 0..8 {
            let record = pop(&ring);
            assert_eq!((record.bytes, record.lost_before), (vec![at], 0));
        }
        assert_eq!(glance(&ring), Popped::Empty);
    }
}

/// The last free cell is taken without an eviction; the next record takes the
/// place of the oldest, and the popper learns of it with the first record.
#[test]
fn evicts_oldest_when_exactly_full() {
    for start in [0, usize::MAX - 6] {
        let ring = LogRing::<8>::starting_at(start);
        let log = Logger::new(&ring, Config::drop_oldest());
        for at in 0..8 {
            assert_eq!(log.push(Level::INFO, &[at]), Pushed::Stored);
        }
        assert_eq!((used(&ring), ring.stats().lost.total()), (8, 0));
        assert_eq!(log.push(Level::ERROR, &[8]), Pushed::Stored);
        // Under the severity of the victim.
        assert_lost_only(&ring, Cause::Evicted, Severity::Info, 1);
        for at in 1..9 {
            let record = pop(&ring);
            assert_eq!(
                (record.bytes, record.lost_before),
                (vec![at], u64::from(at == 1))
            );
        }
        assert_eq!(glance(&ring), Popped::Empty);
    }
}

/// A record that needs two cells evicts one record of two, or two of one; if
/// one cell is free already, one of one is enough.
#[test]
fn evicts_whole_records_and_no_more_than_needed() {
    for (oldest, newer, expected) in [(FIRST + 1, 6, 1), (FIRST, 7, 2), (FIRST, 6, 1)] {
        let ring = LogRing::<8>::new();
        let log = Logger::new(&ring, Config::drop_oldest());
        log.push(Level::INFO, &pattern(oldest));
        for _ in 0..newer {
            log.push(Level::INFO, b"x");
        }
        assert_eq!(lost(&ring, Cause::Evicted), 0);
        assert_eq!(log.push(Level::INFO, &pattern(FIRST + 1)), Pushed::Stored);
        assert_eq!(lost(&ring, Cause::Evicted), expected);
        assert_eq!(pop(&ring).lost_before, expected);
    }
}

/// A run of evictions aims at a sixteenth of the ring, at most 32 cells,
/// so that it is not needed for each push. Below 32 cells that is one.
#[test]
fn an_eviction_run_frees_a_sixteenth_and_at_most_32() {
    fn check<const N: usize>(expected: u64) {
        let ring = LogRing::<N>::new();
        let log = Logger::new(&ring, Config::drop_oldest());
        for _ in 0..N {
            log.push(Level::INFO, b"x");
        }
        assert_eq!(lost(&ring, Cause::Evicted), 0);
        for _ in 0..expected {
            assert_eq!(log.push(Level::INFO, b"x"), Pushed::Stored);
            assert_eq!(lost(&ring, Cause::Evicted), expected, "{N} cells");
        }
        log.push(Level::INFO, b"x");
        assert_eq!(lost(&ring, Cause::Evicted), 2 * expected, "{N} cells");
        assert_eq!(pop(&ring).lost_before, 2 * expected);
    }
    check::<4>(1);
    check::<16>(1);
    check::<32>(2);
    check::<64>(4);
    if !cfg!(miri) {
        check::<256>(16);
        check::<512>(32);
        check::<1024>(32);
    }
}

/// Half of eight cells is four: the fourth record is stored, the fifth is
/// refused for its level, while a severer one is stored.
#[test]
fn a_level_is_refused_exactly_above_its_mark() {
    for policy in [Config::drop_newest(), Config::drop_oldest()] {
        let ring = LogRing::<8>::starting_at(usize::MAX - 2);
        let log = Logger::new(&ring, policy.with_mark(Severity::Debug, 50));
        for _ in 0..4 {
            assert_eq!(log.push(Level::DEBUG, b"x"), Pushed::Stored);
        }
        assert_eq!(log.push(Level::DEBUG, b"x"), Pushed::Lost(Lost::Level));
        assert_eq!(
            log.push(Level::new(8).unwrap(), b"x"),
            Pushed::Lost(Lost::Level)
        );
        assert_lost_only(&ring, Cause::Level, Severity::Debug, 2);
        // The buckets next to it have no mark.
        assert_eq!(log.push(Level::TRACE, b"x"), Pushed::Stored);
        assert_eq!(log.push(Level::INFO, b"x"), Pushed::Stored);

        for _ in 0..2 {
            pop(&ring);
        }
        assert_eq!(log.push(Level::DEBUG, b"x"), Pushed::Lost(Lost::Level));
        pop(&ring);
        assert_eq!(log.push(Level::DEBUG, b"x"), Pushed::Stored);
    }
}

/// What matters is the fill with the record in it: where one cell is left
/// below the mark, a record of one cell fits and one of two does not.
#[test]
fn a_mark_counts_all_cells_of_the_record() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest().with_mark(Severity::Info, 25));
    for _ in 0..3 {
        log.push(Level::INFO, b"x");
    }
    assert_eq!(
        log.push(Level::INFO, &pattern(FIRST + 1)),
        Pushed::Lost(Lost::Level)
    );
    // From now on records carry the total of losses, which takes a word.
    assert_eq!(
        log.push(Level::INFO, &pattern(FIRST - WORD + 1)),
        Pushed::Lost(Lost::Level)
    );
    assert_eq!(
        log.push(Level::INFO, &pattern(FIRST - WORD)),
        Pushed::Stored
    );
    assert_eq!(used(&ring), 4);
}

/// In a full ring a level with a mark is refused for its level, whatever the
/// policy, and evicts nothing; one without a mark is refused or evicts.
#[test]
fn a_level_with_a_mark_never_evicts() {
    let ring = LogRing::<8>::new();
    let config = Config::drop_oldest().with_mark(Severity::Info, 99);
    let log = Logger::new(&ring, config);
    for _ in 0..8 {
        assert_eq!(log.push(Level::ERROR, b"x"), Pushed::Stored);
    }
    assert_eq!(log.push(Level::INFO, b"x"), Pushed::Lost(Lost::Level));
    assert_lost_only(&ring, Cause::Level, Severity::Info, 1);
    assert_eq!(log.push(Level::ERROR, b"x"), Pushed::Stored);
    assert_eq!(lost(&ring, Cause::Evicted), 1);
}

/// Marks round down: 60 % of four cells is two. A mark that rounds down to
/// nothing refuses its level even in an empty ring, and 100 is no mark.
#[test]
fn marks_round_down_to_cells() {
    for (percent, expected) in [(1, 0), (24, 0), (25, 1), (60, 2), (99, 3), (100, 4)] {
        let ring = LogRing::<4>::new();
        let log = Logger::new(
            &ring,
            Config::drop_newest().with_mark(Severity::Warn, percent),
        );
        let stored = (0..4)
            .filter(|_| log.push(Level::WARN, b"x").is_stored())
            .count();
        assert_eq!(stored, expected, "{percent} %");
        let why = if percent == 100 {
            Lost::Full
        } else {
            Lost::Level
        };
        assert_eq!(log.push(Level::WARN, b"x"), Pushed::Lost(why));
    }
}

/// Below the minimum level nothing is offered: no count, no gap, no clock. At
/// the minimum it is.
#[test]
fn a_level_below_the_minimum_is_not_an_offer() {
    fn never() -> u64 {
        panic!("a filtered record needs no time")
    }
    let ring = LogRing::<4>::new();
    let ten = Level::new(10);
    let log = Logger::new(
        &ring,
        Config::drop_newest()
            .with_min_level(ten)
            .with_clock(Some(never)),
    );
    assert!(!log.enabled(Level::INFO));
    assert_eq!(log.push(Level::INFO, &pattern(9999)), Pushed::Filtered);
    assert_eq!(log.push_parts(Level::INFO, 1, &[b"x"]), Pushed::Filtered);
    assert_eq!(
        log.push_fmt(Level::INFO, 1, format_args!("x")),
        Pushed::Filtered
    );
    assert_eq!(
        log.reserve(Level::INFO, 0, 1).err(),
        Some(logring::NoGrant::Filtered)
    );
    assert_eq!((used(&ring), ring.stats().lost.total()), (0, 0));

    let log = Logger::new(&ring, Config::drop_newest().with_min_level(ten));
    assert!(log.enabled(ten.unwrap()));
    assert_eq!(log.push(ten.unwrap(), b"x"), Pushed::Stored);
    assert_eq!(pop(&ring).lost_before, 0);
}

/// One record that is everything at once is answered in a fixed order:
/// filtered, too big, level, full.
#[test]
fn answers_come_in_their_order() {
    let ring = LogRing::<4>::new();
    let config = Config::drop_newest().with_truncate(false);
    let marked = config.with_mark(Severity::Info, 50);
    let filtering = marked.with_min_level(Some(Level::WARN));
    for _ in 0..4 {
        Logger::new(&ring, config).push(Level::INFO, b"x");
    }
    let big = pattern(ring.record_bytes_max() + 1);
    let answer = |config, bytes: &[u8]| Logger::new(&ring, config).push(Level::INFO, bytes);
    assert_eq!(answer(filtering, &big), Pushed::Filtered);
    assert_eq!(answer(marked, &big), Pushed::Lost(Lost::TooBig));
    assert_eq!(answer(marked, b"x"), Pushed::Lost(Lost::Level));
    assert_eq!(answer(config, b"x"), Pushed::Lost(Lost::Full));
    assert_eq!(ring.stats().lost.total(), 3);
}

/// What to do when full is the caller's decision at each push: two loggers
/// with opposite policies share a ring, and each gets its own.
#[test]
fn loggers_of_different_policies_share_a_ring() {
    let ring = LogRing::<4>::new();
    let keeper = Logger::new(&ring, Config::drop_newest());
    let recorder = Logger::new(&ring, Config::drop_oldest());
    for at in 0..4 {
        assert_eq!(keeper.push(Level::INFO, &[at]), Pushed::Stored);
    }
    assert_eq!(keeper.push(Level::INFO, &[4]), Pushed::Lost(Lost::Full));
    assert_eq!(recorder.push(Level::INFO, &[5]), Pushed::Stored);
    assert_eq!(keeper.push(Level::INFO, &[6]), Pushed::Lost(Lost::Full));
    // 0 was evicted, 4 was refused before 5, and 6 after it.
    for (byte, lost_before) in [(1, 1), (2, 0), (3, 0), (5, 1)] {
        let record = pop(&ring);
        assert_eq!(
            (record.bytes, record.lost_before),
            (vec![byte], lost_before)
        );
    }
    assert_eq!(ring.take_trailing_loss(), 1);
}
