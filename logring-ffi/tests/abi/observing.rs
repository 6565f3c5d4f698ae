//! Figures: each counter at its place, and their sums.

use logring_ffi::abi::*;
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::observe::logring_take_trailing_loss;
use logring_ffi::produce::{logring_commit, logring_discard};
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
