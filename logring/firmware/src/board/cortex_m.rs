//! Cortex-M: SysTick is the timer. Its first interrupt starts PendSV, which has
//! the lowest priority, so that a second one of SysTick comes on top of it.

use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{SCB, SYST};
use cortex_m_rt::{ExceptionFrame, exception};

pub use cortex_m_rt::entry;

/// Ticks from the first interrupt to the second; 0 for none.
static SECOND_AFTER: AtomicU32 = AtomicU32::new(0);
static IS_SECOND: AtomicU32 = AtomicU32::new(0);
/// Ticks from the arming to the last interrupt so far.
static FIRED_AFTER: AtomicU32 = AtomicU32::new(0);

const LOWEST_PRIORITY: u8 = 0xC0;

fn timer() -> SYST {
    // SAFETY: hazard: two owners of the timer. One is armed at a time: by the
    // program, or by the handler that it waits for.
    unsafe { cortex_m::Peripherals::steal() }.SYST
}

/// Interrupts this context once, `first` ticks from now, and that interrupt
/// `second` ticks later; 0 for none.
#[inline(always)]
pub fn interrupt_after(first: u32, second: u32) {
    SECOND_AFTER.store(second, Ordering::Relaxed);
    IS_SECOND.store(0, Ordering::Relaxed);
    FIRED_AFTER.store(0, Ordering::Relaxed);
    arm(first);
}

/// Ticks of the clock since [`interrupt_after`].
pub fn clock_ticks_since_armed() -> u32 {
    // 0 is a timer that has yet to begin.
    let running = match SYST::get_current() {
        0 => 0,
        left => SYST::get_reload() - left,
    };
    FIRED_AFTER.load(Ordering::Relaxed) + running
}

#[inline(always)]
fn arm(ticks: u32) {
    let mut timer = timer();
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(ticks.max(1));
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();
}

/// Stops what [`interrupt_after`] started.
pub fn disarm() {
    let mut timer = timer();
    timer.disable_counter();
    timer.disable_interrupt();
    forget_pending();
}

/// The timer goes round and round: a short one has fired again by the time its
/// handler stops it.
fn forget_pending() {
    const SYSTICK: u32 = 1 << 25;
    // SAFETY: hazard: an interrupt that somebody waits for is dropped. That is
    // what is asked for.
    unsafe { (*SCB::PTR).icsr.write(SYSTICK) };
}

#[exception]
fn SysTick() {
    let ticks = SYST::get_reload();
    FIRED_AFTER.store(
        FIRED_AFTER.load(Ordering::Relaxed) + ticks,
        Ordering::Relaxed,
    );
    clock_start();
    forget_pending();
    if IS_SECOND.load(Ordering::Relaxed) != 0 {
        crate::call(&crate::SECOND);
        return;
    }
    IS_SECOND.store(1, Ordering::Relaxed);
    SCB::set_pendsv();
    match SECOND_AFTER.load(Ordering::Relaxed) {
        0 => {}
        ticks => arm(ticks),
    }
}

#[exception]
fn PendSV() {
    crate::call(&crate::FIRST);
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    crate::call(&crate::FAULT);
    semihosting::println!("hard fault: {frame:?}");
    crate::exit(false)
}

/// Gives the interrupts their priorities; before the first is armed.
pub fn start() {
    // SAFETY: hazard: another owner of the register. It is written here only,
    // before any interrupt.
    let mut scb = unsafe { cortex_m::Peripherals::steal() }.SCB;
    let pend_sv = cortex_m::peripheral::scb::SystemHandler::PendSV;
    // SAFETY: hazard: a critical section that relies on priorities. Those here
    // mask all interrupts.
    unsafe { scb.set_priority(pend_sv, LOWEST_PRIORITY) };
}

/// Starts a clock that only counts.
pub fn clock_start() {
    let mut timer = timer();
    timer.disable_interrupt();
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CLOCK_MASK);
    timer.clear_current();
    timer.enable_counter();
}

/// The clock's ticks, modulo one more than [`CLOCK_MASK`].
#[inline(always)]
pub fn clock_now() -> u32 {
    CLOCK_MASK - SYST::get_current()
}

pub const CLOCK_MASK: u32 = 0x00FF_FFFF;
/// Clock and timer are one.
pub const CLOCK_TICKS_PER_TIMER_TICK: u32 = 1;

/// Fills the `depth` bytes below the stack pointer, and returns it.
#[inline(always)]
pub fn stack_paint(depth: usize, paint: u32) -> usize {
    let top: usize;
    // SAFETY: hazard: memory that somebody uses. Below the stack pointer there
    // is unused stack, as long as no interrupt comes.
    unsafe {
        core::arch::asm!(
            "mov {top}, sp",
            "subs {at}, {top}, {at}",
            "2:",
            "str {paint}, [{at}]",
            "adds {at}, #4",
            "cmp {at}, {top}",
            "bne 2b",
            top = out(reg) top,
            at = inout(reg) depth => _,
            paint = in(reg) paint,
        );
    }
    top
}

/// Stops until an interrupt is due, also while they are held off.
pub fn wait_for_interrupt() {
    cortex_m::asm::wfi();
}

/// A HardFault, here: an instruction that there is not.
pub fn fault() -> ! {
    cortex_m::asm::udf()
}

/// Resets the machine. A clock that runs makes QEMU notice at once.
pub fn reset() -> ! {
    clock_start();
    SCB::sys_reset()
}
