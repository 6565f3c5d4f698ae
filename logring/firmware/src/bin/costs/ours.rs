//! What logring does, each in a situation of its own, with a ring of sixteen
//! cells.

use core::hint::black_box;

use logring::{Config, Level, LogRing, Logger, Popped, Severity};

use crate::contest::{LAP_RECORDS, each_popped, sink};
use crate::fw;
use crate::meter::Meter;

const CELLS: usize = 16;
const OWNER: &str = "logring";
/// Large enough that an eviction frees several records for a push.
const MANY_CELLS: usize = 64;
const SIZES: [usize; 3] = [0, 16, 64];

static RING: LogRing<CELLS> = LogRing::new();
static LOG: Logger = Logger::new(&RING, Config::drop_newest());
static OLD: Logger = Logger::new(&RING, Config::drop_oldest());
static MANY: LogRing<MANY_CELLS> = LogRing::new();
static MANY_OLD: Logger = Logger::new(&MANY, Config::drop_oldest());
/// Everything that a record may have, or may not do: a time, a mark, a limit.
const SLOW: Config = Config::drop_newest()
    .with_clock(Some(time))
    .with_record_bytes_max(40)
    .with_truncate(true);
static SLOW_NEW: Logger = Logger::new(&RING, SLOW);
static SLOW_OLD: Logger = Logger::new(&RING, SLOW.with_policy(logring::Policy::DropOldest));
static MARKED: Logger = Logger::new(&RING, Config::drop_newest().with_mark(Severity::Info, 50));
static STAMPED: Logger = Logger::new(&RING, Config::drop_newest().with_clock(Some(time)));

fn time() -> u64 {
    black_box(7)
}

fn stored(pushed: logring::Pushed) -> usize {
    usize::from(pushed.is_stored())
}

pub(crate) fn push(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(LOG.push(Level::INFO, bytes))
}

pub(crate) fn pop(_: &[u8], room: &mut [u8]) -> usize {
    match RING.pop(room) {
        Popped::Record(record) => record.bytes.len(),
        _ => 0,
    }
}

pub(crate) fn drain(_: &[u8], room: &mut [u8]) -> usize {
    let mut bytes = 0;
    RING.drain(room, usize::MAX, |record| bytes += sink(record.bytes));
    bytes
}

pub(crate) fn by_pops(_: &[u8], room: &mut [u8]) -> usize {
    each_popped(pop, room)
}

/// A push into a ring that nothing was popped from.
macro_rules! push_fresh {
    ($name:ident) => {
        fn $name(bytes: &[u8], _: &mut [u8]) -> usize {
            static RING: LogRing<CELLS> = LogRing::new();
            static LOG: Logger = Logger::new(&RING, Config::drop_newest());
            stored(LOG.push(Level::INFO, bytes))
        }
    };
}

push_fresh!(push_fresh_0);
push_fresh!(push_fresh_16);
push_fresh!(push_fresh_64);

fn push_old(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(OLD.push(Level::INFO, bytes))
}

fn push_many_old(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(MANY_OLD.push(Level::INFO, bytes))
}

fn push_stamped(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(STAMPED.push(Level::INFO, bytes))
}

fn push_marked(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(MARKED.push(Level::INFO, bytes))
}

fn push_parts(bytes: &[u8], _: &mut [u8]) -> usize {
    let (first, second) = bytes.split_at(bytes.len() / 4);
    stored(LOG.push_parts(Level::INFO, 7, &[first, second]))
}

fn push_slow(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(SLOW_NEW.push(Level::INFO, bytes))
}

fn push_slow_old(bytes: &[u8], _: &mut [u8]) -> usize {
    stored(SLOW_OLD.push_parts(Level::INFO, 7, &[bytes]))
}

fn grant(bytes: &[u8], _: &mut [u8]) -> usize {
    match LOG.reserve(Level::INFO, 0, bytes.len()) {
        Ok(mut grant) => {
            grant.append(bytes);
            grant.commit();
            1
        }
        Err(_) => 0,
    }
}

fn info(_: &[u8], _: &mut [u8]) -> usize {
    stored(logring::info!(LOG, "value {}", black_box(42_u32)))
}

fn info_old(_: &[u8], _: &mut [u8]) -> usize {
    stored(logring::info!(SLOW_OLD, "value {}", black_box(42_u32)))
}

fn take_trailing_loss(_: &[u8], _: &mut [u8]) -> usize {
    RING.take_trailing_loss() as usize
}

/// An empty ring in which every loss is told.
pub(crate) fn settle() {
    let mut room = [0; 64];
    while !matches!(RING.pop(&mut room), Popped::Empty) {}
    let _ = RING.take_trailing_loss();
}

/// A ring that was filled with records of so many bytes, and goes on so.
fn fill(meter: &mut Meter, bytes: usize) {
    settle();
    for _ in 0..LAP_RECORDS {
        meter.quietly(push_old, bytes);
    }
}

