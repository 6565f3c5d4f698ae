//! What a push costs when many cores push: accesses, read-modify-writes and
//! cache lines, counted by a model of coherent caches.
//!
//! One thread plays all producers, one push after the other, and each access of
//! the library is told to the model. A line is *foreign* to an access if the
//! access would have to ask another core for it: a load of a line that another
//! context wrote since, or a store to one that another context holds. This is
//! what makes a shared ring slow, and it does not depend on the machine.
//!
//! What it leaves out: contention within a push (a lost race costs another
//! attempt), the producer's own stack and payload, prefetching. Each
//! producer passes for a thread with a stack of its own, so that the stripes of
//! the ledger are as for as many threads.

use crate::producer::looks_max;
use crate::stats::ledger::STRIPES;
use crate::sync::{Kind, hook};
use crate::{Config, Level, LogRing, Logger, Lost, Pushed, Shards};
use core::array;
use core::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;
use std::{assert_eq, eprintln, format};

const LINE_BYTES: usize = 64;
/// The least for which an eviction frees as many cells as any does.
const CELLS: usize = 512;
/// Pushes of each producer that are counted, after as many that are not.
const PUSHES: usize = 2 * CELLS;
/// The context that consumes.
const CONSUMER: usize = 64;

/// One cache line: who wrote it last, and who holds a copy since.
#[derive(Clone, Copy, Default)]
struct Line {
    writer: Option<usize>,
    holders: u128,
}

impl Line {
    /// Notes an access, and says whether the line was foreign to it.
    fn access(&mut self, context: usize, kind: Kind) -> bool {
        let me = 1 << context;
        let foreign = match kind {
            Kind::Load => {
                let stale = self.holders & me == 0;
                stale && self.writer.is_some_and(|writer| writer != context)
            }
            Kind::Store | Kind::Change => self.holders & !me != 0,
        };
        if kind == Kind::Load {
            self.holders |= me;
        } else {
            *self = Self {
                writer: Some(context),
                holders: me,
            };
        }
        foreign
    }
}

/// The caches, and the call that is counted.
#[derive(Default)]
struct Caches {
    lines: BTreeMap<usize, Line>,
    context: usize,
    accesses: usize,
    changes: usize,
    touched: BTreeSet<usize>,
    foreign: BTreeSet<usize>,
}

std::thread_local! {
    static CACHES: RefCell<Caches> = RefCell::default();
}

fn hear(address: usize, kind: Kind) {
    CACHES.with_borrow_mut(|caches| {
        let at = address / LINE_BYTES;
        let context = caches.context;
        let line = caches.lines.entry(at).or_default();
        if line.access(context, kind) {
            caches.foreign.insert(at);
        }
        caches.touched.insert(at);
        caches.accesses += 1;
        caches.changes += usize::from(kind == Kind::Change);
    });
}

/// Counts of pushes, in sum.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
struct Counts {
    pushes: usize,
    accesses: usize,
    changes: usize,
    lines: usize,
    foreign: usize,
}

impl Counts {
    /// Makes a call as `context`, and adds what it cost.
    fn call<T>(&mut self, context: usize, call: impl FnOnce() -> T) -> T {
        CACHES.with_borrow_mut(|caches| {
            let lines = core::mem::take(&mut caches.lines);
            *caches = Caches {
                lines,
                context,
                ..Caches::default()
            };
        });
        hook::pose_as(Some(context));
        hook::listen(Some(hear));
        let answer = call();
        hook::listen(None);
        hook::pose_as(None);
        CACHES.with_borrow(|caches| {
            self.pushes += 1;
            self.accesses += caches.accesses;
            self.changes += caches.changes;
            self.lines += caches.touched.len();
            self.foreign += caches.foreign.len();
        });
        answer
    }

    /// A count for each push, in hundredths.
    fn each(self, sum: usize) -> usize {
        sum * 100 / self.pushes
    }
}

/// What the producers find.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Situation {
    /// Room; the consumer's own accesses are left out.
    Room,
    /// Room, with the consumer on a core of its own.
    Drained,
    /// A full ring that refuses.
    Refusing,
    /// A full ring that overwrites.
    Overwriting,
}

impl Situation {
    const ALL: [Self; 4] = [Self::Room, Self::Drained, Self::Refusing, Self::Overwriting];

