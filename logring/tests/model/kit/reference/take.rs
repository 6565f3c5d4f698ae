//! The consumers' side: records, and why there are none.

use super::{Delivered, Entry, Nothing, Reference, What};

impl Reference {
    /// Takes the oldest record, or as much of it as there is room for, if it is
    /// not wanted whole. Pads before it are stepped over, and are gone even if
    /// nothing else is taken.
    fn take(&mut self, room: usize, whole: bool) -> Result<Delivered, Nothing> {
        while let Some(Entry {
            what: What::Pad, ..
        }) = self.queue.front()
        {
            let pad = self.queue.pop_front().expect("just seen");
            self.lost_in_front += pad.lost_ahead;
        }
        let Some(first) = self.queue.front() else {
            return Err(Nothing::Empty);
        };
        if let What::Open { .. } = first.what {
            return Err(Nothing::Pending);
        }
        let needed = first.bytes.len();
        if whole && needed > room {
            return Err(Nothing::NoSpace { needed });
        }
        let mut record = self.queue.pop_front().expect("just seen");
        self.figures.delivered += 1;
        let lost_before = std::mem::take(&mut self.lost_in_front) + record.lost_ahead;
        self.told += lost_before;
        let untold = |entry: &Entry| entry.lost_ahead != 0;
        if record.carries && self.lost_behind == 0 && !self.queue.iter().any(untold) {
            self.carrying = false;
        }
        if needed > room {
            self.figures.truncated += u64::from(!record.truncated);
            record.truncated = true;
            cut(&mut record.bytes, room);
        }
        Ok(Delivered {
            bytes: record.bytes,
            level: record.level,
            tag: record.tag,
            timestamp: record.timestamp,
            lost_before,
            truncated: record.truncated,
            full_len: needed,
        })
    }

    fn nothing(&mut self, why: Nothing) -> Nothing {
        if why == Nothing::Empty && self.lost_in_front + self.lost_behind == 0 {
            self.carrying = false;
        }
        why
    }

    pub(crate) fn pop(&mut self, room: usize, whole: bool) -> Result<Delivered, Nothing> {
        self.take(room, whole).map_err(|why| self.nothing(why))
    }

    /// Up to `max` records, each cut to `room`, and no more than there are cells in
    /// use; `None` if the drain ended because there were that many.
    pub(crate) fn drain(&mut self, max: usize, room: usize) -> (Vec<Delivered>, Option<Nothing>) {
        let most = max.min(self.used());
        let mut all = Vec::new();
        while all.len() < most {
            match self.take(room, false) {
                Ok(record) => all.push(record),
                Err(why) => {
                    let why = self.nothing(why);
                    return (all, Some(why));
                }
            }
        }
        if most < max && self.queue.is_empty() {
            let why = self.nothing(Nothing::Empty);
            return (all, Some(why));
        }
        (all, None)
    }

    pub(crate) fn take_trailing_loss(&mut self) -> u64 {
        let mut sum = std::mem::take(&mut self.lost_in_front);
        sum += std::mem::take(&mut self.lost_behind);
        for entry in &mut self.queue {
            sum += std::mem::take(&mut entry.lost_ahead);
        }
        self.told += sum;
        self.carrying = false;
        sum
    }
}

/// Leaves as many bytes as there is room for, less a character at the end that is
/// not all there.
fn cut(bytes: &mut Vec<u8>, room: usize) {
    bytes.truncate(room);
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        let width = match bytes[at].leading_ones() {
            0 => 1,
            1 => continue,
            ones => ones.min(4) as usize,
        };
        if width > back {
            bytes.truncate(at);
        }
        return;
    }
}
