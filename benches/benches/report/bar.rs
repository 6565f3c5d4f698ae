//! The bar: ratios that the ring is to reach, computed from the run. None is
//! gated; a figure of a shared machine is no reason to fail.

use std::fmt::Write;

use logring_benches::hops::Class;
use logring_benches::spread::Spread;

use crate::outcome::{EMPTY, Outcome, Rounds, Run, spread};
use crate::situations::{
    ABOVE, BATCH, DRAIN, HOT, OVERWRITING, PART, READER, REFUSING, STOPPED, STOPPED_LONG, TWO,
    TWO_OVERWRITING, TWO_REFUSING,
};

const NEWEST: &str = "logring, drop newest";
const OLDEST: &str = "logring, drop oldest";
const STAMPED: &str = "logring, drop newest, TSC stamp";
const SHARDS: &str = "logring, a shard each";
const MEMCPY: &str = "memcpy";
const CAS: &str = "CAS + memcpy";
const CAS_SHARED: &str = "CAS + copy, shared slots";
const STAMP: &str = "TSC read + memcpy";
const PUSH: &str = "crossbeam ArrayQueue::push";
const FORCE: &str = "crossbeam ArrayQueue::force_push";

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
    measured: Option<Rounds>,
) -> Row {
    let words = measured
        .as_ref()
        .map_or("not measured".to_owned(), |rounds| {
            let Spread {
                median, min, max, ..
            } = rounds.spread;
            let classes = match rounds.classes.as_str() {
                "" => String::new(),
                classes => format!(": {classes}"),
            };
            let rounds = rounds.spread.rounds;
        let digits = if median < 0.1 { 4 } else { 2 };
            format!("**{median:.digits$}**{unit} ({min:.digits$} to {max:.digits$}, {rounds} rounds{classes})")
        });
    let measured = measured.map(|rounds| rounds.spread);
    Row {
        number,
        what,
        wanted: wanted.words(unit),
        words,
        met: measured.map(|spread| wanted.is_met(spread.median)),
        measured,
    }
}

/// Parts of records stored that differ by no more are alike.
const STORED_ALIKE: f64 = 0.001;

/// Two cases to divide by each other, by their net averages.
type Ratio = (&'static str, &'static str, f64, Case, Case);
/// Situation and contestant.
type Case = (&'static str, &'static str);

/// Rows 1 to 4, and the first one numbered 5.
const FIRST: [Ratio; 5] = [
    (
        "1",
        "push of 64 bytes / (CAS + memcpy), same-thread drain",
        1.4,
        (HOT, NEWEST),
        (HOT, CAS),
    ),
    (
        "2",
        "push / `ArrayQueue::force_push`, not full",
        1.0,
        (HOT, NEWEST),
        (HOT, FORCE),
    ),
    (
        "3",
        "push with TSC stamp / (TSC read + memcpy)",
        1.5,
        (HOT, STAMPED),
        (HOT, STAMP),
    ),
    (
        "4",
        "refused push / accepted push, one thread",
        0.75,
        (REFUSING, NEWEST),
        (HOT, NEWEST),
    ),
    (
        "5",
        "refused push, two threads / one thread",
        1.2,
        (TWO_REFUSING, NEWEST),
        (REFUSING, NEWEST),
    ),
];
/// Rows 6 to 8.
const SECOND: [Ratio; 3] = [
    (
        "6",
        "overwriting push / `force_push`, one thread",
        0.8,
        (OVERWRITING, OLDEST),
        (OVERWRITING, FORCE),
    ),
    (
        "7",
        "overwriting push, two threads, one ring / `force_push`, two threads",
        0.8,
        (TWO_OVERWRITING, OLDEST),
        (TWO_OVERWRITING, FORCE),
    ),
    (
        "8",
        "two producers, one ring / contended CAS + memcpy",
        1.2,
        (TWO, NEWEST),
        (TWO, CAS),
    ),
];

