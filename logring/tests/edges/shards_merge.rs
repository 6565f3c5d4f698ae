//! The merged drain of a set: order, batches, and why it ends.

use core::sync::atomic::{AtomicU64, Ordering};

use logring::{Config, DrainEnd, Drained, Level, LogRing, Ring, Shards};

use crate::support::used;

/// Bytes that a record of one byte takes of a drain's buffer.
const FRAME: usize = Ring::DRAIN_OVERHEAD_BYTES + 1;

/// Three shards and a clock that is set by hand.
struct Set {
    rings: [LogRing<64>; 3],
    time: AtomicU64,
}

impl Set {
    fn new() -> Self {
        Self {
            rings: std::array::from_fn(|at| LogRing::starting_at(usize::MAX - at)),
            time: AtomicU64::new(0),
        }
    }

    /// Runs `with` on the set.
    fn run(&self, with: impl FnOnce(&Shards<'_, 3>, &dyn Fn(usize, u64, u8))) {
        let clock = || self.time.load(Ordering::Relaxed);
        let [one, two, three] = &self.rings;
        let log = Shards::new([one, two, three], Config::drop_newest()).with_clock(&clock);
        let push = |shard, time, id: u8| {
            self.time.store(time, Ordering::Relaxed);
            assert!(log.push(shard, Level::INFO, &[id]).is_stored());
        };
        with(&log, &push);
    }
}

/// Drains up to `max` through a buffer of `bytes`: shards and ids, and the
/// end.
fn drain(log: &Shards<'_, 3>, bytes: usize, max: usize) -> (Vec<(usize, u8)>, DrainEnd) {
    let mut got = Vec::new();
    let mut buf = vec![0; bytes];
    let Drained { records, end } = log.drain(&mut buf, max, |shard, record| {
        got.push((shard, record.bytes[0]));
    });
    assert_eq!(records, got.len());
    (got, end)
}

fn ids(got: &[(usize, u8)]) -> Vec<u8> {
    got.iter().map(|&(_, id)| id).collect()
}

#[test]
fn records_come_in_the_order_of_their_times() {
    Set::new().run(|log, push| {
        for (time, shard) in [(10, 2), (11, 0), (12, 1), (13, 1), (14, 0), (15, 2)] {
            push(shard, time, time as u8);
        }
        let (got, end) = drain(log, 4096, usize::MAX);
        let order = [(2, 10), (0, 11), (1, 12), (1, 13), (0, 14), (2, 15)];
        assert_eq!((got, end), (order.to_vec(), DrainEnd::Empty));
    });
}

/// Of equal times, the lowest shard comes first with all of its records.
#[test]
fn equal_times_come_by_shard() {
    Set::new().run(|log, push| {
        for (shard, id) in [(2, 5), (1, 3), (0, 1), (2, 6), (1, 4), (0, 2)] {
            push(shard, 7, id);
        }
        push(0, 8, 7);
        push(1, 8, 8);
        push(2, 8, 9);
        let (got, _) = drain(log, 4096, usize::MAX);
        assert_eq!(ids(&got), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });
}

/// The largest time there is, and the smallest.
#[test]
fn times_at_the_ends_of_their_range_are_merged() {
    Set::new().run(|log, push| {
        push(0, u64::MAX, 4);
        push(1, 0, 1);
        push(1, u64::MAX, 5);
        push(2, 0, 2);
        push(2, u64::MAX - 1, 3);
        let (got, _) = drain(log, 4096, usize::MAX);
        assert_eq!(ids(&got), [1, 2, 3, 4, 5]);
    });
}

/// Without times the shards come one after the other, and each in its order.
#[test]
fn records_without_a_time_are_due_at_once() {
    let rings: [LogRing<64>; 3] = std::array::from_fn(|_| LogRing::new());
    let log = Shards::new(rings.each_ref().map(|ring| &**ring), Config::drop_newest());
    for id in 0..9 {
        log.push(id % 3, Level::INFO, &[id as u8]);
    }
    let (got, _) = drain(&log, 4096, usize::MAX);
    assert_eq!(ids(&got), [0, 3, 6, 1, 4, 7, 2, 5, 8]);
}

/// Without times, a shard that always has more than a call takes does not keep
/// the others waiting for ever: other calls begin with other shards.
#[test]
fn a_busy_shard_without_times_does_not_starve_the_others() {
    for (busy, max) in [(0, 1), (0, 3), (1, 2), (2, 30)] {
        let rings: [LogRing<64>; 3] = std::array::from_fn(|_| LogRing::new());
        let log = Shards::new(rings.each_ref().map(|ring| &**ring), Config::drop_newest());
        let mut waited_most = 0;
        for quiet in [0, 1, 2].into_iter().cycle().take(60) {
            assert!(log.logger(quiet).push(Level::INFO, &[1]).is_stored());
            let mut waited = 0;
            while used(log.ring(quiet)) > 0 && quiet != busy {
                for _ in 0..max {
                    log.logger(busy).push(Level::INFO, &[2]);
                }
                assert_eq!(drain(&log, 4096, max).0.len(), max);
                waited += 1;
                assert!(waited < 60, "shard {quiet} waits for shard {busy}");
            }
            waited_most = waited.max(waited_most);
        }
        assert!(
            waited_most > 1,
            "chance has never been against a quiet shard"
        );
    }
}

/// A time that runs backwards within a shard moves no record past another of
/// that shard; the merge goes by the oldest one that is left.
#[test]
fn a_shard_keeps_its_order_whatever_the_times_say() {
    Set::new().run(|log, push| {
        for (shard, time, id) in [(0, 20, 3), (0, 5, 4), (0, 30, 5), (1, 10, 1), (1, 15, 2)] {
            push(shard, time, id);
        }
        push(1, 25, 6);
        let (got, _) = drain(log, 4096, usize::MAX);
        assert_eq!(ids(&got), [1, 2, 3, 4, 6, 5]);
    });
}

/// One shard has many records and the others few: a buffer of a few frames is
/// filled again and again, and the order stays.
#[test]
fn a_long_shard_is_merged_through_a_small_buffer() {
    for frames in [1, 2, 3, 7, 100] {
        Set::new().run(|log, push| {
            for time in 0..50 {
                push(usize::from(time % 10 == 9), u64::from(time), time);
            }
            let (got, end) = drain(log, frames * FRAME, usize::MAX);
            assert!(
                got.iter()
                    .all(|&(shard, id)| shard == usize::from(id % 10 == 9))
            );
            assert_eq!(ids(&got), (0..50).collect::<Vec<_>>());
            assert_eq!(end, DrainEnd::Empty);
        });
    }
}

/// A call delivers as many as were asked for, takes no more than it delivers,
/// and the next one goes on where it ended.
#[test]
fn a_call_takes_what_it_delivers() {
    for max in 1..8 {
        Set::new().run(|log, push| {
            for time in 0..20 {
                push(usize::from(time) * 7 / 2 % 3, u64::from(time), time);
            }
            let mut all = Vec::new();
            loop {
                let (got, end) = drain(log, 4096, max);
                all.extend(ids(&got));
                let left: usize = (0..3).map(|shard| used(log.ring(shard))).sum();
                assert_eq!(all.len() + left, 20, "at most {max}");
                let delivered: u64 = (0..3).map(|shard| log.stats(shard).delivered).sum();
                assert_eq!(delivered, all.len() as u64);
                if end != DrainEnd::Max {
                    assert_eq!(end, DrainEnd::Empty);
                    break;
                }
                assert_eq!(got.len(), max);
            }
            assert_eq!(all, (0..20).collect::<Vec<_>>(), "at most {max}");
        });
    }
}

#[test]
fn nothing_asked_for_is_nothing_taken() {
    Set::new().run(|log, push| {
        push(1, 1, 1);
        assert_eq!(drain(log, 4096, 0), (vec![], DrainEnd::Max));
        assert_eq!(log.stats(1).delivered, 0);
        assert_eq!(drain(log, 4096, 1), (vec![(1, 1)], DrainEnd::Max));
        assert_eq!(drain(log, 4096, 1), (vec![], DrainEnd::Empty));
    });
}

/// A record that is longer than the buffer is cut to it, in its turn.
#[test]
fn a_record_that_does_not_fit_is_cut_in_its_turn() {
    Set::new().run(|log, push| {
        push(0, 1, 1);
        log.push(0, Level::INFO, &[2; 300]);
        push(1, 2, 3);
        let mut got = Vec::new();
        let drained = log.drain(&mut [0; FRAME], usize::MAX, |shard, record| {
            got.push((shard, record.bytes[0], record.bytes.len(), record.full_len));
        });
        assert_eq!(got, [(0, 1, 1, 1), (0, 2, FRAME, 300), (1, 3, 1, 1)]);
        assert_eq!((drained.records, drained.end), (3, DrainEnd::Empty));
    });
}

/// A record that is still being written holds up its own shard alone, and the
/// answer says that something is left.
#[test]
fn an_open_grant_holds_up_its_own_shard_alone() {
    Set::new().run(|log, push| {
        push(0, 1, 1);
        let mut grant = log.reserve(0, Level::INFO, 0, 1).unwrap();
        push(0, 3, 3);
        push(1, 2, 2);
        push(1, 4, 4);
        let (got, end) = drain(log, 4096, usize::MAX);
        assert_eq!((ids(&got), end), (vec![1, 2, 4], DrainEnd::Pending));
        grant.append(&[9]);
        grant.commit();
        let (got, end) = drain(log, 4096, usize::MAX);
        assert_eq!((ids(&got), end), (vec![9, 3], DrainEnd::Empty));
    });
}

/// Losses are told with the shard that lost, in their place.
#[test]
fn losses_are_told_by_shard() {
    let rings: [LogRing<4>; 2] = std::array::from_fn(|_| LogRing::new());
    let log = Shards::new([&rings[0], &rings[1]], Config::drop_oldest()).without_others();
    for id in 0..6 {
        log.push(0, Level::INFO, &[id]);
    }
    log.push(1, Level::INFO, &[9]);
    let mut told = Vec::new();
    log.drain(&mut [0; 4096], usize::MAX, |shard, record| {
        told.push((shard, record.bytes[0], record.lost_before));
    });
    assert_eq!(
        told,
        [(0, 2, 2), (0, 3, 0), (0, 4, 0), (0, 5, 0), (1, 9, 0)]
    );
}

/// A sink that pushes to the shards that are being drained does not make the call
/// longer.
#[test]
fn a_drain_whose_sink_pushes_ends() {
    Set::new().run(|log, push| {
        push(0, 1, 1);
        push(1, 2, 2);
        let mut got = 0;
        let drained = log.drain(&mut [0; 4096], usize::MAX, |shard, _| {
            got += 1;
            log.push(shard, Level::INFO, &[2]);
        });
        let end = DrainEnd::Max;
        assert_eq!((drained, got), (Drained { records: 2, end }, 2));
    });
}

/// A sink that panics loses the rest of the batch that was taken, which is counted,
/// and nothing of the other shards.
#[test]
fn a_sink_that_panics_loses_the_rest_of_its_batch() {
    Set::new().run(|log, push| {
        for (shard, time) in [(0, 1), (0, 2), (0, 3), (1, 4), (0, 5)] {
            push(shard, time, time as u8);
        }
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            log.drain(&mut [0; 4096], usize::MAX, |_, _| panic!("the sink"));
        }));
        assert!(panicked.is_err());
        let (got, _) = drain(log, 4096, usize::MAX);
        assert_eq!(ids(&got), [4, 5]);
        let stats = log.stats(0);
        let discarded = stats.lost.by_cause(logring::Cause::Discarded);
        assert_eq!((stats.delivered, discarded), (2, 2));
    });
}
