//! The seeds of the fuzz targets that call the C functions, replayed without a
//! fuzzer.

mod kit;

use std::fs;
use std::path::Path;

/// Gives each seed of a target to `run`, and fails if there are hardly any.
fn replay(target: &str, run: impl Fn(&[u8])) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus-seed")
        .join(target);
    let mut replayed = 0;
    for entry in fs::read_dir(&seeds).expect("the seeds are part of the repository") {
        let path = entry.expect("a seed can be listed").path();
        // Printed only if the run fails.
        println!("{}", path.display());
        run(&fs::read(&path).expect("a seed can be read"));
        replayed += 1;
    }
    assert!(replayed >= 10, "{} has {replayed} seeds", seeds.display());
}

/// Each sequence of calls that the fuzzer found worth keeping is answered as
/// the header says.
#[test]
#[cfg_attr(miri, ignore = "reads files; the noise of another test does not")]
fn the_calls_of_the_corpus_are_answered() {
    replay("abi", kit::run_calls);
}

/// Each damage that the fuzzer found worth keeping costs records only.
#[test]
#[cfg_attr(
    miri,
    ignore = "writes bytes of words, which Miri's atomics take amiss"
)]
fn the_damage_of_the_corpus_costs_records_only() {
    replay("damage", kit::run_damage);
}

/// Bytes that look like chance, the same on every run.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// Noise is calls, too, of which some make rings and use them.
#[test]
fn calls_of_noise_are_answered() {
    for seed in 0..if cfg!(miri) { 5 } else { 3000 } {
        kit::run_calls(&noise(seed, 40 + seed as usize % 1000));
    }
}

/// And noise is damage.
#[test]
#[cfg_attr(
    miri,
    ignore = "writes bytes of words, which Miri's atomics take amiss"
)]
fn damage_of_noise_costs_records_only() {
    for seed in 0..3000 {
        kit::run_damage(&noise(seed, 40 + seed as usize % 1000));
    }
}
