//! Grants that are taken apart into words and put together again, as callers
//! do that cannot hold a Rust value.

use std::fmt::Write;

use logring::{Cause, Config, Grant, Level, LogRing, Logger, Lost, Popped, Pushed, Ring, Severity};

use crate::support::{FIRST, Owned, assert_lost_only, clock, glance, lost, pattern, pop, used};

/// The grant, taken apart and put together.
#[track_caller]
fn again<'r>(ring: &'r Ring, grant: Grant<'_>) -> Grant<'r> {
    ring.resume(grant.into_words()).expect("its own words")
}

/// Every position that a write can stop at, bytes that do not fill a word
/// included, with each set of extras before the payload and on either side of
/// the turn at which positions wrap: what is popped is what was written.
#[test]
fn a_grant_survives_its_words_at_every_position() {
    let most = 2 * FIRST + 9;
    let (bytes, too_big) = (pattern(most), vec![0; 9999]);
    for extras in 0..8 {
        for at in (0..=most).step_by(if cfg!(miri) { 121 } else { 1 }) {
            let start = [0, usize::MAX, usize::MAX - 1, usize::MAX - 2][at % 4];
            let ring = LogRing::<16>::starting_at(start);
            let strict = Config::drop_newest().with_truncate(false);
            let config = strict.with_clock((extras & 1 != 0).then_some(clock));
            let log = Logger::new(&ring, config);
            let tag = if extras & 2 != 0 { u32::MAX } else { 0 };
            let losses = if extras & 4 != 0 { 3 } else { 0 };
            for _ in 0..losses {
                assert_eq!(log.push(Level::INFO, &too_big), Pushed::Lost(Lost::TooBig));
            }
            let mut grant = log.reserve(Level::WARN, tag, most).unwrap();
            grant.append(&bytes[..at]);
            let mut grant = again(&ring, grant);
            assert_eq!((grant.remaining(), grant.truncated()), (most - at, false));
            assert_eq!(grant.append(&bytes[at..]), most - at);
            assert!(!again(&ring, grant).commit());
            let expected = Owned {
                bytes: bytes.clone(),
                level: Level::WARN,
                tag,
                timestamp: config.clock().map(|clock| clock()),
                lost_before: losses,
                truncated: false,
            };
            assert_eq!(pop(&ring), expected, "apart at {at}, extras {extras}");
            assert_eq!(glance(&ring), Popped::Empty);
        }
    }
}

/// Taken apart after every piece, however the pieces fall into words and
/// cells; a commit of less than was reserved gives cells back as ever.
#[test]
fn a_grant_survives_its_words_between_any_two_pieces() {
    let bytes = pattern(2 * FIRST);
    let pieces: &[usize] = if cfg!(miri) { &[7] } else { &[1, 3, 7, 8, 13] };
    for &piece in pieces {
        for len in [0, 1, FIRST - 1, FIRST, FIRST + 1, 2 * FIRST] {
            let ring = LogRing::<16>::starting_at(usize::MAX);
            let log = Logger::new(&ring, Config::drop_newest());
            let mut grant = log.reserve(Level::INFO, 0, 3 * FIRST).unwrap();
            for piece in bytes[..len].chunks(piece) {
                grant = again(&ring, grant);
                grant.append(piece);
            }
            grant.commit();
            log.push(Level::INFO, b"next");
            assert_eq!(pop(&ring).bytes, bytes[..len], "{len} bytes by {piece}");
            assert_eq!(pop(&ring).bytes, b"next");
            assert_eq!(used(&ring), 0);
        }
    }
}

/// What was cut stays cut: by the reservation, by a write, and by text, after
/// which nothing more is taken.
#[test]
fn a_cut_grant_stays_cut_through_its_words() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest().with_record_bytes_max(20));
    let by_reservation = log.reserve(Level::INFO, 0, 21).unwrap();
    let mut by_write = log.reserve(Level::INFO, 0, 20).unwrap();
    assert_eq!(by_write.append(&pattern(21)), 20);
    let mut by_text = log.reserve(Level::INFO, 0, 4).unwrap();
    write!(by_text, "abc🦀").unwrap();
    let whole = log.reserve(Level::INFO, 0, 20).unwrap();
    for (grant, remaining, cut) in [
        (by_reservation, 20, true),
        (by_write, 0, true),
        (by_text, 0, true),
        (whole, 20, false),
    ] {
        let mut grant = again(&ring, grant);
        assert_eq!((grant.remaining(), grant.truncated()), (remaining, cut));
        grant.append(&pattern(remaining));
        assert_eq!(again(&ring, grant).commit(), cut);
        assert_eq!(pop(&ring).truncated, cut);
    }
    assert_eq!(ring.stats().truncated, 3);
}

