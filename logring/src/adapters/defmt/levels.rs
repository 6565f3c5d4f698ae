//! Finds the level of a frame by its first two bytes.

use core::ops::Range;

use crate::level::Level;

/// Which frames of a program have which level.
///
/// A frame of `defmt` begins with the number of its format string, 16 bits in little
/// endian. The linker script of `defmt` sorts these numbers by severity and has a
/// symbol at each border; that is so in all versions 1.x. So the program knows the
/// level of a frame without its symbol table.
///
/// `println!` has no level, nor has a frame that is shorter than two bytes. Such frames
/// have the level of the transport, see
/// [`DefmtTransport::with_level`](super::DefmtTransport::with_level).
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefmtLevels {
    /// Numbers of the format strings of each severity, the mildest first.
    ids: [Range<u16>; 5],
}

/// The levels of `defmt`, the mildest first.
const LEVELS: [Level; 5] = [
    Level::TRACE,
    Level::DEBUG,
    Level::INFO,
    Level::WARN,
    Level::ERROR,
];

impl DefmtLevels {
    /// No frame has a level of its own.
    pub const NONE: Self = Self::new([0..0, 0..0, 0..0, 0..0, 0..0]);

    /// The numbers of the format strings of trace, debug, info, warn and error.
    ///
    /// # Context
    /// Any context, also `const`; one step.
    #[must_use]
    pub const fn new(ids: [Range<u16>; 5]) -> Self {
        Self { ids }
    }

    /// What the linker script of `defmt` says about this program. On targets with an
    /// operating system this is [`NONE`](Self::NONE): programs there are linked without
    /// the script.
    ///
    /// A program for bare metal that is linked with another script than `defmt.x` may
    /// lack the symbols `__DEFMT_MARKER_TRACE_START` and so on. Then the linker says so.
    ///
    /// # Context
    /// Any context; a constant number of steps.
    #[inline]
    #[must_use]
    pub fn linked() -> Self {
        #[cfg(target_os = "none")]
        {
            // Hidden in the documentation of `defmt`, and there in all versions 1.x. The
            // symbols themselves are hidden, too, and would take `unsafe` here.
            let ids = defmt::IdRanges::get();
            Self::new([ids.trace, ids.debug, ids.info, ids.warn, ids.error])
        }
        #[cfg(not(target_os = "none"))]
        Self::NONE
    }

    /// The level of the frames with this number, if they have one.
    #[inline]
    pub(super) fn of(&self, id: u16) -> Option<Level> {
        let with_level = self.ids.iter().zip(LEVELS);
        with_level
            .filter(|(ids, _)| ids.contains(&id))
            .map(|(_, level)| level)
            .next()
    }
}
