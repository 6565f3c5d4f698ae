//! The middle of several rounds, and how far they lie apart.

use crate::rounds::median;

/// Median, least and most of the rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// Rounds that it is of.
    pub rounds: usize,
}

impl Spread {
    /// The spread of those values that are numbers; `None` if none is.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        if values.is_empty() {
            return None;
        }
        let median = median(&mut values);
        Some(Self {
            median,
            min: values[0],
            max: values[values.len() - 1],
            rounds: values.len(),
        })
    }
}

/// Quotients round by round. A round in which either is missing, or in which
/// there is nothing to divide by, has none.
#[must_use]
pub fn quotients(these: &[Option<f64>], those: &[Option<f64>]) -> Vec<f64> {
    these
        .iter()
        .zip(those)
        .filter_map(|(this, that)| match (this, that) {
            (Some(this), Some(that)) if *that > 0.0 => Some(this / that),
            _ => None,
        })
        .collect()
}

/// The mean of the middle half of the values: like their median it does not
/// see what is far out, and unlike it, it is finer than the steps of a clock.
///
/// # Panics
/// If there is no value.
pub fn middle_mean(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 4;
    let middle = &values[cut..values.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_finer_than_steps_and_blind_to_what_is_far_out() {
        // Three in four of 100, one in four of 110, and an interruption.
        let mut values: Vec<f64> = (0..64)
            .map(|at| 100.0 + 10.0 * f64::from(at % 4 / 3))
            .collect();
        values.push(1e9);
        let mean = middle_mean(&mut values);
        assert!((100.0..103.0).contains(&mean), "{mean}");
        assert_eq!(middle_mean(&mut [7.0]), 7.0);
        assert_eq!(middle_mean(&mut [1.0, 2.0, 4.0, 100.0]), 3.0);
    }

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).expect("values");
        assert_eq!((spread.median, spread.min, spread.max), (2.5, 1.0, 4.0));
    }

    #[test]
    fn what_is_no_number_does_not_count() {
        assert_eq!(Spread::of([f64::NAN, 7.0]).map(|s| s.rounds), Some(1));
        assert_eq!(Spread::of([f64::NAN]), None);
    }

    /// The ratio of the medians would be 1.
    #[test]
    fn a_ratio_is_of_the_same_round() {
        let these = [Some(1.0), Some(2.0), Some(30.0)];
        let those = [Some(2.0), Some(40.0), Some(1.0)];
        assert_eq!(quotients(&these, &those), [0.5, 0.05, 30.0]);
    }

    #[test]
    fn a_round_without_its_partner_has_no_ratio() {
        let these = [Some(1.0), None, Some(3.0), Some(4.0)];
        let those = [Some(2.0), Some(1.0), None, Some(0.0)];
        assert_eq!(quotients(&these, &those), [0.5]);
    }
}
