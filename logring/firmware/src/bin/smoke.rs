//! A first look at what calls take.
#![no_std]
#![no_main]
use fw::println;
use logring::{Config, Level, LogRing, Logger};
use logring_firmware as fw;
fw::panic_fails!();
static RING: LogRing<16> = LogRing::new();
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static OLD: Logger = Logger::new(&RING, Config::drop_oldest());

#[fw::entry]
fn main() -> ! {
    fw::start();
    let clock = fw::Clock::start();
    for len in [0usize, 4, 16, 24, 64] {
        let bytes = &core::hint::black_box([7u8; 64])[..len];
        let n = clock.instructions(|| {
            let _ = core::hint::black_box(LOG.push(Level::INFO, bytes));
        });
        let mut buf = [0u8; 96];
        let p = clock.instructions(|| {
            let _ = core::hint::black_box(RING.pop(&mut buf));
        });
        let st = fw::stack_bytes(|| {
            let _ = core::hint::black_box(LOG.push(Level::INFO, bytes));
        });
        let sp = fw::stack_bytes(|| {
            let _ = core::hint::black_box(RING.pop(&mut buf));
        });
        let e = clock.instructions(|| {
            let _ = core::hint::black_box(RING.pop(&mut buf));
        });
        println!("len {len}: push {n} pop {p} empty {e} stack {st} {sp}");
    }
    while LOG.push(Level::INFO, b"x").is_stored() {}
    let bytes = &core::hint::black_box([7u8; 16])[..];
    let n = clock.instructions(|| {
        let _ = core::hint::black_box(LOG.push(Level::INFO, bytes));
    });
    let s = fw::stack_bytes(|| {
        let _ = core::hint::black_box(LOG.push(Level::INFO, bytes));
    });
    let o = clock.instructions(|| {
        let _ = core::hint::black_box(OLD.push(Level::INFO, bytes));
    });
    let os = fw::stack_bytes(|| {
        let _ = core::hint::black_box(OLD.push(Level::INFO, bytes));
    });
    println!("refuse {n} {s} evict {o} {os}");
    fw::exit(true)
}
