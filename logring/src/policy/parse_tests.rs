//! Configuration strings that are understood, and the round trip. What is
//! refused is tested in `config_error_tests.rs`.

extern crate std;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

/// A configuration that differs from the default in every setting.
const BASE: Config = Config::drop_oldest()
    .with_mark(Severity::Trace, 10)
    .with_mark(Severity::Info, 75)
    .with_retry_limit(3)
    .with_record_bytes_max(100)
    .with_truncate(false)
    .with_min_level(Some(Level::DEBUG))
    .with_capacity_bytes(Some(4096));

fn size(text: &str) -> Option<usize> {
    Config::parse(text).unwrap().capacity_bytes()
}

#[test]
fn nothing_is_the_default() {
    for text in ["", " ", "\t\r\n"] {
        assert_eq!(Config::parse(text), Ok(Config::new()));
        assert_eq!(BASE.parse_over(text), Ok(BASE));
    }
}

#[test]
fn every_key_is_read_into_its_setting() {
    let text = "policy=drop_oldest,capacity=4m,marks=debug:60%+info:75%,max_record=8k,\
                retry_limit=9,truncate=no,min_level=warn";
    let expected = Config::drop_oldest()
        .with_capacity_bytes(Some(4 << 20))
        .with_mark(Severity::Debug, 60)
        .with_mark(Severity::Info, 75)
        .with_record_bytes_max(8 << 10)
        .with_retry_limit(9)
        .with_truncate(false)
        .with_min_level(Some(Level::WARN));
    assert_eq!(Config::parse(text), Ok(expected));
}

#[test]
fn dockers_words_are_understood() {
    let config = Config::parse("mode=non-blocking,max-buffer-size=4m").unwrap();
    let expected = Config::drop_newest().with_capacity_bytes(Some(4_194_304));
    assert_eq!(config, expected);
}

#[test]
fn case_dashes_and_whitespace_do_not_matter_in_keys() {
    for text in [
        "max_record=8k",
        "max-record=8k",
        "MAX-Record=8K",
        " max_record\t= 8k ",
        "\nmax_record=8 k\n",
    ] {
        let config = Config::parse(text).unwrap();
        assert_eq!(config, Config::new().with_record_bytes_max(8192), "{text}");
    }
    assert_eq!(size("MAX_BUFFER_SIZE=1"), Some(1));
    let config = Config::parse(" retry-limit = 4 , MIN-LEVEL = ERROR ").unwrap();
    assert_eq!(config.retry_limit(), 4);
    assert_eq!(config.min_level(), Some(Level::ERROR));
}

#[test]
fn absent_keys_keep_what_was_there() {
    for (text, expected) in [
        ("policy=drop_newest", BASE.with_policy(Policy::DropNewest)),
        ("capacity=64k", BASE.with_capacity_bytes(Some(65_536))),
        ("marks=none", BASE.with_marks(Marks::none())),
        ("retry_limit=0", BASE.with_retry_limit(32)),
        ("max_record=0", BASE.with_record_bytes_max(0)),
        ("truncate=true", BASE.with_truncate(true)),
        ("min_level=all", BASE.with_min_level(None)),
        ("min_level=0", BASE.with_min_level(None)),
    ] {
        assert_eq!(BASE.parse_over(text), Ok(expected), "{text}");
    }
}

#[test]
fn marks_replace_all_marks() {
    let marks = BASE.parse_over("marks=warn:90").unwrap().marks();
    assert_eq!(marks, Marks::none().with(Severity::Warn, 90));
}

#[test]
fn functions_survive_a_string() {
    let base = BASE.with_clock(Some(|| 7)).with_notify(Some(|| ()));
    let config = base.parse_over("policy=drop").unwrap();
    assert_eq!(config.clock().map(|clock| clock()), Some(7));
    assert!(config.notify().is_some());
}

