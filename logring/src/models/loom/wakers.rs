//! The waker of a task that waits, without a ring: a flag stands for the record.
//!
//! loom sees each access to a waker, so a slot that is written while somebody reads
//! it fails a model. An outcome is what became of the flag and of the tasks.

use super::Outcomes;
use crate::sync::{Slot, WakerCell};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Waker;
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use std::task::Wake;

/// Relaxed: that it is seen must follow from the cell alone.
const FLAG: Ordering = Ordering::Relaxed;

/// What those share who take part in a model.
struct Shared {
    cell: WakerCell,
    flag: Slot,
}

fn shared() -> Arc<Shared> {
    let (cell, flag) = (WakerCell::new(), Slot::new(0));
    Arc::new(Shared { cell, flag })
}

impl Shared {
    /// A wait's poll: whether it is ready.
    fn poll(&self, task: &Waker) -> bool {
        self.cell.register(task);
        self.flag.load(FLAG) != 0
    }

    /// A push.
    fn publish(&self) {
        self.flag.store(1, FLAG);
        self.cell.wake();
    }
}

/// A task that is woken, and counts it. loom need not know.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: std::sync::Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A task, and its waker.
fn task() -> (std::sync::Arc<Bell>, Waker) {
    let bell = std::sync::Arc::new(Bell::default());
    (bell.clone(), bell.into())
}

fn rings(bell: &Bell) -> usize {
    bell.0.load(Ordering::Relaxed)
}

fn publishes(shared: &Arc<Shared>) -> JoinHandle<()> {
    let shared = shared.clone();
    thread::spawn(move || shared.publish())
}

/// Whoever sleeps is woken. Two producers: one of them may have taken the waker for
/// an earlier record, and publish nothing new.
#[test]
fn whoever_sleeps_is_woken() {
    static OUTCOMES: Outcomes<(bool, usize)> = Outcomes::new();
    loom::model(|| {
        let shared = shared();
        let other = {
            let shared = shared.clone();
            thread::spawn(move || shared.cell.wake())
        };
        let producer = publishes(&shared);
        let (bell, waker) = task();
        let consumer = {
            let shared = shared.clone();
            thread::spawn(move || shared.poll(&waker))
        };
        let ready = consumer.join().unwrap();
        producer.join().unwrap();
        other.join().unwrap();
        OUTCOMES.reached((ready, rings(&bell)));
    });
    OUTCOMES.are(
        "whoever_sleeps_is_woken",
        // Never asleep beside the flag, without a call.
        &[(false, 1), (true, 0), (true, 1)],
    );
}

/// A task that was woken for another reason looks again, while the call that woke it
/// may still be at work, and another one comes.
#[test]
fn whoever_sleeps_again_is_woken_again() {
    static OUTCOMES: Outcomes<(usize, usize)> = Outcomes::new();
    loom::model(|| {
        let shared = shared();
        let (bell, waker) = task();
        assert!(!shared.poll(&waker));
        let other = {
            let shared = shared.clone();
            thread::spawn(move || shared.cell.wake())
        };
        let producer = publishes(&shared);
        // Twice in a row, as an executor does with what it was woken for.
        let consumer = {
            let shared = shared.clone();
            thread::spawn(move || (0..2).take_while(|_| !shared.poll(&waker)).count())
        };
        let asleep = consumer.join().unwrap();
        producer.join().unwrap();
        other.join().unwrap();
        let woken = rings(&bell);
        // Two looks in vain: the second registration was the last.
        assert!(asleep < 2 || woken > 0, "asleep, and nobody comes");
        OUTCOMES.reached((asleep, woken));
    });
    OUTCOMES.are(
        "whoever_sleeps_again_is_woken_again",
        &[(0, 1), (0, 2), (1, 1), (1, 2), (2, 1), (2, 2)],
    );
}

/// Tasks take turns to wait, beside a call that reads the waker of one of them: no
/// waker is replaced while it is read, and the last one is woken.
#[test]
fn a_waker_in_use_is_not_replaced() {
    static OUTCOMES: Outcomes<(usize, bool)> = Outcomes::new();
    loom::model(|| {
        let shared = shared();
        let producer = publishes(&shared);
        let consumer = {
            let shared = shared.clone();
            thread::spawn(move || {
                // As many as there are slots, and one that needs one of theirs.
                let tasks = [task(), task(), task(), task()];
                let asleep = tasks
                    .iter()
                    .take_while(|task| !shared.poll(&task.1))
                    .count();
                (asleep, tasks.map(|task| task.0))
            })
        };
        let (asleep, bells) = consumer.join().unwrap();
        producer.join().unwrap();
        let woken = bells.iter().any(|bell| rings(bell) > 0);
        assert!(
            asleep < 4 || rings(&bells[3]) > 0,
            "asleep, and nobody comes"
        );
        OUTCOMES.reached((asleep, woken));
    });
    OUTCOMES.are(
        "a_waker_in_use_is_not_replaced",
        &[
            (0, false),
            (0, true),
            (1, true),
            (2, true),
            (3, true),
            (4, true),
        ],
    );
}

/// Two that wait at a time, against the rules, lose no more than one wake-up, and
/// damage nothing.
#[test]
fn two_that_wait_damage_nothing() {
    static OUTCOMES: Outcomes<(usize, usize)> = Outcomes::new();
    loom::model(|| {
        let shared = shared();
        let waits = [(); 2].map(|()| {
            let shared = shared.clone();
            thread::spawn(move || {
                let (bell, waker) = task();
                shared.cell.register(&waker);
                bell
            })
        });
        let bells = waits.map(|wait| wait.join().unwrap());
        shared.cell.wake();
        let [one, other] = bells.map(|bell| rings(&bell));
        OUTCOMES.reached((one.min(other), one.max(other)));
    });
    OUTCOMES.are(
        "two_that_wait_damage_nothing",
        // One after the other; or one finds the other there, and both are woken.
        &[(0, 1), (1, 1)],
    );
}
