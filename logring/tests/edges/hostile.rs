//! Frames of any origin: a reader stops where no sound frame is, and reads
//! nothing that is not there.

use logring::{Config, Frames, Level, LogRing, Logger, Ring};

use crate::dice::Dice;
use crate::support::{Owned, clock, pattern};

const HEADER: usize = Ring::DRAIN_OVERHEAD_BYTES;
const LEN: usize = 0;
const VERSION: usize = 4;
const LEVEL: usize = 5;
const FLAGS: usize = 6;
const HEADER_BYTES: usize = 7;

/// A batch of three records, of 3, 0 and 60 bytes.
fn whole() -> Vec<u8> {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest().with_clock(Some(clock)));
    for bytes in [&b"abc"[..], b"", &pattern(60)] {
        log.push_parts(Level::WARN, 7, &[bytes]);
    }
    let mut buf = vec![0; 999];
    let bytes = ring.drain_into(&mut buf).bytes;
    buf.truncate(bytes);
    buf
}

/// Reads everything. Each payload lies within the batch, behind the one before
/// it, and what is left is the end of it.
fn read(batch: &[u8]) -> (Vec<Owned>, &[u8]) {
    let range = batch.as_ptr_range();
    let mut frames = Frames::new(batch);
    assert_eq!(frames.rest(), batch);
    let mut at = range.start;
    let mut records = Vec::new();
    while let Some(record) = frames.next() {
        let bytes = record.bytes.as_ptr_range();
        assert!(bytes.start.addr() >= at.addr() + HEADER && bytes.end <= range.end);
        assert!((Level::NUMBER_MIN..=Level::NUMBER_MAX).contains(&record.level.get()));
        at = bytes.end;
        assert_eq!(frames.rest().as_ptr_range(), at..range.end);
        records.push(Owned::of(&record));
    }
    let rest = frames.rest();
    // It stays there.
    assert!(frames.next().is_none() && frames.rest() == rest);
    assert!(batch.ends_with(rest));
    (records, rest)
}

#[test]
fn a_whole_batch_leaves_nothing() {
    let batch = whole();
    let (records, rest) = read(&batch);
    assert_eq!(rest, b"");
    let lens: Vec<_> = records.iter().map(|record| record.bytes.len()).collect();
    assert_eq!(lens, [3, 0, 60]);
    assert_eq!(read(b"").0, []);
}

/// A batch that was cut off gives the records that are whole.
#[test]
fn a_batch_cut_anywhere_gives_its_whole_records() {
    let batch = whole();
    let ends = [HEADER + 3, 2 * HEADER + 3, 3 * HEADER + 63];
    for len in 0..=batch.len() {
        let (records, rest) = read(&batch[..len]);
        let complete = ends.iter().filter(|end| **end <= len).count();
        assert_eq!(records.len(), complete, "{len} bytes");
        let read = complete.checked_sub(1).map_or(0, |last| ends[last]);
        assert_eq!(rest.len(), len - read, "{len} bytes");
    }
}

/// A field that no version of this format has ends the batch, with the frame
/// still to be seen; its neighbour is fine.
#[test]
fn an_unsound_frame_ends_the_batch_before_it() {
    let second = HEADER + 3;
    for (at, value, sound) in [
        (VERSION, 0, false),
        (VERSION, 1, true),
        (VERSION, 2, false),
        (VERSION, 255, false),
        (LEVEL, 0, false),
        (LEVEL, Level::NUMBER_MIN, true),
        (LEVEL, Level::NUMBER_MAX, true),
        (LEVEL, Level::NUMBER_MAX + 1, false),
        (LEVEL, 255, false),
        (HEADER_BYTES, 0, false),
        (HEADER_BYTES, 27, false),
        (HEADER_BYTES, 28, true),
        (FLAGS, 0, true),
        (FLAGS, 255, true),
    ] {
        let mut batch = whole();
        batch[second + at] = value;
        let (records, rest) = read(&batch);
        assert_eq!(records[0].bytes, b"abc");
        if sound {
            assert_eq!((records.len(), rest.len()), (3, 0), "{at}: {value}");
        } else {
            assert_eq!(records.len(), 1, "{at}: {value}");
            assert_eq!(rest, &batch[second..]);
        }
    }
}

/// Flags that nobody knows yet change nothing; those that are known do.
#[test]
fn unknown_flags_are_ignored() {
    let mut batch = whole();
    let before = read(&batch).0;
    batch[FLAGS] |= !3;
    assert_eq!(read(&batch).0, before);
    batch[FLAGS] = 1;
    let after = read(&batch).0;
    assert_eq!((after[0].truncated, after[0].timestamp), (true, None));
    assert_eq!(
        (before[0].truncated, before[0].timestamp),
        (false, Some(clock()))
    );
}

/// A later version may add fields: the header says how long it is, and the
/// payload begins behind it.
#[test]
fn a_longer_header_is_stepped_over() {
    let old = whole();
    for extra in [1, 12, 255 - HEADER] {
        let mut batch = old[..HEADER].to_vec();
        batch[HEADER_BYTES] = (HEADER + extra) as u8;
        batch.extend(vec![0xEE; extra]);
        batch.extend(&old[HEADER..]);
        let (records, rest) = read(&batch);
        assert_eq!((records, rest), read(&old));
        // Cut before the end of the header, and of the payload.
        for len in [HEADER, HEADER + extra - 1, HEADER + extra + 2] {
            let (records, rest) = read(&batch[..len]);
            assert_eq!((records.len(), rest.len()), (0, len));
        }
    }
    // One that reaches beyond the batch.
    let mut batch = old[..HEADER + 3].to_vec();
    batch[HEADER_BYTES] = HEADER as u8 + 4;
    batch[LEN] = 0;
    assert_eq!(read(&batch).0, []);
}

/// A length is believed if so many bytes are there, up to the largest that
/// the field can say.
#[test]
fn a_length_beyond_the_batch_ends_it() {
    let mut batch = whole();
    let all = (batch.len() - HEADER) as u32;
    for (len, records) in [
        (all, 1),
        (all + 1, 0),
        (u32::MAX, 0),
        (u32::MAX - HEADER as u32, 0),
        (u32::MAX - HEADER as u32 + 1, 0),
        (i32::MAX as u32, 0),
        (1 << 24, 0),
    ] {
        batch[LEN..LEN + 4].copy_from_slice(&len.to_le_bytes());
        assert_eq!(read(&batch).0.len(), records, "{len} bytes");
    }
    batch[HEADER_BYTES] = 255;
    assert_eq!(read(&batch).0, []);
}

/// Bytes that were changed at random, and bytes that are nothing but random.
#[test]
fn noise_is_read_without_harm() {
    let seeds = if cfg!(miri) { 0..30 } else { 0..50_000 };
    let mut read_all = 0;
    for seed in seeds {
        let mut dice = Dice(seed);
        let mut batch = whole();
        let changes = match seed % 4 {
            0 => batch.len(),
            _ => 1 + dice.roll() % 4,
        };
        for _ in 0..changes {
            let at = dice.roll() % batch.len();
            batch[at] = match dice.roll() % 4 {
                0 => 0,
                1 => 255,
                2 => batch[at] ^ 1 << (dice.roll() % 8),
                _ => dice.roll() as u8,
            };
        }
        batch.truncate(batch.len() - dice.roll() % 3);
        read_all += read(&batch).0.len();
    }
    assert!(read_all > 0);
}
