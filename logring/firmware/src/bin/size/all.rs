//! A program that does everything but format.
#![no_std]
#![no_main]

mod start;

use core::hint::black_box;

use logring::{Config, Level, LogRing, Logger};

static RING: LogRing<16> = LogRing::new();
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static OLD: Logger = Logger::new(&RING, Config::drop_oldest());
static PAYLOAD: [u8; 64] = [7; 64];

#[start::entry]
fn main() -> ! {
    loop {
        let payload = &PAYLOAD[..black_box(16)];
        black_box(LOG.push(Level::INFO, payload));
        black_box(OLD.push(Level::INFO, payload));
        black_box(LOG.push_parts(Level::INFO, 7, &[payload, payload]));
        if let Ok(mut grant) = LOG.reserve(Level::INFO, 7, payload.len()) {
            grant.append(payload);
            grant.commit();
        }
        let mut room = [0; 64];
        let _ = black_box(RING.pop(&mut room));
        black_box(RING.drain(&mut room, 4, |record| {
            black_box(record);
        }));
        black_box(RING.drain_into(&mut room));
        black_box(RING.stats());
        black_box(RING.take_trailing_loss());
    }
}
