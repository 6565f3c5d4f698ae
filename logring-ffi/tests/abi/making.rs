//! Making rings: in memory of any size, on the heap, with any configuration.

use std::ptr;

use logring_ffi::abi::{LOGRING_DROP_OLDEST, LOGRING_INFO, logring_t};
use logring_ffi::lifecycle::{
    logring_config_default, logring_config_t, logring_free, logring_init_in, logring_new,
    logring_required_size,
};
use logring_ffi::produce::logring_push;
use logring_ffi::status::*;

use crate::support::{ALIGN, CELL, HEAD, Made, Memory, Record, c, config, with_policy};

const CONFIG_BYTES: usize = size_of::<logring_config_t>();

/// The defaults are those of the documentation, and no byte beyond the size
/// that the caller says is written.
#[test]
fn the_default_configuration_fits_the_size_that_the_caller_says() {
    let default = config();
    assert_eq!(default.struct_size as usize, CONFIG_BYTES);
    assert_eq!(
        (default.policy, default.max_record, default.retry_limit),
        (1, 0, 0)
    );
    assert_eq!(
        (default.mark_pct, default.truncate, default.min_level),
        ([0; 6], 1, 0)
    );
    assert!(default.clock.is_none() && default.clock_ctx.is_null());
    for size in 0..CONFIG_BYTES + 9 {
        // Words, for their alignment.
        let mut memory = [u64::MAX; CONFIG_BYTES / 8 + 3];
        c!(logring_config_default(
            memory.as_mut_ptr().cast(),
            size as u32
        ));
        let bytes: Vec<u8> = memory.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let written = if size < 4 { 0 } else { size.min(CONFIG_BYTES) };
        assert!(bytes[written..].iter().all(|byte| *byte == 255), "{size}");
        if size >= 4 {
            assert_eq!(bytes[..4], (size as u32).to_ne_bytes());
        }
        if size >= 8 {
            assert_eq!(bytes[4..8], 1_u32.to_ne_bytes());
        }
    }
    c!(logring_config_default(ptr::null_mut(), 40));
    let mut memory = [u64::MAX; 9];
    let off = memory.as_mut_ptr().cast::<u8>().wrapping_add(1);
    c!(logring_config_default(off.cast(), CONFIG_BYTES as u32));
    assert_eq!(memory, [u64::MAX; 9]);
}

/// A capacity is a power of two of at least four cells; its memory is that, a
/// head, and the same for positions and counters at every size.
#[test]
fn required_size_is_the_capacity_and_a_fixed_base() {
    let base = logring_required_size(4 * CELL) - 4 * CELL;
    assert!(base > HEAD && base < 4096);
    for log2 in 2..20 {
        assert_eq!(logring_required_size(CELL << log2), (CELL << log2) + base);
    }
    for none in [0, 1, CELL, 3 * CELL, 4 * CELL - 1, 4 * CELL + 1, 5 * CELL] {
        assert_eq!(logring_required_size(none), 0, "{none}");
    }
    for none in [usize::MAX, 1 << (usize::BITS - 1), 100 * CELL] {
        assert_eq!(logring_required_size(none), 0, "{none}");
    }
    assert_ne!(logring_required_size(1 << (usize::BITS - 4)), 0);
}

/// Memory of exactly a ring's size holds it; a byte less halves it; less than
/// the smallest is no ring, and nothing is written.
#[test]
fn a_block_takes_the_largest_ring_that_fits() {
    let config = config();
    let least = logring_required_size(4 * CELL);
    for (len, cells) in [
        (least, 4),
        (least + 1, 4),
        (logring_required_size(8 * CELL) - 1, 4),
        (logring_required_size(8 * CELL), 8),
        (logring_required_size(16 * CELL) + ALIGN, 16),
    ] {
        let memory = Memory::new(len);
        let mut ring = ptr::null_mut();
        let said = c!(logring_init_in(memory.block(), len, &config, &mut ring));
        assert_eq!(said, LOGRING_OK, "{len}");
        // The handle lies in the block, and says how many cells.
        let bits = ring.addr() - memory.block().addr();
        assert_eq!(1 << bits, cells, "{len}");
        let made = Made { memory, ring };
        assert_eq!(made.stats().capacity_bytes, (cells * CELL) as u64);
        for _ in 0..cells {
            assert_eq!(made.push(9, b"x"), LOGRING_OK);
        }
        assert_eq!(made.push(9, b"x"), LOGRING_DROPPED_FULL);
        assert_eq!(made.drain().len(), cells);
        made.memory.assert_guards();
    }
    for len in [0, 1, HEAD - 1, HEAD, HEAD + 1, least - 1] {
        let memory = Memory::new(len);
        let mut ring = ptr::dangling_mut::<logring_t>();
        let said = c!(logring_init_in(memory.block(), len, &config, &mut ring));
        assert_eq!(said, LOGRING_E_NOSPACE, "{len}");
        assert_eq!(ring, ptr::dangling_mut());
        assert!(memory.is_untouched());
    }
}

