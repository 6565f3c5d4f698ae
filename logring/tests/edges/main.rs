//! The edges, in pairs: fits, and one more.

mod at_once;
mod block;
mod clocks;
mod damage;
mod dice;
mod forged;
mod frames;
mod full;
mod grants;
mod hostile;
mod loss;
mod macros;
mod memory;
mod resume;
mod sentences;
mod sizes;
mod support;
mod text;
mod wraps;
