//! Lines that are formatted: once, whatever their length, and what is asked before.

use std::cell::Cell;
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use logring::{Cause, Config, Level, LogRing, Logger, Lost, Popped, Pushed, Severity};

use crate::support::{FIRST, assert_lost_only, glance, pop, used};

/// Up to so many bytes a line is formatted on the stack; a longer one goes on in the
/// ring.
pub(crate) const ONCE: usize = if usize::BITS == 64 { 256 } else { 64 };

/// Says so many characters, one by one, and counts how often it is asked.
struct Counted {
    chars: usize,
    calls: Cell<u32>,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calls.set(self.calls.get() + 1);
        for at in 0..self.chars {
            f.write_char(char::from(b'a' + (at / 7 % 26) as u8))?;
        }
        Ok(())
    }
}

/// A line is formatted once, however long it is, and it is whole: in a cell, on the
/// stack, in a grant, and in grants that it grows out of. What it does not need is
/// given back, and it is one record.
#[test]
fn a_line_of_any_length_is_formatted_once() {
    let ring = LogRing::<{ if cfg!(miri) { 32 } else { 1024 } }>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let most = ring.record_bytes_max();
    let lengths = [0, 1, ONCE - 1, ONCE, ONCE + 1, 2 * ONCE, 2 * ONCE + 1, 5000];
    for chars in lengths
        .into_iter()
        .chain([most - 1, most, most + 1, 3 * most])
        .filter(|chars| !cfg!(miri) || *chars < 2 * most)
    {
        let line = Counted {
            chars,
            calls: Cell::new(0),
        };
        let said = log.push_fmt(Level::INFO, 0, format_args!("{line}"));
        let whole = chars <= most;
        assert!(said.is_stored(), "{chars}");
        assert_eq!(said == Pushed::Stored, whole, "{chars}");
        assert_eq!(line.calls.get(), 1, "{chars}");
        let record = pop(&ring);
        assert_eq!(
            record.bytes,
            &line.to_string().as_bytes()[..chars.min(most)]
        );
        assert_eq!((record.truncated, record.lost_before), (!whole, 0));
        assert_eq!((glance(&ring), used(&ring)), (Popped::Empty, 0));
    }
    assert_eq!(ring.stats().lost.total(), 0);
}

/// A line that has outgrown its grant in a ring without room for another is cut to
/// what it has; one that may not be cut is refused, once, by the cause.
#[test]
fn a_line_that_cannot_grow_is_cut() {
    let line = format_args!(
        "{}{}{}",
        "x".repeat(ONCE + 1),
        "y".repeat(ONCE),
        "z".repeat(9 * ONCE)
    );
    for truncate in [true, false] {
        let ring = LogRing::<64>::new();
        let log = Logger::new(&ring, Config::drop_newest().with_truncate(truncate));
        let cells = 2 * ONCE / FIRST + 2;
        while used(&ring) < 64 - cells {
            log.push(Level::INFO, b"x");
        }
        let before = ring.stats().resident;
        let said = log.push_fmt(Level::INFO, 0, line);
        let stats = ring.stats();
        if truncate {
            assert_eq!(said, Pushed::Truncated);
            assert_eq!((stats.resident, stats.lost.total()), (before + 1, 0));
        } else {
            assert_eq!(said, Pushed::Lost(Lost::Full));
            assert_eq!(stats.resident, before);
            assert_lost_only(&ring, Cause::Full, Severity::Info, 1);
        }
        for _ in 0..before {
            pop(&ring);
        }
        if truncate {
            let record = pop(&ring);
            assert_eq!(record.bytes, format!("{line}").as_bytes()[..2 * ONCE]);
            assert!(record.truncated);
        }
        assert_eq!((glance(&ring), used(&ring)), (Popped::Empty, 0));
    }
}

/// Panics after so many characters.
struct Panicking(usize);

impl fmt::Display for Panicking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&"x".repeat(self.0))?;
        panic!("in a Display")
    }
}

/// A `Display` that panics, before and behind the end of the stack buffer, leaves one
/// discarded record, and its neighbours can be read.
#[test]
fn a_display_that_panics_leaves_one_discarded_record() {
    for chars in [0, ONCE, ONCE + 1, 2 * ONCE + 1] {
        let ring = LogRing::<64>::new();
        let log = Logger::new(&ring, Config::drop_newest());
        log.push(Level::INFO, b"before");
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            log.push_fmt(
                Level::WARN,
                0,
                format_args!("{}{}", Panicking(chars), "never"),
            )
        }));
        assert!(panicked.is_err());
        log.push(Level::INFO, b"behind");
        assert_lost_only(&ring, Cause::Discarded, Severity::Warn, 1);
        assert_eq!(pop(&ring).bytes, b"before");
        let behind = pop(&ring);
        assert_eq!((&behind.bytes[..], behind.lost_before), (&b"behind"[..], 1));
        assert_eq!((glance(&ring), used(&ring)), (Popped::Empty, 0));
    }
}

