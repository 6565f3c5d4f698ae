//! Misuse is an answer: NULL, misalignment and lengths that nothing has, in
//! each place of each call. It is no offer, and outputs stay as they were.

use std::ffi::c_void;
use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::consume::*;
use logring_ffi::lifecycle::{logring_config_t, logring_init_in, logring_new};
use logring_ffi::names::*;
use logring_ffi::observe::logring_get_stats;
use logring_ffi::produce::*;
use logring_ffi::status::*;

use crate::support::{
    ALIGN, CELL, Made, NO_GRANT, NO_RECORD, NO_STATS, Record, assert_untouched, c, config, figures,
    lost,
};

/// A pointer that is off by one.
fn off<T>(at: &mut T) -> *mut T {
    (&raw mut *at).wrapping_byte_add(1)
}

/// More bytes than any object has.
const HUGE: usize = isize::MAX as usize + 1;

/// A ring with one record, which is still the only offer and untouched at the
/// end.
fn with_ring(check: impl FnOnce(*mut logring_t)) {
    let made = Made::new(8, &config());
    assert_eq!(made.push(9, b"kept"), LOGRING_OK);
    let before = made.memory.bytes();
    check(made.ring);
    assert_eq!(made.memory.bytes(), before);
    assert_eq!(lost(&made.stats()), 0);
    assert_eq!(made.pop(), Record::plain(b"kept"));
    assert_eq!(made.glance(), LOGRING_EMPTY);
}

#[test]
fn a_push_of_nothing_anywhere_is_no_offer() {
    with_ring(|ring| {
        let bytes = *b"abc";
        let at: *const c_void = bytes.as_ptr().cast();
        assert_eq!(c!(logring_push(ring, 9, ptr::null(), 1)), LOGRING_E_NULL);
        assert_eq!(c!(logring_push(ring, 9, ptr::null(), HUGE)), LOGRING_E_NULL);
        assert_eq!(c!(logring_push(ring, 9, at, HUGE)), LOGRING_E_INVAL);
        assert_eq!(c!(logring_push(ring, 9, at, usize::MAX)), LOGRING_E_INVAL);
        for level in [0, 25, 255] {
            assert_eq!(c!(logring_push(ring, level, at, 3)), LOGRING_E_INVAL);
            let said = c!(logring_pushv(ring, level, 0, ptr::null(), 0));
            assert_eq!(said, LOGRING_E_INVAL);
            let mut grant = NO_GRANT;
            let said = c!(logring_reserve(ring, level, 0, 3, &mut grant));
            assert_eq!((said, grant.opaque), (LOGRING_E_INVAL, NO_GRANT.opaque));
        }
    });
}

#[test]
fn parts_that_are_not_there_are_no_offer() {
    with_ring(|ring| {
        let bytes = *b"abc";
        let part = |base: *const u8, len| logring_iov_t {
            base: base.cast(),
            len,
        };
        let good = part(bytes.as_ptr(), 3);
        for (bad, expected) in [
            (part(ptr::null(), 1), LOGRING_E_NULL),
            (part(ptr::null(), usize::MAX), LOGRING_E_NULL),
            (part(bytes.as_ptr(), HUGE), LOGRING_E_INVAL),
        ] {
            for parts in [[bad, good], [good, bad]] {
                let said = c!(logring_pushv(ring, 9, 0, parts.as_ptr(), 2));
                assert_eq!(said, expected);
            }
        }
        let mut parts = [good, good];
        let at = parts.as_ptr();
        assert_eq!(
            c!(logring_pushv(ring, 9, 0, ptr::null(), 1)),
            LOGRING_E_NULL
        );
        for count in [HUGE, usize::MAX, HUGE / size_of::<logring_iov_t>() + 1] {
            let said = c!(logring_pushv(ring, 9, 0, at, count));
            assert_eq!(said, LOGRING_E_INVAL, "{count}");
        }
        let said = c!(logring_pushv(ring, 9, 0, off(&mut parts).cast(), 1));
        assert_eq!(said, LOGRING_E_ALIGN);
    });
}

#[test]
fn a_grant_that_is_nowhere_is_no_grant() {
    with_ring(|ring| {
        let mut grant = [NO_GRANT; 2];
        let null = ptr::null_mut();
        assert_eq!(c!(logring_reserve(ring, 9, 0, 1, null)), LOGRING_E_NULL);
        let odd = off(&mut grant).cast();
        assert_eq!(c!(logring_reserve(ring, 9, 0, 1, odd)), LOGRING_E_ALIGN);
        let bytes = *b"abc";
        let at: *const c_void = bytes.as_ptr().cast();
        for (grant, expected) in [(null, LOGRING_E_NULL), (odd, LOGRING_E_ALIGN)] {
            assert_eq!(c!(logring_grant_write(grant, at, 3)), expected);
            assert_eq!(c!(logring_commit(grant)), expected);
            c!(logring_discard(grant));
        }
        assert_eq!(grant[0].opaque, NO_GRANT.opaque);
    });
}

