//! Runs the example `defmt` on its board in QEMU, decodes what it sends with the
//! texts in its ELF file, and checks it against its books:
//!
//! - every frame decodes, to a line that says what its context logged;
//! - the numbers of each context only grow, and begin and end where they must;
//! - lines decoded + lines counted as lost = lines logged, and all losses are
//!   told;
//! - lines interrupted lines.
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
    let mut next = [0; CONTEXTS];
    let mut missing = 0;
    let mut latest = None;
    let mut interrupted = 0;
    for line in lines {
        let expected = &mut next[line.context];
        if line.number < *expected {
            return Err(format!("{line:?} comes behind number {expected}").into());
        }
        missing += line.number - *expected;
        *expected = line.number + 1;
        // A line that began before one that is in the ring already.
        interrupted += usize::from(latest > Some(line.taken));
        latest = latest.max(Some(line.taken));
    }
    for (logged, next) in books.logged.iter().zip(next) {
        missing += logged
            .checked_sub(next)
            .ok_or("a line that was never logged")?;
    }
    let summary = format!(
        "{} lines decoded + {} lost = {} logged; {interrupted} lines were interrupted by lines",
        lines.len(),
        books.lost,
        books.logged.iter().sum::<u32>(),
    );
    if missing != books.lost || books.lost != books.told {
        return Err(format!("{missing} lines are missing, {books:?}; {summary}").into());
    }
    if interrupted < 100 || books.lost == 0 {
        return Err(format!("too little happened: {summary}").into());
    }
    let own = |line: &&Line| line.context != MAIN;
    match lines.last().filter(own) {
        Some(_) => Ok(summary),
        None => Err("the panic handler's line is missing".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred main lines, each interrupted by one, the last by a panic's, and
    /// one that was lost.
    fn good() -> (Vec<Line>, Books) {
        let mut lines = Vec::new();
        for number in 0..100 {
            let of = |context, taken| Line {
                context,
                number,
                taken,
            };
            lines.extend([of(1, 2 * number + 1), of(MAIN, 2 * number)]);
        }
        lines.push(Line {
            context: 1,
            number: 101,
            taken: 200,
        });
        let books = Books {
            logged: [100, 102, 0, 0],
            lost: 1,
            told: 1,
        };
        (lines, books)
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
        fails(|lines, _| lines.swap(7, 9));
        fails(|lines, _| lines.insert(7, lines[7]));
        fails(|_, books| books.lost = 2);
        fails(|_, books| books.told = 0);
        fails(|_, books| books.logged[0] = 99);
        fails(|_, books| books.logged[3] = 1);
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
