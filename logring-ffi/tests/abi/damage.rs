//! Blocks that somebody else has written to: each byte of the head in turn,
//! and any of the rest. Calls answer, and where they accept, they count.

use std::ffi::c_void;
use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::consume::{logring_drain, logring_record_t};
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::observe::{logring_get_stats, logring_take_trailing_loss};
use logring_ffi::produce::*;
use logring_ffi::status::*;

use crate::support::{HEAD, Made, NO_GRANT, NO_STATS, WORD, c, config, lost, with_policy};

unsafe extern "C" fn clock(ctx: *mut c_void) -> u64 {
    assert_eq!(ctx.addr(), 0x1234_5678, "called with a damaged context");
    7
}

/// Configurations that differ in every word of the head.
fn configurations() -> [logring_config_t; 3] {
    let every = logring_config_t {
        max_record: 50,
        retry_limit: 3,
        mark_pct: [10, 50, 75, 0, 100, 99],
        truncate: 0,
        min_level: 5,
        clock: Some(clock),
        clock_ctx: ptr::without_provenance_mut(0x1234_5678),
        ..with_policy(LOGRING_DROP_OLDEST)
    };
    [config(), with_policy(LOGRING_DROP_OLDEST), every]
}

/// Stops a drain that goes on for longer than there are cells.
unsafe extern "C" fn few(user: *mut c_void, record: *const logring_record_t) -> i32 {
    // SAFETY: hazard: something else than a number. The tests pass one.
    let left = unsafe { &mut *user.cast::<usize>() };
    // SAFETY: hazard: no record. The library gives one, for this call.
    assert!(unsafe { &*record }.len < 4096);
    *left = left.checked_sub(1).expect("more records than cells");
    0
}

/// What became of the calls of one round.
#[derive(Default)]
struct Round {
    offered: u64,
    refused: u64,
}

impl Round {
    /// Counts what a call said: an offer, or misuse that it was not.
    fn offer(&mut self, said: logring_status_t) {
        match said {
            LOGRING_FILTERED => {}
            LOGRING_E_TOOBIG | 0.. => self.offered += 1,
            _ => self.refused += 1,
        }
    }

    /// Offers of every kind, and a grant that is left open.
    fn offers(&mut self, made: &Made, many: usize) -> logring_grant_t {
        let bytes = [7_u8; 300];
        for at in 0..many {
            let level = [1, 6, 9, 13, 17, 24][at % 6];
            let len = [0, 8, 51, 120, 121, 300][at * 7 % 6];
            let data = bytes.as_ptr().cast();
            if at % 3 == 0 {
                let part = logring_iov_t { base: data, len };
                self.offer(c!(logring_pushv(made.ring, level, 3, &part, 1)));
            } else {
                self.offer(c!(logring_push(made.ring, level, data, len)));
            }
        }
        let mut grants = [NO_GRANT; 3];
        for grant in &mut grants {
            self.offer(c!(logring_reserve(made.ring, 21, 1, 20, grant)));
        }
        let [mut one, mut two, three] = grants;
        let data = bytes.as_ptr().cast();
        c!(logring_grant_write(&mut one, data, 9));
        c!(logring_commit(&mut one));
        c!(logring_discard(&mut two));
        three
    }

    /// Takes everything, in every way.
    fn take(&mut self, made: &Made, cells: usize) {
        made.glance();
        let mut scratch = [0_u8; 4096];
        let (mut left, mut count) = (cells, 0);
        c!(logring_drain(
            made.ring,
            scratch.as_mut_ptr().cast(),
            scratch.len(),
            usize::MAX,
            Some(few),
            (&raw mut left).cast(),
            &mut count
        ));
        c!(logring_take_trailing_loss(made.ring));
    }
}

