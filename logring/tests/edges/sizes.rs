//! Records and buffers: what fits exactly, and one byte more.

use logring::{
    Cause, Config, DrainEnd, Level, LogRing, Logger, Lost, Popped, Pushed, Ring, Severity,
};

use crate::support::{CELL, FIRST, WORD, assert_lost_only, clock, glance, pattern, pop, used};

/// A bare record has no header beside its state word (one word on 32-bit
/// targets), so a cell's payload is the record's. The next byte takes a cell
/// more.
#[test]
fn a_record_that_fills_its_cell_takes_no_second_one() {
    for (bytes, cells) in [(0, 1), (1, 1), (FIRST, 1), (FIRST + 1, 2)] {
        let ring = LogRing::<16>::new();
        let log = Logger::new(&ring, Config::drop_newest());
        assert_eq!(log.push(Level::INFO, &pattern(bytes)), Pushed::Stored);
        assert_eq!(used(&ring), cells, "{bytes} bytes");
        assert_eq!(pop(&ring).bytes, pattern(bytes));
    }
}

/// A tag takes a word of the cell, a timestamp eight bytes, and the total of
/// losses a word: each shows at its own edge.
#[test]
fn each_extra_takes_its_words_of_the_cell() {
    let silent = Config::drop_newest();
    let timed = silent.with_clock(Some(clock));
    for (config, tag, loss, extra) in [
        (silent, 7, false, WORD),
        (timed, 0, false, 8),
        (timed, 7, false, 8 + WORD),
        (silent, 0, true, WORD),
        (timed, 7, true, 8 + 2 * WORD),
    ] {
        // With everything in it there is nothing left of a 32-bit cell for
        // bytes, but for two words.
        let fits = FIRST - extra;
        for (bytes, cells) in [(fits, 1), (fits + 1, 2)] {
            let ring = LogRing::<16>::new();
            let log = Logger::new(&ring, config);
            if loss {
                Logger::new(&ring, config.with_truncate(false)).push(Level::WARN, &pattern(4096));
            }
            assert_eq!(
                log.push_parts(Level::INFO, tag, &[&pattern(bytes)]),
                Pushed::Stored
            );
            assert_eq!(used(&ring), cells, "{extra} bytes of extras, {bytes} bytes");
            let record = pop(&ring);
            assert_eq!(record.bytes, pattern(bytes));
            assert_eq!(record.tag, tag);
            assert_eq!(record.timestamp, config.clock().map(|clock| clock()));
            assert_eq!(record.lost_before, u64::from(loss));
        }
    }
}

/// The largest record is stored whole. One byte more is cut, flagged, and
/// counted once as truncated; it is not a loss.
#[test]
fn a_record_one_byte_too_large_is_cut_and_says_so() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let most = ring.record_bytes_max();
    assert_eq!(log.record_bytes_max(), most);

    assert_eq!(log.push(Level::INFO, &pattern(most)), Pushed::Stored);
    assert_eq!(log.push(Level::INFO, &pattern(most + 1)), Pushed::Truncated);
    assert_eq!(
        log.push_parts(Level::INFO, 0, &[&pattern(most), b"x"]),
        Pushed::Truncated
    );
    let whole = pop(&ring);
    assert!(whole.bytes == pattern(most) && !whole.truncated);
    for _ in 0..2 {
        let cut = pop(&ring);
        assert!(cut.bytes == pattern(most) && cut.truncated);
    }
    let stats = ring.stats();
    assert_eq!((stats.truncated, stats.lost.total()), (2, 0));
}

/// The same byte is refused where cutting is not allowed, and counted for the
/// severity of its level.
#[test]
fn a_record_one_byte_too_large_is_refused_where_it_may_not_be_cut() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest().with_truncate(false));
    let most = ring.record_bytes_max();

    assert_eq!(log.push(Level::ERROR, &pattern(most)), Pushed::Stored);
    assert_eq!(ring.stats().lost.total(), 0);
    let level = Level::new(20).unwrap();
    assert_eq!(
        log.push(level, &pattern(most + 1)),
        Pushed::Lost(Lost::TooBig)
    );
    assert_lost_only(&ring, Cause::TooBig, Severity::Error, 1);
    assert_eq!(ring.stats().truncated, 0);
}

