//! A cell, the unit of space: one state word, then payload.

use super::geometry::PAYLOAD_WORDS;
use crate::sync::{Shadow, Slot, Slots};

/// The unit of space: one state word and `PAYLOAD_WORDS` words of payload.
///
/// All-zero is a cell that was never used. State words sit at fixed places,
/// so payload can never be taken for a header and nothing is ever zeroed.
///
/// # Context
/// It has no methods: those of [`Ring`](crate::Ring) say who may use a cell.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
#[cfg_attr(not(target_pointer_width = "64"), repr(align(32)))]
pub struct Cell {
    /// Owner: the writer of the record, from reservation until `tail` has
    /// passed the cell. 0 is a cell that was never used.
    pub(crate) state: Slot,
    /// Owner: as `state`. Read by anyone, and thrown away if overtaken.
    pub(crate) payload: Slots<PAYLOAD_WORDS>,
    /// See [`Shadow`]: no byte of it exists in a normal build.
    pub(crate) shadow: Shadow,
}

impl Cell {
    #[cfg(not(all(test, any(loom, shuttle))))]
    pub(crate) const fn new() -> Self {
        Self {
            state: Slot::new(0),
            payload: Slots::new(),
            shadow: Shadow::new(),
        }
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn new() -> Self {
        Self {
            state: Slot::new(0),
            payload: Slots::new(),
            shadow: Shadow::new(),
        }
    }
}
