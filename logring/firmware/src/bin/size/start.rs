//! How a program starts that shall be small: nothing of this package is in it.

#[cfg(target_arch = "arm")]
pub(crate) use cortex_m_rt::entry;
#[cfg(target_arch = "riscv32")]
pub(crate) use riscv_rt::entry;

// Who masks interrupts, where critical sections are needed.
#[cfg(all(target_arch = "arm", feature = "sections"))]
use cortex_m as _;
#[cfg(all(target_arch = "riscv32", feature = "sections"))]
use riscv as _;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
