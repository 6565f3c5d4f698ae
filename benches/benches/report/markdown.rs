//! `BENCHMARKS.md`.

use logring_benches::tsc;

use crate::outcome::{EMPTY, Run, spread};
use crate::plots::Picture;
use crate::situations::{HOT, SITUATIONS};
use crate::{bar, tables};

/// The whole page.
pub(crate) fn text(run: &Run, to_pictures: &str, pictures: &[Picture]) -> String {
    let mut text = "# Benchmarks\n\n".to_owned();
    text += &format!(
        "Made by `{}`, which writes this page, the raw data ([report.json]({to_pictures}report.json)) \
         and the pictures. Do not edit it.\n\n",
        run.command
    );
    text += &head(run);
    text += "## The bar\n\n";
    text += "Ratios are of 20-call averages (the mean of the middle half of a round's blocks), \
             with the empty call's subtracted, unless a row says \
             otherwise. They are computed in each round, between samples of the same distance \
             between cores; the table has their median and spread. Nothing is gated on them.\n\n";
    text += &bar::table(run);
    text += "\n## Overview\n\n";
    text += "Nanoseconds of a call with 64 bytes: 20-call average less the empty call's, median \
             (least to most) of the rounds. Of two threads there is a figure for rounds with near \
             cores and one for those with far ones (hops of less and more than 100 ns), with the \
             number of such rounds; rounds in which the distance changed are in neither.\n\n";
    text += &tables::overview(run);
    text.push('\n');
    for picture in pictures {
        text += &format!("![{}]({to_pictures}{})\n\n", picture.title, picture.file);
    }
    text += "## Situations\n\n";
    text += "Percentiles are nanoseconds of single calls, each between two readings of the clock, \
             of all rounds together, whatever the distance of cores. Nothing is subtracted from them: compare them with the empty \
             call's. A percentile that fewer than ten calls lie above is left out.\n\n";
    for (name, title, what) in SITUATIONS {
        if run.of(name).next().is_some() {
            text += &format!(
                "### {title}\n\n{what}\n\n{}\n",
                tables::situation(run, name)
            );
        }
    }
    text += NOT_SHOWN;
    text
}

fn head(run: &Run) -> String {
    let mut text = "| | |\n|---|---|\n".to_owned();
    for (name, value) in &run.machine.facts {
        text += &format!("| {name} | {value} |\n");
    }
    let scale = &run.scale;
    text += &format!(
        "| clock | {}; {:.4} ns a tick, steps of {} ticks ({:.1} ns) |\n",
        tsc::NAME,
        scale.nanos_per_tick,
        scale.step_ticks,
        scale.nanos(scale.step_ticks as f64),
    );
    if let Some(empty) = run.find(HOT, EMPTY) {
        let single = empty.calls().nanos_at(50.0, scale);
        let average = spread(&empty.averages()).map_or(f64::NAN, |spread| spread.median);
        text += &format!(
            "| overhead | an empty call alone {single:.1} ns, in a block of 20 {average:.2} ns each |\n"
        );
    }
    text += &format!(
        "| rounds | {}, each in an order of its own (seed {:#x}), after one that does not count; {:.0} s |\n\n",
        run.rounds, run.seed, run.seconds
    );
    text += METHOD;
    text
}

const METHOD: &str = "\
Every queue has room for 1024 records and holds the same bytes: slot queues as arrays, byte queues
as frames, loggers as the line they want. Each is in its mode that does not wait. Before anything is
timed, everybody delivers 1500 records that are compared byte by byte (loggers: whose contents are
compared by their sink, and counted). While one thread is timed, what has room must store every
record, and what is full must store none, or all if it overwrites, or the run fails. Of two threads,
what was refused is counted in the tables. `kanal` and `slog-async` take locks inside;
`std`, `flume` and the loggers may wake a thread.

";

const NOT_SHOWN: &str = "\
## What these figures do not show

- **Your machine.** They are of a virtual machine with two virtual processors that may be two threads
  of one core, without isolated cores, beside whatever else the host does. Take ratios, not
  nanoseconds, and run it yourself.
- **The worst case.** A maximum is a slice of the scheduler or of the hypervisor, unless it is far from
  the empty call's in the same table. What bounds a push is its number of steps, which no
  measurement shows.
- **Small differences.** Where the linker puts a loop moves a figure by a tenth from one build to the
  next. Below 1 ns differences mean nothing. Where the clock steps, single calls do, too.
- **The mean under contention.** Where one core keeps a cache line for many calls, most blocks of 20
  are quick and a few wait; their middle then tells of the quick ones, and the percentiles of the others.
  The contended control is such a case when the cores are far apart.
- **Stored records.** A refused push is quicker than a stored one. With several threads, read how many
  records were refused before the time: a ring that evicts refuses what finds its oldest record still
  being written, where `force_push` waits for it.
- **Less than the clock.** Percentiles contain the clock's own time; where an empty call takes 30 ns, no
  call takes less.
- **The same work.** Slot queues know the size of a record when they are compiled, and so does the
  logring in a `static`; a row shows one on the heap that does not. A ring stores a level with each
  record and counts every loss by cause and severity. None of the queues beside it counts losses
  (`tracing-appender` does), has levels, or takes records of any length, but for `bbqueue`, which
  has one producer and one consumer.
- **Consumers.** In the hot situation nobody pops meanwhile. With a consumer on another core, each
  record's cache lines travel.
- **Scaling.** Two cores say nothing about twenty.
- **Survival.** Whether a call comes back when it interrupts another one is no question of time; the
  program `who_hangs` answers it.
";
