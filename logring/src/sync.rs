//! The one door to atomics: every shared word of a ring is a [`Word`] or, if it
//! is only loaded and stored, a [`Slot`].
//!
//! Floor 0; imports nothing of this crate. This is the only file that names
//! an atomic type, so a build decides here, once, what stands behind them:
//!
//! - the target's own atomics, or `portable-atomic` where the target has no
//!   compare-and-swap;
//! - in unit tests under `--cfg loom` or `--cfg shuttle`, that checker's;
//! - in unit tests under `--cfg logring_inject`, the target's, with a hook
//!   before each access, which a test uses to interrupt the caller there.
//!
//! [`WakerCell`] is the waker of a task that awaits records (feature `async`).
//!
//! [`Shadow`] is the other thing that only checkers see: a plain byte per
//! cell, written without atomics by whoever owns the cell, so that a race
//! detector reports any two owners that are not ordered.
//!
//! [`Byte`], [`ALONE`] and [`same_core`] are for what lies outside the rings and
//! must do without compare-and-swap.

#[cfg(feature = "async")]
mod waker;
#[cfg(all(test, feature = "async", not(any(loom, shuttle))))]
mod waker_tests;

pub(crate) use core::sync::atomic::Ordering;
#[cfg(feature = "async")]
pub(crate) use waker::WakerCell;

#[cfg(all(test, loom))]
use loom::sync::atomic::AtomicUsize;

#[cfg(all(test, shuttle))]
use shuttle::sync::atomic::AtomicUsize;

#[cfg(all(
    not(all(test, any(loom, shuttle))),
    not(feature = "portable-atomic"),
    target_has_atomic = "ptr"
))]
use core::sync::atomic::AtomicUsize;

#[cfg(all(not(all(test, any(loom, shuttle))), feature = "portable-atomic"))]
use portable_atomic::AtomicUsize;

#[cfg(all(feature = "defmt", not(all(test, any(loom, shuttle)))))]
use core::sync::atomic::AtomicU8;

#[cfg(all(not(target_has_atomic = "ptr"), not(feature = "portable-atomic")))]
compile_error!(
    "this target has no compare-and-swap: enable the feature `portable-atomic`, and in the \
     program's Cargo.toml (not in a library's) add the line \
     `portable-atomic = { version = \"1\", features = [\"critical-section\"] }`, or with the \
     feature `unsafe-assume-single-core`"
);

#[cfg(target_pointer_width = "16")]
compile_error!("logring needs a target of 32 or 64 bits: 16-bit positions wrap within a second");

#[cfg(all(test, any(loom, shuttle)))]
use AtomicUsize as LoadStore;
/// What is only loaded and stored needs no compare-and-swap, so the target's
/// own atomics do for it everywhere.
#[cfg(not(all(test, any(loom, shuttle))))]
use core::sync::atomic::AtomicUsize as LoadStore;

/// A shared word that is only ever loaded and stored: most of a ring's. Where
/// the target has no compare-and-swap, a [`Word`] costs a critical section at
/// each access, and this costs none.
#[repr(transparent)]
pub(crate) struct Slot(LoadStore);

impl Slot {
    /// A slot that holds `value`.
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new(value: usize) -> Self {
        Self(LoadStore::new(value))
    }

    /// A slot that holds `value`.
    #[cfg(all(test, loom))]
    pub(crate) fn new(value: usize) -> Self {
        Self(LoadStore::new(value))
    }

    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn load(&self, order: Ordering) -> usize {
        before((&raw const *self).addr(), Kind::Load);
        self.0.load(weakened(order))
    }

    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn store(&self, value: usize, order: Ordering) {
        before((&raw const *self).addr(), Kind::Store);
        self.0.store(value, weakened(order));
    }

