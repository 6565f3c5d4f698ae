//! One case: a ring as full as asked, an operation, and two interrupts.

use core::fmt;
use core::ptr;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, compiler_fence};

use logring::{Cause, Level, Logger, Popped, Pushed};
use logring_firmware as board;
use logring_firmware::Clock;

use crate::books::{AFTERWARDS, Books, LEVELS};
use crate::record;

static BOOKS: Books = Books::new();
/// The case that runs; handlers find it here.
static RUNNING: AtomicPtr<Case> = AtomicPtr::new(ptr::null_mut());
/// Makes the records of one case differ from those of the next.
static NUMBER: AtomicU32 = AtomicU32::new(0);
/// Whether a level, or the program afterwards, is inside a call of the library.
static INSIDE: [AtomicBool; LEVELS + 1] = [const { AtomicBool::new(false) }; LEVELS + 1];
static HIT: AtomicBool = AtomicBool::new(false);
static NESTED: AtomicBool = AtomicBool::new(false);
static OVERLAPPED: AtomicBool = AtomicBool::new(false);
/// Whether the handlers have ended, by level.
static HANDLED: [AtomicBool; LEVELS] = [const { AtomicBool::new(false) }; LEVELS];

/// Instructions until the first interrupt, and from there to the second.
static TIMES: (AtomicU32, AtomicU32) = (AtomicU32::new(0), AtomicU32::new(0));
/// Whether the program is at what is to be interrupted, and not at the filling
/// before or at the emptying after it.
static OPERATING: AtomicBool = AtomicBool::new(false);
/// Of the operation and its interrupts.
static INSTRUCTIONS: AtomicU32 = AtomicU32::new(0);
/// Instructions after which every operation has ended.
const NEVER: u32 = 400_000;
/// Looks at [`HANDLED`] until it is clear that an interrupt does not come.
const LOOKS_MAX: u32 = 20_000;

/// Bytes of a record of one cell, in every ring.
const SHORT: usize = 7;
/// Bytes of one of two cells, where the ring takes such.
const LONG: usize = 34;

/// What an interrupt does.
#[derive(Clone, Copy)]
pub enum Handler {
    Push,
    Pop,
}

/// What is interrupted.
#[derive(Clone, Copy)]
pub enum Operation {
    Push,
    PushLong,
    /// A push to a full ring: an eviction, or a refusal.
    PushFull,
    Format,
    Grant,
    Discard,
    Pop,
    Drain,
    /// No call at all: what the clock counts besides.
    Nothing,
    /// No call, and it ends when both handlers have: what they cost.
    Wait,
}

impl Operation {
    pub const ALL: [Self; 8] = [
        Self::Push,
        Self::PushLong,
        Self::PushFull,
        Self::Format,
        Self::Grant,
        Self::Discard,
        Self::Pop,
        Self::Drain,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::PushLong => "long",
            Self::PushFull => "full",
            Self::Format => "format",
            Self::Grant => "grant",
            Self::Discard => "discard",
            Self::Pop => "pop",
            Self::Drain => "drain",
            Self::Nothing => "nothing",
            Self::Wait => "wait",
        }
    }

    /// Whether the operation is one of a ring with so many free cells.
    pub fn fits(self, free: usize) -> bool {
        match self {
            Self::PushFull => free == 0,
            _ => true,
        }
    }
}

pub struct Case {
    pub log: Logger<'static>,
    pub clock: Clock,
    pub operation: Operation,
    /// Cells in use at the start.
    pub filled: usize,
    pub handlers: (Handler, Handler),
}

/// What a case met.
pub struct Met {
    /// The first interrupt came inside the operation.
    pub hit: bool,
    /// And the second inside the first one's.
    pub nested: bool,
    /// The second came before the first had ended, so that between the two
    /// there was nothing else.
    pub overlapped: bool,
    pub delivered: u32,
    pub lost: u32,
    /// Of the operation and its interrupts.
    pub instructions: u32,
}

