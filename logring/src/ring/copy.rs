//! Bytes into payload words and back (W.c, C.c), a cell at a time.
//!
//! A length is taken apart into blocks of a whole cell, 8, 4, 2 words and 1,
//! each without a loop: a handful of branches, whatever the length.

use super::orderings::{C_C, W};
use crate::layout::geometry::{LEAN, PAYLOAD_BYTES, PAYLOAD_WORDS, WORD_BYTES};
use crate::sync::Slot;

/// W.c: stores bytes into the payload words of one cell, and returns those
/// that are for the next.
#[inline(always)]
pub(super) fn store_bytes<'b>(slots: &[Slot], bytes: &'b [u8]) -> &'b [u8] {
    let here = bytes.len().min(slots.len() * WORD_BYTES);
    let (mut bytes, rest) = bytes.split_at(here);
    let mut slots = slots;
    if LEAN {
        store_words(slots, bytes);
    } else if !store_block::<PAYLOAD_WORDS>(&mut slots, &mut bytes) {
        store_all(slots, bytes);
    }
    rest
}

/// W.c: stores bytes that fit the payload words of one cell.
#[inline(always)]
pub(super) fn store_all(slots: &[Slot], bytes: &[u8]) {
    if LEAN {
        return store_words(slots, bytes);
    }
    let (mut slots, mut rest) = (slots, bytes);
    store_block::<8>(&mut slots, &mut rest);
    store_block::<4>(&mut slots, &mut rest);
    store_block::<2>(&mut slots, &mut rest);
    store_block::<1>(&mut slots, &mut rest);
    if let (Some(slot), false) = (slots.first(), rest.is_empty()) {
        slot.store(last_word(bytes, rest), W);
    }
}

/// The same in a loop, which is little code.
#[inline(always)]
fn store_words(slots: &[Slot], bytes: &[u8]) {
    let words = bytes.chunks_exact(WORD_BYTES);
    let last = words.remainder();
    let slot = slots.get(words.len());
    for (slot, word) in slots.iter().zip(words) {
        slot.store(word_of(word), W);
    }
    if let (Some(slot), false) = (slot, last.is_empty()) {
        let bytes = last.iter().rev();
        let word = bytes.fold(0, |word, byte| word << 8 | *byte as usize);
        slot.store(usize::from_le(word), W);
    }
}

/// The same for [`load_bytes`].
#[inline(always)]
fn load_words(slots: &[Slot], bytes: &mut [u8]) {
    let (words, last) = bytes.split_at_mut(bytes.len() & !(WORD_BYTES - 1));
    let slot = slots.get(words.len() / WORD_BYTES);
    for (slot, word) in slots.iter().zip(words.chunks_exact_mut(WORD_BYTES)) {
        word.copy_from_slice(&slot.load(C_C).to_ne_bytes());
    }
    if let (Some(slot), false) = (slot, last.is_empty()) {
        let mut word = slot.load(C_C).to_le();
        for byte in last {
            *byte = word as u8;
            word >>= 8;
        }
    }
}

#[inline(always)]
fn store_block<const WORDS: usize>(slots: &mut &[Slot], bytes: &mut &[u8]) -> bool {
    let fits = WORDS <= slots.len() && WORDS * WORD_BYTES <= bytes.len();
    if fits {
        let (block, free) = slots.split_at(WORDS);
        let (chunk, rest) = bytes.split_at(WORDS * WORD_BYTES);
        for (slot, word) in block.iter().zip(chunk.chunks_exact(WORD_BYTES)) {
            slot.store(word_of(word), W);
        }
        (*slots, *bytes) = (free, rest);
    }
    fits
}

/// `rest`, the last bytes of `bytes` and fewer than a word, as a word in
/// memory order, zero behind them.
#[inline(always)]
fn last_word(bytes: &[u8], rest: &[u8]) -> usize {
    match bytes.last_chunk() {
        // One load, which has bytes of the word before, too.
        Some(last) => {
            let last = usize::from_ne_bytes(*last);
            beyond(last, rest.len())
        }
        None => word_of(rest),
    }
}

/// C.c: loads bytes from the payload words of one cell, and returns the room
/// that is for the next.
#[inline(always)]
pub(super) fn load_bytes<'b>(slots: &[Slot], bytes: &'b mut [u8]) -> &'b mut [u8] {
    let here = bytes.len().min(slots.len() * WORD_BYTES);
    let (mut bytes, rest) = bytes.split_at_mut(here);
    let mut slots = slots;
    if LEAN {
        load_words(slots, bytes);
        return rest;
    }
    load_block::<PAYLOAD_WORDS>(&mut slots, &mut bytes);
    load_block::<8>(&mut slots, &mut bytes);
    load_block::<4>(&mut slots, &mut bytes);
    load_block::<2>(&mut slots, &mut bytes);
    load_block::<1>(&mut slots, &mut bytes);
    if let (Some(slot), false) = (slots.first(), bytes.is_empty()) {
        spread(slot.load(C_C), bytes);
    }
    rest
}

/// C.c: loads all payload words of a cell of a 32-bit target; the first was loaded
/// before. Without a loop, which would take most of the time.
#[inline(always)]
pub(super) fn load_cell(
    first: usize,
    slots: &[Slot; PAYLOAD_WORDS],
    bytes: &mut [u8; PAYLOAD_BYTES],
) {
    const { assert!(!LEAN || PAYLOAD_WORDS == 7) }
    let (info, mut bytes) = bytes.split_at_mut(WORD_BYTES);
    info.copy_from_slice(&first.to_ne_bytes());
    if let [_, a, b, c, d, e, f] = &slots[..] {
        bytes = load_word(a, bytes);
        bytes = load_word(b, bytes);
        bytes = load_word(c, bytes);
        bytes = load_word(d, bytes);
        bytes = load_word(e, bytes);
        load_word(f, bytes);
    }
}