#[test]
fn units_are_powers_of_1024() {
    for (unit, unit_bytes) in [
        ("", 1),
        ("b", 1),
        ("k", 1 << 10),
        ("kb", 1 << 10),
        ("kib", 1 << 10),
        ("m", 1 << 20),
        ("mb", 1 << 20),
        ("mib", 1 << 20),
        ("g", 1 << 30),
        ("gb", 1 << 30),
        ("gib", 1 << 30),
    ] {
        for unit in [unit.to_string(), unit.to_uppercase()] {
            for gap in ["", " "] {
                let text = std::format!("capacity=3{gap}{unit}");
                let expected = usize::checked_mul(4, unit_bytes);
                let config = Config::parse(&text);
                assert_eq!(config.ok().and_then(|c| c.capacity_bytes()), expected);
            }
        }
    }
}

#[test]
fn a_capacity_is_rounded_up_to_a_power_of_two() {
    // The first of these are no rings; making the ring says so.
    for (asked, rounded) in [
        (0, 0),
        (1, 1),
        (3, 4),
        (255, 256),
        (1000, 1024),
        (1024, 1024),
    ] {
        assert_eq!(size(&std::format!("capacity={asked}")), Some(rounded));
    }
    // What people write for Docker and ECS.
    for (asked, mib) in [("1m", 1), ("4m", 4), ("5m", 8), ("10m", 16), ("25m", 32)] {
        let text = std::format!("mode=non-blocking,max-buffer-size={asked}");
        let config = Config::parse(&text).unwrap();
        assert_eq!(config.capacity_bytes(), Some(mib << 20));
        assert!(
            config
                .to_string()
                .contains(&std::format!("capacity={}", mib << 20))
        );
    }
    // Two keys that say the same once they are rounded agree.
    assert_eq!(size("capacity=5m,max-buffer-size=8m"), Some(8 << 20));
    let largest = 1_usize << (usize::BITS - 1);
    assert_eq!(size(&std::format!("capacity={largest}")), Some(largest));
    let error = Config::parse("capacity=18446744073709551615").unwrap_err();
    assert!(matches!(error, ConfigError::TooLarge { .. }));
    assert_eq!(
        size("capacity=0000000000000000000000000000004k"),
        Some(4096)
    );
}

#[test]
fn retry_limits_are_plain_numbers_of_32_bits() {
    let config = Config::parse("retry_limit=4294967295").unwrap();
    assert_eq!(config.retry_limit(), u32::MAX);
    let key = "retry_limit";
    for value in ["4294967296", "99999999999999999999"] {
        let text = std::format!("{key}={value}");
        let expected = ConfigError::TooLarge { key, value };
        assert_eq!(Config::parse(&text), Err(expected));
    }
    for value in ["1k", "-1", "+1", "many", "1 0"] {
        let text = std::format!("{key}={value}");
        let expected = ConfigError::NotANumber { key, value };
        assert_eq!(Config::parse(&text), Err(expected));
    }
}

#[test]
fn switches_have_four_spellings_each_way() {
    for (values, expected) in [
        (["true", "YES", "on", "1"], true),
        (["False", "no", "OFF", "0"], false),
    ] {
        for value in values {
            let text = std::format!("truncate={value}");
            assert_eq!(Config::parse(&text).unwrap().truncate(), expected);
        }
    }
    for value in ["2", "t", "none", "maybe"] {
        let text = std::format!("truncate={value}");
        let key = "truncate";
        let expected = ConfigError::NotABool { key, value };
        assert_eq!(Config::parse(&text), Err(expected));
    }
}

#[test]
fn a_minimum_level_is_any_level() {
    for number in 1..=24u8 {
        let level = Level::new(number);
        let text = std::format!("min_level={number}");
        assert_eq!(Config::parse(&text).unwrap().min_level(), level);
        let text = std::format!("min_level={}", level.unwrap());
        assert_eq!(Config::parse(&text).unwrap().min_level(), level);
    }
    for value in ["25", "none", "off", "verbose", "-1", "info:1"] {
        let text = std::format!("min_level={value}");
        let key = "min_level";
        let expected = ConfigError::NotALevel { key, value };
        assert_eq!(Config::parse(&text), Err(expected));
    }
}

