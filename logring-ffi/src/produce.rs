//! Producers: thread, interrupt, signal handler, forked child, panic handler.
//! No call here waits, locks, allocates or enters the kernel.

use core::ffi::{c_char, c_void};

use logring::{Grant, Level, Logger};

use crate::abi::{logring_level_t, logring_t};
use crate::block::seal;
use crate::config::min_level;
use crate::ptr::{self, Block, get, place, put};
use crate::status::{
    LOGRING_E_INVAL, LOGRING_OK, LOGRING_TRUNCATED, answer, logring_status_t, of_no_grant, of_push,
};

/// A part of a record.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_iov_t {
    /// May be NULL if len is 0.
    pub base: *const c_void,
    /// Bytes.
    pub len: usize,
}

/// Reserved room for one record. All-zero is no grant. It may be moved or
/// copied; only one copy may be used at a time.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct logring_grant_t {
    /// The library's own.
    pub opaque: [*mut c_void; 8],
}

/// Offers one record. The answer may be ignored: a record that is lost is
/// counted, and told to the consumer with a later one.
///
/// LOGRING_OK, _TRUNCATED, _FILTERED, _DROPPED_*, _E_TOOBIG; LOGRING_E_NULL
/// and _E_INVAL are misuse, and no offer.
///
/// What was written before a push is seen by the consumer that takes the record: it
/// ends with a store of release order. It orders nothing that follows. So in "push;
/// if (sleeping) wake" the load may come before the record is seen, and the wake-up
/// be lost: put atomic_thread_fence(memory_order_seq_cst) in between, and in the
/// consumer between "sleeping = 1" and the pop that decides whether to sleep.
/// examples/wakeup.c does it.
///
/// Context: thread, interrupt, signal handler, forked child, panic handler; at
/// most retry_limit (32 unless set, at most 256) + 8 attempts, each of at most
/// as many steps as the ring has cells and 20 more; 120 steps besides, and one
/// a word of the record. Nearly every push takes 20 and one a word. The
/// clock's own steps come on top.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_push(
    ring: *mut logring_t,
    level: logring_level_t,
    data: *const c_void,
    len: usize,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(data, len) }?;
        // SAFETY: hazard: those of `block`, for which the caller vouches.
        let block = unsafe { ptr::block(ring) }?;
        let level = Level::new(level).ok_or(LOGRING_E_INVAL)?;
        // Nearly every push is this one.
        if block.head.is_simple(level, bytes.len()) {
            let policy = block.head.policy();
            if let Some(pushed) = block.ring.push_at_once(policy, level, bytes) {
                return Ok(of_push(pushed));
            }
        }
        Ok(push(block, level, bytes))
    })
}

/// What a push is when it is not simple.
#[inline(never)]
fn push(block: Block<'_>, level: Level, bytes: &[u8]) -> logring_status_t {
    of_push(logger(block).push(level, bytes))
}

/// Offers one record with a tag of the caller's own; 0 is none. The answers are
/// those of logring_push.
///
/// Context: as logring_push.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_push_tagged(
    ring: *mut logring_t,
    level: logring_level_t,
    tag: u32,
    data: *const c_void,
    len: usize,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(data, len) }?;
        // SAFETY: hazard: those of `offer`, for which the caller vouches.
        let (log, level) = unsafe { offer(ring, level) }?;
        Ok(of_push(log.push_tagged(level, tag, bytes)))
    })
}

/// Offers one record of UTF-8 text with a tag, 0 for none: as logring_push_tagged,
/// but a text that is longer than the largest record is cut between characters.
///
/// Context: as logring_push.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_push_text(
    ring: *mut logring_t,
    level: logring_level_t,
    tag: u32,
    text: *const c_char,
    len: usize,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let text = unsafe { ptr::bytes(text.cast(), len) }?;
        // SAFETY: hazard: those of `offer`, for which the caller vouches.
        let (log, level) = unsafe { offer(ring, level) }?;
        Ok(of_push(log.push_text(level, tag, text)))
    })
}

/// Whether a record of this level would be let in now: 1 if its level is not below
/// the minimum and neither a mark nor a full ring refuses it, else 0, also for
/// what is no ring or no level. Nothing is counted. "Yes" may be wrong a moment
/// later; then the push says so.
///
/// For what is made for the log and can be left out. Who would have logged asks
/// logring_precheck, which counts.
///
/// Context: as logring_push; at most 20 steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_enabled(ring: *const logring_t, level: logring_level_t) -> i32 {
    // SAFETY: hazard: those of `offer`, for which the caller vouches.
    match unsafe { offer(ring, level) } {
        Ok((log, level)) => log.accepts(level).into(),
        Err(_) => 0,
    }
}

