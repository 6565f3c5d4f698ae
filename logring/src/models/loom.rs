//! Exhaustive models: every interleaving and every value that the memory
//! model lets a load see, up to a bound of preemptions.
//!
//! In these builds a cell has four payload words and a record may take half a
//! ring. Each cell also has a plain byte that its owner writes (`Shadow`), so
//! two owners that are not ordered fail a model even if no record is torn.

use super::{Got, level, push, settle};
use crate::layout::Cell;
use crate::stats::Cause;
use crate::{Config, Level, Logger, Lost, Popped, Pushed, Ring};
use loom::sync::Arc;
use loom::thread;
use std::fmt::Debug;
use std::sync::Mutex;
use std::vec::Vec;
use std::{eprintln, vec};

/// The outcomes that the executions of one model reached, with how often.
struct Outcomes<T>(Mutex<Vec<(T, usize)>>);

impl<T: PartialEq + Debug> Outcomes<T> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn reached(&self, outcome: T) {
        let mut reached = self.0.lock().unwrap();
        match reached.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, times)) => *times += 1,
            None => reached.push((outcome, 1)),
        }
    }

    /// Fails on an outcome that is not in `legal`, and on one of `legal` that
    /// no execution reached.
    fn are(&self, model: &str, legal: &[T]) {
        let reached = self.0.lock().unwrap();
        let executions: usize = reached.iter().map(|(_, times)| times).sum();
        eprintln!("model {model}: {executions} executions");
        for (outcome, times) in reached.iter() {
            eprintln!("    {times:>8} x {outcome:?}");
        }
        for (outcome, _) in reached.iter() {
            assert!(
                legal.contains(outcome),
                "{model}: illegal outcome {outcome:?}"
            );
        }
        for outcome in legal {
            assert!(
                reached.iter().any(|(known, _)| known == outcome),
                "{model}: never reached {outcome:?}"
            );
        }
    }
}

/// A ring of `N` cells whose positions start at `position`.
fn ring<const N: usize>(position: usize) -> Arc<Ring<[Cell; N]>> {
    Arc::new(Ring::model(position))
}

/// Positions that wrap after one cell.
const AT_THE_WRAP: usize = usize::MAX;

fn newest() -> Config {
    Config::drop_newest().with_retry_limit(3)
}

fn oldest() -> Config {
    Config::drop_oldest().with_retry_limit(3)
}

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

/// With a single attempt, the one who loses the race is refused as
/// contended, counted, and told of.
#[test]
fn a_lost_race_beyond_the_retry_limit_is_counted() {
    static OUTCOMES: Outcomes<(Pushed, Pushed)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(0);
        let [one, two] = [1, 2].map(|id| {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, newest().with_retry_limit(1)), id))
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

/// A popper beside a producer: it sees the new record whole or not yet.
#[test]
fn a_popper_sees_a_record_whole_or_not_at_all() {
    static OUTCOMES: Outcomes<(Vec<u8>, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        push(&Logger::new(&ring, newest()), 1);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, newest()), 2))
        };
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got.pop(&ring);
                got
            })
        };
        assert_eq!(producer.join().unwrap(), Pushed::Stored);
        let got = popper.join().unwrap();
        let rest = settle(&ring, 2, &[got.clone()]);
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
        let ring = ring::<2>(AT_THE_WRAP);
        let log = Logger::new(&ring, newest());
        push(&log, 1);
        push(&log, 2);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, newest()), 3))
        };
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got
            })
        };
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, &[got.clone()]);
        let full: u64 = ring.stats().lost.by_cause(Cause::Full);
        OUTCOMES.reached((got.ids, rest, full));
    });
    OUTCOMES.are(
        "a_freed_cell_is_reused_in_order",
        &[(vec![1], vec![2, 3], 0), (vec![1], vec![2], 1)],
    );
}

/// An evictor and a popper want the same record: one of them gets it, and an
/// evicted record is told with what the popper delivers next.
#[test]
fn an_evicted_record_is_told_once() {
    static OUTCOMES: Outcomes<(Vec<u8>, u64, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let log = Logger::new(&ring, oldest());
        push(&log, 1);
        push(&log, 2);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, oldest()), 3))
        };
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got
            })
        };
        assert_eq!(producer.join().unwrap(), Pushed::Stored);
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, &[got.clone()]);
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "an_evicted_record_is_told_once",
        &[
            (vec![1], 0, vec![2, 3]),
            // Evicted; the count may come before or after this pop's look.
            (vec![2], 1, vec![3]),
            (vec![2], 0, vec![3]),
            // Pending: the cell is being reused, and the move of the tail is
            // not yet seen.
            (vec![], 0, vec![2, 3]),
        ],
    );
}

