//! What these tests share: sizes as documented, and short ways to look.

use logring::{Cause, Level, Popped, Record, Ring, Severity};

/// Bytes of a machine word.
pub(crate) const WORD: usize = size_of::<usize>();
/// Bytes of a cell, state word included.
pub(crate) const CELL: usize = if WORD == 8 { 16 * WORD } else { 8 * WORD };
/// Payload of a cell that begins a record without extras: on 32-bit targets
/// one word of it describes the record.
pub(crate) const FIRST: usize = if WORD == 8 { 120 } else { 24 };

/// A record, copied out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) bytes: Vec<u8>,
    pub(crate) level: Level,
    pub(crate) tag: u32,
    pub(crate) timestamp: Option<u64>,
    pub(crate) lost_before: u64,
    pub(crate) truncated: bool,
}

impl Owned {
    pub(crate) fn of(record: &Record<'_>) -> Self {
        Self {
            bytes: record.bytes.to_vec(),
            level: record.level,
            tag: record.tag,
            timestamp: record.timestamp,
            lost_before: record.lost_before,
            truncated: record.truncated,
        }
    }
}

/// The oldest record.
///
/// # Panics
/// If there is none.
#[track_caller]
pub(crate) fn pop(ring: &Ring) -> Owned {
    let mut buf = vec![0; ring.record_bytes_max()];
    match ring.pop(&mut buf) {
        Popped::Record(record) => Owned::of(&record),
        other => panic!("no record: {other:?}"),
    }
}

/// What a pop of a whole record says that has no room.
pub(crate) fn glance(ring: &Ring) -> Popped<'static> {
    ring.pop_whole(&mut [])
}

/// Cells in use.
pub(crate) fn used(ring: &Ring) -> usize {
    ring.stats().used_bytes / CELL
}

/// Records lost by `cause`.
pub(crate) fn lost(ring: &Ring, cause: Cause) -> u64 {
    ring.stats().lost.by_cause(cause)
}

/// Asserts that so many records of one severity were lost by one cause, and
/// none otherwise.
#[track_caller]
pub(crate) fn assert_lost_only(ring: &Ring, cause: Cause, severity: Severity, records: u64) {
    let lost = ring.stats().lost;
    assert_eq!(lost.get(cause, severity), records);
    assert_eq!(lost.total(), records);
}

/// Bytes that differ from place to place.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 256 + 7) as u8).collect()
}

/// A clock with a number in every byte.
pub(crate) fn clock() -> u64 {
    0x0123_4567_89AB_CDEF
}
