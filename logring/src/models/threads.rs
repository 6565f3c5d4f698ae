//! Real threads, for race detectors and Miri, and as a stress test.
//!
//! Every word of a ring is atomic, so a detector has no race to report in it.
//! It gets plain memory to watch: here, memory that is handed over by records,
//! and under `--cfg logring_shadow` a byte in each cell that its owner writes.

#![allow(unsafe_code)]

use super::{Got, level, push, settle};
use crate::{Config, LogRing, Logger, Popped, Ring};
use core::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::vec::Vec;
use std::{assert_eq, thread};

const PRODUCERS: usize = 2;
/// Records of each producer.
const RECORDS: usize = if cfg!(miri) { 12 } else { 20_000 };

/// Plain memory, one slot a record: its producer writes it before the push,
/// whoever popped the record reads it.
struct Handover(Vec<UnsafeCell<usize>>);

// SAFETY: hazard: a read of a slot beside its write. A slot is written once,
// before the record that names it is pushed, and read by whoever popped that
// record: a commit happens before the pop of its record, which is what the
// detectors check here.
unsafe impl Sync for Handover {}

impl Handover {
    fn give(&self, slot: usize, value: usize) {
        // SAFETY: hazard: as for `Sync`; this slot's record is not pushed yet.
        unsafe { *self.0[slot].get() = value }
    }

    fn take(&self, slot: usize) -> usize {
        // SAFETY: hazard: as for `Sync`; this slot's record was popped.
        unsafe { *self.0[slot].get() }
    }
}

/// Lossless: a refused producer offers again, so every record and the memory
/// that it hands over arrives, in the order of each producer.
#[test]
fn what_a_producer_wrote_before_a_push_is_there_after_the_pop() {
    let ring: &LogRing<8> = &LogRing::starting_at(usize::MAX - 20);
    let slots = Handover(
        (0..PRODUCERS * RECORDS)
            .map(|_| UnsafeCell::new(0))
            .collect(),
    );
    let slots = &slots;
    thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            scope.spawn(move || {
                let log = Logger::new(ring, Config::drop_newest());
                for slot in (0..RECORDS).map(|record| producer * RECORDS + record) {
                    slots.give(slot, slot + 1);
                    while !log.push(level(1), &slot.to_ne_bytes()).is_stored() {
                        thread::yield_now();
                    }
                }
            });
        }
        scope.spawn(move || {
            let mut next = [0, RECORDS];
            let mut received = 0;
            while received < PRODUCERS * RECORDS {
                let mut buf = [0; 8];
                match ring.pop(&mut buf) {
                    Popped::Record(record) => {
                        let slot = usize::from_ne_bytes(record.bytes.try_into().unwrap());
                        assert_eq!(slots.take(slot), slot + 1);
                        let expected = &mut next[slot / RECORDS];
                        assert_eq!(slot, *expected, "out of order, or twice");
                        *expected += 1;
                        received += 1;
                    }
                    _ => thread::yield_now(),
                }
            }
        });
    });
}

/// Everything at once on a ring that is always full: no torn record, none
/// twice, exact books.
fn lossy(configs: [Config; PRODUCERS]) {
    const SENT: u8 = if cfg!(miri) { 6 } else { 100 };
    let rounds = if cfg!(miri) { 1 } else { 300 };
    for round in 0..rounds {
        let ring: &LogRing<4> = &LogRing::starting_at(usize::MAX - round % 7);
        let over = &AtomicBool::new(false);
        let got = thread::scope(|scope| {
            let consumer = scope.spawn(move || {
                let mut got = Got::default();
                while !over.load(Ordering::Relaxed) {
                    match got.ids.len() % 3 {
                        0 => got.drain(ring, 2),
                        _ => drop(got.pop(ring)),
                    }
                }
                got
            });
            let producers: Vec<_> = (0..PRODUCERS)
                .map(|producer| {
                    scope.spawn(move || {
                        let log = Logger::new(ring, configs[producer]);
                        for id in 0..SENT {
                            push(&log, id + producer as u8 * SENT);
                        }
                    })
                })
                .collect();
            for producer in producers {
                producer.join().unwrap();
            }
            over.store(true, Ordering::Relaxed);
            consumer.join().unwrap()
        });
        in_order(&got.ids, SENT);
        settle(ring, u64::from(SENT) * PRODUCERS as u64, &[got]);
    }
}

/// Each producer's ids only grow.
fn in_order(ids: &[u8], sent: u8) {
    for producer in 0..PRODUCERS as u8 {
        let of_one = ids.iter().filter(|&&id| id / sent == producer);
        assert!(of_one.is_sorted(), "{ids:?}");
    }
}

#[test]
fn two_overwriting_producers_keep_the_books() {
    lossy([Config::drop_oldest(); 2]);
}

#[test]
fn two_refused_producers_keep_the_books() {
    lossy([Config::drop_newest(); 2]);
}

#[test]
fn producers_of_both_policies_share_a_ring() {
    lossy([Config::drop_oldest(), Config::drop_newest()]);
}

/// A popper beside the stream of an overwriting producer is told exactly what
/// it missed, record by record.
#[test]
fn what_a_slow_popper_missed_is_told_in_its_place() {
    const SENT: u32 = if cfg!(miri) { 24 } else { 200_000 };
    let ring: &Ring = &LogRing::<8>::starting_at(usize::MAX - 5);
    let over = &AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(move || {
            let log = Logger::new(ring, Config::drop_oldest());
            for number in 0..SENT {
                log.push(level(1), &number.to_ne_bytes());
            }
            over.store(true, Ordering::Release);
        });
        scope.spawn(move || {
            // Numbers missing between two records are losses, told with the
            // second at the latest but for an eviction that is in flight.
            let (mut told, mut delivered, mut last) = (0, 0, None);
            loop {
                let ended = over.load(Ordering::Acquire);
                let mut buf = [0; 4];
                let Popped::Record(record) = ring.pop(&mut buf) else {
                    if ended {
                        break;
                    }
                    thread::yield_now();
                    continue;
                };
                let number = u32::from_ne_bytes(record.bytes.try_into().unwrap());
                told += record.lost_before;
                delivered += 1;
                assert!(last < Some(number));
                assert!(told + delivered >= u64::from(number), "told too late");
                last = Some(number);
            }
            assert_eq!(
                told + delivered + ring.take_trailing_loss(),
                u64::from(SENT)
            );
        });
    });
}
