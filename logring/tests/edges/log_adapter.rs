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

/// What a record of this target is, at this level.
fn say_of(to: &dyn Log, target: &str, level: log::Level) {
    let mut record = log::Record::builder();
    let record = record.level(level).target(target);
    to.log(&record.args(format_args!("x")).build());
}

/// The most verbose level of a target that arrives, which has to be what is said.
fn most_of(ring: &Ring, to: &dyn Log, target: &str) -> LevelFilter {
    let mut most = LevelFilter::Off;
    for level in log::Level::iter() {
        say_of(to, target, level);
        let arrived = matches!(ring.pop(&mut [0; 64]), Popped::Record(_));
        let metadata = Metadata::builder().level(level).target(target).build();
        assert_eq!(arrived, to.enabled(&metadata), "{target} {level}");
        if arrived {
            most = level.to_level_filter();
        }
    }
    most
}

/// The longest name of a target decides, whatever the order, and of equal ones the
/// first; a name ends where a word does.
#[test]
fn a_target_has_the_level_of_its_longest_name() {
    let (ring, to) = adapter(Config::drop_newest());
    let to = to.with_filter(&[
        ("disk::sda", LevelFilter::Trace),
        ("", LevelFilter::Warn),
        ("disk", LevelFilter::Info),
        ("disk", LevelFilter::Off),
        ("net", LevelFilter::Off),
        ("disk::sdb", LevelFilter::Error),
    ]);
    for (target, level) in [
        ("", LevelFilter::Warn),
        ("other", LevelFilter::Warn),
        ("disk", LevelFilter::Info),
        ("disk::sda", LevelFilter::Trace),
        ("disk::sda::queue", LevelFilter::Trace),
        ("disk::sdb", LevelFilter::Error),
        ("disk::sdc", LevelFilter::Info),
        ("disk.sda", LevelFilter::Info),
        ("disk-2", LevelFilter::Info),
        ("disks", LevelFilter::Warn),
        ("disk_cache", LevelFilter::Warn),
        ("disk2", LevelFilter::Warn),
        ("diské", LevelFilter::Warn),
        ("dis", LevelFilter::Warn),
        ("net", LevelFilter::Off),
        ("network", LevelFilter::Warn),
    ] {
        assert_eq!(most_of(ring, &to, target), level, "{target}");
    }
    assert_eq!(ring.stats().lost.total(), 0);
}

/// Without a name for all, the others are not filtered; no name lets in what another
/// limit turns away; and the macros of `log` are told the most verbose of all.
#[test]
fn a_filter_by_target_holds_beside_the_other_limits() {
    let (ring, to) = adapter(Config::drop_newest().with_min_level(Some(Level::DEBUG)));
    let to = to.with_filter(&[("disk", LevelFilter::Trace), ("net", LevelFilter::Error)]);
    assert_eq!(to.max_level(), LevelFilter::Debug);
    assert_eq!(most_of(ring, &to, "other"), LevelFilter::Debug);
    assert_eq!(most_of(ring, &to, "disk"), LevelFilter::Debug);
    assert_eq!(most_of(ring, &to, "net"), LevelFilter::Error);
    to.set_max_level(LevelFilter::Warn);
    assert_eq!(to.max_level(), LevelFilter::Warn);
    assert_eq!(most_of(ring, &to, "disk"), LevelFilter::Warn);

    let (ring, to) = adapter(Config::drop_newest());
    let to = to.with_filter(&[("net", LevelFilter::Error)]);
    assert_eq!(to.max_level(), LevelFilter::Trace);
    assert_eq!(most_of(ring, &to, "other"), LevelFilter::Trace);

    let (_, to) = adapter(Config::drop_newest());
    let to = to.with_filter(&[("", LevelFilter::Error), ("disk", LevelFilter::Info)]);
    assert_eq!(to.max_level(), LevelFilter::Info);
    to.set_max_level(LevelFilter::Warn);
    assert_eq!(to.max_level(), LevelFilter::Warn);
    let to = to.with_filter(&[("", LevelFilter::Off)]);
    assert_eq!(to.max_level(), LevelFilter::Off);
}

/// A consumer whose executor logs whenever it is woken, until it finds nothing: how many
/// records it takes, up to a limit.
fn consume(ring: &Ring, to: &dyn Log, most: usize) -> usize {
    for _ in 0..3 {
        say_of(to, "shop", log::Level::Info);
    }
    let mut taken = 0;
    while taken < most {
        let Popped::Record(_) = ring.pop(&mut [0; 64]) else {
            break;
        };
        taken += 1;
        say_of(to, "executor::task", log::Level::Trace);
        say_of(to, "shop::forwarder", log::Level::Debug);
    }
    taken
}

/// The consumer's own modules, filtered: three records are three. Without a filter, the
/// consumer never comes to an end.
#[test]
fn a_consumer_that_logs_does_not_feed_itself_behind_a_filter() {
    let (ring, to) = adapter(Config::drop_newest());
    assert_eq!(consume(ring, &to, 5000), 5000);
    let (ring, to) = adapter(Config::drop_newest());
    let to = to.with_filter(&[
        ("executor", LevelFilter::Off),
        ("shop::forwarder", LevelFilter::Off),
    ]);
    assert_eq!(consume(ring, &to, 5000), 3);
}

