//! Offers: what is stored, cut, filtered and refused, and in which order that
//! is answered.

use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::produce::{logring_iov_t, logring_pushv, logring_reserve, logring_set_min_level};
use logring_ffi::status::*;

use crate::support::{FIRST, Made, NO_GRANT, Record, c, config, lost, pattern, with_policy};

fn iov(bytes: &[u8]) -> logring_iov_t {
    logring_iov_t {
        base: bytes.as_ptr().cast(),
        len: bytes.len(),
    }
}

fn pushv(made: &Made, level: u8, tag: u32, parts: &[logring_iov_t]) -> logring_status_t {
    c!(logring_pushv(
        made.ring,
        level,
        tag,
        parts.as_ptr(),
        parts.len()
    ))
}

/// What was pushed is popped, at each size next to where a cell ends, at the
/// first and the last level.
#[test]
fn what_was_pushed_is_popped() {
    let levels = if cfg!(miri) { 1 } else { 24 };
    for policy in [LOGRING_DROP_NEWEST, LOGRING_DROP_OLDEST] {
        let made = Made::new(32, &with_policy(policy));
        for len in [0, 1, 8, FIRST - 1, FIRST, FIRST + 1, FIRST + 9] {
            let bytes = pattern(len);
            for level in if cfg!(miri) { 9..10 } else { 1..25 } {
                assert_eq!(made.push(level, &bytes), LOGRING_OK);
                let expected = Record {
                    level,
                    ..Record::plain(&bytes)
                };
                assert_eq!(made.pop(), expected);
            }
        }
        assert_eq!(made.glance(), LOGRING_EMPTY);
        assert_eq!(
            (made.stats().delivered, lost(&made.stats())),
            (7 * levels, 0)
        );
        made.memory.assert_guards();
    }
}

/// Parts are one record; empty ones may be NULL, and so may the list of none.
#[test]
fn parts_are_gathered_with_their_tag() {
    let made = Made::new(16, &config());
    let none = logring_iov_t {
        base: ptr::null(),
        len: 0,
    };
    let long = pattern(FIRST);
    let parts = [iov(b"one,"), none, iov(&long), iov(b""), iov(b"!")];
    assert_eq!(pushv(&made, LOGRING_WARN, u32::MAX, &parts), LOGRING_OK);
    let said = c!(logring_pushv(made.ring, LOGRING_INFO, 7, ptr::null(), 0));
    assert_eq!(said, LOGRING_OK);
    let record = made.pop();
    assert_eq!(record.bytes, [b"one,", &long[..], b"!"].concat());
    assert_eq!((record.tag, record.level), (u32::MAX, LOGRING_WARN));
    let expected = Record {
        tag: 7,
        ..Record::plain(b"")
    };
    assert_eq!(made.pop(), expected);
}

/// Parts that are small each may be too big together; one that is larger than
/// any memory is misuse, and no offer.
#[test]
fn parts_are_too_big_by_their_sum() {
    let config = logring_config_t {
        truncate: 0,
        ..config()
    };
    let made = Made::new(4, &config);
    let bytes = pattern(1 << 12);
    let parts: Vec<_> = (0..40).map(|_| iov(&bytes)).collect();
    assert_eq!(pushv(&made, 9, 0, &parts), LOGRING_E_TOOBIG);
    // A part of more than half of all addresses cannot be.
    let huge = logring_iov_t {
        base: bytes.as_ptr().cast(),
        len: usize::MAX,
    };
    assert_eq!(pushv(&made, 9, 0, &[iov(b"a"), huge]), LOGRING_E_INVAL);
    assert_eq!(lost(&made.stats()), 1);
}

/// A record of exactly the largest is whole. One byte more is cut and flagged,
/// or refused and counted.
#[test]
fn the_largest_record_fits_and_one_byte_more_does_not() {
    for truncate in [1, 0] {
        let config = logring_config_t {
            max_record: 50,
            truncate,
            ..config()
        };
        let made = Made::new(16, &config);
        let bytes = pattern(51);
        let parts = [iov(&bytes[..20]), iov(&bytes[20..])];
        assert_eq!(made.push(9, &bytes[..50]), LOGRING_OK);
        assert_eq!(made.pop(), Record::plain(&bytes[..50]));
        let said = [made.push(9, &bytes), pushv(&made, 9, 0, &parts)];
        if truncate == 0 {
            assert_eq!(said, [LOGRING_E_TOOBIG; 2]);
            assert_eq!(made.stats().lost_toobig, 2);
            continue;
        }
        assert_eq!(said, [LOGRING_TRUNCATED; 2]);
        let cut = Record {
            flags: 1,
            ..Record::plain(&bytes[..50])
        };
        assert_eq!((made.pop(), made.pop()), (cut.clone(), cut));
        assert_eq!((made.stats().truncated, lost(&made.stats())), (2, 0));
    }
}

