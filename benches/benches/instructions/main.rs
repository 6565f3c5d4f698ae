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

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Growth that is an error.
const GROWTH_PERCENT: f64 = 5.0;

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
    let known = match std::fs::read_to_string(&path) {
        Ok(text) => read(&text),
        Err(_) => BTreeMap::new(),
    };
    let counted: Vec<_> = ops::names()
        .filter(|name| name.contains(&filter))
        .map(|name| (name, count(name)))
        .inspect(|(name, now)| println!("{}", line(name, *now, known.get(*name))))
        .collect();
    if bless {
        assert!(filter.is_empty(), "the whole file is blessed at once");
        let text = write(&counted);
        std::fs::write(&path, text).expect("the file of figures can be written");
        println!("wrote {}", path.display());
        return ExitCode::SUCCESS;
    }
    let wrong = complaints(&counted, &known, filter.is_empty());
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

fn complaints(counted: &[(&str, f64)], known: &BTreeMap<String, f64>, all: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, now) in counted {
        match known.get(*name) {
            None => wrong.push(format!("`{name}` has no figure yet: --bless")),
            Some(was) if *now > was * (1.0 + GROWTH_PERCENT / 100.0) => wrong.push(format!(
                "`{name}` has grown from {was:.1} to {now:.1} instructions, by more than \
                 {GROWTH_PERCENT} %; if that is worth it, --bless"
            )),
            Some(_) => {}
        }
    }
    if all {
        let gone = |name: &&String| !counted.iter().any(|(counted, _)| counted == name);
        for name in known.keys().filter(gone) {
            wrong.push(format!("`{name}` is no operation any more: --bless"));
        }
    }
    wrong
}

fn line(name: &str, now: f64, was: Option<&f64>) -> String {
    match was {
        Some(was) => format!(
            "{name:36} {now:9.1}  was {was:9.1}  {:+.1} %",
            100.0 * (now / was - 1.0)
        ),
        None => format!("{name:36} {now:9.1}"),
    }
}

fn write(counted: &[(&str, f64)]) -> String {
    let mut text = format!(
        "# Instructions of one operation by callgrind, x86-64, {} operations each.\n\
         # Made by `cargo bench -p logring-benches --bench instructions -- --bless`;\n\
         # `./ci.sh instructions` fails where one grows by more than {GROWTH_PERCENT} %.\n\
         # compiler: {}\n",
        ops::COUNT,
        compiler(),
    );
    for (name, now) in counted {
        text += &format!("{name:36} {now:9.1}\n");
    }
    text
}

/// The figures in the text of a file.
fn read(text: &str) -> BTreeMap<String, f64> {
    let figures = text.lines().filter(|line| !line.starts_with('#'));
    figures
        .filter_map(|line| line.trim_end().rsplit_once(' '))
        .filter_map(|(name, figure)| Some((name.trim_end().to_owned(), figure.parse().ok()?)))
        .collect()
}

/// The version of the compiler, as the check asks for it.
fn compiler() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("there is a compiler");
    let said = String::from_utf8_lossy(&output.stdout);
    said.split_whitespace()
        .nth(1)
        .unwrap_or("unknown")
        .to_owned()
}