/// All rows.
pub(crate) fn rows(run: &Run) -> Vec<Row> {
    use Wanted::{AtLeast, AtMost};
    let net = |&(number, what, most, this, that): &Ratio| {
        row(
            number,
            what,
            AtMost(most),
            "",
            run.ratio(this, that, Run::net),
        )
    };
    let tail = |run: &Run, outcome: &Outcome| outcome.percentile(99.9, &run.scale);
    let raw = |_: &Run, outcome: &Outcome| outcome.averages();
    let p99 = |outcome: &Outcome| outcome.percentile(99.0, &run.scale);
    let mut rows: Vec<Row> = FIRST.iter().map(net).collect();
    rows.push(row(
        "5",
        "refused push, two threads: p99 of single calls, nothing subtracted",
        AtMost(30.0),
        " ns",
        rounds_of(run, (TWO_REFUSING, NEWEST), p99),
    ));
    rows.extend(SECOND.iter().map(net));
    rows.push(net(&(
        "8",
        "the same / contended CAS + copy into slots that both threads share",
        1.2,
        (TWO, NEWEST),
        (TWO, CAS_SHARED),
    )));
    same_work(run, &mut rows);
    rows.push(row(
        "9",
        "p99.9 of two producers / `ArrayQueue`'s, single calls",
        AtMost(0.1),
        "",
        run.ratio((TWO, NEWEST), (TWO, PUSH), tail),
    ));
    rows.extend(stopped(run));
    rows.push(net(&(
        "11",
        "two producers on shards / one producer",
        1.3,
        (TWO, SHARDS),
        (HOT, NEWEST),
    )));
    rows.push(row(
        "11",
        "the same of two threads that share nothing but the core: memcpy",
        AtMost(1.3),
        "",
        run.ratio((TWO, MEMCPY), (HOT, MEMCPY), Run::net),
    ));
    rows.push(row(
        "12",
        "reader's rate by its own processor time, two saturating overwriters / unhindered",
        AtLeast(0.2),
        "",
        rounds_of(run, (READER, OLDEST), |outcome| outcome.figure(PART)),
    ));
    // Times the other way round are rates.
    rows.push(row(
        "13",
        "rate of batch drain / `ArrayQueue::pop`, 64 bytes",
        AtLeast(2.0),
        "",
        run.ratio((DRAIN, PUSH), (DRAIN, BATCH), raw),
    ));
    rows
}

/// Says of ratios of two threads which part of the records either side
/// stored. To refuse is quicker than to store, so where that differs the ratio
/// is not one of the same work, and a row is not met by it.
fn same_work(run: &Run, rows: &mut [Row]) {
    for (number, _, _, this, that) in SECOND {
        let stored = |case: Case| Some(spread(&run.find(case.0, case.1)?.figure("stored"))?.median);
        let (Some(ours), Some(theirs)) = (stored(this), stored(that)) else {
            continue;
        };
        if (ours - theirs).abs() <= STORED_ALIKE {
            continue;
        }
        for row in rows.iter_mut().filter(|row| row.number == number) {
            row.words += &format!(
                "; not the same work: {:.1} % stored, and {:.1} %",
                100.0 * ours,
                100.0 * theirs,
            );
            row.met = None;
        }
    }
}

/// A figure of one case; rounds in which the cores moved are left out.
fn rounds_of(run: &Run, case: Case, of: impl Fn(&Outcome) -> Vec<Option<f64>>) -> Option<Rounds> {
    let outcome = run.find(case.0, case.1)?;
    let stayed = of(outcome)
        .into_iter()
        .zip(outcome.classes())
        .map(|(value, class)| value.filter(|_| class != Some(Class::Moved)));
    Some(Rounds {
        spread: spread(&stayed.collect::<Vec<_>>())?,
        classes: outcome.class_words(),
    })
}

/// Row 10: no more long calls than the worst of the empty call's runs.
fn stopped(run: &Run) -> Vec<Row> {
    let mut rows = Vec::new();
    for (situation, who, what) in [
        (
            STOPPED,
            NEWEST,
            "calls above 100 µs in 1 s, consumer stopped, drop newest",
        ),
        (
            STOPPED,
            OLDEST,
            "calls above 100 µs in 1 s, consumer stopped, drop oldest",
        ),
        (
            STOPPED_LONG,
            NEWEST,
            "calls above 100 µs in 60 s, consumer stopped, drop newest",
        ),
        (
            STOPPED_LONG,
            OLDEST,
            "calls above 100 µs in 60 s, consumer stopped, drop oldest",
        ),
    ] {
        let of = |who| spread(&run.find(situation, who)?.figure(ABOVE));
        let most = |who: &str| {
            let outcome = run.find(situation, who)?;
            Some(outcome.calls().nanos_at(100.0, &run.scale) / 1000.0)
        };
        let (wanted, words, met) = match (of(who), of(EMPTY), most(who), most(EMPTY)) {
            (Some(ours), Some(empty), Some(longest), Some(empty_longest)) => (
                format!(
                    "median at most {:.0}, the most of {} runs of the empty call",
                    empty.max, empty.rounds
                ),
                format!(
                    "**{:.0}** ({:.0} to {:.0}, {} rounds); empty call {:.0} ({:.0} to {:.0}); \
                     maxima {longest:.0} µs and {empty_longest:.0} µs",
                    ours.median,
                    ours.min,
                    ours.max,
                    ours.rounds,
                    empty.median,
                    empty.min,
                    empty.max,
                ),
                Some(ours.median <= empty.max),
            ),
            _ => (
                "no more than the empty call".to_owned(),
                "not measured".to_owned(),
                None,
            ),
        };
        rows.push(Row {
            number: "10",
            what,
            wanted,
            measured: of(who),
            words,
            met,
        });
    }
    rows
}

/// The table in Markdown.
pub(crate) fn table(run: &Run) -> String {
    let mut text =
        "| # | Figure | Wanted | Measured: median (least to most) | |\n|---|---|---|---|---|\n"
            .to_owned();
    for row in rows(run) {
        let met = match row.met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "–",
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {met} |",
            row.number, row.what, row.wanted, row.words
        );
    }
    text
}
