//! The bar: ratios that the ring is to reach, computed from the run. None is
//! gated; a figure of a shared machine is no reason to fail.

use std::fmt::Write;

use logring_benches::spread::Spread;

use crate::outcome::{EMPTY, Outcome, Run, spread};
use crate::situations::{
    DRAIN, HOT, OVERWRITING, READER, REFUSING, STOPPED, STOPPED_LONG, TWO, TWO_OVERWRITING,
    TWO_REFUSING,
};

const NEWEST: &str = "logring, drop newest";
const OLDEST: &str = "logring, drop oldest";
const STAMPED: &str = "logring, drop newest, TSC stamp";
const CAS: &str = "CAS + memcpy";
const STAMP: &str = "TSC read + memcpy";
const PUSH: &str = "crossbeam ArrayQueue::push";
const FORCE: &str = "crossbeam ArrayQueue::force_push";
const BATCH: &str = "logring Ring::drain";
const ABOVE: &str = "calls above 100 µs";
const PART: &str = "hindered / unhindered";

/// What a row wants of its figure.
#[derive(Clone, Copy)]
enum Wanted {
    AtMost(f64),
    AtLeast(f64),
}

impl Wanted {
    fn words(self, unit: &str) -> String {
        match self {
            Self::AtMost(most) => format!("at most {most}{unit}"),
            Self::AtLeast(least) => format!("at least {least}{unit}"),
        }
    }

    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }
}

/// A row of the table, and of the raw data.
pub(crate) struct Row {
    pub(crate) number: &'static str,
    pub(crate) what: &'static str,
    pub(crate) wanted: String,
    pub(crate) measured: Option<Spread>,
    /// What is printed for it.
    pub(crate) words: String,
    pub(crate) met: Option<bool>,
}

fn row(
    number: &'static str,
    what: &'static str,
    wanted: Wanted,
    unit: &str,
    measured: Option<Spread>,
) -> Row {
    let words = measured.map_or("not measured".to_owned(), |spread| {
        let Spread { median, min, max, rounds } = spread;
        format!("**{median:.2}**{unit} ({min:.2} to {max:.2}, {rounds} rounds)")
    });
    Row {
        number,
        what,
        wanted: wanted.words(unit),
        words,
        met: measured.map(|spread| wanted.is_met(spread.median)),
        measured,
    }
}

/// All rows.
pub(crate) fn rows(run: &Run) -> Vec<Row> {
    use Wanted::{AtLeast, AtMost};
    let net = |this, that| run.ratio(this, that, Run::net);
    let tail = |run: &Run, outcome: &Outcome| outcome.percentile(99.9, &run.scale);
    let p99 = run.find(TWO_REFUSING, NEWEST);
    let p99 = p99.and_then(|outcome| spread(&outcome.percentile(99.0, &run.scale)));
    // How often a batch takes as many records as `pop` in the same time.
    let drained = run.ratio((DRAIN, PUSH), (DRAIN, BATCH), |_, outcome| outcome.averages());
    let part = run.find(READER, OLDEST);
    let part = part.and_then(|outcome| spread(&outcome.figure(PART)));
    let mut rows = vec![
        row("1", "push of 64 bytes / (CAS + memcpy), same-thread drain", AtMost(1.4), "",
            net((HOT, NEWEST), (HOT, CAS))),
        row("2", "push / `ArrayQueue::force_push`, not full", AtMost(1.0), "",
            net((HOT, NEWEST), (HOT, FORCE))),
        row("3", "push with TSC stamp / (TSC read + memcpy)", AtMost(1.5), "",
            net((HOT, STAMPED), (HOT, STAMP))),
        row("4", "refused push / accepted push, one thread", AtMost(0.75), "",
            net((REFUSING, NEWEST), (HOT, NEWEST))),
        row("5", "refused push, two threads / one thread", AtMost(1.2), "",
            net((TWO_REFUSING, NEWEST), (REFUSING, NEWEST))),
        row("5", "refused push, two threads: p99 of single calls, nothing subtracted",
            AtMost(30.0), " ns", p99),
        row("6", "overwriting push / `force_push`, one thread", AtMost(0.8), "",
            net((OVERWRITING, OLDEST), (OVERWRITING, FORCE))),
        row("7", "overwriting push, two threads, one ring / `force_push`, two threads", AtMost(0.8), "",
            net((TWO_OVERWRITING, OLDEST), (TWO_OVERWRITING, FORCE))),
        row("8", "two producers, one ring / contended CAS + memcpy", AtMost(1.2), "",
            net((TWO, NEWEST), (TWO, CAS))),
        row("9", "p99.9 of two producers / `ArrayQueue`'s, single calls", AtMost(0.1), "",
            run.ratio((TWO, NEWEST), (TWO, PUSH), tail)),
    ];
    rows.extend(stopped(run));
    rows.push(row("11", "two producers on shards / one producer", AtMost(1.3), "", None));
    rows.push(row("12", "reader's rate per its own processor time, two saturating overwriters / unhindered",
        AtLeast(0.2), "", part));
    rows.push(row("13", "rate of batch drain / `ArrayQueue::pop`, 64 bytes", AtLeast(2.0), "", drained));
    rows
}

/// Row 10: no more long calls than the worst of the empty call's runs.
fn stopped(run: &Run) -> Vec<Row> {
    let mut rows = Vec::new();
    for (situation, who, what) in [
        (STOPPED, NEWEST, "calls above 100 µs in 1 s, consumer stopped, drop newest"),
        (STOPPED, OLDEST, "calls above 100 µs in 1 s, consumer stopped, drop oldest"),
        (STOPPED_LONG, NEWEST, "calls above 100 µs in 60 s, consumer stopped, drop newest"),
        (STOPPED_LONG, OLDEST, "calls above 100 µs in 60 s, consumer stopped, drop oldest"),
    ] {
        let of = |who| spread(&run.find(situation, who)?.figure(ABOVE));
        let most = |who: &str| {
            let outcome = run.find(situation, who)?;
            Some(outcome.calls().nanos_at(100.0, &run.scale) / 1000.0)
        };
        let (wanted, words, met) = match (of(who), of(EMPTY), most(who), most(EMPTY)) {
            (Some(ours), Some(empty), Some(longest), Some(empty_longest)) => (
                format!("at most {:.0}, the most of {} runs of the empty call", empty.max, empty.rounds),
                format!(
                    "**{:.0}** ({:.0} to {:.0}, {} rounds); empty call {:.0} ({:.0} to {:.0}); \
                     maxima {longest:.0} µs and {empty_longest:.0} µs",
                    ours.median, ours.min, ours.max, ours.rounds, empty.median, empty.min, empty.max,
                ),
                Some(ours.median <= empty.max),
            ),
            _ => ("no more than the empty call".to_owned(), "not measured".to_owned(), None),
        };
        rows.push(Row { number: "10", what, wanted, measured: of(who), words, met });
    }
    rows
}

/// The table in Markdown.
pub(crate) fn table(run: &Run) -> String {
    let mut text = "| # | Figure | Wanted | Measured: median (least to most) | |\n|---|---|---|---|---|\n".to_owned();
    for row in rows(run) {
        let met = match row.met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "–",
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {} | {} | {} | {} | {met} |", row.number, row.what, row.wanted, row.words);
    }
    text
}
