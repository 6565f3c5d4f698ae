//! Instructions of one operation, counted by callgrind: figures that do not
//! depend on the machine, and the only ones that a check is made of.
//!
//! `cargo bench -p logring-benches --bench instructions -- [--bless] [FILTER]`
//!
//! Each operation runs in a process of its own under `valgrind`, which counts
//! what happens inside [`region`] and nothing else; what a loop around nothing
//! takes is subtracted. `benches/instructions.txt` holds the figures of the
//! last blessing and the compiler that they are of. An operation that has grown
//! by more than [`GROWTH_PERCENT`] is an error, and so is one that the file
//! does not know; `--bless` writes the file anew.

mod ops;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use logring_benches::figures::{Figures, GROWTH_PERCENT};

/// There is one figure an operation.
const COLUMNS: [&str; 1] = [""];

/// What callgrind counts: nothing outside of this function.
#[inline(never)]
fn region(work: &mut dyn FnMut()) {
    work();
}

fn main() -> ExitCode {
    let mut bless = false;
    let mut filter = String::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bless" => bless = true,
            // What cargo passes to every bench.
            "--bench" => {}
            // A process that is being counted.
            "--run" => {
                let name = words.next().unwrap_or_default();
                ops::run(&name);
                return ExitCode::SUCCESS;
            }
            _ => filter = word,
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt");
    let known = Figures::read(
        &COLUMNS,
        &std::fs::read_to_string(&path).unwrap_or_default(),
    );
    let mut counted = Figures::new(&COLUMNS);
    for name in ops::names().filter(|name| name.contains(&filter)) {
        let now = count(name);
        println!("{}", line(name, now, known.get(name, 0)));
        counted.set(name, 0, now);
    }
    if bless {
        assert!(filter.is_empty(), "the whole file is blessed at once");
        std::fs::write(&path, counted.text(&head())).expect("the file of figures can be written");
        println!("wrote {}", path.display());
        return ExitCode::SUCCESS;
    }
    let wrong = counted.complaints(&known, filter.is_empty());
    for complaint in &wrong {
        eprintln!("{complaint}");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Instructions of one operation, on average.
fn count(name: &str) -> f64 {
    let loops = collected(ops::NOTHING);
    (collected(name) - loops) as f64 / ops::COUNT as f64
}

/// What callgrind collects for an operation.
fn collected(name: &str) -> i64 {
    let this = std::env::current_exe().expect("a program has a path");
    let out: PathBuf = std::env::temp_dir().join(format!("callgrind.{}", std::process::id()));
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg("--toggle-collect=instructions::region*")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(&this)
        .args(["--run", name])
        .output()
        .expect("valgrind is installed");
    // It is a by-product: the sum is on the standard error stream.
    let _ = std::fs::remove_file(&out);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    let sum = said
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .and_then(|(_, sum)| sum.trim().parse().ok());
    sum.unwrap_or_else(|| panic!("{name}: callgrind says no sum: {said}"))
}

fn line(name: &str, now: f64, was: Option<f64>) -> String {
    match was {
        Some(was) => format!(
            "{name:36} {now:9.1}  was {was:9.1}  {:+.1} %",
            100.0 * (now / was - 1.0)
        ),
        None => format!("{name:36} {now:9.1}"),
    }
}

fn head() -> String {
    format!(
        "# Instructions of one operation by callgrind, x86-64, {} operations each.\n\
         # Made by `cargo bench -p logring-benches --bench instructions -- --bless`;\n\
         # `./ci.sh instructions` fails where one grows by more than {GROWTH_PERCENT} %.\n",
        ops::COUNT,
    )
}
