//! A formatted line: the level macro, the formatting alone, and what one
//! would write with a queue of strings.

use std::hint::black_box;
use std::io::Write;

use crossbeam_queue::ArrayQueue;
use logring::{Config, Popped};
use logring_benches::rounds::{Case, blocks};

use super::{BURST, empty};

const USER: u32 = 104_729;
const CENTS: u64 = 1_999;
const LINE: &str = "user 104729 paid 1999";

logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());

pub(crate) fn info(count: usize) -> Case {
    logring::info!(LOG, "user {} paid {}", USER, CENTS);
    let mut buf = [0; 256];
    match LOG.ring().pop(&mut buf) {
        Popped::Record(record) => assert_eq!(record.bytes, LINE.as_bytes()),
        other => panic!("{other:?} instead of a record"),
    }
    Case::new("info! of two numbers", move || {
        let timed = || {
            for _ in 0..BURST {
                let stored =
                    logring::info!(LOG, "user {} paid {}", black_box(USER), black_box(CENTS));
                black_box(stored.is_stored());
            }
        };
        blocks(count, BURST, timed, || empty(LOG.ring()))
    })
}

pub(crate) fn stack_buffer(count: usize) -> Case {
    Case::new("the same into a stack buffer, no queue", move || {
        let timed = || {
            for _ in 0..BURST {
                let mut line = [0_u8; 56];
                let mut room = &mut line[..];
                black_box(
                    write!(room, "user {} paid {}", black_box(USER), black_box(CENTS)).is_ok(),
                );
                black_box(&line);
            }
        };
        blocks(count, BURST, timed, || ())
    })
}

pub(crate) fn queue_of_strings(count: usize) -> Case {
    let queue = ArrayQueue::<String>::new(256);
    assert_eq!(format!("user {USER} paid {CENTS}"), LINE);
    Case::new("ArrayQueue::push(format!)", move || {
        let timed = || {
            for _ in 0..BURST {
                let line = format!("user {} paid {}", black_box(USER), black_box(CENTS));
                black_box(queue.push(line).is_ok());
            }
        };
        blocks(count, BURST, timed, || while queue.pop().is_some() {})
    })
}
