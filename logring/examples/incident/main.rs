//! An outage, replayed: what a slow log does to an application, and what it
//! cannot do to one that logs through a ring.
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