    /// Stores what is there, so that the system has to give the page its memory. By a
    /// compare-and-swap: a store might undo another, and of an addition of zero a
    /// compiler makes a load. It does nothing where there is none.
    pub(crate) fn touch(&self, order: Ordering) {
        #[cfg(target_has_atomic = "ptr")]
        {
            before((&raw const *self).addr(), Kind::Change);
            // Most are zero, in memory that was never used; a load would be answered
            // with a page of zeros that all share.
            let first = self.0.compare_exchange(0, 0, order, Ordering::Relaxed);
            if let Err(there) = first {
                before((&raw const *self).addr(), Kind::Change);
                if cfg!(logring_bug = "torn_touch") {
                    return self.0.store(there, order);
                }
                // If this fails, somebody else has stored.
                let _ = self
                    .0
                    .compare_exchange(there, there, order, Ordering::Relaxed);
            }
        }
        let _ = order;
    }
}

/// The payload slots of a cell.
///
/// They lie in a union, since the compiler does not look into one when it checks the
/// value of a `static`: to check the words of a ring of 64 MiB one by one takes it
/// seconds.
#[cfg(not(all(test, any(loom, shuttle))))]
#[repr(transparent)]
pub(crate) struct Slots<const N: usize>(core::mem::MaybeUninit<[Slot; N]>);

#[cfg(not(all(test, any(loom, shuttle))))]
impl<const N: usize> Slots<N> {
    /// Slots that hold 0.
    pub(crate) const fn new() -> Self {
        Self(core::mem::MaybeUninit::new([const { Slot::new(0) }; N]))
    }
}

#[cfg(not(all(test, any(loom, shuttle))))]
impl<const N: usize> core::ops::Deref for Slots<N> {
    type Target = [Slot; N];

    #[inline(always)]
    fn deref(&self) -> &[Slot; N] {
        // SAFETY: hazard: words that were never set. `new` sets them, and memory that
        // becomes a ring without it is initialised, as `memory` says.
        unsafe { self.0.assume_init_ref() }
    }
}

#[cfg(all(test, any(loom, shuttle)))]
pub(crate) struct Slots<const N: usize>([Slot; N]);

#[cfg(all(test, any(loom, shuttle)))]
impl<const N: usize> Slots<N> {
    pub(crate) fn new() -> Self {
        Self(core::array::from_fn(|_| Slot::new(0)))
    }
}

#[cfg(all(test, any(loom, shuttle)))]
impl<const N: usize> core::ops::Deref for Slots<N> {
    type Target = [Slot; N];

    fn deref(&self) -> &[Slot; N] {
        &self.0
    }
}

/// One machine word of a ring, shared by every context that can reach it.
#[repr(transparent)]
pub(crate) struct Word(AtomicUsize);

impl Word {
    /// A word that holds `value`.
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new(value: usize) -> Self {
        Self(AtomicUsize::new(value))
    }

    /// A word that holds `value`.
    #[cfg(all(test, loom))]
    pub(crate) fn new(value: usize) -> Self {
        Self(AtomicUsize::new(value))
    }

    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn load(&self, order: Ordering) -> usize {
        self.before(Kind::Load);
        self.0.load(weakened(order))
    }

    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn store(&self, value: usize, order: Ordering) {
        self.before(Kind::Store);
        self.0.store(value, weakened(order));
    }

    /// Replaces `current` by `new`, or tells what was there instead; for
    /// callers who take that for no more than a guess.
    ///
    /// It may fail although `current` is there: where a core has load-linked
    /// and store-conditional, not to fail would take a loop that has no bound.
    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn cas(&self, current: usize, new: usize, order: Ordering) -> Result<usize, usize> {
        self.cas_or_load(current, new, order, Ordering::Relaxed)
    }

    /// As `cas`, where what was there instead is a load of its own.
    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn cas_or_load(
        &self,
        current: usize,
        new: usize,
        order: Ordering,
        load: Ordering,
    ) -> Result<usize, usize> {
        self.before(Kind::Change);
        self.0
            .compare_exchange_weak(current, new, weakened(order), weakened(load))
    }

