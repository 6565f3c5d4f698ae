//! Damaged blocks: a stray write or a killed peer may cost records, and never
//! a panic, a loop without end, or a byte outside the block.

use std::mem::forget;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use logring::{Cause, Config, Level, Logger, Popped, Ring, Severity};

use crate::block::{Block, CELLS, GUARD, bytes, first_cell};
use crate::dice::Dice;
use crate::support::{CELL, WORD, clock, lost, pattern};

/// A bit of everything. Only what must hold in any block is asserted: bounds,
/// and that each call comes back.
fn use_ring(ring: &Ring, dice: &mut Dice) {
    let config = Config::drop_oldest().with_clock(Some(clock));
    let loggers = [
        Logger::new(ring, Config::drop_newest().with_mark(Severity::Debug, 50)),
        Logger::new(ring, Config::drop_oldest()),
        Logger::new(ring, config.with_retry_limit(u32::MAX)),
    ];
    let payload = pattern(2 * ring.record_bytes_max());
    let mut buf = vec![0; ring.record_bytes_max()];
    for _ in 0..dice.roll() % 12 {
        let log = &loggers[dice.roll() % 3];
        let bytes = &payload[..dice.roll() % payload.len()];
        let level = Level::new(1 + (dice.roll() % 24) as u8).unwrap();
        match dice.roll() % 8 {
            0..=2 => {
                log.push(level, bytes);
            }
            3 => {
                log.push_fmt(level, 7, format_args!("{:>1$}", "x", bytes.len()));
            }
            4 => {
                if let Ok(mut grant) = log.reserve(level, 1, bytes.len()) {
                    grant.append(&bytes[bytes.len() / 2..]);
                    if dice.roll() % 4 != 0 {
                        grant.commit();
                    } else if dice.roll() % 4 == 0 {
                        forget(grant);
                    }
                }
            }
            5 => match ring.pop_whole(&mut buf) {
                Popped::Record(record) => {
                    assert!((1..=24).contains(&record.level.get()));
                }
                Popped::NoSpace { needed } => assert!(needed < ring.capacity_bytes() / 4),
                Popped::Empty | Popped::Pending => {}
            },
            6 => {
                let drained = ring.drain(&mut buf, usize::MAX, |_| ());
                assert!(drained.records <= 64 * CELLS);
            }
            _ => {
                let stats = ring.stats();
                assert!(stats.used_bytes <= ring.capacity_bytes());
                let _ = ring.take_trailing_loss();
                let _ = stats.lost.total();
                for cause in Cause::ALL {
                    let _ = stats.lost.by_cause(cause);
                }
                for severity in Severity::ALL {
                    let _ = stats.lost.by_severity(severity);
                }
            }
        }
    }
}

/// One to three words of the whole block, positions and counters included,
/// are overwritten between two uses.
#[test]
fn a_block_damaged_anywhere_is_still_only_a_ring() {
    let seeds = if cfg!(miri) { 0..6 } else { 0..20_000 };
    for seed in seeds {
        let mut dice = Dice(seed);
        let mut block = Block::new();
        for _ in 0..4 {
            use_ring(block.ring(), &mut dice);
            for _ in 0..1 + dice.roll() % 3 {
                let words = bytes() / WORD;
                let other = *block.word(dice.roll() % words);
                let word = block.word(dice.roll() % words);
                *word = dice.spoil(*word, other);
            }
        }
        use_ring(block.ring(), &mut dice);
        block.assert_guards();
    }
}

/// A block of noise, of zeroes but for noise in its cells, and of noise with
/// the positions left as they were.
#[test]
fn a_block_of_noise_is_still_only_a_ring() {
    let seeds = if cfg!(miri) { 0..6 } else { 0..5_000 };
    for seed in seeds {
        let mut dice = Dice(seed << 32);
        let mut block = Block::new();
        use_ring(block.ring(), &mut dice);
        let words = bytes() / WORD;
        let kept = match seed % 3 {
            0 => 0,
            1 => words - CELLS * CELL / WORD,
            _ => 2 * GUARD,
        };
        for at in kept..words {
            *block.word(at) = dice.roll();
        }
        for _ in 0..4 {
            use_ring(block.ring(), &mut dice);
        }
        block.assert_guards();
    }
}

