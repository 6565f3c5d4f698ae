//! Uneven load: what a set of rings loses when some threads log far more than
//! others, beside a single ring with as many cells.
//!
//! Real threads log in bursts, in step; a consumer takes so many records in each
//! step, fewer than come in a burst, and more than come between two. The table
//! says how many records were lost. Nothing is timed, so the figures do not depend
//! on the speed of the machine; only which thread is ahead of which does.
//!
//! ```sh
//! cargo run --release -p logring --features shards,std --example uneven
//! ```

use std::sync::Barrier;
use std::sync::OnceLock;
use std::thread;
use std::time::Instant;

use logring::shards::thread_index;
use logring::{Config, Level, Ring, Shards};

/// Cells of all rings of a set, and of the single ring.
const CELLS: usize = 4096;
/// Steps of a burst, and of the quiet time after it.
const BURST: usize = 16;
const STEPS: usize = 40 * BURST;
/// Records that a step of a burst brings, of all threads.
const OFFERED: usize = 512;
/// Records that the consumer takes in a step: then a burst fits into one ring, and
/// then it is a third too large.
const TAKEN: [usize; 2] = [300, 180];

/// How the records of a step are spread over the threads.
#[derive(Clone, Copy)]
enum Load {
    Even,
    /// Each thread logs half as much as the one before.
    Halves,
    /// One thread logs.
    One,
}

impl Load {
    const ALL: [Self; 3] = [Self::Even, Self::Halves, Self::One];

    fn name(self) -> &'static str {
        match self {
            Self::Even => "even",
            Self::Halves => "each half as much as the one before",
            Self::One => "one thread alone",
        }
    }

    fn records(self, thread: usize, threads: usize) -> usize {
        match self {
            Self::Even => OFFERED / threads,
            Self::Halves => OFFERED >> (thread + 1),
            Self::One if thread == 0 => OFFERED,
            Self::One => 0,
        }
    }
}

/// Nanoseconds since the first call.
fn clock() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

struct Run {
    offered: u64,
    lost: u64,
}

/// Runs so many threads on a set.
fn run<const N: usize>(log: &Shards<'_, N>, load: Load, taken: usize, threads: usize) -> Run {
    // The main thread says a line, and has a number from then on.
    log.push(thread_index(), Level::INFO, b"ready");
    let step = &Barrier::new(threads + 1);
    let (mut delivered, mut offered) = (0, 1);
    let mut buf = vec![0; 64 * 1024];
    thread::scope(|scope| {
        for thread in 0..threads {
            let records = load.records(thread, threads);
            offered += (records * STEPS / 2) as u64;
            scope.spawn(move || {
                let shard = thread_index();
                for at in 0..STEPS {
                    step.wait();
                    for record in 0..records * usize::from(at / BURST % 2 == 0) {
                        logring::info!(log.at(shard), "{thread}: request {record} done");
                    }
                }
            });
        }
        for _ in 0..STEPS {
            step.wait();
            delivered += log.drain(&mut buf, taken, |_, _| ()).records as u64;
        }
    });
    delivered += log.drain(&mut buf, usize::MAX, |_, _| ()).records as u64;
    let lost = log.imbalance().lost_all;
    assert_eq!(offered, delivered + lost, "a record is in no book");
    Run { offered, lost }
}

/// Rings with so many cells in all.
fn rings<const N: usize>() -> Vec<Box<Ring>> {
    let bytes = CELLS / N * Ring::CELL_BYTES;
    (0..N)
        .map(|_| Ring::boxed(bytes).expect("a power of two"))
        .collect()
}

/// A row of the table: so many threads, and a ring for each.
fn row<const N: usize>(load: Load, taken: usize, config: Config) {
    let one = rings::<1>();
    let one = run(&Shards::new([&one[0]], config), load, taken, N);
    let set = rings::<N>();
    let log = Shards::new(core::array::from_fn::<_, N, _>(|at| &*set[at]), config);
    let shared = run(&log, load, taken, N);
    let set = rings::<N>();
    let log = Shards::new(core::array::from_fn::<_, N, _>(|at| &*set[at]), config);
    let apart = run(&log.without_others(), load, taken, N);
    println!(
        "| {:?} | {N} | {} | {} | {} | {} | {} |",
        config.policy(),
        load.name(),
        one.offered,
        one.lost,
        shared.lost,
        apart.lost,
    );
}

fn main() {
    println!(
        "| policy | threads | load | offered | lost: one ring | a shard each | without others |"
    );
    println!("|---|---|---|---|---|---|---|");
    for config in [Config::drop_newest(), Config::drop_oldest()] {
        let config = config.with_clock(Some(clock));
        for taken in TAKEN {
            for load in Load::ALL {
                row::<2>(load, taken, config);
                row::<4>(load, taken, config);
                row::<8>(load, taken, config);
            }
        }
    }
}