impl Case {
    /// Runs the case, with interrupts after so many instructions, or none.
    pub fn run(&self, interrupts: Option<(u32, u32)>) -> Met {
        BOOKS.clear();
        NUMBER.store(NUMBER.load(Relaxed).wrapping_add(1), Relaxed);
        HIT.store(false, Relaxed);
        NESTED.store(false, Relaxed);
        OVERLAPPED.store(false, Relaxed);
        HANDLED
            .iter()
            .for_each(|handled| handled.store(false, Relaxed));
        let (refused_before, evicted_before) = self.lost();
        self.fill();
        RUNNING.store(ptr::from_ref(self).cast_mut(), Relaxed);

        TIMES
            .0
            .store(interrupts.map_or(NEVER, |(first, _)| first), Relaxed);
        TIMES
            .1
            .store(interrupts.map_or(0, |(_, second)| second), Relaxed);
        OPERATING.store(true, Relaxed);
        self.operate(0);
        OPERATING.store(false, Relaxed);
        board::disarm();

        self.empty();
        let (refused, evicted) = self.lost();
        let (refused, evicted) = (refused - refused_before, evicted - evicted_before);
        let delivered = BOOKS.audit(refused, evicted);
        Met {
            hit: HIT.load(Relaxed),
            nested: NESTED.load(Relaxed),
            overlapped: OVERLAPPED.load(Relaxed),
            delivered: delivered as u32,
            lost: (refused + evicted) as u32,
            instructions: INSTRUCTIONS.load(Relaxed),
        }
    }

    /// Calls the library: from here on the clock and the timer run.
    fn inside<R>(&self, level: usize, call: impl FnOnce() -> R) -> R {
        let watched = level == 0 && OPERATING.load(Relaxed);
        if watched {
            let first = self.clock.timer_ticks(TIMES.0.load(Relaxed));
            let second = self.clock.timer_ticks(TIMES.1.load(Relaxed));
            board::interrupt_after(first, second);
        }
        INSIDE[level].store(true, Relaxed);
        compiler_fence(SeqCst);
        let answer = call();
        compiler_fence(SeqCst);
        INSIDE[level].store(false, Relaxed);
        if watched {
            INSTRUCTIONS.store(self.clock.instructions_since_armed(), Relaxed);
        }
        answer
    }

    /// Records that the ring refused or got back, and that it evicted.
    fn lost(&self) -> (usize, usize) {
        let lost = self.log.ring().stats().lost;
        // Each interrupt costs at most one attempt, of many.
        assert!(
            lost.by_cause(Cause::Contended) == 0,
            "an offer ran out of attempts"
        );
        let evicted = lost.by_cause(Cause::Evicted);
        ((lost.total() - evicted) as usize, evicted as usize)
    }

    /// Fills the ring with long and short records.
    fn fill(&self) {
        let mut left = self.filled;
        if left >= 2 && self.long_bytes() == LONG {
            self.push(0, LONG);
            left -= 2;
        }
        for _ in 0..left {
            self.push(0, SHORT);
        }
    }

    /// Takes what is left, and what is to be told.
    fn empty(&self) {
        while self.pop(AFTERWARDS) {}
        let ring = self.log.ring();
        assert!(
            matches!(ring.pop(&mut []), Popped::Empty),
            "a record is stuck"
        );
        BOOKS.told(AFTERWARDS, ring.take_trailing_loss());
    }

    fn operate(&self, level: usize) {
        match self.operation {
            Operation::Push | Operation::PushFull => self.push(level, SHORT),
            Operation::PushLong => self.push(level, self.long_bytes()),
            Operation::Format => self.format(level),
            Operation::Grant => self.grant(level, true),
            Operation::Discard => self.grant(level, false),
            Operation::Pop => {
                self.pop(level);
            }
            Operation::Drain => self.drain(level),
            Operation::Nothing => self.inside(level, || ()),
            Operation::Wait => self.inside(level, wait),
        }
    }

    fn long_bytes(&self) -> usize {
        self.log.record_bytes_max().min(LONG)
    }

    fn push(&self, level: usize, len: usize) {
        let number = BOOKS.offer(level);
        let mut bytes = [0; record::BYTES_MAX];
        let text = record::write(&mut bytes, NUMBER.load(Relaxed), number, len);
        let answer = self.inside(level, || self.log.push(Level::INFO, text.as_bytes()));
        BOOKS.answer(number, answer == Pushed::Stored);
    }

