//! Batches of frames: what a batch holds, where it ends, and that it tells of
//! losses just as pops do.

use logring::{
    Batch, Config, DrainEnd, Frames, Level, LogRing, Logger, Lost, Pushed, Ring, Severity,
};

use crate::dice::Dice;
use crate::support::{FIRST, Owned, clock, glance, pattern, pop};

const HEADER: usize = Ring::DRAIN_OVERHEAD_BYTES;

/// One batch into a buffer of `room` bytes, and its records.
#[track_caller]
fn batch(ring: &Ring, room: usize) -> (Batch, Vec<Owned>) {
    let mut buf = vec![0xEE; room];
    let batch = ring.drain_into(&mut buf);
    let mut frames = Frames::new(&buf[..batch.bytes]);
    let records: Vec<_> = frames.by_ref().map(|record| Owned::of(&record)).collect();
    assert_eq!(frames.rest(), b"");
    assert_eq!(records.len(), batch.records);
    (batch, records)
}

/// Everything else that a batch may end with.
fn ended(records: usize, bytes: usize, end: DrainEnd) -> Batch {
    Batch {
        bytes,
        records,
        end,
    }
}

/// Each field is where the table of the format says, in little-endian.
#[test]
fn a_frame_has_every_field_at_its_place() {
    let ring = LogRing::<64>::new();
    let config = Config::drop_newest().with_record_bytes_max(300);
    let log = Logger::new(&ring, config.with_clock(Some(clock)));
    let strict = Logger::new(&ring, config.with_truncate(false));
    let large = pattern(301);
    for _ in 0..258 {
        strict.push(Level::INFO, &large);
    }
    log.push_parts(Level::FATAL, 0xA1B2_C3D4, &[&pattern(400)]);
    strict.push(Level::TRACE, b"");
    let mut buf = [0xEE; 400];
    let done = ring.drain_into(&mut buf);
    let bytes = 300 + 2 * HEADER;
    assert_eq!(done, ended(2, bytes, DrainEnd::Empty));

    let mut expected = vec![0x2C, 1, 0, 0, 1, 21, 3, 28];
    expected.extend(clock().to_le_bytes());
    expected.extend([2, 1, 0, 0, 0, 0, 0, 0]);
    expected.extend([0xD4, 0xC3, 0xB2, 0xA1]);
    expected.extend(pattern(300));
    expected.extend([0, 0, 0, 0, 1, 1, 0, 28]);
    expected.extend([0; 20]);
    assert_eq!(buf[..bytes], expected);
    assert_eq!(buf[bytes..], [0xEE; 400][bytes..]);
}

/// Reading the frames gives back the records, a timestamp of 0 apart from
/// none.
#[test]
fn frames_give_back_the_records() {
    let ring = LogRing::<64>::starting_at(usize::MAX - 2);
    let zero = Config::drop_newest().with_clock(Some(|| 0));
    let max = Config::drop_newest().with_clock(Some(|| u64::MAX));
    let cut = Config::drop_newest().with_record_bytes_max(FIRST);
    for (config, tag, level) in [
        (Config::drop_newest(), 0, Level::INFO),
        (zero, 1, Level::TRACE),
        (max, u32::MAX, Level::new(24).unwrap()),
        (cut, 0, Level::WARN),
    ] {
        let log = Logger::new(&ring, config);
        log.push_parts(level, tag, &[&pattern(FIRST), b"!"]);
    }
    let (done, records) = batch(&ring, 4 * (HEADER + FIRST + 1));
    assert_eq!((done.records, done.end), (4, DrainEnd::Empty));
    let long = [&pattern(FIRST)[..], b"!"].concat();
    let of = |bytes: &[u8], level, tag, timestamp, truncated| Owned {
        bytes: bytes.to_vec(),
        level,
        tag,
        timestamp,
        lost_before: 0,
        truncated,
    };
    let last = Level::new(24).unwrap();
    assert_eq!(records[0], of(&long, Level::INFO, 0, None, false));
    assert_eq!(records[1], of(&long, Level::TRACE, 1, Some(0), false));
    assert_eq!(records[2], of(&long, last, u32::MAX, Some(u64::MAX), false));
    assert_eq!(records[3], of(&pattern(FIRST), Level::WARN, 0, None, true));
}

