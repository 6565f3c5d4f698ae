//! Calls to several rings, one after the other, each answer checked.

use std::ptr;

use logring_ffi::abi::logring_t;
use logring_ffi::lifecycle::*;
use logring_ffi::status::*;

use super::Form;
use super::c;
use super::grants::{Held, Life, Use};
use super::input::Input;
use super::ledger::Slot;
use super::memory::{Memory, Out};

/// Calls read from one input, at most.
const CALLS_MAX: usize = 300;
/// Rings at a time.
const RINGS: usize = 3;

/// Makes the calls that `bytes` stand for, on rings of one form.
///
/// # Panics
/// If an answer is not what the header says.
pub(crate) fn run(bytes: &[u8], form: Form) {
    let mut world = World {
        form,
        input: Input::new(bytes),
        slots: [const { None }; RINGS],
        held: [Held::NOTHING; 4],
        lives: Vec::new(),
        kept: Vec::new(),
        makings: 0,
        calls: 0,
    };
    while !world.input.bytes.is_empty() && world.calls < CALLS_MAX {
        world.calls += 1;
        world.input.bent = false;
        world.step();
    }
    for at in 0..RINGS {
        world.close(at);
    }
}

/// The rings, and whoever has grants of them.
pub(crate) struct World<'b> {
    form: Form,
    pub(crate) input: Input<'b>,
    pub(crate) slots: [Option<Slot>; RINGS],
    pub(crate) held: [Held; 4],
    pub(crate) lives: Vec<Life>,
    /// Rings that were replaced; grants may still lead to them.
    kept: Vec<Slot>,
    makings: usize,
    calls: usize,
}

impl World<'_> {
    /// One call. The meaning of the numbers is fixed, so that a corpus stays
    /// worth what it is: add calls at the end.
    fn step(&mut self) {
        let call = self.input.byte();
        let at = usize::from(call >> 6) % RINGS;
        match call & 31 {
            0 => self.init(at),
            1 if self.form == Form::Shared => self.attach(at),
            1 => self.new_ring(at),
            2..=5 => self.push(at),
            6..=7 => self.pushv(at),
            8..=9 => self.reserve(at),
            10..=11 => {
                let len = self.input.len();
                let held = self.input.below(4);
                self.use_grant(held, Use::Write(len));
            }
            12 => {
                let held = self.input.below(4);
                self.use_grant(held, Use::Commit);
            }
            13 => {
                let held = self.input.below(4);
                self.use_grant(held, Use::Discard);
            }
            14 => self.forge(),
            15 => self.set_min_level(at),
            16..=17 => self.pop(at),
            18 => self.drain(at),
            19 => self.drain_into(at),
            20 => self.get_stats(at),
            21 => self.take_trailing_loss(at),
            22 => self.parse_policy(),
            23 => self.parse_level(),
            24 => self.parse_config(),
            25 => self.default_config(),
            26 => self.name_numbers(),
            27 => self.close(at),
            28 => self.init_again(at),
            _ => self.wrong_handle(at),
        }
    }

    /// A byte that tells this call's records from others.
    pub(crate) fn seed(&self) -> u8 {
        self.calls as u8
    }

    /// Makes a ring in new memory of any size, rarely misaligned.
    fn init(&mut self, at: usize) {
        let len = match self.input.byte() {
            cells @ 0..200 => logring_required_size(4 << (cells % 5) << CELL_LOG2),
            _ => self.input.wide() % 12_000,
        };
        let kind = self.input.byte();
        let memory = Memory::new(len, kind & 1 != 0);
        let skew = if kind > 250 {
            usize::from(kind) - 250
        } else {
            0
        };
        let start = memory.start().wrapping_add(skew);
        let cfg = self.input.config();
        let mut out = Out::<*mut logring_t>::new();
        let place = self.input.bend(out.at());
        let cfg_at = self.input.bend((&raw const cfg).cast_mut());
        let len = len.saturating_sub(skew);
        let head = self.form.head();
        let said = self.form.make(head.as_ref(), start, len, cfg_at, place);
        memory.assert_guards();
        if said != LOGRING_OK {
            assert!(said < 0);
            out.assert_untouched();
            return;
        }
        assert!(!self.input.bent && skew == 0 && is_sound(&cfg));
        let ring = out.written();
        let begin = head.as_ref().map_or(start, Memory::start);
        assert!(ring.addr() - begin.addr() < 64);
        self.close(at);
        self.slots[at] = Some(self.slot(ring, Some(memory)));
        self.add_head(at, head);
    }

    /// Keeps a head with the ring that it leads to.
    fn add_head(&mut self, at: usize, head: Option<Memory>) {
        if let Some(slot) = &mut self.slots[at] {
            slot.heads.extend(head);
        }
    }

    /// Attaches to a ring, as another process does, with any configuration and
    /// lengths; the ring is used by the new handle from then on.
    fn attach(&mut self, at: usize) {
        let (kind, part, cfg) = (self.input.byte(), self.input.word(), self.input.config());
        let head = Memory::new(ALIGN, kind & 1 != 0);
        let mut out = Out::<*mut logring_t>::new();
        let place = self.input.bend(out.at());
        let bent = self.input.bent;
        let Some(slot) = &mut self.slots[at] else {
            return;
        };
        let Some(memory) = &slot.memory else { return };
        let (len, start) = (memory.len(), memory.start());
        // Mostly all of it: a part, or with a head that is too small.
        let len = if kind < 200 { len } else { part % (len + 1) };
        let head_len = head.len() - usize::from(kind == 255);
        let said = c!(logring_attach(
            head.start().cast(),
            head_len,
            start.cast(),
            len,
            &cfg,
            place
        ));
        head.assert_guards();
        slot.assert_guards();
        let capacity = slot.stats().capacity_bytes as usize;
        let least = logring_required_size(capacity);
        let fits = least <= len && len < least + capacity;
        if said == LOGRING_OK {
            assert!(!bent && fits && kind != 255 && is_sound(&cfg));
            slot.ring = out.written();
            slot.heads.push(head);
            assert_eq!(slot.stats().capacity_bytes as usize, capacity);
        } else {
            assert!(bent || !fits || kind == 255 || !is_sound(&cfg), "{said}");
            out.assert_untouched();
        }
    }

    /// Makes a ring anew where one is, perhaps of another size.
    fn init_again(&mut self, at: usize) {
        let (part, cfg) = (self.input.below(4), self.input.config());
        let Some(mut slot) = self.slots[at].take() else {
            return;
        };
        let Some(memory) = slot.memory.take() else {
            self.slots[at] = Some(slot);
            return;
        };
        let len = memory.len() / (1 + part);
        let mut out = Out::<*mut logring_t>::new();
        let start = memory.start();
        let head = self.form.head();
        let said = (self.form).make(head.as_ref(), start, len, &cfg, out.at());
        memory.assert_guards();
        if said == LOGRING_OK {
            assert!(is_sound(&cfg));
            let heads = std::mem::take(&mut slot.heads);
            self.slots[at] = Some(self.slot(out.written(), Some(memory)));
            for head in heads.into_iter().chain(head) {
                self.add_head(at, Some(head));
            }
        } else {
            out.assert_untouched();
            slot.memory = Some(memory);
            self.slots[at] = Some(slot);
        }
    }

    /// Makes a ring on the heap; capacities that exist are small ones.
    fn new_ring(&mut self, at: usize) {
        let capacity = match self.input.byte() {
            cells @ 0..200 => 4 << (cells % 5) << CELL_LOG2,
            _ => match self.input.word() {
                small @ 0..70_000 => small,
                large => large | 1,
            },
        };
        let cfg = self.input.config();
        let mut out = Out::<*mut logring_t>::new();
        let place = self.input.bend(out.at());
        let said = c!(logring_new(capacity, &cfg, place));
        if said != LOGRING_OK {
            assert!(said < 0);
            out.assert_untouched();
            return;
        }
        assert!(!self.input.bent && is_sound(&cfg));
        assert_ne!(logring_required_size(capacity), 0);
        self.close(at);
        self.slots[at] = Some(self.slot(out.written(), None));
        let stats = self.slots[at].as_ref().expect("just made").stats();
        assert_eq!(stats.capacity_bytes, capacity as u64);
    }

    fn slot(&mut self, ring: *mut logring_t, memory: Option<Memory>) -> Slot {
        self.makings += 1;
        Slot {
            ring,
            memory,
            heads: Vec::new(),
            making: self.makings,
            offered: 0,
            told: 0,
            fair: true,
        }
    }

    /// Closes the books of a ring. A ring on the heap is freed; other memory
    /// stays, for those who still have handles to it.
    fn close(&mut self, at: usize) {
        self.end_grants(at);
        if self.slots[at]
            .as_ref()
            .is_some_and(|slot| slot.memory.is_none())
        {
            self.forget_grants(at);
        }
        let Some(mut slot) = self.slots[at].take() else {
            return;
        };
        slot.close();
        if slot.memory.is_some() {
            self.kept.push(slot);
        }
    }

    /// The handle of a ring, at times NULL: then no call does anything. A ring
    /// that does not exist is NULL, too.
    pub(crate) fn ring(&mut self, at: usize) -> *mut logring_t {
        match &self.slots[at] {
            Some(slot) => slot.ring,
            None => {
                self.input.bent = true;
                ptr::null_mut()
            }
        }
    }
}

