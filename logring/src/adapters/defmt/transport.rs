//! Takes frames piece by piece, from contexts that interrupt each other, and
//! offers each to a ring as one record.

use super::DefmtLevels;
use crate::error::Pushed;
use crate::level::Level;
use crate::producer::Logger;
use crate::sync::{ALONE, Byte, Slot, same_core};

/// Frames of `defmt` on their way into a ring: as many open at once as
/// `DEPTH`, each of up to `FRAME_BYTES`.
///
/// The transports that come with `defmt` mask interrupts for as long as a frame
/// takes, or refuse the frame of whoever interrupts another. This one does
/// neither: contexts of one core that interrupt each other leave in the reverse
/// order, so a frame that begins on top of an open one gets the next buffer, and
/// is in the ring before the interrupted one goes on. That holds for
/// interrupts of any priority, for a handler of hard faults (without
/// compare-and-swap, if it never returns) or of panics, and for a `Format` that
/// logs itself.
///
/// A frame is whole or not there. One that is longer than its buffer or than
/// the ring's largest record, or that begins on top of `DEPTH` open ones, is
/// refused as `TooBig`; others are refused or evicted by the policy of the
/// logger. All of them are counted, and told to the consumer with a later
/// record. A frame that is never released was not offered: so a program that
/// panics while it formats, and does not return from that, loses the frame and
/// can still log. Nor was a frame without a byte, which is what `defmt::flush` makes.
///
/// A record has the level of its frame: `debug!` is `DEBUG`, `error!` is `ERROR`. So
/// the marks of the logger keep room for severe frames, its minimum level holds, and
/// losses are counted by severity. [`DefmtLevels`] says how the level is known. A frame
/// on top of more than `DEPTH + 4` open ones counts under the level of
/// [`with_level`](Self::with_level).
///
/// [`defmt_global_logger!`](crate::defmt_global_logger) makes it the program's
/// logger, [`encode_frame`](super::encode_frame) prepares records for the wire:
///
/// ```
/// use logring::adapters::DefmtTransport;
/// use logring::{Config, Popped};
///
/// logring::define!(static LOG: [u8; 4096] = Config::drop_newest());
/// static TRANSPORT: DefmtTransport<2, 64> = DefmtTransport::new(LOG);
///
/// TRANSPORT.acquire();
/// TRANSPORT.write(b"out");
/// // An interrupt, which logs:
/// TRANSPORT.acquire();
/// TRANSPORT.write(b"nested");
/// TRANSPORT.release();
/// // The interrupted frame goes on.
/// TRANSPORT.write(b"er");
/// TRANSPORT.release();
///
/// let mut buf = [0; 64];
/// for frame in [&b"nested"[..], b"outer"] {
///     let Popped::Record(record) = LOG.ring().pop(&mut buf) else { panic!() };
///     assert_eq!(record.bytes, frame);
/// }
/// ```
///
/// **Where it does not hold.** One transport belongs to one core, and to
/// contexts that run to their end before what they interrupted goes on. Threads
/// that are switched in the middle of a frame are not like that; nor are tasks
/// of a pre-emptive kernel with time slices, nor a frame that is abandoned (by a
/// caught panic, a killed task) while the one below it goes on. Their frames
/// would be torn and buffers stay taken, though no memory beyond them is
/// touched.
///
/// # Context
/// Every method may be called from a thread, an interrupt, a signal handler or a
/// panic handler of the one core or thread that owns the transport, also on
/// top of any other call to it. Without compare-and-swap in the target, the ring
/// sets a limit there, as for every push. Each takes a step or two for each
/// byte, and [`release`](Self::release) one push, and `FRAME_BYTES` of stack.
pub struct DefmtTransport<const DEPTH: usize, const FRAME_BYTES: usize> {
    /// Never cuts: half a frame cannot be decoded.
    logger: Logger<'static>,
    level: Level,
    /// Frames that are open. Owner: the context that runs; each leaves it as it
    /// found it. It may exceed `DEPTH`: then the last have no buffer.
    open: Slot,
    buffers: [Buffer<FRAME_BYTES>; DEPTH],
    /// What is known of the next frames, which have no buffer. Owner: as of a buffer.
    deep: [Deep; DEEP],
}

/// Frames without a buffer that are counted under their own level.
const DEEP: usize = 4;

/// A frame without a buffer: its number, [`NO_ID`], or 0 before its first byte. `defmt`
/// has no format string of number 0.
struct Deep(Slot);

/// Larger than a number can be.
const NO_ID: usize = u16::MAX as usize + 1;

/// The frame that `open` counted when it began. Owner: its context, from the
/// store of `open` that begins it to the one that ends it (F1).
struct Buffer<const BYTES: usize> {
    /// Bytes that were written, more than `BYTES` if they did not fit.
    len: Slot,
    bytes: [Byte; BYTES],
}

impl<const BYTES: usize> Buffer<BYTES> {
    const fn new() -> Self {
        Self {
            len: Slot::new(0),
            bytes: [const { Byte::new(0) }; BYTES],
        }
    }

