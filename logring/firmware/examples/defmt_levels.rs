//! `defmt` knows how severe a line is: a flood of `debug!` fills the ring up to its
//! mark, and the `error!` behind it is stored. `defmt::flush` sends what is there. At the
//! end the program panics; the panic handler logs by `defmt`, and the fault that it ends
//! in sends its message.
//!
//! On Arm, that panic handler is `panic-probe`, as it is.
#![no_std]
#![no_main]

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use logring::adapters::DefmtTransport;
use logring::{Cause, Config, Level, LogRing, Logger, Popped, Severity};
use logring_firmware as fw;
#[cfg(target_arch = "arm")]
use panic_probe as _;

static RING: LogRing<32> = LogRing::new(); // 1 KiB
static LOG: Logger = Logger::new(&RING, Config::drop_newest().with_mark(Severity::Debug, 50));
static TRANSPORT: DefmtTransport<2, 200> = DefmtTransport::new(LOG).with_level(PRINTLN);
logring::defmt_global_logger!(TRANSPORT, flush = send_all);

/// The level of what has none.
const PRINTLN: Level = Level::FATAL;

/// Records that were sent, by their severity; a panic's message is one of `ERROR`.
static SENT: [AtomicU32; 6] = [const { AtomicU32::new(0) }; 6];

/// What `defmt::flush` does. In a program it encodes the frames; here it is enough to
/// look at their levels.
fn send_all() {
    let mut buf = [0; 200];
    while let Popped::Record(record) = RING.pop(&mut buf) {
        let sent = &SENT[record.level.severity() as usize];
        sent.store(sent.load(Relaxed) + 1, Relaxed);
    }
}

/// Holds the program to what was sent since, from trace to fatal.
fn expect(what: impl fmt::Display, expected: [u32; 6]) {
    let sent = SENT.each_ref().map(|sent| sent.swap_zero());
    fw::println!("{what}: {sent:?} sent");
    if sent != expected {
        fw::println!("expected {expected:?}");
        fw::exit(false);
    }
}

/// One core, and nobody interrupts here: every target has a load and a store.
trait SwapZero {
    fn swap_zero(&self) -> u32;
}

impl SwapZero for AtomicU32 {
    fn swap_zero(&self) -> u32 {
        let was = self.load(Relaxed);
        self.store(0, Relaxed);
        was
    }
}

#[fw::entry]
fn main() -> ! {
    fw::start();
    for number in 0..100_u32 {
        defmt::debug!("chatter {}", number);
    }
    defmt::error!("motor is burning");
    let lost = RING.stats().lost;
    // What is sent by then is what was stored: half of the ring, and the error.
    defmt::flush();
    expect("a flood and an error", [0, 16, 0, 0, 1, 0]);
    assert!(lost.get(Cause::Level, Severity::Debug) == 84 && lost.total() == 84);

    defmt::trace!("detail {}", 1);
    defmt::debug!("more {}", 2);
    defmt::info!("as expected");
    defmt::warn!("not expected");
    defmt::error!("failed");
    defmt::println!("for the reader");
    defmt::flush();
    expect("one of each", [1; 6]);

    // Nothing is sent twice, and to flush is not to log.
    defmt::flush();
    expect("nothing", [0; 6]);
    assert_eq!(RING.stats().lost.total(), 84);

    fw::on_fault(faulted);
    // Open for ever: nobody will go on behind the panic.
    let grant = LOG.reserve(Level::INFO, 0, 16);
    panic!("the last words of {}", grant.is_ok());
}

/// In the context of a HardFault, or of an exception: nobody who was interrupted will
/// go on, so the ring is made whole first.
fn faulted() {
    RING.recover();
    send_all();
    expect("the panic's message", [0, 0, 0, 0, 1, 0]);
    fw::exit(true)
}

/// What `panic-probe` does.
#[cfg(not(target_arch = "arm"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    fw::fault()
}