/// A write that cannot be leaves the grant open, as it was.
#[test]
fn a_write_of_nothing_leaves_the_grant_open() {
    let made = Made::new(8, &config());
    let mut grant = made.reserve(9, 0, 9);
    let bytes = *b"abc";
    let at: *const c_void = bytes.as_ptr().cast();
    let before = grant.opaque;
    let write = |grant: &mut _, at, len| c!(logring_grant_write(grant, at, len));
    assert_eq!(write(&mut grant, ptr::null(), 1), LOGRING_E_NULL);
    assert_eq!(write(&mut grant, at, HUGE), LOGRING_E_INVAL);
    assert_eq!(grant.opaque, before);
    assert_eq!(write(&mut grant, ptr::null(), 0), LOGRING_OK);
    assert_eq!(write(&mut grant, at, 3), LOGRING_OK);
    assert_eq!(c!(logring_commit(&mut grant)), LOGRING_OK);
    assert_eq!(made.pop(), Record::plain(b"abc"));
}

#[test]
fn a_pop_into_nothing_takes_nothing() {
    with_ring(|ring| {
        let mut buf = [0_u8; 16];
        let to: *mut c_void = buf.as_mut_ptr().cast();
        let null = ptr::null_mut();
        let mut out = [NO_RECORD; 2];
        assert_eq!(
            c!(logring_pop(ring, to, 16, ptr::null_mut())),
            LOGRING_E_NULL
        );
        let odd = off(&mut out).cast();
        assert_eq!(c!(logring_pop(ring, to, 16, odd)), LOGRING_E_ALIGN);
        let out = &mut out[0];
        assert_eq!(c!(logring_pop(ring, null, 1, out)), LOGRING_E_NULL);
        assert_eq!(c!(logring_pop(ring, to, HUGE, out)), LOGRING_E_INVAL);
        assert_untouched(out, 0xEEEE);
        assert_eq!(buf, [0; 16]);
    });
}

#[test]
fn a_drain_into_nothing_takes_nothing() {
    unsafe extern "C" fn sink(_: *mut c_void, _: *const logring_record_t) -> i32 {
        panic!("nothing is delivered")
    }
    with_ring(|ring| {
        let sink = Some(sink as unsafe extern "C" fn(*mut c_void, *const logring_record_t) -> i32);
        let mut buf = [0_u8; 64];
        let to: *mut c_void = buf.as_mut_ptr().cast();
        let null = ptr::null_mut();
        let mut count = [77_usize; 2];
        let odd: *mut usize = off(&mut count).cast();
        let at = count.as_mut_ptr();
        for (scratch, len, sink, out, expected) in [
            (to, 64, sink, ptr::null_mut(), LOGRING_E_NULL),
            (to, 64, sink, odd, LOGRING_E_ALIGN),
            (to, 64, None, at, LOGRING_E_NULL),
            (null, 1, sink, at, LOGRING_E_NULL),
            (to, HUGE, sink, at, LOGRING_E_INVAL),
        ] {
            let said = c!(logring_drain(ring, scratch, len, 9, sink, null, out));
            assert_eq!(said, expected);
        }
        let other = at.wrapping_add(1);
        for (to, len, one, two, expected) in [
            (to, 64, ptr::null_mut(), other, LOGRING_E_NULL),
            (to, 64, at, ptr::null_mut(), LOGRING_E_NULL),
            (to, 64, odd, other, LOGRING_E_ALIGN),
            (to, 64, at, odd, LOGRING_E_ALIGN),
            (null, 1, at, other, LOGRING_E_NULL),
            (to, HUGE, at, other, LOGRING_E_INVAL),
            (to, 31, at, other, LOGRING_E_NOSPACE),
            (null, 0, at, other, LOGRING_E_NOSPACE),
        ] {
            let said = c!(logring_drain_into(ring, to, len, one, two));
            assert_eq!(said, expected);
        }
        assert_eq!((count, buf), ([77; 2], [0; 64]));
    });
}

#[test]
fn statistics_of_an_unknown_size_are_not_written() {
    with_ring(|ring| {
        let mut stats = [NO_STATS; 2];
        let odd = off(&mut stats).cast();
        assert_eq!(c!(logring_get_stats(ring, ptr::null_mut())), LOGRING_E_NULL);
        assert_eq!(c!(logring_get_stats(ring, odd)), LOGRING_E_ALIGN);
        let stats = &mut stats[0];
        for wrong in [
            0,
            1,
            NO_STATS.struct_size - 1,
            NO_STATS.struct_size + 1,
            u32::MAX,
        ] {
            stats.struct_size = wrong;
            assert_eq!(c!(logring_get_stats(ring, stats)), LOGRING_E_ABI);
            assert_eq!(stats.struct_size, wrong);
            assert_eq!(figures(stats), figures(&NO_STATS));
        }
    });
}

