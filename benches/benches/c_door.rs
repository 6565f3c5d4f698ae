//! The C interface beside Rust's: the same push through the shared library, as
//! a C program makes it, and from Rust; nanoseconds, and ratios.
//!
//! `cargo bench -p logring-benches --bench c_door [-- --quick]`
//!
//! It is a report, never a gate. The library is loaded while the program runs,
//! so nothing of it can be inlined here. Neither side knows the length of a
//! record, or its ring, when it is compiled.

use std::ffi::c_void;
use std::hint::black_box;
use std::path::PathBuf;
use std::ptr::null_mut;

use libloading::Library;
use logring::{Config, Level, Logger, Ring};
use logring_benches::rounds::{Case, Effort, Ratio, blocks, run};
use logring_ffi::abi::{LOGRING_DROP_OLDEST, LOGRING_INFO, logring_t};
use logring_ffi::lifecycle::logring_config_t;

/// Operations between two readings of the clock.
const BURST: usize = 128;
/// Cells enough for a burst of the longest records.
const CAPACITY_BYTES: usize = 128 * 1024;
const LENGTHS: [usize; 4] = [16, 56, 120, 248];

type Push = unsafe extern "C" fn(*mut logring_t, u8, *const c_void, usize) -> i32;
type Default = unsafe extern "C" fn(*mut logring_config_t, u32);
type New = unsafe extern "C" fn(usize, *const logring_config_t, *mut *mut logring_t) -> i32;
type DrainInto =
    unsafe extern "C" fn(*mut logring_t, *mut c_void, usize, *mut usize, *mut usize) -> i32;

/// The functions of the shared library, which is never unloaded.
#[derive(Clone, Copy)]
struct Door {
    default: Default,
    new: New,
    push: Push,
    drain_into: DrainInto,
}

impl Door {
    fn open() -> Self {
        let library = path();
        // SAFETY: hazard: initialisers of a library that is something else.
        // It is the one that cargo built beside this program.
        let library = unsafe { Library::new(&library) }
            .unwrap_or_else(|error| panic!("{}: {error}", library.display()));
        let library = Box::leak(Box::new(library));
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: hazard: a function of another type. The types above
                // are those of the header.
                *unsafe { library.get($name) }.expect("a function of the header")
            };
        }
        Self {
            default: symbol!(b"logring_config_default"),
            new: symbol!(b"logring_new"),
            push: symbol!(b"logring_push"),
            drain_into: symbol!(b"logring_drain_into"),
        }
    }

    fn ring(self, policy: Option<u32>) -> *mut logring_t {
        let mut config = std::mem::MaybeUninit::<logring_config_t>::uninit();
        // SAFETY: hazard: fewer bytes than said. They are the structure's.
        unsafe { (self.default)(config.as_mut_ptr(), size_of::<logring_config_t>() as u32) };
        // SAFETY: hazard: uninitialised bytes. The call above wrote them all.
        let mut config = unsafe { config.assume_init() };
        config.policy = policy.unwrap_or(config.policy);
        let mut ring = null_mut();
        // SAFETY: hazard: pointers to something else. They are to locals.
        let status = unsafe { (self.new)(CAPACITY_BYTES, &config, &mut ring) };
        assert_eq!(status, 0);
        ring
    }

    #[inline(always)]
    fn push(self, ring: *mut logring_t, bytes: &[u8]) -> i32 {
        // SAFETY: hazard: a ring or bytes that do not exist. The ring is never
        // freed, and the bytes are borrowed.
        unsafe { (self.push)(ring, LOGRING_INFO, bytes.as_ptr().cast(), bytes.len()) }
    }

    fn empty(self, ring: *mut logring_t) {
        let mut buf = [0_u8; 16 * 1024];
        let (mut len, mut count) = (0, 0);
        // SAFETY: hazard: places that do not exist. They are locals.
        while unsafe {
            (self.drain_into)(
                ring,
                buf.as_mut_ptr().cast(),
                buf.len(),
                &mut len,
                &mut count,
            )
        } == 0
        {}
    }
}

/// Cargo puts the libraries of dependencies where it puts benches.
fn path() -> PathBuf {
    let bench = std::env::current_exe().expect("a path of this program");
    let name = format!(
        "{}logring_ffi{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    bench.with_file_name(name)
}

fn empty(ring: &Ring) {
    let mut buf = [0; 16 * 1024];
    while ring.drain_into(&mut buf).records > 0 {}
}

fn logger(config: Config) -> Logger<'static> {
    let ring = Ring::boxed(CAPACITY_BYTES).expect("a capacity");
    // The bench keeps it until it ends.
    Logger::new(Box::leak(ring), config)
}

fn c_case(door: Door, name: &str, bytes: usize, policy: Option<u32>, full: bool, n: usize) -> Case {
    let ring = door.ring(policy);
    let payload: Vec<u8> = (0..bytes).map(|at| at as u8).collect();
    while full && door.push(ring, &payload) == 0 && policy.is_none() {}
    Case::new(format!("C {name} {bytes} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                black_box(door.push(black_box(ring), black_box(&payload)));
            }
        };
        blocks(n, BURST, timed, || {
            if !full {
                door.empty(ring);
            }
        })
    })
}

fn rust_case(name: &str, bytes: usize, config: Config, full: bool, n: usize) -> Case {
    let log = logger(config);
    let payload: Vec<u8> = (0..bytes).map(|at| at as u8).collect();
    while full
        && log.push(Level::INFO, &payload).is_stored()
        && config.policy() == Config::new().policy()
    {}
    Case::new(format!("Rust {name} {bytes} B"), move || {
        let timed = || {
            for _ in 0..BURST {
                let log = black_box(&log);
                black_box(log.push(Level::INFO, black_box(&payload)).is_stored());
            }
        };
        blocks(n, BURST, timed, || {
            if !full {
                empty(log.ring());
            }
        })
    })
}

fn main() {
    let quick = std::env::args().any(|word| word == "--quick");
    let (rounds, n) = if quick { (9, 400) } else { (31, 2000) };
    let door = Door::open();
    let mut cases = Vec::new();
    let mut ratios = Vec::new();
    let mut pair = |name: &str, bytes, config: Config, policy, full, at_most| {
        cases.push(rust_case(name, bytes, config, full, n));
        cases.push(c_case(door, name, bytes, policy, full, n));
        let name_of = |side: &str| -> &'static str { format!("{side} {name} {bytes} B").leak() };
        ratios.push(Ratio {
            this: name_of("C"),
            that: name_of("Rust"),
            at_most,
        });
    };
    let oldest = Some(LOGRING_DROP_OLDEST);
    for bytes in LENGTHS {
        pair("push", bytes, Config::drop_newest(), None, false, Some(1.3));
    }
    pair("refused", 56, Config::drop_newest(), None, true, None);
    pair("overwrite", 56, Config::drop_oldest(), oldest, true, None);
    run(cases, &ratios, Effort { rounds, blocks: n });
}
