//! Sets of rings: which shard takes a record, what becomes of the books, and
//! what the figures say.

use logring::shards::stack_index;
use logring::{Cause, Config, Grant, Level, LogRing, Lost, NoGrant, Pushed, Severity, Shards};

use crate::support::{CELL, FIRST, lost, used};

pub(crate) const CELLS: usize = 8;
pub(crate) const FULL: Pushed = Pushed::Lost(Lost::Full);

pub(crate) type Rings<const N: usize> = [LogRing<CELLS>; N];

pub(crate) fn rings<const N: usize>() -> Rings<N> {
    std::array::from_fn(|_| LogRing::starting_at(usize::MAX - 2))
}

pub(crate) fn set<const N: usize>(rings: &Rings<N>, config: Config) -> Shards<'_, N> {
    Shards::new(rings.each_ref().map(|ring| &**ring), config)
}

/// Pushes records of one cell to the home shard alone, so many.
pub(crate) fn fill<const N: usize>(log: &Shards<'_, N>, shard: usize, records: usize) {
    for _ in 0..records {
        assert!(log.logger(shard).push(Level::INFO, b"before").is_stored());
    }
}

/// Cells in use in each shard.
pub(crate) fn fills<const N: usize>(log: &Shards<'_, N>) -> [usize; N] {
    std::array::from_fn(|shard| used(log.ring(shard)))
}

/// Opens a grant at the tail of a shard.
pub(crate) fn open<'r, const N: usize>(log: &Shards<'r, N>, shard: usize) -> Grant<'r> {
    assert_eq!(used(log.ring(shard)), 0);
    log.logger(shard).reserve(Level::INFO, 0, 1).unwrap()
}

/// A shard is named by any number, also by one that is no power of two away.
#[test]
fn an_index_counts_modulo_the_number_of_shards() {
    let rings = rings::<3>();
    let log = set(&rings, Config::drop_newest());
    for shard in [0, 1, 2, 3, 4, 8, usize::MAX] {
        let before = fills(&log);
        log.push(shard, Level::INFO, b"x");
        let mut expected = before;
        expected[shard % 3] += 1;
        assert_eq!(fills(&log), expected, "shard {shard}");
        assert!(core::ptr::eq(log.ring(shard), &*rings[shard % 3]));
    }
}

#[test]
fn a_set_of_one_is_its_ring() {
    let rings = rings::<1>();
    let log = set(&rings, Config::drop_newest());
    fill(&log, 7, CELLS);
    assert_eq!(log.push(5, Level::INFO, b"x"), FULL);
    assert_eq!(lost(&rings[0], Cause::Full), 1);
    assert_eq!(log.steps_max(9), log.logger(0).steps_max(9));
    let imbalance = log.imbalance();
    assert_eq!(imbalance.fill_spread_percent, 0);
    assert_eq!(imbalance.lost_spread_percent, 0);
}

#[test]
fn a_filtered_record_is_offered_to_nobody() {
    let rings = rings::<2>();
    let config = Config::drop_newest().with_min_level(Some(Level::INFO));
    let log = set(&rings, config);
    fill(&log, 0, CELLS);
    assert_eq!(log.push(0, Level::DEBUG, b"x"), Pushed::Filtered);
    assert_eq!(logring::debug!(log.at(0), "x"), Pushed::Filtered);
    let grant = log.reserve(0, Level::DEBUG, 0, 1);
    assert_eq!(grant.err(), Some(NoGrant::Filtered));
    assert!(!log.at(0).enabled(Level::DEBUG) && log.at(0).enabled(Level::INFO));
    assert_eq!(log.imbalance().lost_all, 0);
    assert_eq!(fills(&log), [CELLS, 0]);
}

