//! Touching every page of a ring before the first lap does.

use super::Ring;
use super::orderings::F;
use crate::layout::geometry::CELL_BYTES;

/// The smallest page of the systems that have any.
const PAGE_BYTES: usize = 4096;
#[cfg(not(any(loom, shuttle)))]
const _: () = assert!(PAGE_BYTES % CELL_BYTES == 0);

impl Ring {
    /// Makes the system give the ring its memory now, all of it, and not page by
    /// page in the pushes of the first lap. Systems that map memory when it is first
    /// written (Linux, macOS, Windows) stop a push for about a microsecond at each new
    /// page. To keep the pages from being taken away later, lock them (`mlock`).
    ///
    /// It changes nothing in the ring, so producers and consumers may use it
    /// meanwhile, and it may be called at any time. A forked child whose ring is
    /// private has to call it again: its pages are its parent's until they are
    /// written.
    ///
    /// ```
    /// use logring::LogRing;
    ///
    /// static RING: LogRing<{ 1 << 15 }> = LogRing::new(); // 4 MiB on 64-bit targets
    /// RING.prefault();
    /// ```
    ///
    /// # Context
    /// Any context; two steps for each 4096 bytes of the ring, six more, and a page
    /// fault for each page that was never written. Targets without compare-and-swap
    /// have no such pages, and there it does nothing.
    pub fn prefault(&self) {
        self.front.untold.touch(F);
        for cell in self.cells.iter().step_by(PAGE_BYTES / CELL_BYTES) {
            cell.state.touch(F);
        }
        if let Some(last) = self.cells.last() {
            last.state.touch(F);
        }
    }
}
