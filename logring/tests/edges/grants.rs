//! Grants: filled in place, given back, or held too long.

use logring::{Cause, Config, Level, LogRing, Logger, Lost, NoGrant, Popped, Pushed, Severity};

use crate::support::{FIRST, assert_lost_only, clock, glance, lost, pattern, pop, used};

/// What was reserved is what fits; one byte more is cut and flagged.
#[test]
fn a_grant_takes_exactly_what_was_reserved() {
    let ring = LogRing::<32>::new();
    let log = Logger::new(&ring, Config::drop_newest().with_clock(Some(clock)));
    for (bytes, truncated) in [(99, false), (100, false), (101, true)] {
        let mut grant = log.reserve(Level::WARN, 5, 100).unwrap();
        assert_eq!((grant.remaining(), grant.truncated()), (100, false));
        // In pieces that do not end at words.
        let bytes = pattern(bytes);
        for piece in bytes.chunks(7) {
            grant.append(piece);
        }
        assert_eq!(grant.remaining(), 100 - bytes.len().min(100));
        assert_eq!(grant.truncated(), truncated);
        assert_eq!(grant.commit(), truncated);
        let record = pop(&ring);
        assert_eq!(record.bytes, bytes[..bytes.len().min(100)]);
        assert_eq!((record.level, record.tag), (Level::WARN, 5));
        assert_eq!(
            (record.timestamp, record.truncated),
            (Some(clock()), truncated)
        );
    }
    assert_eq!(ring.stats().truncated, 1);
}

/// `append` says how much it took: the part that fits, then nothing. Nothing
/// to append is not a cut.
#[test]
fn append_stores_the_part_that_fits() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut grant = log.reserve(Level::INFO, 0, 5).unwrap();
    assert_eq!(grant.append(b"abc"), 3);
    assert_eq!(grant.append(b"de"), 2);
    assert_eq!(grant.append(b""), 0);
    assert!(!grant.truncated());
    assert_eq!(grant.append(b"f"), 0);
    assert!(grant.truncated());
    grant.commit();
    assert_eq!(pop(&ring).bytes, b"abcde");
}

/// Cells that a commit did not need are free again once a popper has come by;
/// the records around it are whole.
#[test]
fn a_commit_shorter_than_its_grant_gives_cells_back() {
    for start in [0, usize::MAX - 3] {
        let ring = LogRing::<16>::starting_at(start);
        let log = Logger::new(&ring, Config::drop_newest());
        for (bytes, cells) in [(0, 1), (FIRST, 1), (FIRST + 1, 2), (3 * FIRST, 3)] {
            let mut grant = log.reserve(Level::INFO, 0, 3 * FIRST).unwrap();
            assert_eq!(used(&ring), 3);
            grant.append(&pattern(bytes));
            assert!(!grant.commit());
            log.push(Level::INFO, b"next");
            assert_eq!(used(&ring), 4);
            assert_eq!(pop(&ring).bytes, pattern(bytes));
            assert_eq!(used(&ring), 4 - cells);
            assert_eq!(pop(&ring).bytes, b"next");
            assert_eq!(used(&ring), 0);
        }
        assert_eq!(ring.stats().lost.total(), 0);
    }
}

/// Discarding and dropping are the same: a loss of the grant's severity, told
/// by the next record, and nothing to read.
#[test]
fn a_grant_given_back_is_a_loss_that_is_told() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut grant = log.reserve(Level::ERROR, 0, 2 * FIRST).unwrap();
    grant.append(&pattern(FIRST));
    grant.discard();
    assert_lost_only(&ring, Cause::Discarded, Severity::Error, 1);
    drop(log.reserve(Level::ERROR, 0, 1).unwrap());
    assert_lost_only(&ring, Cause::Discarded, Severity::Error, 2);

    log.push(Level::INFO, b"next");
    let record = pop(&ring);
    assert_eq!((&record.bytes[..], record.lost_before), (&b"next"[..], 2));
    assert_eq!(
        (glance(&ring), ring.take_trailing_loss()),
        (Popped::Empty, 0)
    );
    // A grant that was both cut and given back was never a truncated record.
    let cut = log.reserve(Level::ERROR, 0, 9999).unwrap();
    assert!(cut.truncated());
    cut.discard();
    assert_eq!(ring.stats().truncated, 0);
}

/// The largest record can be reserved; one byte more gives a grant of exactly
/// the largest that is flagged from the start, or none where cutting is not
/// allowed.
#[test]
fn a_reservation_one_byte_too_large_is_cut_or_refused() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let most = ring.record_bytes_max();
    let exact = log.reserve(Level::INFO, 0, most).unwrap();
    assert_eq!((exact.remaining(), exact.truncated()), (most, false));
    let cut = log.reserve(Level::INFO, 0, most + 1).unwrap();
    assert_eq!((cut.remaining(), cut.truncated()), (most, true));
    assert!(!exact.commit());
    assert!(cut.commit());

    let strict = Logger::new(&ring, Config::drop_newest().with_truncate(false));
    assert!(strict.reserve(Level::INFO, 0, most).is_ok());
    let refused = strict.reserve(Level::WARN, 0, most + 1).err();
    assert_eq!(refused, Some(NoGrant::Lost(Lost::TooBig)));
    assert_eq!(ring.stats().lost.get(Cause::TooBig, Severity::Warn), 1);
}

