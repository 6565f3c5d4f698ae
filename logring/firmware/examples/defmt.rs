//! `defmt` in interrupts that nest: no line is masked, torn or lost unseen.
//!
//! The main program and two interrupts on top of each other log lines with
//! numbers of their own. The interrupts come earlier or later in each round,
//! so that sooner or later they meet every place of a line. The idle loop drains
//! the ring with a small buffer and sends frames to the output, encoded; at the
//! end a `Format` panics in the middle of its line, and the panic handler logs,
//! too, and sends the books behind the last frame. `decode` in the folder beside
//! this one reads all that and holds the program to it:
//!
//! ```sh
//! cargo build --release --target thumbv7m-none-eabi --features defmt --example defmt
//! cargo run --release --manifest-path decode/Cargo.toml -- target/thumbv7m-none-eabi/release/examples/defmt
//! ```
#![no_std]
#![no_main]

use core::cell::Cell;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use critical_section::Mutex;
use defmt::{Encoder, Format, Formatter};
use logring::adapters::{DefmtTransport, encode_frame};
use logring::{Config, LogRing, Logger, Popped};
use logring_firmware as fw;
use semihosting::io::{self, Write};

/// A cell for each frame: so small that it overflows now and then.
static RING: LogRing<32> = LogRing::new();
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
/// Main program and two interrupts; an argument that logs makes four.
static TRANSPORT: DefmtTransport<3, FRAME_BYTES> = DefmtTransport::new(LOG);
logring::defmt_global_logger!(TRANSPORT);

const FRAME_BYTES: usize = 48;
/// Timer ticks that the first interrupt moves in each round, and how far.
const FIRST_STEP: u32 = 23;
const FIRST_MAX: u32 = 40_000;
/// How long after it the second comes, at least and at most. The first takes
/// thousands of instructions to get to its line, and the second is to come inside
/// that line, too.
const SECOND_MIN: u32 = 40;
const SECOND_MAX: u32 = 20_000;
const SECOND_STEP: u32 = 61;
/// Rounds in all, and up to how many go by without a drain.
const ROUNDS: u32 = 2400;
const SILENT_ROUNDS: u32 = 8;

/// Whether a panic is the one that was planned.
static AT_END: AtomicBool = AtomicBool::new(false);

/// A count that contexts take turns at.
type Count = Mutex<Cell<u32>>;

/// Taken inside a line: the decoder knows by it which lines were interrupted by
/// which.
static TAKEN: Count = Mutex::new(Cell::new(0));
defmt::timestamp!("{=u32}", next(&TAKEN));

/// Lines that each context has logged.
static LOGGED: [Count; 4] = [const { Mutex::new(Cell::new(0)) }; 4];
const MAIN: usize = 0;
const FIRST: usize = 1;
const SECOND: usize = 2;
/// A line that is logged inside another.
const INNER: usize = 3;

/// Losses that were told with records. Only the idle loop drains, and after it
/// the panic handler.
static TOLD: AtomicU32 = AtomicU32::new(0);

fn next(count: &Count) -> u32 {
    critical_section::with(|token| {
        let count = count.borrow(token);
        count.replace(count.get().wrapping_add(1))
    })
}

/// Logs the next line of a context, which tells its number twice.
fn log(context: usize) {
    let number = next(&LOGGED[context]);
    defmt::println!("{=u8} {=u32} {=u32}", context as u8, number, !number);
}

/// An argument that logs a line of its own while it is formatted.
struct Talkative(u32);

impl Format for Talkative {
    fn format(&self, to: Formatter<'_>) {
        log(INNER);
        defmt::write!(to, "{=u32}", self.0);
    }
}

fn first() {
    log(FIRST);
}

fn second() {
    let number = next(&LOGGED[SECOND]);
    let inverse = Talkative(!number);
    defmt::println!("{=u8} {=u32} {}", SECOND as u8, number, inverse);
}

/// A line that is longer than a frame may be, so it is lost.
fn log_too_long() {
    let number = next(&LOGGED[MAIN]);
    let long = [7; FRAME_BYTES];
    defmt::println!(
        "{=u8} {=u32} {=u32} {=[u8]}",
        MAIN as u8,
        number,
        !number,
        long
    );
}

/// Sends what is in the ring, through a buffer of one frame.
fn drain(encoder: &mut Encoder) {
    let mut buf = [0; FRAME_BYTES];
    while let Popped::Record(record) = RING.pop(&mut buf) {
        tell(record.lost_before);
        // One call to the debugger for each frame: they are slow.
        let (mut out, mut len) = ([0; 2 * FRAME_BYTES], 0);
        encode_frame(encoder, record.bytes, |bytes| {
            out[len..len + bytes.len()].copy_from_slice(bytes);
            len += bytes.len();
        });
        send(&out[..len]);
    }
}

fn tell(lost: u64) {
    TOLD.store(TOLD.load(Relaxed) + lost as u32, Relaxed);
}

fn send(bytes: &[u8]) {
    let sent = io::stdout().and_then(|mut out| out.write_all(bytes));
    if sent.is_err() {
        fw::exit(false);
    }
}

#[fw::entry]
fn main() -> ! {
    fw::start();
    fw::handlers(first, second);
    let mut encoder = Encoder::new();
    let (mut at, mut after, mut silent) = (1, SECOND_MIN, 0);
    for round in 0..ROUNDS {
        fw::interrupt_after(at, after);
        log(MAIN);
        match round % 16 {
            0 => log_too_long(),
            _ => log(MAIN),
        }
        fw::disarm();
        at = if at < FIRST_MAX { at + FIRST_STEP } else { 1 };
        after = if after < SECOND_MAX {
            after + SECOND_STEP
        } else {
            SECOND_MIN
        };
        silent += 1;
        if silent > round % SILENT_ROUNDS {
            silent = 0;
            drain(&mut encoder);
        }
    }
    // With room for the last words.
    drain(&mut encoder);
    AT_END.store(true, Relaxed);
    defmt::println!("{=u8} {}", MAIN as u8, Panics);
    fw::exit(false)
}

/// An argument that panics while it is formatted.
struct Panics;

impl Format for Panics {
    fn format(&self, _: Formatter<'_>) {
        panic!("as planned");
    }
}

/// Logs above the line that the panic cut short, which was never offered, and
/// sends the rest and the books. The encoder of the main program is lost with it.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    if !AT_END.load(Relaxed) {
        fw::fail(info);
    }
    log(FIRST);
    drain(&mut Encoder::new());
    tell(RING.take_trailing_loss());
    let of = |context: usize| next(&LOGGED[context]);
    fw::println!(
        "logged {} {} {} {} lost {} told {}",
        of(MAIN),
        of(FIRST),
        of(SECOND),
        of(INNER),
        RING.stats().lost.total(),
        TOLD.load(Relaxed),
    );
    fw::exit(true)
}
