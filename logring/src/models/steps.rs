//! That a drain which nobody disturbs takes no more steps than it says.
//!
//! `injection` has those of pushes, disturbed or not.

use crate::layout::geometry::{PAYLOAD_WORDS, cells_for};
use crate::layout::{Extras, geometry};
use crate::sync::hook;
use crate::{Config, DrainEnd, Level, LogRing, Logger};
use core::cell::Cell;
use std::vec;
use std::{assert_eq, eprintln};

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
            let mut buf = vec![0; 16 * 1024];
            let steps = steps_of(|| {
                let drained = ring.drain(&mut buf, records, |_| ());
                assert_eq!((drained.records, drained.end), (records, DrainEnd::Max));
            });
            let bound = records * cells * (PAYLOAD_WORDS + 1) + 4 * records + 20;
            eprintln!("{records} records of {bytes} bytes, {extras:?}: {steps} of {bound} steps");
            assert!(steps <= bound, "{steps} > {bound}");
            // Neither is it a bound that nothing could miss.
            assert!(steps > records, "{steps} steps were counted");
        }
    }
}
