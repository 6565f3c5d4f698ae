//! Pointers of C, checked and made into references: the one room that does.
//!
//! NULL and misalignment are answered. That an aligned pointer leads to memory
//! of the size that the call says, and that nobody else uses that memory during
//! the call, is the caller's promise, as for any C function; a handle that
//! leads to memory that is no ring is found out by the block's head.

use core::ffi::c_void;
use core::mem::{MaybeUninit, align_of};

use logring::{Clock, Ring};

use crate::abi::logring_t;
use crate::block::{ALIGN, HEAD_BYTES, Handle, Head, Label, Labelled};
use crate::produce::logring_iov_t;
use crate::status::{
    LOGRING_E_ABI, LOGRING_E_ALIGN, LOGRING_E_INVAL, LOGRING_E_NOSPACE, LOGRING_E_NULL,
    logring_status_t,
};

type Checked<T> = Result<T, logring_status_t>;

/// A block that was found to be one.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) head: &'a Head,
    pub(crate) ring: &'a Ring,
}

/// The block of a handle.
///
/// # Safety
/// The handle is one that this library gave, and its block still exists; or it
/// is NULL, or leads to readable memory.
#[inline(always)]
pub(crate) unsafe fn block<'a>(ring: *const logring_t) -> Checked<Block<'a>> {
    let handle = Handle::of(ring.addr());
    let start = ring.cast::<u8>().wrapping_sub(handle.bits()).cast_mut();
    let cells_log2 = handle.cells_log2();
    if start.is_null() || !Ring::CELLS_LOG2.contains(&cells_log2) {
        return Err(no_handle(ring));
    }
    // SAFETY: hazard: a pointer that is dangling or misaligned. `start` is a
    // multiple of the head's alignment, not NULL, and the caller vouches for
    // the memory; any contents are valid words.
    let head = unsafe { &*start.cast::<Head>() };
    let Some(ring) = head.ring_of(start, handle) else {
        return Err(LOGRING_E_INVAL);
    };
    // SAFETY: hazard: memory that is no ring of that many cells, or a number
    // of cells that is none. The number was checked; the head is that of this
    // handle, whose bits, not the block, say how many cells there are, and it
    // was made only together with a ring at that place, as aligned as the head.
    let ring = unsafe { Ring::attach_unchecked(ring, cells_log2) };
    Ok(Block { head, ring })
}

/// What a pointer is that cannot be a handle. A handle has no alignment of its
/// own: what lies beside one is no ring.
#[cold]
fn no_handle(ring: *const logring_t) -> logring_status_t {
    if ring.is_null() {
        LOGRING_E_NULL
    } else {
        LOGRING_E_INVAL
    }
}

/// A place for something of at least [`HEAD_BYTES`] bytes, aligned as a block is; and
/// how many bytes lie behind it.
fn place_of_line(at: *mut c_void, len: usize) -> Checked<(*mut u8, usize)> {
    if at.is_null() {
        return Err(LOGRING_E_NULL);
    }
    if at.addr() % ALIGN != 0 {
        return Err(LOGRING_E_ALIGN);
    }
    let rest = len.checked_sub(HEAD_BYTES).ok_or(LOGRING_E_NOSPACE)?;
    if len > isize::MAX as usize {
        return Err(LOGRING_E_INVAL);
    }
    Ok((at.cast(), rest))
}

/// Makes the largest ring that fits `len` bytes.
///
/// # Safety
/// There are as many bytes, and nobody uses them while this runs.
unsafe fn make_ring<'a>(start: *mut u8, len: usize) -> Checked<&'a Ring> {
    // SAFETY: hazard: memory that does not exist or is used by somebody else.
    // The caller vouches for it; its length is checked, and `MaybeUninit`
    // bytes need neither alignment nor contents.
    let block = unsafe { core::slice::from_raw_parts_mut(start.cast::<MaybeUninit<u8>>(), len) };
    Ring::in_memory(block).map_err(|_| LOGRING_E_NOSPACE)
}

/// An empty head or label at `start`.
///
/// # Safety
/// There are [`HEAD_BYTES`] bytes, aligned as a block is, and nobody uses them while
/// this runs. `T` is [`Head`] or [`Label`].
unsafe fn make_line<'a, T>(start: *mut u8) -> &'a T {
    // SAFETY: hazard: bytes that do not exist or are used. The caller vouches for them.
    unsafe { start.write_bytes(0, HEAD_BYTES) };
    // SAFETY: hazard: a dangling or misaligned reference, or bytes that are no words.
    // The caller vouches for the place, and all-zero bytes are a head and a label.
    unsafe { &*start.cast::<T>() }
}

