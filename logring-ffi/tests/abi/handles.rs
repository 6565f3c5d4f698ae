//! Handles: they say how many cells, are found out when they are not the
//! block's own, and no call does anything then.

use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::consume::{logring_drain, logring_drain_into, logring_pop};
use logring_ffi::lifecycle::{logring_free, logring_init_in};
use logring_ffi::observe::{logring_get_stats, logring_prefault, logring_take_trailing_loss};
use logring_ffi::produce::{logring_push, logring_pushv, logring_reserve, logring_set_min_level};
use logring_ffi::status::*;

use crate::support::{
    ALIGN, CELL, Made, Memory, NO_GRANT, NO_RECORD, NO_STATS, Record, assert_untouched, c, config,
    figures,
};

/// Calls everything that takes a handle. Each call that answers at all gives
/// `expected`, and writes nothing.
#[track_caller]
fn assert_no_handle(ring: *mut logring_t, expected: logring_status_t) {
    let mut buf = [0x5A_u8; 64];
    let to = buf.as_mut_ptr();
    unsafe extern "C" fn sink(
        _: *mut std::ffi::c_void,
        _: *const logring_ffi::consume::logring_record_t,
    ) -> i32 {
        panic!("nothing is delivered")
    }
    let (mut record, mut stats, mut grant) = (NO_RECORD, NO_STATS, NO_GRANT);
    let (mut one, mut two) = (77, 78);
    let said = [
        c!(logring_push(ring, 9, to.cast(), 3)),
        c!(logring_pushv(ring, 9, 0, ptr::null(), 0)),
        c!(logring_reserve(ring, 9, 0, 3, &mut grant)),
        c!(logring_pop(ring, to.cast(), 64, &mut record)),
        c!(logring_drain(
            ring,
            to.cast(),
            64,
            9,
            Some(sink),
            ptr::null_mut(),
            &mut one
        )),
        c!(logring_drain_into(ring, to.cast(), 64, &mut one, &mut two)),
        c!(logring_get_stats(ring, &mut stats)),
        c!(logring_prefault(ring)),
    ];
    assert_eq!(said, [expected; 8], "{ring:?}");
    c!(logring_set_min_level(ring, 24));
    c!(logring_free(ring));
    assert_eq!(c!(logring_take_trailing_loss(ring)), 0);
    assert_untouched(&record, 0xEEEE);
    assert_eq!(figures(&stats), figures(&NO_STATS));
    assert_eq!(grant.opaque, NO_GRANT.opaque);
    assert_eq!((one, two, buf), (77, 78, [0x5A; 64]));
}

/// A handle is its block's address and the logarithm of its cells, so that no
/// memory that others write says how many there are.
#[test]
fn a_handle_says_how_many_cells() {
    for log2 in 2..if cfg!(miri) { 4 } else { 15 } {
        let made = Made::new(1 << log2, &config());
        let bits = made.ring.addr() - made.memory.block().addr();
        assert_eq!(bits, log2);
        assert_eq!(made.stats().capacity_bytes, (CELL << log2) as u64);
    }
}

/// NULL is told apart from what is no handle, which small numbers are, too.
#[test]
fn null_and_small_numbers_are_no_handles() {
    assert_no_handle(ptr::null_mut(), LOGRING_E_NULL);
    for small in (1..ALIGN).step_by(if cfg!(miri) { 9 } else { 1 }) {
        assert_no_handle(ptr::without_provenance_mut(small), LOGRING_E_INVAL);
    }
}

/// Every other address of the block's first line is no handle, least of all
/// those of another number of cells, and nothing happens to the ring.
#[test]
fn a_handle_that_is_off_by_anything_is_found_out() {
    let made = Made::new(16, &config());
    assert_eq!(made.push(9, b"kept"), LOGRING_OK);
    let before = made.memory.bytes();
    let block: *mut logring_t = made.memory.block().cast();
    for off in (0..ALIGN).step_by(if cfg!(miri) { 4 } else { 1 }) {
        let ring = block.wrapping_byte_add(off);
        match off {
            4 => assert_eq!(ring, made.ring),
            _ => assert_no_handle(ring, LOGRING_E_INVAL),
        }
    }
    // Further into the block lies something else.
    for lines in 1..8 {
        let ring = made.ring.wrapping_byte_add(lines * ALIGN);
        assert_no_handle(ring, LOGRING_E_INVAL);
    }
    assert_eq!(made.memory.bytes(), before);
    assert_eq!(made.pop(), Record::plain(b"kept"));
}

/// Memory that is no ring, whatever it holds: zeroes, ones, and a copy of a
/// smaller ring's head.
#[test]
fn memory_that_is_no_ring_is_found_out() {
    let small = Made::new(4, &config());
    let head = small.memory.bytes();
    for fill in 0..3 {
        let mut memory = Memory::for_cells(8);
        for (at, byte) in head.iter().enumerate().take(ALIGN) {
            memory.set_byte(at, [0, 255, *byte][fill]);
        }
        let before = memory.bytes();
        let ring = memory.block().cast::<logring_t>().wrapping_byte_add(3);
        assert_no_handle(ring, LOGRING_E_INVAL);
        assert_eq!(memory.bytes(), before);
    }
}

/// A handle is of one making: when the memory is made another ring, the old
/// handle goes on only if it is the same.
#[test]
fn a_handle_of_an_earlier_ring_is_found_out() {
    let first = Made::new(16, &config());
    let mut second = ptr::null_mut();
    let block = first.memory.block();
    let smaller = first.memory.len() - 1;
    let said = c!(logring_init_in(block, smaller, &config(), &mut second));
    assert_eq!(said, LOGRING_OK);
    assert_no_handle(first.ring, LOGRING_E_INVAL);
    let mut third = ptr::null_mut();
    let said = c!(logring_init_in(
        block,
        first.memory.len(),
        &config(),
        &mut third
    ));
    assert_eq!((said, third), (LOGRING_OK, first.ring));
    assert_no_handle(second, LOGRING_E_INVAL);
    assert_eq!(first.push(9, b"x"), LOGRING_OK);
}
