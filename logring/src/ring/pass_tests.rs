//! A pass over records that are not what they should be: each way of taking them
//! stops before the first of these, whichever code it goes through.

use super::orderings::L;
use super::{LogRing, Ring};
use crate::layout::geometry::CELL_RECORD_BYTES;
use crate::layout::{Extras, Header, Position, State, header};
use crate::level::Level;
use crate::{Config, DrainEnd, Logger, Popped};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::vec::Vec;

const INFO: u8 = 9;
const BUF_BYTES: usize = 512;

/// Two records of a cell each, of which the second is then said to be `second`.
fn ring_with(second: Header) -> LogRing<16> {
    let ring = LogRing::starting_at(usize::MAX);
    let log = Logger::new(&ring, Config::drop_newest());
    assert!(log.push(Level::INFO, b"a").is_stored() && log.push(Level::INFO, b"b").is_stored());
    say(&ring, oldest(&ring).plus(1), second);
    ring
}

/// Says that the record of a cell at `at` has this header.
fn say(ring: &Ring, at: Position, header: Header) {
    if header::INFO_WORDS != 0 {
        ring.cell(at).payload[0].store(header.info(), L);
    }
    let state = State::committed(ring.lap(at), header, 1);
    ring.cell(at).state.store(state.word(), L);
}

fn oldest(ring: &Ring) -> Position {
    Position::from_word(ring.back.tail.load(L))
}

fn drained(ring: &Ring) -> (Vec<Vec<u8>>, DrainEnd) {
    let mut got = Vec::new();
    let end = ring.drain(&mut [0; BUF_BYTES], usize::MAX, |record| {
        got.push(record.bytes.to_vec());
    });
    assert_eq!(end.records, got.len());
    (got, end.end)
}

/// All ways to take records give the first, and say `end` of the second.
fn assert_only_the_first(second: Header, end: DrainEnd) {
    let ring = ring_with(second);
    assert_eq!(drained(&ring), (Vec::from([b"a".to_vec()]), end));
    assert!(matches!(ring.pop(&mut [0; BUF_BYTES]), Popped::Pending));
    let ring = ring_with(second);
    let batch = ring.drain_into(&mut [0; BUF_BYTES]);
    assert_eq!((batch.records, batch.end), (1, end));
}

#[test]
fn a_sound_record_is_taken() {
    let sound = Header::new(INFO, CELL_RECORD_BYTES, Extras::NONE, false);
    let (got, end) = drained(&ring_with(sound));
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
        let (got, _) = drained(&ring);
        let got: Vec<_> = got.iter().map(Vec::len).collect();
        assert_eq!(got, lengths, "{reserved} reserved");
        assert_eq!(ring.back.tail.load(L), head.word());
    }
}

/// Somebody changes the length while it is drained: what was looked at is what
/// comes, so that no other record is spoilt.
#[test]
fn a_length_that_changes_under_a_drain_is_one_or_the_other() {
    let ring = LogRing::<16>::starting_at(usize::MAX);
    let log = Logger::new(&ring, Config::drop_newest());
    let tail = oldest(&ring);
    assert!(log.push(Level::INFO, &[b'a'; 20]).is_stored());
    assert!(log.push(Level::INFO, &[b'b'; 20]).is_stored());
    let stop = AtomicBool::new(false);
    let mut wrong = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for bytes in [4, 20].iter().cycle() {
                say(&ring, tail, Header::new(INFO, *bytes, Extras::NONE, false));
                if stop.load(Relaxed) {
                    return;
                }
            }
        });
        for _ in 0..50_000 {
            let mut given = Vec::new();
            let records = ring
                .drain(&mut [0; BUF_BYTES], 2, |record| {
                    given.push(record.bytes.to_vec())
                })
                .records;
            let first = given.first().map(Vec::as_slice);
            let sound =
                matches!(first, Some([b'a', b'a', b'a', b'a'])) || first == Some(&[b'a'; 20]);
            let second = given.get(1).map(Vec::as_slice) == Some(&[b'b'; 20]);
            wrong += usize::from(records != 2 || given.len() != 2 || !sound || !second);
            // The same again.
            ring.back.tail.store(tail.word(), L);
        }
        stop.store(true, Relaxed);
    });
    assert_eq!(wrong, 0);
}
