//! The adapter behind the macros of the `log` crate, of which a program has one
//! logger: so this is a program of its own, with one test.
#![cfg(feature = "log")]

use core::fmt;

use log::LevelFilter;
use logring::adapters::LogAdapter;
use logring::{Config, Popped};

logring::define!(static LOG: [u8; 64 * 1024] = Config::drop_newest());
static FACADE: LogAdapter = LogAdapter::new(LOG).with_target(false);
static OTHER: LogAdapter = LogAdapter::new(LOG);

/// An argument that logs while it is formatted.
struct Talkative {
    long: bool,
}

impl fmt::Display for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        log::warn!("inner");
        f.write_str("outer")?;
        if self.long {
            write!(f, "{:300}", "")?;
        }
        Ok(())
    }
}

fn drained() -> Vec<String> {
    let mut buf = [0; 1024];
    let mut lines = Vec::new();
    while let Popped::Record(record) = LOG.ring().pop(&mut buf) {
        assert_eq!(record.lost_before, 0);
        let line = core::str::from_utf8(record.bytes).expect("text");
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Installing says to `log` what is let in, a second time is an error, and the
/// macros arrive in the ring, also from inside an argument that is being
/// formatted.
#[test]
fn the_macros_of_log_write_to_the_ring() {
    log::error!("nobody is there yet");
    FACADE.set_max_level(LevelFilter::Info);
    assert_eq!(log::max_level(), LevelFilter::Off, "not installed");
    FACADE.install().expect("the first");
    assert_eq!(log::max_level(), LevelFilter::Info);
    assert!(OTHER.install().is_err());
    OTHER.set_max_level(LevelFilter::Trace);
    assert_eq!(log::max_level(), LevelFilter::Info, "not the one installed");

    log::info!("user {} paid {}", 42, 1999);
    log::debug!("not logged");
    assert_eq!(drained(), ["user 42 paid 1999"]);
    FACADE.set_max_level(LevelFilter::Debug);
    log::debug!("logged");
    assert_eq!(drained(), ["logged"]);

    // The inner record is whole before the outer one goes on.
    log::info!("{}", Talkative { long: false });
    assert_eq!(drained(), ["inner", "outer"]);
    // So it is with a line longer than the buffer on the stack, which is formatted once.
    log::info!("{}", Talkative { long: true });
    assert_eq!(drained(), ["inner", "outer"]);
}
