//! A program that clears a buffer for a record, and does nothing with it: what the
//! others are compared with.
#![no_std]
#![no_main]

mod start;

use core::hint::black_box;

static PAYLOAD: [u8; 64] = [7; 64];

#[start::entry]
fn main() -> ! {
    loop {
        black_box(&PAYLOAD[..black_box(16)]);
        let mut room = [0; 64];
        black_box(&mut room);
    }
}
