//! Numbers, names and words of levels.

extern crate std;
use std::string::ToString;

use super::*;

#[test]
fn a_level_is_a_number_from_1_to_24() {
    for number in 0..=u8::MAX {
        let level = Level::new(number);
        assert_eq!(level.is_some(), (1..=24).contains(&number), "{number}");
        if let Some(level) = level {
            assert_eq!(level.get(), number);
        }
    }
}

#[test]
fn four_levels_share_a_severity_and_the_first_has_its_name() {
    for number in 1..=24u8 {
        let level = Level::new(number).unwrap();
        let index = usize::from((number - 1) / 4);
        let severity = Severity::ALL[index];
        assert_eq!(level.severity(), severity);
        assert_eq!(severity.index(), index);
        assert!(severity.level() <= level);
        assert_eq!(level == severity.level(), number % 4 == 1);
    }
    assert_eq!(Severity::ALL.len(), Severity::COUNT);
    for severity in Severity::ALL {
        assert_eq!(severity.level().severity(), severity);
        assert_eq!(severity.level().name(), severity.name().to_uppercase());
    }
}

#[test]
fn bigger_is_severer() {
    assert!(Level::TRACE < Level::DEBUG && Level::DEBUG < Level::INFO);
    assert!(Level::INFO < Level::WARN && Level::WARN < Level::ERROR);
    assert!(Level::ERROR < Level::FATAL);
    assert!(Severity::ALL.is_sorted());
}

#[test]
fn names_and_numbers_parse_back_in_any_case() {
    for number in 1..=24u8 {
        let level = Level::new(number);
        let name = level.unwrap().name();
        assert_eq!(Level::parse(name), level);
        assert_eq!(Level::parse(&name.to_lowercase()), level);
        assert_eq!(Level::parse(&std::format!("\t {name}\n")), level);
        assert_eq!(Level::parse(&number.to_string()), level);
    }
}

#[test]
fn words_of_other_systems_have_their_published_numbers() {
    for (word, number) in [
        ("warning", 13),
        ("WARNING", 13),
        ("err", 17),
        ("information", 9),
        ("informational", 9),
        ("notice", 10),
        ("crit", 18),
        ("Critical", 18),
        ("alert", 19),
        ("emerg", 21),
        ("emergency", 21),
        ("panic", 21),
    ] {
        assert_eq!(Level::parse(word), Level::new(number), "{word}");
    }
}

#[test]
fn what_is_no_level_is_none() {
    for text in [
        "",
        " ",
        "0",
        "25",
        "256",
        "999999999999",
        "-1",
        "+5",
        "1.5",
        "٥",
        "info0",
        "info1",
        "info5",
        "info22",
        "info 2",
        "in\0fo",
        "ïnfo",
        "verbose",
        "off",
        "i",
        "e",
    ] {
        assert_eq!(Level::parse(text), None, "{text:?}");
    }
    assert_eq!(Level::parse(&"9".repeat(100_000)), None);
    assert_eq!(Level::parse(&"info".repeat(100_000)), None);
}

#[test]
fn printing_honours_the_width() {
    assert_eq!(std::format!("[{:>6}]", Level::WARN), "[  WARN]");
    assert_eq!(std::format!("[{:<6}]", Severity::Warn), "[warn  ]");
    assert_eq!(std::format!("{:?}", Level(10)), "INFO2");
}

#[cfg(feature = "log")]
#[test]
fn levels_of_the_log_crate_keep_their_names() {
    for level in log::Level::iter() {
        assert_eq!(Level::from(level).name(), level.as_str());
    }
}

#[cfg(feature = "tracing")]
#[test]
fn levels_of_the_tracing_crates_keep_their_names() {
    for level in [
        tracing_core::Level::TRACE,
        tracing_core::Level::DEBUG,
        tracing_core::Level::INFO,
        tracing_core::Level::WARN,
        tracing_core::Level::ERROR,
    ] {
        assert_eq!(Level::from(level).name(), level.as_str());
    }
}
