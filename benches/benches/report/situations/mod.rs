//! What is done to the contestants. To add a case, push a [`Case`] in the
//! room of its situation; the tables, plots and raw data follow.

mod crowd;
mod drain;
mod halted;
mod one;
mod reader;
mod stopped;
mod two;

pub(crate) use drain::BATCH;
pub(crate) use reader::PART;
pub(crate) use stopped::ABOVE;

use logring_benches::machine;
use logring_benches::tsc::Scale;

use crate::sample::{Effort, Sample};

/// Measures once.
type Measure = Box<dyn FnMut(&Effort, &Scale) -> Sample>;

/// One contestant in one situation.
pub(crate) struct Case {
    /// Which situation.
    pub(crate) situation: &'static str,
    /// Who.
    pub(crate) contestant: String,
    /// Measures once.
    pub(crate) run: Measure,
    /// It takes part in every so-manieth round.
    pub(crate) every: usize,
}

impl Case {
    /// A case that takes part in every round.
    pub(crate) fn new(
        situation: &'static str,
        contestant: impl Into<String>,
        run: impl FnMut(&Effort, &Scale) -> Sample + 'static,
    ) -> Self {
        Self {
            situation,
            contestant: contestant.into(),
            run: Box::new(run),
            every: 1,
        }
    }

    /// What filters and progress call it.
    pub(crate) fn name(&self) -> String {
        format!("{}: {}", self.situation, self.contestant)
    }
}

/// Cases of several contestants in one situation.
macro_rules! each {
    ($cases:ident, $case:ident $arguments:tt: $($contestant:ty),* $(,)?) => {
        $( $cases.push($case::<$contestant> $arguments); )*
    };
}
pub(crate) use each;

/// Situations by name, in the order of the report, and what is done in each.
pub(crate) const SITUATIONS: &[(&str, &str, &str)] = &[
    (
        HOT,
        "Hot, never full",
        "One thread; emptied by the same thread after each burst of 200 records, which is not timed. The loggers' own threads empty theirs meanwhile.",
    ),
    (
        REFUSING,
        "Full, refusing the newest",
        "One thread, a ring that is full and stays so; every call must be refused. The loggers' sinks do not return.",
    ),
    (
        OVERWRITING,
        "Full, overwriting the oldest",
        "One thread, a ring that is full and stays so; every call must be accepted.",
    ),
    (
        STOPPED,
        "Consumer stopped, one second",
        "One thread pushes for a second without a pause, from empty to full and on, and nobody pops. Each call is timed alone.",
    ),
    (
        STOPPED_LONG,
        "Consumer stopped, one minute",
        "The same for 60 s (`--long` only; an empty call in nine runs, the others in three).",
    ),
    (
        SLOW,
        "Consumer slow",
        "A second thread pops one record in about 50 µs; this one pushes without a pause, so the ring is full nearly always.",
    ),
    (
        SPARSE,
        "Sparse",
        "One record a millisecond, popped by the same thread after each; between two records the thread sleeps.",
    ),
    (
        COLD,
        "Cold cache",
        "Before each call this thread walks through 32 MiB of memory of its own.",
    ),
    (
        TWO,
        "Two producers, not full",
        "Two threads on two cores push at once, 500 records each, which fit together; both stop at a barrier, and the first one empties the ring. Calls and blocks count that began while the other thread had not finished. The controls have no capacity: their threads go on without a pause; those of memcpy share nothing but the core. Refusals are counted for each round: there was room, so they are lost races.",
    ),
    (
        TWO_REFUSING,
        "Two threads, full, refusing",
        "Two threads on two cores push into a ring that stays full. Groups of bursts (8000 calls) during which the other one did not move do not count: it had lost its core.",
    ),
    (
        TWO_OVERWRITING,
        "Two threads, full, overwriting",
        "The same with those that evict. Refusals are counted for each round: a record that loses every bounded attempt is refused and not stored.",
    ),
    (
        CROWD,
        "More producers than cores",
        "Eight threads push without a pause and one pops, nine threads on the cores there are. Figures are of one of the eight, each call timed alone; a call in which the thread lost its core shows as the time it was away.",
    ),
    (
        HALTED,
        "A producer stopped in the middle of a push",
        "A producer has reserved room and does not go on. Then 2048 records are pushed by others, and popped.",
    ),
    (
        DRAIN,
        "Taking records",
        "1000 records of 64 bytes, pushed by the same thread untimed, taken one by one or in a batch; nanoseconds of a record.",
    ),
    (
        READER,
        "Reader under two overwriters",
        "Two threads overwrite without a pause while a third one reads, three threads on the cores there are. Records a second of the reader's own processor time, as a part of what it takes from a ring that nobody pushes to.",
    ),
    (
        SIZES,
        "Sizes",
        "The hot situation with records of other sizes.",
    ),
];

pub(crate) const HOT: &str = "hot";
pub(crate) const REFUSING: &str = "refusing";
pub(crate) const OVERWRITING: &str = "overwriting";
pub(crate) const STOPPED: &str = "stopped";
pub(crate) const STOPPED_LONG: &str = "stopped 60 s";
pub(crate) const SLOW: &str = "slow";
pub(crate) const SPARSE: &str = "sparse";
pub(crate) const COLD: &str = "cold";
pub(crate) const TWO: &str = "two producers";
pub(crate) const TWO_REFUSING: &str = "two refusing";
pub(crate) const TWO_OVERWRITING: &str = "two overwriting";
pub(crate) const CROWD: &str = "crowd";
pub(crate) const HALTED: &str = "halted producer";
pub(crate) const DRAIN: &str = "drain";
pub(crate) const READER: &str = "reader";
pub(crate) const SIZES: &str = "sizes";

/// All cases that this machine can run.
pub(crate) fn all(effort: &Effort) -> Vec<Case> {
    let mut cases = Vec::new();
    one::add(&mut cases);
    stopped::add(&mut cases, effort);
    halted::add(&mut cases);
    drain::add(&mut cases);
    if machine::two_cores().is_some() {
        two::add(&mut cases);
        crowd::add(&mut cases);
        reader::add(&mut cases);
    }
    cases
}
