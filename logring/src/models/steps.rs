//! That a drain which nobody disturbs takes no more steps than it says.
//!
//! `injection` counts the steps of pushes, disturbed or not.

use crate::layout::geometry::{PAYLOAD_WORDS, cells_for};
use crate::layout::{Extras, geometry};
use crate::sync::hook;
use crate::{Config, DrainEnd, Level, LogRing, Logger};
use core::cell::Cell;
use std::vec;
use std::{assert_eq, eprintln, format};

const CELLS: usize = 64;

std::thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

fn steps_of(work: impl FnOnce()) -> usize {
    STEPS.set(0);
    hook::set(Some(|| STEPS.set(STEPS.get() + 1)));
    work();
    hook::set(None);
    STEPS.get()
}

/// Drains all of a ring at once, and holds the steps to what `Ring::drain` says of
/// an attempt; telling is none where nothing was lost.
fn assert_bounded(ring: &LogRing<CELLS>, records: usize, cells: usize, what: &str) {
    let mut buf = vec![0; 16 * 1024];
    let steps = steps_of(|| {
        let drained = ring.drain(&mut buf, records, |_| ());
        assert_eq!((drained.records, drained.end), (records, DrainEnd::Max));
    });
    let bound = cells * (PAYLOAD_WORDS + 1) + 4 * records + 20;
    eprintln!("{records} {what}: {steps} of {bound} steps");
    assert!(steps <= bound, "{steps} > {bound}");
    assert!(steps > records, "nothing was counted");
}

#[test]
fn a_drain_takes_no_more_steps_than_it_says() {
    let short = geometry::CELL_RECORD_BYTES;
    for bytes in [0, 4, 20, short, short + 1, 2 * short, 4 * short] {
        for clock in [None, Some((|| 7) as fn() -> u64)] {
            let ring = LogRing::<CELLS>::new();
            let log = Logger::new(&ring, Config::drop_newest().with_clock(clock));
            let extras = Extras::NONE.with_timestamp(clock.is_some());
            let cells = cells_for(extras.words(), bytes);
            let records = CELLS / cells;
            for _ in 0..records {
                assert!(log.push(Level::INFO, &vec![7; bytes]).is_stored());
            }
            let what = format!("records of {bytes} bytes, {extras:?}");
            assert_bounded(&ring, records, records * cells, &what);
        }
    }
}

#[test]
fn long_and_short_records_in_turn_take_no_more() {
    let ring = LogRing::<CELLS>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let long = vec![7; geometry::CELL_RECORD_BYTES + 1];
    let pairs = CELLS / 3;
    for _ in 0..pairs {
        assert!(log.push(Level::INFO, b"short").is_stored());
        assert!(log.push(Level::INFO, &long).is_stored());
    }
    assert_bounded(&ring, 2 * pairs, 3 * pairs, "records of one and two cells");
}

#[test]
fn pads_count_as_the_cells_that_they_are() {
    let ring = LogRing::<CELLS>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    for _ in 1..CELLS {
        log.reserve(Level::INFO, 0, 1)
            .expect("there is room")
            .discard();
    }
    assert!(log.push(Level::INFO, b"the last").is_stored());
    // What the discards are counted as is carried, and told.
    let tell = CELLS;
    let mut buf = [0; 512];
    let steps = steps_of(|| assert_eq!(ring.drain(&mut buf, 1, |_| ()).records, 1));
    let bound = CELLS * (PAYLOAD_WORDS + 1) + 4 + 20 + tell;
    eprintln!("63 pads and a record: {steps} of {bound} steps");
    assert!(steps <= bound, "{steps} > {bound}");
}
