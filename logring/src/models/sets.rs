//! What the models of sets share: drains, and the books of a whole set.

use super::id_of;
use crate::shards::Shards;
use crate::{DrainEnd, Drained};
use std::vec::Vec;

/// What one consumer of a set got: the ids of each shard, and the losses that
/// it was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetGot<const N: usize> {
    pub(super) ids: [Vec<u8>; N],
    pub(super) told: [u64; N],
}

impl<const N: usize> SetGot<N> {
    pub(super) fn new() -> Self {
        Self {
            ids: [const { Vec::new() }; N],
            told: [0; N],
        }
    }

    /// Drains up to `max`, through a buffer of two or three frames.
    pub(super) fn drain(&mut self, log: &Shards<'_, N>, max: usize) -> DrainEnd {
        let before = self.records();
        let Drained { records, end } = log.drain(&mut [0; 90], max, |shard, record| {
            self.ids[shard].push(id_of(&record));
            self.told[shard] += record.lost_before;
        });
        assert_eq!(self.records() - before, records);
        assert!(records <= max);
        end
    }

    pub(super) fn records(&self) -> usize {
        self.ids.iter().map(Vec::len).sum()
    }
}

/// Empties the set at the end of an execution, and checks the books of each
/// shard and of all. Returns the ids that were left in each.
pub(super) fn settle_set<const N: usize>(
    log: &Shards<'_, N>,
    offered: u64,
    consumers: &[SetGot<N>],
) -> [Vec<u8>; N] {
    let mut rest = SetGot::new();
    assert_eq!(rest.drain(log, usize::MAX), DrainEnd::Empty);
    let everyone = || consumers.iter().chain([&rest]);
    let mut entered = 0;
    let mut all: Vec<u8> = Vec::new();
    for shard in 0..N {
        let trailing = log.take_trailing_loss(shard);
        let stats = log.stats(shard);
        assert_eq!(stats.used_bytes, 0, "shard {shard}: {stats:?}");
        let delivered: usize = everyone().map(|got| got.ids[shard].len()).sum();
        let told: u64 = everyone().map(|got| got.told[shard]).sum();
        assert_eq!(stats.delivered, delivered as u64, "shard {shard}");
        assert_eq!(stats.lost.total(), told + trailing, "shard {shard}");
        entered += stats.delivered + stats.lost.total();
        all.extend(everyone().flat_map(|got| got.ids[shard].iter()));
    }
    assert_eq!(offered, entered, "an offer in no ledger, or in two");
    all.sort_unstable();
    let twice = all.windows(2).any(|pair| pair[0] == pair[1]);
    assert!(!twice, "delivered twice: {all:?}");
    rest.ids
}