impl Form {
    /// Memory for a head, if this form has it apart.
    pub(crate) fn head(self) -> Option<Memory> {
        (self == Self::Shared).then(|| Memory::new(ALIGN, true))
    }

    /// Makes a ring of this form.
    pub(crate) fn make(
        self,
        head: Option<&Memory>,
        mem: *mut u8,
        len: usize,
        cfg: *const logring_config_t,
        out: *mut *mut logring_t,
    ) -> logring_status_t {
        match head {
            None => c!(logring_init_in(mem.cast(), len, cfg, out)),
            Some(head) => {
                let at = head.start().cast();
                let said = c!(logring_init_shared(
                    at,
                    head.len(),
                    mem.cast(),
                    len,
                    cfg,
                    out
                ));
                head.assert_guards();
                said
            }
        }
    }
}

/// What a block's address is a multiple of, and the bytes of its head.
pub(crate) const ALIGN: usize = if usize::BITS == 64 { 128 } else { 64 };
/// The logarithm of a cell's bytes.
pub(crate) const CELL_LOG2: u32 = if usize::BITS == 64 { 7 } else { 5 };

/// The most bytes of a record in a ring of so many cells.
pub(crate) const fn record_max(cells: usize) -> usize {
    let (payload_words, header_words) = if usize::BITS == 64 { (15, 3) } else { (7, 5) };
    (cells / 4 * payload_words - header_words) * size_of::<usize>()
}

fn is_sound(cfg: &logring_config_t) -> bool {
    cfg.struct_size as usize == size_of::<logring_config_t>()
        && (1..=2).contains(&cfg.policy)
        && cfg.mark_pct.iter().all(|percent| *percent <= 100)
        && cfg.min_level <= 24
}
