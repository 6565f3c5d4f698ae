//! What other users of a shared ring do to it by calls of their own.

use std::ptr;

use logring_ffi::abi::*;
use logring_ffi::lifecycle::*;
use logring_ffi::produce::logring_push;
use logring_ffi::status::*;

use super::Form;
use super::c;
use super::calls::ALIGN;
use super::damage::Victim;
use super::input::Input;
use super::memory::{Memory, Out};
use super::offers::is_as_configured;

/// Where a label says how many cells the ring has, as a power of two.
const LABEL_CELLS: usize = 12 + (cfg!(target_endian = "big") as usize) * 3;

impl Victim {
    /// Another user of the same ring, as in another process.
    pub(super) fn another(&self, input: &mut Input<'_>) -> Self {
        let head = Memory::new(ALIGN, true);
        let (at, mem) = (head.start().cast(), self.memory.start().cast());
        let (cfg, ring) = loop {
            let cfg = input.config();
            let mut ring = ptr::null_mut();
            let len = self.memory.len();
            if c!(logring_attach(at, head.len(), mem, len, &cfg, &mut ring)) == LOGRING_OK {
                break (cfg, ring);
            }
        };
        Self {
            memory: self.memory.clone(),
            head: Some(head),
            cfg,
            ring,
            cells: self.cells,
            hit: self.hit,
            paired: self.paired,
        }
    }

    /// Somebody else makes the shared memory a ring anew, of either form and
    /// any size: with all its seals, and a configuration that is not ours.
    pub(super) fn remake(&self, input: &mut Input<'_>) {
        let (kind, cfg, mut ring) = (input.byte(), input.config(), ptr::null_mut());
        let form = [Form::Block, Form::Shared][usize::from(kind) % 2];
        let len = self.memory.len() / (1 + usize::from(kind / 2 % 4));
        let start = self.memory.start();
        form.make(form.head().as_ref(), start, len, &cfg, &mut ring);
    }

    /// Another user comes by, at times by a label that says another number of cells:
    /// the ring has as many as its memory has room for, or there is none.
    pub(super) fn attach(&self, input: &mut Input<'_>, kind: u8) {
        let (head, mut out) = (Memory::new(ALIGN, true), Out::<*mut logring_t>::new());
        let (cfg, said_cells) = (input.config(), self.memory.get(LABEL_CELLS));
        if kind & 8 != 0 {
            self.memory.set(LABEL_CELLS, kind >> 4);
        }
        let (at, mem) = (head.start().cast(), self.memory.start().cast());
        let len = self.memory.len();
        let said = c!(logring_attach(at, ALIGN, mem, len, &cfg, out.at()));
        self.memory.set(LABEL_CELLS, said_cells);
        if said == LOGRING_OK {
            let (ring, bytes) = (out.written(), [1; 8]);
            self.check_stats(ring);
            let said = c!(logring_push(ring, 1, bytes.as_ptr().cast(), 8));
            assert!(is_as_configured(&cfg, self.cells, said, 1, 8), "{said}");
        } else {
            assert!([LOGRING_E_INVAL, LOGRING_E_ABI].contains(&said), "{said}");
            out.assert_untouched();
        }
        head.assert_guards();
    }

    /// Makes the ring whole.
    pub(super) fn recover(&self) {
        let mut out = Out::<logring_recovered_t>::new();
        assert_eq!(c!(logring_recover(self.ring, out.at())), LOGRING_OK);
        let found = out.written();
        assert!(found.survived <= 1 && found.unfinished <= found.unfinished_cells);
        assert!(found.records + found.unfinished_cells <= self.cells as u64);
    }
}
