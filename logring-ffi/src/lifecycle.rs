//! Making a ring.

use core::ffi::c_void;

use logring::Ring;

use crate::abi::{logring_level_t, logring_policy_t, logring_t};
use crate::block::{HEAD_BYTES, Handle};
use crate::ptr::{self, place, put};
use crate::status::{LOGRING_OK, answer, logring_status_t};

/// Where timestamps come from: any number, in any unit. It is called in the
/// producer's context, so it must not wait; and it must return: neither
/// longjmp nor an exception may leave it. NULL is no clock.
pub type logring_clock_fn = Option<unsafe extern "C" fn(ctx: *mut c_void) -> u64>;

/// How one writes to a ring. Fill it with logring_config_default first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_config_t {
    /// sizeof(logring_config_t), set by logring_config_default.
    pub struct_size: u32,
    /// What gives way in a full ring.
    pub policy: logring_policy_t,
    /// The largest record in bytes; 0, or more than the capacity allows, is
    /// what the capacity allows: a quarter of it, less some words, and below
    /// 16 MiB (112 KiB on 32-bit targets).
    pub max_record: u32,
    /// Attempts before LOGRING_DROPPED_CONTENDED; 0 is the default, at most 256.
    pub retry_limit: u32,
    /// Trace to fatal: a record is refused that would lift the fill above this
    /// percentage, 1 to 100; 0 is 100. Such a level never evicts.
    pub mark_pct: [u8; 6],
    /// Nonzero (the default): larger records are cut; 0: LOGRING_E_TOOBIG.
    pub truncate: u8,
    /// The mildest level that is written; 0 is everything.
    pub min_level: logring_level_t,
    /// Where timestamps come from; NULL (the default): records have none.
    pub clock: logring_clock_fn,
    /// What the clock is called with.
    pub clock_ctx: *mut c_void,
}

/// Fills a configuration with the default: drop the newest, no marks, records
/// as large as the capacity allows and larger ones cut, everything written, no
/// clock. Writes at most struct_size bytes, and nothing if that is below 4 or
/// the pointer is NULL or misaligned.
///
/// Context: any; a constant number of steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_config_default(cfg: *mut logring_config_t, struct_size: u32) {
    let Ok(cfg) = place(cfg) else { return };
    if struct_size < 4 {
        return;
    }
    let mut default = logring_config_t::DEFAULT;
    default.struct_size = struct_size;
    let bytes = size_of::<logring_config_t>().min(struct_size as usize);
    // SAFETY: hazard: bytes that do not exist. The caller says that there are
    // `struct_size`, and no more are written.
    unsafe { ptr::put_bytes(cfg, &default, bytes) };
}

/// Makes the largest ring that fits a block of memory of this process, which must
/// live as long as the ring, at a multiple of LOGRING_MEM_ALIGN. All of the block is
/// the library's from then on. LOGRING_STATIC_DEFINE makes such a block.
///
/// The block holds the configuration, too, and the address of the clock. Whoever can
/// write to it decides what is logged, how, and which code a push calls. So it is not
/// for memory that another process can write, as a shared mapping is, also if that
/// process is a child: use logring_init_shared there.
///
/// LOGRING_E_ALIGN, LOGRING_E_NOSPACE if no ring fits, LOGRING_E_ABI for
/// struct_size, LOGRING_E_INVAL for a value that is out of range.
///
/// Context: any; it zeroes the block, so its steps are its bytes.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn logring_init_in(
    mem: *mut c_void,
    mem_len: usize,
    cfg: *const logring_config_t,
    out: *mut *mut logring_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `make`, for which the caller vouches.
        unsafe { make(mem, mem_len, cfg, out, false) }
    })
}

/// Makes a ring in memory that other processes can write: a shared mapping, of
/// memory or of a file. It is the largest that fits mem, at a multiple of
/// LOGRING_MEM_ALIGN; LOGRING_MEM_SIZE(capacity) bytes are enough. mem holds the ring
/// and nothing else. What the configuration says, the clock, and the minimum level lie
/// in head: memory of this process alone, LOGRING_HEAD_SIZE bytes at a multiple of
/// LOGRING_MEM_ALIGN. Both must live as long as the ring is used.
///
/// So nothing that another process writes decides where code goes, whether a record
/// is let in, or by which policy. What it can do is to spoil the ring: records may be
/// lost or garbled, counts be wrong, and the ring look full or empty. No call waits or
/// leaves the memory for that.
///
/// Others come by logring_attach. A forked child may use the handle as it is: head is
/// then its own copy, and mem is shared.
///
/// The answers are those of logring_init_in, for both places.
///
/// Context: any; it zeroes mem, so its steps are its bytes.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn logring_init_shared(
    head: *mut c_void,
    head_len: usize,
    mem: *mut c_void,
    mem_len: usize,
    cfg: *const logring_config_t,
    out: *mut *mut logring_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `share`, for which the caller vouches.
        unsafe { share((head, head_len), (mem, mem_len), cfg, out, false) }
    })
}

