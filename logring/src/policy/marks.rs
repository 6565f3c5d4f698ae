//! Marks: how full the ring may get before a severity is turned away, so that
//! a flood of debug records cannot take the room of the error that explains it.
//!
//! Imports [`Severity`] only.

use core::fmt;

use crate::level::Severity;

/// A fill level for each severity, in percent of the capacity: a record that
/// would lift the fill above its mark is refused, and never evicts.
///
/// A mark of 100 is no mark. Marks need not rise with the severity, but a
/// severe level with a lower mark than a mild one is seldom what one wants.
///
/// ```
/// use logring::{Marks, Severity};
///
/// const MARKS: Marks = Marks::none().with(Severity::Debug, 60).with(Severity::Info, 75);
/// assert_eq!(MARKS.percent(Severity::Debug), 60);
/// assert_eq!(MARKS.limit_cells(Severity::Debug, 256), 153);
/// assert_eq!(MARKS.limit_cells(Severity::Error, 256), 256);
/// ```
///
/// # Context
/// A plain value: any context may copy and compare it, in one step.
#[derive(Clone, Copy)]
pub struct Marks {
    /// By [`Severity::index`]; whatever is not 1..=99 means no mark. So does
    /// 0, because it would silence a severity, which is what a minimum level
    /// is for, and because the C structure reads 0 as "not set".
    percents: [u8; Severity::COUNT],
}

impl Marks {
    /// The percentage that stands for "no mark".
    const PERCENT_NONE: u8 = 100;

    /// No marks: every severity may fill the whole ring.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn none() -> Marks {
        Marks {
            percents: [Marks::PERCENT_NONE; Severity::COUNT],
        }
    }

    /// Marks from bytes, by [`Severity::index`], for those who keep them in
    /// memory that others can write: 0 and whatever exceeds 100 are no mark.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn from_percents(percents: [u8; Severity::COUNT]) -> Marks {
        Marks { percents }
    }

    /// These marks with `percent` (1 to 100, where 100 is no mark) for
    /// `severity`, or `None` if it is outside 1 to 100.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[must_use]
    pub const fn try_with(mut self, severity: Severity, percent: u8) -> Option<Marks> {
        if percent == 0 || percent > Marks::PERCENT_NONE {
            return None;
        }
        // Taken apart rather than indexed, so that there is no bounds check
        // that the compiler must be trusted to remove.
        let [trace, debug, info, warn, error, fatal] = &mut self.percents;
        *match severity {
            Severity::Trace => trace,
            Severity::Debug => debug,
            Severity::Info => info,
            Severity::Warn => warn,
            Severity::Error => error,
            Severity::Fatal => fatal,
        } = percent;
        Some(self)
    }

    /// These marks with `percent` (1 to 100, where 100 is no mark) for
    /// `severity`.
    ///
    /// Meant for constants, where the panic below is a compile-time error. Use
    /// [`Marks::try_with`] for a number that arrives at run time.
    ///
    /// # Panics
    /// If `percent` is outside 1 to 100.
    ///
    /// # Context
    /// Constants and start-up code, since it may panic; bound in steps:
    /// constant.
    #[must_use]
    #[track_caller]
    pub const fn with(self, severity: Severity, percent: u8) -> Marks {
        match self.try_with(severity, percent) {
            Some(marks) => marks,
            None => panic!("a mark is a percentage of the capacity, 1 to 100; 100 means no mark"),
        }
    }

    /// The mark of a severity in percent of the capacity, 1 to 100; 100 means
    /// no mark.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn percent(self, severity: Severity) -> u8 {
        let [trace, debug, info, warn, error, fatal] = self.percents;
        Marks::in_range(match severity {
            Severity::Trace => trace,
            Severity::Debug => debug,
            Severity::Info => info,
            Severity::Warn => warn,
            Severity::Error => error,
            Severity::Fatal => fatal,
        })
    }

    /// A percentage, where whatever is none means no mark.
    #[inline]
    const fn in_range(percent: u8) -> u8 {
        if percent == 0 || percent > Marks::PERCENT_NONE {
            Marks::PERCENT_NONE
        } else {
            percent
        }
    }

    /// [`limit_cells`](Self::limit_cells) for the severity of this index:
    /// every offer asks.
    #[inline]
    pub(crate) fn limit_cells_at(&self, index: usize, capacity_cells: usize) -> usize {
        match self.percents.get(index) {
            Some(&percent @ 1..Marks::PERCENT_NONE) => share(percent, capacity_cells),
            _ => capacity_cells,
        }
    }

    /// The index of the mildest severity that has no mark, as have none above
    /// it; [`Severity::COUNT`] if the severest has one.
    #[inline]
    pub(crate) const fn unmarked_from(self) -> usize {
        let [trace, debug, info, warn, error, fatal] = self.percents;
        let all = [fatal, error, warn, info, debug, trace];
        let mut rest: &[u8] = &all;
        while let [percent, milder @ ..] = rest {
            if Marks::in_range(*percent) != Marks::PERCENT_NONE {
                break;
            }
            rest = milder;
        }
        rest.len()
    }

    /// How many cells of a ring of `capacity_cells` a severity may fill:
    /// `capacity_cells * percent / 100`, rounded down, for every capacity.
    ///
    /// Below 100 %, a small ring rounds down to less than one might expect: a
    /// mark of 60 % in 4 cells is 2 cells.
    ///
    /// # Context
    /// Any context; bound in steps: constant.
    #[inline]
    #[must_use]
    pub const fn limit_cells(self, severity: Severity, capacity_cells: usize) -> usize {
        share(self.percent(severity), capacity_cells)
    }
}

