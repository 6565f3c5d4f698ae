//! Open grants: what fits, what is cut, and how they end.

use logring::Cause;

use super::{Entry, GrantId, Reference, What};

impl Reference {
    pub(super) fn find(&self, wanted: GrantId) -> usize {
        let is_wanted = |entry: &Entry| matches!(entry.what, What::Open { id, .. } if id == wanted);
        self.queue
            .iter()
            .position(is_wanted)
            .expect("the grant is open")
    }

    pub(crate) fn remaining(&self, id: GrantId) -> usize {
        let entry = &self.queue[self.find(id)];
        match entry.what {
            What::Open { bytes_max, .. } => bytes_max - entry.bytes.len(),
            _ => 0,
        }
    }

    pub(crate) fn truncated(&self, id: GrantId) -> bool {
        self.queue[self.find(id)].truncated
    }

    /// Appends what fits, and says how much that was.
    pub(crate) fn append(&mut self, id: GrantId, bytes: &[u8]) -> usize {
        let fit = bytes.len().min(self.remaining(id));
        let at = self.find(id);
        let entry = &mut self.queue[at];
        entry.bytes.extend_from_slice(&bytes[..fit]);
        entry.truncated |= fit < bytes.len();
        fit
    }

    /// Appends the whole characters that fit; after a cut, nothing more.
    pub(crate) fn write(&mut self, id: GrantId, text: &str) {
        let mut fit = text.len().min(self.remaining(id));
        while !text.is_char_boundary(fit) {
            fit -= 1;
        }
        self.append(id, &text.as_bytes()[..fit]);
        if fit < text.len() {
            let at = self.find(id);
            let entry = &mut self.queue[at];
            entry.truncated = true;
            entry.what = What::Open {
                id,
                bytes_max: entry.bytes.len(),
            };
        }
    }

    /// Publishes a grant; cells that it did not need become a pad.
    pub(crate) fn commit(&mut self, id: GrantId) -> bool {
        let at = self.find(id);
        let entry = &mut self.queue[at];
        entry.what = What::Record;
        let unused = entry.cells - entry.cells_needed();
        entry.cells -= unused;
        let truncated = entry.truncated;
        if truncated {
            self.figures.truncated += 1;
        }
        if unused > 0 {
            let pad = Entry {
                cells: unused,
                lost_ahead: 0,
                what: What::Pad,
                header_words: 0,
                carries: false,
                bytes: Vec::new(),
                level: 0,
                tag: 0,
                timestamp: None,
                truncated: false,
            };
            self.queue.insert(at + 1, pad);
        }
        truncated
    }

    /// Gives a grant back unread: a loss at the place where it ended, which is
    /// behind all that was offered until now.
    pub(crate) fn discard(&mut self, id: GrantId) {
        let at = self.find(id);
        self.queue[at].what = What::Pad;
        let level = self.queue[at].level;
        self.count(Cause::Discarded, level);
        self.lost_behind += 1;
        self.carrying = true;
    }
}
