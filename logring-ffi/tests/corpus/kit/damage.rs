//! Calls to rings whose memory somebody else writes to: anywhere, the head of a
//! block included. It may cost records; what it must never cost is a call that
//! returns, a byte outside the memory, or an answer that means something.
//!
//! A ring of the shared form has two users, each with a head of its own that
//! nobody else writes to; so either may be the one who suffers. Here the memory
//! also changes during the calls, where the library calls a clock or a sink, or
//! becomes another ring; and what a user configured must show in the answers.

use std::ffi::c_void;
use std::mem;
use std::ptr;
use std::rc::Rc;
use std::slice;

use logring::Frames;
use logring_ffi::abi::*;
use logring_ffi::consume::*;
use logring_ffi::lifecycle::*;
use logring_ffi::observe::*;
use logring_ffi::produce::*;
use logring_ffi::status::*;

use super::Form;
use super::c;
use super::calls::{ALIGN, CELL_LOG2, record_max};
use super::grants::NONE;
use super::input::Input;
use super::memory::{Buffer, Memory, Out};
use super::offers::is_as_configured;
use super::strikes;

/// Calls read from one input, at most.
const CALLS_MAX: usize = 300;
const WORD: usize = size_of::<usize>();
/// Bytes of the head.
const HEAD: usize = ALIGN;

/// A ring in memory that is damaged.
pub(super) struct Victim {
    pub(super) memory: Rc<Memory>,
    /// Private memory, if the ring is of the shared form.
    pub(super) head: Option<Memory>,
    /// How the ring is used.
    pub(super) cfg: logring_config_t,
    pub(super) ring: *mut logring_t,
    pub(super) cells: usize,
    /// Words of the head that were written to.
    pub(super) hit: [bool; HEAD / WORD],
    /// Whether a word of the head began as the complement of the next one.
    pub(super) paired: [bool; HEAD / WORD],
}

/// Makes the calls, and does the damage, that `bytes` stand for.
///
/// # Panics
/// If a call gives what no damage excuses.
pub(crate) fn run(bytes: &[u8], form: Form) {
    let mut input = Input::new(bytes);
    let mut victims = match form {
        Form::Block => [Victim::new(&mut input, form), Victim::new(&mut input, form)],
        Form::Shared => {
            let one = Victim::new(&mut input, form);
            let two = one.another(&mut input);
            strikes::begin(&one.memory, bytes.len());
            [one, two]
        }
    };
    let mut grants = [NONE; 4];
    let mut calls = 0;
    while !input.bytes.is_empty() && calls < CALLS_MAX {
        calls += 1;
        let call = input.byte();
        let victim = &mut victims[usize::from(call >> 7)];
        match call & 15 {
            0..=2 => victim.damage(&mut input),
            3..=9 => victim.produce(&mut input, call & 15, &mut grants),
            _ => victim.consume(&mut input, call & 15),
        }
        victim.assert_guards();
    }
    for victim in &mut victims {
        let mut rest = Input::new(&[255, 255]);
        victim.consume(&mut rest, 11);
        victim.assert_guards();
    }
    strikes::end();
}

impl Victim {
    fn new(input: &mut Input<'_>, form: Form) -> Self {
        let kind = input.byte();
        let cells = 4 << (kind % 4);
        let len = logring_required_size(cells << CELL_LOG2);
        let memory = Memory::new(len, kind & 128 != 0);
        let head = form.head();
        let (cfg, ring) = loop {
            let cfg = input.config();
            let mut ring = ptr::null_mut();
            if form.make(head.as_ref(), memory.start(), len, &cfg, &mut ring) == LOGRING_OK {
                break (cfg, ring);
            }
        };
        let mut victim = Self {
            memory: Rc::new(memory),
            head,
            cfg,
            ring,
            cells,
            hit: [false; HEAD / WORD],
            paired: [false; HEAD / WORD],
        };
        for at in 0..HEAD / WORD - 1 {
            victim.paired[at] = victim.word(at) == !victim.word(at + 1);
        }
        victim
    }

    fn assert_guards(&self) {
        self.memory.assert_guards();
        if let Some(head) = &self.head {
            head.assert_guards();
        }
    }

    fn word(&self, at: usize) -> usize {
        let mut bytes = [0; WORD];
        for (ahead, byte) in bytes.iter_mut().enumerate() {
            *byte = self.memory.get(at * WORD + ahead);
        }
        usize::from_ne_bytes(bytes)
    }