/// The largest record is one number, whatever the call adds to it: with every
/// extra it takes exactly a quarter of the ring.
#[test]
fn the_largest_record_with_every_extra_takes_a_quarter() {
    fn check<const N: usize>() {
        let ring = LogRing::<N>::starting_at(usize::MAX - 1);
        let log = Logger::new(&ring, Config::drop_newest().with_clock(Some(clock)));
        let strict = Logger::new(&ring, Config::drop_newest().with_truncate(false));
        let most = ring.record_bytes_max();
        strict.push(Level::INFO, &pattern(most + 1));
        for _ in 0..4 {
            let stored = log.push_parts(Level::INFO, u32::MAX, &[&pattern(most)]);
            assert_eq!(stored, Pushed::Stored);
        }
        assert_eq!(used(&ring), N);
        for at in 0..4 {
            let record = pop(&ring);
            assert_eq!(record.bytes, pattern(most));
            assert_eq!((record.tag, record.timestamp), (u32::MAX, Some(clock())));
            assert_eq!(record.lost_before, u64::from(at == 0));
        }
    }
    check::<4>();
    check::<8>();
    check::<64>();
    if !cfg!(miri) {
        check::<1024>();
    }
}

/// A logger may take less than the ring: its own limit has the same edge. A
/// limit of 0 means the ring's, and so does one above that.
#[test]
fn a_record_limit_has_the_same_edge() {
    let ring = LogRing::<64>::new();
    let limited = Logger::new(&ring, Config::drop_newest().with_record_bytes_max(10));
    assert_eq!(limited.push(Level::INFO, &pattern(10)), Pushed::Stored);
    assert_eq!(limited.push(Level::INFO, &pattern(11)), Pushed::Truncated);
    assert_eq!(pop(&ring).bytes.len(), 10);
    assert_eq!(pop(&ring).bytes, pattern(10));

    let most = ring.record_bytes_max();
    for (asked, means) in [
        (0, most),
        (1, 1),
        (most, most),
        (most + 1, most),
        (usize::MAX, most),
    ] {
        let log = Logger::new(&ring, Config::drop_newest().with_record_bytes_max(asked));
        assert_eq!(log.record_bytes_max(), means, "{asked}");
    }
}

/// A buffer of the record's size takes it. With one byte less the answer says
/// how much is needed, and nothing has happened.
#[test]
fn a_buffer_one_byte_short_is_told_and_loses_nothing() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    log.push(Level::INFO, &pattern(77));
    log.push(Level::INFO, b"next");
    let before = ring.stats();

    let mut buf = [0; 77];
    assert_eq!(
        ring.pop_whole(&mut buf[..76]),
        Popped::NoSpace { needed: 77 }
    );
    assert_eq!(ring.stats(), before);
    let Popped::Record(record) = ring.pop(&mut buf) else {
        panic!()
    };
    assert_eq!((record.bytes, record.lost_before), (&pattern(77)[..], 0));
    assert_eq!(pop(&ring).bytes, b"next");
}

/// A record that is longer than the buffer is cut to it, and does not stay in the
/// way of the next. It counts as truncated, once, whoever cut it.
#[test]
fn a_pop_cuts_what_is_longer_than_its_buffer() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let most = ring.record_bytes_max();
    log.push(Level::INFO, &pattern(77));
    log.push(Level::INFO, &pattern(most + 1));
    log.push(Level::INFO, b"next");
    assert_eq!(ring.stats().truncated, 1);

    let mut buf = [0; 76];
    for (full_len, truncated) in [(77, 2), (most, 2)] {
        let Popped::Record(record) = ring.pop(&mut buf) else {
            panic!("cut, not left")
        };
        assert_eq!(record.bytes, pattern(76));
        assert!(record.truncated);
        assert_eq!(record.full_len, full_len);
        assert_eq!(ring.stats().truncated, truncated);
    }
    let Popped::Record(record) = ring.pop(&mut buf) else {
        panic!()
    };
    assert_eq!((record.bytes, record.full_len), (&b"next"[..], 4));
    assert!(!record.truncated);
}

