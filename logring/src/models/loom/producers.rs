//! Producers among themselves: reserving, evicting, lapping each other.

use super::{AT_THE_WRAP, Outcomes, full, newest, oldest, pops, pushes, ring};
use crate::layout::Cell;
use crate::models::{Got, level, push, push_tagged, settle};
use crate::stats::Cause;
use crate::{Logger, Lost, Policy, Pushed, Ring};
use core::slice;
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use std::vec;
use std::vec::Vec;

/// Two producers find room at once: both records are stored, in either order.
#[test]
fn two_producers_both_store() {
    static OUTCOMES: Outcomes<Vec<u8>> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let threads: Vec<_> = [1, 2]
            .map(|id| {
                let ring = ring.clone();
                thread::spawn(move || push(&Logger::new(&ring, newest()), id))
            })
            .into();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Pushed::Stored);
        }
        OUTCOMES.reached(settle(&ring, 2, &[]));
    });
    OUTCOMES.are("two_producers_both_store", &[vec![1, 2], vec![2, 1]]);
}

/// The short cut of those who keep no logger races a push: what it leaves
/// undone the logger does, and both records are stored.
#[test]
fn a_push_at_once_races_a_push() {
    static OUTCOMES: Outcomes<(bool, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let short = at_once(&ring, 1);
        let push = pushes(&ring, newest(), 2);
        let (short, at_once) = short.join().unwrap();
        assert_eq!([short, push.join().unwrap()], [Pushed::Stored; 2]);
        OUTCOMES.reached((at_once, settle(&ring, 2, &[])));
    });
    OUTCOMES.are(
        "a_push_at_once_races_a_push",
        // Against one other push, the second attempt at once succeeds.
        &[(true, vec![1, 2]), (true, vec![2, 1])],
    );
}

/// The same for a push that is not plain, which looks before its loop and in it, while
/// heads and tails go on three times.
#[test]
fn a_ring_that_has_room_is_not_full_for_a_tag() {
    static OUTCOMES: Outcomes<Pushed> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let replacer = {
            let ring = ring.clone();
            thread::spawn(move || {
                for id in 1..=3 {
                    push(&Logger::new(&ring, newest()), id);
                    Got::default().pop(&ring);
                }
            })
        };
        let tagged = {
            let ring = ring.clone();
            let config = newest().with_retry_limit(8);
            thread::spawn(move || push_tagged(&Logger::new(&ring, config), 9))
        };
        replacer.join().unwrap();
        OUTCOMES.reached(tagged.join().unwrap());
    });
    OUTCOMES.are(
        "a_ring_that_has_room_is_not_full_for_a_tag",
        &[Pushed::Stored],
    );
}

/// A refusal by the short cut is true, as any other is: with one cell of two
/// in use at most, it never says that the ring is full.
#[test]
fn a_ring_that_has_room_is_not_full_at_once() {
    static OUTCOMES: Outcomes<(Pushed, bool)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        push(&Logger::new(&ring, newest()), 1);
        let replacer = replaces(&ring, 2);
        let short = at_once(&ring, 3);
        replacer.join().unwrap();
        OUTCOMES.reached(short.join().unwrap());
    });
    OUTCOMES.are(
        "a_ring_that_has_room_is_not_full_at_once",
        &[(Pushed::Stored, true)],
    );
}

/// A thread that pops the record that is there, and pushes another.
fn replaces<const N: usize>(ring: &Arc<Ring<[Cell; N]>>, id: u8) -> JoinHandle<()> {
    let ring = ring.clone();
    thread::spawn(move || {
        assert!(Got::default().pop(&ring));
        push(&Logger::new(&ring, newest()), id);
    })
}

/// A thread that pushes record `id` by the short cut or, if that leaves it
/// undone, by a logger; and whether it was the short cut.
fn at_once<const N: usize>(ring: &Arc<Ring<[Cell; N]>>, id: u8) -> JoinHandle<(Pushed, bool)> {
    let ring = ring.clone();
    thread::spawn(
        move || match ring.push_at_once(Policy::DropNewest, level(id), &[id; 8]) {
            Some(pushed) => (pushed, true),
            None => (push(&Logger::new(&ring, newest()), id), false),
        },
    )
}

/// With a single attempt, the one who loses the race is refused as
/// contended, counted, and told of. A tag keeps the pushes from being plain,
/// which would be one attempt more.
#[test]
fn a_lost_race_beyond_the_retry_limit_is_counted() {
    static OUTCOMES: Outcomes<(Pushed, Pushed)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(0);
        let [one, two] = [1, 2].map(|id| {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, newest().with_retry_limit(1));
                push_tagged(&log, id)
            })
        });
        let answers = (one.join().unwrap(), two.join().unwrap());
        settle(&ring, 2, &[]);
        OUTCOMES.reached(answers);
    });
    let contended = Pushed::Lost(Lost::Contended);
    OUTCOMES.are(
        "a_lost_race_beyond_the_retry_limit_is_counted",
        &[
            (Pushed::Stored, Pushed::Stored),
            (Pushed::Stored, contended),
            (contended, Pushed::Stored),
        ],
    );
}

