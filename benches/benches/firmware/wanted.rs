//! What is wanted on a Cortex-M3, and whether it is so.

use logring_benches::figures::Figures;

use crate::targets::{COLUMNS, M3, TARGETS};

/// Who may be called from any context, and by whom a record of 16 bytes is
/// delivered for so many instructions.
pub(crate) const PEERS: [&str; 6] = [
    "heapless mpmc",
    "heapless mpmc, slots of 64 B",
    "embassy Pipe",
    "Deque of slots",
    "Deque of slots of 64 B",
    "Deque of bytes",
];

/// Something that is wanted: a figure below a limit.
pub(crate) struct Want {
    pub(crate) what: String,
    pub(crate) limit: f64,
    /// None while it is not measured.
    pub(crate) figure: Option<f64>,
}

impl Want {
    pub(crate) fn is_met(&self) -> bool {
        self.figure.is_some_and(|figure| figure < self.limit)
    }
}

/// How a consumer takes its records.
#[derive(Clone, Copy)]
pub(crate) enum Taken {
    /// By a call each.
    Popped,
    /// Sixteen, or as many as the queue holds, until none is left: in the cheaper of
    /// two loops.
    Drained,
}

/// Instructions of a record of 16 bytes that is pushed and taken.
pub(crate) fn per_record(figures: &Figures, who: &str, taken: Taken, column: usize) -> Option<f64> {
    let of = |call| figures.get(&format!("{who}: {call} 16 B, instructions"), column);
    let take = match taken {
        Taken::Popped => of("pop")?,
        Taken::Drained => of("drain")?.min(of("drain by pops")?),
    };
    Some(of("push")? + take)
}

pub(crate) fn wants(figures: &Figures) -> Vec<Want> {
    let row = |name: &str| figures.get(&format!("logring: {name}"), M3);
    let want = |what: &str, limit: f64, figure| Want {
        what: what.to_owned(),
        limit,
        figure,
    };
    let mut wants = vec![
        want(
            "instructions of a push of 16 bytes, on average",
            150.0,
            row("push 16 B, instructions"),
        ),
        want(
            "the same where it takes most",
            150.0,
            row("push 16 B, instructions at most"),
        ),
        want(
            "bytes of stack of a push of 16 bytes into a fresh ring",
            64.0,
            row("push into a fresh ring 16 B, bytes of stack"),
        ),
        want(
            "the same into any ring that has room",
            64.0,
            row("push 16 B, bytes of stack"),
        ),
        want(
            "bytes of stack of a pop of 16 bytes, its answer included",
            64.0,
            row("pop 16 B, bytes of stack"),
        ),
        want(
            "bytes of code of push and pop",
            2048.0,
            row("push and pop, bytes of code"),
        ),
        want(
            "critical sections of any call, where there is a compare-and-swap",
            1.0,
            sections(figures),
        ),
    ];
    for (taken, how) in [(Taken::Popped, "popped"), (Taken::Drained, "drained")] {
        let ours = per_record(figures, "logring", taken, M3);
        for peer in PEERS {
            if let Some(limit) = per_record(figures, peer, taken, M3) {
                let what =
                    format!("instructions a record of 16 bytes, {how}, below those of {peer}");
                wants.push(want(&what, limit, ours));
            }
        }
    }
    wants
}

/// The most critical sections of any of our calls.
fn sections(figures: &Figures) -> Option<f64> {
    let is_one = |name: &str| name.starts_with("logring: ") && name.ends_with(", sections");
    let ours = figures.rows.iter().filter(|(name, _)| is_one(name));
    let with_cas = (0..COLUMNS.len()).filter(|column| TARGETS[*column].has_cas);
    ours.flat_map(|(_, row)| with_cas.clone().map(|column| row[column]))
        .flatten()
        .reduce(f64::max)
}

/// As Markdown.
pub(crate) fn table(wants: &[Want]) -> String {
    let mut text = "| Wanted on a Cortex-M3 | below | is | |\n|---|--:|--:|---|\n".to_owned();
    for want in wants {
        let figure = want
            .figure
            .map_or("–".to_owned(), |figure| format!("{figure:.0}"));
        let verdict = if want.is_met() { "met" } else { "**not met**" };
        text += &format!(
            "| {} | {:.0} | {figure} | {verdict} |\n",
            want.what, want.limit
        );
    }
    text
}

/// What was met and is not any more.
pub(crate) fn lost(were: &[Want], are: &[Want]) -> Vec<String> {
    let is_met = |what: &str| are.iter().any(|want| want.what == what && want.is_met());
    were.iter()
        .filter(|want| want.is_met() && !is_met(&want.what))
        .map(|want| format!("wanted, met before, and lost: {}", want.what))
        .collect()
}
