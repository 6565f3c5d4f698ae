//! The adapter for the `log` crate: what it lets in, and what a record holds.

use log::{LevelFilter, Log, Metadata};
use logring::adapters::LogAdapter;
use logring::{Config, Level, Logger, Popped, Ring};

use crate::support::{glance, pop};

/// An adapter to a fresh ring, which lasts as long as the test program.
fn adapter(config: Config) -> (&'static Ring, LogAdapter) {
    let ring: &'static Ring = Box::leak(Box::new(logring::LogRing::<64>::new()));
    (ring, LogAdapter::new(Logger::new(ring, config)))
}

/// What the macros of `log` do after their own limit let a record through.
fn say(to: &LogAdapter, level: log::Level, text: &str) {
    let mut record = log::Record::builder();
    let record = record.level(level).target("disk");
    to.log(&record.args(format_args!("{text}")).build());
}

/// The levels that an adapter says it lets in, which have to be those whose
/// records arrive.
fn let_in(ring: &Ring, to: &LogAdapter) -> Vec<log::Level> {
    let enabled = |level: &log::Level| to.enabled(&Metadata::builder().level(*level).build());
    let said: Vec<_> = log::Level::iter().filter(enabled).collect();
    for level in log::Level::iter() {
        say(to, level, "x");
        let arrived = matches!(ring.pop(&mut [0; 64]), Popped::Record(_));
        assert_eq!(arrived, said.contains(&level), "{level}");
    }
    said
}

/// A record is target and text, or text alone, at the level of the same name.
#[test]
fn a_record_is_its_target_and_its_text() {
    let (ring, with) = adapter(Config::drop_newest());
    for (level, ours) in [
        (log::Level::Error, Level::ERROR),
        (log::Level::Warn, Level::WARN),
        (log::Level::Info, Level::INFO),
        (log::Level::Debug, Level::DEBUG),
        (log::Level::Trace, Level::TRACE),
    ] {
        say(&with, level, "91% full");
        let record = pop(ring);
        assert_eq!(record.bytes, b"disk: 91% full");
        assert_eq!(record.level, ours);
    }
    let (ring, without) = adapter(Config::drop_newest());
    let without = without.with_target(false);
    say(&without, log::Level::Warn, "91% full");
    assert_eq!(pop(ring).bytes, b"91% full");
}

/// Each filter lets in what it names, and Off nothing; the adapter says so.
#[test]
fn the_set_level_is_the_last_that_is_let_in() {
    let (ring, to) = adapter(Config::drop_newest());
    assert_eq!(to.max_level(), LevelFilter::Trace);
    for filter in LevelFilter::iter() {
        to.set_max_level(filter);
        assert_eq!(to.max_level(), filter);
        let last = let_in(ring, &to).into_iter().max();
        assert_eq!(last, filter.to_level());
    }
}

/// The logger's minimum holds whatever is set; numbers between the five of
/// `log` count for the next severer one.
#[test]
fn the_loggers_minimum_holds_beside_the_set_level() {
    for (number, filter) in [
        (1, LevelFilter::Trace),
        (2, LevelFilter::Debug),
        (5, LevelFilter::Debug),
        (9, LevelFilter::Info),
        (10, LevelFilter::Warn),
        (17, LevelFilter::Error),
        (18, LevelFilter::Off),
    ] {
        let config = Config::drop_newest().with_min_level(Level::new(number));
        let (ring, to) = adapter(config);
        assert_eq!(to.max_level(), filter, "{number}");
        assert_eq!(let_in(ring, &to).into_iter().max(), filter.to_level());
        to.set_max_level(LevelFilter::Error);
        assert_eq!(to.max_level(), filter.min(LevelFilter::Error), "{number}");
    }
}

/// What a filter turns away was not offered: the books know nothing of it. What
/// the ring refuses is in them.
#[test]
fn what_is_filtered_is_no_loss_and_what_is_refused_is() {
    let (ring, to) = adapter(Config::drop_newest());
    to.set_max_level(LevelFilter::Warn);
    say(&to, log::Level::Info, "filtered");
    assert_eq!(glance(ring), Popped::Empty);
    assert_eq!(ring.take_trailing_loss(), 0);
    for _ in 0..70 {
        say(&to, log::Level::Warn, "x");
    }
    assert_eq!(ring.stats().lost.total(), 6);
}

/// To flush is to wait for the consumer, and so it does nothing.
#[test]
fn flush_leaves_the_records_where_they_are() {
    let (ring, to) = adapter(Config::drop_newest());
    say(&to, log::Level::Warn, "x");
    to.flush();
    assert_eq!(pop(ring).bytes, b"disk: x");
}
