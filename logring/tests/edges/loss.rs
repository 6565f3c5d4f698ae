//! Losses: told where they happened, once, and adding up.

use logring::{Cause, Config, DrainEnd, Level, LogRing, Logger, Popped, Pushed, Ring, Severity};

use crate::support::{glance, pattern, pop};

/// A logger that refuses what is too big, so that a loss costs no room.
fn strict(ring: &Ring) -> Logger<'_> {
    Logger::new(
        ring,
        Config::drop_oldest()
            .with_truncate(false)
            .with_record_bytes_max(8),
    )
}

fn lose(log: &Logger<'_>) {
    assert!(!log.push(Level::INFO, &pattern(9)).is_stored());
}

/// Losses are told by the record that follows them, and by no other.
#[test]
fn losses_are_told_at_their_place() {
    let ring = LogRing::<64>::new();
    let log = strict(&ring);
    for losses in [0, 1, 0, 3, 2, 0, 0] {
        for _ in 0..losses {
            lose(&log);
        }
        log.push(Level::INFO, &[losses]);
    }
    for losses in [0, 1, 0, 3, 2, 0, 0] {
        let record = pop(&ring);
        assert_eq!(
            (record.bytes, record.lost_before),
            (vec![losses], u64::from(losses))
        );
    }
    assert_eq!(ring.take_trailing_loss(), 0);
}

/// A drain tells the same as pops, record by record within a batch.
#[test]
fn a_drain_tells_losses_at_their_place() {
    let ring = LogRing::<4>::new();
    let log = strict(&ring);
    for losses in [2, 0, 1, 0, 3] {
        for _ in 0..losses {
            lose(&log);
        }
        log.push(Level::INFO, &[losses]);
    }
    let mut told = Vec::new();
    ring.drain(&mut [0; 512], 9, |record| {
        told.push((record.bytes[0], record.lost_before))
    });
    // The first record is evicted, and its two losses with it.
    assert_eq!(told, [(0, 3), (1, 1), (0, 0), (3, 3)]);
}

/// A burst followed by silence: no record comes to tell, so the trailing loss
/// does; and only once.
#[test]
fn a_burst_before_silence_is_told_by_the_trailing_loss() {
    let ring = LogRing::<4>::new();
    let log = strict(&ring);
    assert_eq!(ring.take_trailing_loss(), 0);
    log.push(Level::INFO, b"last");
    for _ in 0..5 {
        lose(&log);
    }
    assert_eq!(pop(&ring).lost_before, 0);
    assert_eq!(glance(&ring), Popped::Empty);
    assert_eq!(ring.take_trailing_loss(), 5);
    assert_eq!(ring.take_trailing_loss(), 0);
    // Neither does a later record tell of them.
    log.push(Level::INFO, b"later");
    assert_eq!(pop(&ring).lost_before, 0);
}

/// A trailing loss that nobody takes waits for the next record, however often
/// the ring was found empty meanwhile.
#[test]
fn a_loss_waits_for_the_next_record_through_an_empty_ring() {
    let ring = LogRing::<4>::new();
    let log = strict(&ring);
    lose(&log);
    for _ in 0..3 {
        assert_eq!(glance(&ring), Popped::Empty);
    }
    log.push(Level::INFO, b"x");
    assert_eq!(pop(&ring).lost_before, 1);
    for _ in 0..3 {
        assert_eq!(glance(&ring), Popped::Empty);
        log.push(Level::INFO, b"x");
        assert_eq!(pop(&ring).lost_before, 0);
    }
}

/// Taking the trailing loss takes everything untold: records still in the
/// ring no longer tell what was lost before them, only what is lost later.
#[test]
fn a_trailing_loss_taken_early_is_not_told_again() {
    let ring = LogRing::<16>::new();
    let log = strict(&ring);
    log.push(Level::INFO, b"a");
    lose(&log);
    log.push(Level::INFO, b"b");
    lose(&log);
    assert_eq!(ring.take_trailing_loss(), 2);
    lose(&log);
    log.push(Level::INFO, b"c");
    for (byte, lost_before) in [(b'a', 0), (b'b', 0), (b'c', 1)] {
        let record = pop(&ring);
        assert_eq!(
            (record.bytes, record.lost_before),
            (vec![byte], lost_before)
        );
    }
}

