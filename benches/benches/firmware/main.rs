//! What logring costs on bare metal, and peers beside it: instructions, stack,
//! code and memory on six targets, counted in QEMU.
//!
//! `cargo bench -p logring-benches --bench firmware -- [--bless]`
//!
//! It builds the programs of `logring/firmware` and runs them; their figures are
//! the same in each run. `benches/firmware.txt` holds those of the last blessing
//! and the compiler that they are of. One that has grown by more than
//! [`GROWTH_PERCENT`] is an error, and so is one that is missing, and a target
//! that was met and is not any more. `--bless` writes the file, the tables in
//! `FIRMWARE.md` and the picture anew, unless such a target is lost.

mod page;
mod picture;
mod programs;
mod targets;
mod wanted;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use logring_benches::figures::{Figures, GROWTH_PERCENT};
use targets::{COLUMNS, TARGETS};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut bless = false;
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--bless" => bless = true,
            // What cargo passes to every bench.
            "--bench" => {}
            other => return Err(format!("`{other}` is no option: there is --bless").into()),
        }
    }
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = benches.join("firmware.txt");
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let known = Figures::read(&COLUMNS, &known);

    let mut figures = Figures::new(&COLUMNS);
    for (column, target) in TARGETS.iter().enumerate() {
        eprintln!("{}", target.triple);
        for (name, figure) in programs::measure(target)? {
            figures.set(&name, column, figure);
        }
    }
    print!("{}", figures.text(&head()));
    let wants = wanted::wants(&figures);
    println!("\n{}", wanted::table(&wants));
    for change in figures.changes(&known) {
        println!("{change}");
    }

    let mut wrong = wanted::lost(&wanted::wants(&known), &wants);
    if bless && wrong.is_empty() {
        std::fs::write(&file, figures.text(&head()))?;
        picture::draw(&benches.join("results").join(picture::FILE), &figures)?;
        page::write(&figures)?;
        println!("wrote {} and what is made of it", file.display());
    }
    if !bless {
        wrong.extend(figures.complaints(&known, true));
        wrong.extend(page::complaint(&known)?);
    }
    for complaint in &wrong {
        eprintln!("{complaint}");
    }
    Ok(if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn head() -> String {
    let cores: Vec<_> = COLUMNS.iter().map(|core| format!("{core:>9}")).collect();
    format!(
        "# Costs on bare metal, counted in QEMU; opt-level \"s\".\n\
         # Made by `cargo bench -p logring-benches --bench firmware -- --bless`;\n\
         # `./ci.sh costs` fails where one grows by more than {GROWTH_PERCENT} %.\n\
         # columns: {}\n",
        cores.join(" "),
    )
}