/// Uses a ring that logring_init_shared made, perhaps in another process, which may
/// use it meanwhile. mem is the same memory, mapped wherever it may be, with the same
/// length (one that has room for no larger ring will do). head is private memory, as
/// for logring_init_shared, and the configuration is this caller's own: policies and
/// limits of others are not touched.
///
/// LOGRING_E_ABI if the ring is of another layout: of another version of the library,
/// word width or byte order. LOGRING_E_INVAL if there is no ring, or one of another
/// size. Else the answers are those of logring_init_shared.
///
/// Context: any; a constant number of steps.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn logring_attach(
    head: *mut c_void,
    head_len: usize,
    mem: *mut c_void,
    mem_len: usize,
    cfg: *const logring_config_t,
    out: *mut *mut logring_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `share`, for which the caller vouches.
        unsafe { share((head, head_len), (mem, mem_len), cfg, out, true) }
    })
}

/// Bytes of memory that a ring of this capacity takes: what
/// LOGRING_MEM_SIZE(capacity_bytes) is. 0 if there is no such ring: a capacity
/// is a power of two of at least 4 cells (128 bytes each on 64-bit targets,
/// 32 on 32-bit ones).
///
/// Context: any; a constant number of steps.
#[unsafe(no_mangle)]
pub extern "C" fn logring_required_size(capacity_bytes: usize) -> usize {
    Ring::memory_bytes(capacity_bytes).map_or(0, |bytes| HEAD_BYTES + bytes)
}

/// Makes a ring on the heap. LOGRING_E_INVAL if there is no ring of this
/// capacity, LOGRING_E_NOMEM; else as logring_init_in. Not in liblogring_core.a and
/// the archive for bare metal, which need no heap.
///
/// Context: a thread; it allocates.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn logring_new(
    capacity_bytes: usize,
    cfg: *const logring_config_t,
    out: *mut *mut logring_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `allocate`, for which the caller vouches.
        unsafe { heap::allocate(capacity_bytes, cfg, out) }
    })
}

/// Frees a ring that logring_new made, once nobody uses it any more. Does
/// nothing for NULL and for a ring in the caller's own memory.
///
/// Context: a thread.
#[cfg(feature = "std")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_free(ring: *mut logring_t) {
    // SAFETY: hazard: those of `free`, for which the caller vouches.
    unsafe { heap::free(ring) };
}

/// What logring_recover found.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_recovered_t {
    /// 1 if there was a ring; 0 if its positions were damaged beyond repair: it is then
    /// empty, and all counters are 0.
    pub survived: u32,
    /// 0.
    pub reserved: u32,
    /// Records that were kept.
    pub records: u64,
    /// Records that were dropped since they were being written, or are damaged: at
    /// least so many.
    pub unfinished: u64,
    /// Cells that were dropped with them: at most as many records.
    pub unfinished_cells: u64,
}

/// Makes a ring whole after everybody who was inside a call to it has died: a killed
/// writer, say, whose record holds up the consumers for good. Committed records stay.
/// Each unfinished one counts as discarded, as FATAL, since nobody knows its level. A
/// grant that was open before is one no more. out may be NULL.
///
/// Context: where nobody else is inside a call to this ring, or nobody who is will ever
/// go on: not in a process that goes on with other threads. At most eight steps for
/// each cell of the ring, and 400 more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_recover(
    ring: *mut logring_t,
    out: *mut logring_recovered_t,
) -> logring_status_t {
    answer(|| {
        let out = if out.is_null() {
            None
        } else {
            Some(place(out)?)
        };
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let found = unsafe { ptr::block(ring) }?.ring.recover();
        if let Some(out) = out {
            let found = logring_recovered_t {
                survived: found.survived.into(),
                reserved: 0,
                records: found.records as u64,
                unfinished: found.unfinished as u64,
                unfinished_cells: found.unfinished_cells as u64,
            };
            // SAFETY: hazard: those of `put`; `out` is from `place`.
            unsafe { put(out, found) };
        }
        Ok(LOGRING_OK)
    })
}

