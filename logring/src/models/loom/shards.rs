//! Sets of rings: a choice of shard, then one push, while others do the same.

use super::{AT_THE_WRAP, Outcomes, newest, oldest, ring};
use crate::layout::Cell;
use crate::models::sets::{SetGot, settle_set};
use crate::models::{Got, level};
use crate::{Config, DrainEnd, Drained, Lost, Pushed, Ring, Shards};
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use std::vec;
use std::vec::Vec;

type Two = [Arc<Ring<[Cell; 2]>>; 2];

fn set(rings: &Two, config: Config) -> Shards<'_, 2> {
    Shards::new([&rings[0], &rings[1]], config)
}

/// Two shards of two cells, of which the first is full.
fn one_full() -> Two {
    let rings = [ring(AT_THE_WRAP), ring(0)];
    let log = set(&rings, newest());
    for id in [1, 2] {
        log.push(0, level(id), &[id; 8]);
    }
    rings
}

/// A thread that offers record `id` to shard 0.
fn pushes(rings: &Two, config: Config, id: u8) -> JoinHandle<Pushed> {
    let rings = rings.clone();
    thread::spawn(move || set(&rings, config).push(0, level(id), &[id; 8]))
}

/// Two producers come to a full shard while a drain takes one record from it.
/// Either may find the room that was made, or go next door, and both may find
/// it at once: then one is refused, although there is room next door, since a
/// look decides nothing. Each offer is in one ledger.
#[test]
fn two_producers_at_a_full_shard_and_a_drain() {
    static OUTCOMES: Outcomes<([bool; 2], [Vec<u8>; 2])> = Outcomes::new();
    loom::model(|| {
        let rings = one_full();
        let producers = [3, 4].map(|id| pushes(&rings, newest(), id));
        let mut got = SetGot::new();
        got.drain(&set(&rings, newest()), 1);
        assert_eq!(got.ids[0], [1]);
        let stored = producers.map(|producer| {
            let answer = producer.join().unwrap();
            assert!(answer.is_stored() || answer == Pushed::Lost(Lost::Full));
            answer.is_stored()
        });
        let rest = settle_set(&set(&rings, newest()), 4, &[got]);
        OUTCOMES.reached((stored, rest));
    });
    OUTCOMES.are(
        "two_producers_at_a_full_shard_and_a_drain",
        &[
            ([true, true], [vec![2], vec![3, 4]]),
            ([true, true], [vec![2], vec![4, 3]]),
            ([true, true], [vec![2, 3], vec![4]]),
            ([true, true], [vec![2, 4], vec![3]]),
            ([true, false], [vec![2, 3], vec![]]),
            ([false, true], [vec![2, 4], vec![]]),
        ],
    );
}

/// A set refuses nothing while another shard has room, however old what the look
/// reads.
#[test]
fn room_next_door_is_found() {
    static OUTCOMES: Outcomes<Pushed> = Outcomes::new();
    loom::model(|| {
        let rings = one_full();
        let next_door = {
            let rings = rings.clone();
            thread::spawn(move || {
                let log = set(&rings, newest());
                log.logger(1).push(level(4), &[4; 8]);
                Got::default().pop(&rings[1]);
            })
        };
        let producer = pushes(&rings, newest(), 3);
        next_door.join().unwrap();
        OUTCOMES.reached(producer.join().unwrap());
    });
    OUTCOMES.are("room_next_door_is_found", &[Pushed::Stored]);
}

/// A producer that overwrites meets a record that is being written at the tail
/// of its full shard. The other shard is full, too, until somebody takes a record
/// from it. The producer goes there if it sees that room. It overwrites at home
/// once its own oldest record is done, and is refused otherwise. It evicts nothing
/// of the other shard.
#[test]
fn a_held_up_shard_uses_room_elsewhere_and_evicts_none() {
    static OUTCOMES: Outcomes<(Pushed, [Vec<u8>; 2])> = Outcomes::new();
    loom::model(|| {
        let rings = [ring(AT_THE_WRAP), ring(0)];
        let log = set(&rings, oldest());
        let opener = {
            let rings = rings.clone();
            let (grant_taken, taken) = loom::sync::mpsc::channel();
            let thread = thread::spawn(move || {
                let log = set(&rings, oldest());
                let mut grant = log.reserve(0, level(1), 0, 8).unwrap();
                grant_taken.send(()).unwrap();
                grant.append(&[1; 8]);
                grant.commit();
            });
            taken.recv().unwrap();
            thread
        };
        log.logger(0).push(level(2), &[2; 8]);
        for id in [5, 6] {
            log.logger(1).push(level(id), &[id; 8]);
        }
        let popper = {
            let rings = rings.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&rings[1]);
                got.ids
            })
        };
        let answer = log.push(0, level(3), &[3; 8]);
        opener.join().unwrap();
        let mut got = SetGot::new();
        got.ids[1] = popper.join().unwrap();
        assert_eq!(got.ids[1], [5]);
        let rest = settle_set(&log, 5, &[got]);
        OUTCOMES.reached((answer, rest));
    });
    OUTCOMES.are(
        "a_held_up_shard_uses_room_elsewhere_and_evicts_none",
        &[
            (Pushed::Stored, [vec![1, 2], vec![6, 3]]),
            (Pushed::Stored, [vec![2, 3], vec![6]]),
            (Pushed::Lost(Lost::Busy), [vec![1, 2], vec![6]]),
        ],
    );
}

/// A merged drain beside an evictor: what the look found may be gone when the
/// drain takes it, and then a newer record of that shard waits for its turn.
/// The books are exact.
#[test]
fn a_merge_is_overtaken_by_an_evictor() {
    static OUTCOMES: Outcomes<(Vec<u8>, DrainEnd)> = Outcomes::new();
    let at = |time: fn() -> u64| oldest().with_clock(Some(time));
    loom::model(move || {
        let rings = [ring(AT_THE_WRAP), ring(0)];
        // By number: times 1 and 3 in the one shard, 2 and 4 in the other.
        for (shard, id, time) in [
            (0, 1, at(|| 1)),
            (0, 3, at(|| 3)),
            (1, 2, at(|| 2)),
            (1, 4, at(|| 4)),
        ] {
            let log = set(&rings, time);
            log.push(shard, level(id), &[id; 8]);
        }
        let evictor = pushes(&rings, at(|| 5), 5);
        let log = set(&rings, oldest());
        let (mut got, mut order) = (SetGot::new(), Vec::new());
        let Drained { end, .. } = log.drain(&mut [0; 90], 3, |shard, record| {
            got.ids[shard].push(record.bytes[0]);
            got.told[shard] += record.lost_before;
            order.push(record.bytes[0]);
        });
        evictor.join().unwrap();
        settle_set(&log, 5, &[got]);
        assert!(order.is_sorted(), "{order:?} out of order");
        OUTCOMES.reached((order, end));
    });
    OUTCOMES.are(
        "a_merge_is_overtaken_by_an_evictor",
        &[
            (vec![1, 2, 3], DrainEnd::Max),
            (vec![2, 3, 4], DrainEnd::Max),
        ],
    );
}
