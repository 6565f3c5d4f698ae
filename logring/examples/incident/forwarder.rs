//! The log forwarder: takes lines from the queue, writes them to the sink,
//! and falls ill when the schedule says so.

use std::io::{self, Write};
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use logring::Escaped;

use crate::schedule::{Phase, Schedule};
use crate::sink::Sink;
use crate::tally::{Tally, lock};
use crate::variant::{Source, Taken};

/// How often an idle forwarder looks for lines. It is not woken up: a wake-up
/// would be work for the request that logs.
const IDLE: Duration = Duration::from_micros(500);

/// How ill the forwarder gets, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Health {
    pub(crate) schedule: Schedule,
    /// What a line costs while the forwarder is slow.
    pub(crate) slow_line: Duration,
}

impl Health {
    /// Injects the illness of the hour.
    fn suffer(&self) {
        let now = Instant::now();
        match self.schedule.phase_at(now) {
            Phase::Healthy | Phase::Recovered => {}
            Phase::Slow => thread::sleep(self.slow_line),
            Phase::Stalled => thread::sleep(self.schedule.end_of(Phase::Stalled) - now),
        }
    }
}

/// Forwards until the requests are done and the queue is empty, or the run is
/// stopped. What a dead sink leaves in the queue stays there.
pub(crate) fn forward(name: &str, mut source: Source, sink: &Sink, health: Health, tally: &Tally) {
    let mut text = Vec::new();
    while !tally.stop.load(Acquire) {
        health.suffer();
        // Read before the queue is found empty: what was logged before is in.
        let done = tally.requests_done.load(Acquire);
        let Some(taken) = source.take() else {
            if done {
                break;
            }
            thread::sleep(IDLE);
            continue;
        };
        tally.take(&taken);
        text.clear();
        notice(&mut text, name, taken.lost_before);
        line(&mut text, name, &taken);
        if !write(sink, &text, tally) {
            // A forwarder whose sink is gone keeps its end of the queue open,
            // and helps nobody: the worst that it can do to the requests.
            while !tally.stop.load(Acquire) {
                thread::sleep(IDLE);
            }
            return;
        }
    }
    let trailing = source.take_trailing_loss();
    tally.trailing.fetch_add(trailing, Relaxed);
    text.clear();
    notice(&mut text, name, trailing);
    write(sink, &text, tally);
}

/// Writes one line, whatever is in its message.
fn line(text: &mut Vec<u8>, name: &str, taken: &Taken<'_>) {
    // Writing to a `Vec` does not fail.
    let _ = writeln!(text, "{name} {:<5} {}", taken.level, Escaped(taken.text));
}

/// Tells the reader of the log what is missing. The forwarder makes this
/// line: a report that had to go through the full queue would be the next
/// thing to get lost.
fn notice(text: &mut Vec<u8>, name: &str, lost: u64) {
    if lost != 0 {
        let _ = writeln!(text, "{name} ----- {lost} records lost before this");
    }
}

/// Whether the sink took it.
fn write(sink: &Sink, text: &[u8], tally: &Tally) -> bool {
    let before = Instant::now();
    let written = sink.write(text, || tally.stop.load(Relaxed));
    tally
        .sink_longest_us
        .fetch_max(before.elapsed().as_micros() as u64, Relaxed);
    if let Err(error) = &written {
        if error.kind() != io::ErrorKind::WouldBlock && error.kind() != io::ErrorKind::TimedOut {
            *lock(&tally.sink_error) = Some(error.to_string());
        }
    }
    written.is_ok()
}

#[cfg(test)]
mod tests {
    use logring::Level;

    use super::*;

    /// A newline in a message forges no line, and an escape sequence reaches no terminal.
    #[test]
    fn a_record_is_one_line() {
        let mut text = Vec::new();
        let taken = Taken {
            level: Level::INFO,
            number: 0,
            lost_before: 0,
            text: b"paid\nring ERROR forged \x1b[31m",
        };
        line(&mut text, "ring", &taken);
        let line = String::from_utf8(text).expect("text");
        assert_eq!(line, "ring INFO  paid\\nring ERROR forged \\u{1b}[31m\n");
    }
}
