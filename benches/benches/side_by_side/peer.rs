//! The same cases on `ArrayQueue`.

use std::hint::black_box;

use crossbeam_queue::ArrayQueue;
use logring_benches::rounds::{Case, blocks};

use super::{BURST, payload, records};

/// A queue that has stood the same test as the rings.
pub(crate) fn verified<const BYTES: usize>() -> ArrayQueue<[u8; BYTES]> {
    let queue = ArrayQueue::new(records(BYTES));
    for _ in 0..BURST {
        assert!(queue.push(payload()).is_ok());
    }
    for _ in 0..BURST {
        assert_eq!(queue.pop(), Some(payload()));
    }
    assert!(queue.is_empty());
    queue
}

pub(crate) fn full<const BYTES: usize>() -> ArrayQueue<[u8; BYTES]> {
    let queue = verified();
    while queue.push(payload()).is_ok() {}
    queue
}

pub(crate) fn push<const BYTES: usize>(count: usize) -> Case {
    let queue = verified::<BYTES>();
    let bytes = payload::<BYTES>();
    Case::new(format!("ArrayQueue::push {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(queue.push(*black_box(&bytes)).is_ok());
            }
        };
        let untimed = || {
            while let Some(bytes) = queue.pop() {
                black_box(&bytes);
            }
        };
        blocks(count, BURST, timed, untimed)
    })
}

pub(crate) fn refused<const BYTES: usize>(count: usize) -> Case {
    let queue = full::<BYTES>();
    let bytes = payload::<BYTES>();
    Case::new(format!("ArrayQueue::push refused {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(queue.push(*black_box(&bytes)).is_ok());
            }
        };
        blocks(count, BURST, timed, || ())
    })
}

pub(crate) fn overwrite<const BYTES: usize>(count: usize) -> Case {
    let queue = full::<BYTES>();
    let bytes = payload::<BYTES>();
    Case::new(format!("ArrayQueue::force_push {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(queue.force_push(*black_box(&bytes)).is_some());
            }
        };
        blocks(count, BURST, timed, || ())
    })
}

pub(crate) fn pop<const BYTES: usize>(count: usize) -> Case {
    let queue = verified::<BYTES>();
    let push_burst = |queue: &ArrayQueue<_>| {
        for _ in 0..BURST {
            black_box(queue.push(payload::<BYTES>()).is_ok());
        }
    };
    push_burst(&queue);
    Case::new(format!("ArrayQueue::pop {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                if let Some(bytes) = queue.pop() {
                    black_box(&bytes);
                }
            }
        };
        blocks(count, BURST, timed, || push_burst(&queue))
    })
}
