//! The functions of the interface, called as C calls them: what each does,
//! what it answers to misuse, and that nothing which a caller hands in, or
//! somebody else does to the memory, is more than an answer.

mod clock;
mod consuming;
mod damage;
mod grants;
mod handles;
mod hostile;
mod making;
mod misuse;
mod names;
mod observing;
mod producing;
mod shared;
mod support;