/// Makes the largest ring that fits `mem` behind its head, which is yet to be set.
///
/// # Safety
/// As in `block`, and nobody uses the memory while this runs.
pub(crate) unsafe fn make_block<'a>(mem: *mut c_void, mem_len: usize) -> Checked<Block<'a>> {
    let (start, ring_len) = place_of_line(mem, mem_len)?;
    // SAFETY: hazard: memory that does not exist. The caller vouches for it.
    let ring = unsafe { make_ring(start.wrapping_add(HEAD_BYTES), ring_len) }?;
    // SAFETY: hazard: those of `make_line`; the place was checked.
    let head = unsafe { make_line(start) };
    Ok(Block { head, ring })
}

/// Makes a head in `head`, yet to be set, and the ring in `mem`: a new one behind its
/// label, or the one that lies there already.
///
/// # Safety
/// As in `block`. Nobody else uses `head` while this runs, nor `mem` if a ring is made.
pub(crate) unsafe fn make_shared<'a>(
    head: (*mut c_void, usize),
    mem: (*mut c_void, usize),
    attach: bool,
) -> Checked<Block<'a>> {
    let (head, _) = place_of_line(head.0, head.1)?;
    let (label, ring_len) = place_of_line(mem.0, mem.1)?;
    let start = label.wrapping_add(HEAD_BYTES);
    let ring = if attach {
        // SAFETY: hazard: those of `attach_ring`, for which the caller vouches.
        unsafe { attach_ring(label, start, ring_len) }?
    } else {
        // SAFETY: hazard: memory that does not exist. The caller vouches for it.
        let ring = unsafe { make_ring(start, ring_len) }?;
        // SAFETY: hazard: those of `make_line`; the place was checked.
        let label = unsafe { make_line::<Label>(label) };
        label.set(cells_log2(ring));
        ring
    };
    // SAFETY: hazard: those of `make_line`; the place was checked.
    let head = unsafe { make_line(head) };
    Ok(Block { head, ring })
}

/// The ring that lies in `ring_len` bytes, if the label says so. How large it is
/// follows from the length.
///
/// # Safety
/// The memory exists for as long as the ring is used, and who writes it does so
/// through rings in it, or is somebody else's process.
unsafe fn attach_ring<'a>(label: *mut u8, start: *mut u8, ring_len: usize) -> Checked<&'a Ring> {
    let largest = Ring::largest_in(ring_len).ok_or(LOGRING_E_NOSPACE)?;
    // SAFETY: hazard: a dangling or misaligned reference. The place was checked; the
    // words are atomics, so others may write them.
    let label = unsafe { &*label.cast::<Label>() };
    match label.check(largest) {
        Labelled::Ring => {}
        Labelled::Foreign => return Err(LOGRING_E_ABI),
        Labelled::NoRing => return Err(LOGRING_E_INVAL),
    }
    // SAFETY: hazard: memory that is no ring of that many cells. So many fit the
    // length, the place is aligned as the label is, and any contents are words.
    Ok(unsafe { Ring::attach_unchecked(start, largest) })
}

/// The log2 of a ring's number of cells.
pub(crate) fn cells_log2(ring: &Ring) -> u32 {
    (ring.capacity_bytes() / Ring::CELL_BYTES).ilog2()
}

/// The handle to a block that begins at `mem`.
pub(crate) fn handle(mem: *mut c_void, handle: Handle) -> *mut logring_t {
    mem.cast::<u8>().wrapping_add(handle.bits()).cast()
}

/// The bytes that the caller wants read; NULL is fine if there are none.
///
/// # Safety
/// `len` bytes at `data` are readable, unless `data` is NULL.
#[inline(always)]
pub(crate) unsafe fn bytes<'a>(data: *const c_void, len: usize) -> Checked<&'a [u8]> {
    if data.is_null() || len > isize::MAX as usize {
        return match len {
            0 => Ok(&[]),
            _ if data.is_null() => Err(LOGRING_E_NULL),
            _ => Err(LOGRING_E_INVAL),
        };
    }
    // SAFETY: hazard: bytes that do not exist. Not NULL, of a length that a
    // slice can have; the caller vouches for the rest.
    Ok(unsafe { core::slice::from_raw_parts(data.cast(), len) })
}

/// The buffer that the caller wants filled; NULL is fine if it is empty.
///
/// # Safety
/// `len` bytes at `buf` are writable, unless `buf` is NULL.
pub(crate) unsafe fn buffer<'a>(buf: *mut c_void, len: usize) -> Checked<&'a mut [u8]> {
    if buf.is_null() {
        return if len == 0 {
            Ok(&mut [])
        } else {
            Err(LOGRING_E_NULL)
        };
    }
    if len > isize::MAX as usize {
        return Err(LOGRING_E_INVAL);
    }
    // SAFETY: hazard: bytes that do not exist or are used by somebody else.
    // Not NULL, of a length that a slice can have; the caller vouches for the
    // rest. The bytes may be ones that C never set; nothing here reads a byte
    // of the buffer that it has not written.
    Ok(unsafe { core::slice::from_raw_parts_mut(buf.cast(), len) })
}

