//! Places for a call to write to, which notice a write beyond them.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::slice;

const GUARD: u8 = 0xA5;
const LINE: usize = 128;

/// A block: aligned, with a guard before it, and behind it either a guard or
/// the end of the allocation, where a sanitizer watches.
pub(crate) struct Memory {
    base: *mut u8,
    layout: Layout,
    len: usize,
}

impl Memory {
    pub(crate) fn new(len: usize, guarded: bool) -> Self {
        let behind = if guarded { LINE } else { 0 };
        let layout = Layout::from_size_align(LINE + len + behind, LINE).expect("a small block");
        // SAFETY: hazard: a layout of no bytes. It has a line at least.
        let base = unsafe { alloc(layout) };
        if base.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: hazard: bytes that are not there. They were just allocated.
        unsafe { base.write_bytes(GUARD, layout.size()) };
        Self { base, layout, len }
    }

    pub(crate) fn start(&self) -> *mut u8 {
        self.base.wrapping_add(LINE)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Writes to the block as somebody does who is not the library.
    pub(crate) fn set(&self, at: usize, value: u8) {
        assert!(at < self.len);
        // SAFETY: hazard: a byte outside the block. The index was checked.
        unsafe { self.start().wrapping_add(at).write(value) };
    }

    pub(crate) fn get(&self, at: usize) -> u8 {
        assert!(at < self.len);
        // SAFETY: hazard: a byte outside the block. The index was checked, and
        // all bytes were written when the block was made.
        unsafe { self.start().wrapping_add(at).read() }
    }

    /// Fails if a byte outside the block was written.
    pub(crate) fn assert_guards(&self) {
        // SAFETY: hazard: bytes that are not there, or change meanwhile. They
        // are the allocation's, and nobody is at work.
        let all = unsafe { slice::from_raw_parts(self.base, self.layout.size()) };
        let (before, behind) = (&all[..LINE], &all[LINE + self.len..]);
        assert!(before.iter().chain(behind).all(|byte| *byte == GUARD));
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: hazard: memory of another layout, or in use. It was allocated
        // with this one, and the world that used it is at its end.
        unsafe { dealloc(self.base, self.layout) };
    }
}

/// A buffer for a call to fill, guarded on both sides.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

const SIDE: usize = 16;

impl Buffer {
    pub(crate) fn new(len: usize) -> Self {
        Self {
            bytes: vec![GUARD; SIDE + len + SIDE],
            len,
        }
    }

    pub(crate) fn at(&mut self) -> *mut c_void {
        self.bytes[SIDE..].as_mut_ptr().cast()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The buffer's bytes, once the guards were found whole.
    pub(crate) fn filled(&self) -> &[u8] {
        let (inside, behind) = self.bytes[SIDE..].split_at(self.len);
        let before = &self.bytes[..SIDE];
        assert!(before.iter().chain(behind).all(|byte| *byte == GUARD));
        inside
    }
}

/// A place for one value, guarded on both sides.
#[repr(C)]
pub(crate) struct Out<T> {
    before: [u64; 2],
    value: MaybeUninit<T>,
    behind: [u64; 2],
}

const WORDS: [u64; 2] = [u64::from_ne_bytes([GUARD; 8]); 2];

impl<T: Copy> Out<T> {
    /// On the heap, for a move would not take the padding along.
    pub(crate) fn new() -> Box<Self> {
        let mut out = Box::new(Self {
            before: WORDS,
            value: MaybeUninit::uninit(),
            behind: WORDS,
        });
        // SAFETY: hazard: bytes outside the value. It is one value.
        unsafe { out.value.as_mut_ptr().write_bytes(GUARD, 1) };
        out
    }

    /// The same, with a value in it.
    pub(crate) fn with(value: T) -> Box<Self> {
        let mut out = Self::new();
        out.value.write(value);
        out
    }

    pub(crate) fn at(&mut self) -> *mut T {
        self.value.as_mut_ptr()
    }

    fn assert_guards(&self) {
        assert_eq!((self.before, self.behind), (WORDS, WORDS));
    }

    /// What a call wrote, of which the caller knows that it did.
    pub(crate) fn written(&self) -> T {
        self.assert_guards();
        // SAFETY: hazard: bytes that are no `T`. A call that says that it was
        // successful wrote one, and `with` did.
        unsafe { self.value.assume_init() }
    }

    /// Fails if a call wrote anything since `new`.
    pub(crate) fn assert_untouched(&self) {
        self.assert_guards();
        let at = self.value.as_ptr().cast::<u8>();
        // SAFETY: hazard: bytes that were never written. `new` wrote each, and
        // if a call wrote a value over them, its padding is not looked at
        // before a byte that differs.
        let bytes = unsafe { slice::from_raw_parts(at, size_of::<T>()) };
        assert!(bytes.iter().all(|byte| *byte == GUARD));
    }
}
