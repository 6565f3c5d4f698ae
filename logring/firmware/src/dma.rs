//! The board's direct memory access: it sends a buffer while the program does
//! something else, and then says so. The far end decodes what it was sent.

use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;
use logring::Frames;

use crate::books::Books;

/// Bytes of a transfer.
#[doc(hidden)]
pub const BYTES: usize = 512;

/// A buffer that is being sent is the device's: nobody else has it meanwhile.
pub type Buffer = &'static mut [u8; BYTES];

/// The device, and the far end.
pub struct Dma {
    inner: Mutex<RefCell<Inner>>,
}

struct Inner {
    sending: Option<(Buffer, usize)>,
    sent: Option<Buffer>,
    books: Books,
}

impl Dma {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        let inner = Inner {
            sending: None,
            sent: None,
            books: Books::new(),
        };
        Self {
            inner: Mutex::new(RefCell::new(inner)),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        critical_section::with(|held| work(&mut self.inner.borrow_ref_mut(held)))
    }

    /// Begins to send the first `bytes` of `buffer`; nothing else is being
    /// sent.
    pub fn send(&self, buffer: Buffer, bytes: usize) {
        self.with(|inner| {
            assert!(inner.sending.is_none(), "one buffer at a time");
            inner.sending = Some((buffer, bytes));
        });
    }

    /// Whether a buffer is being sent.
    pub fn is_busy(&self) -> bool {
        self.with(|inner| inner.sending.is_some())
    }

    /// The buffer that was sent.
    pub fn take_sent(&self) -> Option<Buffer> {
        self.with(|inner| inner.sent.take())
    }

    /// So much time passes that the buffer arrives. The device reads memory
    /// until then, so this is when the far end sees what it is sent.
    pub fn arrives(&self) {
        self.with(|inner| {
            let Some((buffer, bytes)) = inner.sending.take() else {
                return;
            };
            let mut frames = Frames::new(&buffer[..bytes]);
            for record in frames.by_ref() {
                inner.books.loss(record.lost_before);
                let text = core::str::from_utf8(record.bytes).expect("text");
                inner.books.record(text);
            }
            assert!(frames.rest().is_empty(), "a batch is whole frames");
            inner.sent = Some(buffer);
        });
    }

    /// The books of the far end.
    pub fn books<T>(&self, look: impl FnOnce(&mut Books) -> T) -> T {
        self.with(|inner| look(&mut inner.books))
    }
}

/// A buffer for the device; each use of the macro gives one, once.
#[macro_export]
macro_rules! buffer {
    () => {{
        static mut BUFFER: [u8; $crate::dma::BYTES] = [0; $crate::dma::BYTES];
        static TAKEN: core::sync::atomic::AtomicBool = core::sync::atomic::AtomicBool::new(false);
        $crate::dma::once(&TAKEN);
        let buffer = &raw mut BUFFER;
        // SAFETY: hazard: two references to the buffer. This is the first, and
        // there is no second, since `once` panics then.
        unsafe { &mut *buffer }
    }};
}

/// Panics unless it is the first time; on one core.
#[doc(hidden)]
pub fn once(taken: &AtomicBool) {
    critical_section::with(|_| {
        assert!(!taken.load(Ordering::Relaxed), "the buffer is taken");
        taken.store(true, Ordering::Relaxed);
    });
}
