//! Somebody else writes to the ring at any access: sizes, positions, states
//! and counters change under a call, for good, for one access, or at each.
//!
//! That is what another process can do that shares the memory, on the side of the
//! readers or of the writers. It may cost records and make every figure wrong. Each
//! case checks what it must not cost: a call ends within the bound that it documents,
//! touches no word outside the ring and no byte outside a buffer, writes to no cell but
//! those that it has reserved, and does and answers what its own configuration says.

mod calls;
mod script;

use crate::ring::exposed::Exposed;
use crate::sync::{Kind, hook};
use crate::{Config, Level, Logger, Marks, Severity};
use calls::{Call, Limits, READERS, WRITERS};
use core::cell::RefCell;
use core::mem;
use script::Script;
use std::eprintln;
use std::rc::Rc;
use std::vec::Vec;

const CELLS: usize = 16;
const LEVEL: Level = Level::INFO;

/// What somebody else does.
#[derive(Clone, Debug)]
enum Attack {
    None,
    /// Changes one word before one access, and perhaps puts it back before the
    /// next, so that two looks at it differ.
    Blow {
        /// Accesses of the call before it.
        after: usize,
        word: usize,
        kind: u32,
        undone: bool,
    },
    /// Changes words all the time, as a seed says.
    Noise(usize),
    /// Knows what each access is for, and has an answer ready.
    Script(Script),
}

/// Kinds of what is written.
const KINDS: u32 = 16;

fn written(kind: u32, old: usize, other: usize) -> usize {
    match kind {
        0 => 0,
        1 => usize::MAX,
        2 => old.wrapping_add(1),
        3 => old.wrapping_sub(1),
        4 => old.wrapping_add(CELLS),
        // A state of the next lap.
        5 => old.wrapping_add(1 << if usize::BITS == 64 { 36 } else { 15 }),
        6 => other,
        7 => old.wrapping_add(usize::MAX / 2),
        // A bit of each field of a state, or of a position.
        _ => old ^ 1 << ([0, 3, 6, 9, 12, 17, 23, 31][kind as usize - 8] * usize::BITS / 32),
    }
}

/// What goes on in this thread's case.
struct Case {
    ring: Rc<Exposed>,
    attack: Attack,
    limits: Limits,
    steps: usize,
    /// The position that the last access was to swap, and what it was before.
    swapped: Option<(usize, usize)>,
    /// The cells that the call has reserved, a bit each.
    reserved: u64,
    /// The heads that the call has seen.
    heads: Vec<usize>,
    /// The word that was changed, as it was.
    old: usize,
}

std::thread_local! {
    static CASE: RefCell<Option<Case>> = const { RefCell::new(None) };
}

/// Changes a word as somebody else does; what it was.
fn strike(ring: &Exposed, word: usize, kind: u32) -> usize {
    let old = ring.word(word);
    let other = ring.word((word * 7 + 3) % ring.words());
    ring.set_word(word, written(kind, old, other));
    old
}

impl Case {
    /// Holds an access to what the call may do.
    fn check(&mut self, word: usize, kind: Kind) {
        self.steps += 1;
        let most = self.limits.steps;
        assert!(self.steps <= most, "no end after {most} steps");
        self.note_moved();
        if kind == Kind::Load {
            return;
        }
        assert!(self.limits.moves_tail || word != Exposed::TAIL);
        assert!(self.limits.moves_head || word != Exposed::HEAD);
        if let Some(word) = word.checked_sub(Exposed::CELLS) {
            let cell = word / Exposed::CELL_WORDS;
            let own = self.limits.writes_all || self.reserved >> cell & 1 != 0;
            assert!(own, "cell {cell} is somebody else's");
        }
    }

    /// Holds what the last access has moved to what there was: of the head, a quarter
    /// of the cells at most, which are the call's now; of the tail, no more than had
    /// been reserved for all that the call knows.
    fn note_moved(&mut self) {
        let Some((word, before)) = self.swapped.take() else {
            return;
        };
        let cells = self.ring.cells();
        let moved = self.ring.word(word).wrapping_sub(before);
        if word == Exposed::HEAD {
            assert!(moved <= cells / 4);
            for at in 0..moved {
                self.reserved |= 1 << (before.wrapping_add(at) % cells);
            }
        } else {
            let mut used = self.heads.iter().map(|head| head.wrapping_sub(before));
            assert!(moved <= cells && (moved == 0 || used.any(|used| moved <= used)));
        }
    }

