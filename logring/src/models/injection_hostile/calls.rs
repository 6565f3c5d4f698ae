//! The calls that somebody hostile is at work under, what they may do, and how they
//! may answer.

use super::LEVEL;
use crate::layout::geometry::{CELL_RECORD_BYTES, PAYLOAD_BYTES, PAYLOAD_WORDS, record_cells_max};
use crate::producer::PLAIN_STEPS;
use crate::{
    ByteChunk, ByteDrain, Config, DrainEnd, Frames, Logger, Lost, NoGrant, Policy, Popped, Pushed,
    Record, Ring,
};

/// Payload bytes of a record of three cells.
pub(super) const LONG: usize = 2 * Ring::CELL_BYTES + 10;
/// The most bytes of a record, where the configuration cuts.
pub(super) const CUT: usize = Ring::CELL_BYTES;
/// Bytes of a line that outgrows the stack.
const LINE: usize = if usize::BITS == 64 { 300 } else { 80 };
const BUFFER: usize = 512;

/// What a call is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Call {
    Push,
    PushFull,
    PushLong,
    PushTagged,
    PushAtOnce,
    Line,
    Grant,
    GrantApart,
    Discard,
    Precheck,
    Accepts,
    Pop,
    PopCut,
    PopWhole,
    Drain,
    DrainCut,
    DrainInto,
    ByteDrain,
    TakeTrailing,
    TakeLosses,
    Stats,
    UsedBytes,
    Prefault,
    #[cfg(feature = "async")]
    HasRecord,
    #[cfg(feature = "shards")]
    Merge,
    Recover,
}
use Call::*;

pub(super) const WRITERS: [Call; 11] = [
    Push, PushFull, PushLong, PushTagged, PushAtOnce, Line, Grant, GrantApart, Discard, Precheck,
    Accepts,
];
pub(super) const READERS: &[Call] = &[
    Pop,
    PopCut,
    PopWhole,
    Drain,
    DrainCut,
    DrainInto,
    ByteDrain,
    TakeTrailing,
    TakeLosses,
    Stats,
    UsedBytes,
    Prefault,
    #[cfg(feature = "async")]
    HasRecord,
    #[cfg(feature = "shards")]
    Merge,
    Recover,
];

/// What a call may do, whatever the memory says.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) steps: usize,
    /// Whether it may swap or store in other cells than its own.
    pub(super) writes_all: bool,
    pub(super) moves_head: bool,
    pub(super) moves_tail: bool,
}

/// A reader that writes little of a heading.
type Bytes = ByteDrain<BUFFER>;

impl Call {
    /// Makes the call, and checks what it answers.
    pub(super) fn make(self, ring: &Ring, config: Config) {
        if super::WRITERS.contains(&self) {
            self.write(ring, &Logger::new(ring, config), config);
            return;
        }
        let mut buf = [0xA5_u8; BUFFER + 16];
        self.read(ring, &mut buf[8..BUFFER + 8]);
        let (before, rest) = buf.split_at(8);
        let mut beside = before.iter().chain(&rest[BUFFER..]);
        assert!(beside.all(|byte| *byte == 0xA5));
    }

    fn write(self, ring: &Ring, log: &Logger<'_>, config: Config) {
        let answer = match self {
            PushFull => log.push(LEVEL, &[9; CELL_RECORD_BYTES]),
            PushLong => log.push(LEVEL, &[9; LONG]),
            PushTagged => log.push_parts(LEVEL, 9, &[&[9; 3], &[9; 9], &[9; LONG]]),
            PushAtOnce => match ring.push_at_once(config.policy(), LEVEL, &[9; 8]) {
                Some(answer) => {
                    let full = config.policy() == Policy::DropNewest;
                    assert!(answer == Pushed::Stored || full && answer == Pushed::Lost(Lost::Full));
                    return;
                }
                None => return,
            },
            Line => log.push_fmt(LEVEL, 9, format_args!("{:>LINE$}{:>LINE$}", 1, 2)),
            Grant | GrantApart | Discard => self.fill(ring, log),
            Precheck => match log.precheck(LEVEL) {
                Ok(()) => return,
                Err(no) => no.into(),
            },
            Accepts => {
                let _ = log.accepts(LEVEL);
                return;
            }
            _ => log.push(LEVEL, &[9; 8]),
        };
        let cuts = config.record_bytes_max() == CUT;
        let marked = config.marks() != crate::Marks::none();
        let right = match answer {
            Pushed::Stored => self.bytes() <= CUT || !cuts,
            Pushed::Truncated => self == Line || self.bytes() > CUT && cuts,
            Pushed::Filtered | Pushed::Lost(Lost::TooBig) => false,
            Pushed::Lost(Lost::Full) => config.policy() == Policy::DropNewest,
            Pushed::Lost(Lost::Busy) => config.policy() == Policy::DropOldest && !marked,
            Pushed::Lost(Lost::Level) => marked,
            Pushed::Lost(Lost::Contended) => true,
        };
        assert!(right, "{answer:?}");
    }

