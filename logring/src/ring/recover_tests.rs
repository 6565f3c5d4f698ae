//! Tests of `recover` that need what only the ring can see or spoil.

use super::orderings::L;
use super::{LogRing, Recovered, Request, Reserved, Retained, Ring};
use crate::layout::Position;
use crate::layout::geometry::{CELL_RECORD_BYTES, PAYLOAD_WORDS, WORD_BYTES};
use crate::level::Level;
use crate::policy::Policy;
use crate::stats::Cause;
use crate::{Config, Logger, Popped, Pushed, Severity};
use core::mem::forget;

const CELLS: usize = 16;

impl Ring {
    /// A reservation whose writer dies before it has written anything.
    fn claim_and_die(&self, cells: usize) -> Position {
        let want = Request {
            cells,
            limit_cells: self.cell_count(),
            policy: Policy::DropNewest,
            tries: 1,
        };
        self.reserve(want).expect("there is room")
    }

    /// Puts the tail ahead of the head.
    #[cfg_attr(not(logring_inject), allow(dead_code))]
    pub(crate) fn spoil_tail(&self) {
        let head = Position::from_word(self.front.head.load(L));
        self.back.tail.store(head.plus(1).word(), L);
    }
}

/// A ring that begins so far before the wrap, and a lap into which records of
/// the lap before still show.
fn used_ring(before_wrap: usize) -> LogRing<CELLS> {
    let ring = LogRing::starting_at(0_usize.wrapping_sub(before_wrap + CELLS));
    for _ in 0..CELLS {
        push(&ring, b"old");
    }
    while pop(&ring).is_some() {}
    ring
}

fn push(ring: &Ring, bytes: &[u8]) {
    let log = Logger::new(ring, Config::drop_newest());
    assert_eq!(log.push(Level::INFO, bytes), Pushed::Stored);
}

/// The first byte of the oldest record.
fn pop(ring: &Ring) -> Option<u8> {
    let mut buf = [0; 512];
    match ring.pop(&mut buf) {
        Popped::Record(record) => Some(record.bytes[0]),
        Popped::Empty => None,
        other => panic!("{other:?}"),
    }
}

fn discarded(ring: &Ring) -> u64 {
    let lost = ring.stats().lost;
    assert_eq!(
        lost.get(Cause::Discarded, Severity::Fatal),
        lost.by_cause(Cause::Discarded)
    );
    lost.by_cause(Cause::Discarded)
}

/// A plain push leaves no mark before its commit: its cells still show the
/// lap before, or nothing at all.
#[test]
fn a_writer_that_died_right_behind_its_reservation_is_passed() {
    for fresh in [true, false] {
        for before_wrap in 0..CELLS {
            let ring = if fresh {
                LogRing::starting_at(0_usize.wrapping_sub(before_wrap))
            } else {
                used_ring(before_wrap)
            };
            ring.claim_and_die(1);
            push(&ring, b"a");
            ring.claim_and_die(4);
            push(&ring, b"b");
            let found = ring.recover();
            let expected = Recovered {
                survived: true,
                records: 2,
                unfinished: 2,
                unfinished_cells: 5,
            };
            assert_eq!(found, expected, "{before_wrap} before the wrap");
            assert_eq!(discarded(&ring), 2);
            assert_eq!(
                [pop(&ring), pop(&ring), pop(&ring)],
                [Some(b'a'), Some(b'b'), None]
            );
            assert_eq!(ring.take_trailing_loss(), 2);
        }
    }
}

/// What side by side has left no mark counts as one; a stamp tells two apart.
#[test]
fn neighbours_that_left_no_mark_count_as_one() {
    let ring = used_ring(3);
    ring.claim_and_die(1);
    ring.claim_and_die(2);
    let found = ring.recover();
    assert_eq!((found.unfinished, found.unfinished_cells), (1, 3));

    let ring = used_ring(3);
    ring.claim_and_die(2);
    forget(Logger::new(&ring, Config::drop_newest()).reserve(Level::INFO, 0, 1));
    forget(Logger::new(&ring, Config::drop_newest()).reserve(Level::INFO, 0, 200));
    let found = ring.recover();
    assert_eq!(found.unfinished, 3);
    assert_eq!(discarded(&ring), 3);
}

/// A long plain push dies with some of its further cells stamped, and with
/// all of them: its first cell shows the lap before.
#[test]
fn a_writer_that_died_among_its_stamps_counts_as_one() {
    for stamped in 1..4 {
        let ring = used_ring(2);
        let first = ring.claim_and_die(4);
        let bytes = CELL_RECORD_BYTES + (stamped - 1) * PAYLOAD_WORDS * WORD_BYTES + 1;
        ring.write_whole(
            &Reserved::plain(first, 4, Level::INFO),
            &[9; 512][..bytes],
            false,
        );
        ring.cell(first).state.store(0, L);
        push(&ring, b"a");
        let found = ring.recover();
        assert_eq!(
            (found.records, found.unfinished, found.unfinished_cells),
            (1, 1, 4)
        );
        assert_eq!((pop(&ring), pop(&ring)), (Some(b'a'), None));
    }
}

/// Twice is as once: the pads of the first time are no losses.
#[test]
fn a_second_call_finds_nothing_to_do() {
    let ring = used_ring(5);
    push(&ring, b"a");
    ring.claim_and_die(3);
    push(&ring, &std::vec![b'b'; ring.record_bytes_max()]);
    let found = ring.recover();
    assert_eq!((found.records, found.unfinished), (2, 1));
    let again = ring.recover();
    assert_eq!(
        (again.records, again.unfinished, again.unfinished_cells),
        (2, 0, 0)
    );
    assert_eq!(discarded(&ring), 1);
}

