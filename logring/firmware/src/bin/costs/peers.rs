//! The peers, as their documentation shows them.
//!
//! Each has about 512 bytes for payload. None of them counts what it refuses.

use core::cell::RefCell;

use critical_section::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use heapless::Deque;

use crate::contest::{each, each_popped, sink};

const QUEUE_BYTES: usize = 512;

/// What bbqueue says to take with and without compare-and-swap. It has one
/// producer and one consumer.
#[cfg(target_has_atomic = "ptr")]
type Bbqueue = bbqueue::nicknames::Churrasco<QUEUE_BYTES>;
#[cfg(not(target_has_atomic = "ptr"))]
type Bbqueue = bbqueue::nicknames::Jerk<QUEUE_BYTES>;

static BBQUEUE: Bbqueue = Bbqueue::new();

pub(crate) fn bbqueue_push(payload: &[u8], _: &mut [u8]) -> usize {
    let producer = BBQUEUE.framed_producer();
    match producer.grant(payload.len() as u16) {
        Ok(mut grant) => {
            grant.copy_from_slice(payload);
            grant.commit(payload.len() as u16);
            1
        }
        Err(_) => 0,
    }
}

pub(crate) fn bbqueue_pop(_: &[u8], room: &mut [u8]) -> usize {
    let consumer = BBQUEUE.framed_consumer();
    match consumer.read() {
        Ok(grant) => {
            let bytes = grant.len();
            room[..bytes].copy_from_slice(&grant);
            grant.release();
            bytes
        }
        Err(_) => 0,
    }
}

pub(crate) fn bbqueue_by_pops(_: &[u8], room: &mut [u8]) -> usize {
    each_popped(bbqueue_pop, room)
}

pub(crate) fn bbqueue_drain(_: &[u8], _: &mut [u8]) -> usize {
    let consumer = BBQUEUE.framed_consumer();
    let mut bytes = 0;
    while let Ok(grant) = consumer.read() {
        bytes += sink(&grant);
        grant.release();
    }
    bytes
}

/// A queue of slots, which are vectors: the length and room for the payload.
macro_rules! mpmc {
    ($room:ident, $bytes:literal, $slots:literal) => {
        pub(crate) mod $room {
            use super::{each_popped, sink};
            use heapless::Vec;

            #[expect(deprecated, reason = "as its documentation says to")]
            static QUEUE: heapless::mpmc::Queue<Vec<u8, $bytes>, $slots> =
                heapless::mpmc::Queue::new();

            pub(crate) fn push(payload: &[u8], _: &mut [u8]) -> usize {
                match Vec::from_slice(payload) {
                    Ok(record) => usize::from(QUEUE.enqueue(record).is_ok()),
                    Err(_) => 0,
                }
            }

            pub(crate) fn pop(_: &[u8], room: &mut [u8]) -> usize {
                match QUEUE.dequeue() {
                    Some(record) => {
                        room[..record.len()].copy_from_slice(&record);
                        record.len()
                    }
                    None => 0,
                }
            }

            pub(crate) fn by_pops(_: &[u8], room: &mut [u8]) -> usize {
                each_popped(pop, room)
            }

            pub(crate) fn drain(_: &[u8], _: &mut [u8]) -> usize {
                let mut bytes = 0;
                while let Some(record) = QUEUE.dequeue() {
                    bytes += sink(&record);
                }
                bytes
            }
        }
    };
}

mpmc!(mpmc_16, 16, 32);
mpmc!(mpmc_64, 64, 8);

