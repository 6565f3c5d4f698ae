//! Who is measured: queues, loggers and controls, each as one thread sees it.
//!
//! Everything is generic, so that no virtual call is in a timed loop.

pub(crate) mod channels;
pub(crate) mod controls;
pub(crate) mod loggers;
pub(crate) mod rings;
pub(crate) mod shards;
pub(crate) mod single;
pub(crate) mod slots;

/// Records that everybody has room for.
pub(crate) const SLOTS: usize = 1024;
/// Bytes of a record, but in the table of sizes.
pub(crate) const BYTES: usize = 64;

/// What every record of so many bytes holds. Printable, since some loggers
/// take text only.
pub(crate) fn payload<const N: usize>() -> [u8; N] {
    std::array::from_fn(|at| b'!' + (at * 7 % 90) as u8)
}

/// Somebody to measure with records of `N` bytes.
pub(crate) trait Contestant<const N: usize>: 'static {
    /// What tables call it.
    const NAME: &'static str;
    /// One thread's way in.
    type Push: Push<N>;
    /// The way out, or what stands for it.
    type Pop: Pop<N>;

    /// A new one, or the one there is, empty.
    fn make() -> (Self::Push, Self::Pop);

    /// A new one that has delivered a few hundred records whole.
    fn verified() -> (Self::Push, Self::Pop) {
        let (mut push, mut pop) = Self::make();
        verify::<N>(Self::NAME, &mut push, &mut pop);
        (push, pop)
    }
}

/// One thread's way in.
pub(crate) trait Push<const N: usize>: Send + 'static {
    /// Offers a record; whether it was stored, as far as the answer tells.
    fn push(&mut self, bytes: &[u8; N]) -> bool;
}

/// The way out.
pub(crate) trait Pop<const N: usize>: Send + 'static {
    /// Takes one record; false if there is none, or if this one delivers by a
    /// thread of its own.
    fn pop(&mut self, out: &mut [u8; N]) -> bool;

    /// Takes everything, so that the next push finds it empty.
    fn empty(&mut self) {
        let mut out = [0; N];
        while self.pop(&mut out) {
            std::hint::black_box(&out);
        }
    }

    /// Takes up to so many records by the fastest call there is, and reads
    /// them; returns how many there were.
    fn take(&mut self, most: usize) -> usize {
        let mut out = [0; N];
        let mut taken = 0;
        while taken < most && self.pop(&mut out) {
            std::hint::black_box(&out);
            taken += 1;
        }
        taken
    }

    /// For loggers, how fast their own thread's sink is until it is
    /// emptied.
    fn sink(&mut self, _sink: Sink) {}

    /// Records refused so far because every attempt lost a race, and because
    /// the oldest record was still being written, where that is counted.
    fn lost_races(&self) -> Option<(u64, u64)> {
        None
    }

    /// Records that were delivered by a thread of its own.
    fn delivered_elsewhere(&self) -> Option<u64> {
        None
    }
}

/// How fast a logger's sink is when it is not as fast as it can.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sink {
    /// One record in about 50 µs.
    Slow,
    /// It does not return.
    Stopped,
}

/// Pushes records that differ, and reads them back or finds that as many were
/// delivered elsewhere.
fn verify<const N: usize>(name: &str, push: &mut impl Push<N>, pop: &mut impl Pop<N>) {
    /// Fewer than fit, and not a divisor of what fits.
    const RECORDS: usize = 300;
    pop.empty();
    let numbered = |number: usize| {
        let mut bytes = payload::<N>();
        if let Some(first) = bytes.first_mut() {
            *first = b'!' + (number % 90) as u8;
        }
        bytes
    };
    for _ in 0..5 {
        let before = pop.delivered_elsewhere();
        for number in 0..RECORDS {
            assert!(push.push(&numbered(number)), "{name} has room");
        }
        if let Some(before) = before {
            pop.empty();
            let after = pop.delivered_elsewhere().unwrap_or(0);
            assert_eq!(after - before, RECORDS as u64, "{name} delivers");
            continue;
        }
        let mut out = [0; N];
        for number in 0..RECORDS {
            assert!(pop.pop(&mut out), "{name} delivers");
            assert_eq!(out, numbered(number), "{name} delivers whole records");
        }
        assert!(!pop.pop(&mut out), "{name} is empty");
    }
}
