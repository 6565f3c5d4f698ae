//! The tables in `FIRMWARE.md`, between two markers.

use std::error::Error;
use std::path::PathBuf;

use logring_benches::figures::{Figures, compiler};

use crate::picture;
use crate::programs::root;
use crate::targets::{COLUMNS, TARGETS};
use crate::wanted::{PEERS, Taken, per_record, table, wants};

const BEGIN: &str = "<!-- costs: begin -->";
const END: &str = "<!-- costs: end -->";

fn file() -> PathBuf {
    root().join("FIRMWARE.md")
}

/// Puts the tables into the page.
pub(crate) fn write(figures: &Figures) -> Result<(), Box<dyn Error>> {
    let page = std::fs::read_to_string(file())?;
    let (before, _, after) = split(&page)?;
    let text = text(figures, &compiler());
    std::fs::write(file(), format!("{before}{BEGIN}\n{text}{END}{after}"))?;
    Ok(())
}

/// Whether the page has other tables than those of the committed figures.
pub(crate) fn complaint(known: &Figures) -> Result<Option<String>, Box<dyn Error>> {
    let page = std::fs::read_to_string(file())?;
    let (_, tables, _) = split(&page)?;
    let same = tables.trim() == text(known, &compiler()).trim();
    let words = "the tables of FIRMWARE.md are not those of benches/firmware.txt: --bless";
    Ok((!same).then(|| words.to_owned()))
}

fn split(page: &str) -> Result<(&str, &str, &str), Box<dyn Error>> {
    let (before, rest) = page.split_once(BEGIN).ok_or("the page has no marker")?;
    let (tables, after) = rest.split_once(END).ok_or("the page has one marker")?;
    Ok((before, tables, after))
}

/// Rows of our own: what the page says, and the figure's name.
const INSTRUCTIONS: [(&str, &str); 19] = [
    (
        "push, 16 B, into a fresh ring",
        "push into a fresh ring 16 B",
    ),
    ("push, 0 B", "push 0 B"),
    ("push, 16 B", "push 16 B"),
    ("push, 64 B", "push 64 B"),
    ("push that evicts, 0 B", "evicting push 0 B"),
    ("push that evicts, 16 B", "evicting push 16 B"),
    ("push that evicts, 64 B", "evicting push 64 B"),
    (
        "push that evicts, 16 B, 64 cells",
        "evicting push, 64 cells 16 B",
    ),
    ("push that is refused, 0 B", "refused push 0 B"),
    ("push that is refused, 16 B", "refused push 16 B"),
    ("push that is refused, 64 B", "refused push 64 B"),
    (
        "reserve, append, commit, 16 B",
        "reserve, append, commit 16 B",
    ),
    ("`info!(\"value {}\", n)`", "info! of a number"),
    ("pop, 0 B", "pop 0 B"),
    ("pop, 16 B", "pop 16 B"),
    ("pop, 64 B", "pop 64 B"),
    ("drain, each of 16 records of 16 B", "drain 16 B"),
    ("drain, each of 5 records of 64 B", "drain 64 B"),
    ("pop of an empty ring", "pop of an empty ring"),
];

/// The most stack of any situation: a name and what the figures' names begin with.
const STACK: [(&str, &[&str]); 8] = [
    ("push into a fresh ring", &["push into a fresh ring"]),
    (
        "any push of a plain record, drop newest",
        &["push 0", "push 16", "push 64", "refused"],
    ),
    ("any push, drop newest", &["push"]),
    ("any push, drop oldest", &["push", "evicting"]),
    ("reserve, append, commit", &["reserve"]),
    ("`info!` of a number, drop oldest", &["info!"]),
    ("any pop", &["pop"]),
    ("drain", &["drain 16", "drain 64"]),
];

const CODE: [(&str, &str); 4] = [
    ("push", "push, bytes of code"),
    ("push and pop", "push and pop, bytes of code"),
    (
        "everything but formatting",
        "all but formatting, bytes of code",
    ),
    (
        "`info!` of a number, with what `core` formats it with",
        "info! of a number, bytes of code",
    ),
];