    /// Writes a byte, unless it could make one clock into another: that takes
    /// a write to the clock and the matching one to its complement, which
    /// no stray one is.
    fn write(&mut self, at: usize, byte: u8) {
        if at < HEAD && self.head.is_none() {
            let word = at / WORD;
            let before = word > 0 && self.paired[word - 1] && self.hit[word - 1];
            let behind = self.paired[word] && self.hit[word + 1];
            if before || behind {
                return;
            }
            self.hit[word] = true;
        }
        self.memory.set(at, byte);
    }

    /// One stray write: a few bits, a byte, a word, or what lies elsewhere.
    fn damage(&mut self, input: &mut Input<'_>) {
        let kind = input.byte();
        // The head and the positions are a small part of the block, and most
        // of what matters in it.
        let part = [self.memory.len(), HEAD, 4 * HEAD][usize::from(kind >> 6) % 3];
        let at = input.wide() % part;
        let value = input.byte();
        if self.head.is_some() {
            match value {
                77 => return self.remake(input),
                78 => return self.recover(),
                79 => return self.attach(input, kind),
                _ => {}
            }
        }
        match kind % 6 {
            0 => self.write(at, self.memory.get(at) ^ 1 << (value % 8)),
            1 => self.write(at, value),
            2 => self.write(at, self.memory.get(at).wrapping_add(value)),
            3 => {
                let word = at / WORD * WORD;
                for ahead in 0..WORD {
                    self.write(word + ahead, value);
                }
            }
            4 => {
                let (word, from) = (at / WORD * WORD, input.wide() % part / WORD * WORD);
                for ahead in 0..WORD {
                    self.write(word + ahead, self.memory.get(from + ahead));
                }
            }
            _ => {
                for at in at..(at + usize::from(value)).min(self.memory.len()) {
                    self.write(at, value);
                }
            }
        }
    }

    fn produce(&mut self, input: &mut Input<'_>, call: u8, grants: &mut [logring_grant_t; 4]) {
        let (ring, level, len) = (self.ring, 1 + input.byte() % 24, input.len());
        let bytes = vec![level; len];
        let (data, grant) = (bytes.as_ptr().cast(), &mut grants[input.below(4)]);
        let said = match call {
            3 | 4 => c!(logring_push(ring, level, data, len)),
            5 => {
                let half = len / 2;
                let iov = [half, len - half].map(|len| logring_iov_t { base: data, len });
                c!(logring_pushv(ring, level, 7, iov.as_ptr(), 2))
            }
            6 => c!(logring_reserve(ring, level, 7, len, grant)),
            7 if self.head.is_some() && len & 1 == 0 => {
                c!(logring_grant_write_text(grant, data.cast(), len))
            }
            7 => c!(logring_grant_write(grant, data, len)),
            8 if len & 1 == 0 => c!(logring_commit(grant)),
            8 => {
                c!(logring_discard(grant));
                LOGRING_OK
            }
            _ => {
                // Damage to the grant itself, which lies with the caller.
                let at = 1 + usize::from(level) % 7;
                grant.opaque[at] = ptr::without_provenance_mut(input.word());
                c!(logring_set_min_level(ring, level / 8));
                self.cfg.min_level = level / 8;
                LOGRING_OK
            }
        };
        if call <= 6 && self.head.is_some() {
            let as_configured = is_as_configured(&self.cfg, self.cells, said, level, len);
            assert!(as_configured, "{said}");
        }
        let stored_or_lost = (0..=6).contains(&said) && said != LOGRING_EMPTY;
        assert!(stored_or_lost || [LOGRING_E_TOOBIG, LOGRING_E_INVAL].contains(&said));
    }

