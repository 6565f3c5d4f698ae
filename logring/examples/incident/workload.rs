//! What the application does: payment requests, and the lines they log.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use logring::{Level, Ring, Severity};

/// The lines of a request number; the same number always gives the same.
pub(crate) enum Workload {
    /// A made-up payment service.
    Payments,
    /// The lines of a file, over and over.
    Replay(Vec<(Level, String)>),
}

/// What requests log on average.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    pub(crate) lines_per_request: f64,
    pub(crate) bytes_per_line: f64,
    /// Bytes of ring that a request's errors take.
    pub(crate) error_bytes_per_request: f64,
}

impl Workload {
    /// The lines of a file.
    ///
    /// A line has the first severity that it names near its beginning; a line
    /// that names none, such as one of a stack trace, has that of the line
    /// before.
    ///
    /// # Errors
    /// One line that says why there is nothing to replay.
    pub(crate) fn from_file(path: &Path) -> Result<Self, String> {
        let wrong = |why: String| format!("cannot replay {}: {why}", path.display());
        let bytes = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let mut level = Level::INFO;
        let mut lines = Vec::new();
        for line in String::from_utf8_lossy(&bytes).lines() {
            if !line.trim().is_empty() {
                level = level_named(line).unwrap_or(level);
                lines.push((level, line.to_owned()));
            }
        }
        if lines.is_empty() {
            return Err(wrong("it has no lines".to_owned()));
        }
        Ok(Self::Replay(lines))
    }

    /// How long the request waits for the bank, 50 to 200 µs.
    ///
    /// It sleeps rather than computes, as payment services mostly do. On a
    /// machine with few cores, computing would measure how the three threads
    /// of this program share them.
    pub(crate) fn bank_takes(number: u64) -> Duration {
        Duration::from_micros(50 + mix(number) % 150)
    }

    /// Gives each line of a request to `log`: two or three lines.
    pub(crate) fn lines(&self, number: u64, log: &mut impl FnMut(Level, fmt::Arguments<'_>)) {
        match self {
            Self::Payments => payment_lines(number, log),
            Self::Replay(lines) => {
                // Three apart, so that requests do not repeat each other's.
                let first = number.wrapping_mul(3) as usize;
                for at in first..first + 2 + (mix(number) % 2) as usize {
                    let (level, line) = &lines[at % lines.len()];
                    log(*level, format_args!("{line}"));
                }
            }
        }
    }

    /// What the requests log, found by asking a good number of them.
    pub(crate) fn profile(&self) -> Profile {
        const REQUESTS: u64 = 10_000;
        let (mut lines, mut bytes, mut error_bytes) = (0_u64, 0, 0);
        for number in 0..REQUESTS {
            self.lines(number, &mut |level, text| {
                let line = text.to_string().len();
                lines += 1;
                bytes += line;
                if is_error(level) {
                    error_bytes += ring_bytes(line);
                }
            });
        }
        Profile {
            lines_per_request: lines as f64 / REQUESTS as f64,
            bytes_per_line: bytes as f64 / lines as f64,
            error_bytes_per_request: error_bytes as f64 / REQUESTS as f64,
        }
    }
}

/// Whether the marks keep room for it.
pub(crate) fn is_error(level: Level) -> bool {
    level.severity() >= Severity::Error
}

/// About what a numbered line takes in a ring: its bytes, its number and a
/// loss count, in cells that carry all of their bytes but one word.
fn ring_bytes(line: usize) -> usize {
    let cell = Ring::CELL_BYTES;
    (line + 16).div_ceil(cell - size_of::<usize>()) * cell
}

/// Every request logs one or two lines for debugging and then how it went:
/// one in 199 fails, 3 in 100 nearly do. The failures come evenly, so that
/// every run has some in each phase.
fn payment_lines(number: u64, log: &mut impl FnMut(Level, fmt::Arguments<'_>)) {
    let dice = mix(number);
    let (bank, cents, score) = (dice % 7, 100 + dice % 90_000, dice % 100);
    log(
        Level::DEBUG,
        format_args!(
            "payment {number}: cart of {} items, {cents} cents",
            1 + dice % 9
        ),
    );
    if dice % 2 == 0 {
        log(
            Level::DEBUG,
            format_args!("payment {number}: risk score {score}, bank {bank} chosen of 7 by price"),
        );
    }
    if number % 199 == 50 {
        log(
            Level::ERROR,
            format_args!("payment {number}: bank {bank} hung up; {cents} cents are not paid"),
        );
    } else if (dice >> 32) % 100 < 3 {
        log(
            Level::WARN,
            format_args!("payment {number}: bank {bank} answered only when asked again"),
        );
    } else {
        log(
            Level::INFO,
            format_args!("payment {number}: bank {bank} authorised {cents} cents"),
        );
    }
}

/// The first word near the beginning of a line that names a level. Numbers
/// do not count: they are dates and line numbers.
fn level_named(line: &str) -> Option<Level> {
    line.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .take(12)
        .find_map(Level::parse)
}

/// Scrambles a number (the finaliser of SplitMix64, Steele and others 2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