/// An evicted record takes what it had to tell along: the next delivered one
/// tells of both.
#[test]
fn an_evicted_record_leaves_its_losses_behind() {
    let ring = LogRing::<4>::new();
    let log = strict(&ring);
    for byte in 0..4 {
        lose(&log);
        log.push(Level::INFO, &[byte]);
    }
    log.push(Level::INFO, &[4]);
    log.push(Level::INFO, &[5]);
    // Lost: two evicted records, each with a refusal before it.
    let record = pop(&ring);
    assert_eq!((record.bytes, record.lost_before), (vec![2], 5));
    assert_eq!(pop(&ring).lost_before, 1);
    assert_eq!(pop(&ring).lost_before, 0);
    assert_eq!(pop(&ring).lost_before, 0);
}

/// A discarded grant that was held across other offers counts where it ended,
/// not where it was reserved.
#[test]
fn a_discarded_grant_counts_where_it_ended() {
    let ring = LogRing::<16>::new();
    let log = strict(&ring);
    log.push(Level::INFO, b"a");
    let first = log.reserve(Level::INFO, 0, 1).unwrap();
    let mut second = log.reserve(Level::INFO, 0, 1).unwrap();
    log.push(Level::INFO, b"c");
    first.discard();
    log.push(Level::INFO, b"d");
    second.append(b"b");
    second.commit();
    for (byte, lost_before) in [(b'a', 0), (b'b', 0), (b'c', 0), (b'd', 1)] {
        let record = pop(&ring);
        assert_eq!(
            (record.bytes, record.lost_before),
            (vec![byte], lost_before)
        );
    }
}

/// Losses while a grant is held come after it in the order of offers, however
/// late it is committed.
#[test]
fn losses_while_a_grant_is_held_come_after_it() {
    let ring = LogRing::<16>::new();
    let log = strict(&ring);
    lose(&log);
    let grant = log.reserve(Level::INFO, 0, 1).unwrap();
    lose(&log);
    lose(&log);
    grant.commit();
    assert_eq!(pop(&ring).lost_before, 1);
    log.push(Level::INFO, b"x");
    assert_eq!(pop(&ring).lost_before, 2);
}

/// A sink may log to the ring that it drains. What that evicts is told by the next
/// record, and the call ends with what the ring held when it began.
#[test]
fn a_sink_may_log_to_the_ring_it_drains() {
    let ring = LogRing::<4>::new();
    let log = strict(&ring);
    for byte in 0..4 {
        log.push(Level::INFO, &[byte]);
    }
    let mut told = Vec::new();
    let room = 1 + Ring::DRAIN_OVERHEAD_BYTES;
    let drained = ring.drain(&mut vec![0; room], 5, |record| {
        told.push((record.bytes[0], record.lost_before));
        if record.bytes[0] == 0 {
            log.push(Level::INFO, &[4]);
            log.push(Level::INFO, &[5]);
        }
    });
    assert_eq!(told, [(0, 0), (2, 1), (3, 0), (4, 0)]);
    assert_eq!((drained.records, drained.end), (4, DrainEnd::Max));
    assert_eq!(pop(&ring).bytes, [5]);
}

/// A sink that logs a line for each that it is given does not keep its drain for
/// ever, whatever number it asked for.
#[test]
fn a_drain_whose_sink_logs_ends() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    log.push(Level::INFO, b"of one cell");
    let mut sent = 0;
    let drained = ring.drain(&mut [0; 4096], usize::MAX, |_| {
        sent += 1;
        assert!(sent < 1000, "it feeds itself");
        log.push(Level::DEBUG, b"sent");
    });
    assert_eq!((drained.records, drained.end), (1, DrainEnd::Max));
}