/// A hook recovers the ring while a line is being formatted, and unwinding then drops
/// the line: by that time its cells may be another's, and nothing happens to them.
#[test]
fn a_line_whose_ring_was_recovered_damages_no_record() {
    for later in 0..14 {
        let ring = LogRing::<16>::new();
        let log = Logger::new(&ring, Config::drop_newest());
        struct Recovering<'r>(&'r Logger<'r>, u8);
        impl fmt::Display for Recovering<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&"x".repeat(ONCE + 1))?;
                // What a panic hook would do, and what others log meanwhile.
                let ring = self.0.ring();
                assert_eq!(ring.recover().unfinished, 1);
                while let Popped::Record(_) = ring.pop(&mut [0; 8]) {}
                for id in 0..self.1 {
                    self.0.push(Level::ERROR, &[id]);
                }
                panic!("in a Display")
            }
        }
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            log.push_fmt(Level::WARN, 0, format_args!("{}", Recovering(&log, later)))
        }));
        assert!(panicked.is_err());
        for id in 0..later {
            assert_eq!(pop(&ring).bytes, [id]);
        }
        assert_eq!((glance(&ring), used(&ring)), (Popped::Empty, 0));
        assert_lost_only(&ring, Cause::Discarded, Severity::Fatal, 1);
    }
}

/// What is pushed as text, with or without a tag, is cut between characters.
#[test]
fn pushed_text_is_cut_between_characters() {
    let text = "aé語😀b語😀é";
    let ring = LogRing::<16>::new();
    for limit in 1..text.len() {
        let longest = (0..=limit).rev().find(|&end| text.is_char_boundary(end));
        let log = Logger::new(&ring, Config::drop_newest().with_record_bytes_max(limit));
        assert_eq!(log.push_str(Level::INFO, text), Pushed::Truncated);
        assert_eq!(
            log.push_fmt(Level::INFO, 7, format_args!("{text}")),
            Pushed::Truncated
        );
        for tag in [0, 7] {
            let record = pop(&ring);
            assert_eq!(record.bytes, &text.as_bytes()[..longest.unwrap()]);
            assert_eq!((record.truncated, record.tag), (true, tag));
        }
    }
    let log = Logger::new(
        &ring,
        Config::drop_newest().with_record_bytes_max(text.len()),
    );
    assert_eq!(log.push_str(Level::INFO, text), Pushed::Stored);
    let strict = Logger::new(
        &ring,
        Config::drop_newest()
            .with_record_bytes_max(3)
            .with_truncate(false),
    );
    assert_eq!(
        strict.push_str(Level::INFO, text),
        Pushed::Lost(Lost::TooBig)
    );
}

/// The question before the work: what it answers is what a push of a record that needs
/// one cell answers, it counts nothing, and its counted form counts once.
#[test]
fn what_is_asked_before_formatting_is_what_a_push_answers() {
    let config = Config::drop_newest().with_min_level(Some(Level::DEBUG));
    let configs = [
        config,
        config.with_mark(Severity::Info, 50),
        config.with_policy(logring::Policy::DropOldest),
        config
            .with_policy(logring::Policy::DropOldest)
            .with_mark(Severity::Info, 50),
    ];
    for config in configs {
        for filled in (0..=16).step_by(if cfg!(miri) { 8 } else { 1 }) {
            for level in [Level::TRACE, Level::INFO, Level::ERROR] {
                let ring = LogRing::<16>::new();
                let other = Logger::new(&ring, Config::drop_newest());
                for _ in 0..filled {
                    other.push(Level::FATAL, b"x");
                }
                let log = Logger::new(&ring, config);
                let before = ring.stats();
                let accepts = log.accepts(level);
                assert_eq!(ring.stats(), before);
                let checked = log.precheck(level);
                assert_eq!(checked.is_ok(), accepts);
                let lost = ring.stats().lost.total();
                let pushed = log.push(level, b"x");
                assert_eq!(pushed.is_stored(), accepts, "{config} {level} {filled}");
                if let Err(no) = checked {
                    assert_eq!(Pushed::from(no), pushed);
                    let counted = u64::from(pushed != Pushed::Filtered);
                    assert_eq!(lost, counted);
                }
            }
        }
    }
}

/// Writes something, then fails.
struct Failing;

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("said")?;
        Err(fmt::Error)
    }
}

/// A `Display` that reports an error has said what it could: that is the
/// record.
#[test]
fn a_display_that_fails_leaves_what_it_said() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let said = log.push_fmt(Level::INFO, 0, format_args!("it {Failing} more"));
    assert_eq!(said, Pushed::Stored);
    assert_eq!(pop(&ring).bytes, b"it said");
}

/// Logs while it is formatted.
struct Chatty<'r>(&'r Logger<'r>);

impl fmt::Display for Chatty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.push(Level::DEBUG, b"inner");
        f.write_str(&"o".repeat(ONCE + 1))
    }
}

/// Formatting may log to the same ring: what it logs before its own line exceeds the
/// stack comes before it, and none is lost.
#[test]
fn a_display_may_log_to_the_ring_it_is_formatted_into() {
    let ring = LogRing::<64>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let said = log.push_fmt(Level::INFO, 0, format_args!("{}", Chatty(&log)));
    assert_eq!(said, Pushed::Stored);
    assert_eq!(pop(&ring).bytes, b"inner");
    assert_eq!(pop(&ring).bytes.len(), ONCE + 1);
    assert_eq!(glance(&ring), Popped::Empty);
}
