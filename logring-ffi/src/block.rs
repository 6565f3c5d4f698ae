//! What lies in a block of memory.
//!
//! *In memory of one process* a block is a head with the configuration, then the
//! ring, which holds none:
//!
//! | bytes, 64-bit | 32-bit | what |
//! |---|---|---|
//! | 0..128 | 0..64 | [`Head`] |
//! | 128.. | 64.. | the ring: positions, counters, cells |
//!
//! *In memory that others can write* a block is a ring and nothing else, behind a
//! line that says what it is ([`Label`]):
//!
//! | bytes, 64-bit | 32-bit | what |
//! |---|---|---|
//! | 0..128 | 0..64 | [`Label`] |
//! | 128.. | 64.. | the ring |
//!
//! Its head lies in private memory of each process, with the address of the ring. So
//! nothing that another process can write decides where code goes, whether a record
//! is written, or by which policy. The label is read once, by who attaches.
//!
//! A head, too, may be damaged by a stray write. So each call reads its words anew,
//! takes no size from them (see [`Handle`]), and checks what could do harm.

use core::ffi::c_void;
use core::mem::align_of;
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering};

use logring::{Config, Level, Logger, Marks, Policy, Ring, Severity};

use crate::config::Settings;

/// What the address of a block is a multiple of, in bytes.
pub(crate) const ALIGN: usize = if usize::BITS == 64 { 128 } else { 64 };
/// Bytes of the head.
pub(crate) const HEAD_BYTES: usize = size_of::<Head>();

const _: () = assert!(align_of::<Head>() == ALIGN && HEAD_BYTES == ALIGN);
const _: () = assert!(align_of::<Label>() == ALIGN && size_of::<Label>() == HEAD_BYTES);
const _: () = assert!(ALIGN % Ring::ALIGN == 0);

/// ORDERING: Relaxed for every word of the head. They are written before
/// anybody has the handle, and whoever passes it on orders that; the minimum
/// level, which changes, stands alone.
const HEAD: Ordering = Ordering::Relaxed;

/// The low bits of a handle's address; the block's own are zero there. They
/// say how many cells the ring has, so that no memory that others can write
/// says it, and whether the block is on the heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle(usize);

impl Handle {
    const HEAP: usize = ALIGN / 2;
    const CELLS_LOG2: usize = Self::HEAP - 1;

    /// The bits for a ring of `capacity_bytes`.
    pub(crate) fn new(capacity_bytes: usize, heap: bool) -> Self {
        let cells_log2 = (capacity_bytes / Ring::CELL_BYTES).ilog2() as usize;
        Self(cells_log2 | if heap { Self::HEAP } else { 0 })
    }

    /// The bits of a handle's address.
    #[inline(always)]
    pub(crate) const fn of(address: usize) -> Self {
        Self(address % ALIGN)
    }

    #[inline(always)]
    pub(crate) const fn bits(self) -> usize {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn cells_log2(self) -> u32 {
        (self.0 & Self::CELLS_LOG2) as u32
    }

    #[cfg(feature = "std")]
    pub(crate) const fn is_heap(self) -> bool {
        self.0 & Self::HEAP != 0
    }
}

/// A number that belongs to these words, and not to ones that were moved,
/// inverted, filled in or made up: against accidents, not against forgers.
/// Additions and products, because what is linear in the bits would survive an
/// inversion of everything.
pub(crate) fn seal(words: [usize; 3]) -> usize {
    // Any odd number with bits all over it.
    const FACTOR: usize = 0x9E37_79B9_7F4A_7C15_u64 as usize;
    words.iter().fold(Head::MAGIC, |sum, word| {
        sum.wrapping_add(*word).wrapping_mul(FACTOR).rotate_left(11)
    })
}

/// The head of a block. All-zero is no head.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
#[cfg_attr(not(target_pointer_width = "64"), repr(align(64)))]
pub(crate) struct Head {
    /// `MAGIC`, and the bits of the handle, so that one that was computed or
    /// is of another block is found out.
    kind: AtomicUsize,
    record_bytes_max: AtomicUsize,
    /// Records of fewer bytes than this may be pushed without a look at the
    /// rest; 0 if there is a clock or a mark, so that none may.
    simple_below: AtomicUsize,
    /// The clock and what it is called with, and a seal over both: an address
    /// that a stray write changed, moved or filled in is not called.
    clock: AtomicPtr<()>,
    clock_ctx: AtomicPtr<c_void>,
    clock_seal: AtomicUsize,
    retry_limit: AtomicU32,
    /// Trace to warn, then error and fatal, in percent.
    marks: [AtomicU32; 2],
    policy: AtomicU8,
    truncate: AtomicU8,
    /// 0 is everything. The one word that changes.
    min_level: AtomicU8,
    /// Where the ring lies, if not behind the head; and its complement, so that an
    /// address that a stray write changed is not followed.
    elsewhere: AtomicPtr<u8>,
    elsewhere_check: AtomicUsize,
}

impl Head {
    /// "lgr" and the version of the head.
    const MAGIC: usize = 0x6C67_7201 << 8;
    /// The same of a head whose ring lies elsewhere. It differs in every byte, so that
    /// no stray one makes the one of the other.
    const MAGIC_ELSEWHERE: usize = 0x9398_8D02_usize << 8;