pub(crate) fn measure(meter: &mut Meter) {
    sizes();
    meter.situation(OWNER, |meter| {
        meter.push("push into a fresh ring", push_fresh_0, 0, true);
        meter.push("push into a fresh ring", push_fresh_16, 16, true);
        meter.push("push into a fresh ring", push_fresh_64, 64, true);
    });
    for bytes in SIZES {
        evict(meter, bytes);
    }
    meter.situation(OWNER, |meter| {
        // Two laps, then one that is measured: each record is a cell.
        for _ in 0..2 * MANY_CELLS {
            meter.quietly(push_many_old, 16);
        }
        for _ in 0..MANY_CELLS {
            meter.push("evicting push, 64 cells", push_many_old, 16, true);
        }
    });
    one_after_the_other(meter);
    losses(meter);
    slow(meter);
    formatted(meter);
    meter.situation(OWNER, |meter| {
        settle();
        meter.call("pop of an empty ring", pop, None, 1);
    });
}

/// Bytes of memory of a ring.
fn sizes() {
    if cfg!(feature = "watched") {
        return;
    }
    let line = |cells: usize, bytes: usize| {
        fw::println!("logring: a ring of {cells} cells, bytes of RAM\t{bytes}.0");
    };
    line(4, size_of::<LogRing<4>>());
    line(8, size_of::<LogRing<8>>());
    line(16, size_of::<LogRing<16>>());
    line(32, size_of::<LogRing<32>>());
    line(64, size_of::<LogRing<64>>());
    line(128, size_of::<LogRing<128>>());
    line(256, size_of::<LogRing<256>>());
}

/// A full ring of such records, where each push finds no room. An eviction
/// frees a sixteenth of the ring or more; here that is a record.
fn evict(meter: &mut Meter, bytes: usize) {
    meter.situation(OWNER, |meter| {
        fill(meter, bytes);
        for _ in 0..LAP_RECORDS {
            meter.push("evicting push", push_old, bytes, true);
        }
        // The first pop tells of what was evicted.
        meter.pop("pop after evictions", pop, bytes);
    });
}

fn one_after_the_other(meter: &mut Meter) {
    meter.situation(OWNER, |meter| {
        settle();
        for _ in 0..LAP_RECORDS {
            meter.push("reserve, append, commit", grant, 16, true);
            meter.pop("pop of a grant", pop, 16);
            meter.push("push with a timestamp", push_stamped, 16, true);
            meter.pop("pop of a timestamp", pop, 16);
            meter.push("push of two parts and a tag", push_parts, 16, true);
            meter.pop("pop of a tag", pop, 16);
        }
    });
}

/// A full ring refuses; what is stored next carries the losses, and who pops it
/// tells them.
fn losses(meter: &mut Meter) {
    meter.situation(OWNER, |meter| {
        for _ in 0..LAP_RECORDS {
            settle();
            while meter.quietly(push, 16) == 1 {}
            meter.quietly(pop, 16);
            meter.quietly(pop, 16);
            meter.push("push that carries losses", push, 16, true);
            for _ in 2..CELLS {
                meter.quietly(pop, 16);
            }
            meter.pop("pop that tells losses", pop, 16);
        }
    });
    meter.situation(OWNER, |meter| {
        settle();
        while meter.quietly(push, 16) == 1 {}
        let losses = meter.call("trailing loss, taken", take_trailing_loss, None, 1);
        assert!(losses == 1);
        meter.push("push refused by a mark", push_marked, 16, false);
    });
}

/// Everything at once, and the records that are cut.
fn slow(meter: &mut Meter) {
    meter.situation(OWNER, |meter| {
        for _ in 0..LAP_RECORDS {
            settle();
            while meter.quietly(push, 0) == 1 {}
            for _ in 0..8 {
                meter.quietly(pop, 0);
            }
            meter.push("push, cut, with time and losses", push_slow, 64, true);
            for _ in 8..CELLS {
                meter.quietly(pop, 0);
            }
            meter.pop("pop of such a record, cut to", pop, 40);
        }
    });
    meter.situation(OWNER, |meter| {
        fill(meter, 64);
        while meter.quietly(push, 0) == 1 {}
        for _ in 0..LAP_RECORDS {
            meter.push("evicting push with all of it", push_slow_old, 64, true);
        }
    });
}

/// A formatted line of one number.
fn formatted(meter: &mut Meter) {
    meter.situation(OWNER, |meter| {
        settle();
        for _ in 0..LAP_RECORDS {
            assert!(meter.call("info! of a number", info, None, 1) == 1);
            meter.quietly(pop, 0);
        }
        fill(meter, 64);
        for _ in 0..LAP_RECORDS {
            let answer = meter.call("info! of a number, evicting", info_old, None, 1);
            assert!(answer == 1);
        }
    });
}
