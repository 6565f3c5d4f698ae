//! The consumers' side: records, and why there are none.

use super::{Delivered, Entry, Nothing, Reference, What};

impl Reference {
    /// Takes the oldest record if it fits. Pads before it are stepped over,
    /// and are gone even if nothing else is taken.
    fn take(&mut self, room: usize, overhead: usize) -> Result<Delivered, Nothing> {
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
        let needed = first.bytes.len() + overhead;
        if needed > room {
            return Err(Nothing::NoSpace { needed });
        }
        let record = self.queue.pop_front().expect("just seen");
        self.figures.delivered += 1;
        let lost_before = std::mem::take(&mut self.lost_in_front) + record.lost_ahead;
        self.told += lost_before;
        let untold = |entry: &Entry| entry.lost_ahead != 0;
        if record.carries && self.lost_behind == 0 && !self.queue.iter().any(untold) {
            self.carrying = false;
        }
        Ok(Delivered {
            bytes: record.bytes,
            level: record.level,
            tag: record.tag,
            timestamp: record.timestamp,
            lost_before,
            truncated: record.truncated,
        })
    }

    fn nothing(&mut self, why: Nothing) -> Nothing {
        if why == Nothing::Empty && self.lost_in_front + self.lost_behind == 0 {
            self.carrying = false;
        }
        why
    }

    pub(crate) fn pop(&mut self, room: usize) -> Result<Delivered, Nothing> {
        self.take(room, 0).map_err(|why| self.nothing(why))
    }

    /// Up to `max` records, in batches of as many as fit `room`; `None` if the
    /// drain ended because there were that many.
    pub(crate) fn drain(
        &mut self,
        max: usize,
        room: usize,
        overhead: usize,
    ) -> (Vec<Delivered>, Option<Nothing>) {
        let mut all = Vec::new();
        while all.len() < max {
            let mut free = room;
            let before = all.len();
            let why = loop {
                if all.len() == max {
                    return (all, None);
                }
                match self.take(free, overhead) {
                    Ok(record) => {
                        free -= record.bytes.len() + overhead;
                        all.push(record);
                    }
                    Err(why) => break why,
                }
            };
            if all.len() == before {
                let why = self.nothing(why);
                return (all, Some(why));
            }
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