/// A full ring keeps what came first, or what came last; the next delivered
/// record tells how many are missing.
#[test]
fn a_full_ring_does_what_its_policy_says() {
    let newest = Made::new(4, &config());
    let oldest = Made::new(4, &with_policy(LOGRING_DROP_OLDEST));
    for byte in 0..6 {
        let full = byte >= 4;
        let expected = if full {
            LOGRING_DROPPED_FULL
        } else {
            LOGRING_OK
        };
        assert_eq!(newest.push(9, &[byte]), expected);
        assert_eq!(oldest.push(9, &[byte]), LOGRING_OK);
    }
    let bytes = |records: &[Record]| records.iter().map(|r| r.bytes[0]).collect::<Vec<_>>();
    assert_eq!(bytes(&newest.drain()), [0, 1, 2, 3]);
    newest.push(9, b"x");
    assert_eq!(newest.pop().lost_before, 2);
    let left = oldest.drain();
    assert_eq!((bytes(&left), left[0].lost_before), (vec![2, 3, 4, 5], 2));
    assert_eq!(newest.stats().lost_full, 2);
    assert_eq!(oldest.stats().lost_evicted, 2);
}

/// A level is refused above its mark, and never evicts.
#[test]
fn a_level_is_refused_at_its_mark() {
    let marked = logring_config_t {
        mark_pct: [0, 50, 0, 0, 0, 100],
        ..with_policy(LOGRING_DROP_OLDEST)
    };
    let made = Made::new(4, &marked);
    assert_eq!(made.push(LOGRING_DEBUG, b"1"), LOGRING_OK);
    assert_eq!(made.push(LOGRING_DEBUG + 3, b"2"), LOGRING_OK);
    assert_eq!(made.push(LOGRING_DEBUG, b"no"), LOGRING_DROPPED_LEVEL);
    for _ in 0..3 {
        assert_eq!(made.push(LOGRING_FATAL, b"3"), LOGRING_OK);
    }
    assert_eq!(made.push(LOGRING_DEBUG, b"no"), LOGRING_DROPPED_LEVEL);
    let stats = made.stats();
    assert_eq!((stats.lost_level, stats.lost_evicted), (2, 1));
    assert_eq!(stats.lost_by_level, [0, 3, 0, 0, 0, 0]);
    assert_eq!(lost(&stats), 3);
}

/// The order of answers: a level below the minimum is not even too big, and
/// what is too big is that in a full ring, too.
#[test]
fn filtered_comes_before_too_big_and_that_before_full() {
    let config = logring_config_t {
        min_level: LOGRING_WARN,
        max_record: 8,
        truncate: 0,
        mark_pct: [0, 0, 0, 50, 0, 0],
        ..config()
    };
    let made = Made::new(4, &config);
    let reserve = |level, len| {
        let mut grant = NO_GRANT;
        let said = c!(logring_reserve(made.ring, level, 0, len, &mut grant));
        assert_eq!(grant.opaque, NO_GRANT.opaque);
        said
    };
    for _ in 0..4 {
        assert_eq!(made.push(LOGRING_ERROR, b"x"), LOGRING_OK);
    }
    for (level, len, expected) in [
        (LOGRING_INFO, 9, LOGRING_FILTERED),
        (LOGRING_WARN, 9, LOGRING_E_TOOBIG),
        (LOGRING_WARN, 8, LOGRING_DROPPED_LEVEL),
        (LOGRING_ERROR, 9, LOGRING_E_TOOBIG),
        (LOGRING_ERROR, 8, LOGRING_DROPPED_FULL),
    ] {
        let bytes = pattern(len);
        let before = lost(&made.stats());
        assert_eq!(made.push(level, &bytes), expected);
        assert_eq!(pushv(&made, level, 1, &[iov(&bytes)]), expected);
        assert_eq!(reserve(level, len), expected);
        let offered = if expected == LOGRING_FILTERED { 0 } else { 3 };
        assert_eq!(lost(&made.stats()), before + offered);
    }
}

/// The minimum level changes while the ring is in use; what is no level
/// changes nothing.
#[test]
fn the_minimum_level_can_be_changed() {
    let made = Made::new(16, &config());
    let set = |level| c!(logring_set_min_level(made.ring, level));
    let mildest = || (1..=24).find(|level| made.push(*level, b"") == LOGRING_OK);
    assert_eq!(mildest(), Some(1));
    for level in [24, 2, 13] {
        set(level);
        assert_eq!(mildest(), Some(level));
        for none in [25, 128, 255] {
            set(none);
            assert_eq!(mildest(), Some(level));
        }
    }
    set(0);
    assert_eq!(mildest(), Some(1));
    assert_eq!(made.drain().len(), 14);
    assert_eq!(lost(&made.stats()), 0);
}