/// Every value that has no meaning is found, before anything is written; its
/// neighbour is fine.
#[test]
fn a_configuration_is_checked_before_memory_is_touched() {
    let of = |change: fn(&mut logring_config_t)| {
        let mut config = config();
        change(&mut config);
        let memory = Memory::for_cells(4);
        let mut ring = ptr::null_mut();
        let said = c!(logring_init_in(
            memory.block(),
            memory.len(),
            &config,
            &mut ring
        ));
        if said < 0 {
            assert!(ring.is_null());
            assert!(memory.is_untouched());
            let said_too = c!(logring_new(4 * CELL, &config, &mut ring));
            assert_eq!((said_too, ring.is_null()), (said, true));
        }
        said
    };
    assert_eq!(of(|c| c.struct_size += 1), LOGRING_E_ABI);
    assert_eq!(of(|c| c.struct_size -= 1), LOGRING_E_ABI);
    assert_eq!(of(|c| c.struct_size = 0), LOGRING_E_ABI);
    assert_eq!(of(|c| c.policy = 0), LOGRING_E_INVAL);
    assert_eq!(of(|c| c.policy = 3), LOGRING_E_INVAL);
    assert_eq!(of(|c| c.mark_pct[5] = 101), LOGRING_E_INVAL);
    assert_eq!(of(|c| c.mark_pct[0] = 255), LOGRING_E_INVAL);
    assert_eq!(of(|c| c.min_level = 25), LOGRING_E_INVAL);
    assert_eq!(of(|c| c.mark_pct = [100, 1, 0, 100, 1, 0]), LOGRING_OK);
    assert_eq!(of(|c| c.min_level = 24), LOGRING_OK);
    assert_eq!(of(|c| c.max_record = u32::MAX), LOGRING_OK);
    assert_eq!(of(|c| c.retry_limit = u32::MAX), LOGRING_OK);
    assert_eq!(of(|c| c.truncate = 255), LOGRING_OK);
}

/// A ring on the heap has the capacity asked for, and is a ring.
#[test]
fn a_ring_on_the_heap_works_and_is_freed() {
    for cells in if cfg!(miri) { [4, 4, 8] } else { [4, 8, 64] } {
        let mut ring = ptr::null_mut();
        let config = with_policy(LOGRING_DROP_OLDEST);
        assert_eq!(
            c!(logring_new(cells * CELL, &config, &mut ring)),
            LOGRING_OK
        );
        let made = Made {
            memory: Memory::new(0),
            ring,
        };
        assert_eq!(made.stats().capacity_bytes, (cells * CELL) as u64);
        for _ in 0..=cells {
            assert_eq!(made.push(LOGRING_INFO, b"heap"), LOGRING_OK);
        }
        let first = made.pop();
        assert!(first.lost_before > 0);
        assert_eq!(made.pop(), Record::plain(b"heap"));
        c!(logring_free(ring));
    }
}

/// What is no capacity is an answer, and so is what no machine has.
#[test]
fn a_ring_that_the_heap_cannot_hold_is_an_answer() {
    let mut ring = ptr::dangling_mut();
    for none in [0, 1, 4 * CELL - 1, 5 * CELL, usize::MAX] {
        let said = c!(logring_new(none, &config(), &mut ring));
        assert_eq!(said, LOGRING_E_INVAL, "{none}");
    }
    // Miri ends a program that asks for so much.
    if !cfg!(miri) && usize::BITS == 64 {
        for log2 in [60, 61, 62] {
            let said = c!(logring_new(1 << log2, &config(), &mut ring));
            assert_eq!(said, LOGRING_E_NOMEM, "2^{log2}");
        }
        let said = c!(logring_new(1 << 63, &config(), &mut ring));
        assert_eq!(said, LOGRING_E_INVAL);
    }
    assert_eq!(ring, ptr::dangling_mut());
}

/// Freeing nothing does nothing, and a ring in the caller's memory is the
/// caller's: it works on.
#[test]
fn free_leaves_memory_of_the_caller_alone() {
    c!(logring_free(ptr::null_mut()));
    let made = Made::new(4, &config());
    made.push(9, b"stays");
    c!(logring_free(made.ring));
    // A handle that says "heap" is not the one of this block.
    c!(logring_free(made.ring.wrapping_byte_add(ALIGN / 2)));
    assert_eq!(made.pop(), Record::plain(b"stays"));
}

/// A second ring in the same memory begins empty, and the handle of the first,
/// of another size, is one no more.
#[test]
fn memory_can_be_made_a_ring_again() {
    let first = Made::new(16, &config());
    first.push(9, b"old");
    let mut ring = ptr::null_mut();
    let len = logring_required_size(8 * CELL);
    let said = c!(logring_init_in(
        first.memory.block(),
        len,
        &config(),
        &mut ring
    ));
    assert_eq!(said, LOGRING_OK);
    assert_eq!(first.push(9, b"x"), LOGRING_E_INVAL);
    let second = Made {
        memory: Memory::new(0),
        ring,
    };
    assert_eq!(second.glance(), LOGRING_EMPTY);
    assert_eq!(second.push(9, b"new"), LOGRING_OK);
    assert_eq!(second.pop(), Record::plain(b"new"));
    // NULL and a length of nothing is a record of nothing.
    assert_eq!(c!(logring_push(ring, 9, ptr::null(), 0)), LOGRING_OK);
    assert_eq!(second.pop(), Record::plain(b""));
}