/// Text is cut between characters, down to none.
#[test]
fn a_pop_cuts_text_between_characters() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let text = "aé語😀b😀語é";
    for room in 0..text.len() {
        log.push(Level::INFO, text.as_bytes());
        let mut buf = vec![0; room];
        let Popped::Record(record) = ring.pop(&mut buf) else {
            panic!("cut, not left")
        };
        let longest = (0..=room).rev().find(|&end| text.is_char_boundary(end));
        assert_eq!(record.bytes, &text.as_bytes()[..longest.unwrap()]);
        assert_eq!((record.truncated, record.full_len), (true, text.len()));
    }
}

/// A drain's buffer takes a batch of records with a fixed overhead for each. One
/// that does not fit with that comes alone, and is whole if the buffer has its size.
#[test]
fn a_drain_cuts_what_is_longer_than_its_buffer() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    for room in [0, 1, 32, 33, 33 + Ring::DRAIN_OVERHEAD_BYTES] {
        log.push(Level::INFO, b"1");
        log.push(Level::INFO, &[b'x'; 33]);
        log.push(Level::INFO, b"3");
        let mut buf = vec![0; room];
        let mut got = Vec::new();
        let drained = ring.drain(&mut buf, 9, |record| {
            got.push((record.bytes.to_vec(), record.truncated, record.full_len));
        });
        assert_eq!((drained.records, drained.end), (3, DrainEnd::Empty));
        let kept = room.min(33);
        assert_eq!(got[1], (vec![b'x'; kept], kept < 33, 33));
        let one = room.min(1);
        assert_eq!(got[2], (b"3"[..one].to_vec(), one < 1, 1));
    }
    assert_eq!(ring.stats().truncated, 3 + 1 + 1);
}

/// Batches are no limit: a drain goes on until the ring is empty, or the maximum
/// is reached.
#[test]
fn a_drain_ends_for_the_reason_it_gives() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let offer = |lens: &[usize]| {
        for len in lens {
            assert!(log.push(Level::INFO, &pattern(*len)).is_stored());
        }
    };
    // Room for two records of ten bytes.
    let mut buf = vec![0; 2 * (10 + Ring::DRAIN_OVERHEAD_BYTES)];
    let mut drain = |max| {
        let mut lens = Vec::new();
        let drained = ring.drain(&mut buf, max, |record| lens.push(record.bytes.len()));
        assert_eq!(drained.records, lens.len());
        (lens, drained.end)
    };

    assert_eq!(drain(0), (vec![], DrainEnd::Max));
    assert_eq!(drain(1), (vec![], DrainEnd::Empty));
    offer(&[10, 10, 10, 9, 10]);
    assert_eq!(drain(5), (vec![10, 10, 10, 9, 10], DrainEnd::Max));
    offer(&[10, 10, 10]);
    assert_eq!(drain(4), (vec![10, 10, 10], DrainEnd::Empty));
    offer(&[10, 77, 10]);
    assert_eq!(drain(usize::MAX), (vec![10, 76, 10], DrainEnd::Empty));
    assert_eq!(ring.stats().delivered, 11);
}

/// A record may be empty. It takes a cell like any other, and no room at all
/// in a pop's buffer, where one byte is already too much.
#[test]
fn a_record_of_no_bytes_is_a_record() {
    let ring = LogRing::<4>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    assert_eq!(log.push(Level::WARN, b""), Pushed::Stored);
    assert_eq!(log.push_parts(Level::WARN, 3, &[]), Pushed::Stored);
    assert_eq!(
        log.push_parts(Level::WARN, 0, &[b"", b"1", b""]),
        Pushed::Stored
    );
    assert_eq!(used(&ring), 3);

    for tag in [0, 3] {
        let Popped::Record(record) = glance(&ring) else {
            panic!()
        };
        assert_eq!(
            (record.bytes, record.level, record.tag),
            (&b""[..], Level::WARN, tag)
        );
    }
    assert_eq!(glance(&ring), Popped::NoSpace { needed: 1 });
    assert_eq!(pop(&ring).bytes, b"1");
    assert_eq!(glance(&ring), Popped::Empty);
}

