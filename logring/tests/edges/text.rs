//! Formatted text: cut between characters, never inside one.

use std::fmt::Write;

use logring::{Config, Level, LogRing, Logger, Lost, Pushed};

use crate::format::ONCE;
use crate::support::{assert_lost_only, pop};

/// The longest beginning of `text` of whole characters within `limit` bytes.
fn whole_characters(text: &str, limit: usize) -> &str {
    let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
    &text[..ends.take_while(|end| *end <= limit).last().unwrap_or(0)]
}

/// Each width of character meets the limit at each of its bytes. What is
/// stored is whole characters, as many as fit; a text that fits is whole.
#[test]
fn a_text_is_cut_between_characters_of_every_width() {
    let ring = LogRing::<64>::new();
    for char in ["a", "é", "€", "🦀"] {
        for limit in if cfg!(miri) { 5..=6 } else { 1..=12 } {
            let config = Config::drop_newest().with_record_bytes_max(limit);
            let log = Logger::new(&ring, config);
            for chars in if cfg!(miri) { 1..=3 } else { 0..=13 } {
                let text = char.repeat(chars);
                let expected = whole_characters(&text, limit);
                let cut = expected.len() < text.len();

                let said = log.push_fmt(Level::INFO, 0, format_args!("{text}"));
                assert_eq!(
                    said,
                    if cut {
                        Pushed::Truncated
                    } else {
                        Pushed::Stored
                    }
                );
                let record = pop(&ring);
                assert_eq!(record.bytes, expected.as_bytes());
                assert_eq!(record.truncated, cut);

                let mut grant = log.reserve(Level::INFO, 0, limit).unwrap();
                write!(grant, "{text}").unwrap();
                assert_eq!(grant.commit(), cut);
                assert_eq!(pop(&ring).bytes, expected.as_bytes());
            }
        }
    }
}

/// The same in a text so long that it is formatted into the ring directly.
#[test]
fn a_long_text_is_cut_between_characters_of_every_width() {
    let ring = LogRing::<64>::new();
    for char in ["a", "é", "€", "🦀"] {
        let text = char.repeat(ONCE);
        for limit in ONCE..ONCE + 5 {
            let log = Logger::new(&ring, Config::drop_newest().with_record_bytes_max(limit));
            let expected = whole_characters(&text, limit);
            let cut = expected.len() < text.len();
            let said = log.push_fmt(Level::INFO, 0, format_args!("{text}"));
            assert_eq!(
                said,
                if cut {
                    Pushed::Truncated
                } else {
                    Pushed::Stored
                }
            );
            assert_eq!(pop(&ring).bytes, expected.as_bytes());
        }
    }
}

/// The two ways of formatting meet at a length; records on either side are
/// whole, and no byte shows which way they went.
#[test]
fn the_way_of_formatting_does_not_show() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    for len in ONCE - 2..ONCE + 3 {
        let text: String = ('a'..='z').cycle().take(len).collect();
        let said = log.push_fmt(Level::INFO, 9, format_args!("{}{}", &text[..3], &text[3..]));
        assert_eq!(said, Pushed::Stored);
        let record = pop(&ring);
        assert_eq!((record.bytes, record.tag), (text.into_bytes(), 9));
    }
}

/// A text too long for a logger that may not cut is refused, by either way.
#[test]
fn a_text_too_long_is_refused_where_it_may_not_be_cut() {
    for limit in [5, ONCE + 5] {
        let ring = LogRing::<64>::new();
        let config = Config::drop_newest()
            .with_record_bytes_max(limit)
            .with_truncate(false);
        let log = Logger::new(&ring, config);
        let fits = "x".repeat(limit);
        assert_eq!(
            log.push_fmt(Level::INFO, 0, format_args!("{fits}")),
            Pushed::Stored
        );
        let said = log.push_fmt(Level::INFO, 0, format_args!("{fits}y"));
        assert_eq!(said, Pushed::Lost(Lost::TooBig));
        assert_lost_only(&ring, logring::Cause::TooBig, logring::Severity::Info, 1);
    }
}

/// After a cut nothing more is written to a grant, so that no later piece
/// follows a gap, even if it would fit.
#[test]
fn nothing_follows_a_cut() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let mut grant = log.reserve(Level::INFO, 0, 4).unwrap();
    grant.write_str("ab").unwrap();
    grant.write_str("🦀").unwrap();
    assert!(grant.truncated());
    assert_eq!(grant.remaining(), 0);
    grant.write_str("c").unwrap();
    assert_eq!(grant.append(b"d"), 0);
    assert!(grant.commit());
    assert_eq!(pop(&ring).bytes, b"ab");
}

/// Whatever is in a message, it is one line, without commands for a terminal, and all
/// other text is as it was.
#[test]
fn a_message_is_shown_as_one_line() {
    for byte in 0..=u8::MAX {
        let bytes = [b'a', byte, b'b'];
        let shown = logring::Escaped(&bytes).to_string();
        assert_eq!(shown.lines().count(), 1);
        assert!(!shown.contains(char::is_control), "{shown}");
        let is_text = byte.is_ascii() && !byte.is_ascii_control();
        assert_eq!(shown.as_bytes() == bytes, is_text, "{shown}");
    }
    for char in ['\u{85}', '\u{2028}', '\u{2029}', '\u{7f}'] {
        let shown = logring::Escaped(char.to_string().as_bytes()).to_string();
        assert!(shown.starts_with("\\u{"), "{shown}");
    }
    let text = "é語😀 \"quoted\" \\ and plain";
    assert_eq!(logring::Escaped(text.as_bytes()).to_string(), text);
    assert_eq!(logring::Escaped(b"\xe8\xaa").to_string(), r"\xe8\xaa");
}
