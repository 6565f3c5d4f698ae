//! Passes over records that are not what they should be: pops and drains stop
//! before the first of these, and one that changes is taken as one thing.

use super::orderings::L;
use super::{LogRing, Ring};
use crate::layout::geometry::CELL_RECORD_BYTES;
use crate::layout::{Extras, Header, Position, State, header};
use crate::level::Level;
use crate::{Config, DrainEnd, Logger, Popped};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::vec;
use std::vec::Vec;

const INFO: u8 = 9;
const BUF_BYTES: usize = 512;

/// Two records of a cell each, of which the second is then said to be `second`.
fn ring_with(second: Header) -> LogRing<16> {
    let ring = LogRing::starting_at(usize::MAX);
    let log = Logger::new(&ring, Config::drop_newest());
    assert!(log.push(Level::INFO, b"a").is_stored() && log.push(Level::INFO, b"b").is_stored());
    say(&ring, oldest(&ring).plus(1), second, 1);
    ring
}

/// Says that the record at `at` has this header, and so many cells.
fn say(ring: &Ring, at: Position, header: Header, cells: usize) {
    if header::INFO_WORDS != 0 {
        ring.cell(at).payload[0].store(header.info(), L);
    }
    let state = State::committed(ring.lap(at), header, cells);
    ring.cell(at).state.store(state.word(), L);
}

fn oldest(ring: &Ring) -> Position {
    Position::from_word(ring.back.tail.load(L))
}

fn drained(ring: &Ring, buf_bytes: usize) -> (Vec<Vec<u8>>, DrainEnd) {
    let mut got = Vec::new();
    let end = ring.drain(&mut vec![0; buf_bytes], usize::MAX, |record| {
        got.push(record.bytes.to_vec());
    });
    assert_eq!(end.records, got.len());
    (got, end.end)
}

/// Pops and drains, through buffers that just do and that do for more, give the
/// first, and say `end` of the second.
fn assert_only_the_first(second: Header, end: DrainEnd) {
    for buf_bytes in (Ring::DRAIN_OVERHEAD_BYTES + 1..=90).chain([BUF_BYTES]) {
        let ring = ring_with(second);
        let first = Vec::from([b"a".to_vec()]);
        assert_eq!(drained(&ring, buf_bytes), (first, end), "{buf_bytes} bytes");
        let ring = ring_with(second);
        let batch = ring.drain_into(&mut vec![0; buf_bytes]);
        assert_eq!(batch.records, 1, "{buf_bytes} bytes");
    }
    let ring = ring_with(second);
    assert!(matches!(ring.pop(&mut [0; BUF_BYTES]), Popped::Record(_)));
    assert!(matches!(ring.pop(&mut [0; BUF_BYTES]), Popped::Pending));
}

#[test]
fn a_sound_record_is_taken() {
    let sound = Header::new(INFO, CELL_RECORD_BYTES, Extras::NONE, false);
    let (got, end) = drained(&ring_with(sound), BUF_BYTES);
    let lengths: Vec<_> = got.iter().map(Vec::len).collect();
    assert_eq!(
        (&lengths[..], end),
        (&[1, CELL_RECORD_BYTES][..], DrainEnd::Empty)
    );
}

#[test]
fn a_record_of_no_level_is_not_taken() {
    for level in [0, 25, 31] {
        let second = Header::new(level, 1, Extras::NONE, false);
        assert_only_the_first(second, DrainEnd::Pending);
    }
}

/// Where the state says how many cells there are, the length has to need as many.
#[cfg(not(target_pointer_width = "64"))]
#[test]
fn a_record_that_needs_more_than_its_cell_is_not_taken() {
    let tagged = Extras::NONE.with_tag(true);
    for (extras, bytes) in [
        (Extras::NONE, CELL_RECORD_BYTES + 1),
        (tagged, CELL_RECORD_BYTES - 3),
        (tagged, header::BYTES_MAX),
    ] {
        let second = Header::new(INFO, bytes, extras, false);
        assert_only_the_first(second, DrainEnd::Pending);
    }
}

/// What looks like a record, and was never reserved, is none.
#[test]
fn a_record_beyond_the_head_is_not_taken() {
    let sound = Header::new(INFO, 1, Extras::NONE, false);
    for (reserved, lengths) in [(0, &[][..]), (1, &[1])] {
        let ring = ring_with(sound);
        let head = oldest(&ring).plus(reserved);
        ring.front.head.store(head.word(), L);
        let (got, _) = drained(&ring, BUF_BYTES);
        let got: Vec<_> = got.iter().map(Vec::len).collect();
        assert_eq!(got, lengths, "{reserved} reserved");
        assert_eq!(ring.back.tail.load(L), head.word());
    }
}

/// Ends the other thread, also if this one panics.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Drains two records while somebody changes the length of the first from one to
/// the other; how often there was something else than two, each as pushed.
fn drains_gone_wrong(lengths: [usize; 2]) -> usize {
    let ring = LogRing::<16>::starting_at(usize::MAX);
    let log = Logger::new(&ring, Config::drop_newest());
    let tail = oldest(&ring);
    let (first, second) = ([b'a'; 64], [b'b'; 64]);
    let most = lengths[1];
    assert!(log.push(Level::INFO, &first[..most]).is_stored());
    assert!(log.push(Level::INFO, &second[..most]).is_stored());
    let headers = lengths.map(|bytes| Header::new(INFO, bytes, Extras::NONE, false));
    let stop = AtomicBool::new(false);
    let mut wrong = 0;
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            for header in headers.iter().cycle() {
                say(&ring, tail, *header, header.cells());
                if stop.load(Relaxed) {
                    return;
                }
            }
        });
        for _ in 0..20_000 {
            let mut given = Vec::new();
            let records = ring.drain(&mut [0; BUF_BYTES], 2, |record| {
                given.push(record.bytes.to_vec());
            });
            let is_one = |given: &[u8]| lengths.iter().any(|bytes| *given == first[..*bytes]);
            let right = match &given[..] {
                [a, b] => is_one(a) && *b == second[..most],
                _ => false,
            };
            wrong += usize::from(records.records != 2 || !right);
            // The same again.
            ring.back.tail.store(tail.word(), L);
        }
    });
    wrong
}

/// What was looked at is what comes, so that no other record is spoilt.
#[test]
fn a_length_that_changes_under_a_drain_is_one_or_the_other() {
    assert_eq!(drains_gone_wrong([4, 20]), 0);
    // Of two cells on 32-bit targets.
    assert_eq!(drains_gone_wrong([25, 40]), 0);
}
