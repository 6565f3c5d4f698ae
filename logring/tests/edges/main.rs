//! The edges, in pairs: fits, and one more.

mod block;
mod damage;
mod full;
mod grants;
mod loss;
mod macros;
mod memory;
mod sizes;
mod support;
mod text;
mod wraps;
