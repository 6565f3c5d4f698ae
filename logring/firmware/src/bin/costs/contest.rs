//! Who is measured side by side: variable records where the queue has them,
//! from any context where the queue allows it, and the newest record is dropped
//! when there is no room.

use crate::meter::{Meter, Work};
use crate::{ours, peers};

pub(crate) struct Contestant {
    name: &'static str,
    sizes: &'static [usize],
    push: Work,
    pop: Work,
}

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
    contestant("logring", ALL, ours::push, ours::pop),
    contestant("bbqueue", ALL, peers::bbqueue_push, peers::bbqueue_pop),
    contestant(
        "heapless mpmc",
        SMALL,
        peers::mpmc_16::push,
        peers::mpmc_16::pop,
    ),
    contestant(
        "heapless mpmc",
        LARGE,
        peers::mpmc_64::push,
        peers::mpmc_64::pop,
    ),
    contestant(
        "heapless mpmc, slots of 64 B",
        SMALL,
        peers::mpmc_64::push,
        peers::mpmc_64::pop,
    ),
    contestant("embassy Pipe", ALL, peers::pipe_push, peers::pipe_pop),
    contestant(
        "Deque of slots",
        SMALL,
        peers::deque_16::push,
        peers::deque_16::pop,
    ),
    contestant(
        "Deque of slots",
        LARGE,
        peers::deque_64::push,
        peers::deque_64::pop,
    ),
    contestant(
        "Deque of slots of 64 B",
        SMALL,
        peers::deque_64::push,
        peers::deque_64::pop,
    ),
    contestant("Deque of bytes", ALL, peers::bytes_push, peers::bytes_pop),
];

const fn contestant(
    name: &'static str,
    sizes: &'static [usize],
    push: Work,
    pop: Work,
) -> Contestant {
    Contestant {
        name,
        sizes,
        push,
        pop,
    }
}

impl Contestant {
    pub(crate) fn measure(&self, meter: &mut Meter) {
        for &bytes in self.sizes {
            // An empty queue, and each of its positions in turn.
            meter.situation(self.name, |meter| {
                for _ in 0..LAP_RECORDS {
                    meter.push("push", self.push, bytes, true);
                    meter.pop("pop", self.pop, bytes);
                }
            });
            meter.situation(self.name, |meter| {
                let mut stored = 0;
                while meter.quietly(self.push, bytes) == 1 {
                    stored += 1;
                }
                meter.push("refused push", self.push, bytes, false);
                for _ in 0..stored {
                    meter.quietly(self.pop, bytes);
                }
                ours::settle();
            });
        }
    }
}
