//! Indices to choose a shard by.

#[cfg(all(feature = "std", not(all(test, any(loom, shuttle)))))]
use crate::stats::who::next_number;
use crate::stats::who::stack_number;

/// The number of this thread: 0 for the first that asks, 1 for the second,
/// and so on. It stays the same for as long as the thread lives.
///
/// A thread that never asks takes no number. So `N` threads that log for the
/// first time one after the other have `N` shards to themselves, wherever this run of numbers
/// begins: if `main` has asked before, it shares the shard of one of them. All
/// sets of a program share the numbers, and a number is not given again
/// when its thread has ended. So the threads that are alive, or that use one set, may
/// leave some of its shards to nobody. These are not lost: they take what
/// overflows elsewhere.
///
/// # Context
/// A thread, or a signal handler or panic handler on it, where the platform
/// has thread-local variables that need no set-up at run time, as Linux
/// has in a program and in libraries loaded with it; at most 3 steps. A
/// handler that interrupts the first call of its thread may get a number that
/// the thread never gets again. Not for interrupts of bare metal:
/// there, [`stack_index`] or a number of the caller's own.
#[cfg(all(feature = "std", not(all(test, any(loom, shuttle)))))]
#[must_use]
pub fn thread_index() -> usize {
    use core::cell::Cell;

    std::thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.get().unwrap_or_else(|| {
        let number = next_number();
        NUMBER.set(Some(number));
        number
    })
}

/// A number by the address of the caller's stack: threads that run at the same
/// time mostly get different ones, and one thread mostly gets the same. It
/// asks nobody, and needs no operating system. "Mostly" means that of `N`
/// threads in `N` shards some may share one, while another is left to what overflows.
///
/// Stacks are taken to lie 2 or 8 MiB apart. Where they are smaller, as on
/// small targets, all contexts get one number; the number of the core or task
/// is then the better choice.
///
/// # Context
/// Any context; no access to shared memory.
#[must_use]
pub fn stack_index() -> usize {
    stack_number()
}

/// The number of the core that this thread runs on. It may have moved to
/// another by the time that the number is used, which costs speed and nothing
/// else: a shard takes records from any number of cores at once. If there are more
/// shards than cores, the upper ones only take what overflows.
///
/// # Context
/// A thread or a signal handler. It allocates nothing and takes no lock; on
/// x86, RISC-V (64 bits), PowerPC and s390x it is a function that the
/// kernel has mapped, which the first call looks up, and elsewhere a system
/// call.
#[cfg(all(feature = "core-index", target_os = "linux"))]
#[must_use]
pub fn core_index() -> usize {
    rustix::thread::sched_getcpu()
}
