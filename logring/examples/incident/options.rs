//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::ArgPredicate;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use logring::{Config, Ring};

use crate::sink::Target;

/// Where the lines go unless `--sink` says otherwise.
pub(crate) const SINK_DEFAULT: &str = "target/incident.log";

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Options {
    /// The lines to replay; `None` for the payment service made up here.
    pub(crate) log: Option<PathBuf>,
    pub(crate) sink: Target,
    /// How long one variant runs.
    pub(crate) run: Duration,
    pub(crate) requests_per_second: u32,
    /// What each queue may hold, in bytes; a ring of that capacity exists.
    pub(crate) capacity_bytes: usize,
    pub(crate) plot: PathBuf,
    /// Nothing that decides whether records get lost was changed, so each
    /// check must have something to check.
    pub(crate) stock: bool,
}

impl Options {
    /// Reads the command line. Answers `None` when it asked for help, which
    /// has then been printed.
    ///
    /// # Errors
    /// One line that says what is wrong with it.
    pub(crate) fn from_args() -> Result<Option<Self>, String> {
        match command().try_get_matches() {
            Ok(matches) => Ok(Some(Self::from_matches(&matches))),
            Err(error) if error.use_stderr() => {
                let text = error.to_string();
                let line = text.lines().next().unwrap_or_default();
                Err(line.trim_start_matches("error: ").to_owned())
            }
            Err(help) => {
                print!("{help}");
                Ok(None)
            }
        }
    }

    fn from_matches(matches: &ArgMatches) -> Self {
        let changed = ["log", "sink", "seconds", "requests-per-second", "capacity"];
        let by_hand = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
        Self {
            log: matches.get_one("log").cloned(),
            sink: matches.get_one("sink").cloned().unwrap_or_default(),
            run: Duration::from_secs_f64(value(matches, "seconds")),
            requests_per_second: value(matches, "requests-per-second"),
            capacity_bytes: value(matches, "capacity"),
            plot: value(matches, "plot"),
            stock: !changed.into_iter().any(by_hand),
        }
    }
}

fn value<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> T {
    let value = matches.get_one::<T>(id).cloned();
    value.expect("the argument has a default")
}

fn command() -> Command {
    let option =
        |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let quick = |arg: Arg, quick: &'static str, usual: &'static str| {
        arg.default_value_if("quick", ArgPredicate::Equals("true".into()), quick)
            .default_value(usual)
            .hide_default_value(true)
    };
    Command::new("incident")
        .about(
            "Replays an outage in which a slow log stopped an application: once with a channel \
             that blocks, and three times with a logring.",
        )
        .arg(
            option("log", "FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Log the lines of this file, with the severity that each line names"),
        )
        .arg(
            option("sink", "FILE|PIPE|tcp://HOST:PORT")
                .value_parser(|text: &str| Target::parse(text))
                .help(format!(
                    "Append what is forwarded to this [default: {SINK_DEFAULT}, anew]"
                )),
        )
        .arg(quick(
            option("seconds", "S")
                .value_parser(parse_seconds)
                .help("How long each of the four variants runs [default: 6, quick: 1.3]"),
            "1.3",
            "6",
        ))
        .arg(
            option("requests-per-second", "N")
                .value_parser(value_parser!(u32).range(1..=50_000))
                .default_value("2000")
                .help("Requests that arrive each second"),
        )
        .arg(quick(
            option("capacity", "BYTES")
                .value_parser(parse_capacity)
                .help("What each queue may hold [default: 128k, quick: 32k]"),
            "32k",
            "128k",
        ))
        .arg(
            option("plot", "PATH")
                .value_parser(value_parser!(PathBuf))
                .default_value("target/incident.svg")
                .help("Where to draw request latency over time"),
        )
        .arg(
            Arg::new("quick")
                .long("quick")
                .action(ArgAction::SetTrue)
                .help("A few seconds in all, with every check, for continuous integration"),
        )
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.5..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a run takes 0.5 to 600 seconds".to_owned()),
    }
}

/// Sizes are read by the library, so that `256k` means here what it means in
/// a configuration.
fn parse_capacity(text: &str) -> Result<usize, String> {
    let entry = format!("capacity={text}");
    let config = Config::parse(&entry).map_err(|error| error.why().to_string())?;
    let capacity_bytes = config.capacity_bytes().unwrap_or(0);
    if capacity_bytes > 1 << 30 {
        return Err("more than 1g will not fill in the time that this takes".to_owned());
    }
    match Ring::memory_bytes(capacity_bytes) {
        Ok(_) => Ok(capacity_bytes),
        Err(error) => Err(error.to_string()),
    }
}
