//! Words that nobody got from a grant, or that somebody changed: they are no
//! grant, or one that writes to a reserved record and nowhere else.

use logring::{Config, Grant, Level, Logger, Ring};

use crate::block::{Block, CELLS, bytes, first_cell};
use crate::dice::Dice;
use crate::support::{CELL, FIRST, WORD, clock, pattern, pop};

/// The words of a grant.
type Words = [usize; Grant::WORDS];

/// A block with two committed records between grants that are open: cell 0
/// has a record, 1 and 2 a grant with bytes held back, 3 a record, 4 a grant.
struct Scene {
    block: Block,
    wide: Words,
    narrow: Words,
}

/// Bits of half a word.
const HALF: u32 = usize::BITS / 2;

/// Cells that belong to no grant.
const SETTLED: [usize; 5] = [0, 3, 5, 6, 7];

impl Scene {
    fn new() -> Self {
        let mut block = Block::new();
        let log = Logger::new(block.ring(), Config::drop_newest());
        log.push(Level::INFO, b"first");
        let timed = Config::drop_newest().with_clock(Some(clock));
        let log = Logger::new(block.ring(), timed);
        let mut wide = log.reserve(Level::WARN, 7, FIRST + 1).unwrap();
        wide.append(&pattern(FIRST / 2 + 3));
        let wide = wide.into_words();
        let log = Logger::new(block.ring(), Config::drop_newest());
        log.push(Level::ERROR, b"second");
        let narrow = log.reserve(Level::INFO, 0, 9).unwrap().into_words();
        Self {
            block,
            wide,
            narrow,
        }
    }

    /// Words that must stay as they are, whatever is written to the grants:
    /// everything but the grants' cells.
    fn settled(&self) -> Vec<usize> {
        let all = self.block.snapshot();
        let cells = first_cell();
        let cell = |at: usize| &all[cells + at * CELL / WORD..cells + (at + 1) * CELL / WORD];
        let mut kept = all[..cells].to_vec();
        kept.extend(SETTLED.into_iter().flat_map(cell));
        kept
    }

    /// Goes on with these words, and says whether they were a grant. If not,
    /// nothing has changed; if so, nothing but the grants' cells has, and
    /// the records around them are whole.
    fn check(mut self, words: Words, commit: bool) -> bool {
        let (all, settled) = (self.block.snapshot(), self.settled());
        let Some(mut grant) = self.block.ring().resume(words) else {
            assert_eq!(self.block.snapshot(), all, "{words:x?}");
            self.finish();
            return false;
        };
        let took = grant.append(&vec![0xA5; bytes()]);
        assert!(took <= CELLS * CELL / 4 && grant.truncated(), "{words:x?}");
        assert_eq!(grant.remaining(), 0);
        // Forgotten but for its words: only payload was written so far.
        let words = grant.into_words();
        assert_eq!(self.settled(), settled, "{words:x?}");
        let open = self.block.ring().resume(words).expect("its own words");
        if commit {
            open.commit();
        } else {
            open.discard();
        }
        let cells = settled.len() - SETTLED.len() * CELL / WORD;
        assert_eq!(self.settled()[cells..], settled[cells..], "{words:x?}");
        self.block.assert_guards();
        assert!(self.block.ring().resume(words).is_none());
        assert_eq!(pop(self.block.ring()).bytes, b"first");
        true
    }

    /// The ring was not touched: both grants and all records are there.
    fn finish(mut self) {
        let ring = self.block.ring();
        ring.resume(self.wide).unwrap().commit();
        ring.resume(self.narrow).unwrap().commit();
        assert_eq!(pop(ring).bytes, b"first");
        let record = pop(ring);
        assert_eq!(record.bytes, pattern(FIRST / 2 + 3));
        assert_eq!((record.level, record.tag), (Level::WARN, 7));
        assert_eq!(record.timestamp, Some(clock()));
        assert_eq!(pop(ring).bytes, b"second");
        assert_eq!(pop(ring).bytes, b"");
        assert_eq!(ring.stats().lost.total(), 0);
        self.block.assert_guards();
    }
}

/// The scene is what its description says: the grants' own words go on.
#[test]
fn the_words_that_a_grant_gave_are_one() {
    let Scene { wide, narrow, .. } = Scene::new();
    for commit in [true, false] {
        assert!(Scene::new().check(wide, commit));
        assert!(Scene::new().check(narrow, commit));
    }
    Scene::new().finish();
}

