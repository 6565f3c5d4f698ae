//! An interrupt at every instruction of every operation, and one on top of it.
//!
//! The timer fires after 1, 2, 3 … instructions, until the operation ends
//! before it does. Its handler pushes or pops on the ring that it interrupted,
//! and is interrupted itself, at another instruction each time. After each case
//! all that was offered must have been delivered once, whole, in the order of
//! each context, or be counted and told as lost. Rings of four and eight cells
//! make nearly every case meet a full ring, a wrap or an eviction.
#![no_std]
#![no_main]

mod books;
mod case;
mod record;

use case::{Case, Handler, Operation};
use logring::{Config, LogRing, Logger, Policy};
use logring_firmware as board;
use logring_firmware::{Clock, println};

board::panic_fails!();

/// Positions wrap early on.
static SMALL: LogRing<4> = LogRing::starting_at(0_usize.wrapping_sub(40));
static LARGER: LogRing<8> = LogRing::starting_at(0_usize.wrapping_sub(40));
/// Evictions free more than one cell at once from 32 cells on.
static CHUNKED: LogRing<32> = LogRing::starting_at(0_usize.wrapping_sub(400));

const HANDLERS: [(Handler, Handler); 4] = [
    (Handler::Push, Handler::Push),
    (Handler::Pop, Handler::Push),
    (Handler::Push, Handler::Pop),
    (Handler::Pop, Handler::Pop),
];

/// Of one interrupt: to make a record and to push it, or to pop one and to check
/// it.
const HANDLER_INSTRUCTIONS_MAX: u32 = 3000;

#[board::entry]
fn main() -> ! {
    board::start();
    board::handlers(case::first, case::second);
    let clock = Clock::start();
    let mut cases = 0;
    for policy in [Policy::DropNewest, Policy::DropOldest] {
        let config = Config::new().with_policy(policy);
        for (ring, operations) in [
            (&*SMALL, &Operation::ALL[..]),
            (&*LARGER, &Operation::ALL[..]),
            (&*CHUNKED, &[Operation::PushFull, Operation::Pop][..]),
        ] {
            cases += sweep_ring(policy, Logger::new(ring, config), operations, clock);
        }
    }
    println!("{cases} cases: all records delivered once and whole, or counted");
    board::exit(true)
}

/// Operations on a ring that is empty, nearly full, and full.
fn sweep_ring(policy: Policy, log: Logger<'static>, operations: &[Operation], clock: Clock) -> u32 {
    let cells = log.ring().capacity_bytes() / logring::Ring::CELL_BYTES;
    let mut cases = 0;
    for &operation in operations {
        let mut tally = Tally::default();
        for filled in [0, cells - 1, cells] {
            if operation.fits(cells - filled) {
                for handlers in HANDLERS {
                    tally.sweep(log, clock, operation, filled, handlers);
                }
            }
        }
        cases += tally.cases;
        tally.tell(policy, operation, cells);
    }
    cases
}

/// What a sweep met.
#[derive(Default)]
struct Tally {
    cases: u32,
    hits: u32,
    nested: u32,
    /// Instructions of the longest operation, left alone.
    alone: u32,
    /// The same with its interrupts.
    interrupted: u32,
    lost: u32,
    delivered: u32,
}

impl Tally {
    fn sweep(
        &mut self,
        log: Logger<'static>,
        clock: Clock,
        operation: Operation,
        filled: usize,
        handlers: (Handler, Handler),
    ) {
        let case = Case {
            log,
            clock,
            operation,
            filled,
            handlers,
        };
        let alone = case.run(None).instructions;
        self.alone = self.alone.max(alone);
        // Another distance of the second interrupt each time: a sample, spread
        // over all instructions of the handler.
        let mut second = 1;
        let mut after_the_end = 0;
        let hits_before = self.hits;
        let mut first = 1;
        while after_the_end < 4 {
            for _ in 0..2 {
                second = (second + 37) % 1201;
                let met = case.run(Some((first, second)));
                self.cases += 1;
                self.hits += u32::from(met.hit);
                self.nested += u32::from(met.nested);
                self.lost += met.lost;
                self.delivered += met.delivered;
                if met.hit {
                    after_the_end = 0;
                    self.interrupted = self.interrupted.max(met.instructions);
                } else if self.hits > hits_before {
                    after_the_end += 1;
                }
            }
            first += 1;
            assert!(first < 20_000, "the operation does not end");
        }
        let nothing = Case {
            operation: Operation::Nothing,
            ..case
        };
        // Two cases for each instruction of the operation, which alone may take
        // a longer way than in the cases.
        let own = alone.saturating_sub(nothing.run(None).instructions);
        let hits = self.hits - hits_before;
        assert!(
            hits >= own - own / 4,
            "{hits} hits within {own} instructions"
        );
    }

    fn tell(&self, policy: Policy, operation: Operation, cells: usize) {
        println!(
            "{:11} {cells:2} cells, {:8}: {:6} cases, {:6} hits, {:5} nested, {:5} delivered, {:5} lost, at most {:4} instructions, interrupted {:5}",
            policy.name(),
            operation.name(),
            self.cases,
            self.hits,
            self.nested,
            self.delivered,
            self.lost,
            self.alone,
            self.interrupted,
        );
        assert!(self.hits > 0, "never interrupted");
        assert!(self.nested > 0, "no interrupt was interrupted");
        assert!(self.lost > 0, "nothing was ever lost");
        // Each of two interrupts may cost the operation one attempt more, and
        // takes its own time.
        let bound = 3 * self.alone + 2 * HANDLER_INSTRUCTIONS_MAX;
        assert!(self.interrupted < bound, "longer than {bound}");
    }
}