/// Offers a record before it is made, whatever its length: LOGRING_FILTERED,
/// _DROPPED_FULL and _DROPPED_LEVEL say that it is refused now and, as it would be
/// by logring_push, counted; it need not be made. After LOGRING_OK nothing was
/// offered yet: make the record, and push it.
///
/// Context: as logring_push; at most 25 steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_precheck(
    ring: *mut logring_t,
    level: logring_level_t,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `offer`, for which the caller vouches.
        let (log, level) = unsafe { offer(ring, level) }?;
        log.precheck(level).map_err(of_no_grant)?;
        Ok(LOGRING_OK)
    })
}

/// Offers one record that is gathered from parts, with a tag of the caller's
/// own; 0 is none. The answers are those of logring_push, and LOGRING_E_ALIGN.
///
/// Context: as logring_push, and two steps a part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_pushv(
    ring: *mut logring_t,
    level: logring_level_t,
    tag: u32,
    iov: *const logring_iov_t,
    iovcnt: usize,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `parts`, for which the caller vouches.
        let parts = unsafe { ptr::parts(iov, iovcnt) }?;
        let mut len = 0_usize;
        for part in parts.clone() {
            len = len.saturating_add(part?.len());
        }
        // SAFETY: hazard: those of `offer`, for which the caller vouches.
        let (log, level) = unsafe { offer(ring, level) }?;
        let mut grant = log.reserve(level, tag, len).map_err(of_no_grant)?;
        for part in parts.flatten() {
            grant.append(part);
        }
        Ok(truncated(grant.commit()))
    })
}

/// Reserves room for a record of at most max_len bytes, to be filled with
/// logring_grant_write and ended by exactly one of logring_commit and
/// logring_discard. The grant is set after LOGRING_OK and LOGRING_TRUNCATED,
/// which says that it has room for the largest record only. The other answers
/// are those of logring_push.
///
/// Consumers cannot pass an open grant, and one that is never ended holds them
/// up for good: fill it and let go.
///
/// Context: as logring_push.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn logring_reserve(
    ring: *mut logring_t,
    level: logring_level_t,
    tag: u32,
    max_len: usize,
    out: *mut logring_grant_t,
) -> logring_status_t {
    answer(|| {
        let out = place(out)?;
        // SAFETY: hazard: those of `offer`, for which the caller vouches.
        let (log, level) = unsafe { offer(ring, level) }?;
        let grant = log.reserve(level, tag, max_len).map_err(of_no_grant)?;
        let cut = grant.truncated();
        // SAFETY: hazard: those of `put`; `out` is from `place`.
        unsafe { put(out, apart(ring, grant)) };
        Ok(truncated(cut))
    })
}

/// Appends to a grant. What does not fit is left out, the record is flagged,
/// and the answer is LOGRING_TRUNCATED. LOGRING_E_INVAL if the grant is not
/// open.
///
/// Context: as logring_push; one step a word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_grant_write(
    grant: *mut logring_grant_t,
    data: *const c_void,
    len: usize,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let bytes = unsafe { ptr::bytes(data, len) }?;
        // SAFETY: hazard: those of `open`, for which the caller vouches.
        let (ring, mut open) = unsafe { open(grant) }?;
        let cut = open.append(bytes) < bytes.len();
        // SAFETY: hazard: those of `put`; `open` has checked the place.
        unsafe { put(grant, apart(ring, open)) };
        Ok(truncated(cut))
    })
}

/// Appends UTF-8 text to a grant, as logring_grant_write does; but what does not fit
/// is left out from the beginning of a character on, and nothing more is appended.
///
/// Context: as logring_push; one step a word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_grant_write_text(
    grant: *mut logring_grant_t,
    text: *const c_char,
    len: usize,
) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `bytes`, for which the caller vouches.
        let text = unsafe { ptr::bytes(text.cast(), len) }?;
        // SAFETY: hazard: those of `open`, for which the caller vouches.
        let (ring, mut open) = unsafe { open(grant) }?;
        let cut = open.append_text(text) < text.len();
        // SAFETY: hazard: those of `put`; `open` has checked the place.
        unsafe { put(grant, apart(ring, open)) };
        Ok(truncated(cut))
    })
}

