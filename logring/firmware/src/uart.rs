//! The board's serial port: it has a queue of 16 bytes, and sends them at its
//! own pace. What it sends is shown, and read by its far end.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::books::Books;
use crate::print;

/// Bytes of the queue.
const QUEUE_BYTES: u32 = 16;

/// Bytes that were put into the queue, by who has the port.
static QUEUED: AtomicU32 = AtomicU32::new(0);
/// Bytes that left it, by who makes time pass: an interrupt.
static SENT: AtomicU32 = AtomicU32::new(0);

/// So much time passes that the port can send `bytes` bytes.
pub fn pass(bytes: u32) {
    let sent = SENT.load(Ordering::Relaxed);
    let queued = QUEUED.load(Ordering::Relaxed) - sent;
    SENT.store(sent + bytes.min(queued), Ordering::Relaxed);
}

/// Whether the queue is empty, which is when the port interrupts.
pub fn is_idle() -> bool {
    QUEUED.load(Ordering::Relaxed) == SENT.load(Ordering::Relaxed)
}

/// The serial port. There is one.
pub struct Uart {
    line: [u8; 80],
    line_bytes: usize,
    pub books: Books,
    /// Times that the queue was full.
    pub refusals: u32,
}

impl Uart {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            line: [0; 80],
            line_bytes: 0,
            books: Books::new(),
            refusals: 0,
        }
    }

    /// Queues a byte, unless the queue is full.
    pub fn try_write(&mut self, byte: u8) -> bool {
        let queued = QUEUED.load(Ordering::Relaxed);
        if queued - SENT.load(Ordering::Relaxed) == QUEUE_BYTES {
            self.refusals += 1;
            return false;
        }
        QUEUED.store(queued + 1, Ordering::Relaxed);
        self.arrives(byte);
        true
    }

    /// The far end reads lines: `(3 lost)`, or a level and a record.
    fn arrives(&mut self, byte: u8) {
        self.line[self.line_bytes] = byte;
        self.line_bytes += 1;
        if byte != b'\n' {
            return;
        }
        let line = &self.line[..self.line_bytes];
        self.line_bytes = 0;
        let line = core::str::from_utf8(line).expect("text");
        print!("{line}");
        let line = line.trim_end();
        let lost = line
            .strip_prefix('(')
            .and_then(|line| line.strip_suffix(" lost)"));
        match lost {
            Some(lost) => self.books.loss(lost.parse().expect("a number")),
            None => {
                let (_level, record) = line.split_once(' ').expect("a level and a record");
                self.books.record(record);
            }
        }
    }
}
