//! Writes to the shared memory while a call is under way.

use std::cell::Cell;
use std::ptr;

use super::calls::ALIGN;
use super::memory::Memory;

const WORD: usize = size_of::<usize>();

std::thread_local! {
    /// The memory that changes during calls, its length, and what says how.
    static STRIKES: Cell<(*mut u8, usize, usize)> = const { Cell::new((ptr::null_mut(), 0, 0)) };
}

/// Changes a few words of the shared memory, if there is some; for what the
/// library calls.
pub(crate) fn strike() {
    let (start, len, mut state) = STRIKES.get();
    for _ in 0..if start.is_null() { 0 } else { 4 } {
        state = state.wrapping_mul(0x5851_F42D).wrapping_add(0x3039);
        let roll = state >> 7;
        // The positions more often than others.
        let part = [len, 4 * ALIGN][roll % 2];
        let at = start
            .wrapping_add(roll / 2 % part / WORD * WORD)
            .cast::<usize>();
        let value = [0, usize::MAX, state, 1, 4, 1 << 12][roll % 6];
        // SAFETY: hazard: a word outside the memory, or one that changes. It is
        // within the memory's length, and one thread only is at work.
        let old = unsafe { at.read() };
        // SAFETY: hazard: as above.
        unsafe { at.write([value, old.wrapping_add(value)][roll / 6 % 2]) };
    }
    STRIKES.set((start, len, state));
}

/// From now on, this memory changes, in a way that depends on a seed.
pub(crate) fn begin(memory: &Memory, seed: usize) {
    STRIKES.set((memory.start(), memory.len(), seed));
}

/// Nothing changes any more.
pub(crate) fn end() {
    STRIKES.take();
}
