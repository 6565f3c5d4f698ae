//! The short cut for pushes that need nothing but room.

use logring::{
    Cause, Config, Level, LogRing, Logger, Lost, Policy, Popped, Pushed, Ring, Severity,
};

use crate::support::{FIRST, assert_lost_only, glance, pattern, pop, used};

const POLICIES: [Policy; 2] = [Policy::DropNewest, Policy::DropOldest];

/// Stores a record by the short cut.
#[track_caller]
fn store(ring: &Ring, level: Level, bytes: &[u8]) {
    let pushed = ring.push_at_once(Policy::DropOldest, level, bytes);
    assert_eq!(pushed, Some(Pushed::Stored));
}

/// A record that goes in at once is the one that a logger would have stored,
/// at each size next to where another cell or word begins.
#[test]
fn a_record_pushed_at_once_is_whole() {
    for start in [0, usize::MAX, usize::MAX - 1] {
        let ring = LogRing::<16>::starting_at(start);
        let largest = ring.record_bytes_max();
        for len in [
            0,
            1,
            7,
            8,
            9,
            FIRST - 1,
            FIRST,
            FIRST + 1,
            largest - 1,
            largest,
        ] {
            let (ours, theirs) = (LogRing::<16>::starting_at(start), pattern(len));
            store(&ring, Level::WARN, &theirs);
            Logger::new(&ours, Config::drop_newest()).push(Level::WARN, &theirs);
            assert_eq!(used(&ring), used(&ours), "{len} bytes");
            assert_eq!(pop(&ring), pop(&ours), "{len} bytes");
        }
        assert_eq!(ring.stats().lost.total(), 0);
    }
}

/// Offers and sees nothing of it: no record, no loss, no figure changed.
#[track_caller]
fn assert_left_to_a_logger(ring: &Ring, policy: Policy, bytes: &[u8]) {
    let before = ring.stats();
    assert_eq!(ring.push_at_once(policy, Level::FATAL, bytes), None);
    assert_eq!(ring.stats(), before);
}

/// What is larger than the ring's largest record is left to a logger, who
/// cuts it or counts it: here nothing happens, in the smallest ring, too.
#[test]
fn what_is_too_large_is_not_even_an_offer() {
    let small = LogRing::<4>::new();
    let large = LogRing::<64>::new();
    for ring in [&small as &Ring, &large] {
        let largest = ring.record_bytes_max();
        for len in [largest + 1, 2 * largest, ring.capacity_bytes() * 2] {
            for policy in POLICIES {
                assert_left_to_a_logger(ring, policy, &pattern(len));
            }
        }
        assert_eq!(glance(ring), Popped::Empty);
        store(ring, Level::INFO, &pattern(largest));
        assert_eq!(pop(ring).bytes.len(), largest);
    }
}

/// Where the newest gives way, a full ring refuses, and counts it once, as a
/// logger would; one with fewer cells than the record takes does, too.
#[test]
fn a_full_ring_refuses_and_counts() {
    let ring = LogRing::<8>::new();
    let full = Some(Pushed::Lost(Lost::Full));
    for _ in 0..7 {
        store(&ring, Level::INFO, b"x");
    }
    // A cell is free, and two are surely needed for this one.
    let two_cells = pattern(Ring::CELL_BYTES);
    assert_eq!(
        ring.push_at_once(Policy::DropNewest, Level::WARN, &two_cells),
        full
    );
    assert_lost_only(&ring, Cause::Full, Severity::Warn, 1);
    // The loss is untold, so a record with room is left to a logger.
    assert_left_to_a_logger(&ring, Policy::DropNewest, &pattern(FIRST));
    assert!(
        Logger::new(&ring, Config::drop_newest())
            .push(Level::INFO, b"")
            .is_stored()
    );
    assert_eq!(
        ring.push_at_once(Policy::DropNewest, Level::WARN, b""),
        full
    );
    assert_lost_only(&ring, Cause::Full, Severity::Warn, 2);
    for _ in 0..7 {
        assert_eq!(pop(&ring).lost_before, 0);
    }
    assert_eq!(pop(&ring).lost_before, 1);
    assert_eq!(ring.take_trailing_loss(), 1);
}

/// A loss that nobody was told of must be told by the next record, which takes
/// a logger; once a consumer has been told of it and found the ring empty,
/// the short cut is open again.
#[test]
fn an_untold_loss_closes_the_short_cut() {
    let ring = LogRing::<8>::new();
    let log = Logger::new(&ring, Config::drop_newest().with_truncate(false));
    store(&ring, Level::INFO, b"before");
    assert!(!log.push(Level::INFO, &pattern(9999)).is_stored());
    for policy in POLICIES {
        assert_left_to_a_logger(&ring, policy, b"after");
    }
    assert!(log.push(Level::INFO, b"after").is_stored());
    assert_left_to_a_logger(&ring, Policy::DropNewest, b"later");
    assert_eq!(pop(&ring).lost_before, 0);
    assert_eq!(pop(&ring).lost_before, 1);
    assert_eq!(glance(&ring), Popped::Empty);
    store(&ring, Level::INFO, b"at last");
    let record = pop(&ring);
    assert_eq!(
        (&record.bytes[..], record.lost_before),
        (&b"at last"[..], 0)
    );
}

/// The short cut never evicts: the oldest record stays.
#[test]
fn the_short_cut_never_evicts() {
    let ring = LogRing::<4>::new();
    let log = Logger::new(&ring, Config::drop_oldest());
    for byte in 0..4 {
        log.push(Level::INFO, &[byte]);
    }
    assert_left_to_a_logger(&ring, Policy::DropOldest, b"x");
    log.push(Level::INFO, &[4]);
    let record = pop(&ring);
    assert_eq!((record.bytes, record.lost_before), (vec![1], 1));
}
