//! A consumer that sleeps beside producers that call it. loom fails on an
//! execution in which everybody sleeps: a lost wake-up is one.
//!
//! Outcomes are what was taken, and whether the consumer slept. Where it may,
//! both must occur: a model in which it always sleeps, or never, shows nothing.

use super::{AT_THE_WRAP, Outcomes, newest, oldest, ring};
use crate::adapters::Arrival;
use crate::layout::Cell;
use crate::models::{Got, level, push, settle};
use crate::{Config, Logger, Ring};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::slice;
use loom::future::block_on;
use loom::sync::{Arc, mpsc};
use loom::thread::{self, JoinHandle};
use std::vec;
use std::vec::Vec;

loom::lazy_static! {
    static ref ARRIVAL: Arrival = Arrival::new();
}

fn calls(config: Config) -> Config {
    config.with_notify(Some(|| ARRIVAL.notify()))
}

/// Waits; whether it slept, or at least was asked a second time.
fn wait(ring: &Ring) -> bool {
    let mut polls = 0;
    let mut waiting = pin!(ARRIVAL.wait(ring));
    block_on(poll_fn(|task| {
        polls += 1;
        waiting.as_mut().poll(task)
    }));
    polls > 1
}

/// Takes `records`, and sleeps when there is none; whether it ever slept.
fn take(ring: &Ring, records: usize) -> (Got, bool) {
    let (mut got, mut slept) = (Got::default(), false);
    while got.ids.len() < records {
        if !got.pop(ring) {
            slept |= wait(ring);
        }
    }
    (got, slept)
}

/// A thread that does it. loom tries every order of what threads do, but not
/// for the first access of one that has just started another.
fn takes<const N: usize>(ring: &Arc<Ring<[Cell; N]>>, records: usize) -> JoinHandle<(Got, bool)> {
    let ring = ring.clone();
    thread::spawn(move || take(&ring, records))
}

/// Two pushes beside a consumer that takes both: wherever it is at the time, it
/// hears of each.
#[test]
fn a_consumer_hears_of_every_push() {
    static OUTCOMES: Outcomes<(Vec<u8>, bool)> = Outcomes::new();
    loom::model(|| {
        let ring = ring::<2>(AT_THE_WRAP);
        let producer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, calls(newest()));
                assert!(push(&log, 1).is_stored());
                assert!(push(&log, 2).is_stored());
            })
        };
        let (got, slept) = takes(&ring, 2).join().unwrap();
        producer.join().unwrap();
        settle(&ring, 2, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, slept));
    });
    OUTCOMES.are(
        "a_consumer_hears_of_every_push",
        &[(vec![1, 2], true), (vec![1, 2], false)],
    );
}

/// An open grant, and a record behind it, which calls while it cannot be read.
/// The end of the grant is what makes it readable, and must call again.
fn behind_a_grant(end: fn(crate::Grant<'_>)) -> (Got, bool) {
    let ring = ring::<2>(AT_THE_WRAP);
    let (opened, open) = mpsc::channel();
    let producer = {
        let ring = ring.clone();
        thread::spawn(move || {
            let log = Logger::new(&ring, calls(newest()));
            let mut grant = log.reserve(level(1), 0, 8).unwrap();
            grant.append(&[1; 8]);
            opened.send(()).unwrap();
            assert!(push(&log, 2).is_stored());
            end(grant);
        })
    };
    open.recv().unwrap();
    // The last record is the one behind the grant.
    let (mut got, mut slept) = (Got::default(), false);
    while got.ids.last() != Some(&2) {
        let (next, sleep) = take(&ring, 1);
        got.ids.extend(next.ids);
        got.told += next.told;
        slept |= sleep;
    }
    producer.join().unwrap();
    settle(&ring, 2, slice::from_ref(&got));
    (got, slept)
}

/// A grant is open when the consumer looks, and then committed.
#[test]
fn a_consumer_hears_of_the_commit_that_it_waits_for() {
    static OUTCOMES: Outcomes<(Vec<u8>, bool)> = Outcomes::new();
    loom::model(|| {
        let (got, slept) = behind_a_grant(|grant| {
            grant.commit();
        });
        OUTCOMES.reached((got.ids, slept));
    });
    OUTCOMES.are(
        "a_consumer_hears_of_the_commit_that_it_waits_for",
        &[(vec![1, 2], true), (vec![1, 2], false)],
    );
}

/// A grant is open when the consumer looks, and then given back.
#[test]
fn a_consumer_hears_of_the_discard_that_it_waits_for() {
    static OUTCOMES: Outcomes<(Vec<u8>, bool)> = Outcomes::new();
    loom::model(|| {
        let (got, slept) = behind_a_grant(|grant| grant.discard());
        OUTCOMES.reached((got.ids, slept));
    });
    OUTCOMES.are(
        "a_consumer_hears_of_the_discard_that_it_waits_for",
        &[(vec![2], true), (vec![2], false)],
    );
}

/// An evictor frees the oldest record and holds a grant in its cell, until the
/// consumer has taken one: there is always one to take. If the consumer believed
/// an old tail, it would take the grant for the oldest, and sleep.
#[test]
fn a_sleeper_does_not_trust_an_old_tail() {
    static OUTCOMES: Outcomes<(Vec<u8>, bool)> = Outcomes::new();
    loom::model(|| {
        let ring: Arc<Ring<[Cell; 2]>> = super::full(oldest());
        let (taken, done) = mpsc::channel();
        let evictor = {
            let ring = ring.clone();
            thread::spawn(move || {
                let log = Logger::new(&ring, calls(oldest()));
                let grant = log.reserve(level(3), 0, 8);
                done.recv().unwrap();
                drop(grant);
            })
        };
        let consumer = takes(&ring, 1);
        let (got, slept) = consumer.join().unwrap();
        taken.send(()).unwrap();
        evictor.join().unwrap();
        settle(&ring, 3, slice::from_ref(&got));
        OUTCOMES.reached((got.ids, slept));
    });
    OUTCOMES.are(
        "a_sleeper_does_not_trust_an_old_tail",
        &[(vec![1], false), (vec![2], false)],
    );
}