    /// Fills a grant in pieces, and ends it.
    fn fill(self, ring: &Ring, log: &Logger<'_>) -> Pushed {
        let mut grant = match log.reserve(LEVEL, 9, LONG) {
            Ok(grant) => grant,
            Err(NoGrant::Filtered) => return Pushed::Filtered,
            Err(NoGrant::Lost(lost)) => return Pushed::Lost(lost),
        };
        let mut whole = true;
        for _ in 0..3 {
            let before = grant.remaining();
            let appended = grant.append(&[9; LONG / 3]);
            assert!(appended <= before);
            whole &= appended == LONG / 3;
            if self == GrantApart {
                let words = grant.into_words();
                let Some(again) = ring.resume(words) else {
                    // Somebody wrote over its stamp.
                    return Pushed::Lost(Lost::Contended);
                };
                grant = again;
            }
        }
        if self == Discard {
            grant.discard();
            return Pushed::Lost(Lost::Contended);
        }
        let cut = grant.commit();
        // Not open any more is not cut.
        if whole && cut {
            Pushed::Truncated
        } else {
            Pushed::Lost(Lost::Contended)
        }
    }

    fn read(self, ring: &Ring, room: &mut [u8]) {
        match self {
            Pop => popped(ring.pop(room), ring, false),
            PopCut => popped(ring.pop(&mut room[..5]), ring, false),
            PopWhole => popped(ring.pop_whole(&mut room[..SHORT]), ring, true),
            Drain | DrainCut => {
                let room = if self == DrainCut {
                    &mut room[..40]
                } else {
                    room
                };
                let mut records = 0;
                let drained = ring.drain(room, DRAINED, |record| {
                    check(&record, ring);
                    records += 1;
                });
                assert_eq!(drained.records, records);
                assert!(records <= DRAINED);
            }
            DrainInto => {
                let batch = ring.drain_into(room);
                let mut frames = Frames::new(&room[..batch.bytes]);
                let checked = frames.by_ref().map(|record| check(&record, ring)).count();
                assert_eq!(checked, batch.records);
                assert_eq!(frames.rest(), b"");
                let most = ring.record_bytes_max() + Ring::DRAIN_OVERHEAD_BYTES;
                match batch.end {
                    DrainEnd::NoSpace { needed } => assert!(needed <= most),
                    end => assert!(end != DrainEnd::Max),
                }
            }
            ByteDrain => {
                let mut bytes = Bytes::new(b"\n", |text, lost, _| write!(text, "{lost} "));
                for _ in 0..CHUNKS {
                    if let ByteChunk::Bytes(chunk) = bytes.chunk(ring) {
                        let many = chunk.len();
                        assert!(many <= BUFFER);
                        bytes.consume(many);
                    }
                }
            }
            #[cfg(feature = "shards")]
            Merge => {
                let set = crate::Shards::new([ring, ring], Config::drop_newest());
                let mut records = 0;
                let drained = set.drain(room, DRAINED, |_, record| {
                    check(&record, ring);
                    records += 1;
                });
                assert_eq!(drained.records, records);
                assert!(records <= DRAINED);
            }
            _ => self.look(ring),
        }
    }