/// A structure or an array of `count` that the caller wants read.
///
/// # Safety
/// `at` leads to `count` values of type `T`, unless it is NULL or misaligned.
pub(crate) unsafe fn array<'a, T>(at: *const T, count: usize) -> Checked<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    let at = place(at.cast_mut())?;
    if count > isize::MAX as usize / size_of::<T>() {
        return Err(LOGRING_E_INVAL);
    }
    // SAFETY: hazard: values that do not exist. Not NULL, aligned, of a length
    // that a slice can have; the caller vouches for the rest.
    Ok(unsafe { core::slice::from_raw_parts(at, count) })
}

/// A place for one value, which is neither NULL nor misaligned.
#[inline(always)]
pub(crate) fn place<T>(at: *mut T) -> Checked<*mut T> {
    if at.is_null() {
        Err(LOGRING_E_NULL)
    } else if at.addr() % align_of::<T>() != 0 {
        Err(LOGRING_E_ALIGN)
    } else {
        Ok(at)
    }
}

/// The parts of a record, each checked, as slices.
///
/// # Safety
/// As in `array` and, for each part, in `bytes`.
pub(crate) unsafe fn parts<'a>(
    iov: *const logring_iov_t,
    count: usize,
) -> Checked<impl Iterator<Item = Checked<&'a [u8]>> + Clone> {
    // SAFETY: hazard: those of `array`, for which the caller vouches.
    let iov = unsafe { array(iov, count) }?;
    Ok(iov.iter().map(|part| {
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        unsafe { bytes(part.base, part.len) }
    }))
}

/// A head is the clock that it names. It says 0 if the head is damaged there.
impl Clock for Head {
    fn now(&self) -> u64 {
        let Some((clock, ctx)) = self.clock() else {
            return 0;
        };
        // SAFETY: hazard: a number that is no function. The head holds what
        // `Head::set` stored there, a function of this type: the seal says
        // so, unless somebody forged it, who could as well have called
        // anything himself.
        let clock: unsafe extern "C" fn(*mut c_void) -> u64 =
            unsafe { core::mem::transmute(clock) };
        // SAFETY: hazard: a function that may not be called here. Whoever
        // configured it promised that it may, from any producer's context.
        unsafe { clock(ctx) }
    }
}

/// The size that a structure says of itself, if the library knows that one.
///
/// # Safety
/// At least the four bytes that say it are readable at `at`, unless it is NULL
/// or misaligned.
pub(crate) unsafe fn known_size<T>(at: *const T) -> Checked<u32> {
    let at = place(at.cast_mut())?;
    // SAFETY: hazard: those of `get`, for four bytes. The caller vouches for
    // them, and `T` begins with a `u32`.
    let size = unsafe { get(at.cast::<u32>()) };
    // There is one version of each structure so far.
    if size as usize == size_of::<T>() {
        Ok(size)
    } else {
        Err(LOGRING_E_ABI)
    }
}

/// The value at `at`, a structure that says its own size first.
///
/// # Safety
/// As many bytes as the structure says, and at least the four that say it, are
/// readable at `at`, unless it is NULL or misaligned.
pub(crate) unsafe fn sized<T: Copy>(at: *const T) -> Checked<T> {
    // SAFETY: hazard: those of `known_size`, for which the caller vouches.
    unsafe { known_size(at) }?;
    // SAFETY: hazard: bytes that do not exist. The structure says that it has
    // all of them, and the caller vouches for that.
    Ok(unsafe { at.read() })
}

/// Reads an input.
///
/// # Safety
/// `at` came from `place`, and the caller vouches for the memory.
#[inline(always)]
pub(crate) unsafe fn get<T: Copy>(at: *const T) -> T {
    // SAFETY: hazard: memory that does not exist or is misaligned. `place`
    // checked the one, the caller vouches for the other.
    unsafe { at.read() }
}

/// Writes an output.
///
/// # Safety
/// `at` came from `place`, and the caller vouches for the memory.
#[inline(always)]
pub(crate) unsafe fn put<T>(at: *mut T, value: T) {
    // SAFETY: hazard: memory that does not exist or is misaligned. `place`
    // checked the one, the caller vouches for the other.
    unsafe { at.write(value) }
}

/// Writes the first `bytes` bytes of a value.
///
/// # Safety
/// `bytes` is at most the size of `T`; the caller vouches for the memory.
pub(crate) unsafe fn put_bytes<T: Copy>(at: *mut T, value: &T, bytes: usize) {
    let from = core::ptr::from_ref(value).cast::<u8>();
    // SAFETY: hazard: bytes that do not exist, or the same. `value` is the
    // library's own, and at least that large; the caller vouches for `at`.
    unsafe { core::ptr::copy_nonoverlapping(from, at.cast(), bytes) };
}
