//! Wakers that do in a call whatever they like: register, wake, panic.

use super::WakerCell;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::task::{RawWaker, RawWakerVTable, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Wake;
use std::{assert, assert_eq};

/// A task that, when it is woken, does what an executor does that interrupts the
/// call: another task registers, and another call comes.
struct Task {
    rings: AtomicUsize,
    then: Option<(Arc<WakerCell>, Arc<Task>)>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rings.fetch_add(1, Relaxed);
        if let Some((cell, next)) = &self.then {
            cell.register(&next.clone().into());
            cell.wake();
        }
    }
}

fn task(then: Option<(&Arc<WakerCell>, &Arc<Task>)>) -> Arc<Task> {
    let then = then.map(|(cell, next)| (cell.clone(), next.clone()));
    let rings = AtomicUsize::new(0);
    Arc::new(Task { rings, then })
}

impl Task {
    fn rings(&self) -> usize {
        self.rings.load(Relaxed)
    }
}

/// On top of three calls that stand still for three tasks, a fourth task is told to
/// come again: once by its registration, and by the next call when it has done so. On
/// top of two, a third one sleeps.
#[test]
fn a_fourth_task_on_top_of_three_calls_comes_again() {
    let cell = &Arc::new(WakerCell::new());
    for calls in [2, 3] {
        let last = task(None);
        let mut first = last.clone();
        for _ in 0..calls {
            first = task(Some((cell, &first)));
        }
        cell.register(&first.clone().into());
        cell.wake();
        assert_eq!((first.rings(), last.rings()), (1, 1));
        cell.wake();
        assert_eq!(last.rings(), 1);
        cell.register(&last.clone().into());
        assert_eq!(last.rings(), 1);
        cell.wake();
        assert_eq!(last.rings(), 2);
        // The first task holds the cell, which keeps its waker until another comes.
        cell.register(Waker::noop());
        assert_eq!(Arc::strong_count(&first), 1);
    }
}

/// A task that waits again and again in the middle of its own call sleeps, however
/// many calls stand still.
#[test]
fn one_task_sleeps_on_top_of_any_number_of_calls() {
    /// Registers itself in each of its calls, up to a depth.
    struct Deep(WakerCell, AtomicUsize);
    impl Wake for Deep {
        fn wake(self: Arc<Self>) {
            self.wake_by_ref();
        }
        fn wake_by_ref(self: &Arc<Self>) {
            if self.1.fetch_add(1, Relaxed) < 20 {
                self.0.register(&self.clone().into());
                self.0.wake();
            }
        }
    }
    let deep = Arc::new(Deep(WakerCell::new(), AtomicUsize::new(0)));
    deep.0.register(&deep.clone().into());
    deep.0.wake();
    // One for each call. A registration that woke its task would be one more.
    assert_eq!(deep.1.load(Relaxed), 21);
    deep.0.register(Waker::noop());
    assert_eq!(Arc::strong_count(&deep), 1);
}

/// A waker that panics, in a call or while it is cloned, leaves the cell usable for
/// any number of tasks.
#[test]
fn a_waker_may_panic() {
    fn panics(_: *const ()) -> RawWaker {
        std::panic::resume_unwind(std::boxed::Box::new(()))
    }
    fn clones(data: *const ()) -> RawWaker {
        RawWaker::new(data, &IN_A_CALL)
    }
    fn panics_there(data: *const ()) {
        let _ = panics(data);
    }
    static IN_A_CALL: RawWakerVTable =
        RawWakerVTable::new(clones, panics_there, panics_there, |_| ());
    static IN_A_CLONE: RawWakerVTable = RawWakerVTable::new(panics, |_| (), |_| (), |_| ());
    let waker = |task, vtable| {
        // SAFETY: hazard: a waker that breaks its contract. Its data is a number, and
        // any thread may call it.
        unsafe { Waker::new(ptr::without_provenance(task), vtable) }
    };

    let cell = WakerCell::new();
    let caught = |what: &dyn Fn()| catch_unwind(AssertUnwindSafe(what)).is_err();
    // Another task each time, so that a slot that stays in use is missing.
    for number in 1..=9 {
        cell.register(&waker(number, &IN_A_CALL));
        assert!(caught(&|| cell.wake()));
        assert!(caught(&|| cell.register(&waker(number, &IN_A_CLONE))));
        let last = task(None);
        cell.register(&last.clone().into());
        assert_eq!(last.rings(), 0);
        cell.wake();
        assert_eq!(last.rings(), 1);
    }
}
