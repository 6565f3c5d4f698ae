//! Nobody pops: from empty to full, and on.

use std::time::Duration;

use logring_benches::tsc::{self, Scale};

use super::{Case, STOPPED, STOPPED_LONG, each};
use crate::contestants::channels::{Flume, Kanal, Std};
use crate::contestants::controls::Empty;
use crate::contestants::loggers::{Appender, SlogAsync};
use crate::contestants::rings::{DropNewest, DropOldest, Static};
use crate::contestants::single::{Bbqueue, Ringbuf, RingbufOverwrite, Rtrb};
use crate::contestants::slots::{
    ArrayForce, ArrayPush, ConcurrentForce, ConcurrentPush, HeaplessMpmc, Thing,
};
use crate::contestants::{BYTES, Contestant, Pop, Push, Sink};
use crate::sample::{BURST, Effort, Sample, Singles, Timed, singles};

/// A call that takes longer is counted.
const LONG_CALL: Duration = Duration::from_micros(100);
/// The name of the count of such calls.
pub(crate) const ABOVE: &str = "calls above 100 µs";

/// Rounds between two runs of a minute, but for the empty call.
const LONG_EVERY: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn add(cases: &mut Vec<Case>, effort: &Effort) {
    each!(cases, stopped(): Empty, Static<DropNewest>, Static<DropOldest>,
        ArrayPush<BYTES>, ArrayForce<BYTES>, ConcurrentPush<BYTES>, ConcurrentForce<BYTES>,
        Thing<BYTES>, HeaplessMpmc<BYTES>, Bbqueue, Rtrb, Ringbuf, RingbufOverwrite<BYTES>,
        Std, Kanal, Flume, Appender, SlogAsync);
    if effort.long {
        each!(cases, stopped_long(1): Empty);
        each!(cases, stopped_long(LONG_EVERY):
            Static<DropNewest>, Static<DropOldest>, ArrayForce<BYTES>);
    }
}

fn stopped<C: Contestant<BYTES>>() -> Case {
    let (mut push, mut pop) = C::verified();
    Case::new(STOPPED, C::NAME, move |effort, scale| {
        push_for(effort.stopped, &mut push, &mut pop, scale)
    })
}

fn stopped_long<C: Contestant<BYTES>>(every: usize) -> Case {
    let (mut push, mut pop) = C::verified();
    let run = move |_: &Effort, scale: &Scale| push_for(MINUTE, &mut push, &mut pop, scale);
    Case {
        every,
        ..Case::new(STOPPED_LONG, C::NAME, run)
    }
}

fn push_for(
    time: Duration,
    push: &mut impl Push<BYTES>,
    pop: &mut impl Pop<BYTES>,
    scale: &Scale,
) -> Sample {
    pop.empty();
    pop.sink(Sink::Stopped);
    let mut timed = Timed::default();
    let mut ticks: Singles = [0; BURST];
    let start = tsc::start();
    let all = scale.ticks(time);
    while tsc::stop().wrapping_sub(start) < all {
        let stored = singles::<BYTES, _>(push, &mut ticks);
        timed.note_singles(&ticks, stored);
    }
    pop.empty();
    let above = timed.calls().above(scale.ticks(LONG_CALL));
    let mut sample = timed.sample(scale);
    sample.figures.push((ABOVE, above as f64));
    sample
}
