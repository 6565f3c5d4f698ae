//! Why somebody is not in a situation.

use crate::situations::{
    CROWD, HALTED, OVERWRITING, READER, REFUSING, TWO, TWO_OVERWRITING, TWO_REFUSING,
};

const REFUSES_ONLY: &str = "refuses only";
const OVERWRITES_ONLY: &str = "overwrites only";
const ONE_PRODUCER: &str = "one producer only";

const SINGLE: &[&str] = &[
    "bbqueue grant + commit",
    "rtrb push",
    "ringbuf try_push",
    "ringbuf push_overwrite",
];
const OVERWRITERS: &[&str] = &[
    "logring, drop oldest",
    "crossbeam ArrayQueue::force_push",
    "concurrent-queue force_push",
    "ringbuf push_overwrite",
];
const LOGGERS: &[&str] = &["tracing-appender, lossy", "slog-async, Drop"];
const VARIANTS: &[&str] = &[
    "logring, drop newest, TSC stamp",
    "logring, drop newest, boxed, length unknown",
];
const SHARDS: &str = "logring, a shard each";
const CONTROLS: &[&str] = &[
    "empty call",
    "memcpy",
    "CAS + memcpy",
    "CAS + copy, shared slots",
    "TSC read + memcpy",
];

/// The reason, for a contestant that has no figures in a situation.
pub(crate) fn why_not(situation: &str, contestant: &str) -> &'static str {
    let is_in = |list: &[&str]| list.contains(&contestant);
    let several = matches!(
        situation,
        TWO | TWO_REFUSING | TWO_OVERWRITING | CROWD | READER
    );
    if is_in(CONTROLS) {
        "a control, never full"
    } else if several && is_in(SINGLE) {
        ONE_PRODUCER
    } else if matches!(situation, REFUSING | TWO_REFUSING) && is_in(OVERWRITERS) {
        OVERWRITES_ONLY
    } else if contestant == SHARDS {
        "as logring, drop newest, with another shard"
    } else if is_in(VARIANTS) {
        "as logring, drop newest"
    } else if matches!(situation, OVERWRITING | TWO_OVERWRITING | READER) && !is_in(OVERWRITERS) {
        REFUSES_ONLY
    } else if several && is_in(LOGGERS) {
        "its own thread needs a third core"
    } else if contestant == "ringbuf push_overwrite" {
        "both ends in one hand: nobody can pop"
    } else if situation == HALTED {
        "cannot be stopped there in safe code"
    } else {
        "not measured"
    }
}
