//! Who is measured side by side: variable records where the queue has them,
//! from any context where the queue allows it, and the newest record is dropped
//! when there is no room.

use core::hint::black_box;

use crate::meter::{Meter, Work};
use crate::{ours, peers};

pub(crate) struct Contestant {
    name: &'static str,
    sizes: &'static [usize],
    push: Work,
    take: Work,
    /// Pops in a loop, each a call of its own: for some, that is cheaper than a loop
    /// with the pop in line.
    by_pops: Work,
}

/// What is measured: a pop, or a drain, which takes all that is there and gives
/// each record to [`sink`]. One of them is built, because a function with two
/// callers is not put in line, and each is to be as fast as if it were alone.
const fn one_of(pop: Work, drain: Work) -> Work {
    if DRAINED { drain } else { pop }
}

pub(crate) const DRAINED: bool = cfg!(feature = "drained");

/// The records that a drain is to take, as many as the queue holds.
const DRAINED_MAX: u32 = 16;
const DRAINED_BYTES: [usize; 2] = [16, 64];

/// A lap of a ring of sixteen cells, whatever a record takes of them; several
/// laps of the peers' 512 bytes with the larger records.
pub(crate) const LAP_RECORDS: usize = 48;

const ALL: &[usize] = &[0, 16, 64];
const SMALL: &[usize] = &[0, 16];
const LARGE: &[usize] = &[64];

/// Queues of fixed slots are there twice: with slots of the size that their
/// records are of, and with slots that have room for the largest, as records need
/// whose length varies.
pub(crate) const CONTESTANTS: &[Contestant] = &[
    contestant(
        "logring",
        ALL,
        ours::push,
        ours::pop,
        ours::drain,
        ours::by_pops,
    ),
    contestant(
        "bbqueue",
        ALL,
        peers::bbqueue_push,
        peers::bbqueue_pop,
        peers::bbqueue_drain,
        peers::bbqueue_by_pops,
    ),
    contestant(
        "heapless mpmc",
        SMALL,
        peers::mpmc_16::push,
        peers::mpmc_16::pop,
        peers::mpmc_16::drain,
        peers::mpmc_16::by_pops,
    ),
    contestant(
        "heapless mpmc",
        LARGE,
        peers::mpmc_64::push,
        peers::mpmc_64::pop,
        peers::mpmc_64::drain,
        peers::mpmc_64::by_pops,
    ),
    contestant(
        "heapless mpmc, slots of 64 B",
        SMALL,
        peers::mpmc_64::push,
        peers::mpmc_64::pop,
        peers::mpmc_64::drain,
        peers::mpmc_64::by_pops,
    ),
    contestant(
        "embassy Pipe",
        ALL,
        peers::pipe_push,
        peers::pipe_pop,
        peers::pipe_drain,
        peers::pipe_by_pops,
    ),
    contestant(
        "Deque of slots",
        SMALL,
        peers::deque_16::push,
        peers::deque_16::pop,
        peers::deque_16::drain,
        peers::deque_16::by_pops,
    ),
    contestant(
        "Deque of slots",
        LARGE,
        peers::deque_64::push,
        peers::deque_64::pop,
        peers::deque_64::drain,
        peers::deque_64::by_pops,
    ),
    contestant(
        "Deque of slots of 64 B",
        SMALL,
        peers::deque_64::push,
        peers::deque_64::pop,
        peers::deque_64::drain,
        peers::deque_64::by_pops,
    ),
    contestant(
        "Deque of bytes",
        ALL,
        peers::bytes_push,
        peers::bytes_pop,
        peers::bytes_drain,
        peers::bytes_by_pops,
    ),
];

const fn contestant(
    name: &'static str,
    sizes: &'static [usize],
    push: Work,
    pop: Work,
    drain: Work,
    by_pops: Work,
) -> Contestant {
    Contestant {
        name,
        sizes,
        push,
        take: one_of(pop, drain),
        by_pops: one_of(by_pops, drain),
    }
}

impl Contestant {
    pub(crate) fn measure(&self, meter: &mut Meter) {
        for &bytes in self.sizes {
            // An empty queue, and each of its positions in turn.
            meter.situation(self.name, |meter| {
                for _ in 0..LAP_RECORDS {
                    meter.push("push", self.push, bytes, true);
                    meter.pop("pop", self.take, bytes);
                }
            });
            meter.situation(self.name, |meter| {
                let mut stored = 0;
                while meter.quietly(self.push, bytes) == 1 {
                    stored += 1;
                }
                meter.push("refused push", self.push, bytes, false);
                for _ in 0..stored {
                    meter.quietly(self.take, bytes);
                }
                ours::settle();
            });
        }
        for bytes in DRAINED_BYTES {
            if self.sizes.contains(&bytes) {
                self.drained(meter, "drain by pops", self.by_pops, bytes);
            }
        }
    }

    pub(crate) fn measure_drain(&self, meter: &mut Meter) {
        for bytes in DRAINED_BYTES {
            if self.sizes.contains(&bytes) {
                self.drained(meter, "drain", self.take, bytes);
            }
        }
    }

    /// All that was pushed is taken in one call.
    fn drained(&self, meter: &mut Meter, name: &'static str, drain: Work, bytes: usize) {
        meter.situation(self.name, |meter| {
            for _ in 0..LAP_RECORDS {
                let mut stored = 0;
                while stored < DRAINED_MAX && meter.quietly(self.push, bytes) == 1 {
                    stored += 1;
                }
                let drained = meter.call(name, drain, Some(bytes), stored);
                assert!(drained == stored as usize * bytes, "{}", self.name);
            }
        });
    }
}

/// What becomes of a drained record: its bytes are there to be read.
#[inline(always)]
pub(crate) fn sink(bytes: &[u8]) -> usize {
    black_box(bytes).len()
}

/// A drain by pops into the caller's room, each a call.
#[inline(always)]
pub(crate) fn each_popped(pop: Work, room: &mut [u8]) -> usize {
    each(black_box(pop), room)
}

/// The same with a pop that may be put in line.
#[inline(always)]
pub(crate) fn each(pop: impl Fn(&[u8], &mut [u8]) -> usize, room: &mut [u8]) -> usize {
    let mut bytes = 0;
    loop {
        match pop(&[], room) {
            0 => return bytes,
            popped => bytes += sink(&room[..popped]),
        }
    }
}
