//! Words for policies, levels, configurations, statuses and versions.

use std::ffi::c_char;
use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::names::*;
use logring_ffi::status::*;

use crate::support::{c, config, text};

const UNSET: *const c_char = c"unset".as_ptr();

fn policy(name: &[u8]) -> (logring_status_t, u32, *const c_char) {
    let (mut out, mut why) = (99, UNSET);
    let at = name.as_ptr().cast();
    let said = c!(logring_policy_parse(at, name.len(), &mut out, &mut why));
    let mut again = 99;
    let without = c!(logring_policy_parse(
        at,
        name.len(),
        &mut again,
        ptr::null_mut()
    ));
    assert_eq!((without, again), (said, out));
    (said, out, why)
}

/// A policy has the names that other systems use, and its own name back.
#[test]
fn a_policy_is_found_by_its_names() {
    for (name, number) in [
        (&b"drop_newest"[..], LOGRING_DROP_NEWEST),
        (b" Drop-Newest ", LOGRING_DROP_NEWEST),
        (b"non-blocking", LOGRING_DROP_NEWEST),
        (b"drop_oldest", LOGRING_DROP_OLDEST),
        (b"FLIGHT_RECORDER", LOGRING_DROP_OLDEST),
    ] {
        assert_eq!(policy(name), (LOGRING_OK, number, UNSET));
    }
    for number in [LOGRING_DROP_NEWEST, LOGRING_DROP_OLDEST] {
        let name = text(logring_policy_name(number));
        assert_eq!(policy(name.as_bytes()), (LOGRING_OK, number, UNSET));
    }
    for number in [0, 3, u32::MAX] {
        assert_eq!(text(logring_policy_name(number)), "unknown");
    }
}

/// Names that wait, that mean two things, or nothing, say why; nothing else is
/// written.
#[test]
fn a_name_that_is_no_policy_says_why() {
    for (name, expected) in [
        (&b"block"[..], LOGRING_E_POLICY_BLOCKS),
        (b"lossless", LOGRING_E_POLICY_BLOCKS),
        (b"unbounded", LOGRING_E_POLICY_BLOCKS),
        (b"raise", LOGRING_E_POLICY_BLOCKS),
        (b"ring", LOGRING_E_POLICY),
        (b"default", LOGRING_E_POLICY),
        (b"", LOGRING_E_POLICY),
        (b"drop_newest\0", LOGRING_E_POLICY),
        (b"drop\xFF", LOGRING_E_POLICY),
    ] {
        let (said, out, why) = policy(name);
        assert_eq!((said, out), (expected, 99));
        assert!(text(why).contains("drop_newest"), "{}", text(why));
    }
    let mut out = 99;
    let said = c!(logring_policy_parse(
        ptr::null(),
        0,
        &mut out,
        ptr::null_mut()
    ));
    assert_eq!((said, out), (LOGRING_E_POLICY, 99));
}

/// Level names and numbers are read, and printed as they are read.
#[test]
fn a_level_has_a_name() {
    let parse = |name: &[u8]| {
        let mut out = 99;
        let at = name.as_ptr().cast();
        let said = c!(logring_level_parse(at, name.len(), &mut out));
        assert_eq!(said == LOGRING_E_INVAL, out == 99);
        (said, out)
    };
    for level in 1..=24 {
        let name = text(logring_level_name(level));
        assert_eq!(parse(name.as_bytes()), (LOGRING_OK, level), "{name}");
        let number = level.to_string();
        assert_eq!(parse(number.as_bytes()), (LOGRING_OK, level));
    }
    assert_eq!(text(logring_level_name(LOGRING_INFO)), "INFO");
    assert_eq!(text(logring_level_name(24)), "FATAL4");
    for none in [0, 25, 99, 255] {
        assert_eq!(text(logring_level_name(none)), "unknown");
    }
    for none in [
        &b""[..],
        b"0",
        b"25",
        b"loud",
        b"info\0",
        b"\xFF",
        b"unknown",
    ] {
        assert_eq!(parse(none), (LOGRING_E_INVAL, 99));
    }
}

/// The structure's fields, to compare.
fn fields(c: &logring_config_t) -> ([u32; 4], [u8; 6], u8, u8) {
    let words = [c.struct_size, c.policy, c.max_record, c.retry_limit];
    (words, c.mark_pct, c.truncate, c.min_level)
}

