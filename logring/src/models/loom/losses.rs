//! Losses beside everything: counted once, told once, in their place.

use super::{AT_THE_WRAP, Outcomes, full, newest, oldest, pops, pushes, ring};
use crate::models::{level, push, settle};
use crate::stats::Cause;
use crate::{Logger, Lost, Pushed};
use core::slice;
use loom::thread;
use std::vec;
use std::vec::Vec;

/// An evictor and a popper want the same record: one of them gets it, and an
/// evicted record is told with what the popper delivers next.
#[test]
fn an_evicted_record_is_told_once() {
    static OUTCOMES: Outcomes<(Vec<u8>, u64, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = full(oldest());
        let producer = pushes(&ring, oldest(), 3);
        let popper = pops(&ring, 1);
        assert_eq!(producer.join().unwrap(), Pushed::Stored);
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "an_evicted_record_is_told_once",
        &[
            (vec![1], 0, vec![2, 3]),
            // Evicted; the count may come before or after this pop's look.
            (vec![2], 1, vec![3]),
            (vec![2], 0, vec![3]),
        ],
    );
}

/// A refused record is told with the next accepted one, wherever a popper is
/// meanwhile.
#[test]
fn a_refusal_rides_on_the_next_accepted_record() {
    static OUTCOMES: Outcomes<(Vec<u8>, u64, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(0);
        let log = Logger::new(&ring, newest());
        push(&log, 1);
        push(&log, 2);
        assert_eq!(push(&log, 9), Pushed::Lost(Lost::Full));
        let popper = pops(&ring, 3);
        let producer = pushes(&ring, newest(), 3);
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 4, slice::from_ref(&got));
        if got.ids == [1, 2] {
            assert_eq!(got.told, 0, "told before its place");
        }
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "a_refusal_rides_on_the_next_accepted_record",
        &[
            (vec![1, 2, 3], 1, vec![]),
            (vec![1, 2], 0, vec![3]),
            (vec![1, 2], 0, vec![]),
        ],
    );
}

/// A discarded grant is a pad: poppers step over it, it is counted, and the
/// record behind it tells of it.
#[test]
fn a_discarded_grant_is_stepped_over_and_told() {
    static OUTCOMES: Outcomes<(Vec<u8>, u64, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, newest());
                drop(log.reserve(level(9), 0, 8).unwrap());
                assert_eq!(push(&log, 1), Pushed::Stored);
            })
        };
        let popper = pops(&ring, 1);
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 2, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "a_discarded_grant_is_stepped_over_and_told",
        &[(vec![1], 1, vec![]), (vec![], 0, vec![1])],
    );
}

/// Two that tell at once, beside an eviction: whoever sees what the other has told
/// sees the count behind it, and never takes a total for a smaller one.
#[test]
fn what_was_told_was_counted() {
    static OUTCOMES: Outcomes<(u64, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = full(oldest());
        let evictor = pushes(&ring, oldest(), 3);
        let [one, other] = [(); 2].map(|()| {
            let ring = ring.clone();
            thread::spawn(move || ring.take_trailing_loss())
        });
        evictor.join().unwrap();
        OUTCOMES.reached((one.join().unwrap(), other.join().unwrap()));
    });
    OUTCOMES.are("what_was_told_was_counted", &[(0, 0), (1, 0), (0, 1)]);
}

/// The same, where one of them takes the table, too.
#[test]
fn what_was_told_is_in_the_table() {
    static OUTCOMES: Outcomes<(u64, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = full(oldest());
        let evictor = pushes(&ring, oldest(), 3);
        let one = {
            let ring = ring.clone();
            thread::spawn(move || ring.take_trailing_loss())
        };
        let table = {
            let ring = ring.clone();
            thread::spawn(move || ring.take_losses().untold)
        };
        evictor.join().unwrap();
        OUTCOMES.reached((one.join().unwrap(), table.join().unwrap()));
    });
    OUTCOMES.are("what_was_told_is_in_the_table", &[(0, 0), (1, 0), (0, 1)]);
}

/// Three contexts: two producers and a popper on a ring with room for one
/// more.
#[test]
fn three_contexts_keep_the_books() {
    static OUTCOMES: Outcomes<(usize, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        push(&Logger::new(&ring, newest()), 1);
        let producers = [2, 3].map(|id| {
            let ring = ring.clone();
            thread::spawn(move || {
                push(&Logger::new(&ring, newest().with_retry_limit(2)), id);
            })
        });
        let popper = pops(&ring, 1);
        for producer in producers {
            producer.join().unwrap();
        }
        let got = popper.join().unwrap();
        assert_eq!(got.ids, [1]);
        settle(&ring, 3, &[got]);
        let stats = ring.stats();
        OUTCOMES.reached((stats.delivered as usize, stats.lost.by_cause(Cause::Full)));
    });
    OUTCOMES.are("three_contexts_keep_the_books", &[(3, 0), (2, 1)]);
}