    /// What the call will know of a position, once others have written to it.
    fn note_seen(&mut self, word: usize, kind: Kind) {
        let seen = self.ring.word(word);
        let is_head = word == Exposed::HEAD;
        if is_head && self.heads.last() != Some(&seen) {
            self.heads.push(seen);
        }
        let swap = kind == Kind::Change && (is_head || word == Exposed::TAIL);
        self.swapped = swap.then_some((word, seen));
    }

    fn attack(&mut self, word: usize, kind: Kind) {
        match &mut self.attack {
            Attack::Blow {
                after, word, kind, ..
            } if self.steps == *after + 1 => self.old = strike(&self.ring, *word, *kind),
            Attack::Blow {
                after,
                word,
                undone: true,
                ..
            } if self.steps == *after + 2 => self.ring.set_word(*word, self.old),
            Attack::Noise(state) => {
                *state = state.wrapping_mul(0x5851_F42D).wrapping_add(0x3039);
                let roll = *state >> 8;
                if roll % 3 == 0 {
                    let kind = (roll >> 14) as u32 % KINDS;
                    strike(&self.ring, any_word(&self.ring, roll / 3), kind);
                }
            }
            Attack::Script(script) => script.answer(&self.ring, word, kind),
            Attack::Blow { .. } | Attack::None => {}
        }
    }
}

fn before_access(address: usize, kind: Kind) {
    CASE.with_borrow_mut(|case| {
        let case = case.as_mut().expect("a case runs while somebody listens");
        let word = case.ring.number(address);
        case.check(word, kind);
        case.attack(word, kind);
        case.note_seen(word, kind);
    });
}

/// A word by a number: the positions and states more often than others.
fn any_word(ring: &Exposed, roll: usize) -> usize {
    let any = roll / 4;
    let cell = any % CELLS * Exposed::CELL_WORDS;
    match roll % 4 {
        0 => POSITIONS[any % POSITIONS.len()],
        1 => Exposed::CELLS + cell + any / CELLS % 2,
        _ => any % ring.words(),
    }
}

/// The words that are there once.
const POSITIONS: [usize; 7] = [
    Exposed::HEAD,
    Exposed::HINT,
    Exposed::UNTOLD,
    Exposed::TAIL,
    Exposed::TOLD[0],
    Exposed::TOLD[1],
    Exposed::WATERMARK,
];

/// A ring with some records, of all kinds, some of them refused, whose
/// positions are about to wrap.
fn template(cells: usize, resident: usize) -> Exposed {
    let exposed = Exposed::new(cells, usize::MAX - 3);
    let log = Logger::new(exposed.ring(), Config::drop_newest());
    for id in 0..resident {
        match id % 4 {
            1 => log.push_parts(LEVEL, 7, &[&[9; 8]]),
            3 => log.push(LEVEL, &[9; calls::LONG]),
            _ => log.push(LEVEL, &[9; 8]),
        };
    }
    exposed
}

/// The case, told if something in it fails.
struct Told(Call, Config, Attack);

impl Drop for Told {
    fn drop(&mut self) {
        hook::listen(None);
        eprintln!("{:?} of {}: {:?}", self.0, self.1, self.2);
    }
}

/// Runs one case; how many accesses its call made, and might have made.
fn run(template: &Exposed, call: Call, config: Config, attack: Attack) -> (usize, usize) {
    let exposed = Rc::new(template.copy());
    let limits = call.limits(&Logger::new(exposed.ring(), config), config);
    CASE.set(Some(Case {
        ring: exposed.clone(),
        attack: attack.clone(),
        limits,
        steps: 0,
        swapped: None,
        reserved: 0,
        heads: Vec::new(),
        old: 0,
    }));
    let told = Told(call, config, attack);
    hook::listen(Some(before_access));
    call.make(exposed.ring(), config);
    hook::listen(None);
    let mut case = CASE.take().expect("the case has run");
    case.note_moved();
    exposed.assert_guards();
    mem::forget(told);
    (case.steps, limits.steps)
}

