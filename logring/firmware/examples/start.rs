//! The program of FIRMWARE.md, word for word: an interrupt logs, and the idle
//! loop sends what there is to a serial port, a byte at a time.
#![no_std]
#![no_main]

use core::fmt;

use board::{entry, idle, uart_try_write};
use logring::{ByteChunk, ByteDrain, Config, Record};

logring::define!(static LOG: [u8; 1024] = Config::drop_newest().with_record_bytes_max(64));

/// An interrupt, of any priority: it pushes and returns.
fn timer() {
    logring::info!(LOG, "second: {}", board::seconds());
}

/// What precedes a record on its line. Losses have a line of their own.
fn heading(text: &mut dyn fmt::Write, lost: u64, record: Option<&Record<'_>>) -> fmt::Result {
    if lost > 0 {
        writeln!(text, "({lost} lost)")?;
    }
    record.map_or(Ok(()), |record| write!(text, "{} ", record.level))
}

#[entry]
fn main() -> ! {
    board::start(timer);
    let mut bytes = ByteDrain::<64>::lines(heading);
    loop {
        match bytes.chunk(LOG.ring()) {
            ByteChunk::Bytes(&[byte, ..]) if uart_try_write(byte) => bytes.consume(1),
            // The port is full, or nothing is there yet: time for other work.
            _ => idle(),
        }
    }
}

// --- The board: its interrupt, its port, and the time that passes for both. ---

mod board {
    use core::cell::RefCell;
    use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use critical_section::Mutex;
    use logring_firmware as fw;

    pub use fw::entry;

    fw::panic_fails!();

    /// Ticks from one interrupt to the next.
    const PERIOD: u32 = 100_000;
    /// Bytes that the port sends meanwhile: fewer than a record has.
    const SENT_BYTES: u32 = 12;
    const SECONDS_MAX: u32 = 200;

    static SECONDS: fw::Count = fw::Count::new();
    static PORT: Mutex<RefCell<fw::Uart>> = Mutex::new(RefCell::new(fw::Uart::new()));

    /// Calls `timer` again and again, in an interrupt.
    pub fn start(timer: fn()) {
        fw::start();
        fw::handlers(timer, passes);
        fw::interrupt_after(PERIOD, PERIOD);
    }

    /// The second interrupt: time has passed. The first logs, until the end.
    fn passes() {
        fw::uart::pass(SENT_BYTES);
        if SECONDS.get() == SECONDS_MAX {
            fw::handlers(|| (), passes);
        }
        fw::interrupt_after(PERIOD, PERIOD);
    }

    pub fn seconds() -> u32 {
        SECONDS.next()
    }

    /// Whether the port has taken the byte: its queue may be full.
    pub fn uart_try_write(byte: u8) -> bool {
        IS_OVER.store(false, Relaxed);
        critical_section::with(|held| PORT.borrow_ref_mut(held).try_write(byte))
    }

    /// Whether the last second was over, and nothing was written since.
    static IS_OVER: AtomicBool = AtomicBool::new(false);

    /// Ends the program once there is nothing more to be said: the second time
    /// in a row, since the last record may have come just before this.
    pub fn idle() {
        if SECONDS.get() < SECONDS_MAX {
            return;
        }
        if !IS_OVER.load(Relaxed) {
            return IS_OVER.store(true, Relaxed);
        }
        fw::disarm();
        critical_section::with(|held| {
            let port = PORT.borrow_ref(held);
            port.books.close(&[&SECONDS]);
            assert!(port.refusals > 0, "the port was never full");
            assert!(port.books.lost > 0, "nothing was lost");
        });
        fw::exit(true)
    }
}
