//! What the programs of this package need of a board: a timer whose interrupts
//! nest, a clock that counts instructions, a way to say something, a reset.
#![no_std]

mod board;
mod books;
#[doc(hidden)]
pub mod dma;
mod measure;
pub mod uart;

pub use board::{disarm, entry, fault, interrupt_after, reset, start};
pub use books::{Books, Count};
pub use dma::Dma;
pub use measure::{Clock, Ticks, stack_bytes};
pub use semihosting::{print, println};
pub use uart::Uart;

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicUsize, Ordering};

/// What the interrupts do: the first has a low priority, and the second comes
/// on top of it, or of whatever it finds.
static FIRST: AtomicUsize = AtomicUsize::new(0);
static SECOND: AtomicUsize = AtomicUsize::new(0);

/// Names the handlers of the timer's first and second interrupt.
pub fn handlers(first: fn(), second: fn()) {
    FIRST.store(first as usize, Ordering::Relaxed);
    SECOND.store(second as usize, Ordering::Relaxed);
}

/// What a fault does before it ends the emulator as failed.
static FAULT: AtomicUsize = AtomicUsize::new(0);

/// Names the handler of a fault.
pub fn on_fault(handler: fn()) {
    FAULT.store(handler as usize, Ordering::Relaxed);
}

fn call(handler: &AtomicUsize) {
    let handler = handler.load(Ordering::Relaxed);
    if handler != 0 {
        // SAFETY: hazard: a call of what is no function. Only `handlers` and
        // `on_fault` write these words, and what they write is one.
        let handler = unsafe { core::mem::transmute::<usize, fn()>(handler) };
        handler();
    }
}

/// Sleeps until the next interrupt, unless `ready`. An interrupt between that
/// look and the sleep is not missed: it is held off, and ends the sleep.
pub fn sleep_unless(ready: impl FnOnce() -> bool) {
    critical_section::with(|_| {
        if !ready() {
            board::wait_for_interrupt();
        }
    });
}

/// Ends the emulator, which ends with success or with failure.
pub fn exit(ok: bool) -> ! {
    semihosting::process::exit(if ok { 0 } else { 1 })
}

/// Says where a program panicked, and ends it as failed.
pub fn fail(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    exit(false)
}

/// A panic handler that ends the emulator.
#[macro_export]
macro_rules! panic_fails {
    () => {
        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::fail(info)
        }
    };
}

/// The memory that keeps its contents across a reset: its first byte, and how
/// many there are.
pub fn retained() -> (*mut u8, usize) {
    unsafe extern "C" {
        static mut _retained: u8;
    }
    (&raw mut _retained, 2048)
}
