//! The transport for the `defmt` crate: lengths and depths, fits and one more.

use logring::adapters::{DefmtLevels, DefmtTransport, encode_frame};
use logring::{Cause, Config, Level, LogRing, Logger, Lost, Popped, Pushed, Ring, Severity};

use crate::support::{glance, lost, pop};

/// A transport to a fresh ring, which lasts as long as the test program.
fn transport<const DEPTH: usize, const FRAME_BYTES: usize>(
    config: Config,
) -> (&'static Ring, DefmtTransport<DEPTH, FRAME_BYTES>) {
    let ring: &'static Ring = Box::leak(Box::new(LogRing::<16>::new()));
    (ring, DefmtTransport::new(Logger::new(ring, config)))
}

/// A frame is what was written in pieces, up to its buffer and no further.
#[test]
fn a_frame_as_long_as_its_buffer_is_whole_and_one_byte_more_is_lost() {
    let (ring, to) = transport::<1, 40>(Config::drop_newest());
    for pieces in [&[40][..], &[39, 1], &[0, 1, 38, 1], &[1; 40]] {
        to.acquire();
        pieces.iter().for_each(|&len| to.write(&vec![7; len]));
        assert_eq!(to.release(), Pushed::Stored);
        assert_eq!(pop(ring).bytes, [7; 40]);
    }
    for pieces in [&[41][..], &[40, 1], &[100, 1], &[39, 2, 1]] {
        to.acquire();
        pieces.iter().for_each(|&len| to.write(&vec![7; len]));
        assert_eq!(to.release(), Pushed::Lost(Lost::TooBig));
        assert_eq!(glance(ring), Popped::Empty);
    }
    assert_eq!(lost(ring, Cause::TooBig), 4);
    // Nothing of a frame that was too long is left in the next one.
    to.acquire();
    to.write(b"short");
    to.release();
    let record = pop(ring);
    assert_eq!(
        (record.bytes.as_slice(), record.lost_before),
        (&b"short"[..], 4)
    );
}

/// A frame that is larger than the ring's largest record is lost whole, even
/// through a logger that cuts: half a frame cannot be decoded.
#[test]
fn a_frame_is_never_cut() {
    let config = Config::drop_newest().with_record_bytes_max(8);
    assert!(config.truncate(), "the default cuts");
    let (ring, to) = transport::<1, 64>(config);
    for (bytes, answer) in [(8, Pushed::Stored), (9, Pushed::Lost(Lost::TooBig))] {
        to.acquire();
        to.write(&vec![1; bytes]);
        assert_eq!(to.release(), answer);
    }
    assert!(!pop(ring).truncated);
    assert_eq!(glance(ring), Popped::Empty);
}

/// Frames on top of each other come out innermost first, each whole; one that
/// finds no buffer is lost, and those below go on as if it had not been.
#[test]
fn frames_nest_as_deep_as_there_are_buffers_and_one_more_is_lost() {
    let (ring, to) = transport::<3, 8>(Config::drop_newest());
    for depth in 0..5 {
        to.acquire();
        to.write(&[depth; 3]);
    }
    let expected = [
        Pushed::Lost(Lost::TooBig),
        Pushed::Lost(Lost::TooBig),
        Pushed::Stored,
        Pushed::Stored,
        Pushed::Stored,
    ];
    for answer in expected {
        to.write(b"end");
        assert_eq!(to.release(), answer);
    }
    for depth in [2, 1, 0] {
        let record = pop(ring);
        assert_eq!(record.bytes, [&[depth; 3][..], b"end"].concat());
        assert_eq!(record.lost_before, if depth == 2 { 2 } else { 0 });
    }
    assert_eq!(lost(ring, Cause::TooBig), 2);
}

/// A context that never ends its frame, as in a panic, costs one buffer and
/// that frame, which was never offered.
#[test]
fn an_abandoned_frame_takes_its_buffer_with_it_and_nothing_else() {
    let (ring, to) = transport::<2, 8>(Config::drop_newest());
    to.acquire();
    to.write(b"cut sh");
    for _ in 0..3 {
        to.acquire();
        to.write(b"panicked");
        assert_eq!(to.release(), Pushed::Stored);
        assert_eq!(pop(ring).bytes, b"panicked");
    }
    assert_eq!(ring.stats().lost.total(), 0);
}

