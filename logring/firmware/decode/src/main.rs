//! Runs the example `defmt` on its board in QEMU, decodes what it sends with the
//! texts in its ELF file, and checks it against its books:
//!
//! - every frame decodes, to a line that says what its context logged;
//! - the numbers of each context only grow, and begin and end where they must;
//! - lines decoded + lines counted as lost = lines logged, and all losses are
//!   told;
//! - lines of each interrupt interrupted lines of the program, and lines of the
//!   second interrupt interrupted lines of the first.
//!
//! ```sh
//! cargo run --release --manifest-path decode/Cargo.toml -- ELF…
//! ```

use std::error::Error;
use std::process::{Command, ExitCode, Stdio};

use defmt_decoder::{DecodeError, Table};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The contexts of the program.
const CONTEXTS: usize = 4;
const MAIN: usize = 0;
const FIRST: usize = 1;
const SECOND: usize = 2;

/// What the program says of itself at its end.
#[derive(Debug, PartialEq)]
struct Books {
    logged: [u32; CONTEXTS],
    lost: u32,
    told: u32,
}

/// One line: who logged it, which of its lines it is, and the count that was
/// taken inside it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    context: usize,
    number: u32,
    taken: u32,
}

fn main() -> ExitCode {
    let mut failed = false;
    let programs: Vec<_> = std::env::args().skip(1).collect();
    for program in &programs {
        match check(program) {
            Ok(summary) => println!("ok     {program}: {summary}"),
            Err(error) => {
                failed = true;
                println!("FAILED {program}: {error}");
            }
        }
    }
    if programs.is_empty() {
        println!("usage: logring-decode ELF…");
    }
    match failed || programs.is_empty() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Runs a program and checks what it sends.
fn check(program: &str) -> Result<String> {
    let qemu = concat!(env!("CARGO_MANIFEST_DIR"), "/../qemu");
    let output = Command::new(qemu)
        .arg(program)
        .stderr(Stdio::inherit())
        .output()?;
    let (stream, rest) = split(&output.stdout);
    if !output.status.success() {
        return Err(format!("{}: {rest}", output.status).into());
    }
    let table = Table::parse(&std::fs::read(program)?)?.ok_or("it has no texts")?;
    let lines = decode(&table, stream)?;
    compare(&lines, &books(&rest)?)
}

/// The frames, and the text behind the last of them: a zero ends a frame, and is
/// nowhere else.
fn split(output: &[u8]) -> (&[u8], String) {
    let end = output
        .iter()
        .rposition(|&byte| byte == 0)
        .map_or(0, |at| at + 1);
    let (stream, rest) = output.split_at(end);
    (stream, String::from_utf8_lossy(rest).trim().to_owned())
}

/// `logged 1 2 3 4 lost 5 told 5`
fn books(text: &str) -> Result<Books> {
    let words: Vec<_> = text.split_whitespace().collect();
    let ["logged", a, b, c, d, "lost", lost, "told", told] = words[..] else {
        return Err(format!("these are no books: {text:?}").into());
    };
    Ok(Books {
        logged: [a.parse()?, b.parse()?, c.parse()?, d.parse()?],
        lost: lost.parse()?,
        told: told.parse()?,
    })
}

/// All lines of a stream. A frame that does not decode is an error.
fn decode(table: &Table, stream: &[u8]) -> Result<Vec<Line>> {
    let mut decoder = table.new_stream_decoder();
    decoder.received(stream);
    let mut lines = Vec::new();
    loop {
        match decoder.decode() {
            Ok(frame) => {
                let taken = frame
                    .display_timestamp()
                    .ok_or("a line without its count")?;
                let text = frame.display_message().to_string();
                lines.push(line(&text, &taken.to_string())?);
            }
            Err(DecodeError::UnexpectedEof) => return Ok(lines),
            Err(error) => return Err(format!("frame {}: {error}", lines.len()).into()),
        }
    }
}

/// `context number inverse`, where the inverse tells that it is whole.
fn line(text: &str, taken: &str) -> Result<Line> {
    let numbers: Vec<u32> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| format!("not a line of the program: {text:?}"))?;
    match numbers[..] {
        [context @ 0..4, number, inverse] if inverse == !number => Ok(Line {
            context: context as usize,
            number,
            taken: taken.parse()?,
        }),
        _ => Err(format!("a line that is not whole: {text:?}").into()),
    }
}

/// Compares the lines with the books, and says what there was.
fn compare(lines: &[Line], books: &Books) -> Result<String> {
    let missing = missing(lines, books)?;
    let pairs = interrupted(lines);
    let summary = format!(
        "{} lines decoded + {} lost = {} logged; {}",
        lines.len(),
        books.lost,
        books.logged.iter().sum::<u32>(),
        PAIRS
            .map(|(outer, inner, name)| format!("{name} {}", pairs[outer][inner]))
            .join(", "),
    );
    if missing != books.lost || books.lost != books.told {
        return Err(format!("{missing} lines are missing, {books:?}; {summary}").into());
    }
    let never = |&(outer, inner, _): &(usize, usize, &str)| pairs[outer][inner] == 0;
    if PAIRS.iter().any(never) || books.lost == 0 {
        return Err(format!("too little happened: {summary}").into());
    }
    let own = |line: &&Line| line.context != MAIN;
    match lines.last().filter(own) {
        Some(_) => Ok(summary),
        None => Err("the panic handler's line is missing".into()),
    }
}

