//! One run: a queue, request threads on one end, the forwarder on the other.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::thread;
use std::time::{Duration, Instant};

use logring::Stats;

use crate::figures::{Figures, PhaseFigures};
use crate::forwarder::{self, Health};
use crate::options::Options;
use crate::requests::{self, Plan};
use crate::schedule::{Phase, Schedule};
use crate::sink::Sink;
use crate::tally::Tally;
use crate::variant::{Log, Variant};
use crate::workload::{Profile, Workload};

/// How long requests and forwarder may take to finish once the schedule is
/// over. Whoever needs longer hangs, and is left behind.
const GRACE: Duration = Duration::from_secs(2);

/// A slow forwarder manages this part of what is logged.
const SLOW_PART: f64 = 0.25;

/// What all variants share.
pub(crate) struct Incident {
    pub(crate) options: Options,
    pub(crate) workload: Workload,
    pub(crate) profile: Profile,
    pub(crate) sink: Sink,
}

/// How a run went.
pub(crate) struct Outcome {
    pub(crate) variant: Variant,
    pub(crate) schedule: Schedule,
    pub(crate) tally: Arc<Tally>,
    pub(crate) figures: Figures,
    /// What the ring itself counted; a channel counts nothing.
    pub(crate) stats: Option<Stats>,
    /// Records that were still in the queue when everybody had finished.
    pub(crate) resident: u64,
    /// Request threads that hang in a log call for good.
    pub(crate) requests_hung: usize,
    /// The forwarder hangs in its sink for good.
    pub(crate) forwarder_hung: bool,
}

impl Incident {
    /// Runs one variant through all phases. It ends in bounded time even if
    /// the sink hangs: threads are waited for with a limit, and never joined.
    pub(crate) fn run(self: &Arc<Self>, variant: Variant) -> Outcome {
        let options = &self.options;
        let (log, source) = variant.open(options.capacity_bytes, self.profile);
        let tally = Arc::new(Tally::default());
        let plan = Plan::for_rate(options.requests_per_second);
        let schedule =
            Schedule::starting_at(Instant::now() + Duration::from_millis(20), options.run);
        let lines_per_second =
            self.profile.lines_per_request * f64::from(options.requests_per_second);
        let slow_line = Duration::from_secs_f64(1.0 / (SLOW_PART * lines_per_second));

        let forwarder = {
            let (incident, tally) = (Arc::clone(self), Arc::clone(&tally));
            let health = Health {
                schedule,
                slow_line,
            };
            thread::spawn(move || {
                forwarder::forward(variant.name(), source, &incident.sink, health, &tally);
            })
        };
        let requests: Vec<_> = (0..plan.threads)
            .map(|thread| {
                let (incident, tally) = (Arc::clone(self), Arc::clone(&tally));
                let log = log.clone();
                thread::spawn(move || {
                    requests::serve(thread, plan, schedule, &incident.workload, &log, &tally);
                })
            })
            .collect();

        narrate(variant, &schedule, &tally);
        let served = within(GRACE, || {
            requests.iter().all(thread::JoinHandle::is_finished)
        });
        tally.requests_done.store(served, Release);
        let forwarder_done = within(GRACE, || forwarder.is_finished());
        tally.stop.store(true, Release);
        // Nearly always at once: only who hangs in the sink does not see it.
        let forwarder_hung = !forwarder_done && !within(GRACE / 4, || forwarder.is_finished());
        within(GRACE / 4, || {
            requests.iter().all(thread::JoinHandle::is_finished)
        });
        let requests_hung = requests
            .iter()
            .filter(|thread| !thread.is_finished())
            .count();

        // The ring is asked before its leftovers are counted, which delivers
        // them.
        let stats = log.stats();
        let resident = resident(&log, &tally);
        Outcome {
            variant,
            schedule,
            figures: Figures::of(&tally, &schedule),
            tally,
            stats,
            resident,
            requests_hung,
            forwarder_hung,
        }
    }
}

/// Takes what the forwarder left in the ring, and says how much that was.
fn resident(log: &Log, tally: &Tally) -> u64 {
    let Some(mut left) = log.leftovers() else {
        return tally.offered() - tally.delivered();
    };
    let mut records = 0;
    while let Some(taken) = left.take() {
        tally.take(&taken);
        records += 1;
    }
    tally.trailing.fetch_add(left.take_trailing_loss(), Relaxed);
    records
}

/// A line a phase while it runs.
fn narrate(variant: Variant, schedule: &Schedule, tally: &Tally) {
    for phase in Phase::ALL {
        thread::sleep(
            schedule
                .end_of(phase)
                .saturating_duration_since(Instant::now()),
        );
        let so_far = PhaseFigures::of(tally, schedule, phase);
        eprintln!(
            "{:<18} {:<10} {:>6.0} requests/s answered",
            variant.name(),
            phase.name(),
            so_far.answered_per_second,
        );
    }
}

/// Waits until `done`, or `most`, and says whether it is done.
fn within(most: Duration, done: impl Fn() -> bool) -> bool {
    let end = Instant::now() + most;
    while !done() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}
