//! A program that logs a formatted line, with what the core library brings along
//! for that.
#![no_std]
#![no_main]

mod start;

use core::hint::black_box;

use logring::{Config, LogRing, Logger};

static RING: LogRing<16> = LogRing::new();
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static PAYLOAD: [u8; 64] = [7; 64];

#[start::entry]
fn main() -> ! {
    loop {
        black_box(logring::info!(LOG, "value {}", PAYLOAD[black_box(16)]));
    }
}
