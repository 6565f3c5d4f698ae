//! How positions, cells and records are laid out. Arithmetic only.
//!
//! Floor 1: imports floor 0 and nothing else.
#![forbid(unsafe_code)]

pub(crate) mod cell;
pub(crate) mod geometry;
pub(crate) mod header;
pub(crate) mod position;
pub(crate) mod state;

pub use cell::Cell;
pub(crate) use header::{Extras, Header};
pub(crate) use position::Position;
pub(crate) use state::{Piece, State};
