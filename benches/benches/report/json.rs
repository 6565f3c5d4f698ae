//! The raw data.

use std::error::Error;
use std::fs;
use std::path::Path;

use logring_benches::histogram::{Calls, SHOWN};
use logring_benches::tsc::{self, Scale};
use serde_json::{Map, Value, json};

use crate::bar;
use crate::outcome::{Outcome, Run};
use crate::sample::Sample;

/// Writes everything that was measured.
pub(crate) fn write(path: &Path, run: &Run) -> Result<(), Box<dyn Error>> {
    let machine: Map<String, Value> = run
        .machine
        .facts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let rows: Vec<Value> = bar::rows(run).iter().map(bar_row).collect();
    let cases: Vec<Value> = run
        .outcomes
        .iter()
        .map(|outcome| case(outcome, run))
        .collect();
    let all = json!({
        "command": run.command,
        "machine": machine,
        "clock": {
            "name": tsc::NAME,
            "ns_per_tick": run.scale.nanos_per_tick,
            "step_ticks": run.scale.step_ticks,
        },
        "seed": run.seed,
        "rounds": run.rounds,
        "seconds": run.seconds,
        "bar": rows,
        "cases": cases,
    });
    fs::write(path, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}

fn bar_row(row: &bar::Row) -> Value {
    let measured = row.measured.map(|spread| {
        json!({
            "median": spread.median,
            "min": spread.min,
            "max": spread.max,
            "rounds": spread.rounds,
        })
    });
    json!({
        "number": row.number,
        "what": row.what,
        "wanted": row.wanted,
        "measured": measured,
        "met": row.met,
    })
}

fn case(outcome: &Outcome, run: &Run) -> Value {
    let rounds: Vec<Value> = outcome
        .samples
        .iter()
        .map(|sample| {
            sample
                .as_ref()
                .map_or(Value::Null, |sample| round(sample, &run.scale))
        })
        .collect();
    let calls = outcome.calls();
    json!({
        "situation": outcome.situation,
        "contestant": outcome.contestant,
        "all_rounds": (calls.count() > 0).then(|| histogram(&calls, &run.scale)),
        "rounds": rounds,
    })
}

fn round(sample: &Sample, scale: &Scale) -> Value {
    let figures: Map<String, Value> = sample
        .figures
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "average_ns": sample.average_nanos,
        "single_calls_ns": sample.calls.as_ref().map(|calls| histogram(calls, scale)),
        "figures": figures,
        "hops_ns": sample.hops.map(|hops| json!([hops.before, hops.after])),
        "class": sample.class().map(|class| class.name()),
    })
}

fn histogram(calls: &Calls, scale: &Scale) -> Value {
    let mut map = Map::new();
    map.insert("calls".to_owned(), json!(calls.count()));
    for (name, percentile) in SHOWN {
        map.insert(name.to_owned(), json!(calls.nanos_at(percentile, scale)));
    }
    Value::Object(map)
}
