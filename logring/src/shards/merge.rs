//! The merged drain: the records of all shards in the order of their times.

use heapless::binary_heap::{BinaryHeap, Min};

use super::Shards;
use crate::consumer::{DrainEnd, Drained, Next, Record};
use crate::ring::Ring;

/// How often in a row the oldest record of a shard may turn out to be a newer
/// one, because evictors were faster, before the shard is left to a later
/// call.
const OVERTAKEN_MAX: usize = 64;

impl<const N: usize> Shards<'_, N> {
    /// Gives up to `max` of the oldest records of all shards to `sink`, with
    /// the number of their shard, merged by timestamp.
    ///
    /// The next record is always the one with the lowest timestamp among the
    /// oldest of each shard, and of equal ones that of the lowest shard. The
    /// records of one shard stay in their order, whatever their timestamps
    /// say.
    ///
    /// A record without a timestamp, or with the time 0, is due at once. So without a
    /// clock the shards come one after the other, all records of the first and then
    /// those of the next. Which one is the first differs at random from call to
    /// call: a shard that always has more than `max` records does not keep the
    /// others waiting for ever.
    ///
    /// A shard that has nothing to give is left out for the rest of the call:
    /// it is empty, or its oldest record is still being written
    /// ([`DrainEnd::Pending`]). It does not hold up the others. What arrives there
    /// meanwhile is for the next call, where it may come behind later records.
    ///
    /// The call ends with `max` records, or with as many as the rings had cells in
    /// use when it began, so it ends also if `sink` logs to this set; or when every
    /// shard is left out: with `Pending` if that is why for one of them, else with
    /// `Empty`.
    ///
    /// Records are taken in batches that are due one behind the other, as many
    /// as fit `buf`: at least as many as fit with
    /// [`DRAIN_OVERHEAD_BYTES`](crate::Ring::DRAIN_OVERHEAD_BYTES) on top of each. A
    /// record that is longer than all of `buf` is cut, and what a `sink` that panics
    /// was not given is counted, as by [`Ring::drain`](crate::Ring::drain). Whatever
    /// is taken is delivered, so a call that ends with `max` leaves nothing behind.
    ///
    /// [`Record::lost_before`] is of the shard: records lost there since its
    /// previous one.
    ///
    /// # Context
    /// As [`Ring::drain`](crate::Ring::drain), for a look at each shard and for
    /// each batch, of which there are at most two for each record, and before a
    /// record up to 64 more if others are evicted meanwhile, and one a shard; what
    /// `sink` does is its own.
    pub fn drain(
        &self,
        buf: &mut [u8],
        max: usize,
        mut sink: impl FnMut(usize, Record<'_>),
    ) -> Drained {
        let rings = || self.loggers.iter().map(|log| log.ring());
        let most = max.min(rings().map(Ring::used_cells).fold(0, usize::saturating_add));
        let mut merge = Merge::<N>::new(self.first_of_the_timeless());
        if most > 0 {
            for (shard, ring) in rings().enumerate() {
                merge.enter(shard, ring.oldest_time());
            }
        }
        let (mut records, mut overtaken) = (0, 0);
        while records < most {
            let Some((shard, until)) = merge.first() else {
                return Drained::new(records, merge.end);
            };
            let ring = self.loggers[shard].ring();
            let left = most - records;
            let run = ring.drain_run(buf, left, until, |record| sink(shard, record));
            records += run.records;
            overtaken = if run.records == 0 { overtaken + 1 } else { 0 };
            let next = match run.next {
                Next::Later(_) if overtaken > OVERTAKEN_MAX => Err(DrainEnd::Pending),
                Next::Later(time) => Ok(time),
                Next::End(end) => Err(end),
                Next::Unknown if records < most => ring.oldest_time(),
                Next::Unknown => break,
            };
            merge.enter(shard, next);
        }
        let end = if most < max && rings().all(Ring::is_empty) {
            DrainEnd::Empty
        } else {
            DrainEnd::Max
        };
        Drained::new(records, end)
    }

    /// The shard whose records without a time come first in a call.
    ///
    /// A set has no word to remember whose turn it is. The number of records delivered
    /// differs from call to call, as long as there is something to deliver. Mixed
    /// well, it is as good as chance, whatever the consumer's `max` is.
    fn first_of_the_timeless(&self) -> usize {
        let delivered = self
            .loggers
            .iter()
            .fold(0_usize, |sum, log| sum.wrapping_add(log.ring().delivered()));
        // The last step of MurmurHash3 for 32 bits.
        let mut mixed = delivered as u32;
        mixed = (mixed ^ mixed >> 16).wrapping_mul(0x85EB_CA6B);
        mixed = (mixed ^ mixed >> 13).wrapping_mul(0xC2B2_AE35);
        (mixed ^ mixed >> 16) as usize % N
    }
}

/// The shards that may still give something, by the time of their oldest
/// record, and what the others ended with.
struct Merge<const N: usize> {
    /// Time, turn among equal times, shard.
    heap: BinaryHeap<(u64, usize, usize), Min, N>,
    end: DrainEnd,
    /// Whose turn is the first among those without a time.
    first: usize,
}

impl<const N: usize> Merge<N> {
    fn new(first: usize) -> Self {
        Self {
            heap: BinaryHeap::new(),
            end: DrainEnd::Empty,
            first,
        }
    }

    /// Notes what a look at a shard found. A shard is in the heap once at
    /// most, so there is room for it.
    fn enter(&mut self, shard: usize, found: Result<u64, DrainEnd>) {
        match found {
            Ok(time) => {
                let turn = match time {
                    0 => (shard + N - self.first) % N,
                    _ => shard,
                };
                let _ = self.heap.push((time, turn, shard));
            }
            Err(end) => self.end = graver(self.end, end),
        }
    }

    /// The shard that is due, and until when it is.
    fn first(&mut self) -> Option<(usize, u64)> {
        let (.., shard) = self.heap.pop()?;
        let until = match self.heap.peek() {
            // Records without a time do not wait for each other.
            Some(&(0, ..)) => 0,
            Some(&(time, _, other)) if shard < other => time,
            Some(&(time, ..)) => time - 1,
            None => u64::MAX,
        };
        Some((shard, until))
    }
}

/// The end that says more to the caller.
fn graver(one: DrainEnd, other: DrainEnd) -> DrainEnd {
    match (one, other) {
        (DrainEnd::Pending, _) | (_, DrainEnd::Pending) => DrainEnd::Pending,
        _ => DrainEnd::Empty,
    }
}
