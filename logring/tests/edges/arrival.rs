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

/// Polls a wait that finds a record: it is ready, or at once when it is polled again.
fn is_soon(mut waiting: Pin<&mut impl Future<Output = ()>>, bell: &Arc<Bell>) -> bool {
    let is_ready = poll(waiting.as_mut(), bell);
    is_ready || bell.rings() > 0 && poll(waiting, bell)
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
        assert!(is_soon(pin!(arrival.wait(ring)), &bell));
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

/// A record that the consumer's buffer cannot hold is there again and again, and so
/// is one that needs no room.
#[test]
fn a_record_without_room_stays_there() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    log.push(Level::INFO, b"four");
    for _ in 0..3 {
        assert!(is_soon(pin!(arrival.wait(ring)), &bell));
        assert_eq!(
            ring.pop_whole(&mut [0; 3]),
            Popped::NoSpace { needed: 4 },
            "it is not taken"
        );
    }
    pop(ring);
    log.push(Level::INFO, b"");
    assert!(is_soon(pin!(arrival.wait(ring)), &bell));
}

/// A consumer that waits and takes nothing gives its executor a turn, again and again:
/// of two polls in a row, one is not ready, and has woken its task. That holds while
/// records are evicted, too, and for one that takes turns between two rings.
#[test]
fn a_consumer_that_takes_nothing_does_not_keep_its_executor() {
    let (arrival, ring, log, bell) = ring!(4, Config::drop_oldest());
    static OTHER: LogRing<4> = LogRing::new();
    Logger::new(&OTHER, Config::drop_newest()).push(Level::INFO, b"other");
    log.push(Level::INFO, b"one");
    let (passes, evict) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut consumer = pin!(async {
        loop {
            arrival.wait(ring).await;
            passes.fetch_add(1, SeqCst);
            if evict.load(SeqCst) > 0 {
                log.push(Level::INFO, b"more");
            }
            arrival.wait(&OTHER).await;
            let passes = passes.fetch_add(1, SeqCst);
            assert!(passes < 2, "it never lets go");
        }
    });
    for turn in 0..100 {
        evict.store(turn / 50, SeqCst);
        assert!(!poll(consumer.as_mut(), &bell));
        assert!(bell.rings() > 0, "asleep beside a record");
        assert_eq!(passes.swap(0, SeqCst), 1);
    }
}

/// A turn is not taken from who sleeps: what was not ready is, when it is polled again.
#[test]
fn a_wait_that_was_put_off_is_ready_at_the_next_poll() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    log.push(Level::INFO, b"x");
    assert!(poll(pin!(arrival.wait(ring)), &bell));
    assert!(!poll(pin!(arrival.wait(ring)), &bell));
    assert_eq!(bell.rings(), 1);
    // Also of another wait: who drops one and makes anew gets on.
    assert!(poll(pin!(arrival.wait(ring)), &bell));
    assert!(!poll(pin!(arrival.wait(ring)), &bell));
    pop(ring);
    assert_eq!(bell.rings(), 1);
    assert!(!poll(pin!(arrival.wait(ring)), &bell));
    assert_eq!(bell.rings(), 0, "nothing is there: it sleeps");
}

/// The loop of the documentation, with a buffer that is too small for what comes. It
/// goes on behind a record that was cut, and tells every loss, also that which no
/// record follows.
#[test]
fn the_loop_of_the_documentation_does_not_wedge() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    let (seen, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut consumer = pin!(async {
        let mut buf = [0; 3];
        loop {
            while let Popped::Record(record) = ring.pop(&mut buf) {
                lost.fetch_add(record.lost_before as usize, SeqCst);
                seen.fetch_add(1, SeqCst);
            }
            lost.fetch_add(ring.take_trailing_loss() as usize, SeqCst);
            arrival.wait(ring).await;
        }
    });
    assert!(!poll(consumer.as_mut(), &bell));
    for round in 1..=5 {
        log.push(Level::INFO, &pattern(200));
        while log.push(Level::INFO, &pattern(200)).is_stored() {}
        assert!(bell.rings() > 0);
        assert!(!poll(consumer.as_mut(), &bell));
        assert_eq!(lost.load(SeqCst), round, "what trails is told");
        assert_eq!(used(ring), 0);
    }
    assert_eq!(seen.load(SeqCst) as u64, ring.stats().delivered);
}

/// Producers wake, and never drop a waker: it may be the last owner of a task. Those
/// of other tasks that come to wait replace it, in the consumer's context.
#[test]
fn a_producer_frees_no_task() {
    let (arrival, ring, log, bell) = ring!(16, Config::drop_newest());
    let ended = Arc::new(Bell::default());
    assert!(!poll(pin!(arrival.wait(ring)), &ended));
    let ended = Arc::downgrade(&{ ended });
    log.push(Level::INFO, b"x");
    let rung = ended.upgrade().expect("freed by a producer");
    assert_eq!(rung.rings(), 1);
    drop(rung);
    let tasks = [(); 4].map(|()| Arc::new(Bell::default()));
    for task in &tasks {
        let _ = poll(pin!(arrival.wait(ring)), task);
    }
    assert!(ended.upgrade().is_none(), "kept without bound");
    let kept = tasks.map(|task| Arc::strong_count(&task) > 1);
    assert_eq!(kept, [false, false, true, true]);
    drop(bell);
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
