//! The peers in the storm. Channels have one receiver, which only the draining
//! thread uses; its lock is never touched by a handler.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use concurrent_queue::ConcurrentQueue;
use crossbeam_queue::ArrayQueue;
use thingbuf::ThingBuf;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

use crate::queue::{Queue, Record, SLOTS};

/// A queue by two functions on what it consists of.
struct Peer<T> {
    inner: T,
    push: fn(&T, Record) -> u64,
    pop: fn(&T) -> Option<Record>,
}

impl<T: Send + Sync> Queue for Peer<T> {
    fn push(&self, record: Record) -> u64 {
        (self.push)(&self.inner, record)
    }

    fn pop(&self) -> Option<Record> {
        (self.pop)(&self.inner)
    }
}

fn peer<T: Send + Sync + 'static>(
    inner: T,
    push: fn(&T, Record) -> u64,
    pop: fn(&T) -> Option<Record>,
) -> Box<dyn Queue> {
    Box::new(Peer { inner, push, pop })
}

pub(crate) fn array_queue_push() -> Box<dyn Queue> {
    let queue = ArrayQueue::new(SLOTS);
    peer(
        queue,
        |queue, record| u64::from(queue.push(record).is_err()),
        ArrayQueue::pop,
    )
}

pub(crate) fn array_queue_force_push() -> Box<dyn Queue> {
    let queue = ArrayQueue::new(SLOTS);
    peer(
        queue,
        |queue, record| u64::from(queue.force_push(record).is_some()),
        ArrayQueue::pop,
    )
}

pub(crate) fn concurrent_push() -> Box<dyn Queue> {
    let queue = ConcurrentQueue::bounded(SLOTS);
    peer(
        queue,
        |queue, record| u64::from(queue.push(record).is_err()),
        |queue| queue.pop().ok(),
    )
}

pub(crate) fn concurrent_force_push() -> Box<dyn Queue> {
    let queue = ConcurrentQueue::bounded(SLOTS);
    peer(
        queue,
        |queue, record| u64::from(!matches!(queue.force_push(record), Ok(None))),
        |queue| queue.pop().ok(),
    )
}

pub(crate) fn thingbuf_push() -> Box<dyn Queue> {
    let queue = ThingBuf::new(SLOTS);
    peer(
        queue,
        |queue, record| u64::from(queue.push(record).is_err()),
        ThingBuf::pop,
    )
}

pub(crate) fn thingbuf_try_send() -> Box<dyn Queue> {
    peer(
        thingbuf::mpsc::blocking::channel(SLOTS),
        |(sender, _), record| u64::from(sender.try_send(record).is_err()),
        |(_, receiver)| receiver.try_recv().ok(),
    )
}

#[expect(deprecated, reason = "a peer is measured as it is")]
pub(crate) fn heapless_enqueue() -> Box<dyn Queue> {
    peer(
        heapless::mpmc::Queue::<Record, SLOTS>::new(),
        |queue, record| u64::from(queue.enqueue(record).is_err()),
        |queue| queue.dequeue(),
    )
}

pub(crate) fn std_try_send() -> Box<dyn Queue> {
    let (sender, receiver) = mpsc::sync_channel(SLOTS);
    peer(
        (sender, Mutex::new(receiver)),
        |(sender, _), record| u64::from(sender.try_send(record).is_err()),
        |(_, receiver)| {
            receiver
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .try_recv()
                .ok()
        },
    )
}

pub(crate) fn crossbeam_channel_try_send() -> Box<dyn Queue> {
    peer(
        crossbeam_channel::bounded(SLOTS),
        |(sender, _), record| u64::from(sender.try_send(record).is_err()),
        |(_, receiver)| receiver.try_recv().ok(),
    )
}

pub(crate) fn flume_try_send() -> Box<dyn Queue> {
    peer(
        flume::bounded(SLOTS),
        |(sender, _), record| u64::from(sender.try_send(record).is_err()),
        |(_, receiver)| receiver.try_recv().ok(),
    )
}

pub(crate) fn kanal_try_send() -> Box<dyn Queue> {
    peer(
        kanal::bounded(SLOTS),
        |(sender, _), record| u64::from(!matches!(sender.try_send(record), Ok(true))),
        |(_, receiver)| receiver.try_recv().ok().flatten(),
    )
}

/// A sink that counts lines: the writer's own thread delivers to it.
struct Lines(Arc<AtomicU64>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Appender {
    writer: NonBlocking,
    guard: Mutex<Option<WorkerGuard>>,
    delivered: Arc<AtomicU64>,
}

pub(crate) fn tracing_appender_write() -> Box<dyn Queue> {
    let delivered = Arc::new(AtomicU64::new(0));
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(SLOTS)
        .finish(Lines(Arc::clone(&delivered)));
    Box::new(Appender {
        writer,
        guard: Mutex::new(Some(guard)),
        delivered,
    })
}

impl Queue for Appender {
    fn push(&self, record: Record) -> u64 {
        // As its subscriber layer does for every event.
        let mut writer = self.writer.clone();
        // It counts what it drops, and says that all was written.
        let _ = writer.write_all(&record.to_bytes());
        0
    }

    fn pop(&self) -> Option<Record> {
        None
    }

    fn delivered_elsewhere(&self) -> u64 {
        // Dropping the guard flushes.
        drop(
            self.guard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        self.delivered.load(Ordering::Relaxed)
    }

    fn ledger(&self) -> Option<(u64, u64)> {
        let dropped = self.writer.error_counter().dropped_lines() as u64;
        Some((dropped, dropped))
    }
}
