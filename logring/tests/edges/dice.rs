//! Numbers that look like chance, the same on every run, and what stray writes
//! make of a word.

/// A small generator of numbers (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as usize
    }

    /// What a stray write leaves of `word`; `other` is another word nearby.
    pub(crate) fn spoil(&mut self, word: usize, other: usize) -> usize {
        match self.roll() % 8 {
            0 => 0,
            1 => usize::MAX,
            2 => self.roll(),
            3 => word.wrapping_add(self.roll() % 9),
            4 => word.wrapping_sub(self.roll() % 9),
            5 => other,
            _ => word ^ 1 << (self.roll() % usize::BITS as usize),
        }
    }
}
