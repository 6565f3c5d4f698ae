//! A consumer that sleeps, on one core with the producers that wake it, where
//! everybody may interrupt everybody, before any access.
//!
//! The consumer's executor polls it as long as somebody has woken it. In one half of
//! the cases it outranks the producers: a call that wakes it is interrupted by it
//! at once. In the other half it runs later. In both it also comes on top of any call
//! for another reason, such as a timeout or a command, and who is interrupted stands
//! still until it sleeps.

use super::{level, push};
use crate::adapters::Arrival;
use crate::sync::{WakerCell, hook};
use crate::{Config, LogRing, Logger, Popped, Pushed};
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Waker};
use std::boxed::Box;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Wake;
use std::vec::Vec;
use std::{eprintln, vec};

const CELLS: usize = 16;
/// Polls in a row that no consumer needs which sleeps.
const SPIN: usize = 30;

/// What a context does.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Act {
    Push,
    /// A grant that is open for a while, and is discarded.
    Discard,
    /// Somebody wakes the consumer for another reason.
    Poll,
}
use Act::{Discard, Poll, Push};

/// Who interrupts whom: the acts of each depth, one after the other.
type Acts = &'static [&'static [Act]];

/// One family of cases.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    acts: Acts,
    /// Whether the consumer interrupts who wakes it.
    outranks: bool,
    /// How many tasks take turns in polling the consumer.
    tasks: usize,
}

struct Case {
    ring: LogRing<CELLS>,
    arrival: Arrival,
    scenario: Scenario,
    fire_at: Vec<usize>,
    /// Accesses of the contexts that are running, outermost first.
    steps: RefCell<Vec<usize>>,
    hits: Cell<usize>,
    pushed: Cell<u8>,
    taken: Cell<u8>,
    discarded: Cell<u64>,
    told: Cell<u64>,
    tasks: Vec<Waker>,
    /// Away while it runs.
    consumer: Cell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    woken: Cell<bool>,
    polls: Cell<usize>,
}

std::thread_local! {
    static CASE: RefCell<Option<Rc<Case>>> = const { RefCell::new(None) };
}

fn case() -> Rc<Case> {
    CASE.with_borrow(|case| case.clone().expect("a case runs"))
}

/// The waker of one task of the consumer.
struct Task;

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let case = case();
        case.woken.set(true);
        if case.scenario.outranks {
            case.run_consumer();
        }
    }
}

async fn consume(case: Rc<Case>) {
    let mut buf = [0; 64];
    loop {
        while let Popped::Record(record) = case.ring.pop(&mut buf) {
            case.taken.set(case.taken.get() + 1);
            case.told.set(case.told.get() + record.lost_before);
        }
        case.arrival.wait(&case.ring).await;
    }
}

impl Case {
    /// The executor: polls while the consumer is awake, unless it is at it.
    fn run_consumer(&self) {
        let mut in_a_row = 0;
        while self.woken.get() {
            let Some(mut consumer) = self.consumer.take() else {
                return;
            };
            self.woken.set(false);
            in_a_row += 1;
            assert!(in_a_row < SPIN, "it spins: {}", self.what());
            let task = &self.tasks[self.polls.get() % self.tasks.len()];
            self.polls.set(self.polls.get() + 1);
            let polled = consumer.as_mut().poll(&mut Context::from_waker(task));
            assert!(polled.is_pending());
            self.consumer.set(Some(consumer));
        }
    }

    /// Runs the acts of the next depth.
    fn act(&self) {
        let depth = self.steps.borrow().len();
        self.steps.borrow_mut().push(0);
        for act in self.scenario.acts[depth] {
            let log = Logger::new(&self.ring, calls());
            let id = self.pushed.get() + 1;
            match act {
                Push => {
                    self.pushed.set(id);
                    assert_eq!(push(&log, id), Pushed::Stored);
                }
                Discard => {
                    let grant = log.reserve(level(id), 0, 8).expect("there is room");
                    self.discarded.set(self.discarded.get() + 1);
                    grant.discard();
                }
                Poll => {
                    self.woken.set(true);
                    self.run_consumer();
                }
            }
        }
        self.steps.borrow_mut().pop();
    }

    fn what(&self) -> std::string::String {
        std::format!("{:?} interrupted at {:?}", self.scenario, self.fire_at)
    }
}

fn calls() -> Config {
    Config::drop_newest().with_notify(Some(|| case().arrival.notify()))
}

/// Before every access: counts it, and runs the next context if it is due.
fn before_access() {
    let case = case();
    let due = {
        let mut steps = case.steps.borrow_mut();
        let depth = steps.len() - 1;
        steps[depth] += 1;
        case.fire_at.get(depth) == Some(&(steps[depth] - 1))
    };
    if due {
        case.hits.set(case.hits.get() + 1);
        case.act();
    }
}

