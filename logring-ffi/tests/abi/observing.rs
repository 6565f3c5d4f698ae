//! Figures: each counter at its place, and their sums.

use logring_ffi::abi::*;
use logring_ffi::consume::{
    LOGRING_FLAG_TRUNCATED, logring_drain, logring_pop_cut, logring_record_t,
};
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::names::logring_level_from_syslog;
use logring_ffi::observe::*;
use logring_ffi::produce::*;
use logring_ffi::status::*;

use crate::support::{CELL, Made, Record, c, config, figures, lost, with_policy};

/// A loss of every cause that one thread can bring about, each under its
/// cause and level; offers are delivered, resident or lost.
#[test]
fn every_offer_is_counted_once() {
    let config = logring_config_t {
        mark_pct: [0, 25, 0, 0, 0, 0],
        max_record: 8,
        truncate: 0,
        ..with_policy(LOGRING_DROP_OLDEST)
    };
    let made = Made::new(4, &config);
    let stats = made.stats();
    assert_eq!(figures(&stats)[1..15], [0; 14]);
    assert_eq!(stats.counter_bits, usize::BITS);
    let offers = [
        (LOGRING_DEBUG, &b"1"[..], LOGRING_OK),
        (LOGRING_DEBUG + 1, b"level", LOGRING_DROPPED_LEVEL),
        (LOGRING_TRACE, b"too large", LOGRING_E_TOOBIG),
        (LOGRING_INFO, b"2", LOGRING_OK),
        (LOGRING_WARN, b"3", LOGRING_OK),
    ];
    for (level, bytes, expected) in offers {
        assert_eq!(made.push(level, bytes), expected);
    }
    let mut held = made.reserve(LOGRING_FATAL, 0, 1);
    for expected in [
        LOGRING_OK,
        LOGRING_OK,
        LOGRING_OK,
        LOGRING_DROPPED_CONTENDED,
    ] {
        assert_eq!(made.push(LOGRING_ERROR, b"4"), expected);
    }
    c!(logring_discard(&mut held));
    let mut held = made.reserve(LOGRING_INFO, 0, 1);
    assert_eq!(c!(logring_commit(&mut held)), LOGRING_OK);
    let stats = made.stats();
    assert_eq!((stats.lost_full, stats.lost_level), (0, 1));
    assert_eq!((stats.lost_contended, stats.lost_toobig), (1, 1));
    assert_eq!((stats.lost_evicted, stats.lost_discarded), (3, 1));
    assert_eq!(stats.lost_by_level, [1, 2, 1, 1, 1, 1]);
    assert_eq!((stats.delivered, stats.truncated), (0, 0));
    assert_eq!(stats.capacity_bytes, 4 * CELL as u64);
    assert_eq!(
        (stats.used_bytes, stats.high_water_bytes),
        (4 * CELL as u64, 4 * CELL as u64)
    );
    let resident = made.drain().len() as u64;
    assert_eq!(11, resident + lost(&stats));
    let stats = made.stats();
    assert_eq!((stats.delivered, stats.used_bytes), (resident, 0));
    assert_eq!(stats.high_water_bytes, 4 * CELL as u64);
}

/// Losses after the last record are told once, by whoever asks.
#[test]
fn a_trailing_loss_is_told_once() {
    let made = Made::new(4, &config());
    let take = || c!(logring_take_trailing_loss(made.ring));
    assert_eq!(take(), 0);
    for _ in 0..7 {
        made.push(9, b"x");
    }
    assert_eq!(made.drain().len(), 4);
    assert_eq!((take(), take()), (3, 0));
    made.push(9, b"x");
    assert_eq!(made.pop(), Record::plain(b"x"));
}

/// What is resident, and that the oldest is unfinished, and where.
#[test]
fn who_is_resident_is_told() {
    let made = Made::new(8, &config());
    assert_eq!(
        (made.stats().resident, made.stats().oldest_unfinished),
        (0, 0)
    );
    made.push(9, b"four");
    let mut held = made.reserve(9, 0, 1);
    made.push(9, b"three");
    let stats = made.stats();
    assert_eq!((stats.resident, stats.resident_bytes), (3, 9));
    assert_eq!(stats.oldest_unfinished, 0);
    made.pop();
    let first = made.stats();
    assert_eq!((first.resident, first.oldest_unfinished), (2, 1));
    made.push(9, b"x");
    let later = made.stats();
    assert_eq!(later.oldest_position, first.oldest_position);
    assert_eq!(c!(logring_commit(&mut held)), LOGRING_OK);
    assert_eq!(
        (made.stats().resident, made.stats().oldest_unfinished),
        (3, 0)
    );
}

/// The table of what was told, by cause and level, is told in one step with the rest.
#[test]
fn a_table_of_losses_matches_what_was_told() {
    let made = Made::new(4, &config());
    let take = || {
        // SAFETY: hazard: bytes that are no structure. It has numbers only.
        let mut losses: logring_losses_t = unsafe { std::mem::zeroed() };
        assert_eq!(
            c!(logring_take_losses(made.ring, &mut losses)),
            LOGRING_E_ABI
        );
        losses.struct_size = size_of::<logring_losses_t>() as u32;
        assert_eq!(c!(logring_take_losses(made.ring, &mut losses)), LOGRING_OK);
        losses
    };
    for level in [1, 5, 9, 13, 17, 21, 24, 9] {
        made.push(level, b"x");
    }
    let losses = take();
    assert_eq!((losses.untold, losses.counter_bits), (4, usize::BITS));
    let full = losses.totals[LOGRING_CAUSE_FULL as usize];
    assert_eq!(full, [0, 0, 1, 0, 1, 2]);
    assert_eq!(losses.totals.iter().flatten().sum::<u64>(), 4);
    assert_eq!(take().untold, 0);
    assert_eq!(
        c!(logring_take_losses(made.ring, std::ptr::null_mut())),
        LOGRING_E_NULL
    );
}

