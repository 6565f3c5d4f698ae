//! A library in Rust that knows nothing of logring, for a program in C that uses
//! both: its archive has Rust's standard library in it, as `liblogring.a` has.

/// The sum of the numbers up to this one, with an allocation, an output and a
/// panic that is caught, so that much of the standard library is needed.
#[unsafe(no_mangle)]
pub extern "C" fn beside_sum(up_to: u32) -> u64 {
    let all: Vec<u64> = (1..=u64::from(up_to)).collect();
    println!("beside: {} numbers", all.len());
    std::panic::catch_unwind(|| all.iter().sum()).unwrap_or(0)
}
