//! Verdicts, and the places of losses, with one interrupt before each access of a call:
//! what the books cannot see.

use super::{Got, level, push, push_tagged};
use crate::sync::hook;
use crate::{Config, LogRing, Logger, Lost, Pushed, Ring};
use core::cell::Cell;

const CELLS: usize = 16;

std::thread_local! {
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static INNER: Cell<fn()> = const { Cell::new(|| ()) };
}

fn count_down() {
    match LEFT.get() {
        Some(0) => {
            LEFT.set(None);
            hook::set(None);
            INNER.get()();
        }
        Some(left) => LEFT.set(Some(left - 1)),
        None => {}
    }
}

/// `outer`, interrupted before its access number `at` by `inner`; whether it was.
fn interrupted(at: usize, inner: fn(), outer: impl FnOnce()) -> bool {
    INNER.set(inner);
    LEFT.set(Some(at));
    hook::set(Some(count_down));
    outer();
    hook::set(None);
    LEFT.take().is_none()
}

std::thread_local! {
    static PLACE: &'static LogRing<CELLS> = std::boxed::Box::leak(std::boxed::Box::new(LogRing::new()));
}

fn place() -> &'static Ring {
    PLACE.with(|ring| *ring)
}

fn refused() {
    let log = Logger::new(place(), Config::drop_newest().with_truncate(false));
    assert_eq!(log.push(level(1), &[0; 4096]), Pushed::Lost(Lost::TooBig));
}

fn popped() {
    let mut got = Got::default();
    assert!(!got.pop(place()));
}

/// What the next accepted record tells.
fn told_next() -> u64 {
    let mut got = Got::default();
    push(&Logger::new(place(), Config::drop_newest()), 1);
    assert!(got.pop(place()));
    got.told
}

/// A refusal in the middle of telling all: told by that call, or carried by the next record.
#[test]
fn a_refusal_within_a_telling_is_carried_by_the_next_record() {
    for at in 0.. {
        refused();
        let mut told = 0;
        let hit = interrupted(at, refused, || told = place().take_trailing_loss());
        let next = told_next();
        if !hit {
            break;
        }
        assert_eq!(told + next, 2, "interrupted at access {at}");
    }
}

/// A consumer finds the ring empty in the middle of a refusal: the next record carries it.
#[test]
fn a_refusal_beside_an_empty_pop_is_carried_by_the_next_record() {
    for at in 0.. {
        let hit = interrupted(at, popped, refused);
        let next = told_next();
        if !hit {
            break;
        }
        assert_eq!(next, 1, "interrupted at access {at}");
    }
}

/// A push reads the head of a full ring; before it reads the tail, everything is taken and the
/// tail goes beyond that head. There is room: it is not full (I9).
#[test]
fn a_head_of_long_ago_is_not_full() {
    fn turn_over() {
        let mut got = Got::default();
        while got.pop(place()) {}
        for id in 100..103 {
            push(&Logger::new(place(), Config::drop_newest()), id);
            assert!(got.pop(place()));
        }
    }
    for at in 0.. {
        let log = Logger::new(place(), Config::drop_newest());
        while push(&log, 2).is_stored() {}
        let mut answer = None;
        let hit = interrupted(at, turn_over, || answer = Some(push_tagged(&log, 3)));
        let mut got = Got::default();
        while got.pop(place()) {}
        let _ = place().take_trailing_loss();
        if !hit {
            break;
        }
        // Where the interrupt comes after the look at the tail, the ring was full.
        if at < 4 {
            assert_eq!(answer, Some(Pushed::Stored), "interrupted at access {at}");
        }
    }
}

/// A grant is given back, and a consumer comes by in the middle: once it finds the ring empty, the
/// loss is in the books (R.a before W.e).
#[test]
fn a_discard_is_counted_before_it_can_be_passed() {
    fn look() {
        popped();
        let stats = place().stats();
        if stats.used_bytes == 0 {
            assert_eq!(
                stats.lost.total(),
                LOST.get() + 1,
                "passed, and not counted"
            );
        }
    }
    std::thread_local! { static LOST: Cell<u64> = const { Cell::new(0) }; }
    for at in 0.. {
        LOST.set(place().stats().lost.total());
        let log = Logger::new(place(), Config::drop_newest());
        let grant = log.reserve(level(1), 0, 8).unwrap();
        let hit = interrupted(at, look, || drop(grant));
        look();
        if !hit {
            break;
        }
    }
}

/// A pop loses its race to an overwriting producer, and gets a record of that one: all that the
/// producer evicted before is told with it (I8).
#[test]
fn what_an_evictor_evicted_is_told_with_its_record() {
    fn overwrite() {
        let log = Logger::new(place(), Config::drop_oldest());
        for id in 100..120 {
            push(&log, id);
        }
    }
    let mut raced = false;
    for at in 0.. {
        let log = Logger::new(place(), Config::drop_newest());
        while push(&log, 2).is_stored() {}
        let _ = place().take_trailing_loss();
        let before = place().stats().lost.by_cause(crate::stats::Cause::Evicted);
        let mut got = Got::default();
        let hit = interrupted(at, overwrite, || assert!(got.pop(place())));
        let evicted = place().stats().lost.by_cause(crate::stats::Cause::Evicted) - before;
        if got.ids[0] >= 100 {
            raced = true;
            assert_eq!(got.told, evicted, "interrupted at access {at}");
        }
        while got.pop(place()) {}
        let _ = place().take_trailing_loss();
        if !hit {
            break;
        }
    }
    assert!(raced);
}