/// Each byte of the head is changed while records and a grant are in the
/// ring. The handle is refused by every call, or the ring works on with
/// every offer accounted for; when the byte is as it was, all is well.
#[test]
fn a_head_with_any_byte_flipped_is_refused_or_works_on() {
    // The word that names the handle, and no other: 12 offers each time.
    let names = |at| at < WORD;
    for (which, config) in configurations().iter().enumerate() {
        let mut made = Made::new(8, config);
        let mut round = Round::default();
        for at in (0..HEAD).filter(|at| !cfg!(miri) || at % 24 == 8 * which && at % 16 != 0) {
            for flip in if cfg!(miri) {
                &[0xFF_u8][..]
            } else {
                &[0xFF, 1, 0x80, 0x10]
            } {
                round.refused = 0;
                let mut open = round.offers(&made, 2);
                let whole = made.memory.word(at);
                let byte = made.memory.byte(at);
                made.memory.set_byte(at, byte ^ flip);
                let mut second = round.offers(&made, 9);
                c!(logring_commit(&mut open));
                c!(logring_commit(&mut second));
                round.take(&made, 8);
                made.memory.set_word(at, whole);
                // Whatever grant is still open was refused until now.
                c!(logring_commit(&mut open));
                c!(logring_commit(&mut second));
                assert_eq!(round.refused, if names(at) { 12 } else { 0 }, "byte {at}");
                round.offer(made.push(24, b"healed"));
                round.take(&made, 8);
                let stats = made.stats();
                let known = stats.delivered + lost(&stats);
                assert_eq!(round.offered, known, "byte {at} ^ {flip:#x}");
                assert_eq!(stats.used_bytes, 0);
            }
        }
        made.memory.assert_guards();
    }
}

/// The minimum level and other small words may say anything.
#[test]
fn a_head_that_says_any_number_is_a_head() {
    let all = [0, 101, 255, 1, 24, 25, 100, 127];
    let (first, bytes) = if cfg!(miri) {
        (2, &all[2..3])
    } else {
        (0, &all[..])
    };
    for config in &configurations()[first..] {
        for &byte in bytes {
            let mut made = Made::new(8, config);
            let kind = WORD;
            let clock = 3 * kind..7 * kind;
            for at in (kind..HEAD).filter(|at| !clock.contains(at)) {
                made.memory.set_byte(at, byte);
            }
            let mut round = Round::default();
            let mut open = round.offers(&made, 30);
            c!(logring_commit(&mut open));
            round.take(&made, 8);
            let stats = made.stats();
            assert_eq!(round.offered, stats.delivered + lost(&stats), "{byte}");
            assert_eq!(round.refused, 0);
            made.memory.assert_guards();
        }
    }
}

/// Bytes anywhere in the block are overwritten between calls, also while a
/// grant is open: it may cost records, and ends.
#[test]
fn a_block_damaged_anywhere_only_costs_records() {
    let seeds = if cfg!(miri) { 0..2 } else { 0..6_000_u64 };
    for seed in seeds {
        let mut state = seed;
        let mut roll = |below: usize| {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (state >> 33) as usize % below
        };
        let mut made = Made::new(8, &configurations()[roll(3)]);
        for _ in 0..4 {
            let mut round = Round::default();
            let many = roll(12);
            let mut open = round.offers(&made, many);
            for _ in 0..1 + roll(6) {
                // Not the clock, which is damaged on its own elsewhere: by
                // chance it could be damaged into another sound one.
                let at = match roll(3) {
                    0 => roll(3 * WORD),
                    _ => HEAD + roll(made.memory.len() - HEAD),
                };
                let byte = [0, 255, roll(256) as u8][roll(3)];
                made.memory.set_byte(at, byte);
            }
            c!(logring_grant_write(
                &mut open,
                [1_u8; 40].as_ptr().cast(),
                40
            ));
            c!(logring_commit(&mut open));
            round.take(&made, 8);
            let mut stats = NO_STATS;
            if c!(logring_get_stats(made.ring, &mut stats)) == LOGRING_OK {
                assert!(stats.used_bytes <= stats.capacity_bytes);
                assert!(stats.high_water_bytes <= stats.capacity_bytes);
            }
        }
        made.memory.assert_guards();
    }
}
