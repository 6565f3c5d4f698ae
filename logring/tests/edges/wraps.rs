//! Counters and turns near their largest number, which no test lives to see
//! and a ring that runs for years may: they are put there by hand.

use logring::{Cause, Config, Level, Logger, Lost, Popped, Pushed, Ring, Severity};

use crate::block::{Block, CELLS, head_and_tail};
use crate::support::{FIRST, WORD, pop};

/// Losses of a kind before its count is lifted: a number that no other word of
/// the block holds.
const LOSSES: usize = if cfg!(miri) { 101 } else { 1235 };

/// Sets every word that holds `value` to the largest number, and says how
/// many there were.
fn lift(block: &mut Block, value: usize) -> usize {
    replace(block, value, usize::MAX)
}

/// Sets every word that holds `value` to another, and says how many there were.
fn replace(block: &mut Block, value: usize, by: usize) -> usize {
    let snapshot = block.snapshot();
    let found = (0..snapshot.len()).filter(|at| snapshot[*at] == value);
    found.map(|at| *block.word(at) = by).count()
}

/// More than half of what a word counts: on 32-bit targets, some 2^31.
const MANY: usize = usize::MAX / 2 + 9;

/// So many refusals that nobody was told of are told, by a record, by one whose
/// total is not the latest, and by the trailing loss.
#[cfg_attr(miri, ignore = "the count is spread over the stripes")]
#[test]
fn more_refusals_than_half_the_range_are_told() {
    for step in 0..3 {
        let mut block = Block::new();
        let refuse = |ring: &Ring, times| {
            let log = Logger::new(ring, Config::drop_newest().with_mark(Severity::Info, 1));
            for _ in 0..times {
                assert_eq!(log.push(Level::INFO, b"x"), Pushed::Lost(Lost::Level));
            }
        };
        refuse(block.ring(), LOSSES);
        // The count by cause and severity, and the total.
        assert_eq!(replace(&mut block, LOSSES, MANY), 2);

        let ring = block.ring();
        if step == 2 {
            assert_eq!(ring.take_trailing_loss(), MANY as u64);
        } else {
            Logger::new(ring, Config::drop_newest()).push(Level::WARN, b"a");
            refuse(ring, step * 5);
            assert_eq!(pop(ring).lost_before, MANY as u64);
            assert_eq!(ring.take_trailing_loss(), step as u64 * 5);
        }
        assert_eq!(ring.take_trailing_loss(), 0);
        let losses = ring.take_losses();
        assert_eq!((losses.untold, losses.totals), (0, ring.stats().lost));
    }
}

/// The same for evictions.
#[test]
fn more_evictions_than_half_the_range_are_told() {
    let mut block = Block::new();
    let log = Logger::new(block.ring(), Config::drop_oldest());
    for _ in 0..LOSSES + CELLS / 2 {
        // Of two cells, so that no position is the number of records.
        assert_eq!(log.push(Level::INFO, &[0; FIRST + 1]), Pushed::Stored);
    }
    assert_eq!(replace(&mut block, LOSSES, MANY), 1);
    assert_eq!(pop(block.ring()).lost_before, MANY as u64);
    assert_eq!(block.ring().take_trailing_loss(), 0);
}

/// What was told is a record's total of long ago, and later ones: a total that is
/// behind tells nothing, whatever the distance.
#[cfg_attr(miri, ignore = "the count is spread over the stripes")]
#[test]
fn a_total_that_was_passed_tells_nothing() {
    let mut block = Block::new();
    let refuse = |ring: &Ring, times| {
        let log = Logger::new(ring, Config::drop_newest().with_mark(Severity::Info, 1));
        for _ in 0..times {
            assert_eq!(log.push(Level::INFO, b"x"), Pushed::Lost(Lost::Level));
        }
    };
    refuse(block.ring(), 3);
    Logger::new(block.ring(), Config::drop_newest()).push(Level::WARN, b"a");
    refuse(block.ring(), LOSSES - 3);
    // The count by cause and severity, and the total.
    assert_eq!(replace(&mut block, LOSSES, MANY), 2);
    let ring = block.ring();
    assert_eq!(ring.take_trailing_loss(), MANY as u64);
    assert_eq!(pop(ring).lost_before, 0);
    refuse(ring, 2);
    assert_eq!(ring.take_trailing_loss(), 2);
}