    /// Adds `value`, wrapping, and returns what was there before.
    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn add(&self, value: usize, order: Ordering) -> usize {
        self.before(Kind::Change);
        self.0.fetch_add(value, weakened(order))
    }

    /// Replaces whatever is there by `new`, and returns it.
    #[cfg(feature = "async")]
    #[inline(always)]
    #[cfg_attr(all(test, loom), track_caller)]
    pub(crate) fn swap(&self, new: usize, order: Ordering) -> usize {
        self.before(Kind::Change);
        self.0.swap(new, weakened(order))
    }

    #[inline(always)]
    fn before(&self, kind: Kind) {
        before((&raw const *self).addr(), kind);
    }
}

/// `order`, unless a test weakens this one access: see `weaken`.
#[inline(always)]
#[cfg_attr(all(test, loom), track_caller)]
fn weakened(order: Ordering) -> Ordering {
    #[cfg(all(test, loom))]
    return weaken::at(core::panic::Location::caller(), order);
    #[cfg(not(all(test, loom)))]
    order
}

/// One access of the source whose ordering is weaker in this run of the models:
/// what `LOGRING_WEAKEN` says, as in `ring/reserve.rs:51:Acquire`. Of an `AcqRel`,
/// the other half is left.
#[cfg(all(test, loom))]
mod weaken {
    use super::Ordering::{self, AcqRel, Acquire, Relaxed, Release};
    use core::panic::Location;
    use std::string::String;
    use std::sync::OnceLock;

    struct Site {
        file: String,
        line: u32,
        half: Ordering,
    }

    static SITE: OnceLock<Option<Site>> = OnceLock::new();

    fn named() -> Option<Site> {
        let words = std::env::var("LOGRING_WEAKEN").ok()?;
        let mut words = words.split(':');
        let mut word = || words.next().expect("file:line:Acquire or Release");
        Some(Site {
            file: word().into(),
            line: word().parse().expect("a line"),
            half: match word() {
                "Acquire" => Acquire,
                "Release" => Release,
                other => panic!("not half an ordering: {other}"),
            },
        })
    }

    pub(super) fn at(caller: &Location<'_>, order: Ordering) -> Ordering {
        match SITE.get_or_init(named) {
            Some(site) if site.line == caller.line() && caller.file().ends_with(&site.file) => {
                match (order, site.half) {
                    (AcqRel, Acquire) => Release,
                    (AcqRel, _) => Acquire,
                    (order, half) if order == half => Relaxed,
                    _ => order,
                }
            }
            _ => order,
        }
    }
}

/// Nothing, unless a test asked to be called before every access.
#[inline(always)]
fn before(address: usize, kind: Kind) {
    #[cfg(all(test, logring_inject))]
    hook::before_access(address, kind);
    let _ = (address, kind);
}

/// ORDERING: words outside the protocol. Relaxed: nothing is read on the
/// strength of them, or [`same_core`] orders them.
#[cfg(any(feature = "async", feature = "log", feature = "defmt"))]
pub(crate) const ALONE: Ordering = Ordering::Relaxed;

/// A byte that is only loaded and stored, which every target can.
#[cfg(all(feature = "defmt", not(all(test, any(loom, shuttle)))))]
#[repr(transparent)]
pub(crate) struct Byte(AtomicU8);

#[cfg(all(feature = "defmt", not(all(test, any(loom, shuttle)))))]
impl Byte {
    pub(crate) const fn new(value: u8) -> Self {
        Self(AtomicU8::new(value))
    }

    #[inline(always)]
    pub(crate) fn load(&self) -> u8 {
        self.before(Kind::Load);
        self.0.load(ALONE)
    }

    #[inline(always)]
    pub(crate) fn store(&self, value: u8) {
        self.before(Kind::Store);
        self.0.store(value, ALONE);
    }

    /// As [`Word::before`].
    #[inline(always)]
    fn before(&self, kind: Kind) {
        #[cfg(all(test, logring_inject))]
        hook::before_access((&raw const *self).addr(), kind);
        let _ = kind;
    }
}

