//! Rings whose users have died, by a reset or in a panic: what was committed
//! is delivered, and what was not is counted.

use std::mem::forget;

use logring::{Cause, Config, Level, LogRing, Logger, Popped, Pushed, Ring, Severity};

use crate::block::{Block, CELLS as BLOCK_CELLS, bytes, first_cell, head_and_tail};
use crate::dice::Dice;
use crate::support::{CELL, FIRST, WORD, lost, pop, used};

const CELLS: usize = 16;

/// What lies in a ring when its users die.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Left {
    /// A record of one cell.
    Record,
    /// A record of two cells.
    Long,
    /// A record that needed one cell of three.
    Short,
    /// A discarded grant of two cells.
    Pad,
    /// A grant of one cell that nobody ends.
    Open,
    /// One of three cells, partly filled.
    OpenLong,
}
use Left::{Long, Open, OpenLong, Pad, Record, Short};

const ALL: [Left; 6] = [Record, Long, Short, Pad, Open, OpenLong];

impl Left {
    fn cells(self) -> usize {
        match self {
            Record | Open => 1,
            Long | Pad => 2,
            Short | OpenLong => 3,
        }
    }

    fn is_record(self) -> bool {
        matches!(self, Record | Long | Short)
    }

    fn is_open(self) -> bool {
        matches!(self, Open | OpenLong)
    }

    /// Puts it into the ring, with `id` in every byte.
    pub(crate) fn leave(self, ring: &Ring, id: u8) {
        let log = Logger::new(ring, Config::drop_oldest());
        let room = if self.cells() == 1 {
            8
        } else {
            FIRST + (self.cells() - 2) * (CELL - WORD) + 8
        };
        if matches!(self, Record | Long) {
            assert_eq!(log.push(Level::INFO, &vec![id; room]), Pushed::Stored);
            return;
        }
        let mut grant = log.reserve(Level::WARN, 0, room).unwrap();
        match self {
            Short => {
                grant.append(&[id; 8]);
                grant.commit();
            }
            Pad => grant.discard(),
            _ => {
                grant.append(&[id; 3]);
                forget(grant);
            }
        }
    }
}

/// The ids of all records in the ring, in their order, and the losses that
/// they told.
pub(crate) fn drain(ring: &Ring) -> (Vec<u8>, u64) {
    let mut buf = vec![0; ring.record_bytes_max()];
    let (mut ids, mut told) = (Vec::new(), 0);
    loop {
        match ring.pop(&mut buf) {
            Popped::Record(record) => {
                let id = record.bytes[0];
                assert!(record.bytes.iter().all(|byte| *byte == id));
                ids.push(id);
                told += record.lost_before;
            }
            Popped::Empty => return (ids, told),
            other => panic!("{other:?}"),
        }
    }
}

/// From here on, the ring works as any: laps under both policies, in which
/// each record is delivered or counted, and each loss is told.
pub(crate) fn assert_goes_on(ring: &Ring) {
    let cells = ring.capacity_bytes() / CELL;
    let mut buf = vec![0; ring.record_bytes_max()];
    while let Popped::Record(_) = ring.pop(&mut buf) {}
    let _ = ring.take_trailing_loss();
    assert_eq!(used(ring), 0);
    let laps = if cfg!(miri) { 1 } else { 3 };
    let pushes = laps * cells;
    for config in [Config::drop_newest(), Config::drop_oldest()] {
        let before = ring.stats();
        let log = Logger::new(ring, config);
        let (mut told, mut delivered) = (0, 0_u64);
        for at in 0..pushes {
            let said = log.push(Level::WARN, &[at as u8; 5]);
            assert!(said.is_stored() || at >= cells && config == Config::drop_newest());
        }
        let mut next = None;
        for at in 0..pushes {
            let said = log.push(Level::WARN, &[at as u8; 5]);
            assert!(said.is_stored() || at == 0 && config == Config::drop_newest());
            let record = pop(ring);
            told += record.lost_before;
            delivered += 1;
            if let Some(next) = next.filter(|_| at > cells + 1) {
                assert_eq!(record.bytes, [next; 5]);
            }
            next = Some(record.bytes[0].wrapping_add(1));
        }
        while let Popped::Record(record) = ring.pop(&mut buf) {
            told += record.lost_before;
            delivered += 1;
        }
        told += ring.take_trailing_loss();
        let stats = ring.stats();
        let lost = stats.lost.total().wrapping_sub(before.lost.total());
        assert_eq!(stats.used_bytes, 0);
        // A spoilt counter may be at the end of a machine word, and goes round.
        let counted = stats.delivered.wrapping_sub(before.delivered);
        assert_eq!(counted as usize, delivered as usize);
        assert_eq!(
            2 * pushes,
            delivered.wrapping_add(lost) as usize,
            "{config:?}"
        );
        assert_eq!(told as usize, lost as usize, "{config:?}");
    }
}

