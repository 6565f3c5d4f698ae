//! Taking records: one by one, through a sink, and in batches.

use std::ffi::c_void;
use std::ptr;
use std::slice;

use logring_ffi::abi::*;
use logring_ffi::consume::{
    LOGRING_FLAG_TRUNCATED, logring_drain, logring_drain_into, logring_pop, logring_record_t,
    logring_sink_fn,
};
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::produce::logring_commit;
use logring_ffi::status::*;

use crate::support::{
    FIRST, Made, NO_RECORD, Record, assert_untouched, c, config, lost, pattern, with_policy,
};

/// The buffer is exactly large enough, or one byte too small: then the answer
/// is how many there must be, and nothing is lost.
#[test]
fn pop_says_how_much_room_a_record_needs() {
    let made = Made::new(16, &config());
    for len in [1, 8, FIRST, FIRST + 1] {
        made.push(9, &pattern(len));
        let mut buf = pattern(len + 1);
        for short in [0, len / 2, len - 1] {
            let mut out = NO_RECORD;
            let at = buf.as_mut_ptr().cast();
            let said = c!(logring_pop(made.ring, at, short, &mut out));
            assert_eq!(said, LOGRING_E_NOSPACE);
            assert_untouched(&out, len);
        }
        let mut out = NO_RECORD;
        let at = buf.as_mut_ptr().cast();
        assert_eq!(c!(logring_pop(made.ring, at, len, &mut out)), LOGRING_OK);
        assert_eq!((out.data, out.len), (buf.as_ptr(), len));
        assert_eq!(Record::of(&out, &buf[..len]), Record::plain(&pattern(len)));
        assert_eq!(buf[len], pattern(len + 1)[len]);
    }
    // A record of nothing needs nothing.
    made.push(9, b"");
    assert_eq!(made.glance(), LOGRING_OK);
    let mut out = NO_RECORD;
    let said = c!(logring_pop(made.ring, ptr::null_mut(), 0, &mut out));
    assert_eq!(said, LOGRING_EMPTY);
    assert_untouched(&out, 0xEEEE);
}

/// A sink that keeps what it is given, and stops after `most`.
struct Kept {
    records: Vec<Record>,
    most: usize,
}

/// The sink's function.
unsafe extern "C" fn keep(user: *mut c_void, record: *const logring_record_t) -> i32 {
    // SAFETY: hazard: something else than a `Kept`. The tests pass one, and
    // leave it alone meanwhile.
    let kept = unsafe { &mut *user.cast::<Kept>() };
    // SAFETY: hazard: no record. The library gives one, for this call.
    let record = unsafe { &*record };
    assert!(!record.data.is_null());
    // SAFETY: hazard: bytes that are not there. The record says how many are.
    let bytes = unsafe { slice::from_raw_parts(record.data, record.len) };
    kept.records.push(Record::of(record, bytes));
    i32::from(kept.records.len() == kept.most)
}

/// Drains with room for records of `room` bytes; the answer, the count if one
/// was written, and what the sink got.
fn drain(
    made: &Made,
    room: usize,
    max: usize,
    most: usize,
) -> (logring_status_t, Option<usize>, Vec<Record>) {
    let mut kept = Kept {
        records: Vec::new(),
        most,
    };
    let (mut scratch, mut count) = (vec![0; room], usize::MAX);
    let said = c!(logring_drain(
        made.ring,
        scratch.as_mut_ptr().cast(),
        room,
        max,
        Some(keep),
        (&raw mut kept).cast(),
        &mut count
    ));
    let count = (count != usize::MAX).then_some(count);
    (said, count, kept.records)
}

/// A sink gets the oldest records in order, at most as many as were asked for.
#[test]
fn drain_gives_up_to_max_records_in_order() {
    let made = Made::new(16, &config());
    let all: Vec<_> = (0..7).map(|byte| Record::plain(&[byte])).collect();
    for record in &all {
        made.push(9, &record.bytes);
    }
    assert_eq!(drain(&made, 1, 0, 99), (LOGRING_OK, Some(0), vec![]));
    assert_eq!(
        drain(&made, 1, 2, 99),
        (LOGRING_OK, Some(2), all[..2].to_vec())
    );
    assert_eq!(
        drain(&made, 1, usize::MAX, 99),
        (LOGRING_OK, Some(5), all[2..].to_vec())
    );
    assert_eq!(drain(&made, 1, 9, 99), (LOGRING_EMPTY, Some(0), vec![]));
    assert_eq!(made.stats().delivered, 7);
}

/// The record that stops the drain was delivered; the next stays.
#[test]
fn a_sink_that_stops_has_got_its_record() {
    let made = Made::new(16, &config());
    for byte in 0..5 {
        made.push(9, &[byte]);
    }
    let (said, count, records) = drain(&made, 9, 9, 3);
    assert_eq!((said, count, records.len()), (LOGRING_OK, Some(3), 3));
    assert_eq!((made.stats().delivered, lost(&made.stats())), (3, 0));
    assert_eq!(made.pop().bytes, [3]);
}