#[test]
fn a_ring_of_nothing_is_not_made() {
    let made = Made::new(8, &config());
    let before = made.memory.bytes();
    let (mem, len) = (made.memory.block(), made.memory.len());
    let mut cfg = [config(); 2];
    let bad: *const logring_config_t = off(&mut cfg).cast();
    let good: *const logring_config_t = &raw const cfg[0];
    let null = ptr::null_mut();
    let mut out = [ptr::dangling_mut::<logring_t>(); 2];
    let odd: *mut *mut logring_t = off(&mut out).cast();
    let at = out.as_mut_ptr();
    for (mem, len, cfg, out, expected) in [
        (null, len, good, at, LOGRING_E_NULL),
        (mem, len, ptr::null(), at, LOGRING_E_NULL),
        (mem, len, good, ptr::null_mut(), LOGRING_E_NULL),
        (mem, len, bad, at, LOGRING_E_ALIGN),
        (mem, len, good, odd, LOGRING_E_ALIGN),
        (mem, HUGE, good, at, LOGRING_E_INVAL),
        (mem, usize::MAX, good, at, LOGRING_E_INVAL),
    ] {
        assert_eq!(c!(logring_init_in(mem, len, cfg, out)), expected);
    }
    for skew in [1, 2, 8, ALIGN / 2, ALIGN - 1] {
        let mem = mem.wrapping_byte_add(skew);
        let said = c!(logring_init_in(mem, len - ALIGN, good, at));
        assert_eq!(said, LOGRING_E_ALIGN, "{skew}");
    }
    for (cfg, out, expected) in [
        (ptr::null(), at, LOGRING_E_NULL),
        (good, ptr::null_mut(), LOGRING_E_NULL),
        (bad, at, LOGRING_E_ALIGN),
        (good, odd, LOGRING_E_ALIGN),
    ] {
        assert_eq!(c!(logring_new(4 * CELL, cfg, out)), expected);
    }
    assert_eq!(out, [ptr::dangling_mut(); 2]);
    assert_eq!(made.memory.bytes(), before);
}

#[test]
fn words_that_are_nowhere_are_not_read() {
    let name = *b"info";
    let s = name.as_ptr().cast();
    let (mut level, mut policy, mut bytes) = ([99_u8; 2], [99_u32; 2], [77_usize; 2]);
    let why = ptr::null_mut();
    for (s, len, expected) in [(ptr::null(), 1, LOGRING_E_NULL), (s, HUGE, LOGRING_E_INVAL)] {
        let out = level.as_mut_ptr();
        assert_eq!(c!(logring_level_parse(s, len, out)), expected);
        let out = policy.as_mut_ptr();
        assert_eq!(c!(logring_policy_parse(s, len, out, why)), expected);
        let (mut cfg, out) = (config(), bytes.as_mut_ptr());
        let said = c!(logring_config_parse(s, len, &mut cfg, out, why));
        assert_eq!(said, expected);
    }
    assert_eq!(
        c!(logring_level_parse(s, 4, ptr::null_mut())),
        LOGRING_E_NULL
    );
    let said = c!(logring_policy_parse(s, 4, ptr::null_mut(), why));
    assert_eq!(said, LOGRING_E_NULL);
    let odd = off(&mut policy).cast();
    assert_eq!(c!(logring_policy_parse(s, 4, odd, why)), LOGRING_E_ALIGN);
    let mut reasons = [ptr::null::<std::ffi::c_char>(); 2];
    let odd = off(&mut reasons).cast();
    let out = policy.as_mut_ptr();
    assert_eq!(c!(logring_policy_parse(s, 4, out, odd)), LOGRING_E_ALIGN);
    let mut cfg = [config(); 2];
    let (wrong, at) = (off(&mut cfg).cast(), cfg.as_mut_ptr());
    let (odd_out, out) = (off(&mut bytes).cast(), bytes.as_mut_ptr());
    for (cfg, out, expected) in [
        (ptr::null_mut(), out, LOGRING_E_NULL),
        (wrong, out, LOGRING_E_ALIGN),
        (at, ptr::null_mut(), LOGRING_E_NULL),
        (at, odd_out, LOGRING_E_ALIGN),
    ] {
        assert_eq!(c!(logring_config_parse(s, 0, cfg, out, why)), expected);
    }
    assert_eq!((level, policy, bytes), ([99; 2], [99; 2], [77; 2]));
    assert!(reasons[0].is_null());
}
