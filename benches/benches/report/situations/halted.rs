//! A producer that stops between reserving room and making its record
//! readable. Only an interface that hands out the room can show that in safe
//! code; for the others there is the storm of signals in `who_hangs`.

use logring::{Cause, Level};
use logring_benches::tsc::Scale;

use super::{Case, HALTED};
use crate::contestants::rings::{HaltedNewest, HaltedOldest, Log, Static};
use crate::contestants::single::Bbqueue;
use crate::contestants::{BYTES, Contestant, Pop, Push, payload};
use crate::sample::{Effort, Sample, Timed, singles};

/// Records that others push meanwhile: twice what fits.
const OTHERS: usize = 2048;
/// Records that were there before.
const BEFORE: usize = 10;

pub(crate) fn add(cases: &mut Vec<Case>) {
    cases.push(logring::<HaltedNewest>());
    cases.push(logring::<HaltedOldest>());
    cases.push(bbqueue());
}

/// What the others see: each of their calls, and what a consumer gets.
fn others<P: Push<BYTES>, Q: Pop<BYTES>>(
    push: &mut P,
    pop: &mut Q,
    scale: &Scale,
    busy: impl Fn() -> u64,
    go_on: impl FnOnce(),
) -> Sample {
    let mut ticks = [0; OTHERS];
    let busy_before = busy();
    let stored = singles::<BYTES, P>(push, &mut ticks);
    let busy = busy() - busy_before;
    let meanwhile = pop.take(usize::MAX);
    go_on();
    let after = pop.take(usize::MAX);
    let mut timed = Timed::default();
    timed.note_singles(&ticks, stored);
    let mut sample = timed.sample(scale);
    sample.figures = vec![
        ("stored of 2048", stored as f64),
        ("of the refused, as busy", busy as f64),
        ("taken while it is stopped", meanwhile as f64),
        ("taken when it has gone on", after as f64),
    ];
    sample
}

fn push_before<P: Push<BYTES>>(push: &mut P) {
    for _ in 0..BEFORE {
        assert!(push.push(&payload()));
    }
}

fn logring<L: Log<BYTES>>() -> Case {
    let (mut push, mut pop) = <Static<L> as Contestant<BYTES>>::verified();
    Case::new(HALTED, L::NAME, move |_: &Effort, scale| {
        pop.empty();
        push_before(&mut push);
        let mut grant = L::log()
            .reserve(Level::INFO, 0, BYTES)
            .expect("an empty ring has room");
        grant.append(&payload::<BYTES>());
        let busy = || L::log().ring().stats().lost.by_cause(Cause::Busy);
        let sample = others(&mut push, &mut pop, scale, busy, || {
            grant.commit();
        });
        pop.empty();
        sample
    })
}

fn bbqueue() -> Case {
    let (mut push, mut pop) = <Bbqueue as Contestant<BYTES>>::verified();
    Case::new(
        HALTED,
        <Bbqueue as Contestant<BYTES>>::NAME,
        move |_, scale| {
            Pop::<BYTES>::empty(&mut pop);
            push_before(&mut push);
            let mut grant = push.grant(BYTES as u16).expect("an empty queue has room");
            grant.copy_from_slice(&payload::<BYTES>());
            others(
                &mut push,
                &mut pop,
                scale,
                || 0,
                || grant.commit(BYTES as u16),
            )
        },
    )
}