/// Words are not a grant: nothing is lost when they are dropped, and nothing
/// given back. A grant that was put together again is one, and is.
#[test]
fn a_resumed_grant_that_is_dropped_is_a_loss_of_its_severity() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut grant = log.reserve(Level::ERROR, 7, 2 * FIRST).unwrap();
    grant.append(&pattern(FIRST));
    let words = grant.into_words();
    assert_eq!(glance(&ring), Popped::Pending);
    assert_eq!(ring.stats().lost.total(), 0);
    drop(ring.resume(words));
    assert_lost_only(&ring, Cause::Discarded, Severity::Error, 1);
    assert_eq!(
        (glance(&ring), ring.take_trailing_loss()),
        (Popped::Empty, 1)
    );
}

/// Once ended, a grant's words are no grant: at once, when its cells were
/// passed, and when the ring has come round and somebody else has reserved
/// just the same cells.
#[test]
fn the_words_of_an_ended_grant_are_no_grant_ever_again() {
    for start in [0, usize::MAX - 1, usize::MAX - 4] {
        for commit in [true, false] {
            let ring = LogRing::<8>::starting_at(start);
            let log = Logger::new(&ring, Config::drop_newest());
            let mut grant = log.reserve(Level::INFO, 1, FIRST + 1).unwrap();
            grant.append(b"abc");
            let words = grant.into_words();
            let open = ring.resume(words).unwrap();
            if commit {
                open.commit();
            } else {
                open.discard();
            }
            assert!(ring.resume(words).is_none());
            let seen = glance(&ring);
            assert_eq!(matches!(seen, Popped::NoSpace { needed: 3 }), commit);
            if commit {
                assert_eq!(pop(&ring).bytes, b"abc");
            }
            assert_eq!((glance(&ring), used(&ring)), (Popped::Empty, 0));
            assert!(ring.resume(words).is_none());
            // Round to where it was, two cells at a time.
            for _ in 0..3 {
                let mut grant = log.reserve(Level::INFO, 1, FIRST + 1).unwrap();
                assert!(ring.resume(words).is_none());
                grant.append(&pattern(FIRST + 1));
                grant.commit();
                pop(&ring);
            }
            let same = log.reserve(Level::INFO, 1, FIRST + 1).unwrap();
            assert!(ring.resume(words).is_none());
            same.commit();
            let lost = ring.stats().lost.total();
            assert_eq!(lost, u64::from(!commit));
        }
    }
}

/// Words say of which cells, and how many: a ring where just those are not
/// reserved does not take them for a grant of its own.
#[test]
fn the_words_of_another_ring_are_no_grant() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    log.push(Level::INFO, b"x");
    let words = log.reserve(Level::INFO, 1, FIRST + 1).unwrap().into_words();

    let empty = LogRing::<16>::new();
    assert!(empty.resume(words).is_none());
    let later = LogRing::<16>::starting_at(16);
    let smaller = LogRing::<4>::new();
    let larger = LogRing::<64>::new();
    let others: [&Ring; 4] = [&empty, &later, &smaller, &larger];
    for other in others {
        let log = Logger::new(other, Config::drop_newest());
        // The first cell is a grant, too; the second only one of one cell.
        log.push(Level::INFO, b"y");
        let open = log.reserve(Level::INFO, 1, 1).unwrap();
        assert!(other.resume(words).is_none());
        open.commit();
        assert_eq!(
            (pop(other).bytes, pop(other).bytes),
            (b"y".into(), b"".into())
        );
        assert_eq!(lost(other, Cause::Discarded), 0);
    }
    ring.resume(words).unwrap().commit();
}

/// All-zero words are no grant, in a new ring and in one that has grants open,
/// at position 0, too.
#[test]
fn zeroes_are_no_grant() {
    let none = [0; Grant::WORDS];
    let ring = LogRing::<16>::new();
    assert!(ring.resume(none).is_none());
    let log = Logger::new(&ring, Config::drop_newest());
    let open = log.reserve(Level::TRACE, 0, 0).unwrap();
    assert!(ring.resume(none).is_none());
    assert!(ring.resume([usize::MAX; Grant::WORDS]).is_none());
    let words = open.into_words();
    assert_ne!(words, none);
    ring.resume(words).unwrap().commit();
    assert_eq!(pop(&ring).level, Level::TRACE);
}

/// When so many laps have passed that a state word says the same lap again,
/// words of an earlier turn are still no grant: the head is too far away.
#[test]
fn words_do_not_revive_when_the_lap_bits_come_round() {
    let lap_bits = if usize::BITS == 64 { 28 } else { 17 };
    let reserve = |start: usize| {
        let ring = LogRing::<16>::starting_at(start);
        let log = Logger::new(&ring, Config::drop_newest());
        let words = log.reserve(Level::INFO, 0, 9).unwrap().into_words();
        (ring, words)
    };
    let (then, old) = reserve(3);
    let (now, new) = reserve(3 + (16 << lap_bits));
    assert!(now.resume(old).is_none() && then.resume(new).is_none());
    assert!(!now.resume(new).unwrap().commit());
    assert!(!then.resume(old).unwrap().commit());
}
