//! What the storm asks of a queue, and who takes part.

use crate::{peers, rings};

/// Slots of every queue.
pub(crate) const SLOTS: usize = 16;

/// Words of a record.
const WORDS: usize = 7;

/// A record that can tell whether it is whole: every word is made from the
/// first one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Record(pub(crate) [u64; WORDS]);

impl Record {
    /// Bytes of a record.
    pub(crate) const BYTES: usize = 8 * WORDS;

    pub(crate) fn new(seed: u64) -> Self {
        Self(std::array::from_fn(|at| {
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(9 * at as u32)
                ^ at as u64
        }))
    }

    /// Whether the words belong together.
    pub(crate) fn is_whole(&self) -> bool {
        let first = self.0[0];
        let whole = |at: usize| first.rotate_left(9 * at as u32) ^ at as u64;
        self.0
            .iter()
            .enumerate()
            .all(|(at, word)| *word == whole(at))
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (slot, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            slot.copy_from_slice(&word.to_ne_bytes());
        }
        bytes
    }

    /// The record that has these bytes; `None` if their number is wrong.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut words = [0; WORDS];
        let (chunks, rest) = bytes.as_chunks::<8>();
        if chunks.len() != WORDS || !rest.is_empty() {
            return None;
        }
        for (word, chunk) in words.iter_mut().zip(chunks) {
            *word = u64::from_ne_bytes(*chunk);
        }
        Some(Self(words))
    }
}

/// A queue in the storm. Both methods are called at once by several contexts;
/// `push` also from a handler on top of an interrupted `push`.
pub(crate) trait Queue: Send + Sync {
    /// Offers a record, and says how many the queue lost on that, as far as
    /// its own answer says: a refused one, or an overwritten one.
    fn push(&self, record: Record) -> u64;

    /// Takes a record; one that does not pass its own test is `Some`, too.
    fn pop(&self) -> Option<Record>;

    /// Whether the handler pops as well.
    fn pops_in_handler(&self) -> bool {
        false
    }

    /// Records delivered otherwise than by [`pop`](Self::pop), once all is
    /// quiet.
    fn delivered_elsewhere(&self) -> u64 {
        0
    }

    /// What the queue's own ledger says was lost, by counters and as told to
    /// the consumer, once all is quiet and drained. `None` if it keeps none.
    fn ledger(&self) -> Option<(u64, u64)> {
        None
    }
}

/// A queue and one way to push to it.
pub(crate) struct Entrant {
    /// The queue, as the table names it.
    pub(crate) queue: &'static str,
    /// The operation, as the table names it.
    pub(crate) operation: &'static str,
    /// Whether it is ours, and decides the exit code.
    pub(crate) ours: bool,
    /// Makes the queue.
    pub(crate) make: fn() -> Box<dyn Queue>,
}

impl Entrant {
    /// A name that tells it from all others.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.queue, self.operation)
    }
}

/// Everybody who takes part.
pub(crate) fn entrants() -> Vec<Entrant> {
    let ours = |operation, make| Entrant {
        queue: "logring",
        operation,
        ours: true,
        make,
    };
    let peer = |queue, operation, make| Entrant {
        queue,
        operation,
        ours: false,
        make,
    };
    vec![
        ours("push, DropNewest", rings::newest),
        ours("push, DropOldest", rings::oldest),
        ours(
            "push, DropOldest; pop in the handler, too",
            rings::oldest_popping,
        ),
        ours("format (`info!`), DropOldest", rings::formatting),
        peer(
            "crossbeam-queue `ArrayQueue`",
            "push",
            peers::array_queue_push,
        ),
        peer(
            "crossbeam-queue `ArrayQueue`",
            "force_push",
            peers::array_queue_force_push,
        ),
        peer("concurrent-queue, bounded", "push", peers::concurrent_push),
        peer(
            "concurrent-queue, bounded",
            "force_push",
            peers::concurrent_force_push,
        ),
        peer("thingbuf `ThingBuf`", "push", peers::thingbuf_push),
        peer(
            "thingbuf `mpsc::blocking`",
            "try_send",
            peers::thingbuf_try_send,
        ),
        peer(
            "heapless `mpmc` (deprecated)",
            "enqueue",
            peers::heapless_enqueue,
        ),
        peer("std `sync_channel`", "try_send", peers::std_try_send),
        peer(
            "crossbeam-channel, bounded",
            "try_send",
            peers::crossbeam_channel_try_send,
        ),
        peer("flume, bounded", "try_send", peers::flume_try_send),
        peer("kanal, bounded", "try_send", peers::kanal_try_send),
        peer(
            "tracing-appender, lossy",
            "write",
            peers::tracing_appender_write,
        ),
    ]
}