    /// Calls that take no record.
    fn look(self, ring: &Ring) {
        match self {
            TakeTrailing => {
                let _ = ring.take_trailing_loss();
            }
            TakeLosses => {
                let _ = ring.take_losses();
            }
            Prefault => ring.prefault(),
            UsedBytes => assert!(ring.used_bytes() <= ring.capacity_bytes()),
            #[cfg(feature = "async")]
            HasRecord => {
                let _ = ring.has_record();
            }
            Recover => {
                let cells = ring.cell_count();
                let found = ring.recover();
                assert!(found.records + found.unfinished_cells <= cells);
                assert!(found.unfinished <= found.unfinished_cells);
            }
            _ => {
                let stats = ring.stats();
                assert_eq!(stats.capacity_bytes, ring.capacity_bytes());
                assert!(stats.used_bytes <= stats.capacity_bytes);
                assert!(stats.high_water_bytes <= stats.capacity_bytes);
                assert!(stats.resident <= ring.cell_count() as u64);
            }
        }
    }

    /// Bytes of the record, at most.
    const fn bytes(self) -> usize {
        match self {
            PushFull => CELL_RECORD_BYTES,
            PushLong | Grant | GrantApart | Discard => LONG,
            PushTagged => LONG + 12,
            Line => 2 * LINE,
            _ => 8,
        }
    }

    /// What the documentation says.
    pub(super) fn limits(self, log: &Logger<'_>, config: Config) -> Limits {
        let writes = super::WRITERS.contains(&self);
        let unmarked = config.marks() == crate::Marks::none();
        Limits {
            steps: self.steps(log),
            writes_all: [Recover, Prefault].contains(&self),
            moves_head: writes || self == Recover,
            moves_tail: !writes || config.policy() == Policy::DropOldest && unmarked,
        }
    }

    fn steps(self, log: &Logger<'_>) -> usize {
        let by_width = |wide, narrow| if usize::BITS == 64 { wide } else { narrow };
        let size = log.ring().cell_count();
        let tries = 64 + size;
        let telling = 9 * by_width(250, 60);
        let pop = tries * (12 + record_cells_max(size) * PAYLOAD_WORDS) + telling;
        let claims = 64 * (size * (PAYLOAD_WORDS + 1) + 4 * size + 20);
        let batch = 2 * claims + telling + size * telling / 2;
        match self {
            PushAtOnce => PLAIN_STEPS + 7,
            Line => log.format_steps_max(2 * LINE),
            Grant | GrantApart | Discard => log.steps_max(LONG) + 4 * 3,
            Precheck => 9,
            Accepts => 5,
            Pop | PopWhole => pop,
            PopCut => 2 * pop,
            Drain | DrainCut => DRAINED * batch + claims,
            DrainInto => BUFFER / Ring::DRAIN_OVERHEAD_BYTES * batch + claims,
            ByteDrain => CHUNKS * (pop + telling),
            TakeTrailing => telling,
            TakeLosses => 9 * by_width(350, 100),
            Stats => by_width(150, 80) + 2 * size,
            UsedBytes => 2,
            Prefault => 2 * (log.ring().capacity_bytes() / 4096) + 6,
            #[cfg(feature = "async")]
            HasRecord => claims,
            #[cfg(feature = "shards")]
            Merge => 68 * DRAINED * (claims + batch),
            Recover => 8 * size + 400,
            _ => log.steps_max(self.bytes()),
        }
    }
}

/// Records that a drain is to take.
const DRAINED: usize = 5;
/// Chunks that a byte drain is asked for.
const CHUNKS: usize = 4;

/// Bytes that some records do not fit in.
const SHORT: usize = 100;

fn popped(popped: Popped<'_>, ring: &Ring, whole: bool) {
    match popped {
        Popped::Record(record) => check(&record, ring),
        Popped::NoSpace { needed } => {
            assert!(whole && needed > SHORT && needed <= ring.record_bytes_max());
        }
        Popped::Pending | Popped::Empty => {}
    }
}

fn check(record: &Record<'_>, ring: &Ring) {
    assert!(record.bytes.len() <= BUFFER && (1..=24).contains(&record.level.get()));
    let most = record_cells_max(ring.cell_count()) * PAYLOAD_BYTES;
    assert!((record.bytes.len()..=most).contains(&record.full_len));
}
