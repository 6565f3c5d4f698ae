//! Interrupts at every point of a frame of `defmt`: before each access that a
//! frame makes, to its buffer or to the ring, a handler begins, writes and ends
//! a frame of its own, and is interrupted in the same way.

use super::Got;
use crate::adapters::{DefmtLevels, DefmtTransport};
use crate::sync::hook;
use crate::{Cause, Config, Level, LogRing, Logger, Lost, Popped, Pushed, Ring, Severity};
use core::cell::RefCell;
use std::boxed::Box;
use std::vec::Vec;
use std::{eprintln, vec};

const DEPTH: usize = 3;
/// Bytes of a frame.
const BYTES: usize = 8;
/// The id of the first record that was in the ring before.
const RESIDENT: u8 = 200;
type Transport = DefmtTransport<DEPTH, 16>;

/// Where contexts are interrupted.
#[derive(Clone, Debug)]
enum Fire {
    /// A context of each depth once, at this access of its.
    At(Vec<usize>),
    /// The outermost context before every access up to the push, which a ring
    /// refuses if each of its attempts is interrupted by another push.
    UpToPush,
}

/// What became of one frame.
#[derive(Clone, Copy)]
struct Done {
    id: u8,
    /// Frames that were open when it began.
    below: usize,
    answer: Pushed,
    steps: usize,
}

/// The case that is running.
struct Case {
    to: &'static Transport,
    fire: Fire,
    /// Accesses of the contexts that are running, outermost first.
    steps: Vec<usize>,
    /// How many of them each had made when it called `release`, if it did.
    releasing: Vec<Option<usize>>,
    hits: usize,
    done: Vec<Done>,
    begun: u8,
}

impl Case {
    /// Frames that hold a buffer: from the second access of `acquire`, which
    /// stores how many are open, to the one of `release` that does, which comes
    /// behind that count, the length and the bytes.
    fn open(&self) -> usize {
        // The last one counted is about to be made.
        let holds = |&context: &usize| self.steps[context] > 2 && !self.pushes(context);
        (0..self.steps.len()).filter(holds).count()
    }

    /// Whether a context gave its buffer back and is offering its frame.
    fn pushes(&self, context: usize) -> bool {
        let made = self.steps[context] - 1;
        self.releasing[context].is_some_and(|at| made - at >= 2 + BYTES + 1)
    }
}

std::thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
}

fn with<R>(act: impl FnOnce(&mut Case) -> R) -> R {
    CASE.with_borrow_mut(|case| act(case.as_mut().expect("a case runs")))
}

/// Before every access: counts it, and runs the next context if it is due.
fn before_access() {
    let due = with(|case| {
        let depth = case.steps.len() - 1;
        case.steps[depth] += 1;
        let due = match &case.fire {
            Fire::At(at) => at.get(depth) == Some(&(case.steps[depth] - 1)),
            Fire::UpToPush => depth == 0 && !case.pushes(0),
        };
        case.hits += usize::from(due);
        due
    });
    if due {
        log_frame();
    }
}

/// The bytes of a frame, in pieces, which tell its id.
fn pieces(id: u8) -> [Vec<u8>; 3] {
    [vec![id; 2], vec![id; 1], vec![id; 5]]
}

/// The levels of the first five frames of a case; those after them have none.
const LEVELS: [Level; 5] = [
    Level::TRACE,
    Level::DEBUG,
    Level::INFO,
    Level::WARN,
    Level::ERROR,
];

fn level_of(id: u8) -> Level {
    let at = usize::from(id).wrapping_sub(1);
    LEVELS.get(at).copied().unwrap_or(Level::INFO)
}

/// What a linker would say of them.
fn levels() -> DefmtLevels {
    DefmtLevels::new([1_u8, 2, 3, 4, 5].map(|id| {
        let number = u16::from_le_bytes([id; 2]);
        number..number + 1
    }))
}

/// One context: logs a frame and counts what that takes.
fn log_frame() {
    let (to, id, below) = with(|case| {
        let below = case.open();
        case.steps.push(0);
        case.releasing.push(None);
        case.begun += 1;
        (case.to, case.begun, below)
    });
    to.acquire();
    for piece in pieces(id) {
        to.write(&piece);
    }
    with(|case| {
        let context = case.steps.len() - 1;
        case.releasing[context] = Some(case.steps[context]);
    });
    let answer = to.release_with(&levels());
    with(|case| {
        case.releasing.pop();
        let steps = case.steps.pop().expect("this context");
        case.done.push(Done {
            id,
            below,
            answer,
            steps,
        });
    });
}

