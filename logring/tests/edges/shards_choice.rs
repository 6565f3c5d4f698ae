//! Sets of rings: which shard a record goes to when that at home is full.

use logring::shards::OTHERS_MAX;
use logring::{Cause, Config, Level, LogRing, Lost, Pushed, Severity, Shards};

use crate::shards::{CELLS, FULL, fill, fills, open, rings, set};
use crate::support::{FIRST, lost, pop, used};

/// The last record that fits stays at home. The next goes elsewhere: of equals to
/// the next one, and from the last shard to the first.
#[test]
fn others_are_tried_when_the_home_shard_is_full_and_not_before() {
    for (home, neighbour) in [(0, 1), (2, 0)] {
        let rings = rings::<3>();
        let log = set(&rings, Config::drop_newest());
        fill(&log, home, CELLS - 1);
        assert!(log.push(home, Level::INFO, b"fits").is_stored());
        assert_eq!(used(log.ring(neighbour)), 0);
        assert!(log.push(home, Level::INFO, b"one more").is_stored());
        assert_eq!(pop(log.ring(neighbour)).bytes, b"one more");
        assert_eq!(log.stats(home).lost.total(), 0);
    }
}

/// A full home shard that somebody made room in since takes the record, though
/// the copy of the tail beside its head still says that it is full.
#[test]
fn a_home_shard_that_was_drained_is_home_again() {
    let rings = rings::<2>();
    let log = set(&rings, Config::drop_newest());
    fill(&log, 0, CELLS);
    pop(log.ring(0));
    assert!(log.push(0, Level::INFO, b"x").is_stored());
    assert_eq!(fills(&log), [CELLS, 0]);
}

/// All ways to offer a record of one cell to shard 0.
fn offers<const N: usize>(log: &Shards<'_, N>) -> [Pushed; 4] {
    let granted = || match log.reserve(0, Level::INFO, 0, 1) {
        Ok(grant) => {
            grant.commit();
            Pushed::Stored
        }
        Err(no) => no.into(),
    };
    [
        log.push(0, Level::INFO, b"x"),
        log.push_parts(0, Level::INFO, 7, &[b"x"]),
        logring::info!(log.at(0), "x"),
        granted(),
    ]
}

/// A full shard finds the emptiest of the others, wherever it is and whichever way the
/// record comes in.
#[test]
fn a_full_shard_finds_the_emptiest_of_the_others() {
    for emptiest in 1..8 {
        let rings = rings::<8>();
        let log = set(&rings, Config::drop_newest());
        let mut before = [CELLS, 7, 6, 5, 7, 6, 5, 7];
        before[emptiest] = 0;
        for (shard, records) in before.into_iter().enumerate() {
            fill(&log, shard, records);
        }
        assert_eq!(offers(&log), [Pushed::Stored; 4]);
        before[emptiest] += 4;
        assert_eq!(fills(&log), before);
    }
}

/// The emptiest is the one with the most room, not with the least in it.
#[test]
fn the_emptiest_is_the_one_with_the_most_free_cells() {
    let (home, small, large) = (
        LogRing::<4>::new(),
        LogRing::<4>::new(),
        LogRing::<32>::new(),
    );
    let log = Shards::new([&home, &small, &large], Config::drop_newest());
    fill(&log, 0, 4);
    fill(&log, 1, 1);
    fill(&log, 2, 28);
    assert!(log.push(0, Level::INFO, b"x").is_stored());
    assert_eq!(fills(&log), [4, 1, 29]);
    assert!(log.push(0, Level::INFO, b"x").is_stored());
    assert_eq!(fills(&log), [4, 2, 29], "of equals the next one");
}

/// In a set of eight nothing is refused while there is room for it anywhere. When
/// there is none, the home shard refuses and counts.
#[test]
fn a_set_of_eight_refuses_only_when_all_are_full() {
    for place in 1..8 {
        let rings = rings::<8>();
        let log = set(&rings, Config::drop_newest());
        for shard in 0..8 {
            fill(&log, shard, CELLS - if shard == place { 4 } else { 0 });
        }
        assert_eq!(offers(&log), [Pushed::Stored; 4]);
        assert_eq!(fills(&log), [CELLS; 8]);
        assert_eq!(log.imbalance().lost_all, 0);
        assert_eq!(log.push(0, Level::WARN, b"x"), FULL);
        assert_eq!(log.stats(0).lost.get(Cause::Full, Severity::Warn), 1);
        assert_eq!(log.imbalance().lost_all, 1);
    }
}

/// A record of two cells does not go where one is free: it is refused at home, and
/// counted there. Two free cells anywhere are enough.
#[test]
fn a_record_goes_where_all_of_it_has_room() {
    for place in [None, Some(1), Some(6)] {
        let rings = rings::<8>();
        let log = set(&rings, Config::drop_newest());
        for shard in 0..8 {
            let free = usize::from(shard != 0) + usize::from(Some(shard) == place);
            fill(&log, shard, CELLS - free);
        }
        let two = [b'x'; FIRST + 1];
        let answer = log.push(0, Level::INFO, &two);
        assert_eq!(answer.is_stored(), place.is_some());
        let refused = u64::from(place.is_none());
        assert_eq!(lost(&rings[0], Cause::Full), refused);
        assert_eq!(log.imbalance().lost_all, refused);
    }
}

