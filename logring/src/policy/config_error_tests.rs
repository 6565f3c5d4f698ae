//! Configuration strings that are refused, and the words in which they are.

extern crate std;
use std::string::{String, ToString};

use super::*;

#[test]
fn the_largest_size_fits_and_one_more_is_an_error() {
    let largest = std::format!("max_record={}", usize::MAX);
    let config = Config::parse(&largest).unwrap();
    assert_eq!(config.record_bytes_max(), usize::MAX);
    let one_more = (usize::MAX as u128 + 1).to_string();
    let units = (usize::MAX as u128 + 1) >> 10;
    for value in [
        one_more,
        std::format!("{units}k"),
        "99999999999999999999".to_string(),
        "99999999999999999999g".to_string(),
        "18446744073709551615k".to_string(),
        "9".repeat(10_000),
    ] {
        for key in ["capacity", "max-buffer-size", "max_record"] {
            let text = std::format!("{key}={value}");
            let value = value.as_str();
            assert_eq!(
                Config::parse(&text),
                Err(ConfigError::TooLarge { key, value })
            );
        }
    }
    let fits = std::format!("max_record={}k", units - 1);
    let config = Config::parse(&fits).unwrap();
    assert_eq!(config.record_bytes_max(), usize::MAX - 1023);
}

#[test]
fn what_is_not_a_size_is_an_error() {
    for value in [
        "k", "-1", "+1", "1.5m", "1_000", "0x10", "1t", "4ki", "4bb", "4 m b", "4m4", "m4", "४",
        "4ｍ", "4\0", "4%", "=4",
    ] {
        let text = std::format!("capacity={value}");
        let error = Config::parse(&text).unwrap_err();
        let key = "capacity";
        assert_eq!(error, ConfigError::NotASize { key, value });
    }
}

