//! Clocks with their context, and clocks that a stray write has changed.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use logring_ffi::abi::*;
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::produce::{logring_commit, logring_iov_t, logring_pushv};
use logring_ffi::status::*;

use crate::support::{HEAD, Made, WORD, c, config, with_policy};

/// Counts its calls where the context says.
unsafe extern "C" fn tick(ctx: *mut c_void) -> u64 {
    // SAFETY: hazard: a context that is none. The tests configure the address
    // of a number that outlives its ring.
    let ticks = unsafe { &*ctx.cast::<AtomicU64>() };
    ticks.fetch_add(1, Relaxed)
}

/// The time is how far the context is from NULL.
unsafe extern "C" fn address(ctx: *mut c_void) -> u64 {
    ctx.addr() as u64
}

fn ticking(ticks: &AtomicU64) -> logring_config_t {
    logring_config_t {
        clock: Some(tick),
        clock_ctx: (&raw const *ticks).cast_mut().cast(),
        ..with_policy(LOGRING_DROP_OLDEST)
    }
}

/// Every way of offering asks the clock once, with its context.
#[test]
fn records_carry_the_time_of_their_own_clock() {
    let (one, two) = (AtomicU64::new(1), AtomicU64::new(u64::MAX - 1));
    let (first, second) = (Made::new(16, &ticking(&one)), Made::new(16, &ticking(&two)));
    for made in [&first, &second] {
        assert_eq!(made.push(9, b"a"), LOGRING_OK);
        let said = c!(logring_pushv(made.ring, 9, 1, ptr::null(), 0));
        assert_eq!(said, LOGRING_OK);
        let mut grant = made.reserve(9, 0, 0);
        assert_eq!(c!(logring_commit(&mut grant)), LOGRING_OK);
    }
    let stamps = |made: &Made| [(); 3].map(|()| made.pop().timestamp);
    assert_eq!(stamps(&first), [1, 2, 3]);
    assert_eq!(stamps(&second), [u64::MAX - 1, u64::MAX, 0]);
}

/// A context may be NULL, or any other number: it is the clock's.
#[test]
fn a_context_is_passed_on_as_it_is() {
    for ctx in [0, 1, usize::MAX] {
        let config = logring_config_t {
            clock: Some(address),
            clock_ctx: ptr::without_provenance_mut(ctx),
            ..config()
        };
        let made = Made::new(4, &config);
        made.push(9, b"x");
        assert_eq!(made.pop().timestamp, ctx as u64);
    }
}

/// Where the head has a clock, its context and their seal, one behind the
/// other: the context is known.
fn place_of_the_clock(ticks: &AtomicU64) -> usize {
    let made = Made::new(4, &ticking(ticks));
    let ctx = ptr::from_ref(ticks).addr();
    let at = (0..HEAD)
        .step_by(WORD)
        .find(|&at| made.memory.word(at).addr() == ctx);
    at.expect("the context is in the head") - WORD
}

/// The bytes of clock, context and seal.
fn bytes_of_the_clock(ticks: &AtomicU64) -> std::ops::Range<usize> {
    let at = place_of_the_clock(ticks);
    at..at + 3 * WORD
}

/// A bit that is wrong anywhere in the clock or its context: it is not
/// called, and records go on, without a time.
#[test]
fn a_damaged_clock_is_not_called() {
    let ticks = AtomicU64::new(5);
    let places = bytes_of_the_clock(&ticks);
    for at in places.step_by(if cfg!(miri) { 9 } else { 1 }) {
        for bit in if cfg!(miri) { 3..4 } else { 0..8 } {
            ticks.store(5, Relaxed);
            let mut made = Made::new(4, &ticking(&ticks));
            made.push(9, b"before");
            let whole = made.memory.word(at);
            let byte = made.memory.byte(at);
            made.memory.set_byte(at, byte ^ 1 << bit);
            assert_eq!(made.push(9, b"after"), LOGRING_OK);
            assert_eq!(ticks.load(Relaxed), 6, "{at}, bit {bit}");
            made.memory.set_word(at, whole);
            assert_eq!(made.push(9, b"healed"), LOGRING_OK);
            let stamps = [(); 3].map(|()| made.pop().timestamp);
            assert_eq!(stamps, [5, 0, 6]);
        }
    }
}

/// A clock that was wiped out, all of it, is no clock.
#[test]
fn a_clock_that_was_wiped_out_is_not_called() {
    let ticks = AtomicU64::new(5);
    let places = bytes_of_the_clock(&ticks);
    for byte in [0, 255, 0x5A] {
        let mut made = Made::new(4, &ticking(&ticks));
        for at in places.clone() {
            made.memory.set_byte(at, byte);
        }
        assert_eq!(made.push(9, b"x"), LOGRING_OK);
        assert_eq!(made.pop().timestamp, 0);
    }
    assert_eq!(ticks.load(Relaxed), 5);
}

/// What becomes of one of the three words: its number, all three, itself.
type Accident = fn(usize, [usize; 3], usize) -> usize;

/// What happens to whole words at a time (a copy that is a word off, a fill,
/// an inversion) makes a clock neither out of another nor out of none: what
/// would be called is no function.
#[test]
fn no_accident_makes_a_clock() {
    let ticks = AtomicU64::new(5);
    let at = place_of_the_clock(&ticks);
    let accidents: [Accident; 6] = [
        |_, _, word| !word,
        |_, _, word| word.rotate_left(8),
        |at, words, _| words[(at + 1) % 3],
        |at, words, _| words[(at + 2) % 3],
        |at, _, _| {
            if at % 2 == 0 {
                usize::MAX / 3
            } else {
                usize::MAX / 3 * 2
            }
        },
        |at, _, _| [usize::MAX, 0, usize::MAX][at],
    ];
    for config in [config(), ticking(&ticks)] {
        for accident in accidents {
            let mut made = Made::new(4, &config);
            let words = [0, 1, 2].map(|word| made.memory.word(at + word * WORD).addr());
            for (word, &old) in words.iter().enumerate() {
                let new = ptr::without_provenance_mut(accident(word, words, old));
                made.memory.set_word(at + word * WORD, new);
            }
            // A record of parts takes the way on which a clock is asked.
            let part = logring_iov_t {
                base: b"x".as_ptr().cast(),
                len: 1,
            };
            let said = c!(logring_pushv(made.ring, 9, 1, &part, 1));
            assert_eq!((said, made.pop().timestamp), (LOGRING_OK, 0));
        }
    }
    assert_eq!(ticks.load(Relaxed), 5);
}
