//! Where atomics, orderings and `unsafe` may be.

use crate::source::{Found, Source, has_word};

/// Names of atomics outside `sync.rs`, the one door to them. Models choose
/// their checker's threads, and so name it.
pub(crate) fn foreign_atomics(source: &Source) -> Vec<Found> {
    if source.room() == "sync" {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, line) in source.shipped() {
        for name in ["sync::atomic", "portable_atomic::", "loom::", "shuttle::"] {
            if line.code.contains(name) {
                found.push(Found::new(at, format!("only sync.rs names `{name}`")));
            }
        }
        let types = line.code.split(|c: char| !c.is_alphanumeric());
        if types.clone().any(|name| name.starts_with("Atomic")) {
            found.push(Found::new(at, "only sync.rs names an atomic type"));
        }
    }
    found
}

/// A macro that expands to `unsafe`, which a trait of `defmt` asks of a program.
const UNSAFE_MACRO: &str = "adapters/defmt/global.rs";

/// `unsafe` outside `sync.rs` and `ring/`.
pub(crate) fn unsafe_elsewhere(source: &Source) -> Vec<Found> {
    if ["sync", "ring"].contains(&source.room()) || source.in_library() == UNSAFE_MACRO {
        return Vec::new();
    }
    let lines = source.shipped();
    lines
        // An attribute that a macro passes on is the program's word.
        .filter(|(_, line)| !line.code.contains("unsafe(link_section"))
        .filter(|(_, line)| has_word(&line.code, "unsafe"))
        .map(|(at, _)| Found::new(at, "`unsafe` belongs in sync.rs and ring/"))
        .collect()
}

/// `unsafe` blocks and implementations, tests included, whose SAFETY comment
/// is missing or does not name the hazard.
pub(crate) fn unsafe_without_hazard(source: &Source) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in source.lines.iter().enumerate() {
        let code = &line.code;
        if !code.contains("unsafe {") && !code.contains("unsafe impl") {
            continue;
        }
        // The comment is above the statement.
        let mut first = at;
        while first > 0 && continues(&source.lines[first - 1].code) {
            first -= 1;
        }
        let comments = source.above(first).iter().map(|line| line.comment.as_str());
        let comments: String = comments.collect();
        if !comments.contains("SAFETY:") || !comments.contains("hazard") {
            found.push(Found::new(at, "a SAFETY comment names the hazard first"));
        }
    }
    found
}

/// Whether a statement goes on behind this line.
fn continues(code: &str) -> bool {
    let code = code.trim();
    !code.is_empty() && !code.ends_with([';', '{', '}', ',', ']'])
}

/// Rooms that do not forbid `unsafe`.
pub(crate) fn rooms_that_allow_unsafe(source: &Source) -> Vec<Found> {
    let is_room = source.in_library().ends_with("/mod.rs");
    if !is_room || ["ring", "models"].contains(&source.room()) {
        return Vec::new();
    }
    let mut lines = source.lines.iter();
    if lines.any(|line| line.code.trim() == "#![forbid(unsafe_code)]") {
        return Vec::new();
    }
    vec![Found::new(0, "this room carries #![forbid(unsafe_code)]")]
}

/// SeqCst and fences anywhere but for the compiler's in `sync.rs`, which is no
/// part of the protocol; and other orderings outside the files that
/// argue for them.
pub(crate) fn orderings_elsewhere(source: &Source) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in source.lines.iter().enumerate() {
        let of_compiler = has_word(&line.code, "compiler_fence") && source.room() != "sync";
        if of_compiler
            || ["SeqCst", "fence"]
                .iter()
                .any(|word| has_word(&line.code, word))
        {
            found.push(Found::new(at, "there is no SeqCst and no fence"));
        }
    }
    let may = |word| match source.room() {
        "sync" => true,
        "ring" => source.path.ends_with("/orderings.rs"),
        "stats" => word == "Relaxed",
        _ => false,
    };
    for (at, line) in source.shipped() {
        for word in ["Relaxed", "Acquire", "Release", "AcqRel"] {
            if has_word(&line.code, word) && !may(word) {
                let what = format!("`{word}` needs a label in ring/orderings.rs");
                found.push(Found::new(at, what));
            }
        }
    }
    found
}