/// Counters wrap with the machine word. The count of refusals, and how much
/// of it was told, are put at the largest number, as after so many losses;
/// the next losses are told and counted as ever, modulo the word.
///
/// A thread counts where the address of its stack says. In Miri the stack of
/// each call lies elsewhere, so there the count is in no one word.
#[cfg_attr(miri, ignore = "the count is spread over the stripes")]
#[test]
fn refusals_are_told_exactly_across_the_wrap_of_their_count() {
    let mut block = Block::new();
    let refuse = |ring: &Ring, times| {
        let log = Logger::new(ring, Config::drop_newest().with_mark(Severity::Info, 1));
        for _ in 0..times {
            assert_eq!(log.push(Level::INFO, b"x"), Pushed::Lost(Lost::Level));
        }
    };
    refuse(block.ring(), LOSSES);
    assert_eq!(block.ring().take_trailing_loss(), LOSSES as u64);
    // The count by cause and severity, the total, and how much was told.
    assert_eq!(lift(&mut block, LOSSES), 3);

    let ring = block.ring();
    let log = Logger::new(ring, Config::drop_newest());
    refuse(ring, 1);
    log.push(Level::WARN, b"a");
    refuse(ring, 3);
    log.push(Level::WARN, b"b");
    refuse(ring, 2);
    assert_eq!(pop(ring).lost_before, 1);
    assert_eq!(pop(ring).lost_before, 3);
    assert_eq!(ring.take_trailing_loss(), 2);
    assert_eq!(ring.stats().lost.get(Cause::Level, Severity::Info), 5);
}

/// The same for evictions, and for the count of delivered records.
#[test]
fn evictions_are_told_exactly_across_the_wrap_of_their_count() {
    let mut block = Block::new();
    let fill = |ring: &Ring, records| {
        let log = Logger::new(ring, Config::drop_oldest());
        for _ in 0..records {
            // Of two cells, so that no position is the number of records.
            assert_eq!(log.push(Level::INFO, &[0; FIRST + 1]), Pushed::Stored);
        }
    };
    fill(block.ring(), LOSSES + CELLS / 2);
    assert_eq!(pop(block.ring()).lost_before, LOSSES as u64);
    // The count, and how much of it was told.
    assert_eq!(lift(&mut block, LOSSES), 2);

    let ring = block.ring();
    fill(ring, 5);
    assert_eq!(pop(ring).lost_before, 4);
    assert_eq!(pop(ring).lost_before, 0);
    assert_eq!(ring.stats().lost.get(Cause::Evicted, Severity::Info), 3);
    assert_eq!(ring.take_trailing_loss(), 0);
}

/// A producer that dies between taking its cells and stamping the first one
/// leaves there what was there before. However many turns ago that was
/// written, also when the turns' numbers have come round to the same, it is
/// not taken for a record: every cell is stamped in every turn, those inside
/// a long record too.
#[test]
fn cells_that_a_dead_peer_left_unstamped_never_show_an_older_record() {
    let (head, tail) = head_and_tail();
    let turns = CELLS << if WORD == 8 { 28 } else { 17 };
    for tag in [0, 1] {
        let mut block = Block::new();
        let pass = |block: &mut Block, bytes| {
            let log = Logger::new(block.ring(), Config::drop_newest());
            assert_eq!(log.push_parts(Level::INFO, tag, &[bytes]), Pushed::Stored);
            assert_eq!(pop(block.ring()).bytes, bytes);
        };
        let push_pass = |block: &mut Block, bytes| {
            let log = Logger::new(block.ring(), Config::drop_newest());
            assert_eq!(log.push(Level::INFO, bytes), Pushed::Stored);
            assert_eq!(pop(block.ring()).bytes, bytes);
        };
        // Cell 0 gets a record of turn 0.
        pass(&mut block, b"old");
        // Many turns later it is the second cell of a record.
        *block.word(head) = turns - CELLS - 1;
        *block.word(tail) = turns - CELLS - 1;
        let long = &[b'l'; FIRST + 1];
        if tag == 0 {
            push_pass(&mut block, long)
        } else {
            pass(&mut block, long)
        }
        for _ in 0..CELLS - 1 {
            pass(&mut block, b"short");
        }
        // A turn later the numbers have come round, and somebody takes cell 0
        // and is gone.
        assert_eq!(*block.word(head), turns);
        *block.word(head) += 1;
        assert_eq!(block.ring().pop(&mut [0; 512]), Popped::Pending);
        let log = Logger::new(block.ring(), Config::drop_oldest());
        let stored = (0..9)
            .filter(|_| log.push(Level::INFO, b"x").is_stored())
            .count();
        assert_eq!(stored, CELLS - 1);
        assert_eq!(log.push(Level::INFO, b"x"), Pushed::Lost(Lost::Busy));
        assert_eq!(block.ring().pop(&mut [0; 512]), Popped::Pending);
    }
}