/// Two producers evict from a full ring at once: nothing is torn, and each
/// evicted record is counted by one of them. The other finds a record that is
/// still being written at worst.
#[test]
fn two_evictors_count_each_victim_once() {
    static OUTCOMES: Outcomes<(Pushed, Pushed, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let log = Logger::new(&ring, oldest());
        push(&log, 1);
        push(&log, 2);
        let [three, four] = [3, 4].map(|id| {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, oldest()), id))
        });
        let answers = (three.join().unwrap(), four.join().unwrap());
        let rest = settle(&ring, 4, &[]);
        OUTCOMES.reached((answers.0, answers.1, rest));
    });
    let busy = Pushed::Lost(Lost::Busy);
    OUTCOMES.are(
        "two_evictors_count_each_victim_once",
        &[
            (Pushed::Stored, Pushed::Stored, vec![3, 4]),
            (Pushed::Stored, Pushed::Stored, vec![4, 3]),
            (Pushed::Stored, busy, vec![2, 3]),
            (busy, Pushed::Stored, vec![2, 4]),
        ],
    );
}

/// The configuration at which every ordering of the table is needed: two
/// overwriting producers with two pushes each on two cells.
#[test]
fn two_producers_lap_each_other() {
    static OUTCOMES: Outcomes<(u64, u64, u64)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let threads = [1, 3].map(|id| {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, oldest());
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
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got.pop(&ring);
                got.pop(&ring);
                got
            })
        };
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, newest()), 3))
        };
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 4, &[got.clone()]);
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
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got
            })
        };
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 2, &[got.clone()]);
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "a_discarded_grant_is_stepped_over_and_told",
        &[(vec![1], 1, vec![]), (vec![], 0, vec![1])],
    );
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
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got
            })
        };
        producer.join().unwrap();
        let got = popper.join().unwrap();
        let rest = settle(&ring, 3, &[got.clone()]);
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

/// A batch is claimed whole or not at all, against an evictor.
#[test]
fn a_batch_is_claimed_whole_or_retried() {
    static OUTCOMES: Outcomes<(Vec<u8>, u64, Vec<u8>)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let log = Logger::new(&ring, oldest());
        push(&log, 1);
        push(&log, 2);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, oldest()), 3))
        };
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
        let rest = settle(&ring, 3, &[got.clone()]);
        OUTCOMES.reached((got.ids, got.told, rest));
    });
    OUTCOMES.are(
        "a_batch_is_claimed_whole_or_retried",
        &[
            (vec![1, 2], 0, vec![3]),
            (vec![2], 0, vec![3]),
            (vec![2], 1, vec![3]),
            (vec![2, 3], 1, vec![]),
            // Pending, as above.
            (vec![], 0, vec![2, 3]),
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
        let [one, two] = [(), ()].map(|()| {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got
            })
        });
        let (one, two) = (one.join().unwrap(), two.join().unwrap());
        settle(&ring, 3, &[one.clone(), two.clone()]);
        OUTCOMES.reached((one.ids, two.ids));
    });
    OUTCOMES.are(
        "two_poppers_share_the_records",
        &[(vec![1], vec![2]), (vec![2], vec![1])],
    );
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
        let popper = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                got.pop(&ring);
                got
            })
        };
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

/// A buffer that is too small answers about the record that is the oldest
/// now, never about one that has gone.
#[test]
fn a_small_buffer_loses_nothing() {
    static OUTCOMES: Outcomes<Option<usize>> = Outcomes::new();
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
            thread::spawn(move || match ring.pop(&mut [0; 4]) {
                Popped::NoSpace { needed } => Some(needed),
                // The cell is being reused, and the move is not yet seen.
                Popped::Pending => None,
                other => panic!("{other:?} into four bytes"),
            })
        };
        producer.join().unwrap();
        let needed = popper.join().unwrap();
        let stats = ring.stats();
        assert_eq!((stats.delivered, stats.lost.total()), (0, 1), "{stats:?}");
        OUTCOMES.reached(needed);
    });
    OUTCOMES.are("a_small_buffer_loses_nothing", &[Some(16), Some(8), None]);
}

/// A refusal for want of room is true: with one cell of two in use at most,
/// a producer is never told that the ring is full, however old what it reads.
#[test]
fn a_ring_that_has_room_is_not_full() {
    static OUTCOMES: Outcomes<Pushed> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        push(&Logger::new(&ring, newest()), 1);
        let replacer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                assert!(got.pop(&ring));
                push(&Logger::new(&ring, newest()), 2);
            })
        };
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || push(&Logger::new(&ring, newest()), 3))
        };
        replacer.join().unwrap();
        OUTCOMES.reached(producer.join().unwrap());
    });
    OUTCOMES.are("a_ring_that_has_room_is_not_full", &[Pushed::Stored]);
}

/// A snapshot never sees more in use than there was, nor does the watermark.
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
