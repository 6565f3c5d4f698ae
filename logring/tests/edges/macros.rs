//! The macros: each level, a tag, and nothing formatted that is not offered.

use std::fmt;

use logring::{Config, Level, LogRing, Logger, Pushed};

use crate::support::{CELL, pop};

logring::define!(
    /// An attribute and a visibility are passed on.
    pub(crate) static DEFINED: [u8; 16 * CELL] = Config::drop_oldest()
);

/// `define!` makes a ring of exactly that capacity and a logger for it.
#[test]
fn define_makes_a_ring_of_its_bytes_and_its_logger() {
    assert_eq!(DEFINED.ring().capacity_bytes(), 16 * CELL);
    for _ in 0..17 {
        assert_eq!(logring::info!(DEFINED, "x"), Pushed::Stored);
    }
    assert_eq!(
        DEFINED
            .ring()
            .stats()
            .lost
            .by_cause(logring::Cause::Evicted),
        1
    );
}

/// Each of the six has its level, with and without a tag, with captured,
/// positional and no arguments, and with a comma at the end.
#[test]
fn each_macro_has_its_level() {
    let ring = LogRing::<16>::new();
    let log = Logger::new(&ring, Config::drop_newest());
    let n = 42;
    logring::trace!(log, "plain");
    logring::debug!(log, "captured {n}");
    logring::info!(log, "positional {} {}", n, n + 1);
    logring::warn!(log, tag: 7, "tagged {n:>5}");
    logring::error!(log, tag: u32::MAX, "comma {}", n,);
    logring::fatal!(log, "{{}}");
    logring::log!(log, Level::new(3).unwrap(), "log");
    logring::log!(log, Level::new(24).unwrap(), tag: 1 + 1, "log {}", n);
    let expected: [(Level, u32, &str); 8] = [
        (Level::TRACE, 0, "plain"),
        (Level::DEBUG, 0, "captured 42"),
        (Level::INFO, 0, "positional 42 43"),
        (Level::WARN, 7, "tagged    42"),
        (Level::ERROR, u32::MAX, "comma 42"),
        (Level::FATAL, 0, "{}"),
        (Level::new(3).unwrap(), 0, "log"),
        (Level::new(24).unwrap(), 2, "log 42"),
    ];
    for (level, tag, text) in expected {
        let record = pop(&ring);
        assert_eq!((record.level, record.tag), (level, tag));
        assert_eq!(record.bytes, text.as_bytes());
    }
}

struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("formatted although nobody wants it")
    }
}

/// Below the minimum level nothing is formatted.
#[test]
fn a_filtered_line_is_not_formatted() {
    let ring = LogRing::<4>::new();
    let log = Logger::new(
        &ring,
        Config::drop_newest().with_min_level(Some(Level::INFO)),
    );
    assert_eq!(logring::debug!(log, "{Unspeakable}"), Pushed::Filtered);
    assert_eq!(
        logring::trace!(log, tag: 1, "{}", Unspeakable),
        Pushed::Filtered
    );
}

/// A logger in a static, behind a reference or made on the spot will do.
#[test]
fn any_expression_of_a_logger_will_do() {
    static RING: LogRing<16> = LogRing::new();
    static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    let reference = &LOG;
    logring::info!(LOG, "static");
    logring::info!(*reference, "reference");
    logring::info!(Logger::new(&RING, Config::drop_newest()), "on the spot");
    for text in ["static", "reference", "on the spot"] {
        assert_eq!(pop(&RING).bytes, text.as_bytes());
    }
}

/// What places a `static` places the ring, which is written to, and not the logger, which
/// is a constant. Other attributes are the logger's.
#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn a_section_is_that_of_the_ring() {
    logring::define!(
        /// Documented.
        #[allow(dead_code)]
        #[unsafe(link_section = "logring_placed")]
        pub static PLACED: [u8; 4096] = Config::drop_newest()
    );
    logring::define!(
        #[cfg_attr(all(), unsafe(link_section = "logring_placed"))]
        static ALSO: [u8; 4096] = Config::drop_newest()
    );
    // The linker's own words for where a section begins and ends.
    unsafe extern "C" {
        static __start_logring_placed: u8;
        static __stop_logring_placed: u8;
    }
    let section =
        (&raw const __start_logring_placed).addr()..(&raw const __stop_logring_placed).addr();
    for log in [&PLACED, &ALSO] {
        let ring = core::ptr::from_ref(log.ring()).cast::<u8>().addr();
        assert!(section.contains(&ring));
        assert!(!section.contains(&core::ptr::from_ref(log).addr()));
        assert!(log.push(Level::INFO, b"there").is_stored());
    }
}
