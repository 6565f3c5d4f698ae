//! Awaiting a record: producers call, and a consumer that sleeps is woken.
//!
//! Register first, look afterwards: that order is the proof (N1 to N3 of
//! [`design`](mod@crate::design::adapters)).

use core::fmt;
use core::future::{Future, poll_fn};
use core::task::Poll;

use crate::ring::Ring;
use crate::sync::WakerCell;

/// What one consumer awaits: a record to take.
///
/// It lies beside the ring, in the process of the consumer. Producers call
/// [`notify`](Self::notify), which belongs into the configuration of every
/// logger of the ring: records of a logger without it wake nobody. They lie in
/// the ring until another record, or a look for another reason, comes by. That
/// goes for records of other processes and of [`Ring::push_at_once`], too, and
/// for grants that [`Ring::resume`] put together.
///
/// ```
/// use logring::adapters::Arrival;
/// use logring::{Config, Level, LogRing, Logger, Popped};
///
/// static RING: LogRing<64> = LogRing::new();
/// static ARRIVAL: Arrival = Arrival::new();
/// static LOG: Logger = Logger::new(
///     &RING,
///     Config::drop_newest().with_notify(Some(|| ARRIVAL.notify())),
/// );
///
/// /// The consumer, a task of any executor.
/// async fn consume(mut write: impl FnMut(&[u8]) -> bool) {
///     let mut buf = [0; 1024];
///     loop {
///         while let Popped::Record(record) = RING.pop(&mut buf) {
///             if !write(record.bytes) {
///                 return;
///             }
///         }
///         ARRIVAL.wait(&RING).await;
///     }
/// }
///
/// let producer = std::thread::spawn(|| {
///     for line in ["disk 91% full", "disk full"] {
///         LOG.push(Level::WARN, line.as_bytes());
///     }
/// });
/// let mut lines = 0;
/// block_on(consume(|_| {
///     lines += 1;
///     lines < 2
/// }));
/// producer.join().unwrap();
/// # fn block_on<T>(future: impl Future<Output = T>) -> T {
/// #     use std::task::{Context, Poll, Wake};
/// #     struct Unpark(std::thread::Thread);
/// #     impl Wake for Unpark {
/// #         fn wake(self: std::sync::Arc<Self>) {
/// #             self.0.unpark();
/// #         }
/// #     }
/// #     let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
/// #     let mut future = std::pin::pin!(future);
/// #     loop {
/// #         match future.as_mut().poll(&mut Context::from_waker(&waker)) {
/// #             Poll::Ready(value) => return value,
/// #             Poll::Pending => std::thread::park(),
/// #         }
/// #     }
/// # }
/// ```
///
/// # What the executor must be
///
/// A producer that wakes the task runs the executor's own code, in the
/// producer's context. Whether that waits, allocates or locks is for the
/// executor to say. Many of those for operating systems do: they are for
/// producers that are threads. And the waker that is dropped there may be the
/// last owner of a task that ended, and free its memory. In an interrupt or
/// signal handler, use an executor whose tasks are `static` and whose wakers do
/// nothing when they are dropped, or a hook of your own that sets a flag or
/// pends an interrupt.
///
/// # What a call costs
///
/// Two read-modify-writes of one word that all producers share, and the waker
/// if a task waits. Where producers are many, that word goes from core to core
/// as the head of the ring does.
///
/// # What must not interrupt whom
///
/// A consumer that interrupts a producer in the few steps of its call must give
/// the processor back: until the producer goes on, each wait ends its poll by
/// waking its own task. An executor that runs at a higher priority than its
/// producers, on their core, would poll for ever. Use a hook of your own there.
/// A producer that dies in these steps leaves a consumer that polls without
/// pause, and loses no record.
///
/// # Context
/// Every method: any context, but for what an executor adds.
pub struct Arrival {
    waker: WakerCell,
}

impl Arrival {
    /// One that nobody waits for.
    ///
    /// # Context
    /// Any context, also `const`; one step.
    #[cfg(not(all(test, loom)))]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            waker: WakerCell::new(),
        }
    }

    /// One that nobody waits for.
    #[cfg(all(test, loom))]
    pub(crate) fn new() -> Self {
        Self {
            waker: WakerCell::new(),
        }
    }

    /// Wakes the task that waits, if one does: the producers' side, for
    /// [`Config::with_notify`](crate::Config::with_notify).
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler, also on
    /// top of an interrupted call, as far as the executor's waker may be called
    /// there. At most two steps, and the waker; somebody else who is waking
    /// meanwhile is not waited for.
    #[inline]
    pub fn notify(&self) {
        self.waker.wake();
    }

    /// Waits until a pop of `ring` would find a record.
    ///
    /// It is ready once the oldest record can be taken, at once if that is so
    /// already. While the ring is empty, or its oldest record is still being
    /// written ([`Pending`](crate::Popped::Pending)), it sleeps, and is woken
    /// by the next record that is published or grant that is ended. Cells that
    /// were given back are stepped over, as a pop does. A record that does not fit the
    /// consumer's buffer is one, and makes each wait ready until it is taken.
    /// It may be ready a time too often, so pop in a loop.
    ///
    /// A refusal wakes nobody, nor does a discarded grant make this ready: they
    /// are told with the next record, or taken with
    /// [`Ring::take_trailing_loss`] before waiting.
    ///
    /// One task waits at a time: of two, one may never be woken. Dropping the
    /// future is harmless; its waker stays until the next call of `notify` or wait.
    ///
    /// # Context
    /// Where the executor polls. A poll takes at most 64 attempts, each of at
    /// most as many steps as the ring has cells.
    pub fn wait<'a>(&'a self, ring: &'a Ring) -> impl Future<Output = ()> + 'a {
        poll_fn(move |task| {
            // In this order: whoever comes after the registration wakes us, and
            // whoever came before is seen by the look (N2).
            self.waker.register(task.waker());
            if ring.has_record() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
    }
}

impl Default for Arrival {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival").finish_non_exhaustive()
    }
}