/// A drain meets, in its own batch, a record that carries a refusal of the same moment: it is told
/// with that record.
#[test]
fn a_drain_tells_the_refusal_that_its_batch_carries() {
    fn refuse_and_push() {
        refused();
        push(&Logger::new(place(), Config::drop_newest()), 100);
    }
    let mut met = false;
    for at in 0.. {
        push(&Logger::new(place(), Config::drop_newest()), 1);
        let mut got = Got::default();
        let hit = interrupted(at, refuse_and_push, || got.drain(place(), 3));
        if got.ids.contains(&100) {
            met = true;
            assert_eq!(got.told, 1, "interrupted at access {at}");
        }
        while got.pop(place()) {}
        let _ = place().take_trailing_loss();
        if !hit {
            break;
        }
    }
    assert!(met);
}

/// A buffer is too small for the oldest record, which is evicted in the middle of the pop: the
/// answer is about the record that is the oldest when it is given.
#[test]
fn no_space_is_about_the_oldest_record() {
    fn overwrite() {
        push(&Logger::new(place(), Config::drop_oldest()), 100);
    }
    for at in 0.. {
        let log = Logger::new(place(), Config::drop_newest());
        assert!(log.push(level(1), &[1; 16]).is_stored());
        while push(&log, 2).is_stored() {}
        let mut answer = None;
        let hit = interrupted(at, overwrite, || {
            if let crate::Popped::NoSpace { needed } = place().pop_whole(&mut [0; 4]) {
                answer = Some(needed);
            }
        });
        let mut buf = [0; 256];
        let crate::Popped::Record(oldest) = place().pop(&mut buf) else {
            panic!("a record is there")
        };
        assert_eq!(
            answer,
            Some(oldest.bytes.len()),
            "interrupted at access {at}"
        );
        while Got::default().pop(place()) {}
        let _ = place().take_trailing_loss();
        if !hit {
            break;
        }
    }
}

/// A pop is overtaken by calls that never leave more than one record in the ring: the peak is one.
#[test]
fn the_peak_is_not_overstated_by_a_pop_that_lost() {
    fn turn_over() {
        let mut got = Got::default();
        for id in 100..103 {
            got.pop(place());
            push(&Logger::new(place(), Config::drop_newest()), id);
        }
    }
    for at in 0.. {
        push(&Logger::new(place(), Config::drop_newest()), 1);
        let mut got = Got::default();
        let hit = interrupted(at, turn_over, || {
            got.pop(place());
        });
        while got.pop(place()) {}
        assert_eq!(
            place().stats().high_water_bytes,
            Ring::CELL_BYTES,
            "interrupted at access {at}"
        );
        if !hit {
            break;
        }
    }
}

/// A ring is recovered while a grant is open, and its cells are used anew: whatever the
/// grant still does, no record but its own is touched (I2).
#[test]
fn a_grant_of_before_a_recovery_touches_nothing() {
    for end in 0..3 {
        let ring = LogRing::<CELLS>::starting_at(usize::MAX - 3);
        let log = Logger::new(&ring, Config::drop_newest());
        let mut grant = log.reserve(level(1), 0, 8).unwrap();
        grant.append(&[1; 3]);
        assert_eq!(ring.recover().unfinished, 1);
        let mut got = Got::default();
        while got.pop(&ring) {}
        // So that the same cells come again.
        for id in 2..2 + CELLS as u8 {
            assert_eq!(push(&log, id), Pushed::Stored);
        }
        match end {
            0 => {
                grant.append(&[1; 5]);
                grant.commit();
            }
            1 => grant.discard(),
            _ => drop(grant),
        }
        while got.pop(&ring) {}
        assert_eq!(got.ids.len(), CELLS);
        assert_eq!(ring.stats().used_bytes, 0);
        assert_eq!(got.told + ring.take_trailing_loss(), 1);
    }
}

/// More losses than half of what a word counts are told, not taken for none.
#[test]
fn more_losses_than_half_the_range_are_told() {
    const MANY: usize = usize::MAX / 2 + 9;
    let ring = LogRing::<CELLS>::new();
    for _ in 0..3 {
        ring.lose(MANY);
        // Refusals and evictions, modulo the word.
        assert_eq!(ring.take_trailing_loss() as usize, MANY.wrapping_mul(2));
    }
}

/// Somebody touches the pages while a lap is pushed: each record stays, whole, and so
/// does the word that a loss is to be told.
#[test]
fn touched_pages_keep_what_is_pushed() {
    fn fill() {
        for id in 1..=CELLS as u8 {
            let pushed = push(&Logger::new(place(), Config::drop_newest()), id);
            assert_eq!(pushed, Pushed::Stored);
        }
        refused();
    }
    fill();
    let mut hits = 0;
    for at in 0.. {
        let mut got = Got::default();
        while got.pop(place()) {}
        let _ = place().take_trailing_loss();
        let hit = interrupted(at, fill, || place().prefault());
        if !hit {
            break;
        }
        hits += 1;
        let mut got = Got::default();
        while got.pop(place()) {}
        let all: std::vec::Vec<_> = (1..=CELLS as u8).collect();
        assert_eq!(got.ids, all, "interrupted at access {at}");
        assert_eq!(got.told + told_next(), 1, "interrupted at access {at}");
    }
    assert!(hits >= 4, "{hits} accesses");
}
