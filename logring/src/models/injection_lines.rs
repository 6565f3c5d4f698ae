//! Lines that outgrow the stack, pops into a small buffer, and losses that are taken
//! as a table: interrupted before each of their accesses by every other call.
//!
//! As in `injection`, which has the calls that matter most: no record is torn, the
//! books balance, and no line takes more steps than its bound.

use super::{Got, id_of, level, push, settle};
use crate::sync::hook;
use crate::{Config, LogRing, Logger, Lost, Popped, Pushed, Ring};
use core::cell::{Cell, RefCell};
use std::rc::Rc;
use std::vec::Vec;
use std::{eprintln, format};

const CELLS: usize = 64;
/// The record of the call that interrupts, and of the one that is interrupted.
const INNER: u8 = 101;
const OUTER: u8 = 102;
/// Bytes of a line that grows twice, a piece after the other.
const PIECES: [usize; 3] = if usize::BITS == 64 {
    [250, 300, 700]
} else {
    [60, 70, 150]
};

/// What a context does to the ring.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Call {
    Line,
    Push,
    PopCut,
    DrainCut,
    Refuse,
    TakeLosses,
}

const CALLS: [Call; 6] = [
    Call::Line,
    Call::Push,
    Call::PopCut,
    Call::DrainCut,
    Call::Refuse,
    Call::TakeLosses,
];

impl Call {
    const fn offers(self) -> bool {
        matches!(self, Self::Line | Self::Push | Self::Refuse)
    }
}

/// The case that is running.
struct Case {
    ring: Rc<LogRing<CELLS>>,
    config: Config,
    inner: Call,
    got: Got,
    answer: Option<Pushed>,
}

std::thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
    /// Accesses that are left before the interrupt.
    static LEFT: Cell<usize> = const { Cell::new(0) };
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Makes a call, and collects what it gets; what an offer is answered.
fn make(call: Call, ring: &Ring, config: Config, id: u8, got: &mut Got) -> Option<Pushed> {
    let log = Logger::new(ring, config);
    let text = core::str::from_utf8(core::slice::from_ref(&id)).expect("an id below 128");
    match call {
        Call::Line => {
            let [a, b, c] = PIECES.map(|bytes| text.repeat(bytes));
            Some(log.push_fmt(level(id), 0, format_args!("{a}{b}{c}")))
        }
        Call::Push => Some(push(&log, id)),
        Call::Refuse => {
            let strict = Logger::new(ring, config.with_truncate(false));
            Some(strict.push(level(id), &[id; 8 * 1024]))
        }
        Call::PopCut => {
            if let Popped::Record(record) = ring.pop(&mut [0; 5]) {
                got.ids.push(id_of(&record));
                got.told += record.lost_before;
            }
            None
        }
        Call::DrainCut => {
            ring.drain(&mut [0; 40], 3, |record| {
                got.ids.push(id_of(&record));
                got.told += record.lost_before;
            });
            None
        }
        Call::TakeLosses => {
            // A refusal that was interrupted between its two additions is told by the
            // first, and is no reason for the second to tell anything.
            got.told += ring.take_losses().untold;
            if id == INNER {
                assert_eq!(ring.take_trailing_loss(), 0);
                assert_eq!(ring.take_losses().untold, 0);
            }
            None
        }
    }
}

fn before_access() {
    STEPS.set(STEPS.get() + 1);
    match LEFT.get() {
        0 => {
            let (ring, config, inner) = CASE.with_borrow(|case| {
                let case = case.as_ref().expect("a case runs");
                (case.ring.clone(), case.config, case.inner)
            });
            LEFT.set(usize::MAX);
            let steps = STEPS.get();
            hook::set(None);
            let mut got = Got::default();
            let answer = make(inner, &ring, config, INNER, &mut got);
            hook::set(Some(before_access));
            STEPS.set(steps);
            CASE.with_borrow_mut(|case| {
                let case = case.as_mut().expect("a case runs");
                (case.got, case.answer) = (got, answer);
            });
        }
        usize::MAX => {}
        left => LEFT.set(left - 1),
    }
}

