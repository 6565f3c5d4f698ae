//! Real threads that sleep and are woken. A call that is lost is a thread that sleeps
//! for ever; Miri says so, elsewhere the test does not end.

use super::{Got, level, push, settle};
use crate::adapters::Arrival;
use crate::{Config, LogRing, Logger, Pushed};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std::{assert, assert_eq};

/// Records of each of two producers; an id tells whose it is.
const SENT: u8 = if cfg!(miri) { 6 } else { 120 };
const ROUNDS: usize = if cfg!(miri) { 2 } else { 300 };

/// The simplest executor: a thread that parks.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Tasks that take turns to wait: more than there are slots for their wakers.
const TASKS: usize = 4;

/// Waits, and counts how often it slept.
fn block_on(waiting: impl Future<Output = ()>, wakers: &[Waker], slept: &mut usize) {
    let mut waiting = pin!(waiting);
    let mut poll = |slept| {
        let waker = &wakers[slept % wakers.len()];
        waiting.as_mut().poll(&mut Context::from_waker(waker))
    };
    while poll(*slept) == Poll::Pending {
        *slept += 1;
        thread::park();
    }
}

/// Two producers on a small ring, each in its own way: pushes, and grants with
/// a record behind them, of which every other is discarded. A consumer that
/// sleeps in between gets all of it.
#[test]
fn a_sleeping_thread_gets_everything() {
    static ARRIVAL: Arrival = Arrival::new();
    let config = Config::drop_newest().with_notify(Some(|| ARRIVAL.notify()));
    let unpark = |_| Arc::new(Unpark(thread::current())).into();
    let wakers = core::array::from_fn::<Waker, TASKS, _>(unpark);
    let mut slept = 0;
    for round in 0..ROUNDS {
        let ring: &LogRing<4> = &LogRing::starting_at(usize::MAX - round % 7);
        let log = &Logger::new(ring, config);
        // One task, or several.
        let wakers = &wakers[..1 + (TASKS - 1) * (round % 2)];
        let mut got = Got::default();
        let offered: u64 = thread::scope(|scope| {
            let pusher = scope.spawn(move || (0..SENT).map(|id| sends(log, id)).sum::<u64>());
            let filler = scope.spawn(move || {
                (SENT..2 * SENT)
                    .map(|id| sends_after_a_grant(log, id))
                    .sum::<u64>()
            });
            while got.ids.len() < 2 * usize::from(SENT) {
                if !got.pop(ring) {
                    block_on(ARRIVAL.wait(ring), wakers, &mut slept);
                }
            }
            pusher.join().unwrap() + filler.join().unwrap()
        });
        for sender in [0, 1] {
            let of_one = got.ids.iter().filter(|&&id| id / SENT == sender);
            assert!(of_one.is_sorted(), "{:?}", got.ids);
        }
        assert_eq!(settle(ring, offered, &[got]), []);
    }
    assert!(cfg!(miri) || slept > 0, "nobody ever slept");
}

/// Offers a record until it is stored; how often it did.
fn sends(log: &Logger<'_>, id: u8) -> u64 {
    let mut offered = 1;
    // While the ring is full, the consumer has something to do.
    while push(log, id) != Pushed::Stored {
        thread::yield_now();
        offered += 1;
    }
    offered
}

/// The same behind a grant that is open meanwhile, if there is room for one.
fn sends_after_a_grant(log: &Logger<'_>, id: u8) -> u64 {
    let grant = log.reserve(level(id), 0, 8);
    let offered = if id % 2 == 0 && push(log, id) == Pushed::Stored {
        drop(grant);
        1
    } else {
        drop(grant);
        sends(log, id) + u64::from(id % 2 == 0)
    };
    offered + 1
}
