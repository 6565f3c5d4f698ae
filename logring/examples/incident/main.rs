//! An outage, replayed: what a slow log does to an application, and what it
//! cannot do to one that logs through a ring.
//!
//! ```text
//! cargo run --release --example incident
//! ```
//!
//! # The story
//!
//! On 2 October 2021 a checkout used across Europe was down for 5 hours and
//! 40 minutes. Nothing was wrong with it. Its containers wrote their logs to
//! a driver that, left at its default, blocks when nobody takes the lines
//! away. The forwarder behind it was later set to block as well, in the
//! written belief that the driver did not. Both were harmless until, weeks
//! later, the forwarder became slow: then every queue on the way filled up,
//! and each request stopped inside the call that was to log it. Processor,
//! memory and health checks looked well, so the forwarder was suspected after
//! five hours. (Klarna's engineers have published [the report][report].)
//!
//! # What happens here
//!
//! Request threads serve payments, and log two or three lines for each. A
//! forwarder thread takes the lines from a bounded queue and writes them to a
//! file. It is healthy for a second, slow for a second, stalled for two and a
//! half, and healthy again. That is done four times, each time with another
//! queue of the same size:
//!
//! - **blocking channel**: `std::sync::mpsc::sync_channel`, whose `send`
//!   waits while the channel is full. This is the outage.
//! - **drop_newest**: a ring that refuses what does not fit, and so keeps how
//!   the incident began.
//! - **drop_oldest**: a ring that evicts the oldest records, and so keeps how
//!   things stood at the end: a flight recorder.
//! - **drop_newest+marks**: debug records may fill half of the ring,
//!   information three quarters, warnings nine tenths. What is left is for
//!   errors.
//!
//! # What to look for
//!
//! *The latency table.* Compare the rows "healthy" and "stalled". In front of
//! a blocking channel a request takes as long as the stall; the requests that
//! came meanwhile are answered seconds late. The three rings serve the same
//! requests as if nothing had happened. The last column has the slowest single
//! log call; where it is more than microseconds for a ring, the system took
//! the processor away from the thread in the middle of the call.
//!
//! *What it cost.* A bounded queue that does not wait must lose records: a
//! ring covers a moment, its policy covers the hours. So the question is which
//! ones, and whether you get to know. The tables count each lost record by
//! cause and severity. Under the first two policies errors are lost among
//! everything else; with marks none is, the first error of the stall included,
//! which is the line that somebody will look for.
//!
//! *The checks.* This program counts for itself what it offers and what
//! arrives, and compares: offered = delivered + resident + lost, exactly.
//! Each record that arrives says how many were lost just before it, and those
//! add up to all losses, too. If a check fails, the exit code is 1.
//!
//! *The log itself.* The forwarder turns each gap into a line, `27 records
//! lost before this`. It writes it straight to the sink: a report that had to
//! squeeze into the full queue would be the next to get lost.
//!
//! *The picture*, `target/incident.svg`: latency over time, one line a queue.
//!
//! # Try it
//!
//! `--log FILE` replays the lines of your own log, `--sink` writes to a file,
//! a pipe or `tcp://host:port` (stop the reader and see), `--quick` takes six
//! seconds in all, and `--help` lists the rest.
//!
//! # Where to read on
//!
//! The comparison is the few lines of `Log::line` in `variant.rs`. `run.rs`
//! wires a run together, `requests.rs` explains how latency is measured,
//! `checks.rs` has what is asserted. Latencies are not: they are the
//! machine's as much as the queue's.
//!
//! [report]: https://www.klarna.com/international/blog/detailed-incident-report-disturbances-to-klarnas-payment-methods-in-europe-on-october-2-2021/

mod checks;
mod figures;
mod forwarder;
mod options;
mod plot;
mod report;
mod requests;
mod run;
mod schedule;
mod sink;
mod tally;
mod variant;
mod workload;

use std::process::ExitCode;
use std::sync::Arc;

use checks::Answer;
use options::Options;
use requests::Plan;
use run::Incident;
use sink::Sink;
use variant::Variant;
use workload::Workload;

fn main() -> ExitCode {
    match Options::from_args().and_then(|options| options.map_or(Ok(true), replay)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(wrong) => {
            eprintln!("incident: {wrong}");
            ExitCode::from(2)
        }
    }
}

/// Runs every variant and reports; says whether all checks hold.
fn replay(options: Options) -> Result<bool, String> {
    let workload = match &options.log {
        Some(path) => Workload::from_file(path)?,
        None => Workload::Payments,
    };
    // Now, rather than after half a minute.
    let cannot_draw = |error: &dyn std::fmt::Display, options: &Options| {
        format!("cannot draw {}: {error}", options.plot.display())
    };
    sink::create(&options.plot).map_err(|error| cannot_draw(&error, &options))?;
    let sink = Sink::open(&options.sink)?;
    let profile = workload.profile();
    let incident = Arc::new(Incident {
        options,
        workload,
        profile,
        sink,
    });
    let options = &incident.options;
    let threads = Plan::for_rate(options.requests_per_second).threads;
    eprintln!("{}\n", report::describe(options, threads));

    // One after the other: side by side they would share two cores, and the
    // control's collapse would leave them to the others.
    let outcomes: Vec<_> = Variant::ALL
        .iter()
        .map(|&variant| incident.run(variant))
        .collect();
    let checks: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| checks::check(&incident, outcome))
        .collect();
    report::print(&outcomes, &checks);
    plot::draw(&options.plot, &outcomes, options.run)
        .map_err(|error| cannot_draw(&error, options))?;
    println!("\n{} shows latency over time", options.plot.display());
    println!(
        "{} has what was forwarded; look for \"lost before\"",
        options.sink.name()
    );
    Ok(checks.iter().all(|check| check.answer != Answer::Fails))
}