/// Two producers evict from a full ring at once: nothing is torn, and each
/// evicted record is counted by one of them. Neither finds the other's record
/// half written: an uncommitted cell looks as it did a lap ago.
#[test]
fn two_evictors_count_each_victim_once() {
    static OUTCOMES: Outcomes<(Pushed, Pushed, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = full(oldest());
        let [three, four] = [3, 4].map(|id| pushes(&ring, oldest(), id));
        let answers = (three.join().unwrap(), four.join().unwrap());
        let rest = settle(&ring, 4, &[]);
        OUTCOMES.reached((answers.0, answers.1, rest));
    });
    OUTCOMES.are(
        "two_evictors_count_each_victim_once",
        &[
            (Pushed::Stored, Pushed::Stored, vec![3, 4]),
            (Pushed::Stored, Pushed::Stored, vec![4, 3]),
        ],
    );
}

/// The configuration at which most orderings of the producers are needed: two
/// overwriting producers with two pushes each on two cells.
#[test]
fn two_producers_lap_each_other() {
    static OUTCOMES: Outcomes<(u64, u64, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let threads = [1, 3].map(|id| {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, oldest().with_retry_limit(2));
                push(&log, id);
                push(&log, id + 1);
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
        settle(&ring, 4, &[]);
        let lost = ring.stats().lost;
        OUTCOMES.reached((
            lost.by_cause(Cause::Evicted),
            lost.by_cause(Cause::Busy),
            lost.by_cause(Cause::Contended),
        ));
    });
    OUTCOMES.are(
        "two_producers_lap_each_other",
        &[(2, 0, 0), (1, 1, 0), (1, 0, 1)],
    );
}

/// A refusal for want of room is true: with one cell of two in use at most,
/// a producer is never told that the ring is full, however old what it reads.
#[test]
fn a_ring_that_has_room_is_not_full() {
    static OUTCOMES: Outcomes<Pushed> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        push(&Logger::new(&ring, newest()), 1);
        let replacer = replaces(&ring, 2);
        let producer = pushes(&ring, newest(), 3);
        replacer.join().unwrap();
        OUTCOMES.reached(producer.join().unwrap());
    });
    OUTCOMES.are("a_ring_that_has_room_is_not_full", &[Pushed::Stored]);
}

/// A record of two cells is committed as one: the rest is a pad that whoever
/// comes next steps over, also on the lap after, also where it wraps.
#[test]
fn a_short_commit_leaves_a_pad_for_the_next_lap() {
    static OUTCOMES: Outcomes<(Vec<u8>, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<4>(AT_THE_WRAP);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, oldest());
                let mut grant = log.reserve(level(1), 0, 40).unwrap();
                grant.append(&[1; 8]);
                grant.commit();
                // Fills the ring, and evicts record and pad.
                log.push(level(2), &[2; 40]);
                push(&log, 3);
            })
        };
        let popper = pops(&ring, 1);
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, rest));
    });
    OUTCOMES.are(
        "a_short_commit_leaves_a_pad_for_the_next_lap",
        &[
            (vec![], vec![2, 3]),
            (vec![1], vec![2, 3]),
            (vec![2], vec![3]),
        ],
    );
}

/// The ring is full of committed records. One is popped, and a
/// grant takes its cell. No record that had to go was ever open, so no push
/// may be refused as busy (I9).
#[test]
fn busy_is_true_beside_a_grant() {
    static OUTCOMES: Outcomes<Pushed> = Outcomes::new();
    loom::model(|| {
        let ring = full(oldest());
        let taker = {
            let ring = ring.clone();
            thread::spawn(move || {
                if Got::default().pop(&ring) {
                    let log = Logger::new(&ring, oldest());
                    let _ = push_tagged(&log, 9);
                }
            })
        };
        let pusher = {
            let ring = ring.clone();
            thread::spawn(move || push_tagged(&Logger::new(&ring, oldest()), 3))
        };
        taker.join().unwrap();
        OUTCOMES.reached(pusher.join().unwrap());
    });
    OUTCOMES.are("busy_is_true_beside_a_grant", &[Pushed::Stored]);
}

/// A grant is given back, and its cell is reused in order by whoever laps it.
#[test]
fn a_cell_that_was_given_back_is_reused_in_order() {
    static OUTCOMES: Outcomes<()> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let one = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, oldest().with_retry_limit(2));
                drop(log.reserve(level(9), 0, 8));
            })
        };
        let two = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, oldest().with_retry_limit(2));
                push(&log, 1);
                push(&log, 2);
                push(&log, 3);
            })
        };
        one.join().unwrap();
        two.join().unwrap();
        settle(&ring, 4, &[]);
        OUTCOMES.reached(());
    });
    OUTCOMES.are("a_cell_that_was_given_back_is_reused_in_order", &[()]);
}

/// A plain push learns of room from the tail and stores the hint; another
/// plain push goes by that hint. It reuses the cell of a third producer in order.
#[test]
fn a_hint_of_a_plain_push_carries_what_it_knows() {
    static OUTCOMES: Outcomes<()> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let first = pushes(&ring, newest(), 1);
        let second = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, newest());
                let mut got = Got::default();
                push(&log, 2);
                got.pop(&ring);
                push(&log, 3);
                got
            })
        };
        let third = pushes(&ring, newest(), 4);
        first.join().unwrap();
        let got = second.join().unwrap();
        third.join().unwrap();
        settle(&ring, 4, slice::from_ref(&got));
        OUTCOMES.reached(());
    });
    OUTCOMES.are("a_hint_of_a_plain_push_carries_what_it_knows", &[()]);
}
