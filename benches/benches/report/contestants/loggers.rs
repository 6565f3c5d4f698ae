//! Logging libraries that hand lines to a thread of their own, in the mode in
//! which they drop what does not fit. Their sink counts what it gets.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use slog_async::OverflowStrategy;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

use super::{Contestant, Pop, Push, SLOTS, Sink, payload};

/// What a sink notes, and how fast it is.
#[derive(Default)]
struct Books {
    delivered: AtomicU64,
    /// Lines that are not the payload.
    wrong: AtomicU64,
    pace: AtomicU8,
    /// Lines offered, a counter for each thread's handle.
    offered: Mutex<Vec<Arc<AtomicU64>>>,
}

impl Books {
    fn deliver(&self, line: &[u8]) {
        loop {
            match self.pace.load(Ordering::Acquire) {
                STOPPED => thread::sleep(Duration::from_millis(1)),
                SLOW => {
                    let start = Instant::now();
                    while start.elapsed() < Duration::from_micros(50) {
                        std::hint::spin_loop();
                    }
                    break;
                }
                _ => break,
            }
        }
        // The first byte may be a number of the one who verifies.
        let wanted = payload::<64>();
        if line.len() != wanted.len() || line[1..] != wanted[1..] {
            self.wrong.fetch_add(1, Ordering::Relaxed);
        }
        self.delivered.fetch_add(1, Ordering::Release);
    }

    /// A handle's own counter.
    fn counter(&self) -> Arc<AtomicU64> {
        let counter = Arc::<AtomicU64>::default();
        let mut offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        offered.push(Arc::clone(&counter));
        counter
    }

    fn offered(&self) -> u64 {
        let offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        offered.iter().map(|one| one.load(Ordering::Relaxed)).sum()
    }
}

const STOPPED: u8 = 2;
const SLOW: u8 = 1;
const FAST: u8 = 0;

/// One more, by its only writer.
#[inline(always)]
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// What stands for the way out: the books, and who keeps the thread running.
pub(crate) struct Thread {
    books: Arc<Books>,
    dropped: Option<ErrorCounter>,
    _worker: Option<WorkerGuard>,
}

impl Pop<64> for Thread {
    fn pop(&mut self, _out: &mut [u8; 64]) -> bool {
        false
    }

    /// Waits until all that was not dropped is delivered. Where drops are not
    /// counted, until nothing has been delivered for a while.
    fn empty(&mut self) {
        self.books.pace.store(FAST, Ordering::Release);
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            let delivered = self.books.delivered.load(Ordering::Acquire);
            let dropped = self.dropped.as_ref().map_or(0, ErrorCounter::dropped_lines);
            if delivered + dropped as u64 == self.books.offered() {
                break;
            }
            if delivered != seen {
                (seen, since) = (delivered, Instant::now());
            } else if since.elapsed() > Duration::from_millis(50) {
                assert!(self.dropped.is_none(), "lines are missing from the books");
                break;
            }
            thread::yield_now();
        }
        let wrong = self.books.wrong.load(Ordering::Relaxed);
        assert_eq!(wrong, 0, "lines arrive as they were written");
    }

    fn sink(&mut self, sink: Sink) {
        let pace = match sink {
            Sink::Slow => SLOW,
            Sink::Stopped => STOPPED,
        };
        self.books.pace.store(pace, Ordering::Release);
    }

    fn delivered_elsewhere(&self) -> Option<u64> {
        Some(self.books.delivered.load(Ordering::Acquire))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.books.pace.store(FAST, Ordering::Release);
    }
}

/// tracing-appender's non-blocking writer, which its subscriber layer uses.
pub(crate) enum Appender {}

pub(crate) struct AppenderPush {
    writer: NonBlocking,
    offered: Arc<AtomicU64>,
}

/// The writer of tracing-appender.
struct CountLines(Arc<Books>);

impl Write for CountLines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.deliver(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Contestant<64> for Appender {
    const NAME: &'static str = "tracing-appender, lossy";
    type Push = AppenderPush;
    type Pop = Thread;

    fn make() -> (AppenderPush, Thread) {
        let books = Arc::<Books>::default();
        let (writer, worker) = NonBlockingBuilder::default()
            .lossy(true)
            .buffered_lines_limit(SLOTS)
            .finish(CountLines(Arc::clone(&books)));
        let dropped = Some(writer.error_counter());
        let offered = books.counter();
        let thread = Thread {
            books,
            dropped,
            _worker: Some(worker),
        };
        (AppenderPush { writer, offered }, thread)
    }
}

impl Push<64> for AppenderPush {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; 64]) -> bool {
        count(&self.offered);
        // It counts what it drops, and says that all was written.
        self.writer.write_all(bytes).is_ok()
    }
}

/// slog-async, which formats in the caller.
pub(crate) enum SlogAsync {}

pub(crate) struct SlogPush {
    log: slog::Logger,
    offered: Arc<AtomicU64>,
}

struct CountRecords(Arc<Books>);

impl slog::Drain for CountRecords {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, record: &slog::Record<'_>, _: &slog::OwnedKVList) -> Result<(), slog::Never> {
        let line = fmt::format(*record.msg());
        self.0.deliver(line.as_bytes());
        Ok(())
    }
}

impl Contestant<64> for SlogAsync {
    const NAME: &'static str = "slog-async, Drop";
    type Push = SlogPush;
    type Pop = Thread;

    fn make() -> (SlogPush, Thread) {
        let books = Arc::<Books>::default();
        let drain = slog_async::Async::new(CountRecords(Arc::clone(&books)))
            .chan_size(SLOTS)
            .overflow_strategy(OverflowStrategy::Drop)
            .build();
        let log = slog::Logger::root(slog::Fuse(drain), slog::o!());
        let offered = books.counter();
        let thread = Thread {
            books,
            dropped: None,
            _worker: None,
        };
        (SlogPush { log, offered }, thread)
    }
}

impl Push<64> for SlogPush {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; 64]) -> bool {
        count(&self.offered);
        match std::str::from_utf8(bytes) {
            Ok(line) => {
                slog::info!(self.log, "{}", line);
                true
            }
            Err(_) => false,
        }
    }
}