/// Records of no bytes are frames of a header each; as many fit as headers do.
#[test]
fn records_of_no_bytes_are_headers() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    for tag in 0..64 {
        log.push_parts(Level::INFO, tag, &[]);
    }
    let needed = DrainEnd::NoSpace { needed: HEADER };
    assert_eq!(batch(&ring, 0).0, ended(0, 0, needed));
    assert_eq!(batch(&ring, HEADER - 1).0, ended(0, 0, needed));
    let (done, one) = batch(&ring, HEADER);
    assert_eq!(done, ended(1, HEADER, needed));
    assert_eq!((one[0].tag, one[0].bytes.len()), (0, 0));
    let (done, many) = batch(&ring, 62 * HEADER + HEADER - 1);
    assert_eq!(done, ended(62, 62 * HEADER, needed));
    assert!(many.iter().map(|record| record.tag).eq(1..63));
    assert_eq!(batch(&ring, 999).0, ended(1, HEADER, DrainEnd::Empty));
    assert_eq!(batch(&ring, 0).0, ended(0, 0, DrainEnd::Empty));
}

/// Whatever the buffer's size, a batch takes the records that fit it, from
/// the oldest on, and one byte too few leaves a record to the next batch. There
/// is no space only if not even the first fits.
#[test]
fn a_batch_takes_exactly_the_records_that_fit() {
    let lens = [5, 0, FIRST + 1, 1];
    let total: usize = lens.iter().map(|len| HEADER + len).sum();
    for room in (0..=total + 1).step_by(if cfg!(miri) { 41 } else { 1 }) {
        let ring = LogRing::<16>::starting_at(usize::MAX - room % 4);
        let log = Logger::new(&ring, Config::drop_newest());
        for len in lens {
            log.push(Level::INFO, &pattern(len));
        }
        let (mut fit, mut bytes) = (0, 0);
        while fit < lens.len() && bytes + HEADER + lens[fit] <= room {
            bytes += HEADER + lens[fit];
            fit += 1;
        }
        let end = match lens.get(fit) {
            Some(len) => DrainEnd::NoSpace {
                needed: HEADER + len,
            },
            None => DrainEnd::Empty,
        };
        let (done, mut records) = batch(&ring, room);
        assert_eq!(done, ended(fit, bytes, end), "a buffer of {room}");
        records.extend(batch(&ring, total).1);
        let found: Vec<_> = records.iter().map(|record| record.bytes.len()).collect();
        assert_eq!(found, lens, "a buffer of {room}");
    }
}

/// The largest record fits a buffer of its own size and a header, and not one
/// byte less, which loses nothing.
#[test]
fn the_largest_record_needs_its_bytes_and_a_header() {
    let ring = LogRing::<16>::new();
    let largest = pattern(ring.record_bytes_max());
    Logger::new(&ring, Config::drop_newest()).push(Level::INFO, &largest);
    let needed = HEADER + largest.len();
    for _ in 0..3 {
        let done = batch(&ring, needed - 1).0;
        assert_eq!(done, ended(0, 0, DrainEnd::NoSpace { needed }));
    }
    assert_eq!(batch(&ring, needed).1[0].bytes, largest);
}

/// An open grant ends a batch, before the first record and behind some.
#[test]
fn a_batch_ends_before_an_open_grant() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    assert_eq!(batch(&ring, 99).0, ended(0, 0, DrainEnd::Empty));
    log.push(Level::INFO, b"a");
    let open = log.reserve(Level::INFO, 0, 1).unwrap();
    log.push(Level::INFO, b"b");
    let done = batch(&ring, 99).0;
    assert_eq!(done, ended(1, HEADER + 1, DrainEnd::Pending));
    assert_eq!(batch(&ring, 99).0, ended(0, 0, DrainEnd::Pending));
    open.discard();
    // It ended behind the record that is left, and is told after it.
    let (done, records) = batch(&ring, 99);
    assert_eq!(done, ended(1, HEADER + 1, DrainEnd::Empty));
    assert_eq!(records[0].bytes, b"b");
    assert_eq!((records[0].lost_before, ring.take_trailing_loss()), (0, 1));
}

