//! Imports go down only.

use crate::source::{Found, Source, is_word};

/// The lowest floor that may import from everywhere.
const TOP: usize = 4;

/// The floor of a room. A room that is on none has to be put on one here.
fn floor(room: &str) -> Option<usize> {
    match room {
        "sync" | "error" | "level" | "text" => Some(0),
        "layout" | "policy" | "stats" => Some(1),
        "ring" => Some(2),
        "producer" | "consumer" => Some(3),
        "lib" | "macros" | "shards" | "adapters" | "host" | "design" | "models" => Some(TOP),
        _ => None,
    }
}

/// Imports of a room from its own floor, from above, or through the
/// re-exports of `lib.rs`.
pub(crate) fn imports_from_above(source: &Source) -> Vec<Found> {
    let room = source.room();
    if source.is_tests() {
        return Vec::new();
    }
    let Some(own) = floor(room) else {
        return vec![Found::new(0, format!("`{room}` is on no floor"))];
    };
    if own == TOP {
        return Vec::new();
    }
    let (text, line_of) = shipped_code(source);
    let mut found = Vec::new();
    for root in roots(source) {
        for (at, _) in text.match_indices(root) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| is_word(c) || c == '$' || c == ':') {
                continue;
            }
            for name in first_names(&text[at + root.len()..]) {
                let what = match floor(name) {
                    _ if name == room => continue,
                    Some(other) if other < own => continue,
                    Some(other) => format!("floor {own} imports `{name}` of floor {other}"),
                    None => format!("`{name}` comes through a re-export of lib.rs"),
                };
                found.push(Found::new(line_of(at), what));
            }
        }
    }
    found
}

/// How a file names the root of the library.
fn roots(source: &Source) -> &'static [&'static str] {
    let path = source.in_library();
    if path.ends_with("/mod.rs") {
        &["crate::", "super::"]
    } else if path.contains('/') {
        &["crate::", "super::super::"]
    } else {
        &["crate::"]
    }
}

/// The shipped code of a file in one piece, and the line of each place in it.
fn shipped_code(source: &Source) -> (String, impl Fn(usize) -> usize + use<>) {
    let mut text = String::new();
    let mut starts = Vec::new();
    for (at, line) in source.shipped() {
        starts.push((text.len(), at));
        text += &line.code;
        text.push('\n');
    }
    let line_of = move |place| {
        let next = starts.partition_point(|&(start, _)| start <= place);
        starts[next - 1].1
    };
    (text, line_of)
}

/// The first names of a path or of a group of paths: `a` of `a::b`, and `a`,
/// `c` of `{a::{b, x}, c}`.
fn first_names(path: &str) -> Vec<&str> {
    let name = |text: &'_ str| text.find(|c| !is_word(c)).unwrap_or(text.len());
    let Some(group) = path.strip_prefix('{') else {
        return vec![&path[..name(path)]];
    };
    let mut names = Vec::new();
    let (mut depth, mut fresh) = (1, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            c if fresh && is_word(c) => {
                names.push(&group[at..at + name(&group[at..])]);
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn an_import_from_above_or_beside_is_found() {
    let lines = |path: &str, text| -> Vec<usize> {
        let found = imports_from_above(&Source::new(path, text));
        found.iter().map(|found| found.line).collect()
    };
    let text = "use crate::level::Level;\n\
                use crate::ring::Ring;\n\
                use crate::{\n    error::X,\n    stats::{Cause, producer},\n};\n\
                // use crate::ring::Ring;\n\
                fn f(x: crate::consumer::Record) {}\n\
                use crate::Level;\n\
                #[cfg(test)]\nmod tests {\n    use crate::ring::Ring;\n}\n";
    assert_eq!(lines("logring/src/layout/a.rs", text), [1, 2, 7, 8]);
    assert_eq!(lines("logring/src/ring/a.rs", text), [7, 8]);
    assert_eq!(lines("logring/src/producer/a.rs", text), [7, 8]);
    assert_eq!(lines("logring/src/lib.rs", text), [0; 0]);
    assert_eq!(lines("logring/src/models/a.rs", text), [0; 0]);
    assert_eq!(lines("logring/src/attic/a.rs", ""), [0]);
    let beside = "use super::ring::Ring;\n";
    assert_eq!(lines("logring/src/stats/mod.rs", beside), [0]);
    let own = "use super::policy::Policy;\n";
    assert_eq!(lines("logring/src/policy/parse.rs", own), [0; 0]);
    let beside = "mod raw {\n    use super::super::consumer::Record;\n}\n";
    assert_eq!(lines("logring/src/ring/memory.rs", beside), [1]);
}
