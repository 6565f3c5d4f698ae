//! Signals, and every `unsafe` of this program.
#![allow(unsafe_code)]

use std::mem;
use std::ptr;
use std::sync::OnceLock;

/// What the handler runs.
static HANDLER: OnceLock<fn()> = OnceLock::new();

const SIGNAL: libc::c_int = libc::SIGALRM;

/// Runs `handler` in the calling thread every `micros` microseconds from now
/// on, provided that every other thread was started after [`none_here`].
///
/// `handler` must be fit for that: it neither allocates nor locks, unless the
/// queue in it does, which is the question.
///
/// # Panics
/// If called twice, or if the system refuses.
pub(crate) fn every(micros: u32, handler: fn()) {
    assert!(HANDLER.set(handler).is_ok(), "one handler a process");
    // SAFETY: hazard: a type for which zero is no value. All fields are
    // integers, but for `sa_restorer`, whose `None` is zero.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART;
    action.sa_mask = no_signals();
    // SAFETY: hazard: a handler that breaks what it interrupts. `on_signal`
    // has the signature that goes with flags without `SA_SIGINFO`, keeps
    // `errno`, and reads a `OnceLock` that was set above, which is one atomic
    // load. For the rest `handler` answers.
    let failed = unsafe { libc::sigaction(SIGNAL, &action, ptr::null_mut()) };
    assert_eq!(failed, 0, "sigaction");
    set_mask(libc::SIG_UNBLOCK);
    set_timer(micros);
}

/// No more signals, but for one that may be on its way.
pub(crate) fn no_more() {
    set_timer(0);
}

/// Keeps the signals out of the calling thread and of those that it starts.
///
/// # Panics
/// If the system refuses.
pub(crate) fn none_here() {
    set_mask(libc::SIG_BLOCK);
}

fn set_mask(how: libc::c_int) {
    let mut set = no_signals();
    // SAFETY: hazard: a pointer that cannot be written. It is a local value,
    // and initialised.
    unsafe { libc::sigaddset(&mut set, SIGNAL) };
    // SAFETY: hazard: a pointer that cannot be read. It is a local value; the
    // null pointer asks for nothing.
    let failed = unsafe { libc::pthread_sigmask(how, &set, ptr::null_mut()) };
    assert_eq!(failed, 0, "pthread_sigmask");
}

fn no_signals() -> libc::sigset_t {
    // SAFETY: hazard: a type for which zero is no value. It is bits.
    let mut set: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: hazard: a pointer that cannot be written. It is a local value.
    unsafe { libc::sigemptyset(&mut set) };
    set
}

fn set_timer(micros: u32) {
    let period = libc::timeval {
        tv_sec: 0,
        tv_usec: micros.into(),
    };
    let timer = libc::itimerval {
        it_interval: period,
        it_value: period,
    };
    // SAFETY: hazard: a pointer that cannot be read. It is a local value; the
    // null pointer asks for nothing.
    let failed = unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, ptr::null_mut()) };
    assert_eq!(failed, 0, "setitimer");
}

extern "C" fn on_signal(_: libc::c_int) {
    // SAFETY: hazard: none; the function has no precondition.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: hazard: a dangling pointer. It is this thread's own `errno`,
    // which lives as long as the thread.
    let before = unsafe { *errno };
    if let Some(handler) = HANDLER.get() {
        handler();
    }
    // SAFETY: as above, and only this thread accesses it.
    unsafe { *errno = before };
}