/// Offers of all kinds; losses of every cause that one thread can bring about.
fn offer(ring: &Ring, dice: &mut Dice) {
    let strict = Config::drop_newest().with_truncate(false);
    let loggers = [
        Logger::new(ring, strict.with_record_bytes_max(8)),
        Logger::new(ring, Config::drop_oldest().with_clock(Some(clock))),
        Logger::new(ring, Config::drop_newest().with_mark(Severity::Info, 50)),
    ];
    for _ in 0..dice.roll() % 12 {
        let log = &loggers[dice.roll() % 3];
        let bytes = pattern(dice.roll() % (2 * FIRST));
        let level = [Level::INFO, Level::ERROR][dice.roll() % 2];
        match dice.roll() % 4 {
            0 => {
                if let Ok(mut grant) = log.reserve(level, 3, bytes.len()) {
                    grant.append(&bytes[..bytes.len() / 2]);
                    if dice.roll() % 2 == 0 {
                        grant.commit();
                    }
                }
            }
            1 => drop(log.push_parts(level, 9, &[&bytes])),
            _ => drop(log.push(level, &bytes)),
        }
    }
}

/// Two rings are offered the same. One is popped record by record, the other
/// drained into buffers of any size: the records are the same, and so is what
/// each tells of losses, refused, evicted and discarded ones.
#[test]
fn a_batch_tells_what_pops_tell() {
    let seeds = if cfg!(miri) { 0..3 } else { 0..1000 };
    let (mut delivered, mut told) = (0, 0);
    for seed in seeds {
        let (one, two) = (LogRing::<16>::new(), LogRing::<16>::new());
        for round in 0..4 {
            let seed = seed * 4 + round;
            offer(&one, &mut Dice(seed));
            offer(&two, &mut Dice(seed));
            let mut dice = Dice(!seed);
            while dice.roll() % 8 != 0 {
                let (done, records) = batch(&two, dice.roll() % 600);
                assert!(done.records > 0 || !matches!(done.end, DrainEnd::Pending));
                for record in records {
                    assert_eq!(record, pop(&one), "seed {seed}");
                    delivered += 1;
                    told += record.lost_before;
                }
            }
            // A batch has passed what lies unread between its records and the
            // next one; so has a pop that needs no room.
            assert_eq!(glance(&one), glance(&two), "seed {seed}");
            assert_eq!(one.stats(), two.stats());
        }
        assert_eq!(one.take_trailing_loss(), two.take_trailing_loss());
    }
    assert!(delivered > 20 && told > 20, "{delivered} and {told}");
}

/// The losses of a batch stand where they happened: refusals at the record
/// behind them, evictions at the oldest that is left.
#[test]
fn a_batch_tells_losses_at_their_place() {
    let ring = LogRing::<4>::new();
    let config = Config::drop_oldest().with_truncate(false);
    let log = Logger::new(&ring, config.with_record_bytes_max(1));
    for losses in [1, 0, 2, 0, 3, 0] {
        for _ in 0..losses {
            assert_eq!(log.push(Level::INFO, b"no"), Pushed::Lost(Lost::TooBig));
        }
        log.push(Level::INFO, &[losses]);
    }
    let told: Vec<_> = batch(&ring, 999).1;
    let told: Vec<_> = told.iter().map(|r| (r.bytes[0], r.lost_before)).collect();
    // Two were evicted, and a refusal before them; two more came before the
    // oldest that is left.
    assert_eq!(told, [(2, 5), (0, 0), (3, 3), (0, 0)]);
    assert_eq!(ring.take_trailing_loss(), 0);
}
