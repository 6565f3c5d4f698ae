//! Popping one record.

use super::Record;
use crate::layout::header::ExtraWords;
use crate::ring::{Claim, Ring, Taken};

/// What a pop found.
///
/// # Context
/// A plain value, for any context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a popped record is gone from the ring"]
pub enum Popped<'b> {
    /// The oldest record, now the caller's.
    Record(Record<'b>),
    /// Nothing to give now, yet the ring is not empty: the oldest record is
    /// still being written, or this call lost its bounded number of races.
    Pending,
    /// The buffer is too small for the oldest record, which stays. Only
    /// [`pop_whole`](Ring::pop_whole) answers this.
    NoSpace {
        /// Bytes that the buffer must have.
        needed: usize,
    },
    /// Nothing is in the ring. True until somebody pushes.
    Empty,
}

impl Ring {
    /// Takes the oldest record, copying its bytes to the front of `buf`.
    ///
    /// A record that is longer than `buf` is cut to it, so that it never stays in
    /// the way of the later ones: [`Record::truncated`] is set,
    /// [`Record::full_len`] says how long it was, and [`Stats::truncated`] counts
    /// it. UTF-8 text is cut between characters. A buffer of
    /// [`record_bytes_max`](Self::record_bytes_max) bytes takes every record
    /// whole, and [`pop_whole`](Self::pop_whole) takes no other.
    ///
    /// Any number of consumers may pop at once; each record goes to one of them.
    /// What of `buf` lies behind the record is unspecified, as is all of it
    /// unless the answer is a record.
    ///
    /// [`Stats::truncated`]: crate::Stats::truncated
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler, also
    /// on top of an interrupted call. At most 64 attempts, and as many more as
    /// the ring has cells, each of 12 steps and one a word of the record. Another
    /// is caused only by somebody else's success, by a pad (cells that a grant
    /// gave back), or by an interrupt within a compare-and-swap. To tell losses
    /// takes up to 250 more (60 on 32-bit targets), and as many again for each
    /// other consumer that tells some at the same moment, at most 8. It never
    /// waits.
    pub fn pop<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        self.pop_as(buf, false)
    }

    /// Takes the oldest record if `buf` takes all of it; else it stays, the
    /// answer is [`Popped::NoSpace`], and so it is until somebody comes with a
    /// larger buffer. For consumers that can make one.
    ///
    /// ```
    /// use logring::{Config, Level, LogRing, Logger, Popped};
    ///
    /// static RING: LogRing<64> = LogRing::new();
    /// static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    ///
    /// LOG.push(Level::INFO, &[b'x'; 600]);
    ///
    /// let mut buf = vec![0; 512];
    /// let mut records = 0;
    /// loop {
    ///     match RING.pop_whole(&mut buf) {
    ///         Popped::Record(record) => {
    ///             assert_eq!((record.bytes.len(), record.lost_before), (600, 0));
    ///             records += 1;
    ///         }
    ///         Popped::NoSpace { needed } => buf.resize(needed, 0),
    ///         Popped::Pending | Popped::Empty => break,
    ///     }
    /// }
    /// assert_eq!((records, RING.take_trailing_loss()), (1, 0));
    /// ```
    ///
    /// # Context
    /// As [`pop`](Self::pop).
    pub fn pop_whole<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        self.pop_as(buf, true)
    }

    #[inline(always)]
    fn pop_as<'b>(&self, buf: &'b mut [u8], whole: bool) -> Popped<'b> {
        let mut words = ExtraWords::NONE;
        let early = if cfg!(logring_bug = "early_gap") {
            self.tell_evicted()
        } else {
            0
        };
        match self.take_one(buf, &mut words) {
            Taken::Record(level, header) => {
                let mut lost_before = if cfg!(logring_bug = "early_gap") {
                    early
                } else {
                    self.tell_evicted()
                };
                if header.extras().has_loss() {
                    let carried = self.tell_carried(words.loss_total());
                    lost_before = lost_before.wrapping_add(carried);
                }
                let bytes = buf.get(..header.bytes()).unwrap_or_default();
                Popped::Record(Record::new(level, header, &words, bytes, lost_before))
            }
            Taken::Pending => Popped::Pending,
            Taken::NoSpace { needed } if whole => Popped::NoSpace { needed },
            Taken::NoSpace { .. } => self.pop_long(buf),
            Taken::Empty => Popped::Empty,
        }
    }

    /// A pop of a record that does not fit. Apart from those that do, which are
    /// nearly all.
    #[cold]
    fn pop_long<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        match self.take_single(buf, u64::MAX) {
            Ok(record) => Popped::Record(record),
            Err(Claim::Empty) => Popped::Empty,
            Err(_) => Popped::Pending,
        }
    }
}
