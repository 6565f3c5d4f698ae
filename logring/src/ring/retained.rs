//! A ring that knows whether its memory has survived a reset: the ring, and a
//! seal beside it.

use super::orderings::{H_C, H_D};
use super::{LogRing, Recovered, Ring};
use crate::layout::Position;
#[cfg(not(all(test, any(loom, shuttle))))]
use crate::layout::geometry;
use crate::layout::geometry::PAYLOAD_WORDS;
use crate::stats::ledger::STRIPES;
use crate::sync::Slot;

/// Words of a seal: enough that the noise of a power-up does not hit it, also
/// where words are short.
const SEAL_WORDS: usize = 4;

/// A ring of `N` cells for memory that keeps its contents across a reset,
/// such as a section that the start-up code of a firmware leaves alone.
///
/// Its first call is [`recover`](Self::recover). A seal tells whether the
/// memory held a ring of this size, word and version of the crate before. Any
/// contents are valid for the type, so it may lie in memory that nobody has
/// initialised.
///
/// ```
/// use logring::{Config, Level, Logger, Popped, Retained};
///
/// // In a firmware: #[unsafe(link_section = ".uninit.LOG")]
/// static RETAINED: Retained<64> = Retained::new();
/// static LOG: Logger = Logger::new(RETAINED.ring(), Config::drop_oldest());
///
/// // At start-up, before the first push.
/// let found = RETAINED.recover();
/// assert!(!found.survived);
/// LOG.push(Level::ERROR, b"the watchdog is about to bite");
///
/// // After the reset.
/// let found = RETAINED.recover();
/// assert!(found.survived);
/// assert_eq!(found.records, 1);
/// let mut buf = [0; 64];
/// let Popped::Record(record) = RETAINED.ring().pop(&mut buf) else { panic!() };
/// assert_eq!(record.bytes, b"the watchdog is about to bite");
/// ```
///
/// # Context
/// [`recover`](Self::recover) where nobody uses the ring; the others are for
/// any context.
#[repr(C)]
pub struct Retained<const N: usize> {
    /// What [`seal`](Self::seal) says if the ring is one; a wrong word if it
    /// is not. Owner: whoever calls `recover`.
    seal: [Slot; SEAL_WORDS],
    ring: LogRing<N>,
}

#[cfg(not(all(test, any(loom, shuttle))))]
impl<const N: usize> Retained<N> {
    /// An empty ring, not sealed: all zero. Where the memory is retained,
    /// nothing is written, and what was there stays.
    ///
    /// `N` is a power of two of at least 4, or this does not compile.
    ///
    /// # Context
    /// Any context; meant for a `static`.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(geometry::is_ring_size(N)) }
        Self {
            seal: [const { Slot::new(0) }; SEAL_WORDS],
            ring: LogRing::new(),
        }
    }
}

#[cfg(not(all(test, any(loom, shuttle))))]
impl<const N: usize> Default for Retained<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Retained<N> {
    /// The ring. It may be used after [`recover`](Self::recover); before, a
    /// [`Logger`](crate::Logger) for it may be made.
    ///
    /// # Context
    /// Any context, also `const`; one step.
    #[must_use]
    pub const fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Makes the ring usable after a reset, and says what was found: what
    /// [`Ring::recover`] says if the seal shows that there was a ring, and
    /// otherwise that there was none. Then all contents are wiped, and the
    /// seal is set last; so a reset in the middle of that finds no seal, and
    /// the memory is wiped again.
    ///
    /// # Context
    /// As [`Ring::recover`]: at start-up, before anybody uses the ring.
    pub fn recover(&self) -> Recovered {
        let sealed = self.seal.iter().zip(Self::SEAL);
        if sealed.clone().all(|(word, due)| word.load(H_C) == due) {
            return self.ring.recover();
        }
        self.ring.wipe(Position::from_word(0));
        for (word, due) in sealed {
            word.store(due, H_D);
        }
        Recovered::NOTHING
    }

    /// The seal of a ring of this size, layout and version.
    const SEAL: [usize; SEAL_WORDS] = Self::seal();

    const fn seal() -> [usize; SEAL_WORDS] {
        let mut digest = 0x6C6F_6772_696E_6701;
        let shape = [
            N,
            size_of::<LogRing<N>>(),
            PAYLOAD_WORDS,
            STRIPES,
            usize::BITS as usize,
        ];
        let mut at = 0;
        while at < shape.len() {
            digest = stirred(digest, shape[at] as u64);
            at += 1;
        }
        let version = env!("CARGO_PKG_VERSION").as_bytes();
        at = 0;
        while at < version.len() {
            digest = stirred(digest, version[at] as u64);
            at += 1;
        }
        let mut seal = [0; SEAL_WORDS];
        at = 0;
        while at < SEAL_WORDS {
            digest = stirred(digest, 0);
            // Never all zeroes or ones, which memory without contents often
            // shows.
            seal[at] = digest as usize & !2 | 1;
            at += 1;
        }
        seal
    }
}

/// `digest` with `value` stirred in, so that every bit depends on every bit.
const fn stirred(digest: u64, value: u64) -> u64 {
    let mut mixed = (digest ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ mixed >> 32
}