    fn append(&self, bytes: &[u8]) {
        let len = self.len.load(ALONE);
        let room = self.bytes.get(len..).unwrap_or_default();
        for (at, &byte) in room.iter().zip(bytes) {
            at.store(byte);
        }
        self.len.store(len.saturating_add(bytes.len()), ALONE);
    }

    /// The length of the frame, and its bytes in `out` if they fit.
    fn copy(&self, out: &mut [u8; BYTES]) -> usize {
        let len = self.len.load(ALONE);
        for (out, byte) in out.iter_mut().zip(&self.bytes).take(len) {
            *out = byte.load();
        }
        len
    }
}

impl<const DEPTH: usize, const FRAME_BYTES: usize> DefmtTransport<DEPTH, FRAME_BYTES> {
    /// A transport that writes through `logger`, whatever that says about
    /// cutting. Frames without a level are records of the level `INFO`.
    ///
    /// # Context
    /// Any context, also `const`; meant for a `static`.
    #[must_use]
    pub const fn new(logger: Logger<'static>) -> Self {
        Self {
            logger: logger.uncut(),
            level: Level::INFO,
            open: Slot::new(0),
            buffers: [const { Buffer::new() }; DEPTH],
            deep: [const { Deep(Slot::new(0)) }; DEEP],
        }
    }

    /// This transport with records of `level` for frames without a level of their own:
    /// those of `println!`, and all where [`DefmtLevels`] knows of none.
    ///
    /// # Context
    /// Any context, also `const`; one step.
    #[must_use]
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The logger that this writes through.
    #[must_use]
    pub const fn logger(&self) -> &Logger<'static> {
        &self.logger
    }

    /// Begins a frame, on top of those that are open.
    pub fn acquire(&self) {
        // Who interrupts between this load and the store restores what was
        // loaded, and is done with the buffer that becomes ours.
        let open = self.open.load(ALONE);
        self.open.store(open.wrapping_add(1), ALONE);
        same_core();
        if let Some(buffer) = self.buffers.get(open) {
            buffer.len.store(0, ALONE);
        } else if let Some(Deep(id)) = self.deep(open) {
            id.store(0, ALONE);
        }
    }

    /// Where the frame that is so deep is kept, if it has no buffer.
    fn deep(&self, open: usize) -> Option<&Deep> {
        self.deep.get(open.checked_sub(DEPTH)?)
    }

    /// Appends to the frame that was begun last. Without one, it does nothing.
    pub fn write(&self, bytes: &[u8]) {
        let last = self.open.load(ALONE).wrapping_sub(1);
        if let Some(buffer) = self.buffers.get(last) {
            buffer.append(bytes);
        } else if let Some(Deep(id)) = self.deep(last) {
            if id.load(ALONE) == 0 && !bytes.is_empty() {
                id.store(id_of(bytes).map_or(NO_ID, usize::from), ALONE);
            }
        }
    }

    /// Ends the frame that was begun last and offers it as one record, with the level
    /// that [`DefmtLevels::linked`] says. Without a frame, or if nothing was written to
    /// it, it offers nothing and answers `Filtered`.
    ///
    /// `defmt` has no use for the answer; whoever calls this may.
    pub fn release(&self) -> Pushed {
        self.release_with(&DefmtLevels::linked())
    }

    /// As [`release`](Self::release), with the level that `levels` says: for a program
    /// that is linked without the script of `defmt`, and has a `defmt::Logger` of its
    /// own.
    pub fn release_with(&self, levels: &DefmtLevels) -> Pushed {
        let open = self.open.load(ALONE);
        let Some(last) = open.checked_sub(1) else {
            return Pushed::Filtered;
        };
        let mut frame = [0; FRAME_BYTES];
        let (len, id) = if let Some(buffer) = self.buffers.get(last) {
            let len = buffer.copy(&mut frame);
            (len, id_of(frame.get(..len).unwrap_or(&frame)))
        } else {
            // Too long for any buffer, unless nothing was written.
            match self.deep(last).map(|Deep(id)| id.load(ALONE)) {
                Some(0) => (0, None),
                Some(id) => (usize::MAX, u16::try_from(id).ok()),
                None => (usize::MAX, None),
            }
        };
        // The copy is complete: now, and no sooner, the buffer may be another's.
        // The push needs none, so what interrupts it is no deeper than this was.
        same_core();
        self.open.store(last, ALONE);
        if len == 0 {
            return Pushed::Filtered;
        }
        let level = id.and_then(|id| levels.of(id)).unwrap_or(self.level);
        match frame.get(..len) {
            Some(frame) => self.logger.push(level, frame),
            None => self.logger.refuse_too_big(level),
        }
    }
}

/// The number of a frame's format string: `defmt` writes it first, and at once.
fn id_of(frame: &[u8]) -> Option<u16> {
    frame.first_chunk().map(|&id| u16::from_le_bytes(id))
}