#[test]
fn every_key_that_names_a_policy_refuses_those_that_wait() {
    for (text, key) in [
        ("policy=block", "policy"),
        ("mode=blocking", "mode"),
        ("mode=Unbounded", "mode"),
        ("neverblock=false", "neverblock"),
        ("NeverBlock = no", "NeverBlock"),
        ("lossy=false", "lossy"),
        ("lossy=0", "lossy"),
        ("policy=lossy=false", "policy"),
        ("capacity=4m,policy=backpressure,truncate=no", "policy"),
    ] {
        match Config::parse(text) {
            Err(ConfigError::Policy {
                key: named, reason, ..
            }) => {
                assert_eq!(named, key, "{text}");
                assert!(matches!(reason, PolicyError::Refused { .. }), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn ambiguous_and_unknown_policies_are_told_apart() {
    for value in ["overflow", "ring", "default", "DEFAULT"] {
        let text = std::format!("policy={value}");
        let error = Config::parse(&text).unwrap_err();
        let ConfigError::Policy { reason, .. } = error else {
            panic!("{error:?}");
        };
        assert!(matches!(reason, PolicyError::Ambiguous { .. }));
        assert_eq!(error.why(), reason.why());
    }
    let error = Config::parse("mode=turbo").unwrap_err();
    let expected = ConfigError::Policy {
        key: "mode",
        value: "turbo",
        reason: PolicyError::Unknown,
    };
    assert_eq!(error, expected);
}

#[test]
fn keys_for_one_setting_may_agree_and_must_not_disagree() {
    for text in [
        "policy=drop_newest,mode=non-blocking",
        "mode=overwrite,policy=flight_recorder",
        "neverblock=true,lossy=true,mode=discard",
        "capacity=4096,max-buffer-size=4k",
    ] {
        assert!(Config::parse(text).is_ok(), "{text}");
    }
    for (text, other, key) in [
        ("policy=drop_oldest,mode=non-blocking", "policy", "mode"),
        ("Mode=non-blocking,Policy=memrb", "Mode", "Policy"),
        ("policy=overwrite,lossy=true", "policy", "lossy"),
        ("lossy=true,mode=drop,policy=memrb", "mode", "policy"),
        (
            "capacity=4k,max-buffer-size=4m",
            "capacity",
            "max-buffer-size",
        ),
    ] {
        let expected = ConfigError::Contradiction { key, other };
        assert_eq!(Config::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn every_key_twice_is_an_error_that_names_it() {
    for (first, second, key) in [
        ("policy=drop", "policy=drop", "policy"),
        ("mode=drop", "MODE=drop", "MODE"),
        ("neverblock=true", "neverblock=true", "neverblock"),
        ("lossy=true", "lossy=true", "lossy"),
        ("capacity=1", "capacity=1", "capacity"),
        ("max-buffer-size=1", "max_buffer_size=1", "max_buffer_size"),
        ("marks=none", "marks=none", "marks"),
        ("max_record=1", "max-record=2", "max-record"),
        ("retry_limit=1", "retry-limit=1", "retry-limit"),
        ("truncate=no", "truncate=", "truncate"),
        ("min_level=1", "Min_Level=1", "Min_Level"),
    ] {
        let text = std::format!("{first},{second}");
        let expected = ConfigError::DuplicateKey { key };
        assert_eq!(Config::parse(&text), Err(expected));
    }
}

#[test]
fn unknown_keys_are_errors_that_name_the_key() {
    for (text, key) in [
        ("polcy=drop", "polcy"),
        ("policy=drop,colour=red", "colour"),
        ("max record=1", "max record"),
        ("max__record=1", "max__record"),
        ("clock=tsc", "clock"),
        ("=", ""),
        ("=drop", ""),
        ("pölicy=drop", "pölicy"),
        ("drop_oldest", "drop_oldest"),
    ] {
        let expected = ConfigError::UnknownKey { key };
        assert_eq!(Config::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn a_key_without_a_value_is_an_error() {
    for text in ["marks", "marks=", " marks = ", "policy=drop,marks="] {
        let expected = ConfigError::NoValue { key: "marks" };
        assert_eq!(Config::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn an_empty_entry_is_an_error() {
    for text in [",", "policy=drop,", ",policy=drop", "policy=drop, ,lossy=1"] {
        assert_eq!(Config::parse(text), Err(ConfigError::EmptyEntry), "{text}");
    }
}

#[test]
fn each_way_to_misspell_a_mark_has_its_own_sentence() {
    const KEY: &str = "marks";
    type Misspelt = fn(&'static str) -> ConfigError<'static>;
    let not_a_mark: Misspelt = |mark| ConfigError::NotAMark { key: KEY, mark };
    let not_a_severity: Misspelt = |mark| ConfigError::NotASeverity { key: KEY, mark };
    let zero: Misspelt = |mark| ConfigError::MarkZero { key: KEY, mark };
    let above: Misspelt = |mark| ConfigError::MarkAbove100 { key: KEY, mark };
    let twice: Misspelt = |mark| ConfigError::DuplicateMark { key: KEY, mark };
    for (text, error, mark) in [
        ("marks=debug", not_a_mark, "debug"),
        ("marks=debug:", not_a_mark, "debug:"),
        ("marks=debug:%", not_a_mark, "debug:%"),
        ("marks=debug:60%%", not_a_mark, "debug:60%%"),
        ("marks=debug:-1", not_a_mark, "debug:-1"),
        ("marks=debug:59.5%", not_a_mark, "debug:59.5%"),
        ("marks=debug:60%+", not_a_mark, ""),
        ("marks=+debug:60%", not_a_mark, ""),
        ("marks=debug:60;info:75", not_a_mark, "debug:60;info:75"),
        ("marks=none+debug:60", not_a_mark, "none"),
        ("marks=debug:60:info:75", not_a_mark, "debug:60:info:75"),
        ("marks=:60", not_a_severity, ":60"),
        ("marks=info2:60", not_a_severity, "info2:60"),
        ("marks=all:60", not_a_severity, "all:60"),
        ("marks=debug:0", zero, "debug:0"),
        ("marks=info:75%+debug:00%", zero, "debug:00%"),
        ("marks=debug:101%", above, "debug:101%"),
        ("marks=debug:256", above, "debug:256"),
        ("marks=debug:65537", above, "debug:65537"),
        (
            "marks=debug:99999999999999999999",
            above,
            "debug:99999999999999999999",
        ),
        ("marks=debug:60+DEBUG:60", twice, "DEBUG:60"),
        ("marks=warn:60+warning:60", twice, "warning:60"),
    ] {
        assert_eq!(Config::parse(text), Err(error(mark)), "{text}");
    }
}

#[test]
fn errors_print_the_key_the_value_and_the_way_out() {
    for (text, expected) in [
        (
            "mode=blocking",
            "\"mode\"=\"blocking\": this name makes the producer wait",
        ),
        ("capacity=4x", "\"capacity\"=\"4x\": not a size"),
        ("colour=red", "\"colour\": no such key: there are policy"),
        (
            "policy=drop,policy=drop",
            "\"policy\": the key occurs twice",
        ),
        (
            "policy=drop,mode=overwrite",
            "\"policy\" and \"mode\": two keys",
        ),
        ("marks=debug:0%", "\"marks\"=\"debug:0%\": a mark of 0 %"),
        (",", "a configuration is key=value entries"),
    ] {
        let error = Config::parse(text).unwrap_err();
        let printed = error.to_string();
        assert!(printed.starts_with(expected), "{printed}");
        assert!(printed.ends_with(&*error.why()), "{printed}");
        assert!(!printed.contains("  "), "{printed}");
    }
}

#[test]
fn every_key_is_named_where_an_unknown_one_is_refused() {
    let why = ConfigError::UnknownKey { key: "" }.why();
    for (name, _) in KEYS {
        let is_named = why.contains(name) || why.contains(&name.replace('_', "-"));
        assert!(is_named, "{name}");
    }
}

#[test]
fn printed_errors_neither_break_lines_nor_run_on() {
    let error = Config::parse("a\nb\0\u{1b}[2J\u{202e}\"=1").unwrap_err();
    let printed = error.to_string();
    assert!(printed.starts_with("\"a\\nb\\0\\u{1b}[2J\\u{202e}\\\"\": no such key"));
    let long = "é".repeat(100_000);
    let printed = Config::parse(&long).unwrap_err().to_string();
    let shown: String = std::iter::repeat_n('é', 40).collect();
    assert!(printed.starts_with(&std::format!("\"{shown}…\": ")));
    assert!(printed.len() < 400);
}

#[test]
fn long_strings_are_answered() {
    for text in [
        ",".repeat(1_000_000),
        "=".repeat(1_000_000),
        "=,".repeat(500_000),
        std::format!("marks={}", "debug:60+".repeat(100_000)),
        std::format!("policy={}", "block".repeat(100_000)),
        std::format!("{}policy=drop,policy=drop", " ".repeat(1_000_000)),
    ] {
        let error = Config::parse(&text).unwrap_err();
        assert!(error.to_string().len() < 600);
    }
}
