//! The waker of the one task that waits for something, shared with everybody who
//! wakes it.
//!
//! Floor 0; imports nothing but the words of [`sync`](super). N1 to N6 of
//! [`design`](mod@crate::design::adapters) have the argument.
//!
//! One word, `armed`, names the slot whose waker the next call takes. To register
//! is one swap of that word, and to wake is one swap of it, so of any two calls one
//! is the earlier. A call that took a slot only reads its waker. So a consumer that
//! interrupts it arms the same slot again, and nobody has to wait for anybody. A
//! slot is written when nobody uses it.

use super::Ordering::{self, AcqRel, Acquire, Relaxed, Release};
use super::Word;
use core::task::Waker;

#[cfg(all(test, loom))]
use loom::cell::UnsafeCell;

/// ORDERING: K.r, arming swap by who registers. Pairs with K.w, and carries the
/// waker in the slot to it; and from it, the record that K.w was called for.
const K_R: Ordering = AcqRel;

/// ORDERING: K.w, disarming swap by who wakes. Pairs with K.r, and carries the
/// record to it; and from it, the waker.
const K_W: Ordering = AcqRel;

/// ORDERING: K.d, a call is done with its slot. Pairs with K.f; carries that its
/// reads of the waker are over.
const K_D: Ordering = Release;

/// ORDERING: K.f, the look for a slot that nobody uses. Pairs with K.d, the latest
/// and through the release sequence of additions all earlier ones.
const K_F: Ordering = Acquire;

/// ORDERING: K.u, a use of a slot that is added, or taken back, by who registers.
/// Relaxed: K.r publishes the first, and what is taken back had no reader.
const K_U: Ordering = Relaxed;

/// ORDERING: K.l, who registers comes in. Pairs with K.o; carries the slots as the
/// one before left them.
const K_L: Ordering = Acquire;

/// ORDERING: K.o, who registers goes out. Pairs with K.l; carries the slots.
const K_O: Ordering = Release;

/// In `armed`: no slot. WakerSlot `i` is `i + 1`.
const NOBODY: usize = 0;

/// One that is armed, and two for calls that stand still while other tasks come to
/// wait (N6).
const SLOTS: usize = 3;

/// The waker of the one task that waits.
pub(crate) struct WakerCell {
    armed: Word,
    /// Not 0 while somebody registers: the only one who may write slots.
    registering: Word,
    slots: [WakerSlot; SLOTS],
}

struct WakerSlot {
    /// How often it is armed or in the hands of a call.
    users: Word,
    waker: UnsafeCell<Option<Waker>>,
}

// SAFETY: hazard: a waker is written while somebody reads it. `WakerSlot::set` is called
// by who holds `registering` and found no user, and a waker is read by who holds
// `registering`, or is a user (N5). `Waker` itself is `Sync` and `Send`.
unsafe impl Sync for WakerCell {}

impl WakerCell {
    /// A cell without a waker.
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new() -> Self {
        Self {
            armed: Word::new(NOBODY),
            registering: Word::new(0),
            slots: [const { WakerSlot::new() }; SLOTS],
        }
    }

    /// A cell without a waker.
    #[cfg(all(test, loom))]
    pub(crate) fn new() -> Self {
        Self {
            armed: Word::new(NOBODY),
            registering: Word::new(0),
            slots: core::array::from_fn(|_| WakerSlot::new()),
        }
    }

    /// Lets the next `wake` wake `waker`, in place of any other.
    ///
    /// Wakes it at once, so that it comes again, if somebody else registers at the
    /// same time, or no slot is left for another task (N6).
    pub(crate) fn register(&self, waker: &Waker) {
        if self.registering.swap(1, K_L) != 0 {
            waker.wake_by_ref();
            return;
        }
        let mut replaced = [const { None }; SLOTS];
        let is_armed = {
            let _out = Out(&self.registering);
            self.arm(waker, &mut replaced)
        };
        // Here, where nothing is held: it may free a task.
        drop(replaced);
        if !is_armed {
            waker.wake_by_ref();
        }
    }