/// Each bit of each word is flipped on its own.
#[test]
fn a_flipped_bit_makes_no_grant_or_one_that_stays_in_its_record() {
    let Scene { wide, narrow, .. } = Scene::new();
    let (mut accepted, mut refused) = (0, 0);
    let step = if cfg!(miri) { 97 } else { 1 };
    for whole in [wide, narrow] {
        for bit in (0..Grant::WORDS * usize::BITS as usize).step_by(step) {
            let mut words = whole;
            words[bit / usize::BITS as usize] ^= 1 << (bit % usize::BITS as usize);
            if Scene::new().check(words, bit % 2 == 0) {
                accepted += 1;
            } else {
                refused += 1;
            }
        }
    }
    // The held bytes are anybody's, and so are spare bits; sizes are not.
    let both = accepted > 0 && refused > 0;
    assert!(both || cfg!(miri), "{accepted} and {refused}");
}

/// Where a write stands is bounded by what was reserved: each number that
/// says where is set to each one near it, also together.
#[test]
fn a_grant_that_says_it_stands_elsewhere_is_none_or_stays_in_its_record() {
    let Scene { wide, .. } = Scene::new();
    // The fields of `ring/resume.rs`: bytes written, word that comes next,
    // cells before it.
    let at = |written: usize, word: usize, ahead: usize| {
        let mut words = wide;
        words[2] = words[2] & !0xFF_FFFF | written;
        words[3] = words[3] & !(0xF << 24) | word << 24;
        words[4] = words[4] & (usize::MAX >> HALF) | ahead << HALF;
        words
    };
    let (most, step) = if cfg!(miri) { (0, 8) } else { (4, 1) };
    let mut accepted = 0;
    for ahead in 0..=most {
        for word in (0..16).step_by(step) {
            for written in (0..2 * FIRST + 9).step_by(step * step) {
                accepted += usize::from(Scene::new().check(at(written, word, ahead), true));
            }
        }
    }
    // Each number of bytes that fits stands at one place, or at two where a
    // cell ends.
    assert!(
        cfg!(miri) || (1..=FIRST + 10).contains(&accepted),
        "{accepted}"
    );
    // Where a cell has seven words there is no eighth, which would be the
    // first of the next cell.
    if HALF == 16 {
        assert!(!Scene::new().check(at(16, 8, 0), false));
    }
    // No more bytes than were reserved, no more room, no other number of
    // cells, nothing where nothing belongs.
    let wrong = |change: fn(&mut Words)| {
        let mut words = wide;
        change(&mut words);
        assert!(!Scene::new().check(words, false), "{words:#x?}");
    };
    wrong(|words| words[2] |= 1 << 20);
    wrong(|words| words[3] |= 1 << 20);
    // So much room that the number of its cells would not fit 32 bits on the way.
    wrong(|words| words[3] = words[3] & !0xFF_FFFF | 458_713);
    wrong(|words| words[3] &= !0xFF_FFFF);
    wrong(|words| words[3] |= 1 << 29);
    wrong(|words| words[4] ^= 3);
    wrong(|words| words[4] += 1);
    wrong(|words| words[4] |= 1 << (HALF - 1));
}

/// One to three words are overwritten, partly with those of the other grant.
#[test]
fn spoilt_words_make_no_grant_or_one_that_stays_in_its_record() {
    let Scene { wide, narrow, .. } = Scene::new();
    let seeds = if cfg!(miri) { 0..5 } else { 0..8_000 };
    let (mut accepted, all) = (0, seeds.end);
    for seed in seeds {
        let mut dice = Dice(seed);
        let (mut words, other) = if seed % 2 == 0 {
            (wide, narrow)
        } else {
            (narrow, wide)
        };
        for _ in 0..1 + dice.roll() % 3 {
            let at = dice.roll() % Grant::WORDS;
            words[at] = dice.spoil(words[at], other[at]);
        }
        accepted += u64::from(Scene::new().check(words, seed % 3 == 0));
    }
    let some = 0 < accepted && accepted < all;
    assert!(some || cfg!(miri), "{accepted}");
}

/// Noise is no grant, in an empty ring and in one with grants open.
#[test]
fn noise_is_no_grant() {
    let mut scene = Scene::new();
    let mut empty = Block::new();
    let before = (scene.block.snapshot(), empty.snapshot());
    let mut dice = Dice(0);
    let rings: [&Ring; 2] = [scene.block.ring(), empty.ring()];
    for _ in 0..if cfg!(miri) { 100 } else { 100_000 } {
        let words = [(); Grant::WORDS].map(|()| match dice.roll() % 3 {
            0 => dice.roll() % 9,
            1 => dice.roll() % 0x9_0000,
            _ => dice.roll(),
        });
        let words = |at| match at {
            // The states that are nearest to being believed.
            4 => words[4] % 3,
            _ => words[at],
        };
        let words: Words = std::array::from_fn(words);
        if let Some(grant) = rings[dice.roll() % 2].resume(words) {
            // Chance has found a grant's words: let them be.
            let _ = grant.into_words();
        }
    }
    assert_eq!((scene.block.snapshot(), empty.snapshot()), before);
    scene.finish();
}