/// Checks everything, and only then makes the ring.
///
/// # Safety
/// The pointers lead to what the function's signature says, or are NULL or
/// misaligned.
unsafe fn make(
    mem: *mut c_void,
    mem_len: usize,
    cfg: *const logring_config_t,
    out: *mut *mut logring_t,
    heap: bool,
) -> Result<logring_status_t, logring_status_t> {
    let out = place(out)?;
    // SAFETY: hazard: those of `sized`, for which the caller vouches.
    let settings = unsafe { ptr::sized(cfg) }?.settings()?;
    // SAFETY: hazard: those of `make_block`, for which the caller vouches.
    let block = unsafe { ptr::make_block(mem, mem_len) }?;
    let handle = Handle::new(block.ring.capacity_bytes(), heap);
    block.head.set(handle, &settings);
    // SAFETY: hazard: those of `put`; `out` is from `place`.
    unsafe { put(out, ptr::handle(mem, handle)) };
    Ok(LOGRING_OK)
}

/// The same for a ring in memory that others can write.
///
/// # Safety
/// As in `make`.
unsafe fn share(
    head: (*mut c_void, usize),
    mem: (*mut c_void, usize),
    cfg: *const logring_config_t,
    out: *mut *mut logring_t,
    attach: bool,
) -> Result<logring_status_t, logring_status_t> {
    let out = place(out)?;
    // SAFETY: hazard: those of `sized`, for which the caller vouches.
    let settings = unsafe { ptr::sized(cfg) }?.settings()?;
    // SAFETY: hazard: those of `make_shared`, for which the caller vouches.
    let block = unsafe { ptr::make_shared(head, mem, attach) }?;
    let handle = Handle::new(block.ring.capacity_bytes(), false);
    let ring = mem.0.cast::<u8>().wrapping_add(HEAD_BYTES);
    block.head.set_elsewhere(handle, ring, &settings);
    // SAFETY: hazard: those of `put`; `out` is from `place`.
    unsafe { put(out, ptr::handle(head.0, handle)) };
    Ok(LOGRING_OK)
}

#[cfg(feature = "std")]
mod heap {
    use core::alloc::Layout;
    use std::alloc;

    use super::*;
    use crate::block::ALIGN;
    use crate::status::{LOGRING_E_INVAL, LOGRING_E_NOMEM};

    /// Makes a ring in memory of the heap.
    ///
    /// # Safety
    /// As in `make`.
    pub(super) unsafe fn allocate(
        capacity_bytes: usize,
        cfg: *const logring_config_t,
        out: *mut *mut logring_t,
    ) -> Result<logring_status_t, logring_status_t> {
        // Before anything is allocated.
        place(out)?;
        // SAFETY: hazard: those of `sized`, for which the caller vouches.
        unsafe { ptr::sized(cfg) }?.settings()?;
        let layout = layout(capacity_bytes).ok_or(LOGRING_E_INVAL)?;
        // SAFETY: hazard: a layout of no bytes. A ring has some.
        let mem = unsafe { alloc::alloc(layout) };
        if mem.is_null() {
            return Err(LOGRING_E_NOMEM);
        }
        // SAFETY: hazard: those of `make`, for which the caller vouches; the
        // memory is new.
        let made = unsafe { make(mem.cast(), layout.size(), cfg, out, true) };
        if made.is_err() {
            // SAFETY: hazard: memory of another layout, or in use. It was
            // allocated above, and no handle to it was given out.
            unsafe { alloc::dealloc(mem, layout) };
        }
        made
    }

    /// Frees what `allocate` allocated.
    ///
    /// # Safety
    /// Nobody uses the ring any more.
    pub(super) unsafe fn free(ring: *mut logring_t) {
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let Ok(block) = (unsafe { ptr::block(ring) }) else {
            return;
        };
        let handle = Handle::of(ring.addr());
        let Some(layout) = layout(block.ring.capacity_bytes()) else {
            return;
        };
        if handle.is_heap() {
            block.head.end();
            let mem = ring.cast::<u8>().wrapping_sub(handle.bits());
            // SAFETY: hazard: memory of another layout, or in use. The handle
            // says that it is of the heap and, with the same arithmetic as
            // when it was made, how large; the caller vouches for the rest.
            unsafe { alloc::dealloc(mem, layout) };
        }
    }

    fn layout(capacity_bytes: usize) -> Option<Layout> {
        match logring_required_size(capacity_bytes) {
            0 => None,
            bytes => Layout::from_size_align(bytes, ALIGN).ok(),
        }
    }
}
