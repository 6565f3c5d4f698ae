//! Grants in the caller's memory: filled in pieces, ended once, and not
//! believed when they are not what the library wrote.

use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::produce::{
    logring_commit, logring_discard, logring_grant_t, logring_grant_write, logring_reserve,
};
use logring_ffi::status::*;

use crate::support::{FIRST, Made, NO_GRANT, Record, c, config, lost, pattern, with_policy};

fn write(grant: &mut logring_grant_t, bytes: &[u8]) -> logring_status_t {
    c!(logring_grant_write(
        grant,
        bytes.as_ptr().cast(),
        bytes.len()
    ))
}

fn commit(grant: &mut logring_grant_t) -> logring_status_t {
    c!(logring_commit(grant))
}

fn discard(grant: &mut logring_grant_t) {
    c!(logring_discard(grant));
}

/// At most 64 bytes, so that it can be passed by value and kept anywhere.
#[test]
fn a_grant_is_small() {
    assert!(size_of::<logring_grant_t>() <= 64);
}

/// Pieces of any length are one record, also if the grant was moved meanwhile;
/// an ended grant is all zero.
#[test]
fn a_grant_is_filled_in_pieces_and_moved_about() {
    let made = Made::new(16, &config());
    let bytes = pattern(2 * FIRST);
    for &piece in if cfg!(miri) {
        &[7, 64][..]
    } else {
        &[1, 3, 8, 64, 999]
    } {
        let mut grant = made.reserve(LOGRING_WARN, 5, 2 * FIRST);
        for piece in bytes.chunks(piece) {
            let mut elsewhere = Box::new(grant);
            assert_eq!(write(&mut elsewhere, piece), LOGRING_OK);
            assert_eq!(made.glance(), LOGRING_PENDING);
            grant = *elsewhere;
        }
        assert_eq!(write(&mut grant, b""), LOGRING_OK);
        assert_eq!(commit(&mut grant), LOGRING_OK);
        assert_eq!(grant.opaque, NO_GRANT.opaque);
        let expected = Record {
            tag: 5,
            level: LOGRING_WARN,
            ..Record::plain(&bytes)
        };
        assert_eq!(made.pop(), expected);
    }
}

/// The part that fits is stored, and the record is flagged: by a write or by
/// the reservation.
#[test]
fn a_grant_takes_what_fits_and_says_so() {
    let config = logring_config_t {
        max_record: 10,
        ..config()
    };
    let made = Made::new(16, &config);
    let mut grant = made.reserve(9, 0, 4);
    assert_eq!(write(&mut grant, b"abc"), LOGRING_OK);
    assert_eq!(write(&mut grant, b"de"), LOGRING_TRUNCATED);
    assert_eq!(write(&mut grant, b""), LOGRING_OK);
    assert_eq!(write(&mut grant, b"f"), LOGRING_TRUNCATED);
    assert_eq!(commit(&mut grant), LOGRING_TRUNCATED);
    let cut = |bytes: &[u8]| Record {
        flags: 1,
        ..Record::plain(bytes)
    };
    assert_eq!(made.pop(), cut(b"abcd"));

    let mut grant = NO_GRANT;
    let said = c!(logring_reserve(made.ring, 9, 0, 11, &mut grant));
    assert_eq!(said, LOGRING_TRUNCATED);
    assert_eq!(write(&mut grant, &pattern(10)), LOGRING_OK);
    assert_eq!(commit(&mut grant), LOGRING_TRUNCATED);
    assert_eq!(made.pop(), cut(&pattern(10)));
    assert_eq!(made.stats().truncated, 2);
}

/// A commit of less than was reserved gives the rest back.
#[test]
fn a_short_commit_gives_cells_back() {
    let made = Made::new(16, &config());
    let mut grant = made.reserve(9, 0, 2 * FIRST);
    write(&mut grant, b"short");
    assert_eq!(commit(&mut grant), LOGRING_OK);
    assert_eq!(made.pop(), Record::plain(b"short"));
    assert_eq!((made.glance(), made.stats().used_bytes), (LOGRING_EMPTY, 0));
}

/// A discarded grant is an offer that is lost, once: a second discard, or a
/// commit after it, finds nothing.
#[test]
fn a_grant_ends_exactly_once() {
    let made = Made::new(16, &config());
    let mut grant = made.reserve(LOGRING_ERROR, 0, 5);
    discard(&mut grant);
    assert_eq!(grant.opaque, NO_GRANT.opaque);
    discard(&mut grant);
    assert_eq!(commit(&mut grant), LOGRING_E_INVAL);
    assert_eq!(write(&mut grant, b"x"), LOGRING_E_INVAL);
    let stats = made.stats();
    assert_eq!((stats.lost_discarded, lost(&stats)), (1, 1));
    assert_eq!(stats.lost_by_level, [0, 0, 0, 0, 1, 0]);

    let mut grant = made.reserve(9, 0, 5);
    assert_eq!(commit(&mut grant), LOGRING_OK);
    assert_eq!(commit(&mut grant), LOGRING_E_INVAL);
    discard(&mut grant);
    assert_eq!(lost(&made.stats()), 1);
    let expected = Record {
        lost_before: 1,
        ..Record::plain(b"")
    };
    assert_eq!(made.pop(), expected);
}

