//! Random schedules of more threads than loom can take: wrap-around, many
//! contenders, livelock. Sequentially consistent, so orderings are not tested
//! here.

use super::{Got, push, settle};
use crate::layout::Cell;
use crate::{Config, Logger, Ring};
use shuttle::thread;
use std::sync::Arc;
use std::vec::Vec;

const SCHEDULES: usize = 3_000;

/// Four producers of eight records each and two poppers on four cells.
fn crowd(configs: [Config; 4]) {
    let ring: Arc<Ring<[Cell; 4]>> = Arc::new(Ring::model(usize::MAX - 9));
    let producers: Vec<_> = (0..4)
        .map(|producer| {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, configs[producer]);
                for id in 0..8 {
                    push(&log, producer as u8 * 8 + id);
                }
            })
        })
        .collect();
    let poppers: Vec<_> = (0..2)
        .map(|batch| {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut got = Got::default();
                for _ in 0..6 {
                    match batch {
                        0 => drop(got.pop(&ring)),
                        _ => got.drain(&ring, 3),
                    }
                }
                got
            })
        })
        .collect();
    for producer in producers {
        producer.join().unwrap();
    }
    let got: Vec<_> = poppers
        .into_iter()
        .map(|popper| popper.join().unwrap())
        .collect();
    for one in &got {
        for producer in 0..4 {
            assert!(one.ids.iter().filter(|&&id| id / 8 == producer).is_sorted());
        }
    }
    settle(&ring, 32, &got);
}

#[test]
fn many_overwriting_producers_keep_the_books() {
    shuttle::check_random(|| crowd([Config::drop_oldest(); 4]), SCHEDULES);
}

#[test]
fn many_refused_producers_keep_the_books() {
    shuttle::check_random(|| crowd([Config::drop_newest(); 4]), SCHEDULES);
}

#[test]
fn many_producers_of_both_policies_keep_the_books() {
    let impatient = Config::drop_oldest().with_retry_limit(1);
    let configs = [
        Config::drop_oldest(),
        Config::drop_newest(),
        impatient,
        Config::drop_newest().with_retry_limit(2),
    ];
    shuttle::check_pct(move || crowd(configs), SCHEDULES, 4);
}