/// Runs `outer` on a ring with so many records, interrupted before its access number
/// `at`; whether it was.
fn run(outer: Call, inner: Call, config: Config, resident: usize, at: usize) -> bool {
    let ring = Rc::new(LogRing::starting_at(usize::MAX - 30));
    let log = Logger::new(&ring, Config::drop_newest());
    let mut losses = ring.take_losses().totals;
    for id in 1..=resident {
        assert_eq!(push(&log, id as u8), Pushed::Stored);
    }
    CASE.set(Some(Case {
        ring: ring.clone(),
        config,
        inner,
        got: Got::default(),
        answer: None,
    }));
    LEFT.set(at);
    STEPS.set(0);
    hook::set(Some(before_access));
    let mut got = Got::default();
    let answer = make(outer, &ring, config, OUTER, &mut got);
    hook::set(None);
    let interrupted = LEFT.get() == usize::MAX;
    let case = CASE.take().expect("the case has run");
    let what = || format!("{outer:?} by {inner:?} at {at}, {resident} before, {config}");

    let bytes = PIECES.iter().sum();
    if outer == Call::Line {
        let (steps, bound) = (STEPS.get(), log_bound(&ring, config, bytes));
        assert!(steps <= bound, "{steps} > {bound}: {}", what());
    }
    for (call, answer) in [(outer, answer), (inner, case.answer)] {
        let roomy = resident == 0 && answer.is_some();
        if roomy && call != Call::Refuse {
            assert_eq!(answer, Some(Pushed::Stored), "{}", what());
        }
        if call == Call::Refuse {
            assert!(matches!(answer, None | Some(Pushed::Lost(Lost::TooBig))));
        }
    }
    // What the table says is what was told, at once and in the end.
    let mut told = got.told + case.got.told;
    let taken = ring.take_losses();
    told += taken.untold;
    assert_eq!(taken.totals.since(&losses).total(), told, "{}", what());
    losses = taken.totals;
    assert_eq!(losses, ring.stats().lost, "{}", what());
    got.told += taken.untold;
    // A line that is not cut is whole, and in its order.
    let mut buf = [0; 4096];
    while let Popped::Record(record) = ring.pop(&mut buf) {
        let id = id_of(&record);
        let line = (id == OUTER && outer == Call::Line) || (id == INNER && inner == Call::Line);
        if line && !record.truncated {
            assert_eq!(
                record.bytes.len(),
                PIECES.iter().sum::<usize>(),
                "{}",
                what()
            );
        }
        got.ids.push(id);
        got.told += record.lost_before;
    }
    let offered = resident + usize::from(outer.offers());
    let offered = offered + usize::from(inner.offers() && interrupted);
    settle(&ring, offered as u64, &[got, case.got]);
    interrupted
}

fn log_bound(ring: &Ring, config: Config, bytes: usize) -> usize {
    Logger::new(ring, config).format_steps_max(bytes)
}

#[test]
fn lines_cuts_and_tables_may_interrupt_each_other() {
    let configs: Vec<_> = [Config::drop_newest(), Config::drop_oldest()]
        .into_iter()
        .flat_map(|config| [config, config.with_truncate(false)])
        .map(|config| config.with_retry_limit(2))
        .collect();
    for outer in CALLS {
        let mut cases = 0;
        for inner in CALLS {
            for &config in &configs {
                for resident in [0, 40, CELLS - 6, CELLS] {
                    for at in 0.. {
                        if !run(outer, inner, config, resident, at) {
                            break;
                        }
                        cases += 1;
                    }
                }
            }
        }
        eprintln!("{outer:?} interrupted {cases} times");
        assert!(cases > 400, "only {cases} interrupts of {outer:?}");
    }
}