    /// Arms a slot with `waker`, if one is left. Called by who registers, who then
    /// drops what was replaced.
    fn arm(&self, waker: &Waker, replaced: &mut [Option<Waker>; SLOTS]) -> bool {
        let own = self.slots.iter().position(|slot| slot.wakes_as(waker));
        let Some(index) = own.or_else(|| self.settle(waker, replaced)) else {
            return false;
        };
        self.slots[index].users.add(1, K_U);
        let taken_back = self.armed.swap(index + 1, K_R);
        if let Some(slot) = self.slot(taken_back) {
            slot.users.add(usize::MAX, K_U);
        }
        true
    }

    /// Empties the slots that nobody uses, and puts a clone of `waker` into one of
    /// them; which one. Called by who registers.
    fn settle(&self, waker: &Waker, replaced: &mut [Option<Waker>; SLOTS]) -> Option<usize> {
        let mut unused = None;
        for (index, (slot, replaced)) in self.slots.iter().zip(replaced).enumerate() {
            if slot.users.load(K_F) == 0 {
                *replaced = slot.set(None);
                unused = Some(index);
            }
        }
        let index = unused?;
        self.slots[index].set(Some(waker.clone()));
        Some(index)
    }

    /// Wakes the task that registered last, unless somebody has done so since.
    #[inline]
    pub(crate) fn wake(&self) {
        let taken = self.armed.swap(NOBODY, K_W);
        if let Some(slot) = self.slot(taken) {
            slot.wake();
        }
    }

    /// The slot that a value of `armed` names.
    #[inline]
    fn slot(&self, armed: usize) -> Option<&WakerSlot> {
        self.slots.get(armed.wrapping_sub(1))
    }
}

impl WakerSlot {
    #[cfg(not(all(test, loom)))]
    const fn new() -> Self {
        Self {
            users: Word::new(0),
            waker: UnsafeCell::new(None),
        }
    }

    #[cfg(all(test, loom))]
    fn new() -> Self {
        Self {
            users: Word::new(0),
            waker: UnsafeCell::new(None),
        }
    }

    /// Whether its waker wakes the same task. Called by who registers.
    fn wakes_as(&self, waker: &Waker) -> bool {
        self.waker.with(|own| {
            // SAFETY: hazard: somebody writes it meanwhile. Only who registers does,
            // and that is the caller (N5).
            let own = unsafe { &*own };
            own.as_ref().is_some_and(|own| own.will_wake(waker))
        })
    }

    /// Puts a waker in, or none; the one that was there. Called by who registers, if
    /// the slot has no users.
    fn set(&self, waker: Option<Waker>) -> Option<Waker> {
        self.waker.with_mut(|own| {
            // SAFETY: hazard: somebody reads it meanwhile. A reader registers, or is
            // a user; the caller registers, and there is no user (N5).
            let own = unsafe { &mut *own };
            core::mem::replace(own, waker)
        })
    }

    /// Wakes its task, and is then used once less. Called by who took it out of
    /// `armed`.
    #[cold]
    fn wake(&self) {
        let _done = Done(&self.users);
        self.waker.with(|own| {
            // SAFETY: hazard: somebody writes it meanwhile. The caller is a user
            // until `_done` is dropped (N5).
            let own = unsafe { &*own };
            if let Some(own) = own {
                own.wake_by_ref();
            }
        });
    }
}

/// Ends a use when it is dropped: also if a waker panics.
struct Done<'c>(&'c Word);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.add(usize::MAX, K_D);
    }
}

/// Ends a registration when it is dropped: also if the clone of a waker panics.
struct Out<'c>(&'c Word);

impl Drop for Out<'_> {
    fn drop(&mut self) {
        self.0.store(0, K_O);
    }
}

/// loom's interface, over the core's cell.
#[cfg(not(all(test, loom)))]
struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

#[cfg(not(all(test, loom)))]
impl<T> UnsafeCell<T> {
    const fn new(value: T) -> Self {
        Self(core::cell::UnsafeCell::new(value))
    }

    #[inline(always)]
    fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    #[inline(always)]
    fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}