/// Runs one case with so many records in the ring before, and checks it. How
/// many interrupts there were.
fn run(to: &'static Transport, fire: &Fire, resident: u8, deep: &mut usize) -> usize {
    let ring = to.logger().ring();
    let before = ring.stats().lost;
    for id in 0..resident {
        let answer = to.logger().push(Level::INFO, &[RESIDENT + id; BYTES]);
        assert_eq!(answer, Pushed::Stored);
    }
    CASE.set(Some(Case {
        to,
        fire: fire.clone(),
        steps: vec![],
        releasing: vec![],
        hits: 0,
        done: vec![],
        begun: 0,
    }));
    hook::set(Some(before_access));
    log_frame();
    hook::set(None);
    let case = CASE.take().expect("the case has run");

    // acquire; three pieces; release, and its push.
    let bound = 3 + (3 * 3 + BYTES) + (3 + BYTES) + to.logger().steps_max(BYTES);
    let mut stored: Vec<_> = (0..resident).map(|id| RESIDENT + id).collect();
    let mut too_big = [0; Severity::COUNT];
    for done in &case.done {
        assert!(done.steps <= bound, "{} > {bound}: {fire:?}", done.steps);
        let too_deep = done.answer == Pushed::Lost(Lost::TooBig);
        *deep += usize::from(too_deep);
        too_big[level_of(done.id).severity() as usize] += u64::from(too_deep);
        assert_eq!(
            too_deep,
            done.below >= DEPTH,
            "{} open: {fire:?}",
            done.below
        );
        if done.answer.is_stored() {
            stored.push(done.id);
        }
    }

    let got = drained(ring);
    let after = ring.stats().lost;
    let since = |cause| (after.by_cause(cause) - before.by_cause(cause)) as usize;
    for (expected, severity) in too_big.into_iter().zip(Severity::ALL) {
        let [was, is] = [before, after].map(|table| table.get(Cause::TooBig, severity));
        assert_eq!(is - was, expected, "{severity:?}: {fire:?}");
    }
    let lost = after.total() - before.total();
    assert_eq!(got.told + ring.take_trailing_loss(), lost, "{fire:?}");
    let offered = case.done.len() as u64 + u64::from(resident);
    assert_eq!(offered, got.ids.len() as u64 + lost, "{fire:?}");
    assert_eq!(
        stored.len(),
        got.ids.len() + since(Cause::Evicted),
        "{fire:?}"
    );
    for (at, id) in got.ids.iter().enumerate() {
        assert!(stored.contains(id), "{id} was not stored: {fire:?}");
        assert!(!got.ids[..at].contains(id), "{id} came twice: {fire:?}");
    }
    case.hits
}

/// Empties the ring; every frame of it is whole.
fn drained(ring: &Ring) -> Got {
    let mut got = Got::default();
    let mut buf = [0; 256];
    while let Popped::Record(record) = ring.pop(&mut buf) {
        let id = record.bytes[0];
        assert_eq!(record.bytes, [id; BYTES], "a torn frame");
        assert_eq!(record.level, level_of(id));
        got.ids.push(id);
        got.told += record.lost_before;
    }
    got
}

#[derive(Default)]
struct Figures {
    cases: usize,
    deep: usize,
}

/// Every place of so many contexts, from those in `at` on.
fn explore(
    to: &'static Transport,
    resident: u8,
    contexts: usize,
    at: &mut Vec<usize>,
    figures: &mut Figures,
) {
    for place in 0.. {
        at.push(place);
        let hits = run(to, &Fire::At(at.clone()), resident, &mut figures.deep);
        let fired = hits == at.len();
        figures.cases += usize::from(fired);
        if fired && at.len() < contexts {
            explore(to, resident, contexts, at, figures);
        }
        at.pop();
        if !fired {
            return;
        }
    }
}

/// A transport to a ring of its own, which has seen frames come and go.
fn transport<const CELLS: usize>(config: Config) -> &'static Transport {
    let ring: &'static Ring = Box::leak(Box::new(LogRing::<CELLS>::starting_at(usize::MAX - 3)));
    Box::leak(Box::new(DefmtTransport::new(Logger::new(ring, config))))
}

/// After all that, all buffers are free: as many frames nest as at first.
fn assert_all_free(to: &'static Transport) {
    for _ in 0..DEPTH {
        to.acquire();
        to.write(&[1; 8]);
    }
    for _ in 0..DEPTH {
        assert_eq!(to.release(), Pushed::Stored);
    }
}

/// With room in the ring, each frame of four contexts on top of each other
/// is whole, unless it began on top of three that were open; that is counted.
#[test]
fn a_frame_may_interrupt_a_frame_before_each_access() {
    let to = transport::<16>(Config::drop_newest());
    let mut figures = Figures::default();
    explore(to, 0, 3, &mut vec![], &mut figures);
    assert_all_free(to);
    let Figures { cases, deep } = figures;
    eprintln!("frames interrupted by frames {cases} times, {deep} frames too deep");
    assert!(cases > 10_000, "only {cases} interrupts");
    assert!(deep > 100, "only {deep} frames were too deep");
}

/// The same with fewer contexts, where the ring refuses or evicts.
#[test]
fn a_frame_may_interrupt_a_frame_in_a_ring_that_is_full() {
    for config in [Config::drop_newest(), Config::drop_oldest()] {
        let to = transport::<4>(config);
        for resident in [2, 3, 4] {
            let mut figures = Figures::default();
            explore(to, resident, 2, &mut vec![], &mut figures);
            assert!(figures.cases > 1000, "only {} interrupts", figures.cases);
            assert_eq!(figures.deep, 0, "three contexts have three buffers");
        }
        assert_all_free(to);
    }
}

/// A handler that comes before every access to a buffer leaves it whole, and
/// so all the frames are delivered.
#[test]
fn a_frame_survives_an_interrupt_before_every_access() {
    let to = transport::<256>(Config::drop_newest());
    let hits = run(to, &Fire::UpToPush, 0, &mut 0);
    assert!(hits > 30, "only {hits} interrupts");
    assert_eq!(to.logger().ring().stats().lost.total(), 0);
    assert_all_free(to);
}
