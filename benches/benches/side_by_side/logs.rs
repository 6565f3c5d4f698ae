//! logring's own cases in one thread.

use std::hint::black_box;

use logring::{Config, Level, Logger, Popped, Ring};
use logring_benches::rounds::{Case, blocks};

use super::{BURST, empty, payload, ring_cells};

/// A logger in a `static`, as a program has it. A type of its own for each,
/// so that the compiler sees which one a case uses.
pub(crate) trait Log {
    /// The logger.
    fn log() -> &'static Logger<'static>;
}

macro_rules! logs {
    ($($name:ident: $bytes:literal = $config:expr;)*) => {$(
        pub(crate) enum $name {}

        impl Log for $name {
            #[inline(always)]
            fn log() -> &'static Logger<'static> {
                logring::define!(static LOG: [u8; logring::Ring::CELL_BYTES * ring_cells($bytes)] = $config);
                &LOG
            }
        }
    )*};
}

logs! {
    Push16: 16 = Config::drop_newest();
    Push56: 56 = Config::drop_newest();
    Push56Unknown: 56 = Config::drop_newest();
    Push64: 64 = Config::drop_newest();
    Push120: 120 = Config::drop_newest();
    Push248: 248 = Config::drop_newest();
    Refused56: 56 = Config::drop_newest();
    Overwrite16: 16 = Config::drop_oldest();
    Overwrite56: 56 = Config::drop_oldest();
    Overwrite64: 64 = Config::drop_oldest();
    Overwrite120: 120 = Config::drop_oldest();
    Overwrite248: 248 = Config::drop_oldest();
    Pop56: 56 = Config::drop_newest();
    Drain56: 56 = Config::drop_newest();
    RefusedByTwo: 56 = Config::drop_newest();
    OverwrittenByTwo: 56 = Config::drop_oldest();
}

/// Pushes a burst and reads it back, so that what is measured works.
fn verify<const BYTES: usize>(log: &Logger<'_>) {
    let bytes = payload::<BYTES>();
    for _ in 0..BURST {
        assert!(log.push(Level::INFO, &bytes).is_stored());
    }
    let mut buf = [0; 1024];
    for _ in 0..BURST {
        match log.ring().pop(&mut buf) {
            Popped::Record(record) => assert_eq!(record.bytes, bytes),
            other => panic!("{other:?} instead of a record"),
        }
    }
    assert_eq!(log.ring().pop(&mut buf), Popped::Empty);
}

pub(crate) fn fill<const BYTES: usize>(log: &Logger<'_>) {
    while log.push(Level::INFO, &payload::<BYTES>()).is_stored() {}
}

pub(crate) fn push<L: Log, const BYTES: usize>(count: usize) -> Case {
    verify::<BYTES>(L::log());
    let bytes = payload::<BYTES>();
    Case::new(format!("push {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(L::log().push(Level::INFO, black_box(&bytes)).is_stored());
            }
        };
        blocks(count, BURST, timed, || empty(L::log().ring()))
    })
}

pub(crate) fn push_length_unknown<L: Log, const BYTES: usize>(count: usize) -> Case {
    verify::<BYTES>(L::log());
    let bytes = payload::<BYTES>();
    Case::new(format!("push {BYTES} B, length unknown"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(
                    L::log()
                        .push(Level::INFO, black_box(&bytes[..]))
                        .is_stored(),
                );
            }
        };
        blocks(count, BURST, timed, || empty(L::log().ring()))
    })
}

pub(crate) fn push_boxed<const BYTES: usize>(count: usize) -> Case {
    let ring = Ring::boxed(64 * ring_cells(BYTES)).expect("a capacity");
    // The bench keeps it until it ends.
    let log = Logger::new(Box::leak(ring), Config::drop_newest());
    verify::<BYTES>(&log);
    let bytes = payload::<BYTES>();
    Case::new(
        format!("push {BYTES} B, boxed ring, length unknown"),
        move || {
            let timed = || {
                for _ in 0..BURST {
                    let log = black_box(&log);
                    black_box(log.push(Level::INFO, black_box(&bytes[..])).is_stored());
                }
            };
            blocks(count, BURST, timed, || empty(log.ring()))
        },
    )
}

/// Pushes into a ring that stays full; its policy says what that means.
fn push_full<L: Log, const BYTES: usize>(name: &str, count: usize, stored: bool) -> Case {
    let bytes = payload::<BYTES>();
    for _ in 0..2 * super::records(BYTES) {
        L::log().push(Level::INFO, &bytes);
    }
    assert_eq!(L::log().push(Level::INFO, &bytes).is_stored(), stored);
    Case::new(format!("{name} {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(L::log().push(Level::INFO, black_box(&bytes)).is_stored());
            }
        };
        blocks(count, BURST, timed, || ())
    })
}

pub(crate) fn refused<L: Log, const BYTES: usize>(count: usize) -> Case {
    verify::<BYTES>(L::log());
    push_full::<L, BYTES>("refused", count, false)
}

pub(crate) fn overwrite<L: Log, const BYTES: usize>(count: usize) -> Case {
    verify::<BYTES>(L::log());
    push_full::<L, BYTES>("overwrite", count, true)
}

fn push_burst<const BYTES: usize>(log: &Logger<'_>) {
    for _ in 0..BURST {
        log.push(Level::INFO, &payload::<BYTES>());
    }
}

pub(crate) fn pop<L: Log, const BYTES: usize>(count: usize) -> Case {
    verify::<BYTES>(L::log());
    push_burst::<BYTES>(L::log());
    let mut buf = [0; BYTES];
    Case::new(format!("pop {BYTES} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                if let Popped::Record(record) = L::log().ring().pop(&mut buf) {
                    black_box(record.bytes);
                }
            }
        };
        blocks(count, BURST, timed, || push_burst::<BYTES>(L::log()))
    })
}

pub(crate) fn drain<L: Log, const BYTES: usize>(count: usize) -> Case {
    verify::<BYTES>(L::log());
    push_burst::<BYTES>(L::log());
    let mut buf = vec![0; BURST * (BYTES + Ring::DRAIN_OVERHEAD_BYTES)];
    Case::new(format!("drain {BYTES} B"), move || {
        let timed = || {
            L::log().ring().drain(&mut buf, BURST, |record| {
                black_box(record.bytes);
            });
        };
        blocks(count, BURST, timed, || push_burst::<BYTES>(L::log()))
    })
}