/// A ring that nobody died in stays as it is, whatever its records, losses
/// and place of the wrap are.
#[test]
fn a_ring_that_nobody_died_in_stays_as_it_is() {
    for start in [0, CELLS - 3, 0_usize.wrapping_sub(5)] {
        let ring = LogRing::<CELLS>::starting_at(start);
        for (id, left) in (0..).zip([Long, Short, Pad, Record, Long, Pad, Record]) {
            left.leave(&ring, id);
        }
        // Evictions that nobody was told of, and refusals.
        for id in 7..12 {
            Long.leave(&ring, id);
        }
        let log = Logger::new(&ring, Config::drop_newest());
        while log.push(Level::INFO, &[99]).is_stored() {}
        let before = ring.stats();
        let found = ring.recover();
        assert!(found.survived);
        assert_eq!((found.unfinished, found.unfinished_cells), (0, 0));
        assert_eq!(ring.stats(), before);
        let (ids, told) = drain(&ring);
        assert_eq!(ids.len(), found.records);
        assert!(ids.is_sorted() && ids.contains(&11));
        assert_eq!(told + ring.take_trailing_loss(), before.lost.total());
        assert_goes_on(&ring);
    }
}

/// Grants that nobody ends, at the tail, in the middle, at the head, side by
/// side, of one cell and of several, across the wrap: each is one loss, told
/// and of the highest severity, and everything else is delivered.
#[test]
fn what_was_being_written_is_lost_and_counted_and_nothing_else_is() {
    let pieces = if cfg!(miri) { 1 } else { 4 };
    let starts = [0_usize.wrapping_sub(2), CELLS - 1, 0, CELLS - 6];
    for &start in &starts[..if cfg!(miri) { 1 } else { 4 }] {
        for scene in 0..ALL.len().pow(pieces) {
            let scene: Vec<_> = (0..pieces)
                .map(|at| ALL[scene / ALL.len().pow(at) % ALL.len()])
                .collect();
            if scene.iter().map(|left| left.cells()).sum::<usize>() <= CELLS {
                die_in(start, &scene);
            }
        }
    }
}

fn die_in(start: usize, scene: &[Left]) {
    let ring = LogRing::<CELLS>::starting_at(start.wrapping_sub(CELLS));
    for id in 0..CELLS {
        Record.leave(&ring, id as u8);
    }
    assert_eq!(drain(&ring).0.len(), CELLS);
    for (id, left) in (1..).zip(scene) {
        left.leave(&ring, id);
    }
    let of = |is: fn(Left) -> bool| scene.iter().filter(move |left| is(**left));
    let open = of(Left::is_open);
    let kept: Vec<u8> = (1..)
        .zip(scene)
        .filter(|(_, left)| left.is_record())
        .map(|(id, _)| id)
        .collect();

    let found = ring.recover();
    assert!(found.survived);
    assert_eq!(found.records, kept.len(), "{scene:?}");
    assert_eq!(found.unfinished, open.clone().count(), "{scene:?}");
    let cells: usize = open.clone().map(|left| left.cells()).sum();
    assert_eq!(found.unfinished_cells, cells, "{scene:?}");

    let dead = open.count() as u64;
    let stats = ring.stats();
    assert_eq!(stats.lost.get(Cause::Discarded, Severity::Fatal), dead);
    let pads = of(|left| left == Pad).count() as u64;
    assert_eq!(stats.lost.total(), dead + pads);
    if start % 2 == 0 {
        // Delivered, in order, then told.
        let (ids, told) = drain(&ring);
        assert_eq!(ids, kept, "{scene:?}");
        assert_eq!(told + ring.take_trailing_loss(), dead + pads);
    } else {
        // Evicted one by one: nothing is in the way, and all are counted.
        for _ in 0..CELLS {
            Record.leave(&ring, 200);
        }
        assert_eq!(lost(&ring, Cause::Evicted), kept.len() as u64);
        let (ids, told) = drain(&ring);
        assert_eq!(ids, [200; CELLS], "{scene:?}");
        assert_eq!(
            told + ring.take_trailing_loss(),
            dead + pads + kept.len() as u64
        );
    }
    assert_goes_on(&ring);
}

/// The words of a grant that was taken apart are no grant after a recovery.
#[test]
fn a_grant_that_was_open_cannot_be_resumed() {
    let ring = LogRing::<CELLS>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let words = log.reserve(Level::INFO, 0, 200).unwrap().into_words();
    assert_eq!(ring.recover().unfinished, 1);
    assert!(ring.resume(words).is_none());
    assert_goes_on(&ring);
}

/// Leaves this and that in the ring of a block, whose records have at most two
/// cells: first what can be evicted, then open grants, too.
fn use_block(block: &mut Block, dice: &mut Dice) {
    let ring = block.ring();
    for id in 0..dice.roll() % 20 {
        [Record, Long, Pad][dice.roll() % 3].leave(ring, id as u8);
    }
    for _ in 0..dice.roll() % 9 {
        let _ = ring.pop(&mut vec![0; ring.record_bytes_max()]);
    }
    for id in 20..26 {
        let left = [Record, Long, Pad, Open][dice.roll() % 4];
        if used(ring) + left.cells() <= BLOCK_CELLS {
            left.leave(ring, id);
        }
    }
}

