//! Draining byte by byte: the same stream however it is read, what does not
//! fit, and what is told of losses.

use core::fmt::Write;

use logring::{ByteChunk, ByteDrain, Config, Level, LogRing, Logger, Record, Ring};

use crate::dice::Dice;
use crate::support::{glance, pattern};

/// `(3 lost)` on a line of its own, and the level.
fn heading(text: &mut dyn Write, lost: u64, record: Option<&Record<'_>>) -> core::fmt::Result {
    if lost > 0 {
        writeln!(text, "({lost} lost)")?;
    }
    record.map_or(Ok(()), |record| write!(text, "{} ", record.level))
}

fn nothing(_: &mut dyn Write, _: u64, _: Option<&Record<'_>>) -> core::fmt::Result {
    Ok(())
}

/// All that there is, in pieces of a size that `pieces` says each time.
fn read<const N: usize>(
    bytes: &mut ByteDrain<N>,
    ring: &Ring,
    mut pieces: impl FnMut() -> usize,
) -> Vec<u8> {
    let mut read = Vec::new();
    while let ByteChunk::Bytes(chunk) = bytes.chunk(ring) {
        assert!(!chunk.is_empty());
        let piece = pieces().min(chunk.len());
        read.extend_from_slice(&chunk[..piece]);
        bytes.consume(piece);
    }
    read
}

/// Three records, of which the second follows a loss, and a loss at the end.
fn fill(ring: &LogRing<64>) {
    let config = Config::drop_newest().with_record_bytes_max(20);
    let log = Logger::new(ring, config.with_truncate(false));
    log.push(Level::INFO, b"one");
    log.push(Level::INFO, &[0; 21]);
    log.push(Level::WARN, b"two");
    log.push(Level::ERROR, b"");
    log.push(Level::INFO, &[0; 21]);
    log.push(Level::INFO, &[0; 21]);
}

const FILLED: &[u8] = b"INFO one\r\n(1 lost)\nWARN two\r\nERROR \r\n(2 lost)\n";

/// A reader that is stopped at any byte goes on there.
#[test]
fn the_stream_is_the_same_in_pieces_of_any_size() {
    for size in 1..=12 {
        let ring = LogRing::new();
        fill(&ring);
        let mut bytes = ByteDrain::<20>::new(b"\r\n", heading);
        assert_eq!(read(&mut bytes, &ring, || size), FILLED, "{size}");
        assert_eq!(bytes.chunk(&ring), ByteChunk::Empty);
        assert_eq!(ring.take_trailing_loss(), 0);
    }
}

#[test]
fn what_was_not_consumed_is_given_again() {
    let ring = LogRing::new();
    fill(&ring);
    let mut bytes = ByteDrain::<20>::new(b"\r\n", heading);
    let mut dice = Dice(7);
    let mut read = Vec::new();
    while let ByteChunk::Bytes(chunk) = bytes.chunk(&ring) {
        let chunk = chunk.to_vec();
        assert_eq!(bytes.chunk(&ring), ByteChunk::Bytes(&chunk));
        let piece = dice.roll() % (chunk.len() + 1);
        read.extend_from_slice(&chunk[..piece]);
        bytes.consume(piece);
    }
    assert_eq!(read, FILLED);
}

/// Who says that more was sent than there was does not skip what comes next.
#[test]
fn no_more_is_consumed_than_a_chunk_has() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut bytes = ByteDrain::<8>::new(b"\n", nothing);
    bytes.consume(usize::MAX);
    log.push(Level::INFO, b"one");
    log.push(Level::INFO, b"two");
    assert_eq!(bytes.chunk(&ring), ByteChunk::Bytes(b"one"));
    bytes.consume(usize::MAX);
    assert_eq!(bytes.chunk(&ring), ByteChunk::Bytes(b"\n"));
    bytes.consume(1);
    assert_eq!(bytes.chunk(&ring), ByteChunk::Bytes(b"two"));
}

#[test]
fn a_record_of_as_many_bytes_fits_and_one_more_is_cut() {
    fn length(text: &mut dyn Write, _: u64, record: Option<&Record<'_>>) -> core::fmt::Result {
        match record {
            Some(record) if record.truncated => write!(text, "{}: ", record.full_len),
            _ => Ok(()),
        }
    }
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut bytes = ByteDrain::<20>::new(b"", length);
    log.push(Level::INFO, &[b'x'; 20]);
    log.push(Level::INFO, &[b'y'; 21]);
    log.push(Level::INFO, b"behind");
    let expected = [&[b'x'; 20][..], b"21: ", &[b'y'; 20], b"behind"].concat();
    assert_eq!(read(&mut bytes, &ring, || 7), expected);
    assert_eq!(ring.stats().truncated, 1);
}

/// The size of a reader may be asked of the logger, at compile time.
#[test]
fn the_largest_record_of_a_logger_fits_a_reader_of_that_size() {
    static RING: LogRing<8> = LogRing::new();
    static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    const MAX: usize = LOG.record_bytes_max();
    LOG.push(Level::INFO, &pattern(MAX));
    let mut bytes = ByteDrain::<MAX>::new(b"", nothing);
    assert_eq!(bytes.chunk(&RING), ByteChunk::Bytes(&pattern(MAX)));
}

