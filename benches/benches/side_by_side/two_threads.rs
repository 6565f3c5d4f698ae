//! Two threads that push at once, into what is full and stays full: what one
//! of them sees while the other never stops. With more threads than cores the
//! figures would be the scheduler's.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use logring::Level;
use logring_benches::rounds::{Case, median};

use super::logs::{Log, OverwrittenByTwo, RefusedByTwo, fill};
use super::{BURST, payload, peer};

/// Pushes between two steps of the other thread's counter.
const STRIDE: usize = 16;
/// Blocks tried for each that is wanted, before the machine counts as too
/// busy to run two threads at once.
const TRIES: usize = 20;

/// Nanoseconds of one `push` in this thread while another one pushes, too;
/// not a number if the two never ran side by side.
///
/// Only blocks count during which the other thread moved on. If the scheduler
/// ran the two in turns, hardly a block would.
fn beside_another(count: usize, push: impl Fn() + Sync) -> f64 {
    let stop = AtomicBool::new(false);
    let others = AtomicUsize::new(0);
    let mut nanos = Vec::with_capacity(count);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                (0..STRIDE).for_each(|_| push());
                others.fetch_add(STRIDE, Ordering::Relaxed);
            }
        });
        for _ in 0..TRIES * count {
            let before = others.load(Ordering::Relaxed);
            let start = Instant::now();
            (0..BURST).for_each(|_| push());
            let took = start.elapsed().as_nanos() as f64;
            if others.load(Ordering::Relaxed) != before {
                nanos.push(took / BURST as f64);
            }
            if nanos.len() == count {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    if nanos.len() < count / 4 {
        f64::NAN
    } else {
        median(&mut nanos)
    }
}

fn log<L: Log>(name: &str, count: usize) -> Case {
    let bytes = payload::<56>();
    for _ in 0..2 * super::records(56) {
        L::log().push(Level::INFO, &bytes);
    }
    Case::new(name, move || {
        beside_another(count, || {
            black_box(L::log().push(Level::INFO, black_box(&bytes)).is_stored());
        })
    })
}

pub(crate) fn refused(count: usize) -> Case {
    fill::<56>(RefusedByTwo::log());
    log::<RefusedByTwo>("2 threads: refused 56 B", count)
}

pub(crate) fn overwrite(count: usize) -> Case {
    log::<OverwrittenByTwo>("2 threads: overwrite 56 B", count)
}

pub(crate) fn queue_refused(count: usize) -> Case {
    let queue = peer::full::<56>();
    let bytes = payload::<56>();
    Case::new("2 threads: ArrayQueue::push refused 56 B", move || {
        beside_another(count, || {
            black_box(queue.push(*black_box(&bytes)).is_ok());
        })
    })
}

pub(crate) fn queue_overwrite(count: usize) -> Case {
    let queue = peer::full::<56>();
    let bytes = payload::<56>();
    Case::new("2 threads: ArrayQueue::force_push 56 B", move || {
        beside_another(count, || {
            black_box(queue.force_push(*black_box(&bytes)).is_some());
        })
    })
}
