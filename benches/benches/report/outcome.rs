//! What came out: all rounds of all cases, and figures of several rounds.

use logring_benches::histogram::Calls;
use logring_benches::hops::{Class, comparable};
use logring_benches::machine::Machine;
use logring_benches::spread::{Spread, quotients};
use logring_benches::tsc::Scale;

use crate::sample::Sample;
use crate::situations::HOT;

/// All rounds of a case; `None` where it took no part.
pub(crate) struct Outcome {
    /// Which situation.
    pub(crate) situation: &'static str,
    /// Who.
    pub(crate) contestant: String,
    /// A sample a round.
    pub(crate) samples: Vec<Option<Sample>>,
}

/// A whole run.
pub(crate) struct Run {
    /// The cases, in the order of the report.
    pub(crate) outcomes: Vec<Outcome>,
    /// The counter.
    pub(crate) scale: Scale,
    /// Where it ran.
    pub(crate) machine: Machine,
    /// How it was started.
    pub(crate) command: String,
    /// Seed of the order of the cases.
    pub(crate) seed: u64,
    /// Rounds that count.
    pub(crate) rounds: usize,
    /// Seconds that it took.
    pub(crate) seconds: f64,
}

/// The control that others are compared with, or subtracted.
pub(crate) const EMPTY: &str = "empty call";

impl Outcome {
    /// All calls of all rounds.
    pub(crate) fn calls(&self) -> Calls {
        let mut all = Calls::default();
        let samples = self.samples.iter().flatten();
        samples
            .filter_map(|sample| sample.calls.as_ref())
            .for_each(|calls| all.add(calls));
        all
    }

    /// A percentile in each round.
    pub(crate) fn percentile(&self, percentile: f64, scale: &Scale) -> Vec<Option<f64>> {
        self.each(|sample| Some(sample.calls.as_ref()?.nanos_at(percentile, scale)))
    }

    /// The 20-call average in each round, as measured.
    pub(crate) fn averages(&self) -> Vec<Option<f64>> {
        self.each(|sample| sample.average_nanos)
    }

    /// A figure in each round.
    pub(crate) fn figure(&self, name: &str) -> Vec<Option<f64>> {
        self.each(|sample| sample.figure(name))
    }

    /// The class in each round.
    pub(crate) fn classes(&self) -> Vec<Option<Class>> {
        self.samples
            .iter()
            .map(|sample| sample.as_ref().and_then(Sample::class))
            .collect()
    }

    /// How many rounds had each class, in words; empty for one thread.
    pub(crate) fn class_words(&self) -> String {
        let classes = self.classes();
        words_of(&classes)
    }

    fn each(&self, of: impl Fn(&Sample) -> Option<f64>) -> Vec<Option<f64>> {
        self.samples
            .iter()
            .map(|sample| sample.as_ref().and_then(&of))
            .collect()
    }
}

/// How many there are of each class.
fn words_of(classes: &[Option<Class>]) -> String {
    let words: Vec<String> = [Class::Near, Class::Far, Class::Moved]
        .into_iter()
        .filter_map(|class| {
            let count = classes.iter().filter(|&&own| own == Some(class)).count();
            (count > 0).then(|| format!("{} {count}", class.name()))
        })
        .collect();
    words.join(", ")
}

/// Values of rounds, and the class of each round that has one.
pub(crate) struct Rounds {
    /// Over all classes.
    pub(crate) spread: Spread,
    /// How many rounds of which class; empty for one thread.
    pub(crate) classes: String,
}

/// The spread of the rounds that have a value.
pub(crate) fn spread(values: &[Option<f64>]) -> Option<Spread> {
    Spread::of(values.iter().copied().flatten())
}

impl Run {
    /// A case by its situation and contestant.
    pub(crate) fn find(&self, situation: &str, contestant: &str) -> Option<&Outcome> {
        self.outcomes
            .iter()
            .find(|outcome| outcome.situation == situation && outcome.contestant == contestant)
    }

    /// The cases of a situation.
    pub(crate) fn of(&self, situation: &str) -> impl Iterator<Item = &Outcome> {
        self.outcomes
            .iter()
            .filter(move |outcome| outcome.situation == situation)
    }

    /// The 20-call averages less the empty call's of the same round. Samples
    /// that moved have none.
    pub(crate) fn net(&self, outcome: &Outcome) -> Vec<Option<f64>> {
        let empty = match self.find(HOT, EMPTY) {
            Some(empty) => empty.averages(),
            None => vec![None; self.rounds],
        };
        let averages = outcome.averages();
        let pairs = averages.iter().zip(&empty).zip(outcome.classes());
        pairs
            .map(|((average, empty), class)| match class {
                Some(Class::Moved) => None,
                _ => Some((*average)? - (*empty)?),
            })
            .collect()
    }

    /// Ratios round by round, of values that `of` takes from each case. Only
    /// samples of the same class are divided.
    pub(crate) fn ratio(
        &self,
        this: (&str, &str),
        that: (&str, &str),
        of: impl Fn(&Self, &Outcome) -> Vec<Option<f64>>,
    ) -> Option<Rounds> {
        let (this, that) = (self.find(this.0, this.1)?, self.find(that.0, that.1)?);
        let (own, others) = (this.classes(), that.classes());
        let (these, those) = (of(self, this), of(self, that));
        let mut compared = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let both = these[round].is_some() && those[round].is_some();
            if both && comparable(own[round], others[round]) {
                compared.0.push(these[round]);
                compared.1.push(those[round]);
                compared.2.push(own[round].or(others[round]));
            }
        }
        Some(Rounds {
            spread: Spread::of(quotients(&compared.0, &compared.1))?,
            classes: words_of(&compared.2),
        })
    }
}
