//! Producers beside poppers and observers: whole records, in order.

use super::{AT_THE_WRAP, Outcomes, full, newest, oldest, pops, pushes, ring};
use crate::layout::Cell;
use crate::models::{Got, push, settle};
use crate::stats::Cause;
use crate::{Level, Logger, Popped, Pushed, Ring};
use core::slice;
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use std::vec;
use std::vec::Vec;

/// A popper beside a producer: it sees the new record whole or not yet.
#[test]
fn a_popper_sees_a_record_whole_or_not_at_all() {
    static OUTCOMES: Outcomes<(Vec<u8>, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        push(&Logger::new(&ring, newest()), 1);
        let producer = pushes(&ring, newest(), 2);
        let popper = pops(&ring, 2);
        assert_eq!(producer.join().unwrap(), Pushed::Stored);
        let got = popper.join().unwrap();
        let rest = settle(&ring, 2, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, rest));
    });
    OUTCOMES.are(
        "a_popper_sees_a_record_whole_or_not_at_all",
        &[(vec![1, 2], vec![]), (vec![1], vec![2])],
    );
}

/// A popper frees cells while a producer wants them: reuse of a cell is
/// ordered after the reader and after the cell's former writer.
#[test]
fn a_freed_cell_is_reused_in_order() {
    static OUTCOMES: Outcomes<(Vec<u8>, Vec<u8>, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = full(newest());
        let producer = pushes(&ring, newest(), 3);
        let popper = pops(&ring, 1);
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, slice::from_ref(&got));
        let full: u64 = ring.stats().lost.by_cause(Cause::Full);
        OUTCOMES.reached((got.ids, rest, full));
    });
    OUTCOMES.are(
        "a_freed_cell_is_reused_in_order",
        &[(vec![1], vec![2, 3], 0), (vec![1], vec![2], 1)],
    );
}

/// A batch is claimed whole or not at all, against an evictor.
#[test]
fn a_batch_is_claimed_whole_or_retried() {
    static OUTCOMES: Outcomes<(Vec<u8>, u64, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = full(oldest());
        let producer = pushes(&ring, oldest(), 3);
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.drain(&ring, 2);
                got
            })
        };
        assert_eq!(producer.join().unwrap(), Pushed::Stored);
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "a_batch_is_claimed_whole_or_retried",
        &[
            (vec![1, 2], 0, vec![3]),
            (vec![2], 0, vec![3]),
            (vec![2], 1, vec![3]),
            (vec![2, 3], 1, vec![]),
        ],
    );
}

/// Two poppers share a ring: each record goes to one of them.
#[test]
fn two_poppers_share_the_records() {
    static OUTCOMES: Outcomes<(Vec<u8>, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let log = Logger::new(&ring, newest());
        push(&log, 1);
        push(&log, 2);
        push(&log, 9);
        let [one, two] = [1, 1].map(|times| pops(&ring, times));
        let (one, two) = (one.join().unwrap(), two.join().unwrap());
        settle(&ring, 3, &[one.clone(), two.clone()]);
        OUTCOMES.reached((one.ids, two.ids));
    });
    OUTCOMES.are(
        "two_poppers_share_the_records",
        &[(vec![1], vec![2]), (vec![2], vec![1])],
    );
}

/// A buffer that is too small answers about the record that is the oldest
/// now, never about one that has gone.
#[test]
fn a_small_buffer_loses_nothing() {
    static OUTCOMES: Outcomes<usize> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<4>(AT_THE_WRAP);
        let log = Logger::new(&ring, oldest());
        log.push(Level::INFO, &[1; 16]);
        log.push(Level::INFO, &[2; 8]);
        log.push(Level::INFO, &[2; 8]);
        log.push(Level::INFO, &[2; 8]);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                Logger::new(&ring, oldest()).push(Level::INFO, &[3; 8]);
            })
        };
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || match ring.pop_whole(&mut [0; 4]) {
                Popped::NoSpace { needed } => needed,
                other => panic!("{other:?} into four bytes"),
            })
        };
        producer.join().unwrap();
        let needed = popper.join().unwrap();
        let stats = ring.stats();
        assert_eq!((stats.delivered, stats.lost.total()), (0, 1), "{stats:?}");
        OUTCOMES.reached(needed);
    });
    OUTCOMES.are("a_small_buffer_loses_nothing", &[16, 8]);
}

