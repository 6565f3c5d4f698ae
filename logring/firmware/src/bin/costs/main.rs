//! What logring costs on this target, and its peers in the same program: lines
//! of a name, a tabulator and a figure. `cargo bench -p logring-benches --bench
//! firmware` runs it for all targets.
//!
//! Built with the feature `watched`, it counts critical sections, and
//! instructions and stack otherwise: watching a section costs instructions. With
//! `drained` it is drains that are measured, and all else without.
#![no_std]
#![no_main]

mod contest;
mod meter;
mod ours;
mod peers;
#[cfg_attr(feature = "watched", path = "watched.rs")]
#[cfg_attr(not(feature = "watched"), path = "plain.rs")]
mod probe;

use logring_firmware as fw;
use meter::Meter;

fw::panic_fails!();

#[fw::entry]
fn main() -> ! {
    let mut meter = Meter::new();
    if contest::DRAINED {
        for contestant in contest::CONTESTANTS {
            contestant.measure_drain(&mut meter);
        }
    } else {
        ours::measure(&mut meter);
        for contestant in contest::CONTESTANTS {
            contestant.measure(&mut meter);
        }
    }
    fw::println!("end");
    fw::exit(true)
}