/// The cells are overwritten while grants are open: a grant carries its own
/// sizes, so it still writes nowhere but into its cells.
#[test]
fn a_grant_over_damaged_cells_stays_in_its_cells() {
    let seeds = if cfg!(miri) { 0..6 } else { 0..5_000 };
    for seed in seeds {
        let mut dice = Dice(seed << 16);
        let mut block = Block::new();
        let first_cell = first_cell();
        let start: *mut usize = block.start().cast();
        // SAFETY: hazard: as in `Block::ring`; and that the stray writes
        // below are a data race or break an exclusive borrow. They are
        // atomic, on words of the cells, which the ring knows as atomics.
        let ring = unsafe { Ring::attach(start.cast(), bytes()) }.unwrap();
        let log = Logger::new(ring, Config::drop_oldest().with_clock(Some(clock)));
        for _ in 0..dice.roll() % 9 {
            log.push(Level::INFO, &pattern(dice.roll() % 99));
        }
        let one = log.reserve(Level::INFO, 1, dice.roll() % 99);
        let two = log.reserve(Level::WARN, 0, dice.roll() % 99);
        for _ in 0..1 + dice.roll() % 20 {
            let at = first_cell + dice.roll() % (CELLS * CELL / WORD);
            // SAFETY: hazard: a word outside the block. `at` is one of the
            // cells' words, aligned, and accessed by atomics only.
            let word = unsafe { AtomicUsize::from_ptr(start.wrapping_add(at)) };
            let other = word.load(Relaxed);
            word.store(dice.spoil(other, dice.0 as usize), Relaxed);
        }
        for mut grant in [one, two].into_iter().flatten() {
            grant.append(&pattern(dice.roll() % 150));
            use_ring(ring, &mut dice);
            if dice.roll() % 2 == 0 {
                grant.commit();
            }
        }
        use_ring(ring, &mut dice);
        // The positions are whole: the tail has not been led past the head by
        // what some cell said of its size, and nobody met a head that is
        // older than the tail.
        assert_eq!(lost(ring, Cause::Contended), 0);
        block.assert_guards();
    }
}

/// A full ring is emptied, and each bit of the word that says what its last
/// record is and how long was flipped on its own. Whatever a popper makes of
/// it, it takes no cell that was never reserved: the tail stays behind the
/// head, and the ring goes on.
#[test]
fn a_record_that_lies_about_its_size_does_not_lead_the_tail_past_the_head() {
    let step = if cfg!(miri) { 5 } else { 1 };
    for bit in (0..usize::BITS).step_by(step) {
        let mut block = Block::new();
        for _ in 0..CELLS {
            Logger::new(block.ring(), Config::drop_oldest()).push(Level::INFO, b"x");
        }
        *block.word(first_cell() + (CELLS - 1) * CELL / WORD) ^= 1 << bit;
        let ring = block.ring();
        let mut buf = [0; CELLS * CELL];
        let taken = (0..CELLS).filter(|_| matches!(ring.pop(&mut buf), Popped::Record(_)));
        let taken = taken.count();
        assert!(taken >= CELLS - 1, "bit {bit}");
        let log = Logger::new(ring, Config::drop_oldest());
        let said: Vec<_> = (0..2 * CELLS)
            .map(|_| log.push(Level::INFO, b"y"))
            .collect();
        assert_eq!(lost(ring, Cause::Contended), 0, "bit {bit}");
        let stored = said.iter().filter(|said| said.is_stored()).count();
        assert!(
            stored >= if taken == CELLS { 2 * CELLS } else { CELLS - 1 },
            "bit {bit}"
        );
    }
}
