//! Measuring the calls of a situation, and saying what they cost.
//!
//! Every call is one through a function pointer, of one signature, so that the
//! compiler treats all of them alike; what a call of an empty function costs is
//! subtracted.

use core::hint::black_box;

use crate::fw;
use crate::probe::{Figures, PASSES, Probe};

/// What is measured: it gets a payload and room, and answers with the bytes of
/// a popped record, or with 1 if a record was stored.
pub(crate) type Work = fn(&[u8], &mut [u8]) -> usize;

fn nothing(_: &[u8], _: &mut [u8]) -> usize {
    0
}

/// A call of some work: to be made once.
pub(crate) struct Call<'m> {
    work: Work,
    payload: &'m [u8],
    room: &'m mut [u8],
    answer: &'m mut usize,
}

impl Call<'_> {
    #[inline(always)]
    pub(crate) fn make(&mut self) {
        *self.answer = (self.work)(self.payload, self.room);
    }
}

/// The calls of one kind.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// Empty if there were none.
    name: &'static str,
    bytes: Option<usize>,
    figures: Figures,
}

/// Kinds of calls in a situation, and room for sixteen drained records of 16 bytes.
const TALLIES: usize = 8;
const ROOM_BYTES: usize = 720;

pub(crate) struct Meter {
    probe: Probe,
    pass: usize,
    tallies: [Tally; TALLIES],
    payload: [u8; 64],
    room: [u8; ROOM_BYTES],
}

impl Meter {
    pub(crate) fn new() -> Self {
        let mut meter = Self {
            probe: Probe::new(),
            pass: 0,
            tallies: [Tally::default(); TALLIES],
            payload: core::array::from_fn(|at| at as u8 ^ 0x5A),
            room: [0; ROOM_BYTES],
        };
        let mut figures = Figures::default();
        for pass in 0..PASSES {
            meter.pass = pass;
            meter.measure(&mut figures, 1, nothing, 0);
        }
        meter.probe.subtract(figures);
        meter
    }

    /// Runs a situation once for each thing that is measured, and then says
    /// what its calls cost.
    pub(crate) fn situation(&mut self, owner: &str, run: impl Fn(&mut Self)) {
        self.tallies = [Tally::default(); TALLIES];
        for pass in 0..PASSES {
            self.pass = pass;
            run(self);
        }
        for tally in self.tallies.iter().filter(|tally| !tally.name.is_empty()) {
            tally.say(owner);
        }
    }

    /// Offers a record, which must be stored, or must not.
    pub(crate) fn push(&mut self, name: &'static str, push: Work, bytes: usize, stored: bool) {
        let answer = self.call(name, push, Some(bytes), 1);
        assert!(answer == usize::from(stored), "{name} {bytes} B: {answer}");
    }

    /// Takes a record, which must be the payload.
    pub(crate) fn pop(&mut self, name: &'static str, pop: Work, bytes: usize) {
        self.room.fill(0);
        let answer = self.call(name, pop, Some(bytes), 1);
        let same = self.room[..bytes] == self.payload[..bytes];
        assert!(answer == bytes && same, "{name} {bytes} B: {answer}");
    }

    /// Any call, for so many records; it gets a payload of so many bytes, or
    /// the whole payload.
    pub(crate) fn call(
        &mut self,
        name: &'static str,
        work: Work,
        bytes: Option<usize>,
        records: u32,
    ) -> usize {
        let is = |tally: &Tally| tally.name == name && tally.bytes == bytes;
        let free = |tally: &Tally| tally.name.is_empty();
        let mut tallies = self.tallies.iter();
        let place = tallies.position(|tally| is(tally) || free(tally));
        let at = place.expect("a situation has few kinds of calls");
        let mut figures = self.tallies[at].figures;
        let offered = bytes.unwrap_or(self.payload.len());
        let answer = self.measure(&mut figures, records, work, offered);
        self.tallies[at] = Tally {
            name,
            bytes,
            figures,
        };
        answer
    }

    /// The same work, unmeasured.
    pub(crate) fn quietly(&mut self, work: Work, bytes: usize) -> usize {
        work(&self.payload[..bytes], &mut self.room)
    }

    fn measure(&mut self, to: &mut Figures, records: u32, work: Work, bytes: usize) -> usize {
        let mut answer = 0;
        let call = Call {
            work: black_box(work),
            payload: black_box(&self.payload[..bytes]),
            room: black_box(&mut self.room[..]),
            answer: &mut answer,
        };
        self.probe.measure(self.pass, to, records, call);
        answer
    }
}

impl Tally {
    fn say(&self, owner: &str) {
        for (what, tenths) in self.figures.lines() {
            fw::print!("{owner}: {}", self.name);
            if let Some(bytes) = self.bytes {
                fw::print!(" {bytes} B");
            }
            fw::println!(", {what}\t{}.{}", tenths / 10, tenths % 10);
        }
    }
}