/// In a larger set a search sees seven others, and after a refusal the next seven.
/// So room anywhere is found after `others / 7` searches, rounded up.
#[test]
fn a_larger_set_is_looked_at_in_turns() {
    fn search<const N: usize>() {
        let searches = (N - 1).div_ceil(OTHERS_MAX);
        let mut most = 0;
        for (place, stored_before) in (1..N).flat_map(|place| [(place, 0), (place, 3)]) {
            let rings = rings::<N>();
            let log = set(&rings, Config::drop_newest());
            for shard in 0..N {
                fill(
                    &log,
                    shard,
                    if shard == place { stored_before } else { CELLS },
                );
            }
            let refused = (0..searches).take_while(|_| log.push(0, Level::INFO, b"x") == FULL);
            let refused = refused.count();
            assert!(refused < searches, "{place} of {N} is not found");
            assert_eq!(lost(&rings[0], Cause::Full), refused as u64);
            assert_eq!(used(&rings[place]), stored_before + 1);
            most = most.max(refused + 1);
        }
        assert_eq!(most, searches, "some room is seen by the last search only");
    }
    search::<8>();
    search::<9>();
    if !cfg!(miri) {
        search::<16>();
        search::<22>();
        search::<64>();
    }
}

/// The same above a mark, which is another cause of loss.
#[test]
fn a_larger_set_is_looked_at_in_turns_above_a_mark() {
    let rings = rings::<16>();
    let log = set(&rings, Config::drop_newest().with_mark(Severity::Debug, 50));
    for shard in 0..16 {
        fill(&log, shard, if shard == 9 { 0 } else { CELLS / 2 });
    }
    let refused = (0..3).take_while(|_| !log.push(0, Level::DEBUG, b"x").is_stored());
    assert!(refused.count() < 3);
    assert_eq!(used(&rings[9]), 1);
}

#[test]
fn without_others_the_home_shard_refuses_whatever_room_there_is() {
    let rings = rings::<2>();
    let log = set(&rings, Config::drop_newest()).without_others();
    fill(&log, 0, CELLS);
    assert_eq!(log.push(0, Level::INFO, b"x"), FULL);
    assert_eq!(log.steps_max(9), log.logger(0).steps_max(9));
    assert_eq!(fills(&log), [CELLS, 0]);
}

/// A record of two cells finds one cell at home, and two next door.
#[test]
fn the_look_knows_how_many_cells_a_record_takes() {
    let two = vec![b'x'; FIRST + 1];
    let rings = rings::<2>();
    let log = set(&rings, Config::drop_newest());
    fill(&log, 0, CELLS - 1);
    assert!(log.push(0, Level::INFO, &two[..FIRST]).is_stored());
    assert_eq!(fills(&log), [CELLS, 0]);
    pop(log.ring(0));
    for offer in 0..4 {
        let answer = match offer {
            0 => log.push(0, Level::INFO, &two),
            1 => log.push_parts(0, Level::INFO, 0, &[&two[..FIRST], &two[FIRST..]]),
            2 => {
                let text = str::from_utf8(&two).unwrap();
                logring::info!(log.at(0), "{text}")
            }
            _ => {
                log.reserve(0, Level::INFO, 0, two.len()).unwrap().commit();
                Pushed::Stored
            }
        };
        assert_eq!(answer, Pushed::Stored, "offer {offer}");
        assert_eq!(used(log.ring(0)), CELLS - 1, "offer {offer}");
    }
    assert!(log.push(0, Level::INFO, b"x").is_stored());
    assert_eq!(used(log.ring(0)), CELLS);
}

/// An overwriting shard does not evict while a ring elsewhere has room to spare.
/// An eighth of that ring stays free for its own producers.
#[test]
fn an_overwriting_shard_uses_what_others_can_spare() {
    let rings = rings::<2>();
    let log = set(&rings, Config::drop_oldest());
    fill(&log, 0, CELLS);
    for _ in 0..CELLS - CELLS / 8 {
        assert!(log.push(0, Level::INFO, b"x").is_stored());
    }
    assert_eq!(fills(&log), [CELLS, CELLS - CELLS / 8]);
    assert_eq!(log.imbalance().lost_all, 0);
    assert!(log.push(0, Level::INFO, b"x").is_stored());
    assert_eq!(fills(&log), [CELLS, CELLS - CELLS / 8]);
    assert_eq!(lost(&rings[0], Cause::Evicted), 1);
    assert_eq!(lost(&rings[1], Cause::Evicted), 0);
}

