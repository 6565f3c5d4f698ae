//! Whether a set of rings loses more than one ring of the same size: a
//! simulation of producers, bursts, and a consumer that is too slow.
//!
//! Nothing is timed. A tick is so many offers of each producer, then a drain of
//! so many records. The same offers go to a set and to a single ring with as
//! many cells.

use core::sync::atomic::{AtomicU64, Ordering};

use logring::shards::OTHERS_MAX;
use logring::{Config, Level, LogRing, Pushed, Ring, Shards};

use crate::support::FIRST;

/// Cells of all rings of a set, and of the single ring.
const CELLS: usize = 512;
const TICKS: usize = 200;
/// Ticks of a burst, and of the quiet time after it, which empties the rings.
const BURST: usize = 12;

/// How the offers of a tick are spread over the producers.
#[derive(Clone, Copy, Debug)]
enum Load {
    /// All producers log alike.
    Even,
    /// The first is a `main` that says one line at the start of each burst;
    /// of the others, each logs half as much as the one before it.
    Skewed,
    /// One producer logs, the others have nothing to say.
    One,
}

impl Load {
    /// Offers of a producer in a tick of a burst that has so many in all.
    fn offers(self, producer: usize, producers: usize, all: usize, tick: usize) -> usize {
        match self {
            Self::Even => all / producers,
            Self::Skewed if producer == 0 => usize::from(tick % (2 * BURST) == 0),
            Self::Skewed => (all >> (producer - 1)).max(1),
            Self::One => all * usize::from(producer == 1),
        }
    }
}

/// How a producer offers a line.
#[derive(Clone, Copy, Debug)]
enum Way {
    Push,
    Parts,
    Text,
    Grant,
}

const WAYS: [Way; 4] = [Way::Push, Way::Parts, Way::Text, Way::Grant];

fn offer<const N: usize>(log: &Shards<'_, N>, shard: usize, way: Way, line: &str) -> Pushed {
    let bytes = line.as_bytes();
    match way {
        Way::Push => log.push(shard, Level::INFO, bytes),
        Way::Parts => log.push_parts(shard, Level::INFO, 0, &[bytes]),
        Way::Text => logring::info!(log.at(shard), "{line}"),
        Way::Grant => match log.reserve(shard, Level::INFO, 0, bytes.len()) {
            Ok(mut grant) => {
                grant.append(bytes);
                grant.commit();
                Pushed::Stored
            }
            Err(no) => no.into(),
        },
    }
}