/// Planted bugs that `hunted`, a list in words, does not have.
pub(crate) fn bugs_at_large(source: &Source, hunted: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in source.lines.iter().enumerate() {
        let mut parts = line.raw.split("logring_bug = \"");
        // What comes before the first.
        parts.next();
        for bug in parts.filter_map(|part| part.split('"').next()) {
            if !bug.is_empty() && !has_word(hunted, bug) {
                found.push(Found::new(at, format!("no tool has to catch `{bug}`")));
            }
        }
    }
    found
}

#[cfg(test)]
fn lines(rule: fn(&Source) -> Vec<Found>, path: &str, text: &str) -> Vec<usize> {
    let found = rule(&Source::new(&format!("logring/src/{path}"), text));
    found.iter().map(|found| found.line).collect()
}

#[test]
fn an_atomic_elsewhere_is_found() {
    let text = "use core::sync::atomic::Ordering;\nfn f(x: &AtomicUsize) {}\n// AtomicBool\n";
    assert_eq!(lines(foreign_atomics, "ring/a.rs", text), [0, 1]);
    assert_eq!(lines(foreign_atomics, "sync.rs", text), [0; 0]);
    assert_eq!(lines(foreign_atomics, "models/a.rs", text), [0; 0]);
}

#[test]
fn unsafe_code_elsewhere_is_found() {
    let text = "#![forbid(unsafe_code)]\nlet a = unsafe { b() };\n// unsafe\n";
    assert_eq!(lines(unsafe_elsewhere, "layout/a.rs", text), [1]);
    assert_eq!(lines(unsafe_elsewhere, "ring/a.rs", text), [0; 0]);
    assert_eq!(lines(unsafe_elsewhere, UNSAFE_MACRO, text), [0; 0]);
    assert_eq!(lines(unsafe_elsewhere, "adapters/defmt/a.rs", text), [1]);
}

#[test]
fn a_safety_comment_without_its_hazard_is_found() {
    let text = "// SAFETY: hazard: none.\nunsafe { a() };\n\
                // SAFETY: fine.\nunsafe { a() };\n\
                unsafe { a() };\n\
                // SAFETY: hazard: a dangling pointer.\n#[inline]\nlet a =\n    unsafe { b() };\n\
                // SAFETY: hazard: a race.\n\nunsafe impl Sync for A {}\n";
    assert_eq!(lines(unsafe_without_hazard, "ring/a.rs", text), [3, 4, 11]);
}

#[test]
fn a_room_that_allows_unsafe_is_found() {
    let bad = "//! A room.\n#![deny(unsafe_code)]\n// #![forbid(unsafe_code)]\n";
    let good = "//! A room.\n#![forbid(unsafe_code)]\n";
    assert_eq!(lines(rooms_that_allow_unsafe, "stats/mod.rs", bad), [0]);
    assert_eq!(lines(rooms_that_allow_unsafe, "stats/mod.rs", good), [0; 0]);
    assert_eq!(lines(rooms_that_allow_unsafe, "ring/mod.rs", bad), [0; 0]);
}

#[test]
fn an_ordering_without_a_label_is_found() {
    let text = "a.load(Relaxed);\na.load(Acquire);\na.load(SeqCst);\nfence(b);\n// Acquire\n";
    assert_eq!(
        lines(orderings_elsewhere, "ring/claim.rs", text),
        [2, 3, 0, 1]
    );
    assert_eq!(
        lines(orderings_elsewhere, "ring/orderings.rs", text),
        [2, 3]
    );
    assert_eq!(lines(orderings_elsewhere, "stats/a.rs", text), [2, 3, 1]);
    assert_eq!(lines(orderings_elsewhere, "models/a.rs", text), [2, 3]);
    let text = "compiler_fence(b);\nfence(b);\n";
    assert_eq!(lines(orderings_elsewhere, "ring/a.rs", text), [0, 1]);
    assert_eq!(lines(orderings_elsewhere, "sync.rs", text), [1]);
}

#[test]
fn a_bug_that_no_tool_has_to_catch_is_found() {
    let text = "if cfg!(logring_bug = \"a\") {}\nif cfg!(logring_bug = \"b\") {}\n";
    let found = bugs_at_large(&Source::new("a.rs", text), "loom) echo b c");
    assert_eq!(
        found.iter().map(|found| found.line).collect::<Vec<_>>(),
        [0]
    );
}