/// Every offer is in one ledger, once, in both policies, whichever shard it
/// went to.
#[test]
fn every_offer_is_in_one_ledger() {
    for config in [Config::drop_newest(), Config::drop_oldest()] {
        let rings = rings::<3>();
        let log = set(&rings, config.with_mark(Severity::Trace, 40));
        let mut offered = 0;
        for offer in 0..60 {
            let level = [Level::TRACE, Level::INFO][offer % 2];
            let bytes = vec![1; offer % 5 * FIRST / 2];
            log.push(offer / 7, level, &bytes);
            logring::log!(log.at(offer), level, tag: 3, "{offer}");
            drop(log.reserve(offer + 1, level, 0, 2));
            offered += 3;
        }
        let mut delivered = 0;
        let mut told = 0;
        let drained = log.drain(&mut [0; 4096], usize::MAX, |_, record| {
            delivered += 1;
            told += record.lost_before;
        });
        assert_eq!(drained.records, delivered);
        let lost = log.imbalance().lost_all;
        assert!(
            lost > 20 && delivered > 5,
            "{lost} lost, {delivered} delivered"
        );
        assert_eq!(delivered as u64 + lost, offered);
        let trailing = log.take_trailing_loss(1);
        assert_eq!(told + trailing + log.take_all_trailing_loss(), lost);
        assert_eq!(log.take_all_trailing_loss(), 0);
    }
}

/// One shard sheds while the others are empty, then all are alike.
#[test]
fn the_imbalance_is_a_figure() {
    let rings = rings::<3>();
    let log = set(&rings, Config::drop_newest()).without_others();
    let none = log.imbalance();
    let spreads = |of: logring::shards::Imbalance| {
        [
            of.fill_spread_percent,
            of.high_water_spread_percent,
            of.lost_spread_percent,
        ]
    };
    assert_eq!(spreads(none), [0; 3]);
    for _ in 0..CELLS + 5 {
        log.push(1, Level::INFO, b"x");
    }
    let one = log.imbalance();
    assert_eq!(spreads(one), [100; 3]);
    assert_eq!((one.fullest.shard, one.emptiest.shard), (1, 0));
    assert_eq!(one.fullest.used_bytes, CELLS * CELL);
    assert_eq!(one.fullest.capacity_bytes, CELLS * CELL);
    assert_eq!(one.emptiest.used_bytes, 0);
    assert_eq!((one.lost_most.shard, one.lost_most.lost), (1, 5));
    assert_eq!(one.lost_all, 5);
    // A half full shard: 100 - (50 + 0) / 2.
    fill(&log, 2, CELLS / 2);
    assert_eq!(spreads(log.imbalance()), [75, 75, 100]);
    // Losses of 5, 3 and 0: 5 of 8 less the mean of 3 of 8 and 0.
    fill(&log, 2, CELLS / 2);
    for _ in 0..3 {
        log.push(2, Level::INFO, b"x");
    }
    assert_eq!(spreads(log.imbalance()), [50, 50, 43]);
    // The peaks stay when the rings are drained.
    log.drain(&mut [0; 4096], usize::MAX, |_, _| ());
    assert_eq!(spreads(log.imbalance()), [0, 50, 43]);
}

/// Rings of different sizes are compared by their fill.
#[test]
fn fills_are_compared_by_capacity() {
    let large = LogRing::<16>::new();
    let small = LogRing::<4>::new();
    let log = Shards::new([&large, &small], Config::drop_newest());
    fill(&log, 0, 4);
    fill(&log, 1, 2);
    let imbalance = log.imbalance();
    assert_eq!((imbalance.fullest.shard, imbalance.emptiest.shard), (1, 0));
    assert_eq!(imbalance.fill_spread_percent, 25);
}

/// One idle shard among full ones does not move the spread much; it is the
/// emptiest.
#[test]
fn an_idle_shard_among_full_ones_is_the_emptiest() {
    let rings = rings::<8>();
    let log = set(&rings, Config::drop_newest());
    for shard in (0..8).filter(|&shard| shard != 5) {
        fill(&log, shard, CELLS);
    }
    let imbalance = log.imbalance();
    assert_eq!(imbalance.fill_spread_percent, 14);
    assert_eq!(
        (imbalance.emptiest.shard, imbalance.emptiest.used_bytes),
        (5, 0)
    );
    // What overflows evens that out.
    while log.push(0, Level::INFO, b"x").is_stored() {}
    let imbalance = log.imbalance();
    assert_eq!(imbalance.fill_spread_percent, 0);
    assert_eq!(imbalance.lost_spread_percent, 100);
    assert_eq!(
        (imbalance.lost_most.shard, imbalance.lost_most.lost),
        (0, 1)
    );
}

