//! Signals, and every `unsafe` of this program.
#![allow(unsafe_code)]

use std::sync::OnceLock;

/// What the handler runs.
static HANDLER: OnceLock<fn()> = OnceLock::new();

const SIGNAL: libc::c_int = libc::SIGUSR1;

/// A thread that signals can be sent to.
#[derive(Clone, Copy)]
pub(crate) struct Victim(libc::pthread_t);

impl Victim {
    /// The main thread, which outlives every other.
    ///
    /// # Panics
    /// In another thread.
    pub(crate) fn main_thread() -> Self {
        assert_eq!(std::thread::current().name(), Some("main"));
        // SAFETY: hazard: none; the function has no precondition.
        Self(unsafe { libc::pthread_self() })
    }

    /// Interrupts the thread, after [`install`].
    pub(crate) fn strike(self) {
        // SAFETY: hazard: a thread that is no more. It is the main thread,
        // and nobody calls this once that has returned from `main`.
        let failed = unsafe { libc::pthread_kill(self.0, SIGNAL) };
        assert_eq!(failed, 0, "pthread_kill");
    }
}

/// Runs `handler` on every signal from now on.
///
/// `handler` must be fit for that: it neither allocates nor locks, unless the
/// queue in it does, which is the question.
///
/// # Panics
/// If called twice, or if the system refuses.
pub(crate) fn install(handler: fn()) {
    assert!(HANDLER.set(handler).is_ok(), "one handler a process");
    // SAFETY: hazard: a type for which zero is no value. All fields are
    // integers, but for `sa_restorer`, whose `None` is zero.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: hazard: a pointer that cannot be written. It is a field of a
    // local value.
    unsafe { libc::sigemptyset(&mut action.sa_mask) };
    // SAFETY: hazard: a handler that breaks what it interrupts. `on_signal`
    // has the signature that goes with flags without `SA_SIGINFO`, keeps
    // `errno`, and reads a `OnceLock` that was set above, which is one atomic
    // load. For the rest `handler` answers.
    let failed = unsafe { libc::sigaction(SIGNAL, &action, std::ptr::null_mut()) };
    assert_eq!(failed, 0, "sigaction");
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
