//! The four ways to put a queue between requests and forwarder.

use std::fmt;
use std::mem::MaybeUninit;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use logring::{Config, Level, Logger, Popped, Ring, Severity, Stats};

use crate::workload::Profile;

/// What stands between the requests and the forwarder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// A bounded channel whose `send` waits while it is full: the outage.
    Blocking,
    /// A ring that keeps what came first.
    DropNewest,
    /// A ring that keeps what came last.
    DropOldest,
    /// A ring that keeps what came first, and room for what matters most.
    Marks,
}

/// Fill levels above which a severity is refused. What is above the highest,
/// a tenth of the ring, is for errors alone.
const MARKS: Config = Config::drop_newest()
    .with_mark(Severity::Trace, 25)
    .with_mark(Severity::Debug, 50)
    .with_mark(Severity::Info, 75)
    .with_mark(Severity::Warn, 90);

impl Variant {
    pub(crate) const ALL: [Self; 4] = [
        Self::Blocking,
        Self::DropNewest,
        Self::DropOldest,
        Self::Marks,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking channel",
            Self::DropNewest => "drop_newest",
            Self::DropOldest => "drop_oldest",
            Self::Marks => "drop_newest+marks",
        }
    }

    /// Bytes of a ring of `capacity_bytes` that only errors may use.
    pub(crate) fn error_room_bytes(capacity_bytes: usize) -> usize {
        capacity_bytes - MARKS.marks().limit_cells(Severity::Warn, capacity_bytes)
    }

    /// Makes the queue and its two ends.
    ///
    /// Each may hold the same number of bytes. A channel is bounded by
    /// messages, not by bytes, so it gets as many as take that many bytes
    /// with a line of average length.
    pub(crate) fn open(self, capacity_bytes: usize, profile: Profile) -> (Log, Source) {
        let config = match self {
            Self::Blocking => {
                let message_bytes = size_of::<Message>() + profile.bytes_per_line as usize;
                let (sender, receiver) = sync_channel((capacity_bytes / message_bytes).max(1));
                return (
                    Log::Channel(sender),
                    Source::Channel {
                        receiver,
                        last: None,
                    },
                );
            }
            Self::DropNewest => Config::drop_newest(),
            Self::DropOldest => Config::drop_oldest(),
            Self::Marks => MARKS,
        };
        let ring = leak_ring(capacity_bytes);
        let buf = vec![0; ring.record_bytes_max()];
        (
            Log::Ring(Logger::new(ring, config)),
            Source::Ring { ring, buf },
        )
    }
}

/// A ring in memory of its own, never freed: should the sink hang, the
/// forwarder that hangs in it may outlive everything but the process.
///
/// A program that knows its capacity when it is compiled writes
/// `logring::define!` instead.
fn leak_ring(capacity_bytes: usize) -> &'static Ring {
    let bytes = Ring::memory_bytes(capacity_bytes).expect("the options are checked");
    let block = vec![MaybeUninit::uninit(); bytes + Ring::ALIGN - 1].leak();
    Ring::in_memory(block).expect("there is room for the ring and its alignment")
}

/// A line on its way through the channel.
pub(crate) struct Message {
    level: Level,
    number: u32,
    text: String,
}

/// The end that requests log to.
#[derive(Clone)]
pub(crate) enum Log {
    Channel(SyncSender<Message>),
    Ring(Logger<'static>),
}

impl Log {
    /// Logs one line. These two arms are what the whole program compares.
    pub(crate) fn line(&self, level: Level, number: u32, text: fmt::Arguments<'_>) {
        match self {
            Self::Channel(sender) => {
                let text = text.to_string();
                // Waits while the channel is full. It fails once the receiver
                // is gone, which is the end of the run.
                let _ = sender.send(Message {
                    level,
                    number,
                    text,
                });
            }
            Self::Ring(logger) => {
                // Never waits. The answer may be ignored: a loss is counted.
                logger.push_fmt(level, number, text);
            }
        }
    }
}

/// The end that the forwarder takes from.
pub(crate) enum Source {
    Channel {
        receiver: Receiver<Message>,
        last: Option<Message>,
    },
    Ring {
        ring: &'static Ring,
        buf: Vec<u8>,
    },
}

/// One line as the forwarder gets it.
pub(crate) struct Taken<'s> {
    pub(crate) level: Level,
    /// The number of an error; 0 for anything else.
    pub(crate) number: u32,
    /// Records lost since the line before.
    pub(crate) lost_before: u64,
    pub(crate) text: &'s [u8],
}

impl Source {
    /// The oldest line, if there is one.
    pub(crate) fn take(&mut self) -> Option<Taken<'_>> {
        match self {
            Self::Channel { receiver, last } => {
                let message = last.insert(receiver.try_recv().ok()?);
                Some(Taken {
                    level: message.level,
                    number: message.number,
                    lost_before: 0,
                    text: message.text.as_bytes(),
                })
            }
            Self::Ring { ring, buf } => match ring.pop(buf) {
                Popped::Record(record) => Some(Taken {
                    level: record.level,
                    number: record.tag,
                    lost_before: record.lost_before,
                    text: record.bytes,
                }),
                // The buffer takes the largest record, so space never lacks.
                Popped::Empty | Popped::Pending | Popped::NoSpace { .. } => None,
            },
        }
    }

    /// Losses that no line was left to tell of.
    pub(crate) fn take_trailing_loss(&self) -> u64 {
        match self {
            Self::Channel { .. } => 0,
            Self::Ring { ring, .. } => ring.take_trailing_loss(),
        }
    }
}

impl Log {
    /// What the ring itself has counted.
    pub(crate) fn stats(&self) -> Option<Stats> {
        match self {
            Self::Channel(_) => None,
            Self::Ring(logger) => Some(logger.ring().stats()),
        }
    }

    /// A second taker's end, for what a forwarder has left behind. A channel
    /// has one receiver, and the forwarder that hangs holds it.
    pub(crate) fn leftovers(&self) -> Option<Source> {
        match self {
            Self::Channel(_) => None,
            Self::Ring(logger) => {
                let ring = logger.ring();
                Some(Source::Ring {
                    ring,
                    buf: vec![0; ring.record_bytes_max()],
                })
            }
        }
    }
}