/// A pop that may cut never leaves a record in the way, and a drain does not either.
#[test]
fn what_is_longer_than_the_buffer_is_cut() {
    let made = Made::new(16, &config());
    let long = [b'x'; 300];
    for round in 0..2 {
        made.push(9, &long);
        made.push(9, b"next");
        let mut buf = [0_u8; 20];
        let mut lens = Vec::new();
        if round == 0 {
            // SAFETY: hazard: bytes that are no structure. All-zero is one.
            let mut record: logring_record_t = unsafe { std::mem::zeroed() };
            loop {
                let at = buf.as_mut_ptr().cast();
                match c!(logring_pop_cut(made.ring, at, buf.len(), &mut record)) {
                    LOGRING_OK => lens.push((record.len, record.flags)),
                    other => break assert_eq!(other, LOGRING_EMPTY),
                }
            }
        } else {
            unsafe extern "C" fn sink(
                user: *mut std::ffi::c_void,
                record: *const logring_record_t,
            ) -> i32 {
                // SAFETY: hazard: a pointer to nothing. It is the one given below.
                let lens = unsafe { &mut *user.cast::<Vec<(usize, u8)>>() };
                // SAFETY: hazard: no record. The library gives one, for this call.
                let record = unsafe { &*record };
                lens.push((record.len, record.flags));
                0
            }
            let mut count = 0;
            let user = (&raw mut lens).cast();
            let (at, room) = (buf.as_mut_ptr().cast(), buf.len());
            let drained = c!(logring_drain(
                made.ring,
                at,
                room,
                9,
                Some(sink),
                user,
                &mut count
            ));
            assert_eq!((drained, count), (LOGRING_OK, 2));
        }
        assert_eq!(lens, [(20, LOGRING_FLAG_TRUNCATED), (4, 0)]);
        assert_eq!(made.stats().truncated, round + 1);
    }
}

/// The question counts nothing; the offer that comes before the record does.
#[test]
fn what_is_asked_before_a_record_is_made() {
    let config = logring_config_t {
        min_level: LOGRING_DEBUG,
        ..config()
    };
    let made = Made::new(4, &config);
    let ask = |level| {
        let asked = c!(logring_enabled(made.ring, level));
        (asked, c!(logring_precheck(made.ring, level)))
    };
    assert_eq!(ask(LOGRING_TRACE), (0, LOGRING_FILTERED));
    assert_eq!(ask(LOGRING_INFO), (1, LOGRING_OK));
    assert_eq!(ask(0), (0, LOGRING_E_INVAL));
    while made.push(9, b"x") == LOGRING_OK {}
    let before = lost(&made.stats());
    assert_eq!(c!(logring_enabled(made.ring, LOGRING_ERROR)), 0);
    assert_eq!(lost(&made.stats()), before);
    assert_eq!(ask(LOGRING_ERROR), (0, LOGRING_DROPPED_FULL));
    assert_eq!(lost(&made.stats()), before + 1);
    assert_eq!(made.stats().lost_by_level[4], 1);
    let null = std::ptr::null_mut();
    assert_eq!(c!(logring_enabled(null, 9)), 0);
    assert_eq!(c!(logring_precheck(null, 9)), LOGRING_E_NULL);
}

/// A tagged push is a push with a tag.
#[test]
fn a_tag_comes_with_its_record() {
    let made = Made::new(8, &config());
    let tagged = |tag, bytes: &[u8]| {
        c!(logring_push_tagged(
            made.ring,
            9,
            tag,
            bytes.as_ptr().cast(),
            bytes.len()
        ))
    };
    for tag in [0, 1, u32::MAX] {
        assert_eq!(tagged(tag, b"x"), LOGRING_OK);
        assert_eq!(
            made.pop(),
            Record {
                tag,
                ..Record::plain(b"x")
            }
        );
    }
    assert_eq!(tagged(7, &[0; 4096]), LOGRING_TRUNCATED);
    assert_eq!(made.pop().tag, 7);
}

#[test]
fn syslog_counts_down_where_levels_count_up() {
    let levels = [0, 1, 2, 3, 4, 5, 6, 7].map(|number| logring_level_from_syslog(number));
    assert_eq!(levels, [21, 19, 18, 17, 13, 10, 9, 5]);
    assert_eq!(logring_level_from_syslog(20 << 3 | 4), LOGRING_WARN);
    assert_eq!(logring_level_from_syslog(-1), 0);
    assert_eq!(logring_level_from_syslog(i32::MIN), 0);
}

/// A prefault changes nothing, whatever the ring holds.
#[test]
fn a_prefault_changes_nothing() {
    let made = Made::new(64, &config());
    for fill in [0, 3, 80] {
        for _ in 0..fill {
            made.push(9, b"x");
        }
        let before = made.memory.bytes();
        assert_eq!(c!(logring_prefault(made.ring)), LOGRING_OK);
        assert_eq!(made.memory.bytes(), before);
    }
}
