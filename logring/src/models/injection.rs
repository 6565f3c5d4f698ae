//! Interrupts at every point: before each access of a call to the ring,
//! another call runs to completion, and in that one again, up to three deep.
//!
//! This is what an interrupt or a signal handler that logs does, at every
//! place where it can make a difference, since between two accesses to shared
//! memory nothing of a call can be seen from outside. Each case checks that
//! no record is torn, that the books balance, that a push finds the room that
//! there is, and that no call takes more steps than its bound.

use super::{Got, level, push, push_tagged, settle};
use crate::sync::hook;
use crate::{Config, Grant, LogRing, Logger, Lost, Pushed, Ring};
use core::cell::{Cell, RefCell};
use std::rc::Rc;
use std::vec::Vec;
use std::{eprintln, format, vec};

const CELLS: usize = 16;
/// With no more records than this, the records of three contexts have room.
const RESIDENT_ROOMY: u8 = 4;
/// Payload bytes of a record of three cells.
const LONG: usize = 130;

/// What a context does to the ring.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Call {
    Push,
    PushLong,
    PushTagged,
    Grant,
    Discard,
    Pop,
    Drain,
    TakeTrailing,
    // The ways of a C caller.
    PushAtOnce,
    GrantApart,
    DrainInto,
}

/// One family of cases: what is interrupted, by what, on which ring.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    outer: Call,
    nested: Call,
    outer_config: Config,
    nested_config: Config,
    /// Records of one cell in the ring before.
    resident: u8,
    /// Whether a refusal is untold before.
    untold: bool,
}

/// What happened to one context's call.
#[derive(Clone, Copy)]
struct Done {
    answer: Option<Pushed>,
    steps: usize,
    bound: usize,
}

/// The case that is running.
struct Case {
    ring: Rc<LogRing<CELLS>>,
    scenario: Scenario,
    /// At which of its accesses the call of each depth is interrupted.
    fire_at: Vec<usize>,
    /// Accesses of the calls that are running, outermost first.
    steps: Vec<usize>,
    got: Got,
    done: Vec<Done>,
}

std::thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
    static HITS: Cell<usize> = const { Cell::new(0) };
}

/// Before every access: counts it, and runs the next context if it is due.
fn before_access() {
    let due = CASE.with_borrow_mut(|case| {
        let case = case.as_mut().expect("a case runs while the hook is set");
        let depth = case.steps.len() - 1;
        case.steps[depth] += 1;
        case.fire_at.get(depth) == Some(&(case.steps[depth] - 1))
    });
    if due {
        HITS.set(HITS.get() + 1);
        call_once();
    }
}

/// Runs the call of the next depth to completion.
fn call_once() {
    let (ring, scenario, depth) = CASE.with_borrow_mut(|case| {
        let case = case.as_mut().expect("a case runs");
        case.steps.push(0);
        (case.ring.clone(), case.scenario, case.steps.len() - 1)
    });
    let (call, config) = match depth {
        0 => (scenario.outer, scenario.outer_config),
        _ => (scenario.nested, scenario.nested_config),
    };
    let log = Logger::new(&ring, config);
    let id = 200 + depth as u8;
    let mut got = Got::default();
    let answer = make(call, &ring, config, id, &mut got);
    let bound = bound(call, &log);
    CASE.with_borrow_mut(|case| {
        let case = case.as_mut().expect("a case runs");
        let steps = case.steps.pop().expect("this call's steps");
        case.done.push(Done {
            answer,
            steps,
            bound,
        });
        case.got.ids.extend(got.ids);
        case.got.told += got.told;
    });
}

/// Makes the call, and checks and collects what it gets; what an offer is
/// answered.
fn make(call: Call, ring: &Ring, config: Config, id: u8, got: &mut Got) -> Option<Pushed> {
    let log = Logger::new(ring, config);
    match call {
        Call::Push => Some(push(&log, id)),
        Call::PushLong => Some(log.push(level(id), &[id; LONG])),
        Call::PushTagged => {
            let parts: [&[u8]; 3] = [&[id; 3], &[id; 9], &[id; 8]];
            Some(log.push_parts(level(id), u32::from(id), &parts))
        }
        Call::PushAtOnce => {
            let at_once = ring.push_at_once(config.policy(), level(id), &[id; 8]);
            Some(at_once.unwrap_or_else(|| push(&log, id)))
        }
        Call::Grant | Call::Discard | Call::GrantApart => {
            match (log.reserve(level(id), 0, LONG), call) {
                (Ok(mut grant), Call::Grant) => {
                    grant.append(&[id; 9]);
                    grant.commit();
                    Some(Pushed::Stored)
                }
                (Ok(grant), Call::GrantApart) => Some(in_pieces(ring, grant, id)),
                (Ok(_), _) => None,
                (Err(no), _) => Some(no.into()),
            }
        }
        Call::Pop => {
            got.pop(ring);
            None
        }
        Call::Drain => {
            got.drain(ring, 3);
            None
        }
        Call::DrainInto => {
            got.drain_into(ring);
            None
        }
        Call::TakeTrailing => {
            got.told += ring.take_trailing_loss();
            None
        }
    }
}

/// The most steps of a call.
fn bound(call: Call, log: &Logger<'_>) -> usize {
    match call {
        Call::Push => log.steps_max(8),
        Call::PushTagged => log.steps_max(20),
        // The short cut's own: `untold`, P.a, P.b, four times P.c, P.d and P.e, and
        // P.a, P.b, P.a, P.c.
        Call::PushAtOnce => log.steps_max(8) + crate::producer::PLAIN_STEPS + 4,
        // Each time that it is put together, a look at head and stamp.
        Call::GrantApart => log.steps_max(LONG) + 2 * 5,
        Call::PushLong | Call::Grant | Call::Discard => log.steps_max(LONG),
        // A pop has its own bound; of these, no case can come near it.
        Call::Pop | Call::Drain | Call::DrainInto | Call::TakeTrailing => 500,
    }
}