/// `capacity_cells * percent / 100`, rounded down.
const fn share(percent: u8, capacity_cells: usize) -> usize {
    let percent = percent as usize;
    // With c = 100 q + r: c p / 100 = q p + r p / 100. The first summand is at
    // most c as p <= 100, the second product at most 9 900, so nothing
    // overflows even where a usize has 16 bits.
    (capacity_cells / 100) * percent + (capacity_cells % 100) * percent / 100
}

impl PartialEq for Marks {
    fn eq(&self, other: &Marks) -> bool {
        Severity::ALL
            .iter()
            .all(|&severity| self.percent(severity) == other.percent(severity))
    }
}

impl Eq for Marks {}

/// No marks.
impl Default for Marks {
    fn default() -> Marks {
        Marks::none()
    }
}

/// Prints the marks as a configuration string has them, `debug:60%+info:75%`,
/// the mildest first, or `none`.
impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut any = false;
        for severity in Severity::ALL {
            let percent = self.percent(severity);
            if percent != Marks::PERCENT_NONE {
                let separator = if any { "+" } else { "" };
                write!(f, "{separator}{severity}:{percent}%")?;
                any = true;
            }
        }
        if any { Ok(()) } else { f.write_str("none") }
    }
}

/// Prints the same as `Display`, in `Marks(…)`.
impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Marks({self})")
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn no_marks_leave_the_whole_ring_to_every_severity() {
        for severity in Severity::ALL {
            assert_eq!(Marks::none().percent(severity), 100);
            for capacity_cells in [0, 1, 4, 99, 100, 101, 4096, usize::MAX] {
                assert_eq!(
                    Marks::none().limit_cells(severity, capacity_cells),
                    capacity_cells
                );
            }
        }
        assert_eq!(Marks::default(), Marks::none());
    }

    #[test]
    fn a_mark_changes_its_own_severity_only() {
        for marked in Severity::ALL {
            let marks = Marks::none().with(marked, 37);
            for severity in Severity::ALL {
                let expected = if severity == marked { 37 } else { 100 };
                assert_eq!(marks.percent(severity), expected);
            }
        }
    }

    #[test]
    fn a_later_mark_replaces_an_earlier_one() {
        let marks = Marks::none()
            .with(Severity::Info, 10)
            .with(Severity::Info, 100);
        assert_eq!(marks, Marks::none());
    }

    #[test]
    fn percentages_outside_1_to_100_are_no_marks() {
        for severity in Severity::ALL {
            for percent in 0..=u8::MAX {
                let marks = Marks::none().try_with(severity, percent);
                assert_eq!(marks.is_some(), (1..=100).contains(&percent), "{percent}");
                if let Some(marks) = marks {
                    assert_eq!(marks.percent(severity), percent);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "1 to 100")]
    fn a_constant_mark_of_0_panics_with_the_range() {
        let _ = Marks::none().with(Severity::Debug, 0);
    }

    #[test]
    fn a_limit_is_the_exact_product_rounded_down_at_every_size() {
        let edges = [0, 1, 4, 99, 100, 101, 255, 4096, 65_535];
        let top = [usize::MAX / 100, usize::MAX - 1, usize::MAX];
        for capacity_cells in edges.into_iter().chain(top) {
            for percent in 1..=100u8 {
                let marks = Marks::none().with(Severity::Warn, percent);
                let exact = capacity_cells as u128 * u128::from(percent) / 100;
                let limit_cells = marks.limit_cells(Severity::Warn, capacity_cells);
                assert_eq!(limit_cells as u128, exact, "{capacity_cells} {percent}");
            }
        }
    }

    #[test]
    fn marks_print_as_a_configuration_string_has_them() {
        assert_eq!(Marks::none().to_string(), "none");
        let one = Marks::none().with(Severity::Debug, 60);
        assert_eq!(one.to_string(), "debug:60%");
        let two = one.with(Severity::Info, 75);
        assert_eq!(two.to_string(), "debug:60%+info:75%");
        assert_eq!(std::format!("{two:?}"), "Marks(debug:60%+info:75%)");
    }
}
