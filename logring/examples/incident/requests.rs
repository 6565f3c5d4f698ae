//! The request threads, and how the latency of a request is measured.

use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use crate::schedule::{Phase, Schedule};
use crate::tally::{Sample, Tally, lock};
use crate::variant::Log;
use crate::workload::{Workload, is_error};

/// Requests that one thread is given per second; more of them take more
/// threads. A request sleeps about 0.2 ms, so a thread is idle for most of
/// the time and can catch up after a stall.
const REQUESTS_PER_THREAD: u32 = 1000;
const THREADS_MIN: u32 = 2;

/// How the requests are spread over threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) threads: u32,
    /// Between two requests of a thread.
    period: Duration,
}

impl Plan {
    pub(crate) fn for_rate(requests_per_second: u32) -> Self {
        let threads = requests_per_second
            .div_ceil(REQUESTS_PER_THREAD)
            .max(THREADS_MIN);
        let period = Duration::from_secs(1) * threads / requests_per_second;
        Self { threads, period }
    }
}

/// Serves requests until those that arrive by the end of the schedule are
/// answered, or the run is stopped.
///
/// Requests arrive by the clock, whether or not the one before has been
/// answered: customers do not stop coming because the checkout hangs. So a
/// request that had to queue behind a blocked one waits from its arrival, and
/// a stall is not one slow request but all that came during it. (Measuring
/// from where the thread gets to a request would hide them; that mistake is
/// called coordinated omission.) A thread that was idle and merely woke up
/// late is not the logger's doing: then the request arrives when it wakes,
/// and after a very late awakening so do all that come later.
pub(crate) fn serve(
    thread: u32,
    plan: Plan,
    schedule: Schedule,
    workload: &Workload,
    log: &Log,
    tally: &Tally,
) {
    let mut due = schedule.start + plan.period * thread / plan.threads;
    let mut number = u64::from(thread);
    loop {
        let mut arrived = due;
        let now = Instant::now();
        if now < due {
            thread::sleep(due - now);
            arrived = Instant::now();
            if arrived - due > plan.period {
                due = arrived;
            }
        }
        if arrived >= schedule.end() || tally.stop.load(Relaxed) {
            return;
        }
        let log_call_max = answer(number, schedule, workload, log, tally);
        let sample = Sample {
            arrived,
            answered: Instant::now(),
            log_call_max,
        };
        lock(&tally.samples).push(sample);
        due += plan.period;
        number += u64::from(plan.threads);
    }
}

/// Does what the request asks for, and says how long its slowest log call
/// took.
fn answer(
    number: u64,
    schedule: Schedule,
    workload: &Workload,
    log: &Log,
    tally: &Tally,
) -> Duration {
    thread::sleep(Workload::bank_takes(number));
    let mut log_call_max = Duration::ZERO;
    workload.lines(number, &mut |level, text| {
        let error_number = tally.offer(level);
        if is_error(level) && schedule.phase_at(Instant::now()) == Phase::Stalled {
            lock(&tally.first_error).get_or_insert_with(|| (error_number, text.to_string()));
        }
        let before = Instant::now();
        log.line(level, error_number, text);
        log_call_max = log_call_max.max(before.elapsed());
    });
    log_call_max
}