/// Why a drain ends is answered only if nothing was given. A record that is longer
/// than the buffer is cut to it, and is no reason.
#[test]
fn a_drain_of_nothing_says_why() {
    let made = Made::new(16, &config());
    made.push(9, b"a");
    made.push(9, b"long");
    let mut open = made.reserve(9, 0, 1);
    let (said, count, records) = drain(&made, 3, 9, 99);
    assert_eq!((said, count, records.len()), (LOGRING_OK, Some(2), 2));
    assert_eq!(records[1].bytes, b"lon");
    assert_eq!(drain(&made, 0, 9, 99), (LOGRING_PENDING, Some(0), vec![]));
    assert_eq!(c!(logring_commit(&mut open)), LOGRING_OK);
    assert_eq!(drain(&made, 0, 9, 99).2, [Record::plain(b"")]);
}

/// One batch: the answer, bytes, records, and the buffer.
fn batch(made: &Made, room: usize) -> (logring_status_t, usize, usize, Vec<u8>) {
    let mut buf = vec![0xEE; room + 9];
    let (mut bytes, mut records) = (77, 78);
    let said = c!(logring_drain_into(
        made.ring,
        buf.as_mut_ptr().cast(),
        room,
        &mut bytes,
        &mut records
    ));
    assert_eq!(buf[room..], [0xEE; 9]);
    (said, bytes, records, buf)
}

/// Frames are what the header's table says, and a batch takes those that fit.
#[test]
fn drain_into_fills_a_buffer_with_frames() {
    let config = logring_config_t {
        max_record: 3,
        ..config()
    };
    let made = Made::new(16, &config);
    for bytes in [&b"ab"[..], b"", b"long"] {
        made.push(LOGRING_WARN, bytes);
    }
    // Nothing to give yet: outputs say so. No space: they stay.
    assert_eq!(batch(&made, 29).0, LOGRING_E_NOSPACE);
    assert_eq!((batch(&made, 29).1, batch(&made, 29).2), (77, 78));
    let (said, bytes, records, buf) = batch(&made, 30 + 28 + 30);
    assert_eq!((said, bytes, records), (LOGRING_OK, 58, 2));
    assert_eq!(buf[..8], [2, 0, 0, 0, 1, 13, 0, 28]);
    assert_eq!(buf[8..28], [0; 20]);
    assert_eq!(buf[28..38], [b'a', b'b', 0, 0, 0, 0, 1, 13, 0, 28]);
    let (said, bytes, records, buf) = batch(&made, 31);
    assert_eq!((said, bytes, records), (LOGRING_OK, 31, 1));
    let mut frames = logring::Frames::new(&buf[..bytes]);
    let record = frames.next().unwrap();
    assert_eq!((record.bytes, record.truncated), (&b"lon"[..], true));
    assert_eq!(buf[6], LOGRING_FLAG_TRUNCATED);
    let (said, bytes, records, _) = batch(&made, 0);
    assert_eq!((said, bytes, records), (LOGRING_EMPTY, 0, 0));
    let open = made.reserve(9, 0, 0);
    let (said, bytes, records, _) = batch(&made, 99);
    assert_eq!((said, bytes, records), (LOGRING_PENDING, 0, 0));
    assert_ne!(open.opaque[0], ptr::null_mut());
}

/// Whichever way records are taken, they and what they tell of losses are the
/// same.
#[test]
fn all_ways_of_taking_tell_the_same() {
    let fill = || {
        let config = logring_config_t {
            max_record: 20,
            truncate: 0,
            ..with_policy(LOGRING_DROP_OLDEST)
        };
        let made = Made::new(8, &config);
        for byte in 0..20 {
            made.push(1 + byte, &vec![byte; usize::from(byte * 7 % 23)]);
        }
        made
    };
    let (one, two, three) = (fill(), fill(), fill());
    let drained = drain(&one, 20, 99, 99).2;
    assert_eq!(two.drain(), drained);
    let popped: Vec<_> = drained.iter().map(|_| three.pop()).collect();
    assert_eq!(popped, drained);
    assert!(drained.iter().skip(1).any(|record| record.lost_before > 0));
    let told: u64 = drained.iter().map(|record| record.lost_before).sum();
    assert_eq!(told, lost(&one.stats()));
    assert_eq!(told + drained.len() as u64, 20);
}

/// A sink may log to the ring that it drains, and does not keep the drain for
/// ever: one call gives no more records than the ring has cells.
#[test]
fn a_sink_may_push() {
    unsafe extern "C" fn push(user: *mut c_void, record: *const logring_record_t) -> i32 {
        // SAFETY: hazard: no record. The library gives one, for this call.
        let len = unsafe { &*record }.len;
        let made = user.cast::<Made>();
        // SAFETY: hazard: something else than a `Made`. The test passes one,
        // which is only read.
        let made = unsafe { &*made };
        if len == 1 {
            assert_eq!(made.push(9, b"more"), LOGRING_OK);
        }
        0
    }
    let mut made = Made::new(4, &config());
    for _ in 0..4 {
        made.push(9, b"x");
    }
    let sink: logring_sink_fn = Some(push);
    let (mut scratch, mut count) = ([0_u8; 8], 0);
    let ring = made.ring;
    for _ in 0..2 {
        let said = c!(logring_drain(
            ring,
            scratch.as_mut_ptr().cast(),
            8,
            99,
            sink,
            (&raw mut made).cast(),
            &mut count
        ));
        assert_eq!((said, count), (LOGRING_OK, 4));
    }
}
