//! A set of rings against a naive reference: a queue for each shard, the rule
//! of the emptiest, and a merge that looks at all of them for each record.

use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::VecDeque;

use logring::{Config, DrainEnd, Grant, Level, LogRing, Lost, Popped, Pushed, Ring, Shards};
use proptest::collection::vec;
use proptest::prelude::*;

const SHARDS: usize = 3;
/// Cells of each ring, and as many records: all are of one cell, and an
/// eviction frees one.
const CELLS: [usize; SHARDS] = [4, 8, 16];
const OPS_MAX: usize = if cfg!(miri) { 40 } else { 200 };
/// Bytes that a record takes of a drain's buffer.
const FRAME: usize = Ring::DRAIN_OVERHEAD_BYTES + 1;

#[derive(Clone, Debug)]
enum Op {
    Push {
        shard: usize,
        time: u8,
    },
    Open {
        shard: usize,
        time: u8,
    },
    /// Commits the oldest open grant.
    Commit,
    Pop {
        shard: usize,
    },
    Drain {
        frames: usize,
        max: usize,
    },
}

fn op() -> impl Strategy<Value = Op> {
    // Few times, so that many are equal. 0 is no time, and then chance has a say.
    let time = || 1..10_u8;
    let shard = || 0..2 * SHARDS;
    prop_oneof![
        24 => (shard(), time()).prop_map(|(shard, time)| Op::Push { shard, time }),
        3 => (shard(), time()).prop_map(|(shard, time)| Op::Open { shard, time }),
        3 => Just(Op::Commit),
        1 => shard().prop_map(|shard| Op::Pop { shard }),
        2 => (1..5_usize, 0..12_usize).prop_map(|(frames, max)| Op::Drain { frames, max }),
    ]
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    time: u64,
    id: u8,
    open: bool,
}

/// What the set should do.
struct Reference {
    queues: [VecDeque<Entry>; SHARDS],
    lost: [u64; SHARDS],
    drop_oldest: bool,
    others: bool,
}

impl Reference {
    fn is_full(&self, shard: usize) -> bool {
        self.queues[shard].len() == CELLS[shard]
    }

    fn is_held_up(&self, shard: usize) -> bool {
        self.queues[shard].front().is_some_and(|entry| entry.open)
    }

    /// Stores an entry and returns where, or counts it as lost.
    fn offer(&mut self, shard: usize, entry: Entry) -> Result<usize, Lost> {
        let home = shard % SHARDS;
        let evicts = self.drop_oldest && !self.is_held_up(home);
        let denies = self.is_full(home) && !evicts;
        if self.is_full(home) && self.others {
            // The one with the most room, of equals the next; an evictor leaves an eighth.
            let left = |other: usize| {
                let kept = if evicts { CELLS[other] / 8 } else { 0 };
                (CELLS[other] - kept).saturating_sub(self.queues[other].len())
            };
            let others = (1..SHARDS).rev().map(|way| (home + way) % SHARDS);
            let emptiest = others.max_by_key(|&other| left(other));
            if let Some(other) = emptiest.filter(|&other| left(other) > 0) {
                self.queues[other].push_back(entry);
                return Ok(other);
            }
        }
        if self.is_full(home) {
            self.lost[home] += 1;
            if denies {
                return Err(if self.drop_oldest {
                    Lost::Busy
                } else {
                    Lost::Full
                });
            }
            self.queues[home].pop_front();
        }
        self.queues[home].push_back(entry);
        Ok(home)
    }

    fn drain(&mut self, max: usize) -> (Vec<(usize, u8)>, DrainEnd) {
        let mut got = Vec::new();
        while got.len() < max {
            let fronts = self.queues.iter().enumerate();
            let due = fronts
                .filter_map(|(shard, queue)| queue.front().map(|entry| (shard, entry)))
                .filter(|(_, entry)| !entry.open)
                .min_by_key(|(shard, entry)| (entry.time, *shard));
            let Some((shard, entry)) = due else {
                let empty = self.queues.iter().all(VecDeque::is_empty);
                let end = if empty {
                    DrainEnd::Empty
                } else {
                    DrainEnd::Pending
                };
                return (got, end);
            };
            got.push((shard, entry.id));
            self.queues[shard].pop_front();
        }
        (got, DrainEnd::Max)
    }

    fn commit(&mut self, id: u8) {
        let entries = self.queues.iter_mut().flatten();
        for entry in entries.filter(|entry| entry.id == id) {
            entry.open = false;
        }
    }
}

/// The set and its reference.
struct Both<'r> {
    log: Shards<'r, SHARDS>,
    time: &'r AtomicU64,
    reference: Reference,
    grants: VecDeque<(u8, Grant<'r>)>,
    offered: u64,
    delivered: usize,
    told: [u64; SHARDS],
}