/// `env_filter` around the adapter does the same, by the text of `RUST_LOG`.
#[test]
fn a_filter_from_the_environment_wraps_the_adapter() {
    let (ring, to) = adapter(Config::drop_newest());
    let to: &'static LogAdapter = Box::leak(Box::new(to));
    let filter = env_filter::Builder::new()
        .try_parse("info,shop=debug,shop::forwarder=off,executor=off")
        .expect("directives")
        .build();
    assert_eq!(filter.filter().min(to.max_level()), LevelFilter::Debug);
    let wrapped = env_filter::FilteredLog::new(to, filter);
    assert_eq!(most_of(ring, &wrapped, "shop"), LevelFilter::Debug);
    assert_eq!(most_of(ring, &wrapped, "disk"), LevelFilter::Info);
    assert_eq!(most_of(ring, &wrapped, "executor"), LevelFilter::Off);
    assert_eq!(consume(ring, &wrapped, 5000), 3);
    // The adapter's own limit holds, too.
    to.set_max_level(LevelFilter::Warn);
    assert_eq!(most_of(ring, &wrapped, "shop"), LevelFilter::Warn);
}

#[cfg(any(feature = "log-kv", feature = "std"))]
mod key_values {
    use core::cell::Cell;
    use core::fmt;

    use log::kv::{Error, Key, Source, Value, VisitSource};

    use super::*;

    /// What is stored of a record with these key-values.
    fn stored(pairs: &dyn Source) -> String {
        let (ring, to) = adapter(Config::drop_newest());
        let mut record = log::Record::builder();
        record.level(log::Level::Info).target("t").key_values(pairs);
        to.log(&record.args(format_args!("text")).build());
        String::from_utf8(pop(ring).bytes).expect("text")
    }

    fn one(value: Value<'_>) -> String {
        let line = stored(&[("k", value)]);
        line.strip_prefix("t: text k=").expect("a pair").to_owned()
    }

    /// Pairs follow the text, in their order; without any, nothing does.
    #[test]
    fn follow_the_text() {
        let pairs = [("user", Value::from(42)), ("kind", Value::from("new"))];
        assert_eq!(stored(&pairs), "t: text user=42 kind=new");
        assert_eq!(stored(&None::<(&str, Value<'_>)>), "t: text");
    }

    /// What contains no delimiter is bare, and all else in quotes.
    #[test]
    fn are_quoted_where_they_could_be_misread() {
        for (value, text) in [
            (Value::from(-7_i64), "-7"),
            (
                Value::from(u128::MAX),
                "340282366920938463463374607431768211455",
            ),
            (Value::from(1.5), "1.5"),
            (Value::from(true), "true"),
            (Value::from('é'), "é"),
            (Value::from(' '), r#"" ""#),
            (Value::null(), "null"),
            (Value::from("/var/log:é"), "/var/log:é"),
            (Value::from(""), r#""""#),
            (Value::from("Ann Lee"), r#""Ann Lee""#),
            (Value::from("a=b"), r#""a=b""#),
            (Value::from(r#"say "hi"\"#), r#""say \"hi\"\\""#),
            (Value::from("a\nERROR b\x1b[m"), r#""a\nERROR b\u{1b}[m""#),
            (Value::from("\x1b[m"), r#""\u{1b}[m""#),
            (Value::from("a\u{2028}b\u{85}"), r#""a\u{2028}b\u{85}""#),
            (Value::from_display(&format_args!("a{}", 1)), r#""a1""#),
            (Value::from_debug(&"x y"), r#""\"x y\"""#),
        ] {
            assert_eq!(one(value), text);
        }
        assert_eq!(stored(&[("a b", 1)]), r#"t: text "a b"=1"#);
        assert_eq!(stored(&[("a\nb", 1)]), r#"t: text "a\nb"=1"#);
    }

    /// A value that may be formatted once only, in a line longer than any buffer on the
    /// stack.
    struct Once(Cell<u32>);

    impl fmt::Display for Once {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 1);
            write!(f, "{:300}", "long")
        }
    }

    #[test]
    fn are_formatted_once() {
        let once = Once(Cell::new(0));
        assert!(one(Value::from_display(&once)).starts_with("\"long  "));
        assert_eq!(once.0.get(), 1);
    }

    /// A source that fails has said what it could.
    struct Fails;

    impl Source for Fails {
        fn visit<'kvs>(&'kvs self, visitor: &mut dyn VisitSource<'kvs>) -> Result<(), Error> {
            visitor.visit_pair(Key::from("k"), Value::from(1))?;
            Err(Error::msg("no more"))
        }
    }

    #[test]
    fn of_a_source_that_fails_are_those_before() {
        assert_eq!(stored(&Fails), "t: text k=1");
    }
}