#[test]
fn switches_that_name_a_policy_are_read() {
    for text in ["neverblock=true", "lossy=true", "lossy=ON", "policy=lossy"] {
        let config = BASE.parse_over(text).unwrap();
        assert_eq!(config, BASE.with_policy(Policy::DropNewest), "{text}");
    }
    let expected = ConfigError::NotABool {
        key: "lossy",
        value: "very",
    };
    assert_eq!(Config::parse("lossy=very"), Err(expected));
}

#[test]
fn marks_take_the_six_severities_with_or_without_a_percent_sign() {
    for severity in Severity::ALL {
        for percent in 1..=100u8 {
            let marks = Marks::none().with(severity, percent);
            for sign in ["", "%", " % "] {
                let text = std::format!("marks={severity}:{percent}{sign}");
                assert_eq!(Config::parse(&text).unwrap().marks(), marks, "{text}");
            }
        }
    }
    let config = Config::parse("marks= WARNING : 80 + trace:5% ").unwrap();
    assert_eq!(config.marks().to_string(), "trace:5%+warn:80%");
}

#[test]
fn printed_configurations_parse_back_to_equal_ones() {
    let mut configs = std::vec![Config::new(), Config::drop_oldest(), BASE];
    for number in 1..=24 {
        configs.push(BASE.with_min_level(Level::new(number)));
    }
    for severity in Severity::ALL {
        for percent in 1..=100 {
            configs.push(BASE.with_mark(severity, percent));
        }
    }
    for bytes in [0, 1, 1 << (usize::BITS - 1)] {
        configs.push(BASE.with_capacity_bytes(Some(bytes)));
    }
    for bytes in [0, 1, usize::MAX] {
        configs.push(BASE.with_record_bytes_max(bytes));
    }
    for retry_limit in [0, 1, u32::MAX] {
        configs.push(BASE.with_retry_limit(retry_limit));
    }
    for config in configs {
        assert_eq!(Config::parse(&config.to_string()), Ok(config), "{config}");
        // With a capacity, nothing of what was there before shines through.
        let sized = config.with_capacity_bytes(Some(64));
        assert_eq!(BASE.parse_over(&sized.to_string()), Ok(sized));
    }
}

#[test]
fn configurations_print_all_keys_in_one_order() {
    assert_eq!(
        BASE.to_string(),
        "policy=drop_oldest,capacity=4096,marks=trace:10%+info:75%,max_record=100,retry_limit=3,\
         truncate=false,min_level=DEBUG"
    );
    assert_eq!(
        Config::new()
            .with_clock(Some(|| 0))
            .with_notify(Some(|| ()))
            .to_string(),
        "policy=drop_newest,marks=none,max_record=0,retry_limit=32,truncate=true,min_level=all"
    );
    assert!(!std::format!("{BASE:>200}").contains("  "));
}

/// Hostile strings are answered, and an accepted one prints a configuration
/// that parses back: every sequence of up to five of these pieces is tried.
#[test]
fn no_sequence_of_pieces_panics_or_breaks_the_round_trip() {
    let pieces = [
        "",
        ",",
        "=",
        "+",
        ":",
        "%",
        " ",
        "\0",
        "é",
        "policy",
        "drop",
        "marks",
        "debug",
        "60",
        "capacity",
        "9k",
        "min-level",
    ];
    let length_max = if cfg!(miri) { 2 } else { 5 };
    let mut accepted = 0;
    let mut places: Vec<usize> = std::vec![0; length_max];
    'all: loop {
        let text: String = places.iter().map(|&place| pieces[place]).collect();
        if let Ok(config) = Config::parse(&text) {
            accepted += 1;
            assert_eq!(Config::parse(&config.to_string()), Ok(config), "{text:?}");
        }
        for place in &mut places {
            *place += 1;
            if *place < pieces.len() {
                continue 'all;
            }
            *place = 0;
        }
        break;
    }
    // "policy=drop", "capacity=60" and the like are among them.
    assert!(cfg!(miri) || accepted > 100, "{accepted}");
}