/// Blocks of noise, blocks whose positions are plausible, and blocks with a
/// few stray writes: the call ends, what it keeps can be popped, and the ring
/// works.
#[test]
fn a_ring_recovers_from_damage_of_any_kind() {
    let (_, head_at, tail_at) = places();
    let words = bytes() / WORD;
    let mut survived = 0;
    for seed in if cfg!(miri) { 0..4 } else { 0..6_000 } {
        let mut dice = Dice(seed << 8);
        let mut block = Block::new();
        use_block(&mut block, &mut dice);
        let from = match seed % 4 {
            0 | 1 => 0,
            2 => first_cell(),
            _ => words,
        };
        for at in from..words {
            *block.word(at) = dice.roll();
        }
        if seed % 4 == 1 {
            *block.word(tail_at) = block.word(head_at).wrapping_sub(dice.roll() % 9);
        }
        for _ in 0..dice.roll() % 30 {
            // Words of other cells are the most plausible ones.
            let other = *block.word(dice.roll() % words);
            let word = block.word(dice.roll() % words);
            *word = dice.spoil(*word, other);
        }
        let ring = block.ring();
        let found = ring.recover();
        survived += usize::from(found.survived);
        assert!(found.unfinished <= found.unfinished_cells);
        assert!(found.records + found.unfinished_cells <= BLOCK_CELLS);
        let stats = ring.stats();
        assert!(stats.high_water_bytes <= stats.capacity_bytes);
        if seed % 8 < 4 {
            let mut buf = vec![0; ring.record_bytes_max() + 64];
            let popped = std::iter::from_fn(|| match ring.pop(&mut buf) {
                Popped::Record(record) => Some(record.level.get()),
                Popped::Empty => None,
                other => panic!("{other:?}, seed {seed}"),
            });
            let levels: Vec<_> = popped.collect();
            assert!(levels.iter().all(|level| (1..=24).contains(level)));
            assert_eq!(levels.len(), found.records, "seed {seed}");
        } else {
            let log = Logger::new(ring, Config::drop_oldest());
            for _ in 0..3 * BLOCK_CELLS {
                assert_eq!(log.push(Level::INFO, b"new"), Pushed::Stored, "seed {seed}");
            }
        }
        assert_goes_on(ring);
        block.assert_guards();
    }
    assert!(survived > 1, "all were wiped");
}

/// The words of a block: where the cells begin, the head and the tail.
fn places() -> (usize, usize, usize) {
    let (head, tail) = head_and_tail();
    (first_cell(), head, tail)
}

/// One word of a good block is damaged, each in turn: no record but the one
/// that has it is lost.
#[test]
fn damage_to_one_word_costs_one_record_at_most() {
    let (first_cell, head_at, tail_at) = places();
    let words = bytes() / WORD;
    let step = if cfg!(miri) { 61 } else { 1 };
    let scene = [Record, Pad, Record, Open, Long];
    for at in (0..words).step_by(step) {
        if [head_at, tail_at].contains(&at) {
            continue;
        }
        for seed in 0..if cfg!(miri) { 1 } else { 24 } {
            let mut dice = Dice((seed << 20) + at as u64);
            let mut block = Block::new();
            for (id, left) in (1..).zip([Long, Long, Record].into_iter().chain(scene)) {
                if id == 4 {
                    assert_eq!(drain(block.ring()).0, [1, 2, 3]);
                }
                left.leave(block.ring(), id);
            }
            let mut expected = Vec::new();
            let mut cell = 5;
            for (id, left) in (4_u8..).zip(scene) {
                let cells = cell..cell + left.cells();
                cell = cells.end;
                let is_hit = at >= first_cell
                    && cells
                        .clone()
                        .any(|cell| (at - first_cell) * WORD / CELL == cell % BLOCK_CELLS);
                if left.is_record() && !is_hit {
                    expected.push(id);
                }
            }
            let other = *block.word(dice.roll() % words);
            let word = block.word(at);
            *word = dice.spoil(*word, other);
            let ring = block.ring();
            assert!(ring.recover().survived);
            let mut buf = vec![0; ring.record_bytes_max() + 64];
            let mut got = Vec::new();
            while let Popped::Record(record) = ring.pop(&mut buf) {
                let id = record.bytes.first().copied().unwrap_or_default();
                let whole = record.bytes.iter().all(|byte| *byte == id);
                got.push(if whole { id } else { 0 });
            }
            got.retain(|id| expected.contains(id));
            assert_eq!(got, expected, "word {at}, seed {seed}");
            assert_goes_on(ring);
        }
    }
}