/// Runs one case. Whether every interrupt of it happened.
fn run(scenario: Scenario, fire_at: &[usize]) -> bool {
    let tasks = (0..scenario.tasks).map(|_| Arc::new(Task).into());
    let case = Rc::new(Case {
        ring: LogRing::starting_at(usize::MAX - 1),
        arrival: Arrival::new(),
        scenario,
        fire_at: fire_at.to_vec(),
        steps: RefCell::new(vec![]),
        hits: Cell::new(0),
        pushed: Cell::new(0),
        taken: Cell::new(0),
        discarded: Cell::new(0),
        told: Cell::new(0),
        tasks: tasks.collect(),
        consumer: Cell::new(None),
        woken: Cell::new(true),
        polls: Cell::new(0),
    });
    CASE.set(Some(case.clone()));
    case.consumer.set(Some(Box::pin(consume(case.clone()))));
    // It sleeps before anything happens.
    case.run_consumer();
    hook::set(Some(before_access));
    case.act();
    hook::set(None);
    case.run_consumer();
    let (pushed, taken) = (case.pushed.get(), case.taken.get());
    assert_eq!(taken, pushed, "it sleeps beside a record: {}", case.what());
    let told = case.told.get() + case.ring.take_trailing_loss();
    assert_eq!(told, case.discarded.get(), "{}", case.what());
    let all_fired = case.hits.get() == fire_at.len();
    // The case and its consumer hold each other.
    case.consumer.set(None);
    CASE.set(None);
    all_fired
}

/// Every place of every depth, from `fire_at` on; how many cases there were.
fn explore(scenario: Scenario, fire_at: &mut Vec<usize>) -> usize {
    let mut cases = 0;
    for at in 0.. {
        fire_at.push(at);
        let fired = run(scenario, fire_at);
        cases += usize::from(fired);
        if fired && fire_at.len() + 1 < scenario.acts.len() {
            cases += explore(scenario, fire_at);
        }
        fire_at.pop();
        if !fired {
            break;
        }
    }
    cases
}

/// Makes every case of each family, with one task and with several that take turns.
/// More than there are slots for wakers may have to come again.
fn interrupt(families: &[Acts]) {
    let mut cases = 0;
    for &acts in families {
        for outranks in [true, false] {
            for tasks in 1..=3 {
                let scenario = Scenario {
                    acts,
                    outranks,
                    tasks,
                };
                cases += explore(scenario, &mut vec![]);
            }
        }
    }
    eprintln!("{cases} cases of {families:?}");
    assert!(cases > 3000, "only {cases} cases");
}

/// A consumer that is polled in the middle of a push, its call included, sleeps, and
/// hears of the record when the push goes on. So does one that comes on top of two
/// such pushes, or comes again; and a producer on top of it returns.
#[test]
fn a_consumer_sleeps_on_top_of_who_wakes_it() {
    interrupt(&[
        &[&[Push], &[Poll]],
        &[&[Push], &[Push], &[Poll]],
        &[&[Push], &[Poll], &[Push]],
        &[&[Discard, Push], &[Poll, Poll], &[Discard]],
    ]);
}

/// A producer may come on top of a consumer that is about to sleep, and another on
/// top of it.
#[test]
fn a_push_on_top_of_a_consumer_wakes_it() {
    interrupt(&[
        &[&[Poll], &[Push]],
        &[&[Poll], &[Push], &[Push]],
        &[&[Poll], &[Discard, Push], &[Push]],
    ]);
}

/// Calls stand still on top of each other, and the consumer comes on top of each.
#[test]
fn a_consumer_sleeps_on_top_of_several_calls_that_stand_still() {
    interrupt(&[
        &[&[Push], &[Poll, Push], &[Poll]],
        &[&[Push], &[Poll, Push], &[Poll, Push], &[Poll]],
    ]);
}

/// A call is one step, and two if it finds a task; a registration is eight at most.
#[test]
fn a_call_is_two_steps_and_a_registration_eight() {
    std::thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }
    fn steps(what: impl FnOnce()) -> usize {
        STEPS.set(0);
        hook::listen(Some(|_, _| STEPS.set(STEPS.get() + 1)));
        what();
        hook::listen(None);
        STEPS.get()
    }
    struct Silent;
    impl Wake for Silent {
        fn wake(self: Arc<Self>) {}
    }
    let cell = WakerCell::new();
    assert_eq!(steps(|| cell.wake()), 1);
    let mut most = 0;
    for _ in 0..3 {
        for task in [Waker::noop().clone(), Arc::new(Silent).into()] {
            most = most.max(steps(|| cell.register(&task)));
            most = most.max(steps(|| cell.register(&task)));
            assert_eq!(steps(|| cell.wake()), 2);
            assert_eq!(steps(|| cell.wake()), 1);
            cell.register(&task);
        }
    }
    assert_eq!(most, 8);
}
