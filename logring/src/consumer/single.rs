//! One record on its way to a sink, in a buffer that may be too small for it.

use super::Record;
use crate::ring::{Claim, Meta, Pace, Receive, Ring};

/// Receives one record, and as much of its bytes as `buf` takes.
struct Single<'b> {
    buf: &'b mut [u8],
    /// Not later than this.
    until: u64,
    meta: Option<Meta>,
}

impl Receive for Single<'_> {
    fn room(&mut self, meta: &Meta) -> Result<&mut [u8], usize> {
        if meta.extras.timestamp() > self.until {
            return Err(0);
        }
        self.meta = Some(*meta);
        let kept = meta.header.bytes().min(self.buf.len());
        Ok(self.buf.get_mut(..kept).unwrap_or_default())
    }

    fn forget(&mut self) {
        self.meta = None;
    }
}

impl Ring {
    /// Takes the oldest record, cut to `buf` if it is longer, and if it is not later
    /// than `until`; else says why not. Text is cut between characters.
    pub(super) fn take_single<'b>(
        &self,
        buf: &'b mut [u8],
        until: u64,
    ) -> Result<Record<'b>, Claim> {
        let mut one = Single {
            buf,
            until,
            meta: None,
        };
        let claim = self.claim_paced(1, &mut Pace::default(), &mut one);
        let (Claim::Taken { .. }, Some(meta)) = (claim, one.meta) else {
            return Err(claim);
        };
        let header = meta.header;
        let total = header.extras().has_loss().then(|| meta.extras.loss_total());
        let lost_before = self.telling().before(total);
        self.count_delivered(1);
        let buf: &[u8] = one.buf;
        let is_cut = header.bytes() > buf.len();
        let len = if is_cut {
            self.cut(buf, header.truncated())
        } else {
            header.bytes()
        };
        let bytes = buf.get(..len).unwrap_or_default();
        let mut record = Record::new(meta.level, header, &meta.extras, bytes, lost_before);
        record.full_len = header.bytes();
        record.truncated |= is_cut;
        Ok(record)
    }

    /// Takes a record as [`take_single`](Self::take_single) does, and gives it to
    /// `sink`.
    pub(super) fn drain_single(
        &self,
        buf: &mut [u8],
        until: u64,
        sink: impl FnOnce(Record<'_>),
    ) -> Claim {
        match self.take_single(buf, until) {
            Ok(record) => {
                sink(record);
                Claim::Taken { records: 1 }
            }
            Err(claim) => claim,
        }
    }
}
