//! Queues for one producer: the limit of a simpler problem.

use bbqueue::nicknames::YakiNiku;
use bbqueue::prod_cons::framed::{FramedConsumer, FramedProducer};
use bbqueue::traits::storage::BoxedSlice;
use ringbuf::traits::{Consumer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::{Contestant, Pop, Push, SLOTS};

pub(crate) enum Rtrb {}

impl<const N: usize> Contestant<N> for Rtrb {
    const NAME: &'static str = "rtrb push";
    type Push = rtrb::Producer<[u8; N]>;
    type Pop = rtrb::Consumer<[u8; N]>;

    fn make() -> (Self::Push, Self::Pop) {
        rtrb::RingBuffer::new(SLOTS)
    }
}

impl<const N: usize> Push<N> for rtrb::Producer<[u8; N]> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        rtrb::Producer::push(self, *bytes).is_ok()
    }
}

impl<const N: usize> Pop<N> for rtrb::Consumer<[u8; N]> {
    #[inline(always)]
    fn pop(&mut self, out: &mut [u8; N]) -> bool {
        match rtrb::Consumer::pop(self) {
            Ok(bytes) => {
                *out = bytes;
                true
            }
            Err(_) => false,
        }
    }
}

pub(crate) enum Ringbuf {}

impl<const N: usize> Contestant<N> for Ringbuf {
    const NAME: &'static str = "ringbuf try_push";
    type Push = HeapProd<[u8; N]>;
    type Pop = HeapCons<[u8; N]>;

    fn make() -> (Self::Push, Self::Pop) {
        HeapRb::new(SLOTS).split()
    }
}

impl<const N: usize> Push<N> for HeapProd<[u8; N]> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        self.try_push(*bytes).is_ok()
    }
}

impl<const N: usize> Pop<N> for HeapCons<[u8; N]> {
    #[inline(always)]
    fn pop(&mut self, out: &mut [u8; N]) -> bool {
        match self.try_pop() {
            Some(bytes) => {
                *out = bytes;
                true
            }
            None => false,
        }
    }
}

/// Overwriting is for the owner of both ends, so nobody can pop meanwhile.
pub(crate) struct RingbufOverwrite<const N: usize>(HeapRb<[u8; N]>);

/// There is no other end; the first push of a sample finds what the last one
/// left.
pub(crate) struct NoPop;

impl<const N: usize> Contestant<N> for RingbufOverwrite<N> {
    const NAME: &'static str = "ringbuf push_overwrite";
    type Push = Self;
    type Pop = NoPop;

    fn make() -> (Self, NoPop) {
        (Self(HeapRb::new(SLOTS)), NoPop)
    }

    fn verified() -> (Self, NoPop) {
        let (mut ring, no_pop) = Self::make();
        let bytes = super::payload::<N>();
        for number in 0..SLOTS + 1 {
            let mut bytes = bytes;
            bytes[0] = number as u8;
            assert!(ring.push(&bytes));
        }
        let mut first = bytes;
        first[0] = 1;
        assert_eq!(ring.0.try_pop(), Some(first), "the oldest record went");
        (ring, no_pop)
    }
}

impl<const N: usize> Push<N> for RingbufOverwrite<N> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        std::hint::black_box(self.0.push_overwrite(*bytes));
        true
    }
}

impl<const N: usize> Pop<N> for NoPop {
    fn pop(&mut self, _out: &mut [u8; N]) -> bool {
        false
    }
}

/// A queue of bytes: each record is a frame with a length of two bytes.
pub(crate) enum Bbqueue {}

type Bbq = &'static YakiNiku;

impl<const N: usize> Contestant<N> for Bbqueue {
    const NAME: &'static str = "bbqueue grant + commit";
    type Push = FramedProducer<Bbq>;
    type Pop = FramedConsumer<Bbq>;

    fn make() -> (Self::Push, Self::Pop) {
        // A byte more: as many frames must fit without filling it quite. The
        // report keeps it until it ends, so that no count of owners is in the
        // way of a grant.
        let storage = BoxedSlice::new(SLOTS * (N + 2) + 1);
        let queue: Bbq = Box::leak(Box::new(YakiNiku::new_with_storage(storage)));
        (queue.framed_producer(), queue.framed_consumer())
    }
}

impl<const N: usize> Push<N> for FramedProducer<Bbq> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        match self.grant(N as u16) {
            Ok(mut grant) => {
                grant.copy_from_slice(bytes);
                grant.commit(N as u16);
                true
            }
            Err(_) => false,
        }
    }
}

impl<const N: usize> Pop<N> for FramedConsumer<Bbq> {
    #[inline(always)]
    fn pop(&mut self, out: &mut [u8; N]) -> bool {
        match self.read() {
            Ok(grant) => {
                out.copy_from_slice(&grant);
                grant.release();
                true
            }
            Err(_) => false,
        }
    }
}
