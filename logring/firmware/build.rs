//! The memories of each board, for the linker.
use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let target = env::var("TARGET").expect("cargo says for which target it builds");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names a folder"));
    let (script, arguments): (String, &[&str]) = match target.as_str() {
        // A micro:bit.
        "thumbv6m-none-eabi" => (cortex_m(0, "256K", 0x2000_0000, "16K"), CORTEX_M),
        // MPS2 boards.
        "thumbv7m-none-eabi" | "thumbv7em-none-eabi" => {
            (cortex_m(0, "4M", 0x2000_0000, "4M"), CORTEX_M)
        }
        "thumbv8m.main-none-eabi" => (cortex_m(0x1000_0000, "4M", 0x3800_0000, "4M"), CORTEX_M),
        "riscv32imac-unknown-none-elf" | "riscv32imc-unknown-none-elf" => {
            (RISCV.to_owned(), &["-Tmemory.x", "-Tlink.x"])
        }
        other => panic!("there is no board for {other}"),
    };
    fs::write(out.join("memory.x"), script).expect("the folder can be written");
    println!("cargo:rustc-link-search={}", out.display());
    for argument in arguments {
        println!("cargo:rustc-link-arg={argument}");
    }
    // Where the texts of `defmt` go.
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo:rustc-link-arg=-Tdefmt.x");
    }
    println!("cargo:rerun-if-changed=build.rs");
}

const CORTEX_M: &[&str] = &["-Tlink.x", "--nmagic"];

/// The last 2 KiB of RAM are no section's: nobody clears or loads them, so they
/// keep what they held when the machine was reset.
fn cortex_m(flash: u32, flash_size: &str, ram: u32, ram_size: &str) -> String {
    format!(
        "MEMORY
{{
  FLASH : ORIGIN = {flash:#010x}, LENGTH = {flash_size}
  RAM : ORIGIN = {ram:#010x}, LENGTH = {ram_size} - 2K
}}
_retained = ORIGIN(RAM) + LENGTH(RAM);
"
    )
}

/// QEMU's `virt` has nothing but RAM.
const RISCV: &str = "MEMORY
{
  FLASH : ORIGIN = 0x80000000, LENGTH = 4M
  RAM : ORIGIN = 0x80400000, LENGTH = 4M - 2K
}
_retained = ORIGIN(RAM) + LENGTH(RAM);
REGION_ALIAS(\"REGION_TEXT\", FLASH);
REGION_ALIAS(\"REGION_RODATA\", FLASH);
REGION_ALIAS(\"REGION_DATA\", RAM);
REGION_ALIAS(\"REGION_BSS\", RAM);
REGION_ALIAS(\"REGION_HEAP\", RAM);
REGION_ALIAS(\"REGION_STACK\", RAM);
";
