//! Positions: free-running cell numbers that wrap with the machine word.

/// The number of a cell since the ring began, modulo the machine word.
///
/// Positions compare by difference only; `<` on them would be wrong after
/// they wrap, so there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Position(usize);

impl Position {
    #[inline(always)]
    pub(crate) const fn from_word(word: usize) -> Self {
        Self(word)
    }

    #[inline(always)]
    pub(crate) const fn word(self) -> usize {
        self.0
    }

    /// The position `cells` further on.
    #[inline(always)]
    pub(crate) const fn plus(self, cells: usize) -> Self {
        Self(self.0.wrapping_add(cells))
    }

    /// How many cells `self` lies after `earlier`. If `self` is the older one
    /// the answer is huge, above any capacity, which callers rely on.
    #[inline(always)]
    pub(crate) const fn since(self, earlier: Self) -> usize {
        self.0.wrapping_sub(earlier.0)
    }

    /// The index of the cell in a ring of `cells` cells, a power of two.
    #[inline(always)]
    pub(crate) const fn index(self, cells: usize) -> usize {
        self.0 & (cells - 1)
    }

    /// The turn of the ring that the position belongs to, in the width of the
    /// state word's lap field.
    #[inline(always)]
    pub(crate) const fn lap(self, cells: usize) -> super::state::Lap {
        super::state::Lap::new(self.0 >> cells.trailing_zeros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_survive_the_wrap() {
        let before = Position::from_word(usize::MAX - 1);
        let after = before.plus(4);
        assert_eq!(after.word(), 2);
        assert_eq!(after.since(before), 4);
        assert!(before.since(after) > 1 << 20);
    }

    #[test]
    fn neighbours_in_one_cell_are_a_lap_apart() {
        for at in [0, 5, usize::MAX - 2, usize::MAX - 9] {
            let here = Position::from_word(at);
            assert_eq!(here.index(4), here.plus(4).index(4));
            assert_ne!(here.lap(4), here.plus(4).lap(4));
            assert_eq!(here.plus(4).lap(4), here.lap(4).next());
        }
    }
}
