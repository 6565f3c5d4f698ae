//! Source files, as far as rules about text need to understand them: lines,
//! with code and comments apart, and what belongs to tests marked.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// One source file.
pub(crate) struct Source {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) lines: Vec<Line>,
}

/// One line of a source file.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) raw: String,
    /// The line without comments, and without what is inside literals.
    pub(crate) code: String,
    /// What is in comments on this line, slashes included.
    pub(crate) comment: String,
    /// Whether the line belongs to a module of unit tests.
    pub(crate) test: bool,
}

/// Something wrong, in the line with this index.
#[derive(PartialEq, Debug)]
pub(crate) struct Found {
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Found {
    pub(crate) fn new(line: usize, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { line, what }
    }

    /// A line that an editor can jump to.
    pub(crate) fn at(&self, source: &Source) -> String {
        format!("\n{}:{}: {}", source.path, self.line + 1, self.what)
    }
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mut lines = split(text);
        mark_tests(&mut lines);
        let path = path.to_owned();
        Self { path, lines }
    }

    /// The path inside the library's `src`, if it is there.
    pub(crate) fn in_library(&self) -> &str {
        self.path.strip_prefix(LIBRARY).unwrap_or(&self.path)
    }

    /// The folder of the library that the file is in, or the name of a file
    /// that is in none.
    pub(crate) fn room(&self) -> &str {
        let path = self.in_library();
        let room = path.split_once('/').map_or(path, |(room, _)| room);
        room.strip_suffix(".rs").unwrap_or(room)
    }

    /// Whether the whole file is unit tests.
    pub(crate) fn is_tests(&self) -> bool {
        self.room() == "models" || self.path.ends_with("_tests.rs")
    }

    /// The lines that are not tests, with their indices.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = (usize, &Line)> {
        let lines = self.lines.iter().enumerate();
        lines.filter(|(_, line)| !line.test && !self.is_tests())
    }

    /// The comment lines and attributes right above a line, nearest last.
    pub(crate) fn above(&self, line: usize) -> &[Line] {
        let mut first = line;
        let mut in_attribute = false;
        while first > 0 {
            let code = self.lines[first - 1].code.trim();
            let is_comment = code.is_empty() && !self.lines[first - 1].comment.is_empty();
            in_attribute = !code.starts_with("#[") && (in_attribute || code == ")]");
            if !is_comment && !in_attribute && !code.starts_with("#[") {
                break;
            }
            first -= 1;
        }
        &self.lines[first..line]
    }
}

/// All Rust files of the repository.
pub(crate) fn everything() -> impl Iterator<Item = &'static Source> {
    static SOURCES: OnceLock<Vec<Source>> = OnceLock::new();
    let sources = SOURCES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut sources = Vec::new();
        for folder in ["logring", "logring-ffi", "benches", "fuzz"] {
            collect(&root, folder, &mut sources);
        }
        assert!(sources.len() > 50, "only {} files", sources.len());
        sources
    });
    sources.iter()
}

/// The library's.
pub(crate) fn library() -> impl Iterator<Item = &'static Source> {
    everything().filter(|source| source.path.starts_with(LIBRARY))
}

const LIBRARY: &str = "logring/src/";

fn collect(root: &Path, folder: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(root.join(folder)).expect("a folder of the repository") {
        let entry = entry.expect("an entry of a folder");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            if name != "target" {
                collect(root, &path, sources);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("a source file in UTF-8");
            sources.push(Source::new(&path, &text));
        }
    }
}

/// Where the scanner is.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
}

/// Splits a text into lines, with code and comments apart.
fn split(text: &str) -> Vec<Line> {
    let chars: Vec<char> = text.chars().collect();
    let mut lines = vec![Line::default()];
    let mut inside = Inside::Code;
    let mut at = 0;
    while at < chars.len() {
        let (took, next) = step(&chars, at, inside);
        for &c in &chars[at..at + took] {
            if c == '\n' {
                lines.push(Line::default());
                continue;
            }
            let line = lines.last_mut().expect("there is always a line");
            line.raw.push(c);
            match (inside, next) {
                (Inside::LineComment | Inside::BlockComment(_), _) => line.comment.push(c),
                (Inside::Code, Inside::LineComment | Inside::BlockComment(_)) => {
                    line.comment.push(c);
                }
                (Inside::Code, _) | (_, Inside::Code) => line.code.push(c),
                _ => {}
            }
        }
        at += took;
        inside = next;
    }
    if lines.last().is_some_and(|line| line.raw.is_empty()) {
        lines.pop();
    }
    lines
}