/// A sink panics in the middle of a batch: what it was given is delivered, and the
/// rest is counted and told.
#[test]
fn what_a_panicking_sink_did_not_get_is_counted() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    for id in 0..20 {
        let level = if id < 10 { Level::INFO } else { Level::ERROR };
        log.push(level, &[id]);
    }
    let mut got = Vec::new();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        ring.drain(&mut [0; 4096], usize::MAX, |record| {
            got.push(record.bytes[0]);
            assert_ne!(record.bytes[0], 3, "a record that the sink cannot take");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(got, [0, 1, 2, 3]);
    let stats = ring.stats();
    assert_eq!((stats.delivered, stats.resident), (4, 0));
    assert_eq!(stats.lost.get(Cause::Discarded, Severity::Info), 6);
    assert_eq!(stats.lost.get(Cause::Discarded, Severity::Error), 10);
    log.push(Level::INFO, b"next");
    assert_eq!(pop(&ring).lost_before, 16);
}

/// Losses between two steps, by cause and severity, are just those that were told
/// between them: with records, and by the step itself.
#[test]
fn totals_match_what_was_told() {
    let ring = LogRing::<4>::new();
    let log = strict(&ring);
    let mut before = ring.take_losses();
    assert_eq!((before.untold, before.totals.total()), (0, 0));
    for round in 0..20_u8 {
        for id in 0..round {
            let level = Level::new(1 + (round * 7 + id) % 24).unwrap();
            log.push(level, &[id]);
        }
        lose(&log);
        // Some are told with records, some not; stats count them all.
        let mut told = 0;
        for _ in 0..round % 6 {
            if let Popped::Record(record) = ring.pop(&mut [0; 64]) {
                told += record.lost_before;
            }
        }
        let losses = ring.take_losses();
        let since = losses.totals.since(&before.totals);
        assert_eq!(since.total(), told + losses.untold, "round {round}");
        assert_eq!(losses.totals, ring.stats().lost);
        before = losses;
    }
    assert_eq!(ring.take_losses().untold, 0);
}

/// A loss of every cause that one thread can bring about: each is one count
/// under its cause and severity, all views of the table agree, and offers are
/// delivered, resident or lost.
#[test]
fn every_offer_is_delivered_resident_or_lost_once() {
    let ring = LogRing::<4>::new();
    let newest = Logger::new(&ring, Config::drop_newest().with_mark(Severity::Debug, 25));
    let oldest = strict(&ring);
    let mut offered = 0;
    let mut offer = |said: Pushed| offered += u64::from(said != Pushed::Filtered);

    offer(newest.push(Level::DEBUG, b"1"));
    offer(newest.push(Level::DEBUG, b"level"));
    offer(oldest.push(Level::FATAL, &pattern(9)));
    offer(newest.push(Level::INFO, b"2"));
    offer(newest.push(Level::WARN, b"3"));
    let held = oldest.reserve(Level::ERROR, 0, 1).unwrap();
    offer(Pushed::Stored);
    offer(newest.push(Level::WARN, b"full"));
    offer(oldest.push(Level::TRACE, b"evicts 1"));
    offer(oldest.push(Level::TRACE, b"evicts 2"));
    offer(oldest.push(Level::TRACE, b"evicts 3"));
    offer(oldest.push(Level::TRACE, b"busy"));
    held.discard();
    offer(oldest.push(Level::TRACE, b"over pad"));

    let table = ring.stats().lost;
    let expected = [
        (Cause::Level, Severity::Debug, 1),
        (Cause::TooBig, Severity::Fatal, 1),
        (Cause::Full, Severity::Warn, 1),
        (Cause::Evicted, Severity::Debug, 1),
        (Cause::Evicted, Severity::Info, 1),
        (Cause::Evicted, Severity::Warn, 1),
        (Cause::Busy, Severity::Trace, 1),
        (Cause::Discarded, Severity::Error, 1),
    ];
    for cause in Cause::ALL {
        for severity in Severity::ALL {
            let count = expected.iter().filter(|e| (e.0, e.1) == (cause, severity));
            assert_eq!(
                table.get(cause, severity),
                count.map(|e| e.2).sum(),
                "{cause:?}"
            );
        }
    }
    let by_cause: u64 = Cause::ALL.iter().map(|cause| table.by_cause(*cause)).sum();
    let by_severity: u64 = Severity::ALL.iter().map(|s| table.by_severity(*s)).sum();
    assert_eq!((by_cause, by_severity, table.total()), (8, 8, 8));

    let mut told = 0;
    let drained = ring.drain(&mut [0; 512], 99, |record| told += record.lost_before);
    assert_eq!(told + ring.take_trailing_loss(), 8);
    assert_eq!(offered, drained.records as u64 + 8);
    assert_eq!(ring.stats().delivered, 4);
}
