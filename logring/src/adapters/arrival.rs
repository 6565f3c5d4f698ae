//! Awaiting a record: producers call, and a consumer that sleeps is woken.
//!
//! Register first, look afterwards: that order is the proof (N1 to N7 of
//! [`design`](mod@crate::design::adapters)).

use core::fmt;
use core::future::{Future, poll_fn};
use core::task::Poll;

use crate::ring::Ring;
use crate::sync::{ALONE, Slot, WakerCell};

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
/// /// The consumer, a task of any executor. A record that is longer than the buffer
/// /// comes cut to it.
/// async fn consume(mut write: impl FnMut(u64, &[u8]) -> bool) {
///     let mut buf = [0; 1024];
///     loop {
///         while let Popped::Record(record) = RING.pop(&mut buf) {
///             if !write(record.lost_before, record.bytes) {
///                 return;
///             }
///         }
///         let lost = RING.take_trailing_loss();
///         if lost > 0 && !write(lost, b"") {
///             return;
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
/// let mut lines = Vec::new();
/// block_on(consume(|lost, line| {
///     if lost > 0 {
///         lines.push(format!("-- {lost} records lost --"));
///     }
///     lines.push(String::from_utf8_lossy(line).into_owned());
///     lines.len() < 2
/// }));
/// producer.join().unwrap();
/// assert_eq!(lines, ["disk 91% full", "disk full"]);
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
/// producers that are threads. In an interrupt or signal handler, use an executor
/// whose wakers may be called there, such as one with `static` tasks, or a hook of
/// your own that sets a flag or pends an interrupt.
///
/// A call never drops a waker, so it is not what frees a task. The waker of the task
/// that waited last, and of up to two before it, stay until another task waits or the
/// `Arrival` is dropped.
///
/// # What a call costs
///
/// One atomic swap of a word that all producers share, if no task waits, as is so
/// while the consumer is busy. Where producers are many, that word goes from core
/// to core as the head of the ring does.
///
/// The call that finds a task waiting also runs the waker, which costs far more than
/// the push. Measured as the median of 3000 pushes of 40 bytes, each timed alone, on
/// two cores of a busy x86-64 server, with a consumer on tokio 1: 3 to 15 µs where
/// its thread slept and had to be woken by the system, against 0.05 to 0.16 µs
/// while it was awake. A waker that only sets a flag added 0.03 µs. A producer that
/// cannot pay that needs a hook that is cheaper, or a consumer that looks at
/// intervals.
///
/// # Who may interrupt whom
///
/// Anybody may interrupt anybody. A consumer that interrupts a producer in the
/// middle of its call sleeps if there is no record, and is woken again when that
/// producer goes on. So the executor may run at a higher priority than its
/// producers, on their core. A call on top of other calls, or of a wait, returns
/// after its own few steps.
///
/// That holds for a consumer that is one task, or up to three that take turns. A
/// fourth task that waits while two calls stand still, which were waking two others,
/// may have to wake itself until one of them goes on.
///
/// A producer that dies in the middle of its call takes the wake-up with it. No
/// record is lost, but the consumer sleeps until it is polled for another reason.
/// Where producers can die, let the consumer also await a timer.
///
/// # Context
/// Every method: any context, but for what an executor adds.
pub struct Arrival {
    waker: WakerCell,
    /// Not 0 if the last poll of a wait was ready: then the next one is not.
    was_ready: Slot,
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
            was_ready: Slot::new(0),
        }
    }

    /// One that nobody waits for.
    #[cfg(all(test, loom))]
    pub(crate) fn new() -> Self {
        Self {
            waker: WakerCell::new(),
            was_ready: Slot::new(0),
        }
    }

    /// Wakes the task that waits, if one does: the producers' side, for
    /// [`Config::with_notify`](crate::Config::with_notify).
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler, also on
    /// top of an interrupted call or wait, as far as the executor's waker may be
    /// called there. One step if no task waits; if one does, two and the waker. It
    /// never waits for anybody.
    #[inline]
    pub fn notify(&self) {
        self.waker.wake();
    }

    /// Waits until a pop of `ring` would find a record.
    ///
    /// It is ready once the oldest record can be taken. While the ring is empty, or
    /// its oldest record is still being written
    /// ([`Pending`](crate::Popped::Pending)), it sleeps, and is woken by the next
    /// record that is published or grant that is ended. Cells that were given back are
    /// stepped over, as a pop does. It may be ready a time too often, so pop in a loop.
    ///
    /// **It lets others run.** Of two polls of waits in a row, one at most is ready.
    /// If a wait was ready and the next poll finds a record again, taken or not, that
    /// poll wakes its own task, and the poll after it is ready. So a consumer that
    /// waits in a loop gives its executor a turn in at least every second pass,
    /// even if it takes nothing. It does not sleep then: a record is there. Work of a
    /// lower priority than the executor's gets no turn by that.
    ///
    /// A refusal wakes nobody, nor does a discarded grant make this ready: they
    /// are told with the next record, or taken with
    /// [`Ring::take_trailing_loss`] before waiting.
    ///
    /// One task waits at a time: of two, one may never be woken. Dropping the
    /// future is harmless. Its task may then be woken once without need.
    ///
    /// # Context
    /// Where the executor polls. A poll takes at most 64 attempts, each of at
    /// most as many steps as the ring has cells, and 10 steps more.
    pub fn wait<'a>(&'a self, ring: &'a Ring) -> impl Future<Output = ()> + 'a {
        poll_fn(move |task| {
            // In this order: whoever comes after the registration wakes us, and
            // whoever came before is seen by the look (N2).
            self.waker.register(task.waker());
            let has_record = ring.has_record();
            let is_ready = has_record && self.was_ready.load(ALONE) == 0;
            self.was_ready.store(usize::from(is_ready), ALONE);
            if is_ready {
                return Poll::Ready(());
            }
            if has_record {
                // Not to sleep beside a record, and yet not to be ready twice in a
                // row: whoever takes nothing must let others run (N7).
                task.waker().wake_by_ref();
            }
            Poll::Pending
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