/// A string changes what it names, and leaves the rest.
#[test]
fn a_string_changes_what_it_names() {
    let parse = |text: &[u8], cfg: &mut logring_config_t| {
        let (mut capacity, mut why) = (77, UNSET);
        let (at, len) = (text.as_ptr().cast(), text.len());
        let said = c!(logring_config_parse(at, len, cfg, &mut capacity, &mut why));
        assert_eq!((said, why), (LOGRING_OK, UNSET));
        capacity
    };
    let mut cfg = config();
    cfg.mark_pct = [0, 0, 0, 40, 0, 100];
    assert_eq!(parse(b"", &mut cfg), 77);
    assert_eq!(cfg.mark_pct, [0, 0, 0, 40, 0, 100]);
    let all = b"policy=drop_oldest,capacity=4m,marks=debug:60%+info:75%,\
                max_record=8k,retry_limit=9,truncate=false,min_level=warn";
    assert_eq!(parse(all, &mut cfg), 4 << 20);
    assert_eq!(cfg.policy, LOGRING_DROP_OLDEST);
    assert_eq!((cfg.max_record, cfg.retry_limit), (8192, 9));
    assert_eq!(cfg.mark_pct[1..3], [60, 75]);
    assert_eq!((cfg.truncate, cfg.min_level), (0, LOGRING_WARN));
    let before = fields(&cfg);
    assert_eq!(parse(b"max-buffer-size=1k", &mut cfg), 1024);
    assert_eq!(fields(&cfg), before);
    parse(b"mode=non-blocking,min_level=all", &mut cfg);
    assert_eq!((cfg.policy, cfg.min_level), (LOGRING_DROP_NEWEST, 0));
}

/// A string that is wrong says why, and a structure that is wrong, too;
/// everything else stays as it was.
#[test]
fn a_failure_leaves_everything_but_the_reason() {
    let parse = |text: &[u8], mut cfg: logring_config_t| {
        let (before, mut capacity, mut why) = (fields(&cfg), 77, UNSET);
        let (at, len) = (text.as_ptr().cast(), text.len());
        let cfg_at = &raw mut cfg;
        let said = c!(logring_config_parse(
            at,
            len,
            cfg_at,
            &mut capacity,
            &mut why
        ));
        let null = ptr::null_mut();
        let without = c!(logring_config_parse(at, len, cfg_at, &mut capacity, null));
        assert_eq!((without, capacity), (said, 77));
        assert_eq!(fields(&cfg), before);
        (said, why)
    };
    for (wrong, expected) in [
        (&b"capacity=4m,policy=block"[..], LOGRING_E_POLICY_BLOCKS),
        (b"capacity=4m,policy=ring", LOGRING_E_POLICY),
        (b"capacity=4m,colour=red", LOGRING_E_INVAL),
        (b"capacity=4m,marks=debug:0%", LOGRING_E_INVAL),
        (b"capacity=4m,\xFF", LOGRING_E_INVAL),
    ] {
        let (said, why) = parse(wrong, config());
        assert_eq!(said, expected);
        assert!(text(why).len() > 5);
        assert_ne!(why, UNSET);
    }
    for (policy, mark, min_level) in [(3, 0, 0), (1, 101, 0), (1, 0, 25)] {
        let mut cfg = config();
        (cfg.policy, cfg.mark_pct[2], cfg.min_level) = (policy, mark, min_level);
        let (said, why) = parse(b"capacity=4m", cfg);
        assert_eq!(said, LOGRING_E_INVAL);
        assert_ne!(why, UNSET);
    }
    for struct_size in [0, 1, config().struct_size + 8] {
        let cfg = logring_config_t {
            struct_size,
            ..config()
        };
        assert_eq!(parse(b"capacity=4m", cfg), (LOGRING_E_ABI, UNSET));
    }
}

/// Every status has a meaning of its own, and any other number says that it
/// has none.
#[test]
fn every_status_has_a_meaning() {
    let mut seen = Vec::new();
    for status in [0, 1, 2, 3, 4, 5, 6, 7, -1, -2, -3, -4, -5, -7, -8, -9, -10] {
        let meaning = text(logring_status_str(status));
        assert!(!meaning.is_empty() && meaning != "unknown status");
        assert!(!seen.contains(&meaning), "{meaning}");
        seen.push(meaning);
    }
    for none in [-6, 8, -11, i32::MAX, i32::MIN] {
        assert_eq!(text(logring_status_str(none)), "unknown status");
    }
}

/// The number and the string of the version are the package's.
#[test]
fn the_version_is_the_package_s() {
    assert_eq!(text(logring_version_string()), env!("CARGO_PKG_VERSION"));
    let parts = env!("CARGO_PKG_VERSION").split('.');
    let number = parts.fold(0, |sum, part| sum * 1000 + part.parse::<u32>().unwrap());
    assert_eq!(logring_version_number(), number);
    assert_eq!(logring_abi_version(), 1);
}
