//! Rings in memory that others can write: what they write decides nothing but what is
//! in the ring.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use logring_ffi::abi::*;
use logring_ffi::lifecycle::*;
use logring_ffi::produce::*;
use logring_ffi::status::*;

use crate::support::{CELL, HEAD, Memory, Record, WORD, c, config, with_policy};

pub(crate) const CELLS: usize = 16;

/// A head and a handle of one process.
pub(crate) struct Process {
    _head: Memory,
    pub(crate) ring: *mut logring_t,
}

impl Process {
    pub(crate) fn new(shared: &Memory, config: &logring_config_t, attach: bool) -> Self {
        let head = Memory::new(HEAD);
        let mut ring = null_mut();
        let (at, mem, len) = (head.block(), shared.block(), shared.len());
        let said = if attach {
            c!(logring_attach(at, HEAD, mem, len, config, &mut ring))
        } else {
            c!(logring_init_shared(at, HEAD, mem, len, config, &mut ring))
        };
        assert_eq!(said, LOGRING_OK);
        Self { _head: head, ring }
    }

    pub(crate) fn push(&self, level: u8, bytes: &[u8]) -> logring_status_t {
        c!(logring_push(
            self.ring,
            level,
            bytes.as_ptr().cast(),
            bytes.len()
        ))
    }

    pub(crate) fn pop(&self) -> Option<Record> {
        Record::popped(self.ring)
    }
}

/// One makes the ring, another comes by; each has its own policy, and both see the
/// records of both.
#[test]
fn two_processes_share_a_ring_and_nothing_else() {
    let shared = Memory::for_cells(CELLS);
    let one = Process::new(&shared, &config(), false);
    let strict = logring_config_t {
        min_level: LOGRING_WARN,
        ..with_policy(LOGRING_DROP_OLDEST)
    };
    let two = Process::new(&shared, &strict, true);
    assert_eq!(one.push(LOGRING_TRACE, b"of one"), LOGRING_OK);
    assert_eq!(two.push(LOGRING_INFO, b"filtered"), LOGRING_FILTERED);
    assert_eq!(two.push(LOGRING_ERROR, b"of two"), LOGRING_OK);
    let bytes = |popped: Option<Record>| popped.expect("a record").bytes;
    assert_eq!(bytes(two.pop()), b"of one");
    assert_eq!(bytes(one.pop()), b"of two");
    assert!(one.pop().is_none());
    for _ in 0..CELLS {
        assert_eq!(one.push(9, b"x"), LOGRING_OK);
    }
    assert_eq!(one.push(9, b"x"), LOGRING_DROPPED_FULL);
    assert_eq!(two.push(LOGRING_WARN, b"evicts"), LOGRING_OK);
    c!(logring_set_min_level(one.ring, LOGRING_FATAL));
    assert_eq!(one.push(LOGRING_WARN, b"x"), LOGRING_FILTERED);
    assert_eq!(two.push(LOGRING_WARN, b"x"), LOGRING_OK);
    shared.assert_guards();
}

unsafe extern "C" fn called(_: *mut c_void) -> u64 {
    panic!("what another process wrote decided where code goes")
}

/// Another process writes whatever it likes over all of the shared memory: heads with
/// a clock, another policy, the highest minimum level, marks and limits, and noise. The
/// configuration of this one stays as it was.
#[test]
fn what_another_process_writes_configures_nothing() {
    let forged_config = logring_config_t {
        max_record: 1,
        retry_limit: 1,
        mark_pct: [1; 6],
        truncate: 0,
        min_level: 24,
        clock: Some(called),
        ..with_policy(LOGRING_DROP_OLDEST)
    };
    // A head as the library makes it.
    let forged = Memory::for_cells(CELLS);
    let mut other = null_mut();
    let (at, len) = (forged.block(), forged.len());
    assert_eq!(
        c!(logring_init_in(at, len, &forged_config, &mut other)),
        LOGRING_OK
    );
    let forged: Vec<u8> = forged.bytes()[..HEAD].to_vec();
    for noise in [None, Some(0xFF), Some(0xA5), Some(1)] {
        let mut shared = Memory::for_cells(CELLS);
        let process = Process::new(&shared, &config(), false);
        assert_eq!(process.push(9, b"before"), LOGRING_OK);
        for at in 0..shared.len() {
            let byte = noise.unwrap_or(forged[at % HEAD]);
            shared.set_byte(at, byte);
        }
        // The ring may be spoilt: nothing of it is let out, and no call fails.
        for round in 0..100 {
            let said = process.push(LOGRING_TRACE, &[round; 300]);
            assert!(said >= 0 && said != LOGRING_FILTERED && said != LOGRING_DROPPED_LEVEL);
            let mut grant = crate::support::NO_GRANT;
            let said = c!(logring_reserve(
                process.ring,
                LOGRING_TRACE,
                0,
                200,
                &mut grant
            ));
            assert!(said >= 0 && said != LOGRING_FILTERED && said != LOGRING_DROPPED_LEVEL);
            c!(logring_discard(&mut grant));
            while process.pop().is_some() {}
        }
        // Made whole, it is the ring that was configured here.
        let recovered = c!(logring_recover(process.ring, null_mut()));
        assert_eq!(recovered, LOGRING_OK);
        while process.pop().is_some() {}
        for level in [LOGRING_TRACE, LOGRING_FATAL] {
            assert_eq!(process.push(level, &[level; 300]), LOGRING_OK);
            let record = process.pop().expect("just pushed");
            assert_eq!((record.bytes.len(), record.timestamp), (300, 0));
        }
        for _ in 0..CELLS {
            assert_eq!(process.push(LOGRING_TRACE, b"x"), LOGRING_OK);
        }
        assert_eq!(process.push(LOGRING_FATAL, b"x"), LOGRING_DROPPED_FULL);
        shared.assert_guards();
    }
}