impl Both<'_> {
    /// Makes one call, whose number marks its record, and compares the answers.
    fn call(&mut self, id: u8, op: &Op) {
        match *op {
            Op::Push { shard, time } => {
                let expected = self.expect(shard, time, id, false);
                let expected = expected.map_or_else(Pushed::Lost, |_| Pushed::Stored);
                assert_eq!(self.log.push(shard, Level::INFO, &[id]), expected);
            }
            Op::Open { shard, time } => {
                let expected = self.expect(shard, time, id, true);
                match self.log.reserve(shard, Level::INFO, 0, 1) {
                    Ok(mut grant) => {
                        grant.append(&[id]);
                        self.grants.push_back((id, grant));
                        assert!(expected.is_ok());
                    }
                    Err(no) => assert_eq!(Err(Pushed::from(no)), expected.map_err(Pushed::Lost)),
                }
            }
            Op::Commit => self.commit(),
            Op::Pop { shard } => self.pop(shard % SHARDS),
            Op::Drain { frames, max } => {
                let mut got = Vec::new();
                let mut buf = vec![0; frames * FRAME];
                let drained = self.log.drain(&mut buf, max, |shard, record| {
                    self.told[shard] += record.lost_before;
                    got.push((shard, record.bytes[0]));
                });
                self.delivered += drained.records;
                assert_eq!((got, drained.end), self.reference.drain(max));
            }
        }
    }

    /// Offers a record to the reference, at the time that the clock will say.
    fn expect(&mut self, shard: usize, time: u8, id: u8, open: bool) -> Result<usize, Lost> {
        self.offered += 1;
        self.time.store(time.into(), Ordering::Relaxed);
        let time = time.into();
        self.reference.offer(shard, Entry { time, id, open })
    }

    fn commit(&mut self) {
        if let Some((id, grant)) = self.grants.pop_front() {
            grant.commit();
            self.reference.commit(id);
        }
    }

    fn pop(&mut self, shard: usize) {
        let queue = &mut self.reference.queues[shard];
        let ready = queue.front().is_some_and(|entry| !entry.open);
        let expected = ready.then(|| queue.pop_front()).flatten();
        let mut buf = [0; 1];
        let popped = match self.log.ring(shard).pop(&mut buf) {
            Popped::Record(record) => {
                self.told[shard] += record.lost_before;
                self.delivered += 1;
                Some(record.bytes[0])
            }
            _ => None,
        };
        assert_eq!(popped, expected.map(|entry| entry.id));
    }

    /// Each ledger is the reference's, and offered = delivered + resident +
    /// lost for the set.
    fn compare_books(&self) {
        for shard in 0..SHARDS {
            let lost = self.log.stats(shard).lost.total();
            assert_eq!(lost, self.reference.lost[shard], "shard {shard}");
        }
        let resident: usize = self.reference.queues.iter().map(VecDeque::len).sum();
        let lost = self.log.imbalance().lost_all;
        assert_eq!(self.offered, (self.delivered + resident) as u64 + lost);
    }

    /// Empties the set: all losses of each shard have then been told.
    fn end(mut self) {
        while !self.grants.is_empty() {
            self.commit();
        }
        let max = usize::MAX;
        self.call(0, &Op::Drain { frames: 1, max });
        for shard in 0..SHARDS {
            let trailing = self.log.take_trailing_loss(shard);
            assert_eq!(self.told[shard] + trailing, self.reference.lost[shard]);
        }
    }
}

/// Runs the operations on both, and compares every answer and every count.
fn run(drop_oldest: bool, others: bool, ops: &[Op]) {
    let rings = (
        LogRing::<{ CELLS[0] }>::starting_at(usize::MAX - 9),
        LogRing::<{ CELLS[1] }>::new(),
        LogRing::<{ CELLS[2] }>::new(),
    );
    let time = AtomicU64::new(0);
    let clock = || time.load(Ordering::Relaxed);
    let config = match drop_oldest {
        true => Config::drop_oldest(),
        false => Config::drop_newest(),
    };
    let log = Shards::new([&rings.0, &rings.1, &rings.2], config).with_clock(&clock);
    let mut both = Both {
        log: match others {
            true => log,
            false => log.without_others(),
        },
        time: &time,
        reference: Reference {
            queues: Default::default(),
            lost: [0; SHARDS],
            drop_oldest,
            others,
        },
        grants: VecDeque::new(),
        offered: 0,
        delivered: 0,
        told: [0; SHARDS],
    };
    for (id, op) in ops.iter().enumerate() {
        both.call(id as u8, op);
        both.compare_books();
    }
    both.end();
}

proptest! {
    #![proptest_config(crate::config())]

    /// Offers to shards with and without others in both policies, open
    /// grants, pops of one shard, and merged drains of any size: where each
    /// record goes, what each call answers, and what each ledger says.
    #[test]
    fn a_set_does_what_its_reference_does(
        drop_oldest in any::<bool>(),
        others in any::<bool>(),
        ops in vec(op(), 1..OPS_MAX),
    ) {
        run(drop_oldest, others, &ops);
    }
}