/// The same ring twice is no second room, and no harm.
#[test]
fn a_ring_that_is_twice_in_a_set_keeps_its_books() {
    let ring = LogRing::<4>::new();
    let log = Shards::new([&ring, &ring], Config::drop_newest());
    for offer in 0..7 {
        log.push(offer, Level::INFO, &[offer as u8]);
    }
    assert_eq!(lost(&ring, Cause::Full), 3);
    let mut got = Vec::new();
    let drained = log.drain(&mut [0; 4096], usize::MAX, |_, record| {
        got.push(record.bytes[0])
    });
    assert_eq!((drained.records, got), (4, vec![0, 1, 2, 3]));
    assert_eq!(log.take_all_trailing_loss(), 3);
}

/// A set is a constant, and the looks are in the bound: up to eight rings are
/// looked at, and no more.
#[test]
fn a_set_is_made_in_a_static_and_says_its_bound() {
    static RINGS: [LogRing<CELLS>; 2] = [const { LogRing::new() }; 2];
    static LOG: Shards<2> = Shards::new([&RINGS[0], &RINGS[1]], Config::drop_newest());
    const LARGE: &Shards<2> = &LOG;
    assert!(LARGE.push(1, Level::INFO, b"x").is_stored());
    let ring = LOG.logger(0).steps_max(8);
    // Two choices, of 8 looks at home and 3 at each other ring, and a plain push
    // that stores nothing.
    let plain = if cfg!(target_pointer_width = "64") {
        15
    } else {
        6
    };
    assert_eq!(LOG.steps_max(8), ring + 2 * (8 + 3) + plain);
    let eight = rings::<8>();
    let nine = rings::<9>();
    let many = rings::<64>();
    let most = |choice: usize| ring + 2 * choice + plain;
    assert_eq!(set(&eight, Config::drop_newest()).steps_max(8), most(29));
    assert_eq!(set(&nine, Config::drop_newest()).steps_max(8), most(32));
    assert_eq!(set(&many, Config::drop_newest()).steps_max(8), most(32));
}

#[test]
fn a_stack_number_is_the_same_in_one_thread() {
    assert_eq!(stack_index(), stack_index());
}

/// Numbers of threads are counted, and stay. Behind a `main` that has asked, each
/// of `N` further threads has a shard of its own.
#[test]
#[cfg(feature = "std")]
fn threads_that_ask_one_after_the_other_have_a_shard_each() {
    use logring::shards::thread_index;
    let mine = thread_index();
    let others: [usize; 8] = core::array::from_fn(|_| {
        let asks = || {
            let number = thread_index();
            assert_eq!(thread_index(), number);
            number
        };
        std::thread::spawn(asks).join().unwrap()
    });
    assert_eq!(thread_index(), mine);
    assert!(!others.contains(&mine));
    for shards in [1, 2, 3, 4, 8] {
        for run in others.chunks_exact(shards) {
            let mut homes: Vec<_> = run.iter().map(|number| number % shards).collect();
            homes.sort_unstable();
            assert_eq!(homes, (0..shards).collect::<Vec<_>>(), "{run:?}");
        }
    }
}

#[test]
#[cfg(all(feature = "core-index", target_os = "linux", not(miri)))]
fn a_core_has_a_number_below_the_number_of_cores() {
    let cores = std::fs::read_to_string("/sys/devices/system/cpu/possible").unwrap();
    let last = cores.trim().rsplit(['-', ',']).next().unwrap();
    assert!(logring::shards::core_index() <= last.parse().unwrap());
}