/// How many characters belong together at `at`, and where the scanner is
/// behind them.
fn step(chars: &[char], at: usize, inside: Inside) -> (usize, Inside) {
    let rest = &chars[at..];
    let begins = |with: &str| with.chars().eq(rest.iter().copied().take(with.len()));
    match inside {
        Inside::Code if begins("//") => (2, Inside::LineComment),
        Inside::Code if begins("/*") => (2, Inside::BlockComment(1)),
        Inside::Code if begins("\"") => (1, Inside::Text),
        Inside::Code if begins("'") => (char_literal(rest), Inside::Code),
        Inside::Code => {
            let fresh = at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b';
            let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
            if rest[0] == 'r' && fresh && rest.get(1 + hashes) == Some(&'"') {
                (2 + hashes, Inside::RawText(hashes))
            } else {
                (1, Inside::Code)
            }
        }
        Inside::LineComment if begins("\n") => (1, Inside::Code),
        Inside::BlockComment(depth) if begins("/*") => (2, Inside::BlockComment(depth + 1)),
        Inside::BlockComment(1) if begins("*/") => (2, Inside::Code),
        Inside::BlockComment(depth) if begins("*/") => (2, Inside::BlockComment(depth - 1)),
        Inside::Text if begins("\\") => (rest.len().min(2), Inside::Text),
        Inside::Text if begins("\"") => (1, Inside::Code),
        Inside::RawText(hashes) if begins(&format!("\"{}", "#".repeat(hashes))) => {
            (1 + hashes, Inside::Code)
        }
        _ => (1, inside),
    }
}

/// The length of the character literal that begins here; 1 for a lifetime.
fn char_literal(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, tail @ ..] => 4 + tail.iter().take_while(|&&c| c != '\'').count(),
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

/// Marks the modules that are compiled for unit tests only.
fn mark_tests(lines: &mut [Line]) {
    let mut at = 0;
    while at + 1 < lines.len() {
        let is_tests = lines[at].code.trim() == "#[cfg(test)]"
            && lines[at + 1].code.trim().starts_with("mod ")
            && lines[at + 1].code.contains('{');
        if !is_tests {
            at += 1;
            continue;
        }
        let end = block_end(lines, at + 1);
        for line in &mut lines[at..=end] {
            line.test = true;
        }
        at = end + 1;
    }
}

/// The line in which the first block that begins at `first` or later ends.
pub(crate) fn block_end(lines: &[Line], first: usize) -> usize {
    let mut depth = 0_usize;
    for (at, line) in lines.iter().enumerate().skip(first) {
        for c in line.code.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth <= 1 => return at,
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    lines.len() - 1
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `text` has `word`, not as a part of another.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Code, comments and literals are told apart, whatever is inside them.
#[test]
fn code_and_comments_are_apart() {
    let text = r##"let a = "// no \" comment"; // SeqCst "quoted"
let b = r#"unsafe " { "#; /* unsafe { /* nested */ } */ let c = '"';
fn f<'a>(x: &'a str) -> char { '\'' } // '
"##;
    let source = Source::new("x.rs", text);
    let code: Vec<_> = source.lines.iter().map(|line| line.code.as_str()).collect();
    assert_eq!(code[0], "let a = \"\"; ");
    assert!(!code[1].contains("unsafe") && code[1].contains("let c = "));
    assert!(code[2].ends_with("{ '\\'' } "), "{}", code[2]);
    assert_eq!(source.lines[0].comment, "// SeqCst \"quoted\"");
    assert_eq!(source.lines.len(), 3);
}

/// A module of unit tests is told from what is shipped.
#[test]
fn tests_are_marked() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
    let shipped: Vec<_> = Source::new("x.rs", text)
        .shipped()
        .map(|(at, _)| at)
        .collect();
    assert_eq!(shipped, [0, 5]);
}
