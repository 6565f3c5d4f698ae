//! Controls: what a push cannot be cheaper than. They store into a circular
//! buffer that nobody reads.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use logring_benches::tsc;

use super::single::NoPop;
use super::{BYTES, Contestant, Push, SLOTS, payload};

/// A circular buffer of plain memory, which one thread writes.
pub(crate) struct Buffer<const N: usize> {
    slots: Box<[[u8; N]; SLOTS]>,
    at: usize,
}

impl<const N: usize> Buffer<N> {
    fn new() -> Self {
        let slots = vec![[0; N]; SLOTS].into_boxed_slice();
        Self {
            slots: slots.try_into().expect("as many slots"),
            at: 0,
        }
    }

    /// Copies a record into a slot, which the compiler must take to be read.
    #[inline(always)]
    fn store(&mut self, at: usize, bytes: &[u8; N]) {
        let slot = &mut self.slots[at % SLOTS];
        *slot = *bytes;
        black_box(slot);
    }

    fn holds(&self, bytes: &[u8; N]) -> bool {
        self.slots.iter().all(|slot| slot == bytes)
    }
}

/// A control whose push left the payload in every slot.
fn filled<const N: usize, C: Contestant<N>>(
    mut push: C::Push,
    buffer: impl Fn(&C::Push) -> &Buffer<N>,
) -> C::Push {
    for _ in 0..SLOTS {
        assert!(push.push(&payload()));
    }
    assert!(buffer(&push).holds(&payload()), "{} stores", C::NAME);
    push
}

/// A call that does nothing: what the readings around a call take.
pub(crate) struct Empty;

impl<const N: usize> Contestant<N> for Empty {
    const NAME: &'static str = "empty call";
    type Push = Self;
    type Pop = NoPop;

    fn make() -> (Self, NoPop) {
        (Self, NoPop)
    }

    fn verified() -> (Self, NoPop) {
        <Self as Contestant<N>>::make()
    }
}

impl<const N: usize> Push<N> for Empty {
    #[inline(always)]
    fn push(&mut self, _bytes: &[u8; N]) -> bool {
        true
    }
}

/// The copy alone.
pub(crate) struct Memcpy<const N: usize>(Buffer<N>);

impl<const N: usize> Contestant<N> for Memcpy<N> {
    const NAME: &'static str = "memcpy";
    type Push = Self;
    type Pop = NoPop;

    fn make() -> (Self, NoPop) {
        (Self(Buffer::new()), NoPop)
    }

    fn verified() -> (Self, NoPop) {
        (filled::<N, Self>(Self::make().0, |push| &push.0), NoPop)
    }
}

impl<const N: usize> Push<N> for Memcpy<N> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        let at = self.0.at;
        self.0.at = at.wrapping_add(1);
        self.0.store(at, bytes);
        true
    }
}

/// With a buffer of its own: what two threads cost each other that share
/// nothing but the core.
impl<const N: usize> Clone for Memcpy<N> {
    fn clone(&self) -> Self {
        Self(Buffer::new())
    }
}

/// A compare-and-swap and a copy into slots that all threads share: what a
/// shared ring cannot be cheaper than, since its slots move between cores.
#[derive(Clone)]
pub(crate) struct CasShared(Arc<Shared>);

pub(crate) struct Shared {
    head: Head,
    slots: Box<[Slot]>,
}

/// Words that any thread may store: a record on two cache lines, as a ring has
/// it that says before each record what it is.
#[derive(Default)]
#[repr(align(128))]
struct Slot {
    state: AtomicU64,
    words: [AtomicU64; BYTES / 8],
}

impl Contestant<BYTES> for CasShared {
    const NAME: &'static str = "CAS + copy, shared slots";
    type Push = Self;
    type Pop = NoPop;

    fn make() -> (Self, NoPop) {
        let slots = (0..SLOTS).map(|_| Slot::default()).collect();
        let shared = Shared {
            head: Head::default(),
            slots,
        };
        (Self(Arc::new(shared)), NoPop)
    }

    fn verified() -> (Self, NoPop) {
        let (mut push, pop) = Self::make();
        for _ in 0..SLOTS {
            assert!(push.push(&payload()));
        }
        for slot in &push.0.slots {
            let words = slot
                .words
                .iter()
                .flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes());
            assert!(words.eq(payload::<BYTES>()), "{} stores", Self::NAME);
        }
        (push, pop)
    }
}

impl Push<BYTES> for CasShared {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; BYTES]) -> bool {
        let mut head = self.0.head.0.load(Ordering::Relaxed);
        while let Err(seen) =
            self.0
                .head
                .0
                .compare_exchange(head, head + 1, Ordering::Release, Ordering::Relaxed)
        {
            head = seen;
        }
        let slot = &self.0.slots[head % SLOTS];
        for (word, bytes) in slot.words.iter().zip(bytes.as_chunks::<8>().0) {
            word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
        }
        slot.state.store(head as u64, Ordering::Release);
        true
    }
}

/// A time stamp, stored beside the copy.
pub(crate) struct StampMemcpy<const N: usize> {
    buffer: Buffer<N>,
    stamps: Box<[u64; SLOTS]>,
}

impl<const N: usize> Contestant<N> for StampMemcpy<N> {
    const NAME: &'static str = "TSC read + memcpy";
    type Push = Self;
    type Pop = NoPop;

    fn make() -> (Self, NoPop) {
        let stamped = Self {
            buffer: Buffer::new(),
            stamps: Box::new([0; SLOTS]),
        };
        (stamped, NoPop)
    }

    fn verified() -> (Self, NoPop) {
        (
            filled::<N, Self>(Self::make().0, |push| &push.buffer),
            NoPop,
        )
    }
}

impl<const N: usize> Push<N> for StampMemcpy<N> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        let at = self.buffer.at;
        self.buffer.at = at.wrapping_add(1);
        let stamp = &mut self.stamps[at % SLOTS];
        *stamp = tsc::now();
        black_box(stamp);
        self.buffer.store(at, bytes);
        true
    }
}

/// A compare-and-swap on one head, and the copy into a buffer of the thread's
/// own: what a shared ring cannot be cheaper than.
pub(crate) struct CasMemcpy<const N: usize> {
    head: Arc<Head>,
    buffer: Buffer<N>,
}

/// A word on lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Head(AtomicUsize);

/// Another producer: the same head, another buffer.
impl<const N: usize> Clone for CasMemcpy<N> {
    fn clone(&self) -> Self {
        Self {
            head: Arc::clone(&self.head),
            buffer: Buffer::new(),
        }
    }
}

impl<const N: usize> Contestant<N> for CasMemcpy<N> {
    const NAME: &'static str = "CAS + memcpy";
    type Push = Self;
    type Pop = NoPop;

    fn make() -> (Self, NoPop) {
        let control = Self {
            head: Arc::default(),
            buffer: Buffer::new(),
        };
        (control, NoPop)
    }

    fn verified() -> (Self, NoPop) {
        (
            filled::<N, Self>(Self::make().0, |push| &push.buffer),
            NoPop,
        )
    }
}

impl<const N: usize> Push<N> for CasMemcpy<N> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        let head = &self.head.0;
        let mut at = head.load(Ordering::Relaxed);
        while let Err(now) =
            head.compare_exchange_weak(at, at.wrapping_add(1), Ordering::Relaxed, Ordering::Relaxed)
        {
            at = now;
        }
        self.buffer.store(at, bytes);
        true
    }
}
