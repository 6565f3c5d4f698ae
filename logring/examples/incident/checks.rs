//! What must be true of every run, on every machine.
//!
//! Latencies are not among it: they are measured and printed, since what a
//! busy machine does to a sleeping thread is nobody's promise.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use logring::{Severity, Stats};

use crate::run::{Incident, Outcome};
use crate::schedule::Phase;
use crate::tally::lock;
use crate::variant::Variant;

/// A sink that takes longer than this for one line is ill by itself, so that
/// the stall lasts longer than the one that room for errors was planned for.
const SINK_HEALTHY: Duration = Duration::from_millis(250);

/// The answer to one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Holds,
    Fails,
    /// Nothing to check, for the reason that the text gives.
    Idle,
}

impl Answer {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    /// The answer to a check that found nothing to check. A run that nobody
    /// has tampered with must not get there, or it could never fail.
    fn vacuous(incident: &Incident) -> Self {
        if incident.options.stock {
            Self::Fails
        } else {
            Self::Idle
        }
    }
}

/// One check of one run.
pub(crate) struct Check {
    pub(crate) variant: Variant,
    pub(crate) answer: Answer,
    pub(crate) text: String,
}

/// All checks of a run.
pub(crate) fn check(incident: &Incident, outcome: &Outcome) -> Vec<Check> {
    let mut answers = Vec::new();
    answers.extend(check_sink(outcome));
    // A channel has no ledger to check.
    if let Some(stats) = outcome.stats {
        answers.push(check_ledger(outcome, stats));
        answers.push(check_telling(outcome, stats));
        if stats.lost.total() == 0 {
            let text = "nothing was lost: the ring never filled, so this shows little";
            answers.push((Answer::vacuous(incident), text.to_owned()));
        }
        if outcome.variant == Variant::Marks {
            match no_room_for_errors(incident, outcome) {
                None => {
                    answers.push(check_errors(outcome, stats));
                    answers.push(check_first_error(incident, outcome));
                }
                Some(why) => answers.push((Answer::Idle, why)),
            }
        }
    }
    let check = |(answer, text)| Check {
        variant: outcome.variant,
        answer,
        text,
    };
    answers.into_iter().map(check).collect()
}

/// Not a property of the queue, but a run with a dead sink is not a success.
fn check_sink(outcome: &Outcome) -> Option<(Answer, String)> {
    match &*lock(&outcome.tally.sink_error) {
        Some(error) => Some((Answer::Fails, format!("the sink failed: {error}"))),
        None if outcome.forwarder_hung => {
            let text = "the sink hangs: its forwarder was left behind";
            Some((Answer::Idle, text.to_owned()))
        }
        None => None,
    }
}

/// offered = delivered + resident + lost, where only the losses are what the
/// ring says. What it says of deliveries and severities must agree, too.
fn check_ledger(outcome: &Outcome, stats: Stats) -> (Answer, String) {
    let offered = outcome.tally.offered();
    let resident = outcome.resident;
    let delivered = outcome.tally.delivered() - resident;
    let lost = stats.lost.total();
    let agrees = |severity| outcome.tally.missing(severity) == stats.lost.by_severity(severity);
    let exact = offered == delivered + resident + lost
        && stats.delivered == delivered
        && Severity::ALL.into_iter().all(agrees);
    let text =
        format!("{offered} offered = {delivered} delivered + {resident} resident + {lost} lost");
    (Answer::of(exact), text)
}

/// Every loss was told once: with a record, or at the end.
fn check_telling(outcome: &Outcome, stats: Stats) -> (Answer, String) {
    let lost = stats.lost.total();
    let told = outcome.tally.told.load(Relaxed);
    let trailing = outcome.tally.trailing.load(Relaxed);
    let text =
        format!("{lost} lost = {told} told with the next record + {trailing} told at the end");
    (Answer::of(lost == told + trailing), text)
}

/// With marks, no error is lost while milder records are: not by the ring's
/// counters, and not by the numbers of the errors that arrived.
fn check_errors(outcome: &Outcome, stats: Stats) -> (Answer, String) {
    let lost = |severity| stats.lost.by_severity(severity);
    let errors = lost(Severity::Error) + lost(Severity::Fatal);
    let missing = outcome.tally.errors_missing();
    let milder = stats.lost.total() - errors;
    let text = format!("{errors} errors lost, while {milder} milder records were");
    (Answer::of(errors == 0 && missing == 0), text)
}

/// With marks, the first error of the stall is in the log.
fn check_first_error(incident: &Incident, outcome: &Outcome) -> (Answer, String) {
    match first_error_kept(outcome) {
        None => {
            let text = "no error was offered during the stall";
            (Answer::vacuous(incident), text.to_owned())
        }
        Some((kept, text)) => {
            let verdict = if kept { "kept" } else { "lost" };
            let text = format!("first error of the stall {verdict}: \"{text}\"");
            (Answer::of(kept), text)
        }
    }
}

/// Whether the first error of the stall came out, and what it says. `None`
/// if there was none.
pub(crate) fn first_error_kept(outcome: &Outcome) -> Option<(bool, String)> {
    let (number, text) = lock(&outcome.tally.first_error).clone()?;
    Some((lock(&outcome.tally.errors_taken).contains(&number), text))
}

/// Why nobody can expect all errors to survive, if so: marks keep room, and
/// room is finite.
fn no_room_for_errors(incident: &Incident, outcome: &Outcome) -> Option<String> {
    let sink_longest = Duration::from_micros(outcome.tally.sink_longest_us.load(Relaxed));
    if outcome.forwarder_hung || sink_longest > SINK_HEALTHY {
        return Some("errors not checked: the sink itself stalled, longer than planned".into());
    }
    let options = &incident.options;
    let ill = Phase::Slow.lasts(options.run) + Phase::Stalled.lasts(options.run);
    let errors_bytes = incident.profile.error_bytes_per_request
        * f64::from(options.requests_per_second)
        * ill.as_secs_f64();
    let room_bytes = Variant::error_room_bytes(options.capacity_bytes) as f64;
    // Half of the room, because errors come in bursts.
    (errors_bytes > room_bytes / 2.0).then(|| {
        format!(
            "errors not checked: {:.1} KiB of them come while the forwarder is ill, and {:.1} KiB \
             are kept for them, of which half may be counted on; try a larger --capacity",
            errors_bytes / 1024.0,
            room_bytes / 1024.0
        )
    })
}
