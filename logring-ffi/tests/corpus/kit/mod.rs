//! Sequences of calls, read from bytes of any origin; shared with the fuzz
//! targets.
//!
//! - `input` reads bytes as numbers, `memory` has places that notice when a
//!   call writes beyond them;
//! - `calls` makes calls to several rings and checks each answer, `offers`,
//!   `taking` and `words` by the sections of the header; `ledger` keeps the
//!   books of a ring, and `grants` those of its grants;
//! - `damage` writes to the blocks between calls.

mod calls;
mod damage;
mod grants;
mod input;
mod ledger;
mod memory;
mod offers;
mod taking;
mod words;

pub(crate) use calls::run as run_calls;
pub(crate) use damage::run as run_damage;

/// Calls a function of the interface.
macro_rules! c {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: hazard: pointers that lead nowhere, or to less than the call
        // says. Those here are NULL or misaligned, which is answered, or lead
        // to live memory that nothing else uses during the call; handles are
        // of blocks that live until the end.
        unsafe { $function($($argument),*) }
    }};
}
use c;