/// Which contexts must have been interrupted in a line by which, at least once.
const PAIRS: [(usize, usize, &str); 3] = [
    (MAIN, FIRST, "program interrupted by first"),
    (MAIN, SECOND, "program by second"),
    (FIRST, SECOND, "first by second"),
];

/// Lines that were logged and are not there. The numbers of each context grow.
fn missing(lines: &[Line], books: &Books) -> Result<u32> {
    let mut next = [0; CONTEXTS];
    let mut missing = 0;
    for line in lines {
        let expected = &mut next[line.context];
        if line.number < *expected {
            return Err(format!("{line:?} comes behind number {expected}").into());
        }
        missing += line.number - *expected;
        *expected = line.number + 1;
    }
    for (logged, next) in books.logged.iter().zip(next) {
        missing += logged
            .checked_sub(next)
            .ok_or("a line that was never logged")?;
    }
    Ok(missing)
}

/// Lines of one context, the outer index, with a line of another inside them. A
/// line has its count when it begins, and its place in the ring when it ends. So
/// what is before it and has a later count began and ended inside it.
fn interrupted(lines: &[Line]) -> [[u32; CONTEXTS]; CONTEXTS] {
    let mut pairs = [[0; CONTEXTS]; CONTEXTS];
    let mut latest = [None; CONTEXTS];
    for line in lines {
        let pairs = &mut pairs[line.context];
        for (pair, latest) in pairs.iter_mut().zip(latest) {
            *pair += u32::from(latest > Some(line.taken));
        }
        let latest = &mut latest[line.context];
        *latest = (*latest).max(Some(line.taken));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds in each of which both interrupts interrupt a main line, and one the
    /// other, with a line inside its own; at the end a panic's line, behind one
    /// that was lost.
    fn good() -> (Vec<Line>, Books) {
        let mut lines = Vec::new();
        for number in 0..100 {
            let of = |context, taken| Line {
                context,
                number,
                taken: 4 * number + taken,
            };
            lines.extend([of(INNER, 3), of(SECOND, 2), of(FIRST, 1), of(MAIN, 0)]);
        }
        lines.push(Line {
            context: FIRST,
            number: 101,
            taken: 400,
        });
        let books = Books {
            logged: [100, 102, 100, 100],
            lost: 1,
            told: 1,
        };
        (lines, books)
    }

    const INNER: usize = 3;

    /// The good rounds, whose lines begin in another order.
    fn nested_otherwise(taken: [u32; CONTEXTS]) -> Result<String> {
        let (mut lines, books) = good();
        for line in lines.iter_mut().take(400) {
            line.taken = 4 * line.number + taken[line.context];
        }
        compare(&lines, &books)
    }

    #[test]
    fn each_pair_must_have_nested() {
        // The counts of program, first, second and inner.
        let rounds = [
            ([0, 1, 2, 3], true),
            // Only the line inside the second's.
            ([3, 2, 0, 1], false),
            // No second inside a first; no second, no first inside the program.
            ([0, 2, 1, 3], false),
            ([3, 0, 1, 2], false),
            ([1, 0, 2, 3], false),
        ];
        for (taken, passes) in rounds {
            let answer = nested_otherwise(taken);
            assert_eq!(answer.is_ok(), passes, "{taken:?}: {answer:?}");
        }
    }

    #[test]
    fn what_adds_up_passes() {
        let (lines, books) = good();
        assert!(compare(&lines, &books).is_ok());
    }

    #[test]
    fn what_does_not_add_up_fails() {
        let fails = |spoil: fn(&mut Vec<Line>, &mut Books)| {
            let (mut lines, mut books) = good();
            spoil(&mut lines, &mut books);
            assert!(compare(&lines, &books).is_err());
        };
        fails(|lines, _| lines.truncate(7));
        // Two lines of one context.
        fails(|lines, _| lines.swap(7, 11));
        fails(|lines, _| lines.insert(7, lines[7]));
        fails(|_, books| books.lost = 2);
        fails(|_, books| books.told = 0);
        fails(|_, books| books.logged[0] = 99);
        fails(|_, books| books.logged[3] = 101);
        // The order in which they began: none interrupted another.
        fails(|lines, _| lines.iter_mut().for_each(|line| line.taken = 0));
        fails(|lines, books| {
            lines.pop();
            (books.lost, books.told) = (2, 2);
        });
    }

    #[test]
    fn a_line_that_is_not_whole_fails() {
        let expected = Line {
            context: 2,
            number: 1,
            taken: 9,
        };
        assert_eq!(line("2 1 4294967294", "9").unwrap(), expected);
        for text in [
            "2 1 4294967293",
            "4 1 4294967294",
            "2 1",
            "2 1 4294967294 0",
            "x",
        ] {
            assert!(line(text, "9").is_err(), "{text}");
        }
    }

    #[test]
    fn the_books_are_behind_the_last_frame() {
        let text = b"\0frame\0logged 1 2 3 4 lost 5 told 6\n";
        let (stream, rest) = split(text);
        assert_eq!(stream, b"\0frame\0");
        let expected = Books {
            logged: [1, 2, 3, 4],
            lost: 5,
            told: 6,
        };
        assert_eq!(books(&rest).unwrap(), expected);
        assert!(books("panicked at main.rs").is_err());
    }
}
