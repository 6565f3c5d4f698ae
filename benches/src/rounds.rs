//! Interleaved rounds: every case is sampled once a round, so that whatever
//! else the machine does falls on all of them alike.
//!
//! A sample is the median of many short blocks, each between two readings of
//! the clock; a preempted block is an outlier and does not count. Nothing is
//! subtracted: a share of the clock's two readings is in every figure.

use std::time::Instant;

/// One thing to measure.
pub struct Case {
    name: String,
    sample: Box<dyn FnMut() -> f64>,
}

impl Case {
    /// A case whose `sample` measures once and says the nanoseconds of one
    /// operation.
    pub fn new(name: impl Into<String>, sample: impl FnMut() -> f64 + 'static) -> Self {
        Self {
            name: name.into(),
            sample: Box::new(sample),
        }
    }

    /// What the case is called in tables, ratios and filters.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Two cases to divide, round by round.
#[derive(Clone, Copy)]
pub struct Ratio {
    /// The case that is looked at.
    pub this: &'static str,
    /// What it is compared with.
    pub that: &'static str,
    /// What we want the ratio to stay below, if we want anything.
    pub at_most: Option<f64>,
}

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Rounds; every case is sampled once in each.
    pub rounds: usize,
    /// Blocks of a sample.
    pub blocks: usize,
}

/// Nanoseconds of one operation: `timed` runs `ops` of them in each block,
/// and `untimed` puts things back in order after it.
#[inline(always)]
pub fn blocks(
    blocks: usize,
    ops: usize,
    mut timed: impl FnMut(),
    mut untimed: impl FnMut(),
) -> f64 {
    let mut nanos = Vec::with_capacity(blocks);
    for _ in 0..blocks {
        let start = Instant::now();
        timed();
        nanos.push(start.elapsed().as_nanos() as f64);
        untimed();
    }
    median(&mut nanos) / ops as f64
}

/// The middle of the values, or the mean of the two middle ones.
///
/// # Panics
/// If there is no value.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 {
        values[half]
    } else {
        (values[half - 1] + values[half]) / 2.0
    }
}

/// Measures the cases in interleaved rounds and prints the table and the
/// ratios whose two cases are both among them.
pub fn run(mut cases: Vec<Case>, ratios: &[Ratio], effort: Effort) {
    let mut samples = vec![Vec::with_capacity(effort.rounds); cases.len()];
    // One round to warm up: caches, pages, the first laps of the rings.
    for round in 0..=effort.rounds {
        for (case, samples) in cases.iter_mut().zip(&mut samples) {
            let nanos = (case.sample)();
            if round != 0 {
                // Not a number: the machine was too busy to measure it.
                samples.push(nanos);
            }
        }
    }
    let width = cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
    println!("{:width$}  median ns       min       max  rounds", "");
    for (case, samples) in cases.iter().zip(&samples) {
        let mut sorted = numbers(samples.iter().copied());
        if sorted.is_empty() {
            println!(
                "{:width$}  not measured: the machine was too busy",
                case.name
            );
            continue;
        }
        let middle = median(&mut sorted);
        let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
        let rounds = sorted.len();
        println!(
            "{:width$}  {middle:9.2} {least:9.2} {most:9.2} {rounds:7}",
            case.name
        );
    }
    println!();
    for ratio in ratios {
        let find = |name| cases.iter().position(|case| case.name == name);
        let (Some(this), Some(that)) = (find(ratio.this), find(ratio.that)) else {
            continue;
        };
        let pairs = samples[this].iter().zip(&samples[that]);
        let mut quotients = numbers(pairs.map(|(this, that)| this / that));
        if quotients.is_empty() {
            continue;
        }
        let middle = median(&mut quotients);
        let wish = match ratio.at_most {
            Some(most) => format!(" (at most {most:.1})"),
            None => String::new(),
        };
        println!("{} / {}: {middle:.2}{wish}", ratio.this, ratio.that);
    }
}

fn numbers(values: impl Iterator<Item = f64>) -> Vec<f64> {
    values.filter(|value| !value.is_nan()).collect()
}
