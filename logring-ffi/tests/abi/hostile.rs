//! Another process that writes to a shared ring at any moment of a call.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::thread;

use logring_ffi::abi::*;
use logring_ffi::consume::*;
use logring_ffi::lifecycle::*;
use logring_ffi::observe::*;
use logring_ffi::produce::*;
use logring_ffi::status::*;

use crate::shared::{CELLS, Process};
use crate::support::{CELL, HEAD, Memory, NO_GRANT, NO_STATS, WORD, c, config};

/// The words of shared memory, as somebody else's process writes them.
struct Theirs {
    label: &'static [AtomicU32],
    ring: &'static [AtomicUsize],
}

impl Theirs {
    /// The words of memory that the test keeps until its threads have ended.
    fn of(shared: &Memory) -> Self {
        let label = shared.block().cast::<AtomicU32>();
        let ring = shared.block().wrapping_byte_add(HEAD).cast::<AtomicUsize>();
        // SAFETY: hazard: words that are not there, or that others access as no
        // atomics. A label has four such words, and is kept as long.
        let label = unsafe { std::slice::from_raw_parts(label, 4) };
        // SAFETY: hazard: as above. The ring is what is behind the label.
        let ring = unsafe { std::slice::from_raw_parts(ring, (shared.len() - HEAD) / WORD) };
        Self { label, ring }
    }

    /// Writes words at random, the positions and the label above all.
    fn write(&self, state: &mut u64) {
        let mut roll = |below: usize| {
            *state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (*state >> 33) as usize % below
        };
        let part = [self.ring.len(), 2 * HEAD / WORD][roll(2)];
        let at = roll(part);
        let old = self.ring[at].load(Relaxed);
        let other = self.ring[roll(self.ring.len())].load(Relaxed);
        let near = old.wrapping_add(roll(17)).wrapping_sub(8);
        let new = [other, near, 0][roll(3)];
        self.ring[at].store(new, Relaxed);
        let cells_log2 = CELLS.ilog2() as usize;
        let said = [cells_log2, roll(32)];
        self.label[3].store(said[roll(2)] as u32, Relaxed);
    }
}

/// Counts down, and stops at no record.
unsafe extern "C" fn count(user: *mut c_void, record: *const logring_record_t) -> i32 {
    // SAFETY: hazard: something else than a counter. `use_once` passes one.
    let left = unsafe { &mut *user.cast::<usize>() };
    // SAFETY: hazard: no record. The library gives one, for this call.
    let record = unsafe { &*record };
    assert!((1..=24).contains(&record.level) && record.len <= 1000);
    *left = left.checked_sub(1).expect("more records than cells");
    0
}

/// Calls of both sides, each of which ends and means something.
fn use_once(process: &Process, call: usize) {
    let ring = process.ring;
    let mut buf = [0; 1000];
    let room = buf.as_mut_ptr().cast();
    let said = process.push(LOGRING_TRACE, &[1; 400][..call % 400]);
    let stored_or_lost = [LOGRING_OK, LOGRING_DROPPED_FULL, LOGRING_DROPPED_CONTENDED];
    assert!(stored_or_lost.contains(&said), "{said}");
    let mut grant = NO_GRANT;
    if c!(logring_reserve(ring, 9, 7, 200, &mut grant)) == LOGRING_OK {
        c!(logring_grant_write(&mut grant, [2; 90].as_ptr().cast(), 90));
        let said = c!(logring_commit(&mut grant));
        assert!([LOGRING_OK, LOGRING_E_INVAL].contains(&said), "{said}");
    }
    let (mut left, mut given) = (CELLS, 0);
    let user = (&raw mut left).cast();
    let all = usize::MAX;
    c!(logring_drain(
        ring,
        room,
        1000,
        all,
        Some(count),
        user,
        &mut given
    ));
    assert_eq!(given, CELLS - left);
    let (mut bytes, mut records) = (0, 0);
    c!(logring_drain_into(
        ring,
        room,
        1000,
        &mut bytes,
        &mut records
    ));
    assert_eq!(logring::Frames::new(&buf[..bytes]).count(), records);
    if let Some(record) = process.pop() {
        assert!((1..=24).contains(&record.level));
    }
    if call % 16 == 0 {
        assert_eq!(c!(logring_recover(ring, null_mut())), LOGRING_OK);
    }
    assert_sized(ring);
}

fn assert_sized(ring: *const logring_t) {
    let mut stats = NO_STATS;
    assert_eq!(c!(logring_get_stats(ring, &mut stats)), LOGRING_OK);
    assert_eq!(stats.capacity_bytes, (CELLS * CELL) as u64);
    assert!(stats.used_bytes <= stats.capacity_bytes);
}

/// Ends the other thread, also if this one panics.
struct Ends<'e>(&'e AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Somebody writes to the memory at any moment while others push, take, recover and
/// attach.
#[test]
fn what_changes_all_the_while_costs_records_only() {
    let (shared, ended) = (Memory::for_cells(CELLS), AtomicBool::new(false));
    let process = Process::new(&shared, &config(), false);
    let theirs = Theirs::of(&shared);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut state = 1;
            while !ended.load(Relaxed) {
                theirs.write(&mut state);
            }
        });
        let _ends = Ends(&ended);
        let (head, config) = (Memory::new(HEAD), config());
        let mut attached = 0;
        let calls = if cfg!(miri) { 10 } else { 20_000 };
        for call in 0..calls {
            use_once(&process, call);
            let (at, mem, mut ring) = (head.block(), shared.block(), null_mut());
            let len = shared.len();
            let said = c!(logring_attach(at, HEAD, mem, len, &config, &mut ring));
            assert!([LOGRING_OK, LOGRING_E_INVAL].contains(&said), "{said}");
            if said == LOGRING_OK {
                attached += 1;
                assert_sized(ring);
            }
        }
        assert!(cfg!(miri) || attached > calls / 10, "{attached}");
    });
    shared.assert_guards();
}
