//! The transport for the `defmt` crate: lengths and depths, fits and one more.

use logring::adapters::{DefmtTransport, encode_frame};
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

/// The records have the transport's level; losses are counted under it, and
/// below the logger's minimum nothing is offered, however long it is.
#[test]
fn the_level_is_the_transports() {
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