    /// Where the ring of this head lies, if it is the head of the handle. `start` is
    /// where the head lies: a reference to it leads no further than the head.
    #[inline(always)]
    pub(crate) fn ring_of(&self, start: *mut u8, handle: Handle) -> Option<*mut u8> {
        if self.kind.load(HEAD) == Self::MAGIC | handle.bits() {
            return Some(start.wrapping_add(HEAD_BYTES));
        }
        self.ring_elsewhere(handle)
    }

    #[inline(never)]
    fn ring_elsewhere(&self, handle: Handle) -> Option<*mut u8> {
        let ring = self.elsewhere.load(HEAD);
        let sound = self.kind.load(HEAD) == Self::MAGIC_ELSEWHERE | handle.bits()
            && self.elsewhere_check.load(HEAD) == !ring.addr();
        sound.then_some(ring)
    }

    /// Makes this the head of a block whose ring lies behind it.
    pub(crate) fn set(&self, handle: Handle, settings: &Settings) {
        self.set_words(settings);
        self.kind.store(Self::MAGIC | handle.bits(), HEAD);
    }

    /// Makes this the head of a ring that lies elsewhere.
    pub(crate) fn set_elsewhere(&self, handle: Handle, ring: *mut u8, settings: &Settings) {
        self.set_words(settings);
        self.elsewhere.store(ring, HEAD);
        self.elsewhere_check.store(!ring.addr(), HEAD);
        self.kind.store(Self::MAGIC_ELSEWHERE | handle.bits(), HEAD);
    }

    fn set_words(&self, settings: &Settings) {
        let Settings {
            config,
            clock,
            clock_ctx,
        } = settings;
        let [a, b, c, d, e, f] = Severity::ALL.map(|severity| config.marks().percent(severity));
        self.marks[0].store(u32::from_ne_bytes([a, b, c, d]), HEAD);
        self.marks[1].store(u32::from_ne_bytes([e, f, 0, 0]), HEAD);
        self.record_bytes_max.store(config.record_bytes_max(), HEAD);
        let simple = clock.is_none() && config.marks() == Marks::none();
        let below = match config.record_bytes_max() {
            _ if !simple => 0,
            0 => usize::MAX,
            bytes => bytes.saturating_add(1),
        };
        self.simple_below.store(below, HEAD);
        self.retry_limit.store(config.retry_limit(), HEAD);
        let oldest = config.policy() == Policy::DropOldest;
        self.policy.store(oldest as u8, HEAD);
        self.truncate.store(config.truncate() as u8, HEAD);
        self.set_min_level(config.min_level());
        let clock = clock.map_or(core::ptr::null_mut(), |clock| clock as *mut ());
        self.clock.store(clock, HEAD);
        self.clock_ctx.store(*clock_ctx, HEAD);
        self.clock_seal.store(self.seal_of(clock, *clock_ctx), HEAD);
    }

    pub(crate) fn set_min_level(&self, level: Option<Level>) {
        self.min_level.store(level.map_or(0, Level::get), HEAD);
    }

