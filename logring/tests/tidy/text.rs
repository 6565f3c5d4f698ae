//! Sizes and words.

use crate::source::{Found, Source, has_word, is_word};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are too long to have one idea. Prose has no limit.
pub(crate) fn long_files(source: &Source) -> Vec<Found> {
    let prose = |raw: &str| raw.trim_start().starts_with("//");
    let lines = source.lines.iter().filter(|line| !prose(&line.raw)).count();
    if lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    let what = format!("{lines} lines, at most {FILE_LINES_MAX}");
    vec![Found::new(FILE_LINES_MAX, what)]
}

/// Functions that do not fit a screen.
pub(crate) fn long_functions(source: &Source) -> Vec<Found> {
    let mut found = Vec::new();
    for (first, line) in source.lines.iter().enumerate() {
        let Some(column) = begins_function(&line.code) else {
            continue;
        };
        let lines = function_end(source, first, column) + 1 - first;
        if lines > FUNCTION_LINES_MAX {
            let what = format!("a function of {lines} lines, at most {FUNCTION_LINES_MAX}");
            found.push(Found::new(first, what));
        }
    }
    found
}

/// Where `fn name` is in a line; a type `fn()` has no name.
fn begins_function(code: &str) -> Option<usize> {
    let (at, _) = code.match_indices("fn ").find(|&(at, _)| {
        let before = code[..at].chars().next_back();
        let name = code[at + 3..].chars().next();
        !before.is_some_and(is_word) && name.is_some_and(is_word)
    })?;
    Some(at)
}

/// The last line of a function, or of its declaration if it has no body.
fn function_end(source: &Source, first: usize, column: usize) -> usize {
    // Parentheses and brackets, where a semicolon ends nothing.
    let (mut nested, mut depth) = (0_usize, 0_usize);
    for (at, line) in source.lines.iter().enumerate().skip(first) {
        let from = if at == first { column } else { 0 };
        for c in line.code[from..].chars() {
            match c {
                '(' | '[' => nested += 1,
                ')' | ']' => nested = nested.saturating_sub(1),
                ';' if nested == 0 && depth == 0 => return at,
                '{' => depth += 1,
                '}' if depth <= 1 && nested == 0 => return at,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    source.lines.len() - 1
}

/// Files that do not begin with what they are for.
pub(crate) fn without_purpose(source: &Source) -> Vec<Found> {
    match source.lines.first() {
        Some(line) if line.raw.starts_with("//! ") => Vec::new(),
        _ => vec![Found::new(0, "a file begins with `//!` and what it is for")],
    }
}

/// Notes and macros for work that is not done. In parts, not to find itself.
const LEFT: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("to", "do!"),
    concat!("un", "implemented!"),
];

/// What is left to do.
pub(crate) fn left_to_do(source: &Source) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in source.lines.iter().enumerate() {
        for word in LEFT {
            if has_word(&line.raw, word) {
                found.push(Found::new(at, format!("`{word}` is no part of a change")));
            }
        }
    }
    found
}

/// Claims of progress outside the file that argues for them, and words that
/// promise more than anybody can.
pub(crate) fn claims(source: &Source) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, line) in source.lines.iter().enumerate() {
        let text = line.raw.to_lowercase();
        let progress = ["lock-free", "wait-free", "lockfree", "waitfree"];
        if source.room() != "design" && progress.iter().any(|word| text.contains(word)) {
            found.push(Found::new(at, "progress is argued in design.rs"));
        }
        if ["blazing", "zero-cost", "bulletproof"]
            .iter()
            .any(|word| text.contains(word))
        {
            found.push(Found::new(at, "say what was measured"));
        }
    }
    found
}

#[test]
fn a_long_file_is_found() {
    let of = |lines| long_files(&Source::new("a.rs", &"\n".repeat(lines))).len();
    assert_eq!(of(FILE_LINES_MAX), 0);
    assert_eq!(of(FILE_LINES_MAX + 1), 1);
    let prose = "//! Why.\n".repeat(FILE_LINES_MAX + 1);
    assert_eq!(long_files(&Source::new("a.rs", &prose)).len(), 0);
}

#[test]
fn a_long_function_is_found() {
    let of = |lines| {
        let body = "    a(|| { b });\n".repeat(lines - 4);
        let text = format!(
            "trait T {{\n    fn f(x: [u8; 2], g: fn (u8));\n}}\n\
             pub fn f<T>(\n    x: [u8; 2],\n) -> u8 {{\n{body}}}\nfn g() {{}}\n"
        );
        long_functions(&Source::new("a.rs", &text))
    };
    assert_eq!(of(FUNCTION_LINES_MAX), []);
    let found = of(FUNCTION_LINES_MAX + 1);
    assert_eq!(
        found.iter().map(|found| found.line).collect::<Vec<_>>(),
        [3]
    );
}

#[test]
fn a_file_without_purpose_is_found() {
    let of = |text| without_purpose(&Source::new("a.rs", text)).len();
    assert_eq!(of("//! Sizes.\n"), 0);
    assert_eq!(of("#![no_std]\n//! Sizes.\n"), 1);
    assert_eq!(of(""), 1);
}

#[test]
fn what_is_left_to_do_is_found() {
    for word in LEFT {
        let of = |text: String| left_to_do(&Source::new("a.rs", &text)).len();
        assert_eq!(of(format!("// {word}: later\n")), 1, "{word}");
        assert_eq!(of(format!("fn of_{word}_() {{}}\n")), 0, "{word}");
    }
}

#[test]
fn a_claim_elsewhere_is_found() {
    let of = |path| claims(&Source::new(path, "//! It is Wait-free.\n")).len();
    assert_eq!(of("logring/src/ring/mod.rs"), 1);
    assert_eq!(of("logring/src/design.rs"), 0);
}
