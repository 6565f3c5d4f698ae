//! Sizes: cells, records and capacities, and how they follow from each other.

use super::{header, state};
use crate::error::CapacityError;

/// Bytes of a machine word.
pub(crate) const WORD_BYTES: usize = size_of::<usize>();
/// Payload words of a cell; its state word comes on top. A cell of a 64-bit
/// target is 128 bytes, so that most lines of text take one or two; on 32-bit
/// targets, where memory is dear, it is 32 bytes. Models keep it small.
pub(crate) const PAYLOAD_WORDS: usize = if cfg!(all(test, loom)) {
    4
} else if usize::BITS == 64 {
    15
} else {
    7
};

/// Whether code is dear, as on 32-bit targets: there bytes are copied in loops, but
/// by drains, which copy whole cells; nothing divides, attempts at once are not
/// repeated, and one writer does for all but a plain push of one cell.
pub(crate) const LEAN: bool = usize::BITS < 64;
/// The largest payload of a record of one cell, in bytes, if it has no extras.
pub(crate) const CELL_RECORD_BYTES: usize = (PAYLOAD_WORDS - header::INFO_WORDS) * WORD_BYTES;
/// Bytes of a cell without its state word.
pub(crate) const PAYLOAD_BYTES: usize = PAYLOAD_WORDS * WORD_BYTES;
/// Bytes of a cell, state word included.
pub(crate) const CELL_BYTES: usize = WORD_BYTES + PAYLOAD_BYTES;
/// The smallest ring, in cells: with fewer, a record of a quarter of the ring
/// would have no cell.
pub(crate) const CELLS_MIN: usize = 4;
/// The largest ring, in cells: two bits of a position tell apart what is
/// older than the tail and what is newer than the head.
pub(crate) const CELLS_MAX: usize = 1 << (usize::BITS - 2 - CELL_BYTES.ilog2());
/// The most cells that an eviction run aims at. A run shares its
/// compare-and-swap among many records, and keeps producers and poppers from
/// racing for every single one; it costs as much history as it frees.
pub(crate) const CHUNK_CELLS_MAX: usize = 32;

/// Words that hold so many bytes, at most [`header::BYTES_MAX`].
#[inline(always)]
pub(crate) const fn words_for(bytes: usize) -> usize {
    (bytes + WORD_BYTES - 1) >> WORD_BYTES.trailing_zeros()
}

/// Cells of a record with `header_words` words of header and `bytes` of
/// payload; at least one. The caller sees to it that both together fit the largest
/// record.
#[inline(always)]
pub(crate) const fn cells_for(header_words: usize, bytes: usize) -> usize {
    let words = header_words + words_for(bytes);
    if words <= PAYLOAD_WORDS {
        1
    } else if LEAN {
        sevenths(words)
    } else {
        words.div_ceil(PAYLOAD_WORDS)
    }
}

/// A seventh of `words`, rounded up, by a multiplication of one word: the
/// smallest cores have no instruction that divides, nor a longer product. Exact
/// for as many words as the cells of a record have.
const fn sevenths(words: usize) -> usize {
    const RECIPROCAL: u32 = (1 << 18) / 7 + 1;
    (((words as u32 + 6) * RECIPROCAL) >> 18) as usize
}

const _: () = assert!(!LEAN || PAYLOAD_WORDS == 7);

/// A number of cells that a record of `bytes` surely takes, by a shift.
#[inline(always)]
pub(crate) const fn cells_min(bytes: usize) -> usize {
    // A cell carries less than its own bytes, so this never says too much.
    1 + bytes / CELL_BYTES
}

/// The most cells that one record may take in a ring of `cells` cells: a
/// quarter of it, so that a record never has to wait for most of a ring.
#[inline(always)]
pub(crate) const fn record_cells_max(cells: usize) -> usize {
    let share = record_cells_share(cells);
    if share > state::SIZE_MAX {
        state::SIZE_MAX
    } else {
        share
    }
}

/// As [`record_cells_max`], where a state says the number of cells: it cannot say
/// more than [`state::SIZE_MAX`].
#[inline(always)]
pub(crate) const fn record_cells_share(cells: usize) -> usize {
    // Models keep their rings tiny, and still want a record of two cells.
    if cfg!(all(test, loom)) {
        cells / 2
    } else {
        cells / 4
    }
}