    fn format(&self, level: usize) {
        let number = BOOKS.offer(level);
        let mut bytes = [0; record::BYTES_MAX];
        let len = self.long_bytes();
        let text = record::write(&mut bytes, NUMBER.load(Relaxed), number, len);
        let (start, end) = text.split_at(len / 2);
        let answer = self.inside(level, || logring::info!(self.log, "{start}{}", Aloud(end)));
        BOOKS.answer(number, answer == Pushed::Stored);
    }

    /// A grant of which a part stays unused, filled in two pieces.
    fn grant(&self, level: usize, commit: bool) {
        let number = BOOKS.offer(level);
        let mut bytes = [0; record::BYTES_MAX];
        let text = record::write(&mut bytes, NUMBER.load(Relaxed), number, SHORT);
        let (start, end) = text.as_bytes().split_at(3);
        let granted = self.inside(level, || {
            let mut grant = self.log.reserve(Level::INFO, 0, self.long_bytes()).ok()?;
            grant.append(start);
            grant.append(end);
            let cut = commit && grant.commit();
            Some(cut)
        });
        // What a commit answers is whether the record was cut.
        BOOKS.answer(number, commit && granted == Some(false));
    }

    fn pop(&self, level: usize) -> bool {
        let mut buf = [0; record::BYTES_MAX];
        match self.inside(level, || self.log.ring().pop(&mut buf)) {
            Popped::Record(record) => {
                note(level, record.bytes, record.lost_before);
                true
            }
            Popped::NoSpace { needed } => panic!("a record of {needed} bytes"),
            Popped::Empty | Popped::Pending => false,
        }
    }

    /// Up to four records at once; they are looked at afterwards.
    fn drain(&self, level: usize) {
        const MOST: usize = 4;
        let mut buf = [0; MOST * record::BYTES_MAX];
        let mut taken = [([0; record::BYTES_MAX], 0, 0); MOST];
        let mut free = taken.iter_mut();
        let sink = |record: logring::Record<'_>| {
            let (bytes, len, lost_before) = free.next().expect("no more than asked for");
            bytes[..record.bytes.len()].copy_from_slice(record.bytes);
            (*len, *lost_before) = (record.bytes.len(), record.lost_before);
        };
        let drained = self.inside(level, || self.log.ring().drain(&mut buf, MOST, sink));
        for (bytes, len, lost_before) in &taken[..drained.records] {
            note(level, &bytes[..*len], *lost_before);
        }
    }

    fn handle(&self, level: usize, handler: Handler) {
        match handler {
            Handler::Push => self.push(level, SHORT),
            Handler::Pop => {
                self.pop(level);
            }
        }
        HANDLED[level].store(true, Relaxed);
    }
}

/// Until both handlers have ended.
fn wait() {
    let both = || HANDLED[1].load(Relaxed) && HANDLED[2].load(Relaxed);
    let come = (0..LOOKS_MAX).any(|_| both());
    assert!(come, "an interrupt that never came");
}

fn note(popper: usize, bytes: &[u8], lost_before: u64) {
    let Some(number) = record::read(bytes, NUMBER.load(Relaxed)) else {
        panic!("torn: {bytes:?}");
    };
    BOOKS.popped(popper, number, lost_before);
}

struct Aloud<'t>(&'t str);

impl fmt::Display for Aloud<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn running() -> &'static Case {
    // SAFETY: hazard: a case that is over. The timer is disarmed before `run`
    // returns, and was armed after this was set.
    unsafe { &*RUNNING.load(Relaxed) }
}

/// The first interrupt.
pub fn first() {
    let case = running();
    HIT.store(INSIDE[0].load(Relaxed), Relaxed);
    case.handle(1, case.handlers.0);
}

/// The second, on top of the first or of what follows it.
pub fn second() {
    let case = running();
    NESTED.store(INSIDE[0].load(Relaxed) && INSIDE[1].load(Relaxed), Relaxed);
    OVERLAPPED.store(!HANDLED[1].load(Relaxed), Relaxed);
    case.handle(2, case.handlers.1);
}
