//! RISC-V: the timer of the core-local interruptor. Its handler lets a second
//! interrupt of the same timer in.

use core::sync::atomic::{AtomicU32, Ordering};

use riscv::interrupt::Interrupt;
use riscv::register::{mcycle, mie};

pub use riscv_rt::entry;

/// Ticks from the first interrupt to the second; 0 for none.
static SECOND_AFTER: AtomicU32 = AtomicU32::new(0);
static IS_SECOND: AtomicU32 = AtomicU32::new(0);
/// The clock when the timer was armed.
static ARMED_AT: AtomicU32 = AtomicU32::new(0);

const MTIME: *mut u32 = 0x0200_BFF8 as *mut u32;
const MTIMECMP: *mut u32 = 0x0200_4000 as *mut u32;

/// Interrupts this context once, `first` ticks from now, and that interrupt
/// `second` ticks later; 0 for none.
#[inline(always)]
pub fn interrupt_after(first: u32, second: u32) {
    SECOND_AFTER.store(second, Ordering::Relaxed);
    IS_SECOND.store(0, Ordering::Relaxed);
    ARMED_AT.store(clock_now(), Ordering::Relaxed);
    arm(first);
}

/// Ticks of the clock since [`interrupt_after`].
pub fn clock_ticks_since_armed() -> u32 {
    clock_now().wrapping_sub(ARMED_AT.load(Ordering::Relaxed))
}

#[inline(always)]
fn arm(ticks: u32) {
    let at = now().wrapping_add(u64::from(ticks));
    disarm();
    // SAFETY: hazard: an address that is no register. It is the timer's on
    // this board.
    unsafe { MTIMECMP.write_volatile(at as u32) };
    // SAFETY: as above.
    unsafe { MTIMECMP.add(1).write_volatile((at >> 32) as u32) };
}

/// The time, whose two halves are read one after the other.
#[inline(always)]
fn now() -> u64 {
    // SAFETY: hazard: an address that is no register. It is the timer's on
    // this board.
    let half = |at| unsafe { MTIME.add(at).read_volatile() };
    loop {
        let (high, low) = (half(1), half(0));
        if high == half(1) {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// Stops what [`interrupt_after`] started.
#[inline(always)]
pub fn disarm() {
    // SAFETY: hazard: an address that is no register. It is the timer's on
    // this board.
    unsafe { MTIMECMP.add(1).write_volatile(u32::MAX) };
}

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn timer() {
    disarm();
    if IS_SECOND.load(Ordering::Relaxed) != 0 {
        crate::call(&crate::SECOND);
        return;
    }
    IS_SECOND.store(1, Ordering::Relaxed);
    match SECOND_AFTER.load(Ordering::Relaxed) {
        0 => {}
        ticks => arm(ticks),
    }
    // SAFETY: hazard: this interrupt again, without end, or one inside a
    // critical section. It was armed anew, once, and this is a handler.
    unsafe { riscv::interrupt::nested(|| crate::call(&crate::FIRST)) };
}

#[riscv_rt::exception(riscv::interrupt::Exception::IllegalInstruction)]
fn illegal_instruction(frame: &riscv_rt::TrapFrame) -> ! {
    crate::call(&crate::FAULT);
    semihosting::println!("illegal instruction: {frame:?}");
    crate::exit(false)
}

#[unsafe(export_name = "ExceptionHandler")]
fn other_exception(frame: &riscv_rt::TrapFrame) -> ! {
    semihosting::println!("fault: {frame:?}");
    crate::exit(false)
}

/// Lets the timer interrupt; before the first is armed.
pub fn start() {
    disarm();
    // SAFETY: hazard: interrupts inside a critical section. The program has
    // none open here.
    unsafe { mie::set_mtimer() };
    // SAFETY: as above.
    unsafe { riscv::interrupt::enable() };
}

/// The clock always counts.
pub fn clock_start() {}

/// The clock's ticks, modulo one more than [`CLOCK_MASK`].
#[inline(always)]
pub fn clock_now() -> u32 {
    mcycle::read() as u32
}

pub const CLOCK_MASK: u32 = u32::MAX;
/// The clock counts nanoseconds, the timer tenths of microseconds.
pub const CLOCK_TICKS_PER_TIMER_TICK: u32 = 100;

/// Fills the `depth` bytes below the stack pointer, and returns it.
#[inline(always)]
pub fn stack_paint(depth: usize, paint: u32) -> usize {
    let top: usize;
    // SAFETY: hazard: memory that somebody uses. Below the stack pointer there
    // is unused stack, as long as no interrupt comes.
    unsafe {
        core::arch::asm!(
            "mv {top}, sp",
            "sub {at}, {top}, {at}",
            "2:",
            "sw {paint}, 0({at})",
            "addi {at}, {at}, 4",
            "bne {at}, {top}, 2b",
            top = out(reg) top,
            at = inout(reg) depth => _,
            paint = in(reg) paint,
        );
    }
    top
}

/// Stops until an interrupt is due, also while they are held off.
pub fn wait_for_interrupt() {
    riscv::asm::wfi();
}

/// A fault, here: an instruction that there is not.
pub fn fault() -> ! {
    // SAFETY: hazard: what the handler of the exception does. It never returns.
    unsafe { core::arch::asm!("unimp", options(noreturn)) };
}

/// Starts the program anew from its first instruction, with memory as it is.
/// QEMU's own reset of this board hangs once in a few hundred times.
pub fn reset() -> ! {
    riscv::interrupt::disable();
    disarm();
    // SAFETY: hazard: code that relies on what it finds. This is where a reset
    // leads, and all that stays is memory, with interrupts off.
    unsafe { core::arch::asm!("j _start", options(noreturn)) };
}
