//! The ring against a naive reference: the same operations on both, and every
//! answer compared.

mod kit;
#[cfg(feature = "shards")]
mod shards;
mod strategy;

use proptest::prelude::*;

use kit::decode::decode;
use kit::interpret::run;
use strategy::{filling, scenario};

/// `PROPTEST_CASES` asks for longer runs.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if cfg!(miri) { 4 } else { default.cases },
        // A failure becomes a named test here instead.
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config())]

    /// Several loggers of different manners share a ring; one thread offers,
    /// holds grants open, pops and drains in any order. Every answer, every
    /// byte and every count is the reference's.
    #[test]
    fn every_answer_is_the_references((setup, ops) in scenario()) {
        run(&setup, &ops);
    }

    /// The same with offers outnumbering pops by far, so that the rings are
    /// full most of the time: that is where marks, evictions and open grants
    /// meet.
    #[test]
    fn every_answer_of_a_full_ring_is_the_references((setup, ops) in filling()) {
        run(&setup, &ops);
    }

    /// Any bytes are a scenario: what the fuzzer does, without its guidance.
    #[test]
    fn any_bytes_are_a_scenario_that_runs(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let (setup, ops) = decode(&bytes);
        run(&setup, &ops);
    }
}
