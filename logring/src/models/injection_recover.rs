//! A recovery that dies before any of its accesses, and is made again: no
//! committed record is lost, and none delivered twice.

use super::{level, push, settle};
use crate::sync::hook;
use crate::{Cause, Config, LogRing, Logger, Pushed, Recovered, Retained, Ring, Severity};
use core::cell::Cell;
use core::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::vec::Vec;

const CELLS: usize = 16;
/// Bytes of a record of two cells, and of three.
const TWO_CELLS: usize = CELL_BYTES + 10;
const THREE_CELLS: usize = 2 * CELL_BYTES + 10;
/// Payload bytes of a cell.
const CELL_BYTES: usize = Ring::CELL_BYTES - size_of::<usize>();

std::thread_local! {
    /// Accesses that are left before this thread's call dies.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Makes a call that dies before access `at`, if it comes so far; what it
/// answered if not, and how many accesses it made.
fn until<T>(at: usize, call: impl FnOnce() -> T) -> (Option<T>, usize) {
    LEFT.set(at);
    hook::set(Some(|| match LEFT.get() {
        0 => {
            hook::set(None);
            resume_unwind(std::boxed::Box::new(()));
        }
        left => LEFT.set(left - 1),
    }));
    let answer = catch_unwind(AssertUnwindSafe(call)).ok();
    hook::set(None);
    (answer, at - LEFT.get())
}

/// What lies in a ring when everybody dies.
#[derive(Clone, Copy, Debug)]
enum Left {
    /// A committed record of one cell, of two, and one that needed less than
    /// was reserved.
    Record,
    Long,
    Short,
    /// A discarded grant.
    Pad,
    /// A grant of one cell that nobody ends, and of three.
    Open,
    OpenLong,
}
use Left::{Long, Open, OpenLong, Pad, Record, Short};

const SCENES: [&[Left]; 6] = [
    &[],
    &[Record, Long],
    &[Open],
    &[OpenLong, Record, Open, Open, Record, OpenLong],
    &[Record, OpenLong, OpenLong, Short, Pad, Open, Long],
    // All cells of the ring.
    &[OpenLong, Record, Pad, OpenLong, Open, Long, OpenLong],
];

/// Puts the scene into the ring; how many records it committed.
fn leave(ring: &Ring, scene: &[Left]) -> Vec<u8> {
    let log = Logger::new(ring, Config::drop_newest());
    let mut committed = Vec::new();
    for (id, left) in (1..).zip(scene) {
        let bytes = match left {
            Record | Open | Short => 8,
            Long => TWO_CELLS,
            Pad | OpenLong => THREE_CELLS,
        };
        match left {
            Record => assert_eq!(push(&log, id), Pushed::Stored),
            Long => assert_eq!(log.push(level(id), &[id; TWO_CELLS]), Pushed::Stored),
            Short => {
                let room = log.reserve(level(id), 0, THREE_CELLS);
                let mut grant = room.expect("there is room");
                grant.append(&[id; 8]);
                grant.commit();
            }
            Pad => drop(log.reserve(level(id), 0, bytes)),
            Open | OpenLong => forget(log.reserve(level(id), 0, bytes).expect("there is room")),
        }
        if matches!(left, Record | Long | Short) {
            committed.push(id);
        }
    }
    committed
}

/// Recovers the scene, dying at each access of the first call and, in a
/// second one, again `deep`; then at last.
fn die_everywhere(before_wrap: usize, scene: &[Left], deep: bool) -> usize {
    let mut steps = 0;
    for first in 0.. {
        for second in 0.. {
            let ring = LogRing::<CELLS>::starting_at(0_usize.wrapping_sub(before_wrap));
            let committed = leave(&ring, scene);
            let open = scene.iter().filter(|left| matches!(left, Open | OpenLong));
            let open = open.count() as u64;
            let (whole, made) = until(first, || ring.recover());
            let again = deep.then(|| until(second, || ring.recover()).0).flatten();
            let deaths = u64::from(whole.is_none()) + u64::from(deep && again.is_none());
            let last = ring.recover();
            let what = std::format!("{scene:?} died at {first} and {second}");
            assert!(last.survived && last.records == committed.len(), "{what}");
            let lost = ring.stats().lost;
            let pads =
                lost.by_cause(Cause::Discarded) - lost.get(Cause::Discarded, Severity::Fatal);
            let counted = lost.get(Cause::Discarded, Severity::Fatal);
            assert!(
                (open..=open + deaths).contains(&counted),
                "{counted}: {what}"
            );
            let offered = committed.len() as u64 + counted + pads;
            assert_eq!(settle(&ring, offered, &[]), committed, "{what}");
            if let Some(whole) = whole {
                assert_eq!(
                    (whole.unfinished as u64, whole.records),
                    (open, committed.len())
                );
                steps = steps.max(made);
            }
            if again.is_some() || !deep {
                if whole.is_some() {
                    return steps;
                }
                break;
            }
        }
    }
    steps
}

#[test]
fn a_recovery_may_die_anywhere_and_no_committed_record_is_lost() {
    let mut most = 0;
    for scene in SCENES {
        for before_wrap in [0, 1, 2, 5, 9, CELLS + 3] {
            most = most.max(die_everywhere(before_wrap, scene, false));
        }
        die_everywhere(3, scene, true);
    }
    // The bound of its documentation; and that something was counted.
    assert!(
        (5 * CELLS..=8 * CELLS + 400).contains(&most),
        "{most} steps"
    );
}

/// Whatever a reset leaves of a first initialisation, it is made again. There
/// is something in the memory, and no seal.
#[test]
fn a_first_power_up_may_die_anywhere_and_is_one_again() {
    for at in 0.. {
        let retained = Retained::<CELLS>::new();
        leave(retained.ring(), SCENES[4]);
        let (whole, made) = until(at, || retained.recover());
        let again = retained.recover();
        if let Some(whole) = whole {
            assert!(!whole.survived && again.survived);
            assert!((3 * CELLS..=CELLS + 200).contains(&made), "{made} steps");
            return;
        }
        assert!(!again.survived, "died at {at}");
        let stats = retained.ring().stats();
        assert_eq!((stats.lost.total(), stats.used_bytes), (0, 0));
        settle(retained.ring(), 0, &[]);
        let log = Logger::new(retained.ring(), Config::drop_oldest());
        assert_eq!(push(&log, 7), Pushed::Stored);
        let found = retained.recover();
        assert!(found.survived && found.records == 1);
    }
}

/// Positions beyond repair stay so until all else is wiped.
#[test]
fn a_wipe_may_die_anywhere_and_is_made_again() {
    for at in 0.. {
        let ring = LogRing::<CELLS>::starting_at(1_usize.wrapping_sub(CELLS));
        leave(&ring, SCENES[4]);
        ring.spoil_tail();
        let (whole, _) = until(at, || ring.recover());
        let again: Recovered = ring.recover();
        assert_eq!(again.survived, whole.is_some(), "died at {at}");
        assert_eq!((again.records, again.unfinished), (0, 0));
        settle(&ring, 0, &[]);
        if whole.is_some() {
            return;
        }
    }
}
