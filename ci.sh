#!/usr/bin/env bash
# Every check of the project by name; `.ci/run` calls them all, and so can you.
#
#   ./ci.sh          lists the jobs
#   ./ci.sh <job>    runs one
#
# A job installs what it lacks; a machine with rustup's stable Rust and gcc is
# enough to start from. Each set of compiler flags has a target folder of its
# own, so that jobs do not undo each other's builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly NIGHTLY=${NIGHTLY:-nightly}
readonly MSRV=1.85.0
readonly HOST=x86_64-unknown-linux-gnu
# The features that are used on a host.
readonly FEATURES=logring/std,logring/log,logring/tracing,logring/shards,logring/defmt,logring/core-index,logring/async
readonly LOGS=target/ci
mkdir -p "$LOGS"

# ---------------------------------------------------------------- the jobs --
# A job is a function `job_NAME`; the comment on its first line is its entry
# in the list.

job_quick() { # lint and test: what every commit must pass
    job_lint
    run cargo test
}

job_test() { # the README's test command, then with features
    run cargo test
    run cargo test -p logring --features std,log,tracing,defmt,shards,core-index,async
    run cargo test -p logring --features portable-atomic
}

job_lint() { # formatting, clippy without warnings, the syntax of the scripts
    need_component rustfmt
    need_component clippy
    run bash -n ci.sh .ci/*
    run cargo fmt --all --check
    run cargo fmt --manifest-path fuzz/Cargo.toml --check
    run cargo fmt --manifest-path logring/firmware/decode/Cargo.toml --check
    run cargo clippy --workspace --all-targets --features "$FEATURES" -- -D warnings
    # All features together: what cannot be combined is no feature of a library.
    run cargo check -p logring -p logring-ffi --all-features
    # `planted` builds the models of injection without features, which no other job
    # does. Those of loom need other dependencies: there it is the first to do so.
    run cargo clippy -p logring --lib --profile test -- -D warnings --cfg logring_inject
}

job_doc() { # the documentation without warnings, also as the documentation host builds it
    need_nightly
    run env RUSTDOCFLAGS="-D warnings -D missing_docs" \
        cargo doc --no-deps -p logring -p logring-ffi --features "$FEATURES"
    run env RUSTDOCFLAGS="-D warnings --cfg docsrs" CARGO_TARGET_DIR=target/docsrs \
        cargo "+$NIGHTLY" doc --no-deps -p logring --features "$FEATURES"
}

job_msrv() { # the libraries build with the oldest supported compiler
    need_toolchain "$MSRV"
    run cargo "+$MSRV" check -p logring -p logring-ffi --lib --features "$FEATURES"
}

job_no_std() { # release builds for bare metal, with and without compare-and-swap
    local target provider
    need_component clippy
    need_targets thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabi \
        riscv32imac-unknown-none-elf
    for target in thumbv7m-none-eabi thumbv7em-none-eabi riscv32imac-unknown-none-elf; do
        run cargo build --release -p logring --target "$target"
        run cargo clippy --release -p logring --target "$target" --features shards,async,log-kv,defmt -- -D warnings
        run cargo clippy --release -p logring-ffi --target "$target" \
            --no-default-features --features panic-handler -- -D warnings
    done
    for provider in critical-section unsafe-assume-single-core; do
        run cargo build --release -p logring --target thumbv6m-none-eabi \
            --features "shards,async,log,defmt,portable-atomic,portable-atomic/$provider"
        run cargo rustc --profile bare -p logring-ffi --crate-type staticlib \
            --target thumbv6m-none-eabi --no-default-features \
            --features "panic-handler,portable-atomic,portable-atomic/$provider"
    done
    # Without atomics to stand on, the crate itself says what to do.
    must_fail_with "this target has no compare-and-swap: enable the feature" \
        cargo build --release -p logring --target thumbv6m-none-eabi
    must_fail_with "the feature \`tracing\` needs a target with compare-and-swap" \
        cargo build --release -p logring --target thumbv6m-none-eabi \
        --features tracing,portable-atomic,portable-atomic/critical-section
}

job_bare() { # C on bare metal: what a producer links, and a program in QEMU
    source .ci/bare
    bare
}

job_sweep() { # an interrupt at every instruction, on six bare-metal targets in QEMU
    source .ci/sweep
    sweep
}

job_firmware() { # the examples for firmware, on six bare-metal targets in QEMU
    source .ci/sweep
    source .ci/firmware
    firmware
}

job_defmt() { # frames of defmt in nested interrupts on six targets in QEMU, decoded
    source .ci/sweep
    source .ci/defmt
    defmt_decoded
}

job_c() { # the headers in all dialects; programs in C, C++, Python; valgrind, sanitizers
    source .ci/c
    run cargo build --release -p logring-ffi
    c_headers
    c_readme target/release
    c_programs target/release
    c_valgrind target/release
    c_sanitized
}

job_install() { # CMake and pkg-config: what they install, and programs against it
    source .ci/install
    install_cmake
}

job_cargo-c() { # the same by cargo-c, which takes ten minutes to install
    source .ci/install
    install_cargo_c
}

job_cross() { # CMake with other compilers: aarch64, i686, musl; programs under qemu-user
    source .ci/install
    source .ci/cross
    cross
}

job_loom() { # every interleaving of the small models, within bounds
    with_loom tests cargo test -p logring --features shards,async --lib models -- --nocapture
}

job_shuttle() { # many random schedules of larger models
    with_shuttle tests cargo test -p logring --lib models
}

job_injection() { # a nested call, or a hostile write, before every atomic access; what a push touches, by number of producers
    with_injection tests cargo test -p logring --features shards,defmt,async --lib \
        -- models::injection models::lines models::steps --nocapture
}

job_narrow() { # on 32 bits, where some code is another: unit tests, edges, the reference, nested calls
    local -r narrow=i686-unknown-linux-musl
    need_targets "$narrow"
    # The linker of the compiler itself needs nothing of a system for 32 bits.
    export CARGO_TARGET_I686_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
    run cargo test -p logring --target "$narrow" \
        --features std,log,tracing,defmt,shards,async --lib --test edges --test model
    with_injection tests cargo test -p logring --target "$narrow" --features shards,defmt,async \
        --lib -- models::injection models::steps --nocapture
}

job_miri() { # undefined behaviour and races: many seeds, 32 bits, big endian
    local MIRI_EXTRA target runs=() failed=0
    need_miri
    MIRI_EXTRA=$MIRI_SPURIOUS
    with_miri 0..16 tests cargo "+$NIGHTLY" miri test -p logring --features shards,async \
        --lib -- models::threads sync::waker_tests
    for target in i686-unknown-linux-gnu s390x-unknown-linux-gnu; do
        with_miri 0..4 tests cargo "+$NIGHTLY" miri test -p logring --target "$target" \
            --lib models::threads
        # Words of another order, and of another width.
        with_miri 0..1 tests cargo "+$NIGHTLY" miri test -p logring --target "$target" \
            --lib ring::copy
    done
    MIRI_EXTRA=
    with_miri 0..1 tests cargo "+$NIGHTLY" miri test -p logring-ffi --test abi
    # Each takes one processor and a minute or two. What damages a block or
    # counts to the wrap takes longer, and once is enough.
    for target in "$HOST" s390x-unknown-linux-gnu; do
        miri_edges "$target" &>"$LOGS/miri-$target.log" &
        runs+=("$!:$target")
    done
    for target in "${runs[@]}"; do
        wait "${target%%:*}" || failed=1
        cat "$LOGS/miri-${target#*:}.log"
    done
    ((!failed)) || die "the edges fail in Miri"
}

miri_edges() { # target
    # Sentences are made of safe code.
    local MIRI_EXTRA= slow=(--skip damage --skip wraps)
    # The rest runs under stacked borrows; this is the other rule of aliasing. What
    # is made of safe code alone is left to the other two.
    if [[ $1 == "$HOST" ]]; then
        MIRI_EXTRA=-Zmiri-tree-borrows
        slow=(--skip forged --skip recover:: --skip retained:: --skip bytes::)
    fi
    with_miri 0..1 tests cargo "+$NIGHTLY" miri test -p logring --target "$1" --test edges \
        -- --skip sentences "${slow[@]}"
}

job_tsan() { # races in real threads, by ThreadSanitizer
    need_nightly rust-src
    with_tsan tests cargo "+$NIGHTLY" test -Zbuild-std --target "$HOST" -p logring \
        --features shards,async --lib models::threads
}

job_planted() { # every planted bug is caught by every tool that can see it, every ordering by a model
    need_nightly rust-src
    need_miri
    source .ci/accesses
    source .ci/planted
    planted
}

job_fuzz() { # fuzzing: against the naive reference, through the C interface, damaged blocks
    need_fuzz
    need_component clippy
    run cargo clippy --manifest-path fuzz/Cargo.toml --target-dir target/fuzz-lint -- -D warnings
    fuzz ops 40
    fuzz abi 25
    fuzz damage 25
    fuzz config 10 -dict=config.dict
}

# Not in .ci/run: it takes hours, and finds what a short look at each commit cannot.
job_deep() { # fuzzing for DEEP_MINUTES a target (60), and Miri with DEEP_SEEDS more seeds (240)
    local MIRI_EXTRA=$MIRI_SPURIOUS target
    need_fuzz
    need_miri
    for target in ops abi damage; do
        fuzz "$target" "$((${DEEP_MINUTES:-60} * 60))"
    done
    with_miri "16..$((16 + ${DEEP_SEEDS:-240}))" tests cargo "+$NIGHTLY" miri test -p logring \
        --features shards,async --lib -- models::threads sync::waker_tests
}

job_storm() { # signal handlers push into the queue they interrupted
    run cargo run --release -p logring-benches --bin who_hangs
}

job_incident() { # the example: an outage replayed: the log forwarder stalls
    run cargo run --release -p logring --example incident -- --quick
}

job_bench() { # a quick look at logring beside its peers, to target/report; nothing is gated
    run cargo test -p logring-benches --lib
    run cargo bench -p logring-benches --bench report -- --quick
    run cargo bench -p logring-benches --bench c_door -- --quick
    run cargo bench -p logring-benches --bench criterion_ops -- --test
}

job_instructions() { # instructions of each operation, by callgrind: none has grown by more than 5 %
    need_package valgrind valgrind
    held_figures instructions
}

job_costs() { # what it costs on bare metal, in QEMU: nothing has grown by more than 5 %
    need_package qemu-system-arm qemu-system-arm
    need_package qemu-system-riscv32 qemu-system-misc
    held_figures firmware thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabi \
        thumbv8m.main-none-eabi riscv32imac-unknown-none-elf riscv32imc-unknown-none-elf
}

job_bench-check() { # every benchmark compiles; nothing else
    run cargo check -p logring-benches --all-targets
}

job_all() { # everything, in the order of .ci/run
    run .ci/run
}

# --------------------------------------------------------------- the tools --
# `with_TOOL COMMAND…` runs a command in the build that the tool needs. Models are
# built often, so without debug information; a panic still says its line.

with_loom() (
    export RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom
    export CARGO_PROFILE_TEST_OPT_LEVEL=3 CARGO_PROFILE_TEST_DEBUG=0
    export LOOM_MAX_PREEMPTIONS=${LOOM_MAX_PREEMPTIONS:-3}
    "$@"
)

with_shuttle() (
    export RUSTFLAGS="--cfg shuttle" CARGO_TARGET_DIR=target/shuttle
    export CARGO_PROFILE_TEST_OPT_LEVEL=3 CARGO_PROFILE_TEST_DEBUG=0
    "$@"
)

with_injection() (
    export RUSTFLAGS="--cfg logring_inject" CARGO_TARGET_DIR=target/injection
    export CARGO_PROFILE_TEST_OPT_LEVEL=3 CARGO_PROFILE_TEST_DEBUG=0
    "$@"
)

with_tsan() (
    export RUSTFLAGS="-Zsanitizer=thread --cfg logring_shadow" CARGO_TARGET_DIR=target/tsan
    export TSAN_OPTIONS="halt_on_error=1"
    "$@"
)

# The first argument is the range of seeds. What is not a flag of Miri goes to
# the compiler of the interpreted crate alone, so dependencies are built once.
with_miri() (
    export CARGO_TARGET_DIR=target/miri
    export MIRIFLAGS="-Zmiri-many-seeds=$1 $MIRI_STRICT ${MIRI_EXTRA:-} --cfg=logring_shadow"
    "${@:2}"
)
readonly MIRI_STRICT="-Zmiri-strict-provenance -Zmiri-symbolic-alignment-check \
-Zmiri-compare-exchange-weak-failure-rate=0.0 -Zmiri-preemption-rate=0.1"
# One of ten compare-and-swaps fails for nothing. If more did, a few calls would lose
# all their attempts: an allowed answer, but not the one that is tested.
readonly MIRI_SPURIOUS=-Zmiri-compare-exchange-weak-failure-rate=0.1

need_fuzz() {
    need_nightly
    need_package g++ g++
    need_cargo_fuzz
}

fuzz() { # target, seconds, options of libFuzzer
    local corpus=fuzz/corpus/$1
    mkdir -p "$corpus"
    (cd fuzz && run cargo "+$NIGHTLY" fuzz run "$1" "corpus/$1" "corpus-seed/$1" \
        -- "-max_total_time=$2" "${@:3}")
}

# ----------------------------------------------------------- running things --

die() {
    echo "ci.sh: $*" >&2
    exit 1
}

# Prints a command, and runs it.
run() {
    echo "\$ ${RUSTFLAGS:+RUSTFLAGS='$RUSTFLAGS' }${MIRIFLAGS:+MIRIFLAGS='$MIRIFLAGS' }$*"
    "$@"
}

# Compares the figures of a benchmark with those of its file. A compiler's
# release moves them, so it is that of the file which compiles.
held_figures() { # benchmark, targets
    local known
    known=$(sed -n 's/^# compiler: //p' "benches/$1.txt")
    if [[ $(rustc --version) != "rustc $known "* ]]; then
        need_toolchain "$known"
        local -x RUSTUP_TOOLCHAIN=$known
    fi
    (($# == 1)) || need_targets "${@:2}"
    run cargo bench -p logring-benches --bench "$1"
}

# Runs tests, and fails also if there was none: a filter that matches nothing
# is green otherwise.
tests() {
    local log
    log=$(mktemp "$LOGS/tests.XXXXXX")
    run "$@" 2>&1 | tee "$log"
    grep -qE '[1-9][0-9]* passed' "$log" || die "no test ran: $*"
    rm "$log"
}

# Runs a build that must fail, and say why in these words.
must_fail_with() {
    local words=$1 log
    shift
    log=$(mktemp "$LOGS/must-fail.XXXXXX")
    echo "\$ ! $*"
    if "$@" >"$log" 2>&1; then
        die "this was to fail: $*"
    fi
    grep -qF "$words" "$log" || die "it failed for another reason: $(cat "$log")"
    rm "$log"
}

# -------------------------------------------------------- installing things --

need_toolchain() { # toolchain, components
    local components=("${@:2}")
    if [[ $'\n'$(rustup toolchain list) != *$'\n'"$1"[-$' \n']* ]]; then
        run rustup toolchain install "$1" --profile minimal --no-self-update \
            ${components[@]/#/--component=}
    elif ((${#components[@]})); then
        rustup component add --toolchain "$1" "${components[@]}" 2>/dev/null ||
            run rustup component add --toolchain "$1" "${components[@]}"
    fi
}

need_nightly() { # components
    need_toolchain "$NIGHTLY" "$@"
}

need_miri() {
    need_nightly miri rust-src
}

need_component() { # of the default toolchain
    rustup component add "$1" 2>/dev/null || run rustup component add "$1"
}

need_targets() { # of the default toolchain
    rustup target add "$@" 2>/dev/null || run rustup target add "$@"
}

need_package() { # command, Debian package
    command -v "$1" >/dev/null || install_package "$2"
}

need_arm_c() { # with a C library, for a test that prints; programs there need none
    need_package arm-none-eabi-gcc gcc-arm-none-eabi
    arm-none-eabi-gcc -E -include stdio.h -xc /dev/null &>/dev/null ||
        install_package libnewlib-arm-none-eabi
}

install_package() { # Debian package
    local sudo=()
    ((EUID == 0)) || sudo=(sudo)
    run "${sudo[@]}" apt-get update -q
    run "${sudo[@]}" apt-get install -qy --no-install-recommends "$1"
}

need_cargo_fuzz() {
    command -v cargo-fuzz >/dev/null || run cargo install cargo-fuzz --locked
}

# --------------------------------------------------------------------- main --

list() {
    echo "usage: ./ci.sh <job>"
    sed -n 's/^job_\([a-z_-]*\)() { # \(.*\)/\1\t\2/p' ci.sh |
        while IFS=$'\t' read -r name what; do
            printf '  %-12s %s\n' "$name" "$what"
        done
}

if (($# == 0)); then
    list
elif (($# == 1)) && declare -F "job_$1" >/dev/null; then
    "job_$1"
else
    echo "ci.sh: no such job: $*" >&2
    list >&2
    exit 2
fi
