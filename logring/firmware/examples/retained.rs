//! A ring in memory that keeps its contents across a reset: the reset comes at
//! every instruction of a push, of a grant, of a push that evicts, and of a pop,
//! and after each the program reads the story. On RISC-V it begins anew without a
//! reset of the machine.
//!
//! In a program of your own the ring is a `static` in a section that the
//! start-up code leaves alone, `#[unsafe(link_section = ".uninit.LOG")]`. Here
//! it lies in RAM that belongs to no section, together with how far this is.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use logring::{Config, Level, Logger, Popped, Recovered, Retained, Ring};
use logring_firmware as fw;

const CELLS: usize = 32;

fw::panic_fails!();

/// What is kept across resets: the log, and how far the sweep has come. Any
/// contents are valid.
struct Kept {
    log: Retained<CELLS>,
    sweep: Sweep,
}

fn kept() -> &'static Kept {
    let (first, bytes) = fw::retained();
    assert!(size_of::<Kept>() <= bytes);
    // SAFETY: hazard: memory that is too small, not aligned, not initialised,
    // or somebody else's. It is large enough, at a multiple of 2 KiB, all of it
    // is atomic words, and nobody else asks for it.
    unsafe { &*first.cast::<Kept>() }
}

fn ring() -> &'static Ring {
    kept().log.ring()
}

fn log(config: Config) -> Logger<'static> {
    Logger::new(ring(), config)
}

#[fw::entry]
fn main() -> ! {
    // First of all, before anybody logs.
    let found = kept().log.recover();
    let sweep = &kept().sweep;
    if found.survived {
        sweep.judge(&found);
    } else {
        sweep.begin();
    }
    let Some(operation) = sweep.next() else {
        sweep.close();
    };

    fw::start();
    fw::handlers(|| fw::reset(), || ());
    operation.prepare();
    sweep.phase.store(DURING, Relaxed);
    fw::interrupt_after(sweep.ticks.load(Relaxed), 0);
    operation.run();
    sweep.phase.store(AFTER, Relaxed);
    loop {
        core::hint::spin_loop();
    }
}

// --- The four operations. A record's payload begins with its number. ---

#[derive(Clone, Copy, PartialEq, Debug)]
enum Operation {
    Push,
    Grant,
    Evict,
    Pop,
}

const OPERATIONS: [Operation; 4] = [
    Operation::Push,
    Operation::Grant,
    Operation::Evict,
    Operation::Pop,
];

/// Records that are in the ring before the operation, but for a full one.
const BEFORE: u32 = 5;

impl Operation {
    /// Records that were committed before it begins: numbers from 0 on.
    fn before(self) -> u32 {
        match self {
            Self::Evict => CELLS as u32,
            _ => BEFORE,
        }
    }

    fn prepare(self) {
        let log = log(Config::drop_newest());
        for number in 0..self.before() {
            assert!(log.push(Level::INFO, &number.to_le_bytes()).is_stored());
        }
    }

    /// The record that it is about has the next number.
    fn run(self) {
        let number = self.before().to_le_bytes();
        match self {
            Self::Push => {
                log(Config::drop_newest()).push(Level::INFO, &number);
            }
            Self::Grant => {
                let log = log(Config::drop_newest());
                let Ok(mut grant) = log.reserve(Level::INFO, 0, 40) else {
                    return;
                };
                grant.append(&number);
                grant.append(&[0; 36]);
                grant.commit();
            }
            Self::Evict => {
                log(Config::drop_oldest()).push(Level::INFO, &number);
            }
            Self::Pop => {
                let mut buf = [0; 64];
                let _ = core::hint::black_box(ring().pop(&mut buf));
            }
        }
    }
}

// --- The sweep, and what is true after each reset. ---

const DURING: u32 = 1;
const AFTER: u32 = 2;

/// Ticks from one reset to the next: what an instruction takes.
const STRIDE: u32 = if cfg!(target_arch = "arm") { 16 } else { 10 };

/// What a reset found, by operation.
#[derive(Default)]
struct Tally {
    /// Resets inside the operation.
    during: AtomicU32,
    /// As if the operation had not begun.
    not_begun: AtomicU32,
    /// The record was being written, and is counted as lost.
    unfinished: AtomicU32,
    /// As if the operation had ended.
    done: AtomicU32,
    /// Records were evicted, and not yet counted.
    uncounted: AtomicU32,
}

