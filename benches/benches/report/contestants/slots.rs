//! Queues of slots for several producers. A slot holds a record's bytes, whose
//! number is known when the program is compiled.

use std::sync::Arc;

use concurrent_queue::ConcurrentQueue;
use crossbeam_queue::ArrayQueue;
use thingbuf::ThingBuf;

use super::{Contestant, Pop, Push, SLOTS};

macro_rules! slots {
    ($($type:ident, $name:literal, $queue:ty, $make:expr,
       |$q:ident, $bytes:ident| $push:expr, |$p:ident| $pop:expr;)*) => {$(
        #[derive(Clone)]
        pub(crate) struct $type<const N: usize>(Arc<$queue>);

        impl<const N: usize> Contestant<N> for $type<N> {
            const NAME: &'static str = $name;
            type Push = Self;
            type Pop = Self;

            fn make() -> (Self, Self) {
                let queue = Self(Arc::new($make));
                (queue.clone(), queue)
            }
        }

        impl<const N: usize> Push<N> for $type<N> {
            #[inline(always)]
            fn push(&mut self, bytes: &[u8; N]) -> bool {
                let ($q, $bytes) = (&self.0, *bytes);
                $push
            }
        }

        impl<const N: usize> Pop<N> for $type<N> {
            #[inline(always)]
            fn pop(&mut self, out: &mut [u8; N]) -> bool {
                let $p = &self.0;
                match $pop {
                    Some(bytes) => {
                        *out = bytes;
                        true
                    }
                    None => false,
                }
            }
        }
    )*};
}

/// Slots that are plain bytes, and `Default` for every length.
#[derive(Clone)]
pub(crate) struct Slot<const N: usize>([u8; N]);

impl<const N: usize> Default for Slot<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

slots! {
    ArrayPush, "crossbeam ArrayQueue::push", ArrayQueue<[u8; N]>, ArrayQueue::new(SLOTS),
        |queue, bytes| queue.push(bytes).is_ok(), |queue| queue.pop();
    ArrayForce, "crossbeam ArrayQueue::force_push", ArrayQueue<[u8; N]>, ArrayQueue::new(SLOTS),
        |queue, bytes| { std::hint::black_box(queue.force_push(bytes)); true }, |queue| queue.pop();
    ConcurrentPush, "concurrent-queue push", ConcurrentQueue<[u8; N]>,
        ConcurrentQueue::bounded(SLOTS),
        |queue, bytes| queue.push(bytes).is_ok(), |queue| queue.pop().ok();
    ConcurrentForce, "concurrent-queue force_push", ConcurrentQueue<[u8; N]>,
        ConcurrentQueue::bounded(SLOTS),
        |queue, bytes| std::hint::black_box(queue.force_push(bytes)).is_ok(),
        |queue| queue.pop().ok();
    Thing, "thingbuf push", ThingBuf<Slot<N>>, ThingBuf::new(SLOTS),
        |queue, bytes| queue.push(Slot(bytes)).is_ok(),
        |queue| queue.pop().map(|slot| slot.0);
    HeaplessMpmc, "heapless mpmc enqueue", Mpmc<N>, mpmc(),
        |queue, bytes| queue.enqueue(bytes).is_ok(), |queue| queue.dequeue();
}

type Mpmc<const N: usize> = heapless::mpmc::Queue<[u8; N], SLOTS>;

#[expect(deprecated, reason = "a peer is measured as it is")]
fn mpmc<const N: usize>() -> Mpmc<N> {
    Mpmc::new()
}