/// Policies and limits that others must not change: the last but one refuses at a
/// mark, and the last cuts.
fn configs() -> [Config; 4] {
    let marked = Marks::none().with(Severity::Info, 50);
    [
        Config::drop_newest(),
        Config::drop_oldest(),
        Config::drop_oldest().with_marks(marked),
        Config::drop_newest().with_record_bytes_max(calls::CUT),
    ]
    .map(|config| config.with_retry_limit(3))
}

/// The two policies with each of these fills, and the other configurations with the
/// last; for a reader one configuration.
fn scenes(call: Call, fills: &[usize]) -> impl Iterator<Item = (Config, usize)> {
    let many = if WRITERS.contains(&call) { 4 } else { 1 };
    let some = move |nth| {
        if nth < 2 {
            fills
        } else {
            &fills[fills.len() - 1..]
        }
    };
    configs()
        .into_iter()
        .take(many)
        .enumerate()
        .flat_map(move |(nth, config)| some(nth).iter().map(move |fill| (config, *fill)))
}

/// One word is changed before one access, for good or until the next: each
/// word that says a position or a size, at each access.
fn strike_each(calls: &[Call]) {
    let mut targets = Vec::from(POSITIONS);
    for cell in 0..CELLS {
        // Its state and, with it on 32-bit targets, its header.
        let at = Exposed::CELLS + cell * Exposed::CELL_WORDS;
        targets.extend([at, at + 1]);
    }
    let mut cases = 0_usize;
    for &call in calls {
        for (config, resident) in scenes(call, &[3, CELLS]) {
            let template = template(CELLS, resident);
            let (steps, _) = run(&template, call, config, Attack::None);
            for (after, &word) in
                (0..steps).flat_map(|after| targets.iter().map(move |w| (after, w)))
            {
                for kind in 0..2 * KINDS {
                    let (kind, undone) = (kind / 2, kind % 2 == 1);
                    let attack = Attack::Blow {
                        after,
                        word,
                        kind,
                        undone,
                    };
                    run(&template, call, config, attack);
                    cases += 1;
                }
            }
        }
    }
    eprintln!("{cases} changes of one word at one access");
    assert!(cases > 100_000, "only {cases} cases");
}

/// Words change at a third of all accesses.
fn strike_always(calls: &[Call]) {
    for &call in calls {
        for (config, resident) in scenes(call, &[0, 2, 7, CELLS]) {
            let template = template(CELLS, resident);
            for seed in 0..2000 {
                run(&template, call, config, Attack::Noise(seed));
            }
        }
    }
}

/// Each access is answered by a script.
fn strike_knowingly(calls: &[Call], cells: usize, many: usize) {
    for &call in calls {
        let (mut cases, mut worst) = (0, (0, 1));
        for (config, resident) in scenes(call, &[0, 5, cells]) {
            let template = template(cells, resident);
            for script in script::all(cells, many) {
                let (steps, most) = run(&template, call, config, Attack::Script(script));
                if steps as u64 * worst.1 as u64 > worst.0 as u64 * most as u64 {
                    worst = (steps, most);
                }
                cases += 1;
            }
        }
        let (steps, most) = worst;
        eprintln!("{call:?} by {cases} scripts: at most {steps} of {most} steps");
    }
}

/// A hostile reader, against producers.
#[test]
fn a_push_ends_whatever_word_changes_at_any_access() {
    strike_each(&WRITERS);
}

/// A hostile writer, against consumers, observers and a recovery.
#[test]
fn a_reader_ends_whatever_word_changes_at_any_access() {
    strike_each(READERS);
}

/// Both, without a pause.
#[test]
fn calls_end_while_all_words_change() {
    strike_always(&WRITERS);
    strike_always(READERS);
}

/// Both, by somebody who knows the code.
#[test]
fn calls_end_whatever_each_access_is_answered() {
    strike_knowingly(&WRITERS, CELLS, 24);
    strike_knowingly(READERS, CELLS, 24);
}

/// The same where a look at all cells for each cell would be more than the bound.
#[test]
fn a_look_at_all_cells_is_one_look_at_each() {
    strike_knowingly(&[Call::Recover, Call::Stats, Call::Push], 64, 150);
}