    fn consume(&mut self, input: &mut Input<'_>, call: u8) {
        let ring = self.ring;
        let room = input.byte();
        let mut buf = Buffer::new(match room {
            200.. => 9000,
            few => usize::from(few) * 2,
        });
        let said = match call {
            10 => {
                let mut out = Out::<logring_record_t>::new();
                let said = if self.head.is_some() && room & 1 == 0 {
                    c!(logring_pop_cut(ring, buf.at(), buf.len(), out.at()))
                } else {
                    c!(logring_pop(ring, buf.at(), buf.len(), out.at()))
                };
                if said == LOGRING_OK {
                    let record = out.written();
                    let bytes = &buf.filled()[..record.len];
                    assert_eq!(record.data, bytes.as_ptr());
                    assert!((1..=24).contains(&record.level) && record.flags <= 1);
                } else if said == LOGRING_E_NOSPACE {
                    let at = mem::offset_of!(logring_record_t, len);
                    let at = out.at().wrapping_byte_add(at).cast::<usize>();
                    // SAFETY: hazard: a length that was never written. It was
                    // filled, like all of the place, and is one after this answer.
                    let needed = unsafe { at.read() };
                    assert!(needed > buf.len() && needed <= record_max(self.cells));
                } else {
                    out.assert_untouched();
                }
                said
            }
            11 | 12 => self.drain(&mut buf, input),
            13 => self.drain_into(&mut buf),
            14 => self.check_stats(ring),
            _ => {
                c!(logring_take_trailing_loss(ring));
                LOGRING_OK
            }
        };
        buf.filled();
        // The handle is in private memory and goes on being one.
        assert!(self.head.is_none() || said != LOGRING_E_INVAL);
        let answers = [LOGRING_OK, LOGRING_EMPTY, LOGRING_PENDING];
        assert!(answers.contains(&said) || [LOGRING_E_NOSPACE, LOGRING_E_INVAL].contains(&said));
    }

    fn drain(&mut self, buf: &mut Buffer, input: &mut Input<'_>) -> logring_status_t {
        let mut out = Out::<usize>::new();
        let mut user = Sink {
            buf: (buf.at().cast(), buf.len()),
            left: self.cells,
            stop: usize::from(input.byte()),
        };
        let said = c!(logring_drain(
            self.ring,
            buf.at(),
            buf.len(),
            usize::MAX,
            Some(sink),
            (&raw mut user).cast(),
            out.at()
        ));
        if said >= 0 {
            assert_eq!(out.written(), self.cells - user.left);
        } else {
            out.assert_untouched();
        }
        said
    }

    fn drain_into(&mut self, buf: &mut Buffer) -> logring_status_t {
        let (mut bytes, mut records) = (Out::<usize>::new(), Out::<usize>::new());
        let said = c!(logring_drain_into(
            self.ring,
            buf.at(),
            buf.len(),
            bytes.at(),
            records.at()
        ));
        if said < 0 {
            bytes.assert_untouched();
            records.assert_untouched();
            return said;
        }
        let mut frames = Frames::new(&buf.filled()[..bytes.written()]);
        assert_eq!(frames.by_ref().count(), records.written());
        assert_eq!(frames.rest(), b"");
        assert!(records.written() <= self.cells);
        said
    }

    pub(super) fn check_stats(&self, ring: *const logring_t) -> logring_status_t {
        let mut stats = Out::<logring_stats_t>::new();
        let size = size_of::<logring_stats_t>() as u32;
        // SAFETY: hazard: bytes outside the structure. It begins with its size.
        unsafe { stats.at().cast::<u32>().write(size) };
        let said = c!(logring_get_stats(ring, stats.at()));
        if said == LOGRING_OK {
            let stats = stats.written();
            assert_eq!(stats.capacity_bytes, (self.cells << CELL_LOG2) as u64);
            assert!(stats.used_bytes <= stats.capacity_bytes);
            assert!(stats.high_water_bytes <= stats.capacity_bytes);
        }
        said
    }
}

/// A sink's user: stops after some records, and fails if there are more of
/// them than cells, which no damage makes more.
struct Sink {
    buf: (*const u8, usize),
    left: usize,
    stop: usize,
}

unsafe extern "C" fn sink(user: *mut c_void, record: *const logring_record_t) -> i32 {
    // SAFETY: hazard: something else than a `Sink`. `drain` passes one, and
    // leaves it alone meanwhile.
    let sink = unsafe { &mut *user.cast::<Sink>() };
    // SAFETY: hazard: no record. The library gives one, for this call.
    let record = unsafe { &*record };
    assert_eq!(record.data, sink.buf.0);
    assert!(record.len <= sink.buf.1 && (1..=24).contains(&record.level));
    // SAFETY: hazard: bytes that are not there. The buffer was filled with
    // bytes, and the record lies in it, as was just checked.
    let bytes = unsafe { slice::from_raw_parts(record.data, record.len) };
    std::hint::black_box(bytes.iter().fold(0_u8, |sum, byte| sum ^ byte));
    strikes::strike();
    sink.left = sink.left.checked_sub(1).expect("more records than cells");
    sink.stop = sink.stop.wrapping_sub(1);
    i32::from(sink.stop == 0)
}
