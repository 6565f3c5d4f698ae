//! Numbers that tell contexts apart, so that they keep to words of their own.

#[cfg(all(
    feature = "shards",
    feature = "std",
    not(all(test, any(loom, shuttle)))
))]
use crate::sync::{Ordering::Relaxed, Word};

/// A number by the address of the caller's stack, without asking anybody.
/// Threads that run at the same time mostly get different ones, and one thread
/// mostly gets the same.
#[inline(always)]
pub(crate) fn stack_number() -> usize {
    #[cfg(all(test, logring_inject))]
    if let Some(posed) = crate::sync::hook::posing_as() {
        return posed;
    }
    let here = 0_u8;
    let at = (&raw const here).addr();
    // Stacks mostly lie 2 or 8 MiB apart, one behind the other: eight such
    // threads in a row have eight numbers modulo 8.
    at >> 21 ^ at >> 23
}

/// The next number that nobody has, from 0 on.
#[cfg(all(
    feature = "shards",
    feature = "std",
    not(all(test, any(loom, shuttle)))
))]
pub(crate) fn next_number() -> usize {
    static NEXT: Word = Word::new(0);
    NEXT.add(1, Relaxed)
}
