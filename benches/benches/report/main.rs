//! The latency report: logring beside its peers and its controls, in the
//! situations that a log queue gets into.
//!
//! `cargo bench -p logring-benches --bench report -- [--quick | --long] [--filter X] [--out DIR]`
//!
//! It writes `BENCHMARKS.md`, and raw data and pictures to `benches/results`.
//! It is a report, never a gate. Each case is sampled once in each round, in
//! an order that is shuffled anew, and checked before and while it is timed:
//! records arrive whole, and a ring that is to be full refuses.

mod args;
mod bar;
mod contestants;
mod json;
mod markdown;
mod outcome;
mod plots;
mod reasons;
mod sample;
mod situations;
mod tables;

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use logring_benches::machine::{self, Machine};
use logring_benches::tsc::Scale;

use crate::args::Args;
use crate::outcome::{EMPTY, Outcome, Run};
use crate::sample::Sample;
use crate::situations::{Case, HOT, STOPPED_LONG};

/// Seed of the orders. Fixed, so that a run can be repeated.
const SEED: u64 = 0x1061_2164;

fn main() -> Result<(), Box<dyn Error>> {
    let args = args::read();
    // Before any thread is pinned.
    let cores = machine::cores();
    let mut cases = situations::all(&args.effort);
    if let Some(filter) = &args.filter {
        // The empty call is subtracted from the others.
        cases.retain(|case| {
            case.name().contains(filter) || (case.situation == HOT && case.contestant == EMPTY)
        });
    }
    // After the loggers have started their threads, which shall run elsewhere.
    if let Some(first) = cores.first() {
        machine::pin(&[*first]);
    }
    let run = measure(&args, cases);
    fs::create_dir_all(&args.results)?;
    fs::create_dir_all(&args.markdown)?;
    json::write(&args.results.join("report.json"), &run)?;
    let pictures = plots::draw(&args.results, &run)?;
    let to_pictures = if args.results == args.markdown {
        ""
    } else {
        "benches/results/"
    };
    let markdown = args.markdown.join("BENCHMARKS.md");
    fs::write(&markdown, markdown::text(&run, to_pictures, &pictures))?;
    eprintln!("{} in {:.0} s", markdown.display(), run.seconds);
    print!("{}", bar::table(&run));
    Ok(())
}

/// All rounds of all cases.
fn measure(args: &Args, mut cases: Vec<Case>) -> Run {
    let begin = Instant::now();
    let machine = Machine::look();
    let scale = Scale::calibrate(Duration::from_millis(200));
    let rounds = args.effort.rounds;
    let mut samples: Vec<Vec<Option<Sample>>> = cases.iter().map(|_| Vec::new()).collect();
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    // One round to warm up: caches, pages, the first laps of the rings.
    for round in 0..=rounds {
        random.shuffle(&mut order);
        for (done, &at) in order.iter().enumerate() {
            let case = &mut cases[at];
            let warms_up = round == 0;
            if warms_up && case.situation == STOPPED_LONG {
                continue;
            }
            let (of, cases_in_all) = (done + 1, order.len());
            eprintln!(
                "round {round} of {rounds}, {of}/{cases_in_all}: {}",
                case.name()
            );
            let takes_part = warms_up || (round - 1).is_multiple_of(case.every);
            let sample = takes_part.then(|| (case.run)(&args.effort, &scale));
            if !warms_up {
                samples[at].push(sample);
            }
        }
    }
    let outcomes = cases
        .into_iter()
        .zip(samples)
        .map(|(case, samples)| Outcome {
            situation: case.situation,
            contestant: case.contestant,
            samples,
        });
    Run {
        outcomes: outcomes.collect(),
        scale,
        machine,
        command: args.command.clone(),
        seed: SEED,
        rounds,
        seconds: begin.elapsed().as_secs_f64(),
    }
}