/// The largest payload of one record in a ring of `cells` cells, in bytes:
/// one number, whatever extras the record turns out to have.
pub(crate) const fn payload_bytes_max(cells: usize) -> usize {
    let words = record_cells_max(cells) * PAYLOAD_WORDS;
    let bytes = words
        .saturating_sub(header::WORDS_MAX)
        .saturating_mul(WORD_BYTES);
    if bytes > header::BYTES_MAX {
        header::BYTES_MAX
    } else {
        bytes
    }
}

/// Cells that one eviction run aims to free in a ring of `cells` cells: a
/// sixteenth of it, so that this is all the history that it costs.
#[inline(always)]
pub(crate) const fn chunk_cells(cells: usize) -> usize {
    let share = cells / 16;
    if share > CHUNK_CELLS_MAX {
        CHUNK_CELLS_MAX
    } else {
        share
    }
}

/// Whether a ring can have `cells` cells.
pub(crate) const fn is_ring_size(cells: usize) -> bool {
    cells.is_power_of_two() && cells >= CELLS_MIN && cells <= CELLS_MAX
}

/// The cells of a ring of `capacity_bytes` bytes.
///
/// # Errors
/// If there is no such ring; the error names the nearest that exist.
pub(crate) const fn cells_of_capacity(capacity_bytes: usize) -> Result<usize, CapacityError> {
    let cells = capacity_bytes / CELL_BYTES;
    if capacity_bytes % CELL_BYTES == 0 && is_ring_size(cells) {
        return Ok(cells);
    }
    if cells >= CELLS_MAX {
        return Err(CapacityError {
            below: Some(CELLS_MAX * CELL_BYTES),
            above: None,
        });
    }
    if cells < CELLS_MIN {
        return Err(CapacityError {
            below: None,
            above: Some(CELLS_MIN * CELL_BYTES),
        });
    }
    let below = 1 << cells.ilog2();
    Err(CapacityError {
        below: Some(below * CELL_BYTES),
        above: Some(below * 2 * CELL_BYTES),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_fills_its_cells_takes_no_more() {
        let cell = PAYLOAD_WORDS * WORD_BYTES;
        assert_eq!(cells_for(0, 0), 1);
        assert_eq!(cells_for(0, cell), 1);
        assert_eq!(cells_for(0, cell + 1), 2);
        assert_eq!(cells_for(1, cell), 2);
        assert_eq!(cells_for(0, 5 * cell), 5);
        assert_eq!(cells_for(0, 5 * cell + 1), 6);
    }

    #[test]
    fn a_seventh_is_one_for_every_length_of_a_record() {
        let cells_max = (1 << 12) - 1;
        for words in 0..=7 * cells_max {
            assert_eq!(sevenths(words), words.div_ceil(7));
        }
    }

    #[test]
    fn a_record_takes_at_least_what_is_sure() {
        for bytes in 0..4096 {
            assert!(1 <= cells_min(bytes) && cells_min(bytes) <= cells_for(0, bytes));
        }
    }

    #[test]
    fn the_largest_record_fits_a_quarter_with_every_extra() {
        for log2 in 2..20 {
            let cells = 1 << log2;
            let bytes = payload_bytes_max(cells);
            assert!(cells_for(header::WORDS_MAX, bytes) <= record_cells_max(cells));
            if bytes < header::BYTES_MAX && cells / 4 < state::SIZE_MAX {
                assert!(cells_for(header::WORDS_MAX, bytes + 1) > cells / 4);
            }
        }
    }

    #[test]
    fn a_capacity_that_is_none_names_its_neighbours() {
        assert_eq!(cells_of_capacity(256 * CELL_BYTES), Ok(256));
        let between = cells_of_capacity(100 * CELL_BYTES).unwrap_err();
        assert_eq!(between.below, Some(64 * CELL_BYTES));
        assert_eq!(between.above, Some(128 * CELL_BYTES));
        assert_eq!(
            cells_of_capacity(64 * CELL_BYTES + 1).unwrap_err().below,
            Some(64 * CELL_BYTES)
        );
        assert_eq!(cells_of_capacity(0).unwrap_err().below, None);
        assert_eq!(cells_of_capacity(usize::MAX).unwrap_err().above, None);
        assert_eq!(cells_of_capacity(CELLS_MAX * CELL_BYTES), Ok(CELLS_MAX));
    }
}
