//! Offers, to rings that exist and to handles that are none.

use std::ptr;

use logring_ffi::abi::{LOGRING_DROP_NEWEST, logring_t};
use logring_ffi::consume::{logring_pop, logring_record_t};
use logring_ffi::lifecycle::logring_config_t;
use logring_ffi::observe::logring_take_trailing_loss;
use logring_ffi::produce::*;
use logring_ffi::status::*;

use super::c;
use super::calls::{ALIGN, World, record_max};
use super::memory::{Buffer, Out};

impl World<'_> {
    /// Books what an offer was answered: misuse where something was bent or
    /// the level is none, else an offer.
    fn offered(&mut self, at: usize, level: u8, said: logring_status_t) {
        let is_level = (1..=24).contains(&level);
        if self.input.bent || !is_level {
            assert!(said < 0 && said != LOGRING_E_TOOBIG, "{said}");
            return;
        }
        assert!((0..=6).contains(&said) && said != LOGRING_EMPTY || said == LOGRING_E_TOOBIG);
        if let Some(slot) = &mut self.slots[at] {
            slot.offer(said);
        }
    }

    pub(crate) fn push(&mut self, at: usize) {
        let ring = self.ring(at);
        let (level, len) = (self.input.byte() % 28, self.input.len());
        let mut bytes = vec![self.seed(); len];
        let mut data = bytes.as_mut_ptr();
        if len > 0 {
            data = self.input.bend(data);
        }
        let said = c!(logring_push(ring, level, data.cast(), len));
        self.offered(at, level, said);
    }

    pub(crate) fn pushv(&mut self, at: usize) {
        let ring = self.ring(at);
        let (level, count) = (self.input.byte() % 28, self.input.below(6));
        let seed = self.seed();
        let parts: Vec<_> = (0..count).map(|_| vec![seed; self.input.len()]).collect();
        let mut iov: Vec<_> = parts
            .iter()
            .map(|part| logring_iov_t {
                base: part.as_ptr().cast(),
                len: part.len(),
            })
            .collect();
        let spoil = self.input.byte();
        if let Some(part) = iov.get_mut(usize::from(spoil / 8)) {
            match spoil % 8 {
                0 => part.base = ptr::null(),
                1 => part.len = usize::MAX - usize::from(spoil),
                _ => {}
            }
            self.input.bent |= spoil & 7 == 1 || spoil & 7 == 0 && part.len > 0;
        }
        let mut list = iov.as_mut_ptr();
        if count > 0 {
            list = self.input.bend(list);
        }
        let tag = u32::from(seed) * u32::from(spoil & 1);
        let said = c!(logring_pushv(ring, level, tag, list, count));
        self.offered(at, level, said);
    }

    pub(crate) fn reserve(&mut self, at: usize) {
        let ring = self.ring(at);
        let (level, held) = (self.input.byte() % 28, self.input.below(4));
        let len = match self.input.byte() {
            few @ 0..200 => usize::from(few),
            _ => self.input.word(),
        };
        let seed = self.seed();
        let mut out = Out::<logring_grant_t>::new();
        let place = self.input.bend(out.at());
        let tag = u32::from(seed) * (len as u32 & 1);
        let said = c!(logring_reserve(ring, level, tag, len, place));
        self.offered(at, level, said);
        if said == LOGRING_OK || said == LOGRING_TRUNCATED {
            self.keep(held, at, seed, out.written());
        } else {
            out.assert_untouched();
        }
    }

    pub(crate) fn set_min_level(&mut self, at: usize) {
        let (ring, level) = (self.ring(at), self.input.byte() % 32);
        c!(logring_set_min_level(ring, level));
    }

    /// A handle that is none: NULL, a small number, or off by anything within
    /// the first line of a block.
    pub(crate) fn wrong_handle(&mut self, at: usize) {
        let off = usize::from(self.input.byte()) % ALIGN;
        let ring = match &self.slots[at] {
            Some(slot) => {
                let start = slot.ring.addr() % ALIGN;
                let ring = slot.ring.wrapping_byte_sub(start).wrapping_byte_add(off);
                if ring == slot.ring {
                    return;
                }
                ring
            }
            None => ptr::without_provenance_mut::<logring_t>(off),
        };
        let (mut buf, mut grant) = (Buffer::new(16), Out::<logring_grant_t>::new());
        let mut record = Out::<logring_record_t>::new();
        let said = [
            c!(logring_push(ring, 9, buf.at(), 16)),
            c!(logring_pushv(ring, 9, 0, ptr::null(), 0)),
            c!(logring_reserve(ring, 9, 0, 1, grant.at())),
            c!(logring_pop(ring, buf.at(), 16, record.at())),
        ];
        let misuse = [LOGRING_E_NULL, LOGRING_E_INVAL, LOGRING_E_ALIGN];
        assert!(misuse.contains(&said[0]) && said == [said[0]; 4]);
        c!(logring_set_min_level(ring, 24));
        assert_eq!(c!(logring_take_trailing_loss(ring)), 0);
        grant.assert_untouched();
        record.assert_untouched();
        assert!(buf.filled().iter().all(|byte| *byte == 0xA5));
    }
}

/// Whether an offer to a ring of so many cells was answered as its user has
/// configured: the level, the limits, the marks and the policy decide, whatever
/// lies in the ring.
pub(crate) fn is_as_configured(
    cfg: &logring_config_t,
    cells: usize,
    said: logring_status_t,
    level: u8,
    len: usize,
) -> bool {
    if level < cfg.min_level {
        return said == LOGRING_FILTERED;
    }
    let limit = match cfg.max_record as usize {
        0 => record_max(cells),
        bytes => bytes.min(record_max(cells)),
    };
    let too_long = len > limit;
    match said {
        LOGRING_OK => len <= limit,
        LOGRING_TRUNCATED => cfg.truncate != 0 && too_long,
        LOGRING_E_TOOBIG => cfg.truncate == 0 && too_long,
        LOGRING_DROPPED_LEVEL => {
            let mark = cfg.mark_pct[usize::from((level - 1) / 4)];
            mark != 0 && mark != 100
        }
        LOGRING_DROPPED_FULL => cfg.policy == LOGRING_DROP_NEWEST,
        other => other == LOGRING_DROPPED_CONTENDED,
    }
}