#[test]
fn a_record_without_a_byte_is_passed_over() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut bytes = ByteDrain::<8>::new(b"", nothing);
    log.push(Level::INFO, b"");
    log.push(Level::INFO, b"x");
    assert_eq!(bytes.chunk(&ring), ByteChunk::Pending);
    assert_eq!(bytes.chunk(&ring), ByteChunk::Bytes(b"x"));
    bytes.consume(1);
    assert_eq!(bytes.chunk(&ring), ByteChunk::Empty);
}

/// An open grant holds up what is behind it, and nothing that is being read.
#[test]
fn pending_is_said_between_records() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut bytes = ByteDrain::<8>::new(b"\n", nothing);
    log.push(Level::INFO, b"one");
    let grant = log.reserve(Level::INFO, 0, 8).expect("there is room");
    log.push(Level::INFO, b"three");
    assert_eq!(read(&mut bytes, &ring, || 1), b"one\n");
    assert_eq!(bytes.chunk(&ring), ByteChunk::Pending);
    drop(grant);
    assert_eq!(read(&mut bytes, &ring, || 1), b"three\n");
}

#[test]
fn a_heading_of_64_bytes_fits_and_one_more_is_cut() {
    fn long(text: &mut dyn Write, _: u64, record: Option<&Record<'_>>) -> core::fmt::Result {
        write!(
            text,
            "{:>1$}",
            "|",
            record.map_or(0, |record| record.tag as usize)
        )
    }
    for (tag, expected) in [(64, 64), (65, 64)] {
        let ring = LogRing::<64>::new();
        let log = Logger::new(&ring, Config::drop_newest());
        log.push_parts(Level::INFO, tag, &[b"x"]);
        let mut bytes = ByteDrain::<8>::new(b"\n", long);
        let text = read(&mut bytes, &ring, || 100);
        assert_eq!(text.len(), expected + 2);
        assert_eq!(text.contains(&b'|'), tag == 64);
        assert!(text.ends_with(b"x\n"));
    }
}

/// A record is read to its end, whichever ring is asked for next.
#[test]
fn one_reader_reads_several_rings_in_turn() {
    let rings = [LogRing::<64>::new(), LogRing::<64>::new()];
    for (ring, text) in rings.iter().zip([b"one", b"two"]) {
        Logger::new(ring, Config::drop_newest()).push(Level::INFO, text);
    }
    let mut bytes = ByteDrain::<8>::new(b"\n", nothing);
    assert_eq!(bytes.chunk(&rings[0]), ByteChunk::Bytes(b"one"));
    bytes.consume(1);
    assert_eq!(bytes.chunk(&rings[1]), ByteChunk::Bytes(b"ne"));
    assert_eq!(glance(&rings[1]), logring::Popped::NoSpace { needed: 3 });
    assert_eq!(read(&mut bytes, &rings[1], || 1), b"ne\ntwo\n");
}

/// In lines, a record is one, whatever is in its message, and other text is as it was;
/// what the heading writes stays.
#[test]
fn in_lines_a_message_forges_no_line() {
    let send = |mut bytes: ByteDrain<40>, message: &[u8]| {
        let ring = LogRing::<64>::new();
        Logger::new(&ring, Config::drop_newest()).push(Level::INFO, message);
        String::from_utf8_lossy(&read(&mut bytes, &ring, || 7)).into_owned()
    };
    let lines = |message: &str| send(ByteDrain::lines(heading), message.as_bytes());
    let forged = "paid\r\nERROR forged \x1b[31m\0\x7f";
    assert_eq!(lines(forged), "INFO paid??ERROR forged ?[31m??\n");
    assert_eq!(
        lines("a\u{85}b\u{9b}m\u{2028}\u{2029}"),
        "INFO a??b??m??????\n"
    );
    let text = "é\u{a0}\u{2027}\u{202a}語😀~ ?";
    assert_eq!(lines(text), format!("INFO {text}\n"));
    // Every control character is none afterwards, and nothing else is touched.
    let step = if cfg!(miri) { 251 } else { 1 };
    for char in (0..0x3000).step_by(step).filter_map(char::from_u32) {
        let message = format!("a{char}b");
        let sent = lines(&message);
        let sent = sent
            .trim_start_matches("INFO ")
            .strip_suffix('\n')
            .expect("a line");
        let is_shown = !char.is_control() && !matches!(char, '\u{2028}' | '\u{2029}');
        assert_eq!(sent == message, is_shown, "{char:?}");
        assert!(sent.len() == message.len() && !sent.contains(char::is_control));
    }
    // A sequence that the end of the record cuts, and one that is none.
    let bytes = send(ByteDrain::lines(heading), b"\x80\xc2");
    assert_eq!(bytes, "INFO \u{fffd}\u{fffd}\n");
    let raw = send(ByteDrain::new(b"\n", heading), forged.as_bytes());
    assert_eq!(raw, format!("INFO {forged}\n"));
}
