//! The seeds of the fuzz targets, replayed without a fuzzer.

mod config_text;
#[path = "../model/kit/mod.rs"]
mod kit;

use std::fs;
use std::path::Path;

/// Gives each seed of a target to `check`, and fails if there are hardly any.
fn replay(target: &str, check: impl Fn(&[u8])) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus-seed")
        .join(target);
    let mut replayed = 0;
    for entry in fs::read_dir(&seeds).expect("the seeds are part of the repository") {
        let path = entry.expect("a seed can be listed").path();
        // Printed only if the check fails.
        println!("{}", path.display());
        check(&fs::read(&path).expect("a seed can be read"));
        replayed += 1;
    }
    assert!(replayed >= 10, "{} has {replayed} seeds", seeds.display());
}

/// Each sequence of operations that the fuzzer found worth keeping gives the
/// reference's answers.
#[test]
#[cfg_attr(miri, ignore = "reads files; the model test runs the same code there")]
fn the_operations_of_the_corpus_are_answered_as_by_the_reference() {
    replay("ops", |bytes| {
        let (setup, ops) = kit::decode::decode(bytes);
        kit::interpret::run(&setup, &ops);
    });
}

/// Each text of the corpus parses and prints as one, or says why not.
#[test]
#[cfg_attr(miri, ignore = "reads files; the texts of the next test do not")]
fn the_texts_of_the_corpus_are_configurations_or_say_why_not() {
    replay("config", config_text::check);
}

/// The check itself, on a text of each kind.
#[test]
fn a_text_is_a_configuration_or_says_why_not() {
    for text in [
        "",
        "policy=drop_oldest,capacity=4m,marks=debug:60%",
        "mode=blocking",
        "\u{7}=🦀",
    ] {
        config_text::check(text.as_bytes());
    }
    config_text::check(b"capacity=\xFF\xFE4m");
}
