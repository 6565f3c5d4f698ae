//! Imbalance: how unevenly the shards of a set are used, and which one sheds.

use super::Shards;
use crate::ring::Ring;

/// How unevenly the shards of a set are used.
///
/// A *spread* is the figure of the shard that has the most of it, less the
/// mean of the others', in percent: 0 is even, and 100 means that one shard has all and
/// the others nothing. With one shard it is 0.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imbalance {
    /// The shard that is fullest for its capacity, the lowest of equals.
    pub fullest: ShardFill,
    /// The shard that is emptiest for its capacity, the lowest of equals.
    pub emptiest: ShardFill,
    /// The spread of the fill now: the part of each ring's cells that is in
    /// use.
    pub fill_spread_percent: u8,
    /// The same of the peak fill since the beginning.
    pub high_water_spread_percent: u8,
    /// The shard that has lost most since the beginning, the lowest of equals.
    pub lost_most: ShardLoss,
    /// Records lost by all shards since the beginning.
    pub lost_all: u64,
    /// The spread of the losses since the beginning: each shard's part of
    /// `lost_all`. 0 if nothing was lost.
    pub lost_spread_percent: u8,
}

/// How full a shard is.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardFill {
    /// Which.
    pub shard: usize,
    /// Bytes of cells in use.
    pub used_bytes: usize,
    /// Bytes of cells.
    pub capacity_bytes: usize,
}

/// What a shard has lost.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardLoss {
    /// Which.
    pub shard: usize,
    /// Records lost, by whatever cause.
    pub lost: u64,
}

impl<const N: usize> Shards<'_, N> {
    /// How unevenly the shards are used.
    ///
    /// Losses are counted at home: a high `lost_spread_percent` says that most of
    /// what is lost comes from the producers of one shard, and `lost_most` names it. It does
    /// not say that there was room elsewhere: what is refused has found none (see
    /// [`Shard`](super::Shard)), and records that went to another shard even out the fills.
    ///
    /// A spread shows one full shard among empty ones. One empty shard
    /// among full ones hardly moves it: `emptiest` shows that.
    ///
    /// The shards are read one after the other: while records flow, the figures of each are
    /// true of a moment, and a spread compares different moments. Losses and
    /// peaks only grow; so which shard lost most is true of every later time
    /// at which no other has lost more. Where counters have 32 bits and wrap,
    /// so do these.
    ///
    /// # Context
    /// As [`Ring::stats`](crate::Ring::stats), `N` times.
    #[must_use]
    pub fn imbalance(&self) -> Imbalance {
        let all = self.loggers.each_ref().map(|log| Figures::of(log.ring()));
        let fills = all.each_ref().map(|shard| shard.fill);
        let peaks = all.each_ref().map(|shard| shard.peak);
        let losses = all.each_ref().map(|shard| shard.lost);
        let lost_all = losses.into_iter().fold(0, u64::wrapping_add);
        let fill_of = |shard: usize| ShardFill {
            shard,
            used_bytes: all[shard].used_bytes,
            capacity_bytes: all[shard].capacity_bytes,
        };
        let lost_most = highest(&losses);
        let parts = losses.map(|lost| share(lost, lost_all));
        Imbalance {
            fullest: fill_of(highest(&fills)),
            emptiest: fill_of(highest(&fills.map(|fill| WHOLE - fill))),
            fill_spread_percent: spread_percent(&fills),
            high_water_spread_percent: spread_percent(&peaks),
            lost_most: ShardLoss {
                shard: lost_most,
                lost: losses[lost_most],
            },
            lost_all,
            lost_spread_percent: spread_percent(&parts),
        }
    }
}

/// What is compared of one ring: a part of its snapshot, since a set has many
/// and a stack may be small.
struct Figures {
    used_bytes: usize,
    capacity_bytes: usize,
    fill: u64,
    peak: u64,
    lost: u64,
}

impl Figures {
    fn of(ring: &Ring) -> Self {
        let stats = ring.stats();
        let part = |bytes| share(bytes as u64, stats.capacity_bytes as u64);
        Self {
            used_bytes: stats.used_bytes,
            capacity_bytes: stats.capacity_bytes,
            fill: part(stats.used_bytes),
            peak: part(stats.high_water_bytes),
            lost: stats.lost.total(),
        }
    }
}

/// Parts are in units of a hundredth of a percent, so that rounding them does
/// not show.
const WHOLE: u64 = 10_000;

/// `part` of `whole`, up to [`WHOLE`].
fn share(part: u64, whole: u64) -> u64 {
    let share = u128::from(part) * u128::from(WHOLE) / u128::from(whole.max(1));
    share.min(u128::from(WHOLE)) as u64
}

/// The first place of the highest number.
fn highest(numbers: &[u64]) -> usize {
    let mut highest = 0;
    for (at, number) in numbers.iter().enumerate() {
        if *number > numbers[highest] {
            highest = at;
        }
    }
    highest
}

/// The highest less the mean of the others.
fn spread_percent(parts: &[u64]) -> u8 {
    let highest = parts[highest(parts)];
    let sum = parts.iter().sum::<u64>();
    let others = (parts.len() as u64 - 1).max(1);
    let mean = if parts.len() == 1 {
        highest
    } else {
        (sum - highest) / others
    };
    ((highest - mean) / (WHOLE / 100)) as u8
}