/// Of two copies, the one that is used second finds the grant ended: at once,
/// when it was read, and when its cells are reserved anew. The copy stays as
/// it was.
#[test]
fn a_copy_of_an_ended_grant_is_no_grant() {
    for end in [true, false] {
        let made = Made::new(8, &config());
        let mut grant = made.reserve(9, 1, FIRST + 9);
        let old = grant;
        let refuse = || {
            let mut copy = old;
            assert_eq!(commit(&mut copy), LOGRING_E_INVAL);
            assert_eq!(write(&mut copy, b"x"), LOGRING_E_INVAL);
            discard(&mut copy);
            assert_eq!(copy.opaque, old.opaque);
        };
        if end {
            write(&mut grant, &pattern(FIRST + 9));
            assert_eq!(commit(&mut grant), LOGRING_OK);
        } else {
            discard(&mut grant);
        }
        refuse();
        assert_eq!(made.drain().len(), usize::from(end));
        refuse();
        for _ in 0..3 {
            let mut next = made.reserve(9, 1, FIRST + 9);
            refuse();
            write(&mut next, &pattern(FIRST + 9));
            assert_eq!(commit(&mut next), LOGRING_OK);
            assert_eq!(made.drain().len(), 1);
        }
        // The same cells, a turn later.
        let mut same = made.reserve(9, 1, FIRST + 9);
        refuse();
        assert_eq!(commit(&mut same), LOGRING_OK);
        assert_eq!(lost(&made.stats()), u64::from(!end));
    }
}

/// Words that the library did not write: NULL and foreign handles, another
/// ring's, and numbers of any kind. None of them ends or fills anything.
#[test]
fn words_that_are_no_grant_are_found_out() {
    let made = Made::new(8, &config());
    let other = Made::new(8, &config());
    assert_eq!(made.push(9, b"kept"), LOGRING_OK);
    let mut grant = made.reserve(9, 3, FIRST);
    assert_eq!(write(&mut grant, b"held"), LOGRING_OK);
    let before = (made.memory.bytes(), other.memory.bytes());
    let refuse = |opaque| {
        let mut wrong = logring_grant_t { opaque };
        assert_eq!(write(&mut wrong, b"x"), LOGRING_E_INVAL);
        assert_eq!(commit(&mut wrong), LOGRING_E_INVAL);
        discard(&mut wrong);
        assert_eq!(wrong.opaque, opaque);
    };
    refuse(NO_GRANT.opaque);
    for handle in [
        ptr::null_mut(),
        ptr::without_provenance_mut(1),
        other.ring.cast(),
        made.ring.wrapping_byte_add(1).cast(),
        made.memory.block(),
        other.memory.block(),
    ] {
        let mut opaque = grant.opaque;
        opaque[0] = handle;
        refuse(opaque);
    }
    for at in 1..8 {
        for number in [usize::MAX, usize::MAX / 2, 1 << 24, 0x1234] {
            // The held bytes are whatever they are.
            if at != 2 {
                let mut opaque = grant.opaque;
                opaque[at] = ptr::without_provenance_mut(number);
                refuse(opaque);
            }
        }
    }
    refuse([made.ring.cast(); 8]);
    assert_eq!((made.memory.bytes(), other.memory.bytes()), before);
    assert_eq!(commit(&mut grant), LOGRING_OK);
    assert_eq!(made.pop(), Record::plain(b"kept"));
    let expected = Record {
        tag: 3,
        ..Record::plain(b"held")
    };
    assert_eq!(made.pop(), expected);
    assert_eq!(lost(&made.stats()), 0);
}

/// Consumers cannot pass an open grant; in a full flight recorder, once it is
/// the oldest, neither can producers, and that is counted.
#[test]
fn an_open_grant_holds_up_what_comes_after_it() {
    let made = Made::new(4, &with_policy(LOGRING_DROP_OLDEST));
    let mut grant = made.reserve(9, 0, 1);
    for _ in 0..3 {
        assert_eq!(made.push(9, b"x"), LOGRING_OK);
    }
    assert_eq!(made.glance(), LOGRING_PENDING);
    assert_eq!(made.push(9, b"y"), LOGRING_DROPPED_CONTENDED);
    let mut none = NO_GRANT;
    let said = c!(logring_reserve(made.ring, 9, 0, 1, &mut none));
    assert_eq!(said, LOGRING_DROPPED_CONTENDED);
    assert_eq!(none.opaque, NO_GRANT.opaque);
    assert_eq!(made.stats().lost_contended, 2);
    assert_eq!(commit(&mut grant), LOGRING_OK);
    assert_eq!(made.drain().len(), 4);
    assert_eq!(lost(&made.stats()), 2);
}