/// Calls without a frame do nothing; `defmt` forbids them.
#[test]
fn calls_without_a_frame_do_nothing() {
    let (ring, to) = transport::<2, 8>(Config::drop_newest());
    to.write(b"lonely");
    assert_eq!(to.release(), Pushed::Filtered);
    assert_eq!(to.release(), Pushed::Filtered);
    to.acquire();
    to.write(b"frame");
    assert_eq!(to.release(), Pushed::Stored);
    assert_eq!(pop(ring).bytes, b"frame");
    assert_eq!(ring.stats().lost.total(), 0);
}

/// Without a level of their own, records have the transport's; losses are counted under
/// it, and below the logger's minimum nothing is offered, however long it is.
#[test]
fn the_level_is_the_transports_where_a_frame_has_none() {
    let config = Config::drop_newest().with_min_level(Some(Level::INFO));
    let (ring, to) = transport::<1, 8>(config);
    let say = |to: &DefmtTransport<1, 8>, bytes: usize| {
        to.acquire();
        to.write(&vec![1; bytes]);
        to.release()
    };
    assert_eq!(say(&to, 8), Pushed::Stored);
    assert_eq!(pop(ring).level, Level::INFO);
    let to = to.with_level(Level::WARN);
    assert_eq!(say(&to, 8), Pushed::Stored);
    assert_eq!(pop(ring).level, Level::WARN);
    assert_eq!(say(&to, 9), Pushed::Lost(Lost::TooBig));
    let table = ring.stats().lost;
    assert_eq!(table.get(Cause::TooBig, Severity::Warn), 1);
    let to = to.with_level(Level::DEBUG);
    assert_eq!(say(&to, 8), Pushed::Filtered);
    assert_eq!(say(&to, 9), Pushed::Filtered);
    assert_eq!(ring.stats().lost.total(), 1);
}

/// Numbers as a linker script gives them: those of each severity in a row, before them
/// those of primitives, behind them those of `println!`. Nobody logs at `info!`.
fn levels() -> DefmtLevels {
    DefmtLevels::new([3..5, 5..300, 300..300, 300..301, 301..400])
}

/// Logs a frame of so many bytes that has this number.
fn say<const DEPTH: usize, const BYTES: usize>(
    to: &DefmtTransport<DEPTH, BYTES>,
    id: u16,
    bytes: usize,
) -> Pushed {
    to.acquire();
    to.write(&id.to_le_bytes());
    to.write(&vec![1; bytes - 2]);
    to.release_with(&levels())
}

/// A record has the level of the range that the number of its frame is in, whose end is
/// not of it; and the transport's where there is none.
#[test]
fn a_frame_has_the_level_of_its_number() {
    let (ring, to) = transport::<1, 8>(Config::drop_newest());
    let to = to.with_level(Level::FATAL);
    for (id, level) in [
        (0, Level::FATAL),
        (2, Level::FATAL),
        (3, Level::TRACE),
        (4, Level::TRACE),
        (5, Level::DEBUG),
        (299, Level::DEBUG),
        (300, Level::WARN),
        (301, Level::ERROR),
        (399, Level::ERROR),
        (400, Level::FATAL),
        (u16::MAX, Level::FATAL),
    ] {
        assert_eq!(say(&to, id, 8), Pushed::Stored);
        assert_eq!(pop(ring).level, level, "{id}");
    }
    // Half a number is none.
    to.acquire();
    to.write(&[5]);
    assert_eq!(to.release_with(&levels()), Pushed::Stored);
    assert_eq!(pop(ring).level, Level::FATAL);
    assert_eq!(DefmtLevels::linked(), DefmtLevels::NONE, "on a host");
}