/// The same, in a critical section.
macro_rules! deque {
    ($room:ident, $bytes:literal, $slots:literal) => {
        pub(crate) mod $room {
            use super::{Deque, Mutex, RefCell, each_popped, sink};
            use heapless::Vec;

            static QUEUE: Mutex<RefCell<Deque<Vec<u8, $bytes>, $slots>>> =
                Mutex::new(RefCell::new(Deque::new()));

            pub(crate) fn push(payload: &[u8], _: &mut [u8]) -> usize {
                match Vec::from_slice(payload) {
                    Ok(record) => critical_section::with(|section| {
                        usize::from(QUEUE.borrow_ref_mut(section).push_back(record).is_ok())
                    }),
                    Err(_) => 0,
                }
            }

            pub(crate) fn pop(_: &[u8], room: &mut [u8]) -> usize {
                match pop_front() {
                    Some(record) => {
                        room[..record.len()].copy_from_slice(&record);
                        record.len()
                    }
                    None => 0,
                }
            }

            pub(crate) fn by_pops(_: &[u8], room: &mut [u8]) -> usize {
                each_popped(pop, room)
            }

            pub(crate) fn drain(_: &[u8], _: &mut [u8]) -> usize {
                let mut bytes = 0;
                while let Some(record) = pop_front() {
                    bytes += sink(&record);
                }
                bytes
            }

            #[inline(always)]
            fn pop_front() -> Option<Vec<u8, $bytes>> {
                critical_section::with(|section| QUEUE.borrow_ref_mut(section).pop_front())
            }
        }
    };
}

deque!(deque_16, 16, 32);
deque!(deque_64, 64, 8);

/// Records of any length, behind their length in two bytes. A pipe may take or
/// give less than it is asked for where it wraps, so a record is several
/// calls, and a critical section keeps it together.
static PIPE: Pipe<CriticalSectionRawMutex, QUEUE_BYTES> = Pipe::new();

pub(crate) fn pipe_push(payload: &[u8], _: &mut [u8]) -> usize {
    let length = (payload.len() as u16).to_le_bytes();
    critical_section::with(|_| {
        if PIPE.free_capacity() < length.len() + payload.len() {
            return 0;
        }
        write_all(&length);
        write_all(payload);
        1
    })
}

fn write_all(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match PIPE.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(_) => return,
        }
    }
}

pub(crate) fn pipe_pop(_: &[u8], room: &mut [u8]) -> usize {
    critical_section::with(|_| {
        let mut length = [0; 2];
        if !read_exact(&mut length) {
            return 0;
        }
        let bytes = usize::from(u16::from_le_bytes(length));
        read_exact(&mut room[..bytes]);
        bytes
    })
}

pub(crate) fn pipe_by_pops(_: &[u8], room: &mut [u8]) -> usize {
    each_popped(pipe_pop, room)
}

pub(crate) fn pipe_drain(_: &[u8], room: &mut [u8]) -> usize {
    each(pipe_pop, room)
}

fn read_exact(mut bytes: &mut [u8]) -> bool {
    while !bytes.is_empty() {
        match PIPE.try_read(bytes) {
            Ok(read) => bytes = &mut bytes[read..],
            Err(_) => return false,
        }
    }
    true
}

/// The same in a deque, whose bytes go in and out one by one.
static BYTES: Mutex<RefCell<Deque<u8, QUEUE_BYTES>>> = Mutex::new(RefCell::new(Deque::new()));

pub(crate) fn bytes_push(payload: &[u8], _: &mut [u8]) -> usize {
    let length = (payload.len() as u16).to_le_bytes();
    critical_section::with(|section| {
        let mut queue = BYTES.borrow_ref_mut(section);
        if queue.capacity() - queue.len() < length.len() + payload.len() {
            return 0;
        }
        queue.extend(length.iter().chain(payload));
        1
    })
}

pub(crate) fn bytes_pop(_: &[u8], room: &mut [u8]) -> usize {
    critical_section::with(|section| {
        let mut queue = BYTES.borrow_ref_mut(section);
        let (Some(low), Some(high)) = (queue.pop_front(), queue.pop_front()) else {
            return 0;
        };
        let bytes = usize::from(u16::from_le_bytes([low, high]));
        for place in &mut room[..bytes] {
            *place = queue.pop_front().unwrap_or(0);
        }
        bytes
    })
}

pub(crate) fn bytes_by_pops(_: &[u8], room: &mut [u8]) -> usize {
    each_popped(bytes_pop, room)
}

pub(crate) fn bytes_drain(_: &[u8], room: &mut [u8]) -> usize {
    each(bytes_pop, room)
}