/// A head that is behind the tail, or more than the ring ahead of it; the
/// smallest such distance, and the largest that is none.
#[test]
fn positions_beyond_repair_leave_an_empty_ring() {
    for (distance, survived) in [
        (0, true),
        (CELLS, true),
        (CELLS + 1, false),
        (usize::MAX, false),
    ] {
        let ring = used_ring(1);
        push(&ring, b"a");
        forget(Logger::new(&ring, Config::drop_newest()).reserve(Level::INFO, 0, 1));
        let head = ring.front.head.load(L);
        ring.back.tail.store(head.wrapping_sub(distance), L);
        let found = ring.recover();
        assert_eq!(found.survived, survived, "{distance}");
        if !survived {
            assert_eq!(found, Recovered::NOTHING);
            let stats = ring.stats();
            assert_eq!((stats.delivered, stats.lost.total()), (0, 0));
            assert_eq!((stats.used_bytes, stats.high_water_bytes), (0, 0));
            assert_eq!(pop(&ring), None);
        }
        for _ in 0..CELLS {
            Logger::new(&ring, Config::drop_oldest()).push(Level::INFO, b"b");
        }
        let all = core::iter::from_fn(|| pop(&ring));
        assert_eq!(all.filter(|byte| *byte == b'b').count(), CELLS);
    }
}

/// A cell that nobody has reserved says that it is a record of the lap to
/// come.
#[test]
fn a_free_cell_does_not_look_committed_when_its_lap_comes() {
    let ring = used_ring(7);
    push(&ring, b"a");
    let head = Position::from_word(ring.front.head.load(L));
    let record = Reserved::plain(head, 1, Level::INFO);
    ring.write_whole(&record, b"never pushed", false);
    ring.recover();
    ring.claim_and_die(1);
    assert_eq!(pop(&ring), Some(b'a'));
    assert_eq!(ring.pop(&mut [0; 99]), Popped::Pending);
}

/// Memory that is not sealed shows records of the very lap that begins.
#[test]
fn a_wiped_cell_does_not_look_committed_when_its_lap_comes() {
    let retained = Retained::<CELLS>::new();
    for _ in 0..CELLS {
        push(retained.ring(), b"old");
    }
    assert!(!retained.recover().survived);
    retained.ring().claim_and_die(1);
    assert_eq!(retained.ring().pop(&mut [0; 99]), Popped::Pending);
}

/// Words beside the cells that say what cannot be.
#[test]
fn words_beside_the_cells_are_brought_within_bounds() {
    let ring = used_ring(7);
    let log = Logger::new(&ring, Config::drop_newest());
    push(&ring, b"a");
    // Two refusals, one of which died before its second addition.
    let too_big = [0; 8000];
    let strict = Logger::new(&ring, Config::drop_newest().with_truncate(false));
    strict.push(Level::INFO, &too_big);
    ring.ledger.count_half(Cause::TooBig, Level::INFO);
    assert_eq!(ring.refused_total(), 1);
    ring.front.untold.store(0, L);
    ring.front.hint.store(123, L);
    ring.back.told_refused.store(5, L);
    ring.back.told_evicted.store(1, L);
    ring.back.watermark.raise(usize::MAX);
    assert!(ring.recover().survived);
    assert_eq!(ring.refused_total(), 2);
    assert_eq!(ring.front.hint.load(L), ring.back.tail.load(L));
    assert_eq!(ring.back.watermark.cells(), CELLS);
    // What was told is taken to be all there was; from here on, all is told.
    assert_eq!(ring.take_trailing_loss(), 0);
    strict.push(Level::INFO, &too_big);
    assert_eq!(log.push(Level::INFO, b"b"), Pushed::Stored);
    assert_eq!(ring.take_trailing_loss(), 1);
    for _ in 0..CELLS {
        Logger::new(&ring, Config::drop_oldest()).push(Level::INFO, b"c");
    }
    assert_eq!(ring.take_trailing_loss(), ring.ledger.evicted() as u64);
}

/// Where length and cells are in two words, they have to agree: a record of
/// three cells that says it is one would leave the tail inside itself.
#[cfg(not(target_pointer_width = "64"))]
#[test]
fn a_record_whose_length_is_damaged_does_not_hold_up_the_next() {
    let ring = used_ring(3);
    push(&ring, &[7; 60]);
    push(&ring, b"b");
    let tail = Position::from_word(ring.back.tail.load(L));
    let info = &ring.cell(tail).payload[0];
    info.store(info.load(L) & 0x1FF | 4 << 9, L);
    let found = ring.recover();
    assert_eq!((found.records, found.unfinished), (1, 1));
    assert_eq!(pop(&ring), Some(b'b'));
}

/// A record that no buffer of the largest record's size takes would stay for
/// good.
#[test]
fn a_length_beyond_the_largest_record_is_not_kept() {
    use crate::layout::{Extras, Header, State, header};
    let ring = used_ring(3);
    let most = ring.record_bytes_max();
    push(&ring, &std::vec![7; most]);
    push(&ring, b"b");
    let tail = Position::from_word(ring.back.tail.load(L));
    let longer = Header::new(Level::INFO.get(), most + 4, Extras::NONE, false);
    if header::INFO_WORDS != 0 {
        ring.cell(tail).payload[0].store(longer.info(), L);
    }
    let state = State::committed(ring.lap(tail), longer, CELLS / 4);
    ring.cell(tail).state.store(state.word(), L);
    assert_eq!(ring.recover().records, 1);
    assert_eq!(pop(&ring), Some(b'b'));
}
