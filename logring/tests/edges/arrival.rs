//! Awaiting a record, by hand: what is asleep, who wakes it, and when it is
//! ready.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake};

use logring::adapters::Arrival;
use logring::{Config, Level, LogRing, Logger, Popped, Ring};

use crate::block::{Block, CELLS, bytes};
use crate::dice::Dice;
use crate::support::{FIRST, WORD, glance, pattern, pop, used};

/// Counts how often its task was woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Bell {
    /// Rings since the last look.
    fn rings(&self) -> usize {
        self.0.swap(0, SeqCst)
    }
}

fn poll(waiting: Pin<&mut impl Future<Output = ()>>, bell: &Arc<Bell>) -> bool {
    let waker = bell.clone().into();
    waiting.poll(&mut Context::from_waker(&waker)) == Poll::Ready(())
}

/// A ring with a logger that calls, in statics of the test's own.
macro_rules! ring {
    ($cells:literal, $config:expr) => {{
        static ARRIVAL: Arrival = Arrival::new();
        static RING: LogRing<$cells> = LogRing::new();
        let notify: fn() = || ARRIVAL.notify();
        let log = Logger::new(&RING, $config.with_notify(Some(notify)));
        (&ARRIVAL, &*(&RING as &Ring), log, Arc::new(Bell::default()))
    }};
}

/// Empty: it sleeps. A record: it is woken, once, and ready, until the record
/// was taken.
#[test]
fn a_record_wakes_and_is_ready() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    for _ in 0..3 {
        let mut waiting = pin!(arrival.wait(ring));
        assert!(!poll(waiting.as_mut(), &bell));
        assert_eq!(bell.rings(), 0);
        log.push(Level::INFO, b"x");
        log.push(Level::INFO, b"y");
        assert_eq!(bell.rings(), 1, "the task is awake already");
        assert!(poll(waiting, &bell));
        pop(ring);
        assert!(poll(pin!(arrival.wait(ring)), &bell));
        pop(ring);
        assert!(!poll(pin!(arrival.wait(ring)), &bell));
    }
}

/// A task that is asked again goes on sleeping, and is woken all the same; so
/// is the one that asked last.
#[test]
fn the_last_task_to_ask_is_woken() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    let other = Arc::new(Bell::default());
    let mut waiting = pin!(arrival.wait(ring));
    assert!(!poll(waiting.as_mut(), &bell));
    assert!(!poll(waiting.as_mut(), &bell));
    assert!(!poll(waiting.as_mut(), &other));
    log.push(Level::INFO, b"x");
    assert_eq!((bell.rings(), other.rings()), (0, 1));
}

/// While the oldest record is open, what is behind it wakes the task and is not
/// ready; both ends of the grant are.
#[test]
fn an_open_grant_sleeps_until_its_end() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    for keep in [true, false] {
        let grant = log.reserve(Level::INFO, 0, 8).unwrap();
        let mut waiting = pin!(arrival.wait(ring));
        assert!(!poll(waiting.as_mut(), &bell));
        log.push(Level::INFO, b"behind");
        assert_eq!(bell.rings(), 1);
        assert!(!poll(waiting.as_mut(), &bell));
        assert_eq!(glance(ring), Popped::Pending);
        if keep {
            grant.commit();
            assert_eq!(bell.rings(), 1);
            assert!(poll(waiting, &bell));
            assert_eq!(pop(ring).bytes, b"");
        } else {
            grant.discard();
            assert_eq!(bell.rings(), 1);
            assert!(poll(waiting, &bell));
        }
        assert_eq!(pop(ring).bytes, b"behind");
    }
}

/// Cells that were given back are no record: the task is woken, steps over
/// them, and sleeps on; their loss is there to be taken.
#[test]
fn a_discarded_grant_alone_is_not_ready() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    let mut waiting = pin!(arrival.wait(ring));
    for cells in 1..=3 {
        let grant = log
            .reserve(Level::INFO, 0, (cells - 1) * FIRST + 1)
            .unwrap();
        assert!(!poll(waiting.as_mut(), &bell));
        assert_eq!(used(ring), cells);
        drop(grant);
        assert_eq!(bell.rings(), 1);
        assert!(!poll(waiting.as_mut(), &bell));
        assert_eq!(used(ring), 0);
    }
    assert_eq!(ring.take_trailing_loss(), 3);
}

/// A record that the consumer's buffer cannot hold is ready again and again.
#[test]
fn a_record_without_room_stays_ready() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    log.push(Level::INFO, b"four");
    for _ in 0..3 {
        assert!(poll(pin!(arrival.wait(ring)), &bell));
        assert_eq!(glance(ring), Popped::NoSpace { needed: 4 });
    }
    // An empty one needs none.
    pop(ring);
    log.push(Level::INFO, b"");
    assert!(poll(pin!(arrival.wait(ring)), &bell));
}

/// Refused or filtered: nobody is woken. Without a hook: nor by what is stored.
#[test]
fn what_calls_nobody_wakes_nobody() {
    let (arrival, ring, log, bell) = ring!(4, Config::drop_newest());
    let silent = Logger::new(ring, Config::drop_newest());
    let mut waiting = pin!(arrival.wait(ring));
    assert!(!poll(waiting.as_mut(), &bell));
    silent.push(Level::INFO, b"x");
    assert_eq!(bell.rings(), 0);
    assert!(poll(waiting.as_mut(), &bell), "it is there all the same");
    for _ in 0..3 {
        silent.push(Level::INFO, b"x");
    }
    assert!(!log.push(Level::INFO, b"refused").is_stored());
    assert_eq!(bell.rings(), 0);
}

/// In a damaged block a wait is ready if and only if a pop then finds a record:
/// a consumer that waits and pops does not run in circles.
#[test]
fn a_wait_in_a_damaged_block_says_what_a_pop_says() {
    let bell = Arc::new(Bell::default());
    let (mut ready, mut asleep) = (0, 0);
    for seed in if cfg!(miri) { 0..9 } else { 0..5_000 } {
        let mut dice = Dice(seed << 32);
        let mut block = Block::new();
        for _ in 0..dice.roll() % 9 {
            let log = Logger::new(block.ring(), Config::drop_oldest());
            log.push(Level::INFO, &pattern(dice.roll() % 300));
        }
        let words = bytes() / WORD;
        for _ in 0..dice.roll() % 40 {
            let (at, other) = (dice.roll() % words, dice.roll() % words);
            let other = *block.word(other);
            *block.word(at) = dice.spoil(*block.word(at), other);
        }
        let ring = block.ring();
        for _ in 0..CELLS {
            let is_ready = poll(pin!(Arrival::new().wait(ring)), &bell);
            let mut buf = [0; 1024];
            let popped = ring.pop(&mut buf);
            let found = !matches!(popped, Popped::Empty | Popped::Pending);
            assert_eq!(is_ready, found, "seed {seed}: {popped:?}");
            *(if found { &mut ready } else { &mut asleep }) += 1;
        }
        block.assert_guards();
    }
    assert!(ready > 0 && asleep > 0, "{ready} {asleep}");
}