/// A cut falls where the limit says, also between and inside parts.
#[test]
fn parts_are_gathered_and_cut_as_one() {
    let ring = LogRing::<64>::new();
    for limit in 1..12 {
        let log = Logger::new(&ring, Config::drop_newest().with_record_bytes_max(limit));
        let said = log.push_parts(Level::INFO, 0, &[b"abc", b"", b"defg", b"hijk"]);
        let expected = &b"abcdefghijk"[..limit];
        assert_eq!(
            said,
            if limit < 11 {
                Pushed::Truncated
            } else {
                Pushed::Stored
            }
        );
        assert_eq!(pop(&ring).bytes, expected);
    }
}

/// Every level comes back as its exact number.
#[test]
fn every_level_and_tag_comes_back() {
    let ring = LogRing::<4>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    for number in 1..=24 {
        let level = Level::new(number).unwrap();
        for tag in [0, 1, u32::MAX] {
            assert_eq!(log.push_parts(level, tag, &[b"x"]), Pushed::Stored);
            let record = pop(&ring);
            assert_eq!(
                (record.level, record.tag, record.timestamp),
                (level, tag, None)
            );
        }
    }
}

/// Records wrap at the end of the cells, at the end of the laps, and at the
/// end of the machine word; no byte of them notices.
#[test]
fn records_survive_every_wrap() {
    let laps = (8_usize) << if WORD == 8 { 28 } else { 17 };
    for start in [0, laps - 21, usize::MAX - 20] {
        let ring = LogRing::<8>::starting_at(start);
        let log = Logger::new(&ring, Config::drop_newest().with_clock(Some(clock)));
        for len in (0..=ring.record_bytes_max()).step_by(if cfg!(miri) { 17 } else { 1 }) {
            assert_eq!(
                log.push_parts(Level::INFO, 1, &[&pattern(len)]),
                Pushed::Stored
            );
            assert_eq!(pop(&ring).bytes, pattern(len), "from {start}");
        }
        assert_eq!(used(&ring), 0);
    }
}

/// 0 means the default, and a huge number the most there is; alone on the
/// ring the first attempt always succeeds, so neither can be told from 1.
#[test]
fn a_retry_limit_of_one_is_enough_alone() {
    for limit in [0, 1, 256, 257, u32::MAX] {
        let ring = LogRing::<4>::starting_at(usize::MAX - 5);
        let log = Logger::new(&ring, Config::drop_oldest().with_retry_limit(limit));
        for _ in 0..50 {
            assert_eq!(log.push(Level::INFO, b"x"), Pushed::Stored, "{limit}");
        }
        assert_eq!(ring.stats().lost.by_cause(Cause::Contended), 0);
    }
}

/// The figures of a ring are in bytes of whole cells.
#[test]
fn the_high_water_mark_stays_when_the_tide_goes() {
    let ring = LogRing::<8>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    assert_eq!(ring.stats().high_water_bytes, 0);
    for _ in 0..5 {
        log.push(Level::INFO, b"x");
    }
    // Nobody looked at the peak; whoever leaves it must have.
    pop(&ring);
    assert_eq!(ring.stats().used_bytes, 4 * CELL);
    assert_eq!(ring.stats().high_water_bytes, 5 * CELL);
    for _ in 0..4 {
        pop(&ring);
    }
    let stats = ring.stats();
    assert_eq!((stats.used_bytes, stats.high_water_bytes), (0, 5 * CELL));
    assert_eq!((stats.delivered, stats.capacity_bytes), (5, 8 * CELL));
    assert_eq!(stats.counter_bits, usize::BITS);
}