    /// The logger that the head describes, but for the clock. Nothing that it
    /// may hold makes a logger that writes outside the ring or takes more
    /// steps than the largest configuration.
    #[inline(always)]
    pub(crate) fn logger<'r>(&self, ring: &'r Ring) -> Logger<'r> {
        let [a, b, c, d] = self.marks[0].load(HEAD).to_ne_bytes();
        let [e, f, ..] = self.marks[1].load(HEAD).to_ne_bytes();
        let config = Config::new()
            .with_policy(self.policy())
            .with_marks(Marks::from_percents([a, b, c, d, e, f]))
            .with_retry_limit(self.retry_limit.load(HEAD))
            .with_record_bytes_max(self.record_bytes_max.load(HEAD))
            .with_truncate(self.truncate.load(HEAD) != 0)
            .with_min_level(Level::new(self.min_level.load(HEAD)));
        Logger::new(ring, config)
    }

    #[inline(always)]
    pub(crate) fn policy(&self) -> Policy {
        match self.policy.load(HEAD) {
            0 => Policy::DropNewest,
            _ => Policy::DropOldest,
        }
    }

    /// Whether a record needs nothing of the configuration but to fit the
    /// ring.
    #[inline(always)]
    pub(crate) fn is_simple(&self, level: Level, bytes: usize) -> bool {
        bytes < self.simple_below.load(HEAD) && level.get() >= self.min_level.load(HEAD)
    }

    /// Whether there is a clock, perhaps a damaged one.
    #[inline(always)]
    pub(crate) fn has_clock(&self) -> bool {
        !self.clock.load(HEAD).is_null()
    }

    fn seal_of(&self, clock: *mut (), ctx: *mut c_void) -> usize {
        let here = core::ptr::from_ref(self).addr();
        seal([clock.addr(), ctx.addr(), here])
    }

    /// No head any more: what still has the handle is told so.
    #[cfg(feature = "std")]
    pub(crate) fn end(&self) {
        self.kind.store(0, HEAD);
    }

    /// The clock's address and argument, if both are as they were written.
    pub(crate) fn clock(&self) -> Option<(*mut (), *mut c_void)> {
        let call = self.clock.load(HEAD);
        let ctx = self.clock_ctx.load(HEAD);
        let sound = !call.is_null() && self.clock_seal.load(HEAD) == self.seal_of(call, ctx);
        sound.then_some((call, ctx))
    }
}

/// What a block in memory that others can write says of itself. It is read once, by
/// who attaches to the ring behind it, and no later call trusts it.
#[repr(C)]
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
#[cfg_attr(not(target_pointer_width = "64"), repr(align(64)))]
pub(crate) struct Label {
    /// [`Self::MAGIC`], in the byte order of who made it.
    magic: AtomicU32,
    /// Of the ring: its words and cells, and how they are used.
    layout: AtomicU32,
    word_bytes: AtomicU32,
    cells_log2: AtomicU32,
}

impl Label {
    const MAGIC: u32 = u32::from_ne_bytes(*b"lgrS");
    /// Changes with the layout of the ring or the meaning of its words.
    const LAYOUT: u32 = 1;

    /// Says that a ring of so many cells was made behind this.
    pub(crate) fn set(&self, cells_log2: u32) {
        self.layout.store(Self::LAYOUT, HEAD);
        self.word_bytes.store(size_of::<usize>() as u32, HEAD);
        self.cells_log2.store(cells_log2, HEAD);
        // ORDERING: Release. Pairs with the load in `check`; carries the label and the
        // ring behind it, which were written before.
        self.magic.store(Self::MAGIC, Ordering::Release);
    }

    /// Whether a ring of so many cells, of this layout, lies behind this.
    pub(crate) fn check(&self, cells_log2: u32) -> Labelled {
        // ORDERING: Acquire. Pairs with the store in `set`.
        let magic = self.magic.load(Ordering::Acquire);
        if magic != Self::MAGIC && magic != Self::MAGIC.swap_bytes() {
            return Labelled::NoRing;
        }
        let same = magic == Self::MAGIC
            && self.layout.load(HEAD) == Self::LAYOUT
            && self.word_bytes.load(HEAD) as usize == size_of::<usize>();
        if !same {
            Labelled::Foreign
        } else if self.cells_log2.load(HEAD) != cells_log2 {
            Labelled::NoRing
        } else {
            Labelled::Ring
        }
    }
}

/// What a label says.
pub(crate) enum Labelled {
    Ring,
    /// A ring of another version, word width or byte order.
    Foreign,
    NoRing,
}
