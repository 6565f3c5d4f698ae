//! logring beside `ArrayQueue`, the queue that many a Rust program would take
//! for the job: nanoseconds of one operation, and ratios.
//!
//! `cargo bench -p logring-benches --bench side_by_side -- [--quick] [FILTER]`
//!
//! It is a report, never a gate. The two hold the same number of records:
//! a ring of 1024 cells or, for records of more than one cell, of as many as
//! 1024 records need, rounded up to a power of two; the `ArrayQueue` has as
//! many slots as records fit that ring. What is filled or emptied between two
//! measurements is not timed.
//!
//! An `ArrayQueue<[u8; 56]>` knows the length of its records when it is
//! compiled. So does a push of an array into a logger in a `static`; pushes of
//! what only the running program knows have rows of their own.
//!
//! Run it on a quiet machine, and more than once: a busy neighbour slows the
//! two unequally, and where the linker puts a loop is worth a fifth of a
//! figure from one build to the next.

mod logs;
mod peer;
mod text;
mod two_threads;

use std::hint::black_box;

use logring::Ring;
use logring_benches::rounds::{Case, Effort, Ratio, run};

/// Operations between two readings of the clock, in one thread.
const BURST: usize = 128;

/// Cells of a ring that has room for 1024 records of so many bytes.
const fn ring_cells(bytes: usize) -> usize {
    (1024 * cells_of(bytes)).next_power_of_two()
}

/// Records of so many bytes that fit that ring: the slots of its peer.
const fn records(bytes: usize) -> usize {
    ring_cells(bytes) / cells_of(bytes)
}

const fn cells_of(bytes: usize) -> usize {
    bytes.div_ceil(Ring::CELL_BYTES - size_of::<usize>())
}

fn payload<const BYTES: usize>() -> [u8; BYTES] {
    std::array::from_fn(|at| at as u8 ^ 0x5A)
}

/// Drains everything, reading it.
fn empty(ring: &Ring) {
    let mut buf = [0; 16 * 1024];
    ring.drain(&mut buf, usize::MAX, |record| {
        black_box(record.bytes);
    });
}

const fn ratio(this: &'static str, that: &'static str, at_most: Option<f64>) -> Ratio {
    Ratio {
        this,
        that,
        at_most,
    }
}

const RATIOS: &[Ratio] = &[
    ratio("push 56 B", "ArrayQueue::push 56 B", Some(1.3)),
    ratio("push 56 B, length unknown", "ArrayQueue::push 56 B", None),
    ratio(
        "push 56 B, boxed ring, length unknown",
        "ArrayQueue::push 56 B",
        None,
    ),
    ratio("push 16 B", "ArrayQueue::push 16 B", None),
    ratio("push 64 B", "ArrayQueue::push 64 B", None),
    ratio("push 120 B", "ArrayQueue::push 120 B", None),
    ratio("push 248 B", "ArrayQueue::push 248 B", None),
    ratio("refused 56 B", "push 56 B", Some(1.0)),
    ratio("refused 56 B", "ArrayQueue::push refused 56 B", None),
    ratio("overwrite 56 B", "ArrayQueue::force_push 56 B", Some(1.0)),
    ratio("overwrite 16 B", "ArrayQueue::force_push 16 B", None),
    ratio("overwrite 64 B", "ArrayQueue::force_push 64 B", None),
    ratio("overwrite 120 B", "ArrayQueue::force_push 120 B", None),
    ratio("overwrite 248 B", "ArrayQueue::force_push 248 B", None),
    ratio("pop 56 B", "ArrayQueue::pop 56 B", None),
    ratio("drain 56 B", "ArrayQueue::pop 56 B", None),
    ratio(
        "info! of two numbers",
        "the same into a stack buffer, no queue",
        None,
    ),
    ratio("info! of two numbers", "ArrayQueue::push(format!)", None),
    ratio(
        "2 threads: refused 56 B",
        "2 threads: ArrayQueue::push refused 56 B",
        None,
    ),
    ratio(
        "2 threads: overwrite 56 B",
        "2 threads: ArrayQueue::force_push 56 B",
        None,
    ),
];

fn all_cases(n: usize) -> Vec<Case> {
    use logs::*;
    vec![
        push::<Push56, 56>(n),
        push_length_unknown::<Push56Unknown, 56>(n),
        push_boxed::<56>(n),
        peer::push::<56>(n),
        refused::<Refused56, 56>(n),
        peer::refused::<56>(n),
        overwrite::<Overwrite56, 56>(n),
        peer::overwrite::<56>(n),
        push::<Push16, 16>(n),
        peer::push::<16>(n),
        push::<Push64, 64>(n),
        peer::push::<64>(n),
        push::<Push120, 120>(n),
        peer::push::<120>(n),
        push::<Push248, 248>(n),
        peer::push::<248>(n),
        overwrite::<Overwrite16, 16>(n),
        peer::overwrite::<16>(n),
        overwrite::<Overwrite64, 64>(n),
        peer::overwrite::<64>(n),
        overwrite::<Overwrite120, 120>(n),
        peer::overwrite::<120>(n),
        overwrite::<Overwrite248, 248>(n),
        peer::overwrite::<248>(n),
        pop::<Pop56, 56>(n),
        drain::<Drain56, 56>(n),
        peer::pop::<56>(n),
        text::info(n),
        text::stack_buffer(n),
        text::queue_of_strings(n),
        two_threads::refused(n),
        two_threads::queue_refused(n),
        two_threads::overwrite(n),
        two_threads::queue_overwrite(n),
    ]
}

fn main() {
    let mut quick = false;
    let mut filter = None;
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--quick" => quick = true,
            // What cargo passes to every bench.
            "--bench" => {}
            _ => filter = Some(word),
        }
    }
    let effort = if quick {
        Effort {
            rounds: 9,
            blocks: 400,
        }
    } else {
        Effort {
            rounds: 31,
            blocks: 2000,
        }
    };
    let mut cases = all_cases(effort.blocks);
    if let Some(filter) = filter {
        cases.retain(|case| case.name().contains(&filter));
    }
    run(cases, RATIOS, effort);
}
