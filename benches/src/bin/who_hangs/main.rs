//! Which queues may be pushed to from a signal handler?
//!
//! `cargo run --release -p logring-benches --bin who_hangs -- [--seconds N] [FILTER]`
//!
//! Each queue gets a process of its own, in which one thread pushes without
//! pause and a storm of signals interrupts it; the handler pushes into the
//! very queue that it interrupted. Another thread drains, so that the queue
//! is now full and now has room. Every fourth signal pushes twice as many
//! records as the queue has slots, as a crash handler with a backtrace would.
//! The parent kills a process whose signal handler has not come back for
//! [`parent::STUCK`], and prints a Markdown table.
//!
//! The exit code says one thing: whether logring came through with an exact
//! ledger. Linux only.

#![deny(unsafe_code)]

#[cfg(target_os = "linux")]
mod parent;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(target_os = "linux")]
mod queue;
#[cfg(target_os = "linux")]
mod rings;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod storm;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::process::ExitCode;
    use std::time::Duration;

    let mut seconds = 4.0;
    let mut filter = None;
    let mut child = None;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => match words.next().and_then(|word| word.parse().ok()) {
                Some(number) if (0.0..3600.0).contains(&number) => seconds = number,
                _ => {
                    eprintln!("--seconds takes a number of seconds");
                    return ExitCode::from(2);
                }
            },
            // How the parent starts its children.
            "--child" => child = words.next(),
            _ => filter = Some(word),
        }
    }
    let entrants = queue::entrants();
    let time = Duration::from_secs_f64(seconds);
    match child {
        Some(name) => match entrants.into_iter().find(|entrant| entrant.name() == name) {
            Some(entrant) => {
                storm::run(entrant.make, time);
                ExitCode::SUCCESS
            }
            None => ExitCode::from(2),
        },
        None => parent::run(entrants, filter.as_deref(), time),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("who_hangs needs Linux");
}
