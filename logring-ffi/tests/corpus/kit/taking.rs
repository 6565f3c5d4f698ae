//! Taking records, and looking at figures.

use std::ffi::c_void;
use std::slice;

use logring::Frames;
use logring_ffi::abi::logring_t;
use logring_ffi::consume::*;
use logring_ffi::observe::*;
use logring_ffi::produce::logring_push;
use logring_ffi::status::*;

use super::c;
use super::calls::World;
use super::ledger::Slot;
use super::memory::{Buffer, Out};

/// A sink's user: stops after some records, and may push to the ring.
struct Sink<'s> {
    slot: Option<&'s mut Slot>,
    buf: (*const u8, usize),
    left: usize,
    count: usize,
    pushes: bool,
}

unsafe extern "C" fn sink(user: *mut c_void, record: *const logring_record_t) -> i32 {
    // SAFETY: hazard: something else than a `Sink`. `drain` passes one, and
    // leaves it alone meanwhile.
    let sink = unsafe { &mut *user.cast::<Sink<'_>>() };
    // SAFETY: hazard: no record. The library gives one, for this call.
    let record = unsafe { &*record };
    assert_eq!(record.data, sink.buf.0);
    assert!(record.len <= sink.buf.1);
    // SAFETY: hazard: bytes that are not there. The buffer was filled with
    // bytes, and the record lies in it, as was just checked.
    let bytes = unsafe { slice::from_raw_parts(record.data, record.len) };
    let slot = sink.slot.as_mut().expect("no ring, no record");
    slot.check(record, bytes);
    if sink.pushes {
        let seed = [9_u8; 3];
        let said = c!(logring_push(slot.ring, 9, seed.as_ptr().cast(), 3));
        slot.offer(said);
    }
    sink.count += 1;
    sink.left -= 1;
    i32::from(sink.left == 0)
}

impl World<'_> {
    /// A buffer of its own allocation, and its length for the call.
    fn buffer(&mut self) -> Buffer {
        let len = match self.input.byte() {
            250.. => 9000,
            few => usize::from(few) * 3,
        };
        Buffer::new(len)
    }

    /// Whether the answer is one that a consumer may give: misuse if and only
    /// if something was bent.
    fn taken(&self, said: logring_status_t) {
        match said {
            LOGRING_OK | LOGRING_EMPTY | LOGRING_PENDING | LOGRING_E_NOSPACE => {
                assert!(!self.input.bent);
            }
            LOGRING_E_NULL | LOGRING_E_ALIGN => assert!(self.input.bent),
            _ => panic!("{said} is no answer to a consumer"),
        }
    }

    pub(crate) fn pop(&mut self, at: usize) {
        let ring = self.ring(at);
        let (mut buf, mut out) = (self.buffer(), Out::<logring_record_t>::new());
        let place = self.input.bend(out.at());
        let said = c!(logring_pop(ring, buf.at(), buf.len(), place));
        self.taken(said);
        match (said, &mut self.slots[at]) {
            (LOGRING_OK, Some(slot)) => {
                let record = out.written();
                slot.check(&record, &buf.filled()[..record.len]);
            }
            (LOGRING_E_NOSPACE, _) => {
                let at = std::mem::offset_of!(logring_record_t, len);
                let at = out.at().wrapping_byte_add(at).cast::<usize>();
                // SAFETY: hazard: a length that was never written. It was
                // filled, like all of the place, and is one after this answer.
                let needed = unsafe { at.read() };
                assert!(needed > buf.len() && needed <= 9000, "{needed}");
            }
            _ => out.assert_untouched(),
        }
        buf.filled();
    }

    pub(crate) fn drain(&mut self, at: usize) {
        let ring = self.ring(at);
        let mut buf = self.buffer();
        let kind = self.input.byte();
        let max = if kind & 1 == 0 {
            usize::MAX
        } else {
            usize::from(kind >> 4)
        };
        let mut out = Out::<usize>::new();
        let place = self.input.bend(out.at());
        let left = 1 + self.input.below(40);
        let mut user = Sink {
            slot: self.slots[at].as_mut(),
            buf: (buf.at().cast::<u8>().cast_const(), buf.len()),
            left,
            count: 0,
            pushes: kind & 2 != 0,
        };
        let f: logring_sink_fn = (kind & 12 != 12).then_some(sink as _);
        let said = c!(logring_drain(
            ring,
            buf.at(),
            buf.len(),
            max,
            f,
            (&raw mut user).cast(),
            place
        ));
        let count = user.count;
        self.input.bent |= f.is_none();
        self.taken(said);
        buf.filled();
        if said >= 0 {
            assert_eq!(out.written(), count);
            assert!(count <= max && count <= left);
            assert_eq!(said == LOGRING_OK, count > 0 || max == 0);
        } else {
            assert_eq!(count, 0);
            out.assert_untouched();
        }
    }

    pub(crate) fn drain_into(&mut self, at: usize) {
        let ring = self.ring(at);
        let mut buf = self.buffer();
        let (mut bytes, mut records) = (Out::<usize>::new(), Out::<usize>::new());
        let (one, two) = (self.input.bend(bytes.at()), self.input.bend(records.at()));
        let said = c!(logring_drain_into(ring, buf.at(), buf.len(), one, two));
        self.taken(said);
        if said < 0 {
            bytes.assert_untouched();
            records.assert_untouched();
            buf.filled();
            return;
        }
        let slot = self.slots[at].as_mut().expect("no ring, no answer");
        check_frames(slot, &buf.filled()[..bytes.written()], records.written());
    }

    pub(crate) fn get_stats(&mut self, at: usize) {
        let ring: *const logring_t = self.ring(at);
        let mut stats = Out::<logring_stats_t>::new();
        let known = size_of::<logring_stats_t>() as u32;
        let size = match self.input.byte() {
            0..200 => known,
            any => u32::from(any) - 200,
        };
        // SAFETY: hazard: bytes outside the structure. It begins with its size.
        unsafe { stats.at().cast::<u32>().write(size) };
        let place = self.input.bend(stats.at());
        let said = c!(logring_get_stats(ring, place));
        let good = !self.input.bent && size == known;
        assert_eq!(said == LOGRING_OK, good, "{said}");
        if let (true, Some(slot)) = (good, &self.slots[at]) {
            slot.check_stats(&stats.written());
        }
    }

    pub(crate) fn take_trailing_loss(&mut self, at: usize) {
        let ring = self.ring(at);
        let told = c!(logring_take_trailing_loss(ring));
        match &mut self.slots[at] {
            Some(slot) => slot.told += told,
            None => assert_eq!(told, 0),
        }
    }
}

/// Frames are whole, as many as the call says, and of records that were
/// pushed.
fn check_frames(slot: &mut Slot, batch: &[u8], records: usize) {
    let mut frames = Frames::new(batch);
    let mut read = 0;
    for frame in frames.by_ref() {
        let timestamp = frame.timestamp.unwrap_or(0);
        slot.check_parts(frame.bytes, frame.level.get(), frame.tag, timestamp);
        slot.told += frame.lost_before;
        read += 1;
    }
    assert_eq!((read, frames.rest().len()), (records, 0));
}
