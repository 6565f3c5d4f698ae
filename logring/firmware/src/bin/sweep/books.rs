//! What was offered and what came out, kept apart from the ring.
//!
//! Each level of interrupts has pages of its own, so plain loads and stores are
//! enough: a level is not interrupted by itself.

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};

/// Records of one case; a number is that of the level and of the offer.
pub const NUMBERS: usize = LEVELS * OFFERS_MAX;
/// The program, an interrupt, and one on top of it.
pub const LEVELS: usize = 3;
/// In the place of a level: the program when all is over, which takes what is
/// left.
pub const AFTERWARDS: usize = LEVELS;
const POPPERS: usize = LEVELS + 1;
/// Offers of one level in one case.
pub const OFFERS_MAX: usize = 36;

/// What became of an offer.
const STORED: u8 = 1;
const LOST: u8 = 2;

/// The books of one case.
pub struct Books {
    offers: [Page; LEVELS],
    answers: [AtomicU8; NUMBERS],
    popped: [Page; POPPERS],
    /// Losses that records told of.
    told: [AtomicUsize; POPPERS],
}

/// Numbers in the order in which one level wrote them down.
struct Page {
    len: AtomicUsize,
    numbers: [AtomicU8; NUMBERS],
}

impl Page {
    const fn new() -> Self {
        Self {
            len: AtomicUsize::new(0),
            numbers: [const { AtomicU8::new(0) }; NUMBERS],
        }
    }

    fn add(&self, number: usize) {
        let at = self.len.load(Relaxed);
        self.numbers[at].store(number as u8, Relaxed);
        self.len.store(at + 1, Relaxed);
    }

    fn each(&self) -> impl Iterator<Item = usize> {
        let numbers = &self.numbers[..self.len.load(Relaxed)];
        numbers.iter().map(|number| number.load(Relaxed).into())
    }
}

impl Books {
    pub const fn new() -> Self {
        Self {
            offers: [const { Page::new() }; LEVELS],
            answers: [const { AtomicU8::new(0) }; NUMBERS],
            popped: [const { Page::new() }; POPPERS],
            told: [const { AtomicUsize::new(0) }; POPPERS],
        }
    }

    pub fn clear(&self) {
        for offers in &self.offers {
            for number in offers.each() {
                self.answers[number].store(0, Relaxed);
            }
            offers.len.store(0, Relaxed);
        }
        for popper in 0..POPPERS {
            self.popped[popper].len.store(0, Relaxed);
            self.told[popper].store(0, Relaxed);
        }
    }

    /// The number of this level's next record.
    pub fn offer(&self, level: usize) -> usize {
        let number = level * OFFERS_MAX + self.offers[level].len.load(Relaxed);
        self.offers[level].add(number);
        number
    }

    /// Whether the offer was stored.
    pub fn answer(&self, number: usize, stored: bool) {
        self.answers[number].store(if stored { STORED } else { LOST }, Relaxed);
    }

    /// A record that a level popped, or the program [`AFTERWARDS`].
    pub fn popped(&self, popper: usize, number: usize, lost_before: u64) {
        self.popped[popper].add(number);
        self.told(popper, lost_before);
    }

    pub fn told(&self, popper: usize, lost: u64) {
        let told = &self.told[popper];
        told.store(told.load(Relaxed) + lost as usize, Relaxed);
    }

    /// Holds the books against each other and against what the ring counted:
    /// records that it refused or got back, and records that it evicted.
    /// Returns deliveries.
    pub fn audit(&self, refused: usize, evicted: usize) -> usize {
        let (mut stored, mut lost) = (0, 0);
        for number in self.offers.iter().flat_map(Page::each) {
            match self.answers[number].load(Relaxed) {
                STORED => stored += 1,
                LOST => lost += 1,
                _ => panic!("record {number} has no answer"),
            }
        }
        let delivered = self.delivered();
        let told: usize = self.told.iter().map(|told| told.load(Relaxed)).sum();
        assert!(
            lost == refused,
            "{lost} answered as lost, {refused} counted as lost"
        );
        assert!(
            stored == delivered + evicted,
            "{stored} stored, {delivered} delivered, {evicted} counted as evicted"
        );
        assert!(
            told == refused + evicted,
            "{refused} and {evicted} counted, {told} told"
        );
        delivered
    }

    /// Records that came out: once each, in the order of their producers.
    fn delivered(&self) -> usize {
        let mut delivered = [false; NUMBERS];
        // Of each producer, the newest record that anybody popped.
        let mut newest = [None; LEVELS];
        for (popper, page) in self.popped.iter().enumerate() {
            // Levels pop within each other, so their pages say nothing of each
            // other's order. What is left comes behind all of them.
            let mut last = match popper {
                AFTERWARDS => newest,
                _ => [None; LEVELS],
            };
            for number in page.each() {
                assert!(!delivered[number], "record {number} came out twice");
                delivered[number] = true;
                let answer = self.answers[number].load(Relaxed);
                assert!(
                    answer == STORED,
                    "record {number} came out, and was not stored"
                );
                let producer = number / OFFERS_MAX;
                let last = &mut last[producer];
                assert!(*last < Some(number), "{number} came out after {last:?}");
                *last = Some(number);
                newest[producer] = newest[producer].max(Some(number));
            }
        }
        delivered.iter().filter(|is| **is).count()
    }
}
