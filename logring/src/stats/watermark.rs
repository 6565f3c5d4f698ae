//! The watermark: the peak fill.

use crate::sync::{Ordering::Relaxed, Word};

/// Attempts to raise the mark. A failed attempt means that somebody else just
/// raised it, or that an interrupt came in between; whoever moves the tail next tries again.
pub(crate) const RAISE_TRIES: usize = 4;

/// The highest fill seen, in cells. The fill only grows between two moves of
/// the tail, so whoever has moved it raises this, and so does a snapshot; a
/// producer that does not evict never does.
#[repr(transparent)]
pub(crate) struct Watermark(Word);

impl Watermark {
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new() -> Self {
        Self(Word::new(0))
    }

    #[cfg(all(test, loom))]
    pub(crate) fn new() -> Self {
        Self(Word::new(0))
    }

    /// Raises the mark to `cells` if it is lower.
    #[inline]
    pub(crate) fn raise(&self, cells: usize) {
        let mut seen = self.0.load(Relaxed);
        for _ in 0..RAISE_TRIES {
            if seen >= cells {
                return;
            }
            match self.0.cas(seen, cells, Relaxed) {
                Ok(_) => return,
                Err(other) => seen = other,
            }
        }
    }

    /// Lowers the mark to `cells` if it is higher, for somebody who is alone.
    pub(crate) fn limit(&self, cells: usize) {
        if self.cells() > cells {
            self.0.store(cells, Relaxed);
        }
    }

    pub(crate) fn cells(&self) -> usize {
        self.0.load(Relaxed)
    }
}
