//! The targets: the columns of the figures.

pub(crate) struct Target {
    pub(crate) triple: &'static str,
    /// Whether there is a compare-and-swap. Where there is none, critical
    /// sections stand behind the atomics.
    pub(crate) has_cas: bool,
}

pub(crate) const TARGETS: [Target; 6] = [
    target("thumbv6m-none-eabi", false),
    target("thumbv7m-none-eabi", true),
    target("thumbv7em-none-eabi", true),
    target("thumbv8m.main-none-eabi", true),
    target("riscv32imac-unknown-none-elf", true),
    target("riscv32imc-unknown-none-elf", false),
];

/// Their cores.
pub(crate) const COLUMNS: [&str; 6] = ["M0", "M3", "M4", "M33", "RV32IMAC", "RV32IMC"];

/// The column that targets are set for.
pub(crate) const M3: usize = 1;

const fn target(triple: &'static str, has_cas: bool) -> Target {
    Target { triple, has_cas }
}
