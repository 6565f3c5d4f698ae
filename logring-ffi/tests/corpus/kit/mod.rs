//! Sequences of calls, read from bytes of any origin; shared with the fuzz
//! targets.
//!
//! - `input` reads bytes as numbers, `memory` has places that notice when a
//!   call writes beyond them;
//! - `calls` makes calls to several rings and checks each answer, `offers`,
//!   `taking` and `words` by the sections of the header; `ledger` keeps the
//!   books of a ring, and `grants` those of its grants;
//! - `damage` writes to the memory between calls, and `strikes` during them;
//!   `others` attaches to it, makes it whole, and makes it another ring.
//!
//! All of it runs on rings of either [`Form`].

mod calls;
mod damage;
mod grants;
mod input;
mod ledger;
mod memory;
mod offers;
mod others;
mod strikes;
mod taking;
mod words;

/// Where the configuration of a ring lies.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// In the block, with the ring.
    Block,
    /// In private memory, for a ring in memory that others can write.
    Shared,
}

/// Makes the calls that `bytes` stand for, on rings of both forms.
pub(crate) fn run_calls(bytes: &[u8]) {
    calls::run(bytes, Form::Block);
    calls::run(bytes, Form::Shared);
}

/// Makes the calls, and does the damage, that `bytes` stand for, on rings of
/// both forms.
pub(crate) fn run_damage(bytes: &[u8]) {
    damage::run(bytes, Form::Block);
    damage::run(bytes, Form::Shared);
}

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
