//! Models of the protocol: the public calls on tiny rings, where something
//! else decides who runs when.
//!
//! They are unit tests, because the checkers replace or watch the atomics
//! inside this crate:
//!
//! - `loom` tries every interleaving of two or three contexts, and every value
//!   that the memory model lets a load see (`--cfg loom`);
//! - `shuttle` tries random schedules of many threads (`--cfg shuttle`);
//! - `injection` interrupts a call before each of its accesses, and so a frame
//!   of `defmt`, a long line, a cut and a table of losses (`injection_lines`);
//!   `injection_places` looks at verdicts and at where losses are told;
//!   `injection_recover` lets a recovery die there, and `injection_hostile`
//!   changes a word of the ring there (`--cfg logring_inject`);
//! - `lines` counts what a push touches, by a model of caches (same build,
//!   feature `shards`);
//! - `steps` counts the steps of a drain (same build);
//! - `stopped` stops a producer where only the crate can;
//! - `threads` leaves it to the machine, for Miri and ThreadSanitizer, and
//!   for itself.

#[cfg(all(logring_inject, not(any(loom, shuttle))))]
mod injection;
#[cfg(all(logring_inject, feature = "async", not(any(loom, shuttle))))]
mod injection_arrivals;
#[cfg(all(logring_inject, feature = "defmt", not(any(loom, shuttle))))]
mod injection_defmt;
#[cfg(all(logring_inject, not(any(loom, shuttle))))]
mod injection_hostile;
#[cfg(all(logring_inject, not(any(loom, shuttle))))]
mod injection_lines;
#[cfg(all(logring_inject, not(any(loom, shuttle))))]
mod injection_places;
#[cfg(all(logring_inject, not(any(loom, shuttle))))]
mod injection_recover;
#[cfg(all(logring_inject, feature = "shards", not(any(loom, shuttle))))]
mod injection_shards;
#[cfg(all(logring_inject, feature = "shards", not(any(loom, shuttle))))]
mod lines;
#[cfg(loom)]
mod loom;
#[cfg(all(feature = "shards", not(shuttle)))]
mod sets;
#[cfg(shuttle)]
mod shuttle;
#[cfg(all(logring_inject, not(any(loom, shuttle))))]
mod steps;
#[cfg(not(any(loom, shuttle)))]
mod stopped;
#[cfg(not(any(loom, shuttle)))]
mod threads;
#[cfg(all(feature = "async", not(any(loom, shuttle))))]
mod threads_arrivals;
#[cfg(all(feature = "shards", not(any(loom, shuttle))))]
mod threads_shards;

use crate::{Level, Logger, Popped, Pushed, Record, Ring};
use std::vec::Vec;

/// Pushes record `id`, whose bytes and level describe it.
fn push(log: &Logger<'_>, id: u8) -> Pushed {
    log.push(level(id), &[id; 8])
}

/// Pushes record `id` with a tag that tells its id, too.
#[cfg(any(loom, logring_inject))]
fn push_tagged(log: &Logger<'_>, id: u8) -> Pushed {
    log.push_parts(level(id), u32::from(id), &[&[id; 8]])
}

/// A level that tells the record's id, so that a torn record shows.
fn level(id: u8) -> Level {
    Level::new(1 + id % 24).unwrap()
}

/// The id of a record, whose every byte must say the same, and its level; and
/// its tag, if it has one.
fn id_of(record: &Record<'_>) -> u8 {
    let id = record.bytes[0];
    assert!(
        record.bytes.iter().all(|&byte| byte == id),
        "torn record: {:?}",
        record.bytes
    );
    assert_eq!(record.level, level(id), "a level of another record");
    let tags = [0, u32::from(id)];
    assert!(tags.contains(&record.tag), "a tag of another record");
    id
}

/// What one consumer got.
#[derive(Clone, Default, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Got {
    ids: Vec<u8>,
    told: u64,
}

impl Got {
    /// Pops once; whether there was a record.
    fn pop(&mut self, ring: &Ring) -> bool {
        let mut buf = [0; 256];
        match ring.pop(&mut buf) {
            Popped::Record(record) => {
                self.ids.push(id_of(&record));
                self.told += record.lost_before;
                true
            }
            Popped::NoSpace { needed } => panic!("256 bytes are no room for {needed}"),
            Popped::Pending | Popped::Empty => false,
        }
    }

    /// Drains a batch of at most `max`.
    fn drain(&mut self, ring: &Ring, max: usize) {
        let mut buf = [0; 256];
        ring.drain(&mut buf, max, |record| {
            self.ids.push(id_of(&record));
            self.told += record.lost_before;
        });
    }
}

#[cfg(all(logring_inject, not(any(loom, shuttle))))]
impl Got {
    /// Takes a batch of frames, of which not everything fits.
    fn drain_into(&mut self, ring: &Ring) {
        let mut buf = [0; 100];
        let batch = ring.drain_into(&mut buf);
        let frames = crate::Frames::new(&buf[..batch.bytes]);
        let before = self.ids.len();
        for record in frames {
            self.ids.push(id_of(&record));
            self.told += record.lost_before;
        }
        assert_eq!(self.ids.len() - before, batch.records);
    }
}

/// Empties the ring at the end of an execution, and checks the books:
/// offered = delivered + lost, and lost = told + trailing. Returns the ids
/// that were left.
fn settle(ring: &Ring, offered: u64, consumers: &[Got]) -> Vec<u8> {
    let mut rest = Got::default();
    while rest.pop(ring) {}
    let trailing = ring.take_trailing_loss();
    let stats = ring.stats();
    assert_eq!(
        stats.used_bytes, 0,
        "a record stayed in the ring: {stats:?}"
    );

    let everyone = || consumers.iter().chain([&rest]);
    let delivered: usize = everyone().map(|got| got.ids.len()).sum();
    let told: u64 = everyone().map(|got| got.told).sum();
    assert_eq!(stats.delivered, delivered as u64);
    assert_eq!(
        stats.lost.total(),
        told + trailing,
        "told twice or never: {stats:?}"
    );
    assert_eq!(offered, stats.delivered + stats.lost.total(), "{stats:?}");

    let mut all: Vec<u8> = everyone().flat_map(|got| got.ids.iter().copied()).collect();
    all.sort_unstable();
    all.windows(2)
        .for_each(|pair| assert_ne!(pair[0], pair[1], "delivered twice"));
    rest.ids
}
