//! Interrupts at every point of a push to a set, and of its merged drain: a
//! handler pushes to the same shards, or drains them, before each access.

use super::sets::{SetGot, settle_set};
use super::{Got, level};
use crate::sync::hook;
use crate::{Config, LogRing, Pushed, Shards};
use core::cell::{Cell, RefCell};
use std::rc::Rc;
use std::vec::Vec;
use std::{assert_eq, eprintln, format};

const CELLS: usize = 4;
const SHARDS: usize = 3;

/// What a context does to the set.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Call {
    Push(usize),
    Grant(usize),
    Drain(usize),
}

/// What is interrupted, by what, where, on which rings.
#[derive(Clone, Copy, Debug)]
struct Case {
    outer: Call,
    nested: Call,
    config: Config,
    resident: [u8; SHARDS],
    /// Whether the oldest record of shard 0 is an open grant.
    held: bool,
    fire_at: usize,
}

std::thread_local! {
    static RINGS: RefCell<Option<Rc<[LogRing<CELLS>; SHARDS]>>> = const { RefCell::new(None) };
    static CASE: Cell<Option<Case>> = const { Cell::new(None) };
    /// Accesses of the outer call so far; of the nested one they do not count.
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static FIRED: Cell<bool> = const { Cell::new(false) };
    static GOT: RefCell<Option<SetGot<SHARDS>>> = const { RefCell::new(None) };
}

fn before_access() {
    let case = CASE.get().expect("a case runs while the hook is set");
    let at = STEPS.get();
    STEPS.set(at + 1);
    if at == case.fire_at && !FIRED.replace(true) {
        hook::set(None);
        make(case.nested, case.config, 201);
        hook::set(Some(before_access));
    }
}

fn set(rings: &[LogRing<CELLS>; SHARDS], config: Config) -> Shards<'_, SHARDS> {
    Shards::new(rings.each_ref().map(|ring| &**ring), config)
}

/// Makes a call; the answer to an offer, and its bound.
fn make(call: Call, config: Config, id: u8) -> (Option<Pushed>, usize) {
    let rings = RINGS.with_borrow(|rings| rings.clone().expect("a case runs"));
    let log = set(&rings, config);
    match call {
        Call::Push(shard) => {
            let answer = log.push(shard, level(id), &[id; 8]);
            (Some(answer), log.steps_max(8))
        }
        Call::Grant(shard) => match log.reserve(shard, level(id), 0, 8) {
            Ok(mut grant) => {
                grant.append(&[id; 8]);
                grant.commit();
                (Some(Pushed::Stored), log.steps_max(8))
            }
            Err(no) => (Some(no.into()), log.steps_max(8)),
        },
        Call::Drain(max) => {
            let mut got = SetGot::new();
            got.drain(&log, max);
            GOT.with_borrow_mut(|all| {
                let all = all.as_mut().expect("a case runs");
                for shard in 0..SHARDS {
                    all.ids[shard].extend(&got.ids[shard]);
                    all.told[shard] += got.told[shard];
                }
            });
            (None, 2000)
        }
    }
}

/// Runs one case and checks it. Whether its interrupt happened.
fn run(case: Case, most: &mut usize) -> bool {
    let rings: Rc<[LogRing<CELLS>; SHARDS]> = Rc::new([
        LogRing::starting_at(usize::MAX - 2),
        LogRing::new(),
        LogRing::starting_at(7),
    ]);
    let log = set(&rings, Config::drop_newest());
    let mut offered = 0;
    let grant = case.held.then(|| {
        offered += 1;
        log.logger(0).reserve(level(100), 0, 8).unwrap()
    });
    for (shard, records) in case.resident.into_iter().enumerate() {
        for id in 0..records - u8::from(case.held && shard == 0) {
            let id = id + 40 * shard as u8;
            assert_eq!(log.logger(shard).push(level(id), &[id; 8]), Pushed::Stored);
            offered += 1;
        }
    }
    RINGS.set(Some(rings.clone()));
    GOT.set(Some(SetGot::new()));
    CASE.set(Some(case));
    STEPS.set(0);
    FIRED.set(false);
    hook::set(Some(before_access));
    let (answer, bound) = make(case.outer, case.config, 200);
    hook::set(None);
    let what = || format!("{case:?}");
    assert!(
        STEPS.get() <= bound,
        "{} > {bound}: {}",
        STEPS.get(),
        what()
    );
    *most = (*most).max(STEPS.get());
    // Where two records have room in one ring, and the home ring has such room or
    // none, a race for a last cell loses nothing.
    let free = case.resident.map(|records| CELLS as u8 - records);
    if let (Some(answer), true) = (answer, free[0] != 1 && free.iter().any(|&free| free >= 2)) {
        assert!(answer.is_stored(), "{answer:?} with room: {}", what());
    }
    if let Some(mut grant) = grant {
        grant.append(&[100; 8]);
        grant.commit();
    }
    let pushes = |call| u64::from(!matches!(call, Call::Drain(_)));
    offered += pushes(case.outer) + pushes(case.nested) * u64::from(FIRED.get());
    let got = GOT.take().expect("the case has run");
    settle_set(&log, offered, &[got]);
    FIRED.get()
}