/// A held grant hides the later records from poppers, which is not the same
/// as an empty ring, and never holds up a producer while there is room.
#[test]
fn a_held_grant_hides_what_comes_later() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    log.push(Level::INFO, b"before");
    let mut grant = log.reserve(Level::INFO, 0, 4).unwrap();
    assert_eq!(log.push(Level::INFO, b"after"), Pushed::Stored);

    assert_eq!(pop(&ring).bytes, b"before");
    assert_eq!(glance(&ring), Popped::Pending);
    let drained = ring.drain(&mut [0; 512], 9, |_| panic!("hidden"));
    assert_eq!(
        (drained.records, drained.end),
        (0, logring::DrainEnd::Pending)
    );
    grant.append(b"held");
    assert_eq!(glance(&ring), Popped::Pending);
    grant.commit();
    assert_eq!(pop(&ring).bytes, b"held");
    assert_eq!(pop(&ring).bytes, b"after");
    assert_eq!(glance(&ring), Popped::Empty);
}

/// Grants may end in any order; records come in the order of reservation.
#[test]
fn records_come_in_the_order_of_their_reservations() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut grants: Vec<_> = (0..4_u8)
        .map(|at| {
            let mut grant = log.reserve(Level::INFO, 0, 1).unwrap();
            grant.append(&[at]);
            grant
        })
        .collect();
    grants.remove(2).commit();
    assert_eq!(glance(&ring), Popped::Pending);
    grants.remove(2).commit();
    assert_eq!(glance(&ring), Popped::Pending);
    grants.remove(0).commit();
    assert_eq!(pop(&ring).bytes, [0]);
    assert_eq!(glance(&ring), Popped::Pending);
    grants.remove(0).discard();
    assert_eq!(pop(&ring).bytes, [2]);
    assert_eq!(pop(&ring).bytes, [3]);
}

/// In a full ring that drops its oldest, records before a held grant go one
/// after the other. Once the grant is the oldest, offers are refused and
/// nothing is evicted any more; when it ends, all goes on.
#[test]
fn a_held_grant_is_never_evicted() {
    for start in [0, usize::MAX - 1] {
        let ring = LogRing::<4>::starting_at(start);
        let log = Logger::new(&ring, Config::drop_oldest());
        log.push(Level::INFO, &[0]);
        log.push(Level::INFO, &[1]);
        let mut grant = log.reserve(Level::WARN, 0, 1).unwrap();
        log.push(Level::INFO, &[3]);
        assert_eq!(log.push(Level::INFO, &[4]), Pushed::Stored);
        assert_eq!(log.push(Level::INFO, &[5]), Pushed::Stored);
        assert_lost_only(&ring, Cause::Evicted, Severity::Info, 2);

        for level in [Level::DEBUG, Level::FATAL] {
            assert_eq!(log.push(level, &[6]), Pushed::Lost(Lost::Busy));
        }
        assert_eq!(
            (lost(&ring, Cause::Busy), lost(&ring, Cause::Evicted)),
            (2, 2)
        );
        assert_eq!(glance(&ring), Popped::Pending);

        grant.append(&[2]);
        grant.commit();
        assert_eq!(log.push(Level::INFO, &[7]), Pushed::Stored);
        // 0, 1 and then 2 were evicted; 6 was refused twice before 7.
        for (byte, lost_before) in [(3, 3), (4, 0), (5, 0), (7, 2)] {
            let record = pop(&ring);
            assert_eq!(
                (record.bytes, record.lost_before),
                (vec![byte], lost_before)
            );
        }
    }
}

/// A run of evictions that meets a held grant stops before it if it has freed
/// enough, and else frees nothing.
#[test]
fn an_eviction_run_stops_before_a_held_grant() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_oldest());
    log.push(Level::INFO, b"only this one can go");
    let held = log.reserve(Level::INFO, 0, 1).unwrap();
    for _ in 0..62 {
        log.push(Level::INFO, b"x");
    }
    assert_eq!(used(&ring), 64);
    // A run would aim at four cells; two are needed, one can be had.
    assert_eq!(
        log.push(Level::INFO, &pattern(FIRST + 1)),
        Pushed::Lost(Lost::Busy)
    );
    assert_eq!(lost(&ring, Cause::Evicted), 0);
    // One is needed, and one can be had.
    let one = Logger::new(&ring, Config::drop_oldest().with_record_bytes_max(8));
    assert_eq!(one.push(Level::INFO, b"y"), Pushed::Stored);
    assert_eq!(lost(&ring, Cause::Evicted), 1);
    held.commit();
}

/// A grant that is forgotten is a writer that died: what comes after it is
/// hidden for good and every offer is soon refused, but each call returns and
/// each loss is counted.
#[test]
fn a_forgotten_grant_costs_records_and_nothing_else() {
    for config in [Config::drop_newest(), Config::drop_oldest()] {
        let ring = LogRing::<4>::new();
        let log = Logger::new(&ring, config);
        std::mem::forget(log.reserve(Level::INFO, 0, 1).unwrap());
        let stored = (0..100)
            .filter(|_| log.push(Level::INFO, b"x").is_stored())
            .count();
        assert_eq!(stored, 3);
        assert_eq!(glance(&ring), Popped::Pending);
        assert_eq!(ring.stats().lost.total(), 97);
        assert_eq!(ring.take_trailing_loss(), 97);
    }
}
