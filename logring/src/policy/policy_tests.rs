//! Each name, as the documents give it: these lists are written out again
//! here, so that a name lost from a table is missed.

extern crate std;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

const NEWEST: [&str; 15] = [
    "drop_newest",
    "drop-newest",
    "discard",
    "discard_new",
    "discardnew",
    "drop",
    "drop_incoming",
    "drop_on_overflow",
    "non-blocking",
    "non_blocking",
    "lossy",
    "lossy=true",
    "neverblock",
    "neverblock=true",
    "boundeddropping",
];

const OLDEST: [&str; 10] = [
    "drop_oldest",
    "drop-oldest",
    "overrun_oldest",
    "overwrite",
    "overwrite_oldest",
    "flight_recorder",
    "drop_oldest_chunk",
    "discard_old",
    "discardold",
    "memrb",
];

const WAIT_OR_GROW: [&str; 19] = [
    "block",
    "blocking",
    "block_retry",
    "wait",
    "backpressure",
    "sync",
    "synchronous",
    "lossless",
    "lossy=false",
    "neverblock=false",
    "block_on_overflow",
    "blockwhenfull",
    "retryuntildelivered",
    "unbounded",
    "unboundedblocking",
    "expand",
    "grow",
    "throw_exception",
    "raise",
];

const MEAN_TWO_THINGS: [&str; 3] = ["overflow", "ring", "default"];

/// The spellings in which a name is met.
fn spellings(name: &str) -> Vec<String> {
    std::vec![
        name.to_string(),
        name.to_uppercase(),
        name.replace('_', "-"),
        name.replace('-', "_"),
        std::format!("  {name}\t\r\n"),
    ]
}

#[test]
fn every_synonym_is_its_policy_in_every_spelling() {
    let newest = NEWEST.map(|name| (name, Policy::DropNewest));
    let oldest = OLDEST.map(|name| (name, Policy::DropOldest));
    for (name, policy) in newest.into_iter().chain(oldest) {
        for spelling in spellings(name) {
            assert_eq!(Policy::parse(&spelling), Ok(policy), "{spelling:?}");
        }
    }
}

#[test]
fn every_name_that_waits_or_grows_is_refused_with_what_to_use_instead() {
    for name in WAIT_OR_GROW {
        for spelling in spellings(name) {
            let error = Policy::parse(&spelling).unwrap_err();
            assert!(matches!(error, PolicyError::Refused { .. }), "{spelling:?}");
            assert!(error.why().contains("drop_newest"), "{spelling:?}");
            assert!(error.why().contains("drop_oldest"), "{spelling:?}");
        }
    }
}

#[test]
fn every_ambiguous_name_is_told_apart_and_explained() {
    for name in MEAN_TWO_THINGS {
        for spelling in spellings(name) {
            let error = Policy::parse(&spelling).unwrap_err();
            assert!(matches!(error, PolicyError::Ambiguous { .. }), "{name}");
            assert!(error.why().contains(name), "the sentence names {name}");
            assert!(error.why().contains("drop_newest"), "{name}");
        }
    }
}

#[test]
fn everything_else_is_unknown_and_told_the_two_names() {
    for name in [
        "",
        " ",
        "=",
        "=true",
        "dropnewest",
        "dropoldest",
        "drop newest",
        "drop__newest",
        "drop_newest_",
        "drop_newest\0",
        "lossy=yes",
        "lossy = true",
        "neverblock=",
        "blocκ",
        "ｄｒｏｐ",
        "\u{a0}drop",
        "drop_newest,drop_oldest",
    ] {
        assert_eq!(Policy::parse(name), Err(PolicyError::Unknown), "{name:?}");
    }
    let long = "drop".repeat(100_000);
    assert_eq!(Policy::parse(&long), Err(PolicyError::Unknown));
    let why = PolicyError::Unknown.why();
    assert!(why.contains("drop_newest") && why.contains("drop_oldest"));
}

#[test]
fn the_tables_are_folded_and_no_name_stands_twice() {
    let names: Vec<&str> = DROP_NEWEST
        .iter()
        .chain(DROP_OLDEST)
        .copied()
        .chain(REFUSED.iter().map(|(name, _)| *name))
        .chain(AMBIGUOUS.iter().map(|(name, _)| *name))
        .collect();
    for (place, name) in names.iter().enumerate() {
        assert_eq!(*name, name.to_lowercase().replace('-', "_"));
        assert_eq!(names.iter().position(|other| other == name), Some(place));
    }
    // The dash spellings in the lists above fold onto the underscore ones.
    assert_eq!(DROP_NEWEST.len(), NEWEST.len() - 2);
    assert_eq!(DROP_OLDEST.len(), OLDEST.len() - 1);
    assert_eq!(REFUSED.len(), WAIT_OR_GROW.len());
    assert_eq!(AMBIGUOUS.len(), MEAN_TWO_THINGS.len());
}

#[test]
fn sentences_have_no_line_breaks_or_runs_of_spaces() {
    let reasons = REFUSED.iter().chain(AMBIGUOUS).map(|(_, why)| *why);
    for why in reasons.chain([UNKNOWN]) {
        assert!(!why.contains('\n') && !why.contains("  "), "{why:?}");
        assert!(!why.ends_with('.'), "{why:?}");
    }
}

#[test]
fn the_names_parse_back_and_the_default_is_drop_newest() {
    for policy in [Policy::DropNewest, Policy::DropOldest] {
        assert_eq!(Policy::parse(policy.name()), Ok(policy));
        assert_eq!(policy.to_string(), policy.name());
    }
    assert_eq!(Policy::default(), Policy::DropNewest);
}