fn text(figures: &Figures, compiler: &str) -> String {
    let mut text = format!(
        "Made by `cargo bench -p logring-benches --bench firmware -- --bless`, with Rust {compiler}, \
         `opt-level = \"s\"` and `lto = \"fat\"`.\n\n"
    );
    text += &head("Instructions: average (at most)");
    for (label, name) in INSTRUCTIONS {
        text += &line(label, |column| {
            average_and_most(figures, "logring", name, column)
        });
    }
    text += &format!("\n{}", head("Bytes of stack, at most"));
    for (label, starts) in STACK {
        text += &line(label, |column| stack(figures, starts, column));
    }
    text += &format!("\n{}", head("Bytes of code"));
    for (label, name) in CODE {
        let name = format!("logring: {name}");
        text += &line(label, |column| whole(figures.get(&name, column)));
    }
    text += &format!("\n{}", head("Bytes of RAM"));
    for cells in [4, 16, 64, 256] {
        let name = format!("logring: a ring of {cells} cells, bytes of RAM");
        let label = format!("`LogRing<{cells}>`");
        text += &line(&label, |column| whole(figures.get(&name, column)));
    }
    text += &format!("\n{}", head("Interrupts off"));
    text += &line(
        "instructions of the longest section of any call",
        |column| whole(longest_section(figures, column)),
    );
    text += &line("sections of a push of 16 B", |column| {
        whole(figures.get("logring: push 16 B, sections", column))
    });
    text += &peers(figures);
    text += &format!("\n{}\n", table(&wants(figures)));
    text
}

/// Everybody side by side, with records of 16 bytes.
fn peers(figures: &Figures) -> String {
    let who = || ["logring", "bbqueue"].into_iter().chain(PEERS);
    let mut text = String::new();
    for (taken, what) in [
        (
            Taken::Popped,
            "Instructions of a record of 16 B: push + pop",
        ),
        (
            Taken::Drained,
            "The same: push + drain, of up to 16 records",
        ),
    ] {
        text += &format!("\n{}", head(what));
        for name in who() {
            text += &line(name, |column| {
                whole(per_record(figures, name, taken, column))
            });
        }
    }
    text += &format!(
        "\n![{}](benches/results/{})\n",
        picture::TITLE,
        picture::FILE
    );
    text += &format!("\n{}", head("Instructions at most: push / pop / drain"));
    for name in who() {
        text += &line(name, |column| {
            each(figures, name, "instructions at most", column)
        });
    }
    text += &format!("\n{}", head("Bytes of stack: push / pop / drain"));
    for name in who() {
        text += &line(name, |column| each(figures, name, "bytes of stack", column));
    }
    text += &format!(
        "\n{}",
        head("Instructions with interrupts off, at most: push / pop / drain")
    );
    for name in who() {
        text += &line(name, |column| {
            each(figures, name, "instructions of a section", column)
        });
    }
    text
}

fn head(what: &str) -> String {
    let rule = "--:|".repeat(TARGETS.len());
    format!("| {what} | {} |\n|---|{rule}\n", COLUMNS.join(" | "))
}

fn line(label: &str, figure: impl Fn(usize) -> String) -> String {
    let figures: Vec<_> = (0..COLUMNS.len()).map(figure).collect();
    format!("| {label} | {} |\n", figures.join(" | "))
}

fn whole(figure: Option<f64>) -> String {
    figure.map_or("–".to_owned(), |figure| format!("{figure:.0}"))
}

fn average_and_most(figures: &Figures, who: &str, name: &str, column: usize) -> String {
    let of = |what| figures.get(&format!("{who}: {name}, {what}"), column);
    let average = whole(of("instructions"));
    let most = whole(of("instructions at most"));
    if average == most {
        average
    } else {
        format!("{average} ({most})")
    }
}

fn each(figures: &Figures, who: &str, what: &str, column: usize) -> String {
    let of = |call| whole(figures.get(&format!("{who}: {call} 16 B, {what}"), column));
    format!("{} / {} / {}", of("push"), of("pop"), of("drain"))
}

fn stack(figures: &Figures, starts: &[&str], column: usize) -> String {
    let most = most(figures, ", bytes of stack", column, |name| {
        starts.iter().any(|start| name.starts_with(start))
    });
    whole(most)
}

fn longest_section(figures: &Figures, column: usize) -> Option<f64> {
    most(figures, ", instructions of a section", column, |_| true)
}

/// The greatest of our figures of one kind.
fn most(
    figures: &Figures,
    kind: &str,
    column: usize,
    is_one: impl Fn(&str) -> bool,
) -> Option<f64> {
    let name = |name: &str| {
        let name = name.strip_prefix("logring: ")?.strip_suffix(kind)?;
        Some(is_one(name))
    };
    let rows = figures.rows.iter();
    rows.filter(|(row, _)| name(row) == Some(true))
        .filter_map(|(_, row)| row[column])
        .reduce(f64::max)
}