/// A pop into a buffer that is too small cuts the record that it takes, and no other:
/// bytes, length and books are those of one record.
#[test]
fn a_pop_cuts_the_record_that_it_takes() {
    static OUTCOMES: Outcomes<(u8, usize, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<4>(AT_THE_WRAP);
        let log = Logger::new(&ring, oldest());
        log.push(Level::INFO, &[1; 16]);
        log.push(Level::INFO, &[2; 8]);
        log.push(Level::INFO, &[3; 8]);
        log.push(Level::INFO, &[4; 8]);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                Logger::new(&ring, oldest()).push(Level::INFO, &[5; 8]);
            })
        };
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || match ring.pop(&mut [0; 4]) {
                Popped::Record(record) => {
                    let id = record.bytes[0];
                    assert_eq!(record.bytes, [id; 4]);
                    assert!(record.truncated);
                    (id, record.full_len, record.lost_before)
                }
                other => panic!("{other:?} of a ring with records"),
            })
        };
        producer.join().unwrap();
        let taken = popper.join().unwrap();
        let stats = ring.stats();
        assert_eq!((stats.delivered, stats.truncated), (1, 1), "{stats:?}");
        OUTCOMES.reached(taken);
    });
    OUTCOMES.are(
        "a_pop_cuts_the_record_that_it_takes",
        // In between, the first is evicted and not yet counted.
        &[(1, 16, 0), (2, 8, 0), (2, 8, 1)],
    );
}

/// A snapshot beside one record does not see two, nor does the watermark.
#[test]
fn a_snapshot_does_not_overstate_the_fill() {
    static OUTCOMES: Outcomes<(usize, usize)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                push(&Logger::new(&ring, newest()), 1);
                assert!(Got::default().pop(&ring));
            })
        };
        let observer = {
            let ring = ring.clone();
            thread::spawn(move || ring.stats().used_bytes)
        };
        producer.join().unwrap();
        let used = observer.join().unwrap();
        let peak = ring.stats().high_water_bytes;
        OUTCOMES.reached((used / Ring::CELL_BYTES, peak / Ring::CELL_BYTES));
    });
    OUTCOMES.are("a_snapshot_does_not_overstate_the_fill", &[(0, 1), (1, 1)]);
}

/// Of a tail that is two laps further, a popper does not take the cells of then for
/// those of now, which look alike where a lap is one bit (I5). One preemption, as this is long
/// and it is old values that matter.
fn beside_two_laps(take: fn(&mut Got, &Ring)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(1);
    model.check(move || {
        let ring = full(oldest());
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, oldest());
                for id in 3..=6 {
                    push(&log, id);
                }
            })
        };
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                take(&mut got, &ring);
                got
            })
        };
        producer.join().unwrap();
        let got = popper.join().unwrap();
        settle(&ring, 6, slice::from_ref(&got));
    });
}

#[test]
fn a_pop_beside_two_laps_takes_a_record_of_now() {
    beside_two_laps(|got, ring| {
        got.pop(ring);
    });
}

#[test]
fn a_drain_beside_two_laps_takes_a_record_of_now() {
    beside_two_laps(|got, ring| got.drain(ring, 1));
}

/// Beside one record at a time, a snapshot raises the watermark to no more than
/// one, however old the tail that it reads.
#[test]
fn a_snapshot_raises_no_peak_that_was_not() {
    static OUTCOMES: Outcomes<usize> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let producer = one_at_a_time(&ring, 2);
        let observer = {
            let ring = ring.clone();
            thread::spawn(move || ring.stats())
        };
        producer.join().unwrap();
        observer.join().unwrap();
        OUTCOMES.reached(ring.stats().high_water_bytes / Ring::CELL_BYTES);
    });
    OUTCOMES.are("a_snapshot_raises_no_peak_that_was_not", &[1]);
}

/// A look at the use beside one record sees no full ring.
#[test]
fn a_look_does_not_overstate_the_fill() {
    static OUTCOMES: Outcomes<usize> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let producer = one_at_a_time(&ring, 1);
        let observer = {
            let ring = ring.clone();
            thread::spawn(move || ring.used_bytes())
        };
        producer.join().unwrap();
        OUTCOMES.reached(observer.join().unwrap() / Ring::CELL_BYTES);
    });
    OUTCOMES.are("a_look_does_not_overstate_the_fill", &[0, 1]);
}

/// A thread that pushes a record and pops it, so many times.
fn one_at_a_time(ring: &Arc<Ring<[Cell; 2]>>, times: u8) -> JoinHandle<()> {
    let ring = ring.clone();
    thread::spawn(move || {
        for id in 1..=times {
            push(&Logger::new(&ring, newest()), id);
            assert!(Got::default().pop(&ring));
        }
    })
}
