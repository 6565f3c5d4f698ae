//! The parent: starts a child for each queue, watches its heartbeat, and
//! prints the table.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::queue::Entrant;

/// A handler that has not come back for so long never will: pushes take less
/// than a microsecond, and even a busy machine runs the child meanwhile.
pub(crate) const STUCK: Duration = Duration::from_secs(3);

/// What became of a child.
struct Seen {
    signals: u64,
    hits: u64,
    verdict: Verdict,
}

/// In the order of the table.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Survives(Books),
    Hangs,
    Crashes(String),
}

/// A survivor's books at the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Books {
    offered: u64,
    delivered: u64,
    resident: u64,
    lost: u64,
    told: u64,
    torn: u64,
}

impl Books {
    /// offered = delivered + resident + Σ lost, every loss told, no record
    /// torn.
    const fn are_exact(&self) -> bool {
        self.offered == self.delivered + self.resident + self.lost
            && self.told == self.lost
            && self.torn == 0
    }
}

impl Seen {
    fn is_exact(&self) -> bool {
        matches!(self.verdict, Verdict::Survives(books) if books.are_exact())
    }

    fn describe(&self) -> String {
        match &self.verdict {
            Verdict::Survives(books) if books.are_exact() => "survives, ledger exact".to_owned(),
            Verdict::Survives(books) => format!(
                "survives, but {} offered, {} delivered, {} resident, {} lost, {} told, \
                 {} torn",
                books.offered, books.delivered, books.resident, books.lost, books.told, books.torn,
            ),
            Verdict::Hangs => format!("**hangs** after {} signals", self.signals),
            Verdict::Crashes(how) => format!("**crashes**: {how}"),
        }
    }
}

/// Runs everybody whose name contains the filter; the exit code is about
/// logring alone.
pub(crate) fn run(entrants: Vec<Entrant>, filter: Option<&str>, time: Duration) -> ExitCode {
    let wanted = |entrant: &Entrant| filter.is_none_or(|part| entrant.name().contains(part));
    let mut rows = Vec::new();
    for entrant in entrants.into_iter().filter(wanted) {
        match watch(&entrant, time) {
            Ok(seen) => {
                eprintln!("{}: {}", entrant.name(), seen.describe());
                rows.push((entrant, seen));
            }
            Err(error) => {
                eprintln!("{}: {error}", entrant.name());
                return ExitCode::from(2);
            }
        }
    }
    rows.sort_by_key(|(entrant, seen)| (rank(&seen.verdict), !entrant.ours));
    println!("| queue | operation | signals | inside a push | verdict |");
    println!("|---|---|--:|--:|---|");
    for (entrant, seen) in &rows {
        println!(
            "| {} | {} | {} | {} | {} |",
            entrant.queue,
            entrant.operation,
            seen.signals,
            seen.hits,
            seen.describe(),
        );
    }
    let failed = rows
        .iter()
        .any(|(entrant, seen)| entrant.ours && !seen.is_exact());
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

const fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Survives(_) => 0,
        Verdict::Hangs => 1,
        Verdict::Crashes(_) => 2,
    }
}

fn watch(entrant: &Entrant, time: Duration) -> io::Result<Seen> {
    // Not `current_exe`: a build meanwhile would replace what that names.
    let mut child = Command::new("/proc/self/exe")
        .arg("--child")
        .arg(entrant.name())
        .arg("--seconds")
        .arg(time.as_secs_f64().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = lines_of(&mut child)?;
    let mut seen = Seen {
        signals: 0,
        hits: 0,
        verdict: Verdict::Hangs,
    };
    let mut finished = 0;
    let mut progress = Instant::now();
    let mut books = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => {
                let (kind, numbers) = parse(&line);
                match (kind, &numbers[..]) {
                    ("beat", &[signals, hits, done]) => {
                        seen.signals = signals;
                        seen.hits = hits;
                        if done != finished {
                            finished = done;
                            progress = Instant::now();
                        }
                    }
                    ("end", &[offered, delivered, resident, lost, told, torn]) => {
                        books = Some(Books {
                            offered,
                            delivered,
                            resident,
                            lost,
                            told,
                            torn,
                        });
                    }
                    _ => return Err(io::Error::other(format!("what does {line:?} mean?"))),
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if progress.elapsed() > STUCK {
            child.kill()?;
            child.wait()?;
            return Ok(seen);
        }
    }
    let status = child.wait()?;
    seen.verdict = match books {
        Some(books) if status.success() => Verdict::Survives(books),
        _ => Verdict::Crashes(status.to_string()),
    };
    Ok(seen)
}

/// The lines of the child, as they come; disconnected once it is gone.
fn lines_of(child: &mut Child) -> io::Result<Receiver<String>> {
    let Some(stdout) = child.stdout.take() else {
        return Err(io::Error::other("the child has no standard output"));
    };
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    Ok(lines)
}

fn parse(line: &str) -> (&str, Vec<u64>) {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    (
        kind,
        rest.split(' ')
            .map_while(|word| word.parse().ok())
            .collect(),
    )
}
