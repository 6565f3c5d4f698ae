//! Instructions and stack of a piece of code, exactly.

use core::hint::black_box;

use crate::board;

/// A clock that counts instructions; it needs QEMU's `-icount`.
///
/// It uses the timer, so nothing may be armed while it measures.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Ticks of as many instructions as [`RULER`] says.
    ticks_of_ruler: u32,
    /// Ticks of measuring nothing.
    ticks_of_nothing: u32,
}

impl Clock {
    /// Starts the clock, and measures how fast it runs.
    pub fn start() -> Self {
        board::clock_start();
        let ticks_of_nothing = ticks(|| ());
        // Twice less once, since what the reading costs depends on what stands
        // between.
        let once = ticks(ruler);
        let twice = ticks(|| {
            ruler();
            ruler();
        });
        let ticks_of_ruler = twice - once;
        assert!(
            ticks_of_ruler >= RULER,
            "the clock is too slow to count instructions"
        );
        Self {
            ticks_of_ruler,
            ticks_of_nothing,
        }
    }

    /// Instructions that `work` takes.
    #[inline(never)]
    pub fn instructions(&self, work: impl FnOnce()) -> u32 {
        self.instructions_of(ticks(work) - self.ticks_of_nothing)
    }

    /// Ticks of [`interrupt_after`](crate::interrupt_after) for a number of
    /// instructions.
    pub fn timer_ticks(&self, instructions: u32) -> u32 {
        let ticks = u64::from(instructions) * u64::from(self.ticks_of_ruler);
        (ticks / u64::from(RULER * board::CLOCK_TICKS_PER_TIMER_TICK)) as u32
    }

    /// Instructions since [`interrupt_after`](crate::interrupt_after), about;
    /// those of the interrupts are among them.
    pub fn instructions_since_armed(&self) -> u32 {
        self.instructions_of(critical_section::with(|_| board::clock_ticks_since_armed()))
    }

    /// Instructions of a number of ticks, as [`Ticks`] counts them.
    pub fn instructions_of(&self, ticks: u32) -> u32 {
        let ruler = u64::from(self.ticks_of_ruler);
        ((u64::from(ticks) * u64::from(RULER) + ruler / 2) / ruler) as u32
    }
}

/// A moment, in ticks of the running clock.
#[derive(Clone, Copy)]
pub struct Ticks(u32);

impl Ticks {
    /// This moment.
    #[inline(always)]
    pub fn now() -> Self {
        Self(board::clock_now())
    }

    /// Ticks since `before`.
    #[inline(always)]
    pub fn since(self, before: Self) -> u32 {
        self.0.wrapping_sub(before.0) & board::CLOCK_MASK
    }

    /// As a plain number.
    pub fn to_bits(self) -> u32 {
        self.0
    }

    /// A moment that was a plain number.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

#[inline(always)]
fn ticks(work: impl FnOnce()) -> u32 {
    let before = Ticks::now();
    work();
    Ticks::now().since(before)
}

/// Instructions of [`ruler`]: one, and two a turn.
const RULER: u32 = 1 + 2 * 250;

#[inline(always)]
fn ruler() {
    // SAFETY: hazard: none; a register counts down.
    unsafe {
        #[cfg(target_arch = "arm")]
        core::arch::asm!(
            "movs {0}, #250", "2:", "subs {0}, #1", "bne 2b", out(reg) _, options(nomem, nostack)
        );
        #[cfg(target_arch = "riscv32")]
        core::arch::asm!(
            "li {0}, 250", "2:", "addi {0}, {0}, -1", "bnez {0}, 2b", out(reg) _, options(nomem, nostack)
        );
    }
}

/// Bytes of stack that are looked at.
const DEPTH: usize = 2048;
const PAINT: u32 = 0xA5A5_A5A5;

/// Bytes of stack that `work` uses, beyond those of its caller: nothing else
/// may run meanwhile.
#[inline(never)]
pub fn stack_bytes(mut work: impl FnMut()) -> usize {
    let nothing = depth_of(&mut || ());
    depth_of(&mut work).saturating_sub(nothing)
}

/// Where the variables end, and no stack is.
fn statics_end() -> usize {
    unsafe extern "C" {
        static __sheap: u8;
    }
    (&raw const __sheap).addr()
}

#[inline(never)]
fn depth_of(work: &mut dyn FnMut()) -> usize {
    let work = black_box(work);
    assert!(
        (&raw const work).addr() - DEPTH > statics_end(),
        "there is too little stack to be painted"
    );
    let top = board::stack_paint(DEPTH, PAINT);
    work();
    let lowest = (top - DEPTH..top).step_by(size_of::<u32>()).find(|at| {
        // SAFETY: hazard: memory that is no stack. It was painted, so it is.
        unsafe { (*at as *const u32).read_volatile() != PAINT }
    });
    top - lowest.unwrap_or(top)
}
