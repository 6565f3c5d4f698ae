//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::sample::Effort;

/// What was asked for.
pub(crate) struct Args {
    /// How long to measure.
    pub(crate) effort: Effort,
    /// Only cases whose name contains this.
    pub(crate) filter: Option<String>,
    /// Where the Markdown goes.
    pub(crate) markdown: PathBuf,
    /// Where raw data and pictures go.
    pub(crate) results: PathBuf,
    /// The command, to print.
    pub(crate) command: String,
}

/// Full: well below eight minutes.
const FULL: Effort = Effort {
    rounds: 9,
    bursts: 200,
    sparse_calls: 120,
    cold_calls: 24,
    stopped: Duration::from_secs(1),
    while_running: Duration::from_millis(40),
    long: false,
};

/// Quick: below a minute; shows that all works, and no figure to keep.
const QUICK: Effort = Effort {
    rounds: 3,
    bursts: 30,
    sparse_calls: 25,
    cold_calls: 4,
    stopped: Duration::from_millis(50),
    while_running: Duration::from_millis(10),
    long: false,
};

/// Reads the command line; ends the program if it makes no sense.
pub(crate) fn read() -> Args {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .help(help)
            .action(ArgAction::SetTrue)
    };
    let matches = Command::new("report")
        .about("Latency of logring and its peers, side by side")
        .arg(flag("quick", "Less than a minute, into target/report").conflicts_with("long"))
        .arg(flag(
            "long",
            "Also the runs of 60 s with a stopped consumer",
        ))
        .arg(
            Arg::new("filter")
                .long("filter")
                .value_name("X")
                .help("Only cases whose name contains X, into target/report"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("DIR")
                .help("Everything into this folder")
                .value_parser(value_parser!(PathBuf)),
        )
        // What cargo passes to every bench.
        .arg(flag("bench", "Ignored").hide(true))
        .get_matches();
    let filter = matches.get_one::<String>("filter").cloned();
    let (quick, long) = (matches.get_flag("quick"), matches.get_flag("long"));
    let top = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let (markdown, results) = match matches.get_one::<PathBuf>("out") {
        Some(out) => (out.clone(), out.clone()),
        None if quick || filter.is_some() => {
            let folder = top.join("target/report");
            (folder.clone(), folder)
        }
        None => (top.clone(), top.join("benches/results")),
    };
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let mut command = "cargo bench -p logring-benches --bench report".to_owned();
    if !words.is_empty() {
        command = format!("{command} -- {}", words.join(" "));
    }
    Args {
        effort: Effort {
            long,
            ..if quick { QUICK } else { FULL }
        },
        filter,
        markdown,
        results,
        command,
    }
}