    fn config(self) -> Config {
        match self {
            Self::Overwriting => Config::drop_oldest(),
            _ => Config::drop_newest(),
        }
    }
}

/// `T` producers in turn on `S` rings, and what their pushes cost. With
/// `S = T`, each has its own.
fn measure<const T: usize, const S: usize>(situation: Situation) -> Counts {
    CACHES.take();
    let rings: Vec<LogRing<CELLS>> = (0..S).map(|_| LogRing::new()).collect();
    let log: Shards<'_, S> = Shards::new(array::from_fn(|at| &*rings[at]), situation.config());
    let has_room = matches!(situation, Situation::Room | Situation::Drained);
    if !has_room {
        for ring in rings.iter() {
            let log = Logger::new(ring, Config::drop_newest());
            // No more than fit: a refusal would have later records carry it.
            for _ in 0..CELLS {
                assert!(log.push(Level::INFO, &[1; 64]).is_stored());
            }
        }
    }
    let (mut ignored, mut counted) = (Counts::default(), Counts::default());
    for push in 0..2 * PUSHES * T {
        // Each lap of a shared ring begins with another producer; with powers
        // of two everywhere, each would otherwise find its own cells again.
        let laps = match situation {
            Situation::Refusing => 0,
            _ if S > 1 => 0,
            _ => push / CELLS,
        };
        let producer = (push + laps) % T;
        let counts = match push < PUSHES * T {
            true => &mut ignored,
            false => &mut counted,
        };
        let answer = counts.call(producer, || log.push(producer, Level::INFO, &[1; 64]));
        assert_eq!(answer.is_stored(), situation != Situation::Refusing);
        let drain = || log.drain(&mut [0; 8192], usize::MAX, |_, _| ());
        if has_room && (push + 1) % (CELLS / 2 * S) == 0 {
            match situation {
                Situation::Drained => Counts::default().call(CONSUMER, drain),
                _ => drain(),
            };
        }
    }
    counted
}

/// The rows of one arrangement: 1, 2, 4, … producers.
type Rows = [(usize, Counts); 6];

fn one_ring(situation: Situation) -> Rows {
    [
        (1, measure::<1, 1>(situation)),
        (2, measure::<2, 1>(situation)),
        (4, measure::<4, 1>(situation)),
        (8, measure::<8, 1>(situation)),
        (16, measure::<16, 1>(situation)),
        (64, measure::<64, 1>(situation)),
    ]
}

fn a_ring_each(situation: Situation) -> Rows {
    [
        (1, measure::<1, 1>(situation)),
        (2, measure::<2, 2>(situation)),
        (4, measure::<4, 4>(situation)),
        (8, measure::<8, 8>(situation)),
        (16, measure::<16, 16>(situation)),
        (64, measure::<64, 64>(situation)),
    ]
}

fn print(situation: Situation, name: &str, rows: &Rows) {
    for (producers, counts) in rows {
        let figure = |sum| {
            let hundredths = counts.each(sum);
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        };
        eprintln!(
            "| {situation:?} | {name} | {producers} | {} | {} | {} | {} |",
            figure(counts.accesses),
            figure(counts.changes),
            figure(counts.lines),
            figure(counts.foreign),
        );
    }
}

/// A push makes as many accesses however many producers there are: nothing in
/// it grows with them. Where it looks at other shards, these are at most as many as
/// in a set of nine.
fn assert_accesses_do_not_grow(rows: &Rows, looks_at_others: bool) {
    let several =
        rows.map(|(_, counts)| (counts.each(counts.accesses), counts.each(counts.changes)));
    let [one, .., sixteen, many] = several;
    assert!(several.iter().all(|row| row.1 == one.1), "{several:?}");
    assert_eq!(sixteen, many, "{several:?}");
    if looks_at_others {
        assert!(many.0 <= one.0 + 100 * looks_max(64), "{several:?}");
    } else {
        assert!(several.iter().all(|row| row.0 == one.0), "{several:?}");
    }
}

