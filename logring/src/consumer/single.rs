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
    /// Gives the oldest record to `sink`, cut to `buf` if it is longer, and if it is
    /// not later than `until`.
    pub(super) fn drain_one(
        &self,
        buf: &mut [u8],
        until: u64,
        sink: impl FnOnce(Record<'_>),
    ) -> Claim {
        let mut one = Single {
            buf,
            until,
            meta: None,
        };
        let claim = self.claim_paced(1, &mut Pace::default(), &mut one);
        if let (Claim::Taken { .. }, Some(meta)) = (claim, one.meta) {
            let header = meta.header;
            let bytes = Record::cut(one.buf, header.bytes());
            let total = header.extras().has_loss().then(|| meta.extras.loss_total());
            let lost_before = self.telling().before(total);
            let record = Record::new(meta.level, header, &meta.extras, bytes, lost_before);
            self.count_delivered(1);
            if record.truncated && !header.truncated() {
                self.count_cut();
            }
            sink(record);
        }
        claim
    }
}
