//! Figures that are the same in each run of a compiler: kept in a file, compared
//! with it, and an error where one has grown.

use std::process::Command;

/// Growth that is an error.
pub const GROWTH_PERCENT: f64 = 5.0;

/// Named rows, with a figure in each column that has one.
pub struct Figures {
    /// The columns' names; that of a single column may be empty.
    pub columns: Vec<String>,
    /// The rows, in their order.
    pub rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Figures {
    /// No rows yet.
    pub fn new(columns: &[&str]) -> Self {
        Self {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// The figures in the text of a file: behind each name one a column, or a
    /// dash. What is no row is left out.
    pub fn read(columns: &[&str], text: &str) -> Self {
        let mut figures = Self::new(columns);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split_whitespace().collect();
            let Some(names) = words.len().checked_sub(columns.len()) else {
                continue;
            };
            let row = words[names..].iter().map(|word| word.parse().ok());
            figures.rows.push((words[..names].join(" "), row.collect()));
        }
        figures
    }

    /// Sets one figure; a name that is new is a new row.
    pub fn set(&mut self, name: &str, column: usize, figure: f64) {
        let known = self.rows.iter().position(|(row, _)| row == name);
        let at = known.unwrap_or_else(|| {
            let empty = vec![None; self.columns.len()];
            self.rows.push((name.to_owned(), empty));
            self.rows.len() - 1
        });
        self.rows[at].1[column] = Some(figure);
    }

    /// The figure of a row in a column.
    pub fn get(&self, name: &str, column: usize) -> Option<f64> {
        let (_, row) = self.rows.iter().find(|(row, _)| row == name)?;
        *row.get(column)?
    }

    /// The text of a file, behind its head and the compiler's version.
    pub fn text(&self, head: &str) -> String {
        let mut text = format!("{head}# compiler: {}\n", compiler());
        let names = self.rows.iter().map(|(name, _)| name.len());
        let width = names.max().unwrap_or(0).max(36);
        for (name, row) in &self.rows {
            text += &format!("{name:width$}");
            for figure in row {
                text += &match figure {
                    Some(figure) => format!(" {figure:9.1}"),
                    None => format!(" {:>9}", "-"),
                };
            }
            text.push('\n');
        }
        text
    }

    /// What is wrong with these, beside those that are known; with `all`, also
    /// where a row is missing.
    pub fn complaints(&self, known: &Self, all: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        for (label, now, was) in self.beside(known) {
            match (now, was) {
                (Some(_), None) => wrong.push(format!("`{label}` has no figure yet: --bless")),
                (Some(now), Some(was)) if has_grown(was, now) => wrong.push(format!(
                    "`{label}` has grown from {was:.1} to {now:.1}, by more than \
                     {GROWTH_PERCENT} %; if that is worth it, --bless"
                )),
                (None, Some(_)) if all => {
                    wrong.push(format!("`{label}` is no figure any more: --bless"));
                }
                _ => {}
            }
        }
        wrong
    }

    /// A line for each figure that has changed, also by less than is an error.
    pub fn changes(&self, known: &Self) -> Vec<String> {
        let both = |(label, now, was): (String, _, _)| Some((label, now?, was?));
        let changed = self.beside(known).into_iter().filter_map(both);
        changed
            .filter(|(_, now, was)| now != was)
            .map(|(label, now, was): (String, f64, f64)| {
                let word = if now < was { "fallen" } else { "grown" };
                let percent = 100.0 * (now / was - 1.0);
                format!("{label} has {word} from {was:.1} to {now:.1} ({percent:+.1} %)")
            })
            .collect()
    }

    /// Each figure of either, by its label.
    fn beside(&self, known: &Self) -> Vec<(String, Option<f64>, Option<f64>)> {
        let gone = known.rows.iter().map(|(name, _)| name);
        let gone = gone.filter(|name| !self.rows.iter().any(|(row, _)| row == *name));
        let mut all = Vec::new();
        for name in self.rows.iter().map(|(name, _)| name).chain(gone) {
            for (at, column) in self.columns.iter().enumerate() {
                let label = format!("{column} {name}").trim_start().to_owned();
                all.push((label, self.get(name, at), known.get(name, at)));
            }
        }
        all
    }
}

fn has_grown(was: f64, now: f64) -> bool {
    now > was * (1.0 + GROWTH_PERCENT / 100.0)
}

/// The version of the compiler, as the check asks for it.
pub fn compiler() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("there is a compiler");
    let said = String::from_utf8_lossy(&output.stdout);
    said.split_whitespace()
        .nth(1)
        .unwrap_or("unknown")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::Figures;

    const COLUMNS: [&str; 2] = ["M0", "M3"];

    fn of(text: &str) -> Figures {
        Figures::read(&COLUMNS, text)
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let text = of("push 16 B  1.0 2.5\npop - 7\n").text("# head\n");
        let again = of(&text);
        assert_eq!(again.rows.len(), 2);
        assert_eq!(again.get("push 16 B", 1), Some(2.5));
        assert_eq!(again.get("pop", 0), None);
        assert_eq!(again.get("pop", 1), Some(7.0));
    }

    #[test]
    fn growth_is_an_error_above_five_percent_and_not_below() {
        let known = of("push 100.0 0.0");
        assert!(of("push 105.0 0.0").complaints(&known, true).is_empty());
        assert_eq!(of("push 105.1 0.0").complaints(&known, true).len(), 1);
        assert_eq!(of("push 100.0 1.0").complaints(&known, true).len(), 1);
        assert!(of("push 1.0 0.0").complaints(&known, true).is_empty());
    }

    #[test]
    fn a_figure_that_is_missing_or_new_is_an_error() {
        let known = of("push 1.0 2.0\npop 1.0 -");
        assert_eq!(of("push 1.0 2.0").complaints(&known, true).len(), 1);
        assert!(of("push 1.0 2.0").complaints(&known, false).is_empty());
        let now = of("push 1.0 -\npop 1.0 1.0");
        assert_eq!(now.complaints(&known, true).len(), 2);
    }

    #[test]
    fn a_figure_that_has_fallen_is_told() {
        let changes = of("push 1.0 1.0").changes(&of("push 1.0 2.0"));
        assert_eq!(changes, ["M3 push has fallen from 2.0 to 1.0 (-50.0 %)"]);
    }
}