/// Fills a grant that is taken apart after each piece.
fn in_pieces(ring: &Ring, grant: Grant<'_>, id: u8) -> Pushed {
    let mut words = grant.into_words();
    for _ in 0..3 {
        let mut grant = ring.resume(words).expect("an open grant");
        grant.append(&[id; 3]);
        words = grant.into_words();
    }
    ring.resume(words).expect("an open grant").commit();
    assert!(ring.resume(words).is_none(), "committed, and still open");
    Pushed::Stored
}

/// Runs one case and checks it. Whether every interrupt of it happened.
fn run(scenario: Scenario, fire_at: &[usize], steps_most: &mut usize) -> bool {
    let ring = Rc::new(LogRing::starting_at(usize::MAX - 3));
    let log = Logger::new(&ring, Config::drop_newest());
    let mut offered = u64::from(scenario.resident);
    // In turn, so that no tag is taken for that of the record behind it.
    for id in 1..=scenario.resident {
        let push = [push, push_tagged][usize::from(id % 2)];
        assert_eq!(push(&log, id), Pushed::Stored);
    }
    if scenario.untold {
        let strict = Config::drop_newest().with_truncate(false);
        let refused = Logger::new(&ring, strict).push(level(9), &[9; 4096]);
        assert_eq!(refused, Pushed::Lost(Lost::TooBig));
        offered += 1;
    }
    CASE.set(Some(Case {
        ring: ring.clone(),
        scenario,
        fire_at: fire_at.to_vec(),
        steps: vec![],
        got: Got::default(),
        done: vec![],
    }));
    let hits = HITS.get();
    hook::set(Some(before_access));
    call_once();
    hook::set(None);
    let case = CASE.take().expect("the case has run");
    let all_fired = HITS.get() - hits == fire_at.len();

    let what = || format!("{scenario:?} interrupted at {fire_at:?}");
    for done in &case.done {
        assert!(
            done.steps <= done.bound,
            "{} > {}: {}",
            done.steps,
            done.bound,
            what()
        );
        *steps_most = (*steps_most).max(done.steps);
        if scenario.resident <= RESIDENT_ROOMY {
            let fine = done.answer.is_none_or(Pushed::is_stored);
            assert!(fine, "{:?} with room: {}", done.answer, what());
        }
    }
    let pushes = |call| {
        !matches!(
            call,
            Call::Pop | Call::Drain | Call::DrainInto | Call::TakeTrailing
        )
    };
    offered += u64::from(pushes(scenario.outer));
    offered += u64::from(pushes(scenario.nested)) * (case.done.len() as u64 - 1);
    settle(&ring, offered, &[case.got]);
    all_fired
}

/// Every place of every depth, from `fire_at` on.
fn explore(scenario: Scenario, depth: usize, fire_at: &mut Vec<usize>, figures: &mut Figures) {
    for at in 0.. {
        fire_at.push(at);
        let fired = run(scenario, fire_at, &mut figures.steps_most);
        figures.cases += usize::from(fired);
        if fired && fire_at.len() < depth {
            explore(scenario, depth, fire_at, figures);
        }
        fire_at.pop();
        if !fired {
            return;
        }
    }
}

#[derive(Default)]
struct Figures {
    cases: usize,
    steps_most: usize,
}

/// Interrupts `outer` by every nested call, with every policy of either, on
/// rings with room, nearly full and full.
fn interrupt(outer: Call, nested: &[Call], depth: usize) {
    let mut figures = Figures::default();
    // As few tries as cannot all be lost: then the bound is near what a call takes.
    let tries = depth as u32 + 1;
    let configs =
        [Config::drop_newest(), Config::drop_oldest()].map(|config| config.with_retry_limit(tries));
    for &nested in nested {
        for outer_config in configs {
            for nested_config in configs {
                for resident in [0, 2, CELLS as u8 - 3, CELLS as u8 - 1, CELLS as u8] {
                    for untold in [false, true] {
                        let scenario = Scenario {
                            outer,
                            nested,
                            outer_config,
                            nested_config,
                            resident,
                            untold,
                        };
                        explore(scenario, depth, &mut vec![], &mut figures);
                    }
                }
            }
        }
    }
    let Figures { cases, steps_most } = figures;
    eprintln!("{outer:?} interrupted {cases} times, {depth} deep; at most {steps_most} steps");
    assert!(cases > 1000, "only {cases} interrupts of {outer:?}");
}

const EVERYTHING: [Call; 8] = [
    Call::Push,
    Call::PushLong,
    Call::PushTagged,
    Call::Grant,
    Call::Discard,
    Call::Pop,
    Call::Drain,
    Call::TakeTrailing,
];

/// Two deep, everything interrupts everything.
#[test]
fn any_call_may_interrupt_any_call() {
    for outer in EVERYTHING {
        interrupt(outer, &EVERYTHING, 2);
    }
}

/// The ways of a C caller, against the calls that matter most.
#[test]
fn any_call_may_interrupt_a_c_caller_and_be_interrupted() {
    let c = [Call::PushAtOnce, Call::GrantApart, Call::DrainInto];
    for outer in c {
        interrupt(outer, &[Call::Push, Call::Pop, Call::PushAtOnce], 2);
    }
    interrupt(Call::Push, &c, 2);
    interrupt(Call::Pop, &c, 2);
}

/// Three deep, the two calls that matter most.
#[test]
fn pushes_nest_three_deep() {
    interrupt(Call::Push, &[Call::Push], 3);
    interrupt(Call::Pop, &[Call::Push], 3);
}
