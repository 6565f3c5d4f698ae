//! What must be true of every run, on every machine.
//!
//! Latencies are not among it: they are measured and printed, since what a
//! busy machine does to a sleeping thread is nobody's promise.

use std::time::Duration;

use logring::Severity;

use crate::run::{Incident, Outcome};
use crate::schedule::Phase;
use crate::tally::lock;
use crate::variant::Variant;

use std::sync::atomic::Ordering::Relaxed;

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

/// One check of one run.
pub(crate) struct Check {
    pub(crate) variant: Variant,
    pub(crate) answer: Answer,
    pub(crate) text: String,
}

/// All checks of a run.
pub(crate) fn check(incident: &Incident, outcome: &Outcome) -> Vec<Check> {
    let mut checks = vec![check_sink(outcome), check_ledger(outcome)];
    if outcome.stats.is_some() {
        checks.push(check_telling(outcome));
        checks.push(check_pressure(incident, outcome));
    }
    if outcome.variant == Variant::Marks {
        checks.push(check_errors(incident, outcome));
        checks.push(check_first_error(incident, outcome));
    }
    let checks = checks.into_iter().map(|(answer, text)| Check {
        variant: outcome.variant,
        answer,
        text,
    });
    checks.filter(|check| !check.text.is_empty()).collect()
}

type Checked = (Answer, String);

fn holds(true_of_run: bool, text: String) -> Checked {
    (
        if true_of_run {
            Answer::Holds
        } else {
            Answer::Fails
        },
        text,
    )
}

/// Not a property of the queue, but a run with a dead sink is not a success.
fn check_sink(outcome: &Outcome) -> Checked {
    match &*lock(&outcome.tally.sink_error) {
        Some(error) => (Answer::Fails, format!("the sink failed: {error}")),
        None if outcome.forwarder_hung => (
            Answer::Idle,
            "the sink hangs: its forwarder was left behind".to_owned(),
        ),
        None => (Answer::Holds, String::new()),
    }
}

/// offered = delivered + resident + lost, with only `lost` taken from the
/// ring; and the ring agrees on what it delivered, and on the severities.
fn check_ledger(outcome: &Outcome) -> Checked {
    let offered = outcome.tally.offered();
    let taken = outcome.tally.delivered();
    let resident = outcome.resident;
    let Some(stats) = outcome.stats else {
        // A channel keeps everything, if one lives to see it.
        let text = format!("{offered} offered = {taken} delivered + {resident} never delivered");
        return holds(
            resident == 0 || outcome.forwarder_hung || sink_ill(outcome),
            text,
        );
    };
    let delivered = taken - resident;
    let lost = stats.lost.total();
    let by_severity = Severity::ALL
        .into_iter()
        .all(|severity| outcome.tally.missing(severity) == stats.lost.by_severity(severity));
    holds(
        offered == delivered + resident + lost && stats.delivered == delivered && by_severity,
        format!("{offered} offered = {delivered} delivered + {resident} resident + {lost} lost"),
    )
}

/// Every loss was told once: with a record, or at the end.
fn check_telling(outcome: &Outcome) -> Checked {
    let lost = outcome.stats.map_or(0, |stats| stats.lost.total());
    let told = outcome.tally.told.load(Relaxed);
    let trailing = outcome.tally.trailing.load(Relaxed);
    holds(
        lost == told + trailing,
        format!("{lost} lost = {told} told with the next record + {trailing} told at the end"),
    )
}

/// Without a loss, the other checks have checked nothing.
fn check_pressure(incident: &Incident, outcome: &Outcome) -> Checked {
    let lost = outcome.stats.map_or(0, |stats| stats.lost.total());
    if lost != 0 {
        return (Answer::Holds, String::new());
    }
    let text = "nothing was lost: the ring never filled, so this shows little".to_owned();
    (
        if incident.options.stock {
            Answer::Fails
        } else {
            Answer::Idle
        },
        text,
    )
}

/// With marks, no error is lost while milder records are.
fn check_errors(incident: &Incident, outcome: &Outcome) -> Checked {
    if let Some(excuse) = no_room_for_errors(incident, outcome) {
        return (Answer::Idle, excuse);
    }
    let Some(stats) = outcome.stats else {
        return (Answer::Idle, String::new());
    };
    let severe =
        [Severity::Error, Severity::Fatal].map(|severity| stats.lost.by_severity(severity));
    let errors = severe.iter().sum::<u64>();
    let missing = outcome.tally.errors_missing();
    let milder = stats.lost.total() - errors;
    holds(
        errors == 0 && missing == 0,
        format!("{errors} errors lost, while {milder} milder records were"),
    )
}

/// With marks, the first error of the stall is in the log.
fn check_first_error(incident: &Incident, outcome: &Outcome) -> Checked {
    match first_error_kept(outcome) {
        None if incident.options.stock => (
            Answer::Fails,
            "no error was offered during the stall".to_owned(),
        ),
        None => (
            Answer::Idle,
            "no error was offered during the stall".to_owned(),
        ),
        Some((kept, text)) => match no_room_for_errors(incident, outcome) {
            Some(_) => (Answer::Idle, String::new()),
            None => holds(kept, format!("first error of the stall, kept: \"{text}\"")),
        },
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
    if sink_ill(outcome) {
        return Some("errors not checked: the sink itself stalled, for longer than planned".into());
    }
    let options = &incident.options;
    let ill = Phase::Slow.lasts(options.run) + Phase::Stalled.lasts(options.run);
    let errors_bytes = incident.profile.error_bytes_per_request
        * f64::from(options.requests_per_second)
        * ill.as_secs_f64();
    let room_bytes = Variant::error_room_bytes(options.capacity_bytes) as f64;
    // Half of it, because errors come in bursts.
    (errors_bytes > room_bytes / 2.0).then(|| {
        format!(
            "errors not checked: they take {:.0} KiB while the forwarder is ill, and {:.0} KiB are \
             kept for them (a larger --capacity helps)",
            errors_bytes / 1024.0,
            room_bytes / 1024.0
        )
    })
}

fn sink_ill(outcome: &Outcome) -> bool {
    let longest = Duration::from_micros(outcome.tally.sink_longest_us.load(Relaxed));
    outcome.forwarder_hung || longest > SINK_HEALTHY || lock(&outcome.tally.sink_error).is_some()
}
