//! The tables at the end.

use logring::{Cause, Severity};

use crate::checks::{Answer, Check, first_error_kept};
use crate::figures::Human;
use crate::options::Options;
use crate::run::Outcome;
use crate::schedule::Phase;

/// The p99 of the control in the stall, in healthy ones, from which this is
/// an outage.
const COLLAPSE: f64 = 100.0;
/// And the one up to which a stalled forwarder goes unnoticed.
const UNNOTICED: f64 = 2.0;

/// Prints latencies, losses and checks.
pub(crate) fn print(outcomes: &[Outcome], checks: &[Check]) {
    print_latencies(outcomes);
    print_ratios(outcomes);
    print_records(outcomes);
    print_losses(outcomes);
    print_checks(checks);
}

fn print_latencies(outcomes: &[Outcome]) {
    println!();
    println!(
        "{:<18} {:<10} {:>9} {:>9} {:>9} {:>9} {:>8} {:>12}",
        "request latency", "forwarder", "p50", "p99", "p99.9", "max", "req/s", "log call max"
    );
    for outcome in outcomes {
        for phase in Phase::ALL {
            let figures = outcome.figures.phase(phase);
            let [p50, p99, p999, max] = [0.5, 0.99, 0.999, 1.0].map(|part| {
                figures
                    .latency(part)
                    .map_or("-".into(), |it| Human(it).to_string())
            });
            let first = phase == Phase::Healthy;
            println!(
                "{:<18} {:<10} {p50:>9} {p99:>9} {p999:>9} {max:>9} {:>8.0} {:>12}",
                if first { outcome.variant.name() } else { "" },
                phase.name(),
                figures.answered_per_second,
                Human(figures.log_call_max),
            );
        }
    }
}

fn print_ratios(outcomes: &[Outcome]) {
    println!();
    println!("p99 while the forwarder is stalled / p99 while it is healthy:");
    for outcome in outcomes {
        let name = outcome.variant.name();
        let Some(ratio) = outcome.figures.stall_ratio() else {
            println!(
                "  {name:<18} {:>9}  no request of one of the phases was ever answered",
                "-"
            );
            continue;
        };
        let verdict = match outcome.stats {
            None if ratio >= COLLAPSE => "the outage (100 or more)",
            None => "below 100: is this machine busy?",
            Some(_) if ratio <= UNNOTICED => "unnoticed (2 or less)",
            Some(_) => "above 2: is this machine busy?",
        };
        let log_call_max = outcome.figures.phase(Phase::Stalled).log_call_max;
        let log_call_max = Human(log_call_max.max(outcome.figures.phase(Phase::Slow).log_call_max));
        println!("  {name:<18} {ratio:>9.2}  {verdict:<40} log calls up to {log_call_max}");
    }
    for outcome in outcomes.iter().filter(|outcome| outcome.requests_hung != 0) {
        let (name, hung) = (outcome.variant.name(), outcome.requests_hung);
        println!("{name}: {hung} request threads hang in their log call for good");
    }
}

fn print_records(outcomes: &[Outcome]) {
    println!();
    println!(
        "{:<18} {:>8} {:>9} {:>8} {:>8} {:>9}  first error of the stall",
        "records", "offered", "delivered", "resident", "lost", "peak fill"
    );
    for outcome in outcomes {
        let taken = outcome.tally.delivered();
        let delivered = outcome.stats.map_or(taken, |stats| stats.delivered);
        let fill = outcome.stats.map_or("-".into(), |stats| {
            format!(
                "{:.0} %",
                100.0 * stats.high_water_bytes as f64 / stats.capacity_bytes as f64
            )
        });
        let first_error = match first_error_kept(outcome) {
            Some((true, _)) => "kept",
            Some((false, _)) => "lost",
            None => "none",
        };
        println!(
            "{:<18} {:>8} {delivered:>9} {:>8} {:>8} {fill:>9}  {first_error}",
            outcome.variant.name(),
            outcome.tally.offered(),
            outcome.resident,
            outcome.stats.map_or(0, |stats| stats.lost.total()),
        );
        let cut = outcome.stats.map_or(0, |stats| stats.truncated);
        if cut != 0 {
            println!(
                "{:<18} {cut} records were cut to the largest that the ring takes",
                ""
            );
        }
    }
}

fn print_losses(outcomes: &[Outcome]) {
    println!();
    print!("{:<18} {:<10}", "lost", "cause");
    for severity in Severity::ALL {
        print!(" {:>8}", severity.name());
    }
    println!();
    for outcome in outcomes {
        let Some(stats) = outcome.stats else {
            println!(
                "{:<18} nothing: its requests waited instead",
                outcome.variant.name()
            );
            continue;
        };
        let mut name = outcome.variant.name();
        for cause in Cause::ALL {
            if stats.lost.by_cause(cause) != 0 {
                print!("{name:<18} {:<10}", cause.name());
                for severity in Severity::ALL {
                    print!(" {:>8}", stats.lost.get(cause, severity));
                }
                println!();
                name = "";
            }
        }
    }
}

fn print_checks(checks: &[Check]) {
    println!();
    for check in checks {
        let answer = match check.answer {
            Answer::Holds => "ok",
            Answer::Fails => "FAILED",
            Answer::Idle => "-",
        };
        println!("{answer:<6} {:<18} {}", check.variant.name(), check.text);
    }
}

/// What is about to be run, in two lines.
pub(crate) fn describe(options: &Options, threads: u32) -> String {
    let acts = Phase::ALL.map(|phase| {
        format!(
            "{} {:.1} s",
            phase.name(),
            phase.lasts(options.run).as_secs_f64()
        )
    });
    format!(
        "{} requests/s on {threads} threads; queues of {} KiB; forwarding to {}\n\
         the forwarder is {}",
        options.requests_per_second,
        options.capacity_bytes as f64 / 1024.0,
        options.sink.name(),
        acts.join(", ")
    )
}