/// What is not a ring of this layout and size is not attached to, and nothing of it or
/// of the outputs is written.
#[test]
fn what_is_no_ring_is_not_attached_to() {
    let attach = |head: (*mut c_void, usize), mem: (*mut c_void, usize), cfg: *const _| {
        let mut ring = null_mut();
        let said = c!(logring_attach(head.0, head.1, mem.0, mem.1, cfg, &mut ring));
        assert_eq!(ring.is_null(), said < 0);
        said
    };
    let (head, cfg) = (Memory::new(HEAD), config());
    let at = (head.block(), HEAD);
    let mut shared = Memory::for_cells(CELLS);
    let mem = (shared.block(), shared.len());
    assert_eq!(attach(at, mem, &cfg), LOGRING_E_INVAL);
    let _made = Process::new(&shared, &cfg, false);
    assert_eq!(attach(at, mem, &cfg), LOGRING_OK);
    // Longer memory, as of whole pages, is fine as long as no larger ring would fit.
    let larger = Memory::new(shared.len() + CELLS * CELL / 2);
    // SAFETY: hazard: bytes that are not there. Both are at least as long.
    unsafe {
        larger
            .block()
            .copy_from_nonoverlapping(shared.block(), shared.len())
    };
    assert_eq!(attach(at, (larger.block(), larger.len()), &cfg), LOGRING_OK);

    for (wrong, said) in [
        ((null_mut(), HEAD), LOGRING_E_NULL),
        ((head.word(1), HEAD), LOGRING_E_ALIGN),
        ((head.block(), HEAD - 1), LOGRING_E_NOSPACE),
    ] {
        assert_eq!(attach(wrong, mem, &cfg), said);
    }
    for (wrong, said) in [
        ((null_mut(), mem.1), LOGRING_E_NULL),
        (
            (mem.0.wrapping_byte_add(WORD), mem.1 - WORD),
            LOGRING_E_ALIGN,
        ),
        ((mem.0, HEAD - 1), LOGRING_E_NOSPACE),
        ((mem.0, HEAD + 3 * CELL), LOGRING_E_NOSPACE),
        ((mem.0, usize::MAX), LOGRING_E_INVAL),
        // A smaller ring would fit.
        ((mem.0, mem.1 - 1), LOGRING_E_INVAL),
    ] {
        assert_eq!(attach(at, wrong, &cfg), said);
    }
    assert_eq!(attach(at, mem, null()), LOGRING_E_NULL);
    // Magic, layout, width, cells: each byte of them counts.
    for byte in 0..16 {
        let was = shared.byte(byte);
        shared.set_byte(byte, was ^ 0x40);
        let said = attach(at, mem, &cfg);
        assert!(
            said == LOGRING_E_INVAL || said == LOGRING_E_ABI,
            "byte {byte}: {said}"
        );
        assert_eq!(said == LOGRING_E_ABI, (4..12).contains(&byte));
        shared.set_byte(byte, was);
    }
    // Of another byte order.
    for (at, byte) in (0..4).zip(u32::from_ne_bytes(*b"lgrS").swap_bytes().to_ne_bytes()) {
        shared.set_byte(at, byte);
    }
    assert_eq!(attach(at, mem, &cfg), LOGRING_E_ABI);
}

/// The head is private, and still a stray write to it leads nowhere.
#[test]
fn a_damaged_head_leads_to_no_other_ring() {
    let shared = Memory::for_cells(CELLS);
    for byte in 0..HEAD {
        for flip in [1, 0x80, 0xFF] {
            let mut head = Memory::new(HEAD);
            let mut ring = null_mut();
            let (at, mem, len) = (head.block(), shared.block(), shared.len());
            let config = config();
            assert_eq!(
                c!(logring_init_shared(at, HEAD, mem, len, &config, &mut ring)),
                LOGRING_OK
            );
            let was = head.byte(byte);
            head.set_byte(byte, was ^ flip);
            let said = c!(logring_push(ring, 9, b"x".as_ptr().cast(), 1));
            assert!(said >= LOGRING_E_INVAL, "{said}");
            head.set_byte(byte, was);
            shared.assert_guards();
        }
    }
}

/// A grant in a shared ring: whatever is written to its cells meanwhile, it ends once.
#[test]
fn a_grant_in_a_shared_ring_ends_once() {
    let mut shared = Memory::for_cells(CELLS);
    let process = Process::new(&shared, &config(), false);
    for spoil in [false, true] {
        let mut grant = crate::support::NO_GRANT;
        assert_eq!(
            c!(logring_reserve(process.ring, 9, 3, 40, &mut grant)),
            LOGRING_OK
        );
        assert_eq!(
            c!(logring_grant_write(&mut grant, b"four".as_ptr().cast(), 4)),
            LOGRING_OK
        );
        if spoil {
            for at in HEAD..shared.len() {
                shared.set_byte(at, 0xEE);
            }
        }
        let said = c!(logring_commit(&mut grant));
        assert_eq!(said, if spoil { LOGRING_E_INVAL } else { LOGRING_OK });
        assert_eq!(c!(logring_commit(&mut grant)), LOGRING_E_INVAL);
        if !spoil {
            assert_eq!(process.pop().expect("committed").bytes, b"four");
        }
    }
    shared.assert_guards();
}
