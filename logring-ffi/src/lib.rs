//! The C interface of logring. `include/logring.h` is made from this crate,
//! and its comments are the documentation.
//!
//! Floor 5: imports the public API of `logring` only. `ptr` is the one room
//! that turns pointers into references; `block` knows what lies in a block of
//! memory. The other rooms are the header's sections:
//!
//! - `abi`: versions, handles, levels, policies;
//! - `status`: what a call answers;
//! - `lifecycle`: making a ring;
//! - `produce`, `consume`, `observe`: using one;
//! - `names`: words for policies, levels and configurations.
#![no_std]
#![allow(non_camel_case_types)]
// What every pointer must be is said once, at the top of the header.
#![allow(clippy::missing_safety_doc)]

#[cfg(any(feature = "std", test))]
extern crate std;

pub mod abi;
mod block;
mod config;
pub mod consume;
pub mod lifecycle;
pub mod names;
pub mod observe;
pub mod produce;
mod ptr;
pub mod status;

/// What Rust needs in a program that has no other Rust in it. Panics are not
/// part of any producer's path. Should a program reach this all the same, an
/// operating system ends it, as the caller must not be kept; without one it stops
/// here, where a debugger finds it.
#[cfg(all(feature = "panic-handler", not(any(feature = "std", test))))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(logring_panic_probe)]
    probe::stop();
    #[cfg(all(not(logring_panic_probe), target_os = "none"))]
    loop {
        core::hint::spin_loop();
    }
    #[cfg(all(not(logring_panic_probe), not(target_os = "none")))]
    {
        unsafe extern "C" {
            fn abort() -> !;
        }
        // SAFETY: hazard: a function that is none. Every C library has it.
        unsafe { abort() }
    }
}

/// Shows what can panic: with this, whatever does leads to a symbol that
/// nobody defines. A check links the producers alone and looks for it, and
/// then `logring_can_panic`, to see that it would have been found.
#[cfg(logring_panic_probe)]
#[allow(missing_docs)]
pub mod probe {
    unsafe extern "C" {
        fn logring_panicked() -> !;
    }

    pub(crate) fn stop() -> ! {
        // SAFETY: hazard: a function that does not exist. The probe is
        // linked, never run.
        unsafe { logring_panicked() }
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn logring_can_panic(at: usize) -> u8 {
        b"probe"[at]
    }
}