/// With a ring each, producers share no line that anybody writes, as long as there
/// is room: no push has to wait for another core, at any number of cores. In one
/// ring, each push does. In an overwriting set one push of three or four does.
#[test]
fn a_ring_each_leaves_no_foreign_line() {
    eprintln!("| situation | rings | producers | accesses | changes | lines | foreign |");
    eprintln!("|---|---|---|---|---|---|---|");
    for situation in Situation::ALL {
        let (shared, own) = (one_ring(situation), a_ring_each(situation));
        print(situation, "one", &shared);
        print(situation, "one each", &own);
        let full = matches!(situation, Situation::Refusing | Situation::Overwriting);
        assert_accesses_do_not_grow(&shared, false);
        assert_accesses_do_not_grow(&own, full);

        let foreign = |rows: &Rows| rows.map(|(_, counts)| counts.each(counts.foreign));
        let (shared, own) = (foreign(&shared), foreign(&own));
        match situation {
            Situation::Room => {
                assert_eq!(own, [0; 6], "{situation:?}");
                assert!(shared[1..].iter().all(|&lines| lines >= 100));
            }
            Situation::Overwriting => {
                // An eviction frees many cells, and before each there is a look
                // at two lines of three others; it takes their copies from them.
                assert!(own.iter().all(|&lines| lines <= 30), "{own:?}");
                assert!(shared[1..].iter().all(|&lines| lines >= 300));
            }
            Situation::Refusing => {
                // The stripes of the ledger keep so many threads apart.
                assert_eq!(own, [0; 6], "{situation:?}");
                for (lines, producers) in shared.iter().zip([1, 2, 4, 8, 16, 64]) {
                    let apart = producers <= STRIPES;
                    assert_eq!(*lines, if apart { 0 } else { 100 });
                }
            }
            Situation::Drained => {
                // The consumer reads the cells in either arrangement; what is
                // left is the same however many push.
                assert!(own.iter().all(|lines| *lines == own[0]), "{own:?}");
                assert!(shared[1..].iter().all(|&lines| lines > own[0]));
            }
        }
    }
}

/// The model itself: who has written or read a line, and what that means for
/// the next access.
#[test]
fn a_line_is_foreign_after_another_wrote_or_read_it() {
    let mut line = Line::default();
    let mut access = |context, kind| line.access(context, kind);
    assert!(!access(0, Kind::Load), "nobody has it");
    assert!(!access(1, Kind::Load), "read by another, written by nobody");
    assert!(access(0, Kind::Store), "held by another");
    assert!(!access(0, Kind::Change), "mine");
    assert!(access(1, Kind::Load), "written by another");
    assert!(!access(1, Kind::Load), "read since");
    assert!(access(1, Kind::Change), "held by its writer");
    assert!(!access(1, Kind::Store), "mine now");
}

/// A full home shard costs looks, and then one push elsewhere. The looks are
/// those of the bound, and in the costliest case all of them are made: a shard is
/// held up by an open grant, and nobody has quite enough room.
#[test]
fn the_looks_at_other_shards_are_counted() {
    fn cost<const S: usize>() {
        let rings: [LogRing<8>; S] = array::from_fn(|_| LogRing::new());
        let rings = rings.each_ref().map(|ring| &**ring);
        let log = Shards::new(rings, Config::drop_oldest());
        let grant = log.reserve(0, Level::INFO, 0, 8).unwrap();
        for ring in rings {
            let log = Logger::new(ring, Config::drop_newest());
            while ring.stats().used_bytes + crate::Ring::CELL_BYTES < ring.capacity_bytes() {
                assert!(log.push(Level::INFO, b"x").is_stored());
            }
        }
        let accesses = |call: &dyn Fn() -> Pushed| {
            CACHES.take();
            let mut counts = Counts::default();
            let answer = counts.call(0, call);
            assert_eq!(answer, Pushed::Lost(Lost::Busy));
            counts.accesses
        };
        // Two cells, where one is free; twice, so that a refusal is untold both times.
        let long = [1; crate::Ring::CELL_BYTES];
        let alone = || log.logger(0).push_parts(Level::INFO, 0, &[&long]);
        accesses(&alone);
        let alone = accesses(&alone);
        let chosen = accesses(&|| log.push_parts(0, Level::INFO, 0, &[&long]));
        assert_eq!(chosen - alone, looks_max(S), "{S} shards");
        eprintln!(
            "{S} shards: {alone} accesses of a push, and {} looks",
            chosen - alone
        );
        drop(grant);
    }
    cost::<1>();
    cost::<2>();
    cost::<3>();
    cost::<8>();
    cost::<9>();
    cost::<64>();
}