struct Sweep {
    operation: AtomicU32,
    ticks: AtomicU32,
    phase: AtomicU32,
    tallies: [Tally; OPERATIONS.len()],
}

fn add(word: &AtomicU32, amount: u32) {
    word.store(word.load(Relaxed) + amount, Relaxed);
}

/// What the ring tells after a reset.
struct Story {
    /// Numbers of the records, which follow each other.
    first: u32,
    end: u32,
    lost: u64,
}

fn read() -> Story {
    let mut buf = [0; 64];
    let mut story = Story {
        first: 0,
        end: 0,
        lost: 0,
    };
    let mut is_first = true;
    while let Popped::Record(record) = ring().pop(&mut buf) {
        let number = record.bytes.first_chunk().expect("a number");
        let number = u32::from_le_bytes(*number);
        if is_first {
            (story.first, story.end) = (number, number);
            is_first = false;
        }
        assert_eq!(number, story.end, "a record is missing");
        story.end += 1;
        story.lost += record.lost_before;
    }
    story.lost += ring().take_trailing_loss();
    story
}

impl Sweep {
    fn begin(&self) {
        self.operation.store(0, Relaxed);
        self.ticks.store(1, Relaxed);
        self.phase.store(0, Relaxed);
        for tally in &self.tallies {
            let Tally {
                during,
                not_begun,
                unfinished,
                done,
                uncounted,
            } = tally;
            for word in [during, not_begun, unfinished, done, uncounted] {
                word.store(0, Relaxed);
            }
        }
    }

    /// The operation to be reset next, if there is one.
    fn next(&self) -> Option<Operation> {
        let at = self.operation.load(Relaxed) as usize;
        OPERATIONS.get(at).copied()
    }

    fn judge(&self, found: &Recovered) {
        let operation = self.next().expect("a reset has a cause");
        let tally = &self.tallies[self.operation.load(Relaxed) as usize];
        let story = read();
        let unfinished = found.unfinished as u32;
        assert_eq!(found.records as u32, story.end - story.first);

        // Nothing is gone but what the operation takes out, all of it or none.
        let before = operation.before();
        let taken = match operation {
            Operation::Push | Operation::Grant => 0,
            Operation::Evict => CELLS as u32 / 16,
            Operation::Pop => 1,
        };
        assert!([0, taken].contains(&story.first));
        assert!(story.end == before || operation != Operation::Pop && story.end == before + 1);

        // The record in flight is there, or was never begun, or is counted.
        let is_done = match operation {
            Operation::Pop => story.first == taken,
            _ => story.end == before + 1,
        };
        assert!(unfinished <= u32::from(!is_done && operation != Operation::Pop));
        let evicted = match operation {
            Operation::Evict => u64::from(story.first),
            _ => 0,
        };
        // Only between an eviction and its count is a reset that nobody can tell.
        let is_uncounted = evicted > 0 && story.lost == u64::from(unfinished);
        if !is_uncounted {
            assert_eq!(story.lost, u64::from(unfinished) + evicted);
        }

        if self.phase.load(Relaxed) == AFTER {
            assert!(is_done && !is_uncounted);
            add(&self.operation, 1);
            self.ticks.store(1, Relaxed);
            return;
        }
        add(&self.ticks, STRIDE);
        add(&tally.during, 1);
        add(&tally.done, u32::from(is_done));
        add(&tally.unfinished, unfinished);
        add(&tally.not_begun, u32::from(!is_done && unfinished == 0));
        add(&tally.uncounted, u32::from(is_uncounted));
    }

    fn close(&self) -> ! {
        for (operation, tally) in OPERATIONS.iter().zip(&self.tallies) {
            let get = |word: &AtomicU32| word.load(Relaxed);
            let (during, not_begun) = (get(&tally.during), get(&tally.not_begun));
            let (unfinished, done) = (get(&tally.unfinished), get(&tally.done));
            let uncounted = get(&tally.uncounted);
            fw::println!(
                "{operation:?}: {during} resets: {not_begun} before, {unfinished} within, \
                 {done} behind; {uncounted} before evictions were counted"
            );
            assert!(not_begun > 0 && done > 0);
            assert_eq!(unfinished > 0, *operation != Operation::Pop);
        }
        fw::exit(true)
    }
}