/// Publishes the record with what was written so far, and zeroes the grant.
/// LOGRING_TRUNCATED if the record was cut. Exactly once: a second time is
/// LOGRING_E_INVAL.
///
/// Context: as logring_push; a constant number of steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_commit(grant: *mut logring_grant_t) -> logring_status_t {
    answer(|| {
        // SAFETY: hazard: those of `take`, for which the caller vouches.
        let open = unsafe { take(grant) }?;
        Ok(truncated(open.commit()))
    })
}

/// Gives the room back unread, and zeroes the grant. The record counts as
/// lost. Does nothing if the grant is not open.
///
/// Context: as logring_push; a constant number of steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_discard(grant: *mut logring_grant_t) {
    // SAFETY: hazard: those of `take`, for which the caller vouches.
    if let Ok(open) = unsafe { take(grant) } {
        open.discard();
    }
}

/// Changes the ring's minimum level; 0 is everything. What is not a level is
/// ignored.
///
/// Context: any; two steps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logring_set_min_level(ring: *mut logring_t, level: logring_level_t) {
    // SAFETY: hazard: those of `block`, for which the caller vouches.
    if let (Ok(block), Some(level)) = (unsafe { ptr::block(ring) }, min_level(level)) {
        block.head.set_min_level(level);
    }
}

/// What an offer needs: the logger of the ring, and the level.
///
/// # Safety
/// As in `ptr::block`.
#[inline(always)]
unsafe fn offer<'a>(
    ring: *const logring_t,
    level: logring_level_t,
) -> Result<(Logger<'a>, Level), logring_status_t> {
    // SAFETY: hazard: those of `block`, for which the caller vouches.
    let block = unsafe { ptr::block(ring) }?;
    let level = Level::new(level).ok_or(LOGRING_E_INVAL)?;
    Ok((logger(block), level))
}

/// The logger that a block's head describes.
#[inline(always)]
fn logger(block: Block<'_>) -> Logger<'_> {
    let logger = block.head.logger(block.ring);
    if block.head.has_clock() {
        logger.with_clock(block.head)
    } else {
        logger
    }
}

const fn truncated(cut: bool) -> logring_status_t {
    if cut { LOGRING_TRUNCATED } else { LOGRING_OK }
}

/// A grant in the caller's memory: the handle, the grant's words, and a seal,
/// so that memory that never was a grant leads nowhere.
fn apart(ring: *mut logring_t, grant: Grant<'_>) -> logring_grant_t {
    let words = grant.into_words();
    let [first, .., place] = words;
    let mut opaque = [core::ptr::null_mut(); 8];
    let [handle, rest @ ..] = &mut opaque;
    *handle = ring.cast::<c_void>();
    let sealed = words.into_iter().chain([seal([ring.addr(), first, place])]);
    for (slot, word) in rest.iter_mut().zip(sealed) {
        *slot = core::ptr::without_provenance_mut(word);
    }
    logring_grant_t { opaque }
}

/// The open grant at a place, with its handle.
///
/// # Safety
/// `grant` leads to a grant's memory, of whatever contents, unless it is NULL
/// or misaligned; nobody else uses it. What bears the seal came from `apart`,
/// and its block still exists.
unsafe fn open<'a>(
    grant: *mut logring_grant_t,
) -> Result<(*mut logring_t, Grant<'a>), logring_status_t> {
    let grant = place(grant)?;
    // SAFETY: hazard: those of `get`; `grant` is from `place`.
    let [handle, words @ .., sealed, spare] = unsafe { get(grant) }.opaque;
    let ring = handle.cast::<logring_t>();
    let words: [usize; Grant::WORDS] = words.map(|word| word.addr());
    let [first, .., place] = words;
    if sealed.addr() != seal([ring.addr(), first, place]) || !spare.is_null() {
        return Err(LOGRING_E_INVAL);
    }
    // SAFETY: hazard: those of `block`, a handle that is none. The seal says
    // that `apart` stored it.
    let block = unsafe { ptr::block(ring) }.map_err(|_| LOGRING_E_INVAL)?;
    Ok((ring, block.ring.resume(words).ok_or(LOGRING_E_INVAL)?))
}

/// The same, and the place is zeroed.
///
/// # Safety
/// As in `open`.
unsafe fn take<'a>(grant: *mut logring_grant_t) -> Result<Grant<'a>, logring_status_t> {
    // SAFETY: hazard: those of `open`, for which the caller vouches.
    let (_, open) = unsafe { open(grant) }?;
    let none = logring_grant_t {
        opaque: [core::ptr::null_mut(); 8],
    };
    // SAFETY: hazard: those of `put`; `open` has checked the place.
    unsafe { put(grant, none) };
    Ok(open)
}