#[inline(always)]
fn load_word<'b>(slot: &Slot, bytes: &'b mut [u8]) -> &'b mut [u8] {
    match bytes.split_first_chunk_mut() {
        Some((word, rest)) => {
            *word = slot.load(C_C).to_ne_bytes();
            rest
        }
        None => &mut [],
    }
}

#[inline(always)]
fn load_block<const WORDS: usize>(slots: &mut &[Slot], bytes: &mut &mut [u8]) {
    if WORDS <= slots.len() && WORDS * WORD_BYTES <= bytes.len() {
        let (block, free) = slots.split_at(WORDS);
        let (chunk, rest) = core::mem::take(bytes).split_at_mut(WORDS * WORD_BYTES);
        for (slot, word) in block.iter().zip(chunk.chunks_exact_mut(WORD_BYTES)) {
            word.copy_from_slice(&slot.load(C_C).to_ne_bytes());
        }
        (*slots, *bytes) = (free, rest);
    }
}

/// Up to a word of bytes as a word, in memory order, zero behind them.
#[inline(always)]
pub(super) fn word_of(bytes: &[u8]) -> usize {
    if let Some(word) = bytes.first_chunk() {
        return usize::from_ne_bytes(*word);
    }
    // Pieces put in place by shifts: bytes gathered in memory would be read
    // back as a word before the processor has put them together.
    let mut word = 0;
    let mut bits = 0;
    let mut rest = bytes;
    if let (true, Some((piece, after))) = (WORD_BYTES > 4, rest.split_first_chunk::<4>()) {
        word |= placed(u32::from_ne_bytes(*piece) as usize, bits, 32);
        (bits, rest) = (bits + 32, after);
    }
    if let Some((piece, after)) = rest.split_first_chunk::<2>() {
        word |= placed(u16::from_ne_bytes(*piece) as usize, bits, 16);
        (bits, rest) = (bits + 16, after);
    }
    if let Some(byte) = rest.first() {
        word |= placed(*byte as usize, bits, 8);
    }
    word
}

/// A piece of `width` bits as it lies in a word, `bits` behind its first
/// byte in memory order.
#[inline(always)]
const fn placed(piece: usize, bits: u32, width: u32) -> usize {
    if cfg!(target_endian = "little") {
        piece << bits
    } else {
        piece << (usize::BITS - bits - width)
    }
}

/// The part of a word that fits behind `held` bytes in the word before, at its
/// place there; `held` is 1 to a word less one.
#[inline(always)]
pub(super) const fn behind(word: usize, held: usize) -> usize {
    let bits = 8 * held as u32;
    if cfg!(target_endian = "little") {
        word << bits
    } else {
        word >> bits
    }
}

/// The part of a word that does not, at its place in the next word.
#[inline(always)]
const fn beyond(word: usize, held: usize) -> usize {
    let bits = usize::BITS - 8 * held as u32;
    if cfg!(target_endian = "little") {
        word >> bits
    } else {
        word << bits
    }
}

/// The first bytes of a word in memory order, fewer than it has.
#[inline(always)]
fn spread(word: usize, bytes: &mut [u8]) {
    let word = word.to_ne_bytes();
    let (mut from, mut to) = (&word[..], bytes);
    spread_block::<4>(&mut from, &mut to);
    spread_block::<2>(&mut from, &mut to);
    spread_block::<1>(&mut from, &mut to);
}

#[inline(always)]
fn spread_block<const BYTES: usize>(from: &mut &[u8], to: &mut &mut [u8]) {
    if let (Some((piece, after)), true) = (from.split_first_chunk::<BYTES>(), BYTES <= to.len()) {
        let (room, rest) = core::mem::take(to).split_at_mut(BYTES);
        room.copy_from_slice(piece);
        (*from, *to) = (after, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_word_keeps_memory_order() {
        let all = [1, 2, 3, 4, 5, 6, 7, 8];
        for len in 0..=WORD_BYTES {
            let mut expected = [0; WORD_BYTES];
            expected[..len].copy_from_slice(&all[..len]);
            assert_eq!(word_of(&all[..len]).to_ne_bytes(), expected);
            if len < WORD_BYTES {
                let mut spread_out = [0xEE; WORD_BYTES];
                spread(usize::from_ne_bytes(expected), &mut spread_out[..len]);
                assert_eq!(spread_out[..len], all[..len]);
                assert!(spread_out[len..].iter().all(|byte| *byte == 0xEE));
            }
        }
    }

    /// Every length, into every number of free words.
    #[cfg(not(any(loom, shuttle)))]
    #[test]
    fn bytes_come_back_and_the_rest_is_for_the_next_cell() {
        const WORDS: usize = PAYLOAD_WORDS;
        let bytes: [u8; WORDS * WORD_BYTES] = core::array::from_fn(|at| at as u8 ^ 0x5A);
        for free in 0..=WORDS {
            for len in 0..=bytes.len() {
                let slots: [Slot; WORDS] = core::array::from_fn(|_| Slot::new(0));
                let fit = len.min(free * WORD_BYTES);
                let rest = store_bytes(&slots[..free], &bytes[..len]);
                assert_eq!(rest, &bytes[fit..len]);
                let mut back = [0; WORDS * WORD_BYTES];
                let room = load_bytes(&slots[..free], &mut back[..len]).len();
                assert_eq!(room, len - fit);
                assert_eq!(back[..fit], bytes[..fit]);
            }
        }
    }
}
