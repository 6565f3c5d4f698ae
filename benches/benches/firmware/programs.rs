//! Building the programs of `logring/firmware` for a target, and running them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, SectionFlags};

use crate::targets::Target;

type Answer<T> = Result<T, Box<dyn Error>>;

/// Programs of one thing each, and what it is; their code is what they have
/// more than the first.
const SIZES: [(&str, &str); 5] = [
    ("size_base", ""),
    ("size_push", "push"),
    ("size_push_pop", "push and pop"),
    ("size_all", "all but formatting"),
    ("size_info", "info! of a number"),
];

/// All figures of a target.
pub(crate) fn measure(target: &Target) -> Answer<Vec<(String, f64)>> {
    let mut figures = Vec::new();
    let watched = ["--no-default-features", "--features", "watched"];
    for base in [&["--features", "costs"], &watched[..]] {
        for drained in [&[][..], &["--features", "drained"]] {
            build(target, &[base, drained, &["--bin", "costs"]].concat())?;
            figures.extend(run(target, "costs")?);
        }
    }
    figures.extend(sizes(target)?);
    Ok(figures)
}

/// Bytes of code. With a compare-and-swap, the programs have nobody who masks
/// interrupts, and would not link if anything in them had a critical section.
fn sizes(target: &Target) -> Answer<Vec<(String, f64)>> {
    let mut words = vec!["--no-default-features"];
    if !target.has_cas {
        words.extend(["--features", "sections"]);
    }
    for (program, _) in SIZES {
        words.extend(["--bin", program]);
    }
    build(target, &words)?;
    let base = code_bytes(&elf(target, SIZES[0].0))?;
    let mut figures = Vec::new();
    for (program, what) in &SIZES[1..] {
        let bytes = code_bytes(&elf(target, program))? - base;
        figures.push((format!("logring: {what}, bytes of code"), bytes as f64));
    }
    Ok(figures)
}

/// What a program has in flash: its code and constants, and what its variables
/// begin with. Tables for unwinding count for nothing: nothing unwinds.
fn code_bytes(elf: &Path) -> Answer<u64> {
    const ALLOCATED: u64 = object::elf::SHF_ALLOC as u64;
    let data = std::fs::read(elf)?;
    let file = object::File::parse(&*data)?;
    let mut bytes = 0;
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else {
            continue;
        };
        let has_bytes = section.file_range().is_some();
        let unwinds = section.name()?.starts_with(".eh_frame");
        if sh_flags & ALLOCATED != 0 && has_bytes && !unwinds {
            bytes += section.size();
        }
    }
    Ok(bytes)
}

fn build(target: &Target, words: &[&str]) -> Answer<()> {
    let root = root();
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--release", "--locked"])
        .args(["--target", target.triple, "--target-dir"])
        .arg(folder())
        .args(words)
        .current_dir(root.join("logring/firmware"))
        // Paths are part of a program.
        .env(
            "RUSTFLAGS",
            format!("--remap-path-prefix={}=.", root.display()),
        )
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()?;
    if !status.success() {
        return Err(format!("{} does not build: {words:?}", target.triple).into());
    }
    Ok(())
}

/// What a program says: a name, a tabulator and a figure a line.
fn run(target: &Target, program: &str) -> Answer<Vec<(String, f64)>> {
    let output = Command::new(root().join("logring/firmware/qemu"))
        .arg(elf(target, program))
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = said.lines().collect();
    if !output.status.success() || lines.last() != Some(&"end") {
        let last = lines[lines.len().saturating_sub(3)..].join("\n");
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} failed on {}: …\n{last}\n{error}", target.triple).into());
    }
    let figures = lines.iter().filter_map(|line| line.split_once('\t'));
    figures
        .map(|(name, figure)| Ok((name.to_owned(), figure.parse()?)))
        .collect()
}

fn elf(target: &Target, program: &str) -> PathBuf {
    let folder = folder().join(target.triple);
    folder.join("release").join(program)
}

/// Where the programs are built, beside the folder that this one was built in.
fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| PathBuf::from("target"));
    root().join(target).join("firmware")
}

pub(crate) fn root() -> PathBuf {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    benches.parent().expect("a workspace has a root").to_owned()
}