/// Any call to a set may be interrupted by any other, before each of its
/// accesses: no torn record, each offer in one ledger, and the bound holds.
#[test]
fn any_call_to_a_set_may_be_interrupted_by_any() {
    let calls = [
        Call::Push(0),
        Call::Push(1),
        Call::Grant(0),
        Call::Drain(1),
        Call::Drain(usize::MAX),
    ];
    let (mut cases, mut most) = (0, 0);
    for outer in calls {
        for nested in calls {
            for config in [Config::drop_newest(), Config::drop_oldest()] {
                for resident in [
                    [1, 0, 4],
                    [3, 0, 4],
                    [4, 0, 4],
                    [4, 4, 0],
                    [4, 3, 2],
                    [4, 3, 3],
                    [4, 4, 4],
                    [3, 4, 4],
                ] {
                    for held in [false, true] {
                        let case = |fire_at| Case {
                            outer,
                            nested,
                            config,
                            resident,
                            held,
                            fire_at,
                        };
                        cases += (0..).take_while(|&at| run(case(at), &mut most)).count();
                    }
                }
            }
        }
    }
    eprintln!("calls to a set interrupted {cases} times; at most {most} steps");
    assert!(cases > 5000, "only {cases} interrupts");
}

/// At its access `fire_at`, a merged drain loses the oldest record of shard 0
/// to somebody who pops; whether it had so many.
fn pop_under_a_merge(fire_at: usize) -> bool {
    fn pop_once() {
        let at = STEPS.get();
        STEPS.set(at + 1);
        if Some(at) == FIRE_AT.get() {
            hook::set(None);
            RINGS.with_borrow(|rings| {
                let ring = &rings.as_ref().expect("a case runs")[0];
                POPPED.with_borrow_mut(|got| got.pop(ring));
            });
            hook::set(Some(pop_once));
        }
    }
    std::thread_local! {
        static FIRE_AT: Cell<Option<usize>> = const { Cell::new(None) };
        static POPPED: RefCell<Got> = RefCell::default();
    }
    let rings: Rc<[LogRing<CELLS>; SHARDS]> = Rc::new(core::array::from_fn(|_| LogRing::new()));
    let times: [fn() -> u64; 3] = [|| 1, || 5, || 9];
    for (shard, id, time) in [(0, 1, 0), (0, 2, 0), (0, 3, 0), (1, 4, 1), (0, 5, 2)] {
        let config = Config::drop_newest().with_clock(Some(times[time]));
        set(&rings, config).push(shard, level(id), &[id; 8]);
    }
    let log = set(&rings, Config::drop_newest());
    RINGS.set(Some(rings.clone()));
    POPPED.set(Got::default());
    FIRE_AT.set(Some(fire_at));
    STEPS.set(0);
    let mut order = Vec::new();
    hook::set(Some(pop_once));
    log.drain(&mut [0; 4096], usize::MAX, |_, record| {
        order.push(record.bytes[0])
    });
    hook::set(None);
    let popped = POPPED.take().ids;
    assert!(
        order.is_sorted(),
        "{order:?}, with {popped:?} popped at {fire_at}"
    );
    assert_eq!(order.len() + popped.len(), 5, "{order:?} and {popped:?}");
    STEPS.get() > fire_at
}

/// A drain that loses a race copies again, and knows nothing of what it had
/// seen behind the first copy: the order stays that of the times.
#[test]
fn a_merge_that_loses_a_race_keeps_the_order() {
    let cases = (0..).take_while(|&at| pop_under_a_merge(at)).count();
    assert!(cases > 50, "only {cases} places");
}

/// Evictions that never stop take the oldest records from under a large batch.
/// A merge copies less and less, then, and gets some.
#[test]
fn a_merge_gives_ground_to_evictions() {
    static RINGS: [LogRing<256>; 2] = [const { LogRing::new() }; 2];
    fn push_twenty() {
        for _ in 0..20 {
            let log = Shards::new([&RINGS[0], &RINGS[1]], Config::drop_oldest());
            log.push(0, level(1), b"abcd");
        }
    }
    fn evict_now_and_then() {
        STEPS.set(STEPS.get() + 1);
        if STEPS.get() % 200 == 0 {
            hook::set(None);
            push_twenty();
            hook::set(Some(evict_now_and_then));
        }
    }
    (0..13).for_each(|_| push_twenty());
    let log = Shards::new([&RINGS[0], &RINGS[1]], Config::drop_oldest());
    STEPS.set(0);
    let mut records = 0;
    hook::set(Some(evict_now_and_then));
    for _ in 0..10 {
        records += log.drain(&mut [0; 65536], 100, |_, _| ()).records;
    }
    hook::set(None);
    assert!(records > 100, "{records} records");
}
