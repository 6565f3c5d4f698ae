//! A producer that stops right behind its reservation, before it has written
//! anything: only from within the crate can it be stopped there.

use crate::layout::geometry::{self, CELL_RECORD_BYTES};
use crate::ring::Request;
use crate::{Config, Grant, Level, LogRing, Logger, Lost, Policy, Popped, Pushed};

const CELLS: usize = 64;

/// A producer that stops right behind its reservation, in the first cells
/// of a lap: they still show the records of the lap before. An evictor that
/// comes there stops, too, whatever lies before the wrap; nothing is lost
/// once the writer goes on.
///
/// It is tried with runs that begin at every distance from the wrap.
fn an_evictor_stops_at(open: usize, before: impl Fn(&Logger<'_>)) {
    for popped in 1..=geometry::chunk_cells(CELLS) {
        an_evictor_that_begins_at(popped, open, &before);
    }
}

fn an_evictor_that_begins_at(popped: usize, open: usize, before: impl Fn(&Logger<'_>)) {
    let ring = LogRing::<CELLS>::new();
    let log = Logger::new(&ring, Config::drop_oldest());
    let push = || log.push(Level::INFO, b"x");
    // The lap before, of the same level; then all but its last cells go.
    for _ in 0..CELLS {
        assert_eq!(push(), Pushed::Stored);
    }
    for _ in 0..CELLS {
        assert!(matches!(ring.pop(&mut [0; 8]), Popped::Record(_)));
    }
    for _ in 0..CELLS - 2 {
        assert_eq!(push(), Pushed::Stored);
    }
    before(&log);
    let at = ring.reserve(Request {
        cells: 1,
        limit_cells: CELLS,
        policy: Policy::DropOldest,
        tries: 1,
    });
    let at = at.expect("there is room, or it is made");
    assert_eq!(at.index(CELLS), open);
    for _ in 0..popped {
        assert!(matches!(ring.pop(&mut [0; 8]), Popped::Record(_)));
    }
    let stored = (0..2 * CELLS).take_while(|_| push() == Pushed::Stored);
    assert!(stored.count() < CELLS, "the writer's cell was given away");
    assert_eq!(push(), Pushed::Lost(Lost::Busy));
    ring.write_cell(at, Level::INFO, b"late");
    let mut buf = [0; 2 * CELL_RECORD_BYTES];
    let mut late = 0;
    loop {
        match ring.pop(&mut buf) {
            Popped::Record(record) => late += usize::from(record.bytes == b"late"),
            Popped::Empty => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(late, 1);
}

#[test]
fn a_writer_at_the_first_cell_of_a_lap_is_not_passed() {
    an_evictor_stops_at(0, |log| {
        for _ in 0..2 {
            log.push(Level::INFO, b"x");
        }
    });
}

#[test]
fn nor_one_behind_a_record_that_lies_across_the_wrap() {
    an_evictor_stops_at(1, |log| {
        log.push(Level::INFO, b"x");
        log.push(Level::INFO, &[1; CELL_RECORD_BYTES + 1]);
    });
}

#[test]
fn nor_one_behind_a_pad_at_the_first_cell_of_a_lap() {
    an_evictor_stops_at(1, |log| {
        for _ in 0..2 {
            log.push(Level::INFO, b"x");
        }
        log.reserve(Level::INFO, 0, 8)
            .map(Grant::discard)
            .expect("room is made");
    });
}
