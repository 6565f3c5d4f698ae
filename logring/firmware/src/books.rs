//! The far end of an example: what arrived of what interrupts and the program
//! offered.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::println;

/// Numbers for the records of one context, from 0 on.
pub struct Count(AtomicU32);

impl Count {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// The next number; called in one context.
    pub fn next(&self) -> u32 {
        let next = self.get();
        self.0.store(next + 1, Ordering::Relaxed);
        next
    }

    /// How many there were.
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

const CONTEXTS: usize = 3;

/// The books of the far end. A record reads `first: 7`: the context that logged
/// it, and that context's number for it.
pub struct Books {
    /// The least number that may come from each context.
    next: [u32; CONTEXTS],
    pub records: u32,
    pub lost: u64,
}

/// The contexts as records name them.
const NAMES: [&str; CONTEXTS] = ["main", "first", "second"];

impl Books {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            next: [0; CONTEXTS],
            records: 0,
            lost: 0,
        }
    }

    /// Enters what was told as lost.
    pub fn loss(&mut self, records: u64) {
        self.lost += records;
    }

    /// Enters a record; the numbers of each context grow.
    pub fn record(&mut self, text: &str) {
        self.records += 1;
        let (name, number) = text.split_once(": ").expect("a name and a number");
        let context = NAMES.iter().position(|known| *known == name);
        let context = context.expect("a context's name");
        let number: u32 = number.parse().expect("a number");
        let next = &mut self.next[context];
        assert!(number >= *next, "{name} {number} came after {next}");
        *next = number + 1;
    }

    /// Asserts that what was offered is what arrived and what was told as lost.
    pub fn close(&self, offered: &[&Count]) {
        let offered: u32 = offered.iter().map(|count| count.get()).sum();
        let (records, lost) = (self.records, self.lost);
        println!("{offered} offered = {records} delivered + {lost} told as lost");
        assert_eq!(u64::from(offered), u64::from(records) + lost);
    }
}