/// What is chatty fills the ring up to its mark, and what is severe is stored.
#[test]
fn a_mark_keeps_room_for_severe_frames() {
    let config = Config::drop_newest().with_mark(Severity::Debug, 50);
    let (ring, to) = transport::<1, 8>(config);
    let stored = (0..100).filter(|_| say(&to, 7, 8).is_stored()).count();
    assert_eq!(stored, 8, "half of the ring's cells");
    assert_eq!(say(&to, 7, 8), Pushed::Lost(Lost::Level));
    assert_eq!(say(&to, 301, 8), Pushed::Stored);
    let table = ring.stats().lost;
    assert_eq!(table.get(Cause::Level, Severity::Debug), 93);
    assert_eq!(table.total(), 93);
}

/// The minimum of the logger holds for the level of the frame.
#[test]
fn what_is_below_the_minimum_is_filtered_by_its_own_level() {
    let config = Config::drop_newest().with_min_level(Some(Level::WARN));
    let (ring, to) = transport::<1, 8>(config);
    assert_eq!(say(&to, 299, 8), Pushed::Filtered);
    assert_eq!(say(&to, 299, 9), Pushed::Filtered);
    assert_eq!(say(&to, 400, 8), Pushed::Filtered, "INFO, as of println");
    assert_eq!(say(&to, 300, 8), Pushed::Stored);
    assert_eq!(pop(ring).level, Level::WARN);
    assert_eq!(ring.stats().lost.total(), 0);
}

/// What is too long or too deep counts under its own level; four frames without a buffer
/// do, and those above them under the transport's.
#[test]
fn what_is_refused_counts_under_its_own_level() {
    let (ring, to) = transport::<1, 8>(Config::drop_newest());
    let to = to.with_level(Level::FATAL);
    let too_big = |severity| ring.stats().lost.get(Cause::TooBig, severity);
    assert_eq!(say(&to, 301, 9), Pushed::Lost(Lost::TooBig));
    assert_eq!(too_big(Severity::Error), 1);

    // Again and again: nothing is left of those before.
    for times in 1..=2 {
        for id in [300, 5, 3, 301, 4, 300, 300] {
            to.acquire();
            to.write(&u16::to_le_bytes(id));
            to.write(&u16::to_le_bytes(400));
        }
        for _ in 0..6 {
            assert_eq!(to.release_with(&levels()), Pushed::Lost(Lost::TooBig));
        }
        assert_eq!(to.release_with(&levels()), Pushed::Stored);
        assert_eq!(pop(ring).level, Level::WARN);
        assert_eq!(too_big(Severity::Fatal), 2 * times);
        assert_eq!(too_big(Severity::Trace), 2 * times);
        assert_eq!(too_big(Severity::Error), 1 + times);
        assert_eq!(too_big(Severity::Debug), times);
        assert_eq!(too_big(Severity::Warn), 0);
    }
}

/// `defmt::flush` begins a frame and ends it without a byte: that is no record, and no
/// loss where there is no buffer for it.
#[test]
fn a_frame_without_a_byte_is_not_offered() {
    let (ring, to) = transport::<1, 8>(Config::drop_newest());
    to.acquire();
    assert_eq!(to.release(), Pushed::Filtered);
    assert_eq!(glance(ring), Popped::Empty);
    to.acquire();
    to.write(b"outer");
    for _ in 0..2 {
        to.acquire();
        to.write(b"");
        assert_eq!(to.release(), Pushed::Filtered);
        to.acquire();
        to.write(b"deep");
        assert_eq!(to.release(), Pushed::Lost(Lost::TooBig));
    }
    assert_eq!(to.release(), Pushed::Stored);
    let record = pop(ring);
    assert_eq!((&record.bytes[..], record.lost_before), (&b"outer"[..], 2));
}

/// The wire bytes of frames in a row: a zero before the first one and after
/// each, and none inside.
#[test]
fn the_encoder_separates_frames() {
    let mut encoder = defmt::Encoder::new();
    let mut wire = Vec::new();
    for frame in [&[1, 0, 7][..], &[0; 8], b"abcdefgh"] {
        encode_frame(&mut encoder, frame, |bytes| wire.extend_from_slice(bytes));
    }
    let frames: Vec<_> = wire.split(|&byte| byte == 0).collect();
    let seventh = [&b"abcdefgh"[..], &[0x81]].concat();
    assert_eq!(
        frames,
        [&[][..], &[1, 7, 0x7a], &[0x7f, 0x7f], &seventh, &[]]
    );
}
