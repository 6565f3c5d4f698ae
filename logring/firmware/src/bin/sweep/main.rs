//! An interrupt at every instruction of every operation, and one on top of it.
//!
//! The timer fires after 1, 2, 3 … instructions, until the operation ends
//! before it does. Its handler pushes or pops on the ring that it interrupted,
//! and is interrupted itself, at another instruction each time. After each case
//! all that was offered must have been delivered once, whole, in the order of
//! each context, or be counted and told as lost. Rings of four and eight cells
//! make nearly every case meet a full ring, a wrap or an eviction. Besides what
//! the handlers cost, an operation has taken no more than three of its kind, and
//! 80 instructions.
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

/// The latest second interrupt, in instructions after the first: later than the
/// end of the first one's call.
const SECOND_MAX: u32 = 1201;

/// Attempts of an interrupted operation: its own, and one for each of the two
/// interrupts, which may have changed what it looked at. None takes longer than
/// the longest operation of its kind that is left alone.
const ATTEMPTS_MAX: u32 = 3;
/// Except for this: left alone, a push is stored by a short cut, or refused
/// before it reserves. One that finds the ring full, and then room because an
/// interrupt popped, takes the general way, which is longer than either. With
/// two interrupts that comes to about three attempts, and these are the margin:
/// a further attempt as long as most operations is still seen; a single turn of a
/// loop, or a further refusal, is not.
const GENERAL_WAY_INSTRUCTIONS_MAX: u32 = 80;

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
    let fills = [0, cells - 1, cells];
    let case = |operation, filled, handlers| Case {
        log,
        clock,
        operation,
        filled,
        handlers,
    };
    // Operations leave the ring fuller or emptier for the handlers than they
    // found it, so the costliest filling counts.
    let handling = HANDLERS.map(|handlers| {
        let cost = |filled| handling_max(&case(Operation::Wait, filled, handlers));
        fills.into_iter().map(cost).max().unwrap_or(0)
    });
    let mut cases = 0;
    for &operation in operations {
        let fills = || {
            fills
                .into_iter()
                .filter(|&filled| operation.fits(cells - filled))
        };
        let alone = |filled| case(operation, filled, HANDLERS[0]).run(None).instructions;
        let mut tally = Tally {
            alone: fills().map(alone).max().unwrap_or(0),
            ..Tally::default()
        };
        for filled in fills() {
            for (handlers, handling) in HANDLERS.into_iter().zip(handling) {
                tally.sweep(&case(operation, filled, handlers), handling);
            }
        }
        cases += tally.cases;
        tally.tell(policy, operation, cells);
    }
    cases
}

/// What two handlers cost at most where they interrupt no call: the second
/// comes at every instruction of the first. A sample missed the costliest.
fn handling_max(waiting: &Case) -> u32 {
    let met = (1..SECOND_MAX).map(|second| waiting.run(Some((1, second))));
    let overlapped = met.filter(|met| met.overlapped);
    let instructions = overlapped.map(|met| met.instructions);
    instructions.max().expect("a second that comes in time")
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
    /// What is left of that without what its handlers cost.
    beyond: u32,
    lost: u32,
    delivered: u32,
}

impl Tally {
    /// Sweeps a case whose two handlers take up to `handling` instructions.
    fn sweep(&mut self, case: &Case, handling: u32) {
        let alone = case.run(None).instructions;
        // Another distance of the second interrupt each time: a sample, spread
        // over all instructions of the handler.
        let mut second = 1;
        let mut after_the_end = 0;
        let (mut hits, mut nested, mut beyond) = (0, 0, 0);
        let mut first = 1;
        while after_the_end < 4 {
            for _ in 0..2 {
                second = (second + 37) % SECOND_MAX;
                let met = case.run(Some((first, second)));
                self.cases += 1;
                hits += u32::from(met.hit);
                nested += u32::from(met.nested);
                self.lost += met.lost;
                self.delivered += met.delivered;
                if met.hit {
                    after_the_end = 0;
                    self.interrupted = self.interrupted.max(met.instructions);
                    beyond = beyond.max(met.instructions.saturating_sub(handling));
                } else if hits > 0 {
                    after_the_end += 1;
                }
            }
            first += 1;
            assert!(first < 20_000, "the operation does not end");
        }
        let nothing = Case {
            operation: Operation::Nothing,
            ..*case
        };
        let own = alone.saturating_sub(nothing.run(None).instructions);
        // Two cases for each instruction of the operation; left alone, it may
        // take a longer way than in the cases.
        assert!(2 * hits >= 3 * own, "{hits} hits within {own} instructions");
        assert!(nested > 0, "no interrupt was interrupted");
        let bound = ATTEMPTS_MAX * self.alone + GENERAL_WAY_INSTRUCTIONS_MAX;
        assert!(beyond <= bound, "{beyond} beyond its handlers', of {bound}");
        self.hits += hits;
        self.nested += nested;
        self.beyond = self.beyond.max(beyond);
    }

    fn tell(&self, policy: Policy, operation: Operation, cells: usize) {
        println!(
            "{:11} {cells:2} cells, {:8}: {:6} cases, {:6} hits, {:5} nested, {:5} delivered, {:5} lost, at most {:4} instructions, interrupted {:5}, without the handlers {:4}",
            policy.name(),
            operation.name(),
            self.cases,
            self.hits,
            self.nested,
            self.delivered,
            self.lost,
            self.alone,
            self.interrupted,
            self.beyond,
        );
        assert!(self.lost > 0, "nothing was ever lost");
    }
}