#[derive(Clone, Copy, Debug)]
struct Case {
    load: Load,
    way: Way,
    config: Config,
    producers: usize,
    /// Lengths of the lines, in turn.
    bytes: [usize; 4],
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Books {
    offered: u64,
    lost: u64,
}

/// Runs a case on a set.
fn run<const N: usize, const M: usize>(case: Case) -> Books {
    let rings: Vec<LogRing<M>> = (0..N).map(|at| LogRing::starting_at(at * 77)).collect();
    let rings: [&Ring; N] = core::array::from_fn(|at| &*rings[at]);
    let time = AtomicU64::new(0);
    let clock = || time.fetch_add(1, Ordering::Relaxed);
    let log = Shards::new(rings, case.config).with_clock(&clock);
    let text = "x".repeat(case.bytes.into_iter().max().unwrap());
    let (mut offered, mut delivered, mut told) = (0, 0, 0);
    let mut buf = vec![0; 1 << 16];
    for tick in 0..TICKS {
        // Each burst offers more than fits, and more of it than the last.
        let burst = tick / BURST;
        let all = if burst % 2 == 0 { 60 + burst } else { 0 };
        let offers: Vec<_> = (0..case.producers)
            .map(|producer| case.load.offers(producer, case.producers, all, tick))
            .collect();
        for turn in 0..all {
            for (producer, &most) in offers.iter().enumerate() {
                if turn < most {
                    let line = &text[..case.bytes[offered as usize % 4]];
                    offer(&log, producer, case.way, line);
                    offered += 1;
                }
            }
        }
        let most = if all == 0 { CELLS } else { 9 };
        log.drain(&mut buf, most, |_, record| {
            delivered += 1;
            told += record.lost_before;
        });
    }
    log.drain(&mut buf, usize::MAX, |_, record| {
        delivered += 1;
        told += record.lost_before;
    });
    let lost = log.imbalance().lost_all;
    assert_eq!(offered, delivered + lost, "{case:?}");
    assert_eq!(told + log.take_all_trailing_loss(), lost, "{case:?}");
    Books { offered, lost }
}

/// Runs a case on a set of `N` rings, each with a producer, and on one ring.
fn compare<const N: usize, const M: usize>(case: Case) -> (Books, Books) {
    const { assert!(N * M == CELLS) };
    let case = Case {
        producers: N,
        ..case
    };
    (run::<N, M>(case), run::<1, CELLS>(case))
}

/// All loads on a set of `N` rings, and on one.
fn all_loads<const N: usize, const M: usize>(
    config: Config,
    bytes: [usize; 4],
    mut check: impl FnMut(Case, Books, Books),
) {
    for load in [Load::Even, Load::Skewed, Load::One] {
        for way in WAYS {
            let case = Case {
                load,
                way,
                config,
                producers: N,
                bytes,
            };
            let (set, one) = compare::<N, M>(case);
            assert_eq!(set.offered, one.offered);
            assert!(one.lost > 0, "nothing is lost: {case:?}");
            check(case, set, one);
        }
    }
}

/// Bursts that are larger than the rings.
fn bursts() -> u64 {
    TICKS.div_ceil(2 * BURST) as u64
}

/// Up to eight rings lose exactly what one ring loses that has their cells, if
/// records take one cell: nothing is refused while any of them has room, and
/// no shard is idle while another overflows.
#[test]
fn a_set_of_up_to_eight_rings_loses_what_one_ring_loses() {
    let check = |case, set: Books, one: Books| assert_eq!(set, one, "{case:?}");
    all_loads::<2, { CELLS / 2 }>(Config::drop_newest(), [8; 4], check);
    all_loads::<4, { CELLS / 4 }>(Config::drop_newest(), [8; 4], check);
    all_loads::<8, { CELLS / 8 }>(Config::drop_newest(), [8; 4], check);
}

/// With records of one to three cells, each ring may have two cells left that
/// no long record fits.
#[test]
fn longer_records_cost_a_set_the_ends_of_its_rings() {
    let lines = [FIRST / 2, 2 * FIRST, 3, FIRST + 9];
    fn check<const N: usize>(case: Case, set: Books, one: Books) {
        // Up to two cells of each ring, and each may be a record.
        let slack = 2 * N as u64 * bursts();
        assert!(set.lost <= one.lost + slack, "{set:?} {one:?} {case:?}");
    }
    all_loads::<2, { CELLS / 2 }>(Config::drop_newest(), lines, check::<2>);
    all_loads::<4, { CELLS / 4 }>(Config::drop_newest(), lines, check::<4>);
    all_loads::<8, { CELLS / 8 }>(Config::drop_newest(), lines, check::<8>);
}

/// A larger set loses one record more for each look that saw only full shards:
/// the next look sees others.
#[test]
fn a_set_of_many_rings_loses_hardly_more_than_one_ring() {
    fn check<const N: usize>(case: Case, set: Books, one: Books) {
        let looks = (N as u64 - 1).div_ceil(OTHERS_MAX as u64);
        let slack = (looks - 1) * N as u64 * bursts();
        assert!(set.lost <= one.lost + slack, "{set:?} {one:?} {case:?}");
    }
    all_loads::<16, { CELLS / 16 }>(Config::drop_newest(), [8; 4], check::<16>);
    all_loads::<32, { CELLS / 32 }>(Config::drop_newest(), [8; 4], check::<32>);
}

/// Sets that overwrite leave an eighth of each ring to its own producers, so
/// that they do not take the room that an eviction has just made there.
#[test]
fn an_overwriting_set_loses_an_eighth_of_its_cells_more() {
    fn check(case: Case, set: Books, one: Books) {
        let slack = (CELLS / 8) as u64 * bursts();
        assert!(set.lost <= one.lost + slack, "{set:?} {one:?} {case:?}");
    }
    all_loads::<2, { CELLS / 2 }>(Config::drop_oldest(), [8; 4], check);
    all_loads::<4, { CELLS / 4 }>(Config::drop_oldest(), [8; 4], check);
    all_loads::<8, { CELLS / 8 }>(Config::drop_oldest(), [8; 4], check);
    all_loads::<32, { CELLS / 32 }>(Config::drop_oldest(), [8; 4], check);
}
