//! Damaged blocks: a stray write or a killed peer may cost records, and never
//! a panic, a loop without end, or a byte outside the block.

use std::mem::forget;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use logring::{Cause, Config, Level, Logger, Lost, Popped, Pushed, Ring, Severity};

use crate::support::{CELL, FIRST, WORD, clock, lost, pattern, pop};

const CELLS: usize = 8;
const GUARD: usize = 128 / WORD;

/// Words of memory for a ring, with a guard on either side of it.
struct Block {
    words: Vec<Line>,
}

#[derive(Clone, Copy)]
#[repr(align(128))]
struct Line([usize; GUARD]);

const UNTOUCHED: usize = 0x5A5A_5A5A;

impl Block {
    fn new() -> Self {
        let lines = bytes().div_ceil(128);
        let mut block = Self {
            words: vec![Line([UNTOUCHED; GUARD]); 1 + lines + 1],
        };
        for at in 0..bytes() / WORD {
            *block.word(at) = 0;
        }
        block
    }

    fn start(&mut self) -> *mut u8 {
        self.words.as_mut_ptr().wrapping_add(1).cast()
    }

    /// The ring in the block. Nothing else may touch the block until the last
    /// use of it.
    fn ring(&mut self) -> &Ring {
        let start = self.start();
        // SAFETY: hazard: a block too short, or in use elsewhere. There are
        // `bytes()` bytes behind the first guard, any contents will do, and
        // `self` is borrowed for as long as the ring.
        unsafe { Ring::attach(start, bytes()) }.unwrap()
    }

    fn word(&mut self, at: usize) -> &mut usize {
        &mut self.words[1 + at / GUARD].0[at % GUARD]
    }

    fn all(&self) -> Vec<usize> {
        self.words.iter().flat_map(|line| line.0).collect()
    }

    fn snapshot(&self) -> Vec<usize> {
        self.all()[GUARD..GUARD + bytes() / WORD].to_vec()
    }

    fn assert_guards(&self) {
        let all = self.all();
        let (before, behind) = (&all[..GUARD], &all[GUARD + bytes() / WORD..]);
        assert!(before.iter().chain(behind).all(|word| *word == UNTOUCHED));
    }
}

fn bytes() -> usize {
    Ring::memory_bytes(CELLS * CELL).unwrap()
}

/// A small generator of numbers (splitmix64), the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as usize
    }

    /// What a stray write leaves of `word`; `other` is a word of the block.
    fn spoil(&mut self, word: usize, other: usize) -> usize {
        match self.roll() % 8 {
            0 => 0,
            1 => usize::MAX,
            2 => self.roll(),
            3 => word.wrapping_add(self.roll() % 9),
            4 => word.wrapping_sub(self.roll() % 9),
            5 => other,
            _ => word ^ 1 << (self.roll() % usize::BITS as usize),
        }
    }
}

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
            5 => match ring.pop(&mut buf) {
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
    let seeds = if cfg!(miri) { 0..12 } else { 0..20_000 };
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
    for bit in 0..usize::BITS {
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

/// The word of the block at which the cells begin: that of the first record
/// less its state word, found by looking.
fn first_cell() -> usize {
    let mut block = Block::new();
    let marker = 0x1234_5678_usize;
    let log = Logger::new(block.ring(), Config::drop_newest());
    log.push(Level::INFO, &marker.to_ne_bytes());
    let at = block.snapshot().iter().position(|word| *word == marker);
    at.unwrap() - if WORD == 8 { 1 } else { 2 }
}

/// Losses of a kind before its count is lifted: a number that no other word of
/// the block holds.
const LOSSES: usize = if cfg!(miri) { 101 } else { 1235 };

/// Sets every word that holds `value` to the largest number, and says how
/// many there were.
fn lift(block: &mut Block, value: usize) -> usize {
    let snapshot = block.snapshot();
    let found = (0..snapshot.len()).filter(|at| snapshot[*at] == value);
    found.map(|at| *block.word(at) = usize::MAX).count()
}

/// Counters wrap with the machine word. The count of refusals, and how much
/// of it was told, are put at the largest number, as after so many losses;
/// the next losses are told and counted as ever, modulo the word.
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

/// The words of the block that hold the positions of the head and of the
/// tail, found by watching them move.
fn head_and_tail() -> (usize, usize) {
    let mut block = Block::new();
    let log = |block: &mut Block| {
        Logger::new(block.ring(), Config::drop_newest()).push(Level::INFO, &[0; FIRST + 1]);
    };
    let moved = |before: &[usize], after: &[usize], to| {
        let cells = first_cell();
        let moved = (0..cells).filter(|at| before[*at] != after[*at] && after[*at] == to);
        let moved: Vec<_> = moved.collect();
        assert_eq!(moved.len(), 1);
        moved[0]
    };
    log(&mut block);
    let one = block.snapshot();
    log(&mut block);
    let two = block.snapshot();
    pop(block.ring());
    (moved(&one, &two, 4), moved(&two, &block.snapshot(), 2))
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