/// Orders what this context did before against what it stores after, for
/// contexts that interrupt it on the same core. It costs no instruction: such a
/// context sees what is in the order of the program, so the compiler alone must
/// be kept from another one.
#[cfg(feature = "defmt")]
#[inline(always)]
pub(crate) fn same_core() {
    core::sync::atomic::compiler_fence(Ordering::AcqRel);
}

/// What an access does to its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Load,
    Store,
    /// A read-modify-write.
    Change,
}

/// The interrupt controller of the injection tests, and the ears of those that
/// count accesses.
#[cfg(all(test, logring_inject))]
pub(crate) mod hook {
    use super::Kind;
    use core::cell::Cell;

    /// Hears the address of a word, and what is done to it.
    pub(crate) type Ear = fn(usize, Kind);

    std::thread_local! {
        static HOOK: Cell<Option<fn()>> = const { Cell::new(None) };
        static EAR: Cell<Option<Ear>> = const { Cell::new(None) };
        static STACK: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Calls `hook` before every later access of this thread to a shared word.
    pub(crate) fn set(hook: Option<fn()>) {
        HOOK.set(hook);
    }

    /// Tells `ear` the address and kind of every later access of this thread.
    #[cfg_attr(not(feature = "shards"), allow(dead_code))]
    pub(crate) fn listen(ear: Option<Ear>) {
        EAR.set(ear);
    }

    /// Makes this thread pass for the one with stack number `stack`, so that
    /// one thread can play several.
    #[cfg_attr(not(feature = "shards"), allow(dead_code))]
    pub(crate) fn pose_as(stack: Option<usize>) {
        STACK.set(stack);
    }

    /// The stack number that this thread goes by, if it poses.
    pub(crate) fn posing_as() -> Option<usize> {
        STACK.get()
    }

    pub(super) fn before_access(address: usize, kind: Kind) {
        if let Some(ear) = EAR.get() {
            ear(address, kind);
        }
        if let Some(hook) = HOOK.get() {
            hook();
        }
    }
}

/// A byte that the owner of a cell writes without atomics, where a race
/// detector is watching; otherwise nothing.
#[repr(transparent)]
pub(crate) struct Shadow(
    #[cfg(all(test, loom))] loom::cell::UnsafeCell<u8>,
    #[cfg(all(logring_shadow, not(all(test, loom))))] core::cell::UnsafeCell<[u8; SHADOW_BYTES]>,
);

/// As many as a cell is aligned to, so that nothing of it is padding.
#[cfg(all(logring_shadow, not(all(test, loom))))]
const SHADOW_BYTES: usize = if usize::BITS == 64 { 128 } else { 32 };

// SAFETY: hazard: two threads write the byte at once. That is exactly what the
// detectors are there to report: the byte exists in checked builds only, and
// invariant I2 of `design.rs` says that the cell's one owner writes it.
#[cfg(all(logring_shadow, not(all(test, loom))))]
unsafe impl Sync for Shadow {}

#[cfg(all(test, loom))]
impl Shadow {
    pub(crate) fn new() -> Self {
        Self(loom::cell::UnsafeCell::new(0))
    }

    pub(crate) fn own(&self) {
        self.0.with_mut(|_| ());
    }
}

#[cfg(not(all(test, loom)))]
impl Shadow {
    pub(crate) const fn new() -> Self {
        Self(
            #[cfg(logring_shadow)]
            core::cell::UnsafeCell::new([0; SHADOW_BYTES]),
        )
    }

    /// Writes the byte, as the cell's owner may.
    #[inline(always)]
    pub(crate) fn own(&self) {
        #[cfg(logring_shadow)]
        // SAFETY: hazard: a data race with another owner of the cell. I2 of
        // `design.rs` excludes it, and this build exists to check I2.
        unsafe {
            self.0.get().cast::<u8>().write(1);
        }
    }
}
