//! The tables of the report, in Markdown.

use std::fmt::Write;

use logring_benches::histogram::SHOWN;
use logring_benches::hops::Class;
use logring_benches::spread::Spread;

use crate::outcome::{Outcome, Run, spread};
use crate::reasons::why_not;
use crate::situations::{
    DRAIN, HOT, OVERWRITING, REFUSING, SIZES, SLOW, TWO, TWO_OVERWRITING, TWO_REFUSING,
};

/// Situations of the overview.
const COLUMNS: [(&str, &str); 7] = [
    (HOT, "hot"),
    (REFUSING, "full, refusing"),
    (OVERWRITING, "full, overwriting"),
    (SLOW, "consumer slow"),
    (TWO, "two producers"),
    (TWO_REFUSING, "two, full, refusing"),
    (TWO_OVERWRITING, "two, full, overwriting"),
];

/// A time with as many digits as mean something.
pub(crate) fn nanos(value: f64) -> String {
    if value.abs() < 100.0 {
        format!("{value:.1}")
    } else if value < 10_000.0 {
        format!("{value:.0}")
    } else if value < 10_000_000.0 {
        format!("{:.0} µs", value / 1e3)
    } else {
        format!("{:.1} ms", value / 1e6)
    }
}

fn spread_words(spread: Option<Spread>) -> String {
    spread.map_or("–".to_owned(), |spread| {
        let Spread {
            median, min, max, ..
        } = spread;
        format!("{} ({} to {})", nanos(median), nanos(min), nanos(max))
    })
}

/// Averages of everybody in the main situations, or why there is none.
pub(crate) fn overview(run: &Run) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (situation, _) in COLUMNS {
        for outcome in run.of(situation) {
            if !names.contains(&outcome.contestant.as_str()) {
                names.push(&outcome.contestant);
            }
        }
    }
    let mut text = "| |".to_owned();
    COLUMNS
        .iter()
        .for_each(|(_, title)| text += &format!(" {title} |"));
    text += "\n|---|";
    COLUMNS.iter().for_each(|_| text += "---|");
    text.push('\n');
    for name in names {
        text += &format!("| {name} |");
        for (situation, _) in COLUMNS {
            let cell = match run.find(situation, name) {
                Some(outcome) => cell(run, outcome),
                None => why_not(situation, name).to_owned(),
            };
            text += &format!(" {cell} |");
        }
        text.push('\n');
    }
    text
}

/// The net averages: of one thread, or for near and far cores each.
fn cell(run: &Run, outcome: &Outcome) -> String {
    let (net, classes) = (run.net(outcome), outcome.classes());
    if classes.iter().all(Option::is_none) {
        return spread_words(spread(&net));
    }
    let of = |class: Class| {
        let rounds = net.iter().zip(&classes);
        let values = rounds.filter(|(_, own)| **own == Some(class));
        let middle = Spread::of(values.filter_map(|(value, _)| *value))?;
        Some(format!(
            "{}: {} [{}]",
            class.name(),
            spread_words(Some(middle)),
            middle.rounds
        ))
    };
    let words: Vec<String> = [Class::Near, Class::Far]
        .into_iter()
        .filter_map(of)
        .collect();
    if words.is_empty() {
        "moved in each round".to_owned()
    } else {
        words.join("<br>")
    }
}

/// The table of one situation.
pub(crate) fn situation(run: &Run, situation: &str) -> String {
    let has_calls = run.of(situation).any(|outcome| outcome.calls().count() > 0);
    let is = |of: fn(&Outcome) -> bool| run.of(situation).any(of);
    let has_averages = is(|outcome| spread(&outcome.averages()).is_some());
    let has_classes = is(|outcome| !outcome.class_words().is_empty());
    let figures = figure_names(run, situation);
    let mut text = "| |".to_owned();
    if has_averages {
        text += match situation {
            DRAIN => " ns a record |",
            _ => " 20-call average, ns |",
        };
    }
    if has_calls {
        SHOWN
            .iter()
            .for_each(|(name, _)| text += &format!(" {name} |"));
        text += " calls |";
    }
    figures
        .iter()
        .for_each(|name| text += &format!(" {name} |"));
    if has_classes {
        text += " cores |";
    }
    let columns = text.matches('|').count() - 1;
    text += &format!("\n{}|\n", "|---".repeat(columns));
    for outcome in run.of(situation) {
        text += &format!("| {} |", outcome.contestant);
        if has_averages {
            let averages = match situation {
                DRAIN => spread_words(spread(&outcome.averages())),
                _ => cell(run, outcome),
            };
            text += &format!(" {averages} |");
        }
        if has_calls {
            text += &percentiles(run, outcome);
        }
        for name in &figures {
            let words = spread(&outcome.figure(name)).map_or("–".to_owned(), figure_words);
            text += &format!(" {words} |");
        }
        if has_classes {
            text += &format!(" {} |", outcome.class_words());
        }
        text.push('\n');
    }
    text
}

/// Percentiles of all rounds together; what too few calls lie above is left
/// out.
fn percentiles(run: &Run, outcome: &Outcome) -> String {
    let calls = outcome.calls();
    let mut text = String::new();
    for (_, percentile) in SHOWN {
        let words = if calls.count() > 0 && calls.resolves(percentile) {
            nanos(calls.nanos_at(percentile, &run.scale))
        } else {
            "–".to_owned()
        };
        // Writing to a string does not fail.
        let _ = write!(text, " {words} |");
    }
    let _ = write!(text, " {} |", calls.count());
    text
}

/// The figures of a situation; how many were stored only where that differs.
fn figure_names(run: &Run, situation: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for outcome in run.of(situation) {
        for sample in outcome.samples.iter().flatten() {
            for (name, value) in &sample.figures {
                let says_something = *name != "stored" || (*value != 0.0 && *value != 1.0);
                if says_something && !names.contains(name) {
                    names.push(name);
                }
            }
        }
    }
    if situation == SIZES {
        names.clear();
    }
    names
}

fn figure_words(spread: Spread) -> String {
    let digits = |value: f64| {
        if value.fract() == 0.0 {
            format!("{value:.0}")
        } else {
            format!("{value:.3}")
        }
    };
    let Spread {
        median, min, max, ..
    } = spread;
    if min == max {
        digits(median)
    } else {
        format!("{} ({} to {})", digits(median), digits(min), digits(max))
    }
}
