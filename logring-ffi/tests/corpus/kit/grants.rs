//! The books of grants: which copy of which grant was used last.

use std::ptr;

use logring_ffi::produce::{logring_commit, logring_discard, logring_grant_t, logring_grant_write};
use logring_ffi::status::*;

use super::c;
use super::calls::{ALIGN, World};

/// All zero.
pub(crate) const NONE: logring_grant_t = logring_grant_t {
    opaque: [ptr::null_mut(); 8],
};

/// A reservation, from reserve to commit or discard.
pub(crate) struct Life {
    /// The making of its ring.
    making: usize,
    slot: usize,
    seed: u8,
    ended: bool,
    /// Uses so far; copies that have seen fewer are stale.
    version: usize,
    /// The words after the last use.
    words: logring_grant_t,
}

/// A place that may hold a copy of a grant, or anything.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    grant: logring_grant_t,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Nothing,
    Words,
    Life { life: usize, version: usize },
}

impl Held {
    pub(crate) const NOTHING: Self = Self {
        grant: NONE,
        origin: Origin::Nothing,
    };
}

/// What is done with a grant.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Use {
    Write(usize),
    Commit,
    Discard,
}

impl World<'_> {
    /// Keeps what a reservation gave.
    pub(crate) fn keep(&mut self, at: usize, slot: usize, seed: u8, words: logring_grant_t) {
        let making = self.slots[slot].as_ref().map_or(0, |slot| slot.making);
        let life = self.lives.len();
        self.lives.push(Life {
            making,
            slot,
            seed,
            ended: false,
            version: 0,
            words,
        });
        let origin = Origin::Life { life, version: 0 };
        self.held[at] = Held {
            grant: words,
            origin,
        };
    }

    /// Copies a grant, or spoils one, or makes one up.
    pub(crate) fn forge(&mut self) {
        let (from, to) = (self.input.below(4), self.input.below(4));
        let mut held = self.held[from];
        let kind = self.input.byte();
        if kind & 3 != 0 {
            held.origin = Origin::Words;
            let handle = held.grant.opaque[0];
            for _ in 0..kind % 4 {
                let at = 1 + self.input.below(7);
                held.grant.opaque[at] = ptr::without_provenance_mut(self.input.word());
            }
            // Not any number: a handle is to lead to readable memory.
            let ring = self.input.below(3);
            held.grant.opaque[0] = match (kind >> 2 & 7, &self.slots[ring]) {
                (0, _) => ptr::null_mut(),
                (1, _) => ptr::without_provenance_mut(usize::from(kind) % ALIGN),
                (2, Some(slot)) => slot.ring.cast(),
                (3, Some(slot)) => slot.ring.wrapping_byte_add(1).cast(),
                _ => handle,
            };
        }
        self.held[to] = held;
    }

    /// Uses the grant at a place, and checks the answer against the books.
    pub(crate) fn use_grant(&mut self, at: usize, what: Use) {
        let Held { grant, origin } = self.held[at];
        let seed = match origin {
            Origin::Life { life, .. } => self.lives[life].seed,
            _ => 0xEE,
        };
        let mut words = grant;
        let said = call(&mut words, what, seed);
        let taken = match what {
            Use::Write(_) => said >= 0,
            // They zero the grant, and only one that was open.
            _ => words.opaque == NONE.opaque && grant.opaque != NONE.opaque,
        };
        assert!(said >= 0 || said == LOGRING_E_INVAL);
        assert!(what == Use::Discard || taken == (said >= 0));
        assert!(taken || words.opaque == grant.opaque);
        self.held[at].grant = words;
        let Origin::Life { life, version } = origin else {
            assert!(!taken || origin == Origin::Words);
            if taken {
                self.spoil(grant);
            }
            return;
        };
        let book = &mut self.lives[life];
        let current = self.slots[book.slot]
            .as_ref()
            .is_some_and(|slot| slot.fair && slot.making == book.making);
        if !current || !book.ended && version < book.version {
            // One copy too many, or a ring that is another one by now.
            if taken {
                self.spoil(grant);
            }
            return;
        }
        // An ended grant is none, and an open one that was used by nobody
        // else goes on.
        assert_eq!(taken, !book.ended);
        if taken {
            book.version += 1;
            book.words = words;
            book.ended = !matches!(what, Use::Write(_));
            self.held[at].origin = Origin::Life {
                life,
                version: version + 1,
            };
        }
    }

    /// Somebody used words that are no grant, or not the last copy of one.
    fn spoil(&mut self, grant: logring_grant_t) {
        for slot in self.slots.iter_mut().flatten() {
            slot.fair &= !slot.is_of(grant.opaque[0]);
        }
    }

    /// Ends every grant of a ring.
    pub(crate) fn end_grants(&mut self, at: usize) {
        let Some(slot) = &self.slots[at] else { return };
        for book in &mut self.lives {
            if book.slot == at && book.making == slot.making && !book.ended {
                let commit = book.seed & 1 == 0;
                let what = if commit { Use::Commit } else { Use::Discard };
                let said = call(&mut book.words, what, 0);
                assert!(!slot.fair || said >= 0);
                book.ended = true;
            }
        }
    }

    /// Forgets grants whose memory goes away.
    pub(crate) fn forget_grants(&mut self, at: usize) {
        let Some(slot) = &self.slots[at] else { return };
        let ring = slot.ring.addr();
        for held in &mut self.held {
            // Also a handle that is off by a little.
            if held.grant.opaque[0].addr().abs_diff(ring) < ALIGN {
                *held = Held::NOTHING;
            }
        }
    }
}

fn call(words: &mut logring_grant_t, what: Use, seed: u8) -> logring_status_t {
    match what {
        Use::Write(len) => {
            let bytes = vec![seed; len];
            c!(logring_grant_write(words, bytes.as_ptr().cast(), len))
        }
        Use::Commit => c!(logring_commit(words)),
        Use::Discard => {
            c!(logring_discard(words));
            LOGRING_OK
        }
    }
}
