//! A program that pushes and pops.
#![no_std]
#![no_main]

mod start;

use core::hint::black_box;

use logring::{Config, Level, LogRing, Logger};

static RING: LogRing<16> = LogRing::new();
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static PAYLOAD: [u8; 64] = [7; 64];

#[start::entry]
fn main() -> ! {
    loop {
        black_box(LOG.push(Level::INFO, &PAYLOAD[..black_box(16)]));
        let mut room = [0; 64];
        let _ = black_box(RING.pop(&mut room));
    }
}