/// An overwriting shard finds the emptiest of three others, whichever way a
/// record comes in.
#[test]
fn an_overwriting_shard_finds_the_emptiest() {
    for emptiest in 1..4 {
        let rings = rings::<4>();
        let log = set(&rings, Config::drop_oldest());
        let mut before = [CELLS, 5, 4, 6];
        before[emptiest] = 0;
        for (shard, records) in before.into_iter().enumerate() {
            fill(&log, shard, records);
        }
        assert_eq!(offers(&log), [Pushed::Stored; 4]);
        before[emptiest] += 4;
        assert_eq!(fills(&log), before);
    }
}

/// In a larger overwriting set each eviction looks at other shards: soon one finds
/// the room, wherever it is.
#[test]
fn an_overwriting_shard_of_many_finds_room_after_a_few_evictions() {
    let mut most = 0;
    for place in (1..32).step_by(if cfg!(miri) { 9 } else { 1 }) {
        let rings = rings::<32>();
        let log = set(&rings, Config::drop_oldest());
        for shard in 0..32 {
            fill(&log, shard, if shard == place { 0 } else { CELLS });
        }
        let pushes = (0..200).take_while(|_| {
            assert!(log.push(0, Level::INFO, b"x").is_stored());
            used(&rings[place]) == 0
        });
        let pushes = pushes.count() as u64;
        assert_eq!(lost(&rings[0], Cause::Evicted), pushes);
        most = most.max(pushes);
    }
    assert!(most < 60, "{most} evictions beside an empty shard");
}

/// An open grant at the tail of a full overwriting shard keeps it from evicting:
/// the neighbour helps while it has room, and loses nothing for it.
#[test]
fn a_shard_that_is_held_up_by_an_open_grant_lends_from_its_neighbour() {
    let rings = rings::<2>();
    let log = set(&rings, Config::drop_oldest());
    let grant = open(&log, 0);
    fill(&log, 0, CELLS - 1);
    for _ in 0..CELLS {
        assert_eq!(log.push(0, Level::INFO, b"x"), Pushed::Stored);
    }
    assert_eq!(fills(&log), [CELLS, CELLS]);
    // The neighbour is full: it does not evict for a stranger.
    assert_eq!(log.push(0, Level::INFO, b"x"), Pushed::Lost(Lost::Busy));
    assert_eq!(log.stats(0).lost.by_cause(Cause::Busy), 1);
    assert_eq!(log.stats(1).lost.total(), 0);
    grant.commit();
    assert_eq!(log.push(0, Level::INFO, b"x"), Pushed::Stored);
    assert_eq!(lost(&rings[0], Cause::Evicted), 1);
}

/// A severity with a mark goes next door when the home shard is above its
/// mark, and is refused when both are; the others still have room at home.
#[test]
fn a_mark_sends_its_severity_to_the_neighbour() {
    let rings = rings::<2>();
    let log = set(&rings, Config::drop_oldest().with_mark(Severity::Debug, 50));
    fill(&log, 0, CELLS / 2);
    for _ in 0..CELLS / 2 {
        assert_eq!(log.push(0, Level::DEBUG, b"x"), Pushed::Stored);
    }
    assert_eq!(fills(&log), [CELLS / 2; 2]);
    assert_eq!(log.push(0, Level::DEBUG, b"x"), Pushed::Lost(Lost::Level));
    assert_eq!(log.stats(0).lost.get(Cause::Level, Severity::Debug), 1);
    assert_eq!(log.push(0, Level::INFO, b"x"), Pushed::Stored);
    assert_eq!(fills(&log), [CELLS / 2 + 1, CELLS / 2]);
}

/// A record that the smaller neighbour would cut stays at home, and is refused
/// there; one that both take whole goes next door.
#[test]
fn a_neighbour_that_would_cut_a_record_is_not_used() {
    let large = LogRing::<32>::new();
    let small = LogRing::<4>::new();
    let log = Shards::new([&large, &small], Config::drop_newest());
    fill(&log, 0, 32);
    let whole = vec![1; small.record_bytes_max()];
    let cut = vec![1; small.record_bytes_max() + 1];
    assert_eq!(log.push(0, Level::INFO, &cut), FULL);
    assert_eq!(log.push(0, Level::INFO, &whole), Pushed::Stored);
    assert_eq!(pop(&small).bytes, whole);
    // The other way round, the large one takes whole what the small one would
    // have cut.
    fill(&log, 1, 4);
    pop(&large);
    assert_eq!(log.push(1, Level::INFO, &cut), Pushed::Stored);
}

/// What is too big is so at home, also if the neighbour has room.
#[test]
fn a_record_that_is_too_big_is_refused_at_home() {
    let rings = rings::<2>();
    let config = Config::drop_newest().with_truncate(false);
    let log = set(&rings, config);
    fill(&log, 0, CELLS);
    let large = vec![1; rings[0].record_bytes_max() + 1];
    let answer = log.push(0, Level::INFO, &large);
    assert_eq!(answer, Pushed::Lost(Lost::TooBig));
    assert_eq!(lost(&rings[0], Cause::TooBig), 1);
    assert_eq!(lost(&rings[1], Cause::TooBig), 0);
}
