//! Critical sections of calls: how many, and the instructions of the longest.
//!
//! Nothing interrupts this program, so its sections mask nothing. A section's
//! length is that of what stands in it: what an empty one takes is subtracted,
//! and so is what those take that are inside another one, of which there is
//! nothing left to mask.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::fw::{self, Ticks};
use crate::meter::Call;

pub(crate) const PASSES: usize = 1;

static DEPTH: AtomicU32 = AtomicU32::new(0);
static BEGAN: AtomicU32 = AtomicU32::new(0);
/// Sections inside the one that is open.
static INNER: AtomicU32 = AtomicU32::new(0);
static SECTIONS: AtomicU32 = AtomicU32::new(0);
static LONGEST_TICKS: AtomicU32 = AtomicU32::new(0);
/// What the two kinds of empty sections take.
static EMPTY_TICKS: AtomicU32 = AtomicU32::new(0);
static INNER_TICKS: AtomicU32 = AtomicU32::new(0);

struct Watched;
critical_section::set_impl!(Watched);

// SAFETY: hazard: two contexts inside sections at once. This program has one
// context.
unsafe impl critical_section::Impl for Watched {
    #[inline(never)]
    unsafe fn acquire() -> bool {
        let depth = DEPTH.load(Relaxed);
        DEPTH.store(depth + 1, Relaxed);
        if depth > 0 {
            INNER.store(INNER.load(Relaxed) + 1, Relaxed);
            return false;
        }
        INNER.store(0, Relaxed);
        BEGAN.store(Ticks::now().to_bits(), Relaxed);
        true
    }

    #[inline(never)]
    unsafe fn release(is_outermost: bool) {
        let now = Ticks::now();
        DEPTH.store(DEPTH.load(Relaxed) - 1, Relaxed);
        if is_outermost {
            let all = now.since(Ticks::from_bits(BEGAN.load(Relaxed)));
            let inner = INNER.load(Relaxed) * INNER_TICKS.load(Relaxed);
            let net = all.saturating_sub(inner + EMPTY_TICKS.load(Relaxed));
            LONGEST_TICKS.store(net.max(LONGEST_TICKS.load(Relaxed)), Relaxed);
            SECTIONS.store(SECTIONS.load(Relaxed) + 1, Relaxed);
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    sections: u32,
    longest: u32,
}

pub(crate) struct Probe {
    clock: fw::Clock,
}

impl Probe {
    pub(crate) fn new() -> Self {
        let clock = fw::Clock::start();
        let (_, empty) = during(|| critical_section::with(|_| ()));
        EMPTY_TICKS.store(empty, Relaxed);
        let (_, inner) = during(|| critical_section::with(|_| critical_section::with(|_| ())));
        INNER_TICKS.store(inner, Relaxed);
        Self { clock }
    }

    /// A call of nothing has no section.
    pub(crate) fn subtract(&mut self, nothing: Figures) {
        assert!(nothing.sections == 0, "the probe has a section");
    }

    pub(crate) fn measure(&self, _: usize, to: &mut Figures, _: u32, mut call: Call<'_>) {
        let (sections, longest) = during(|| call.make());
        to.sections = to.sections.max(sections);
        to.longest = to.longest.max(self.clock.instructions_of(longest));
    }
}

/// How many sections `work` has, and the ticks of the longest.
#[inline(never)]
fn during(work: impl FnOnce()) -> (u32, u32) {
    SECTIONS.store(0, Relaxed);
    LONGEST_TICKS.store(0, Relaxed);
    work();
    (SECTIONS.load(Relaxed), LONGEST_TICKS.load(Relaxed))
}

impl Figures {
    /// Names and tenths.
    pub(crate) fn lines(&self) -> [(&'static str, u32); 2] {
        [
            ("sections", self.sections * 10),
            ("instructions of a section", self.longest * 10),
        ]
    }
}
