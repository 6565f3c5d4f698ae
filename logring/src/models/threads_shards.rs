//! Real threads on a set of rings: producers that spill into a neighbour, and
//! a merged drain beside them. For race detectors and Miri, and as a stress
//! test.

use super::level;
use super::sets::{SetGot, settle_set};
use crate::{Config, LogRing, Shards};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{assert_eq, thread};

const PRODUCERS: u8 = 4;
/// Records of each producer; an id tells whose it is.
const SENT: u8 = if cfg!(miri) { 5 } else { 60 };

/// Four producers on `N` shards that are always full, and a consumer that
/// drains them: no torn record, none twice, each offer in one ledger, and each
/// producer's records in order within each shard.
fn lossy<const N: usize>(config: Config) {
    let rounds = if cfg!(miri) { 1 } else { 200 };
    for round in 0..rounds {
        let rings: &[LogRing<4>; N] =
            &core::array::from_fn(|at| LogRing::starting_at(usize::MAX - (round + at) % 7));
        let log = &Shards::new(rings.each_ref().map(|ring| &**ring), config);
        let over = &AtomicBool::new(false);
        let got = thread::scope(|scope| {
            let consumer = scope.spawn(move || {
                let mut got = SetGot::new();
                while !over.load(Ordering::Relaxed) {
                    got.drain(log, 1 + got.records() % 5);
                }
                got
            });
            let producers: [_; PRODUCERS as usize] = core::array::from_fn(|producer| {
                scope.spawn(move || {
                    for id in 0..SENT {
                        let id = id + producer as u8 * SENT;
                        log.push(producer, level(id), &[id; 8]);
                    }
                })
            });
            for producer in producers {
                producer.join().unwrap();
            }
            over.store(true, Ordering::Relaxed);
            consumer.join().unwrap()
        });
        for ids in &got.ids {
            for producer in 0..PRODUCERS {
                let of_one = ids.iter().filter(|&&id| id / SENT == producer);
                assert!(of_one.is_sorted(), "{ids:?}");
            }
        }
        let offered = u64::from(SENT) * u64::from(PRODUCERS);
        settle_set(log, offered, &[got]);
    }
}

#[test]
fn refused_producers_on_two_shards_keep_the_books() {
    lossy::<2>(Config::drop_newest());
}

#[test]
fn overwriting_producers_on_two_shards_keep_the_books() {
    lossy::<2>(Config::drop_oldest());
}

#[test]
fn overwriting_producers_on_three_shards_keep_the_books() {
    lossy::<3>(Config::drop_oldest());
}

/// Nothing is lost when what is refused is offered again, and the merge takes
/// everything: records of one shard come in the order of their pushes.
#[test]
fn what_is_offered_until_it_is_stored_arrives() {
    let rings: [LogRing<4>; 3] = core::array::from_fn(|_| LogRing::starting_at(usize::MAX - 1));
    let log = &Shards::new(rings.each_ref().map(|ring| &**ring), Config::drop_newest());
    let total = usize::from(SENT) * usize::from(PRODUCERS);
    let got = thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            scope.spawn(move || {
                for id in (0..SENT).map(|id| id + producer * SENT) {
                    while !log.push(producer.into(), level(id), &[id; 8]).is_stored() {
                        thread::yield_now();
                    }
                }
            });
        }
        let mut got = SetGot::new();
        while got.records() < total {
            got.drain(log, usize::MAX);
        }
        got
    });
    let mut ids = got.ids.concat();
    ids.sort_unstable();
    assert_eq!(ids, (0..total as u8).collect::<std::vec::Vec<_>>());
}
