//! Popping one record.

use super::Record;
use crate::layout::geometry::LEAN;
use crate::layout::header::ExtraWords;
use crate::ring::{Ring, Taken};
use crate::text;

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
    /// the ring has cells, each of 12 steps and one a word of the record; twice as
    /// many for a record that is longer than `buf`. Another is caused only by
    /// somebody else's success, by a pad (cells that a grant gave back), or by an
    /// interrupt within a compare-and-swap. To tell losses
    /// takes up to 250 more (60 on 32-bit targets), and as many again for each
    /// other consumer that tells some at the same moment, at most 8. It never
    /// waits.
    pub fn pop<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        let mut words = ExtraWords::NONE;
        if cfg!(logring_bug = "early_gap") {
            let lost = self.tell_evicted() as u64;
            let taken = self.take_one(buf, &mut words, true);
            let popped = self.popped(taken, &words, buf, true);
            return match popped {
                Popped::Record(record) => Popped::Record(Record {
                    lost_before: lost,
                    ..record
                }),
                other => other,
            };
        }
        // Where code is to be small, one copy of it does for both.
        let taken = self.take_one(buf, &mut words, LEAN);
        match taken {
            Taken::NoSpace { .. } if !LEAN => self.pop_long(buf),
            taken => self.popped(taken, &words, buf, LEAN),
        }
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
        let mut words = ExtraWords::NONE;
        match self.take_one(buf, &mut words, false) {
            // No writer makes one that long. Who has room for every record is not to
            // make more for the word of a damaged one, which a recovery drops.
            Taken::NoSpace { needed } if needed > self.record_bytes_max() => Popped::Pending,
            taken => self.popped(taken, &words, buf, false),
        }
    }

    /// A pop of a record that does not fit. Apart from those that do, which are
    /// nearly all, so that these need fewer registers.
    #[cold]
    fn pop_long<'b>(&self, buf: &'b mut [u8]) -> Popped<'b> {
        let mut words = ExtraWords::NONE;
        let taken = self.take_one(buf, &mut words, true);
        self.popped(taken, &words, buf, true)
    }

    /// What was taken, with the losses before it. It may be `cut` to `buf`.
    #[inline(always)]
    fn popped<'b>(&self, taken: Taken, words: &ExtraWords, buf: &'b [u8], cut: bool) -> Popped<'b> {
        let (level, header) = match taken {
            Taken::Record(level, header) => (level, header),
            Taken::Pending => return Popped::Pending,
            Taken::NoSpace { needed } => return Popped::NoSpace { needed },
            Taken::Empty => return Popped::Empty,
        };
        let mut lost_before = self.tell_evicted();
        if header.extras().has_loss() {
            let carried = self.tell_carried(words.loss_total());
            lost_before = lost_before.wrapping_add(carried);
        }
        let mut len = header.bytes();
        if cut && len > buf.len() {
            len = self.cut(buf, header.truncated());
        }
        let bytes = buf.get(..len).unwrap_or_default();
        let mut record = Record::new(level, header, words, bytes, lost_before);
        if cut && len < header.bytes() {
            record.truncated = true;
            record.full_len = header.bytes();
        }
        Popped::Record(record)
    }

    /// How many bytes of a record that was cut to `buf` to give: up to the end of a
    /// character. It counts as cut, unless it has already.
    #[cold]
    #[inline(never)]
    pub(super) fn cut(&self, buf: &[u8], was_cut: bool) -> usize {
        if !was_cut {
            self.count_cut();
        }
        text::whole_chars(buf)
    }
}
