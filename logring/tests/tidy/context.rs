//! Every entry point says from which contexts it may be called.

use std::collections::BTreeSet;

use crate::source::{Found, Line, Source, block_end, is_word};

/// Public functions, types and macros without a section `# Context`.
///
/// A method may leave it to its type, if that says "Every method". Hidden
/// items are left out.
pub(crate) fn without_context(source: &Source) -> Vec<Found> {
    let mut answered = BTreeSet::new();
    let mut found = Vec::new();
    for (at, line) in source.shipped() {
        let Some(item) = public_item(&line.code) else {
            continue;
        };
        let above = source.above(at);
        if above.iter().any(|line| line.code.contains("doc(hidden)")) {
            continue;
        }
        if item.kind == "macro_rules!"
            && !above
                .iter()
                .any(|line| line.code.contains("#[macro_export]"))
        {
            continue;
        }
        let has = |words: &str| above.iter().any(|line| line.comment.contains(words));
        if has("/// # Context") {
            if has("Every method") {
                answered.insert(item.name.to_owned());
            }
            continue;
        }
        let of_type = implemented_around(&source.lines, at);
        if !of_type.is_some_and(|of_type| answered.contains(of_type)) {
            let what = format!("`{}` has no section `# Context`", item.name);
            found.push(Found::new(at, what));
        }
    }
    found
}

struct Item<'c> {
    kind: &'c str,
    name: &'c str,
}

/// The public function, type or macro that a line begins, if it does.
fn public_item(code: &str) -> Option<Item<'_>> {
    let mut words = code.split_whitespace().peekable();
    if words.peek() != Some(&"macro_rules!") && words.next() != Some("pub") {
        return None;
    }
    let mut kind = words.next()?;
    while ["const", "unsafe", "extern", "async", "\"\""].contains(&kind) {
        kind = words.next()?;
    }
    if !["fn", "struct", "enum", "trait", "union", "macro_rules!"].contains(&kind) {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|c| !is_word(c)).unwrap_or(name.len());
    let name = &name[..end];
    Some(Item { kind, name })
}

/// The type whose `impl` the line is in.
fn implemented_around(lines: &[Line], at: usize) -> Option<&str> {
    let (first, header) = lines[..at]
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, line)| {
            let code = line.code.trim_start();
            code.starts_with("impl").then_some((at, code))
        })?;
    if block_end(lines, first) < at {
        return None;
    }
    let header = header.strip_prefix("impl")?;
    let header = if header.starts_with('<') {
        header.split_once("> ")?.1
    } else {
        header
    };
    let header = header.trim_start();
    let end = header.find(|c| !is_word(c)).unwrap_or(header.len());
    Some(&header[..end])
}

#[test]
fn an_entry_point_without_its_contexts_is_found() {
    let text = "\
/// A type.
///
/// # Context
/// Every method may be called from everywhere.
#[derive(Clone)]
pub struct Talkative;
impl<'a, T: Copy> Talkative<'a, T> {
    /// Left to the type.
    pub fn a() {}
}
/// # Context
/// Any.
#[deprecated(
    since = \"1\"
)]
pub const unsafe fn b() {}
/// Nothing of the kind.
pub const unsafe fn c() {}
/// A type.
pub enum Silent {}
impl Silent {
    /// Nothing of the kind.
    #[inline]
    pub fn d() {}
    pub(crate) fn e() {}
    #[doc(hidden)]
    pub fn f() {}
    pub const G: usize = 1;
}
/// A macro.
#[macro_export]
macro_rules! h {
    () => {};
}
macro_rules! i {
    () => {};
}
";
    let found = without_context(&Source::new("logring/src/a.rs", text));
    let names: Vec<_> = found.iter().map(|found| found.what.clone()).collect();
    let expected = ["c", "Silent", "d", "h"];
    assert_eq!(
        names,
        expected.map(|name| format!("`{name}` has no section `# Context`"))
    );
}
