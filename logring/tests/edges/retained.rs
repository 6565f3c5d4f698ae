//! Memory that keeps its contents across a reset, or does not.

use std::mem::MaybeUninit;

use logring::{Config, Level, Logger, Pushed, Retained};

use crate::dice::Dice;
use crate::recover::Left::{Long, OpenLong, Record};
use crate::recover::{assert_goes_on, drain};
use crate::support::{Owned, WORD, pattern, pop};

/// Memory that was not initialised, as a section that survives resets is at
/// first.
struct Memory(Box<MaybeUninit<Retained<16>>>);

impl Memory {
    fn of(mut byte: impl FnMut() -> u8) -> Self {
        let mut memory = Box::new(MaybeUninit::<Retained<16>>::uninit());
        let start: *mut u8 = memory.as_mut_ptr().cast();
        for at in 0..size_of::<Retained<16>>() {
            // SAFETY: hazard: a byte outside the box. It has as many.
            unsafe { start.wrapping_add(at).write(byte()) };
        }
        Self(memory)
    }

    /// The memory as a type that fits it, of which any contents are valid.
    fn retained<const N: usize>(&mut self) -> &Retained<N> {
        const { assert!(N <= 16) };
        let start: *const Retained<N> = self.0.as_ptr().cast();
        // SAFETY: hazard: a reference to memory that is too short or that is
        // no `Retained<N>`. It is not longer than the box and as aligned,
        // `of` has written every byte, and each word of it is an integer.
        unsafe { &*start }
    }
}

/// Whatever the memory held at power-up, it is an empty ring with nothing to
/// tell; the next time, it is one that survived.
#[test]
fn memory_without_a_seal_is_wiped() {
    let mut dice = Dice(7);
    let mut at = 0_u8;
    let noise: [&mut dyn FnMut() -> u8; 5] = [
        &mut || 0,
        &mut || 0xFF,
        &mut || 0xA5,
        &mut || dice.roll() as u8,
        &mut || {
            at = at.wrapping_add(1);
            at
        },
    ];
    for byte in noise {
        let mut memory = Memory::of(byte);
        let retained = memory.retained::<16>();
        let found = retained.recover();
        assert!(!found.survived);
        assert_eq!(
            (found.records, found.unfinished, found.unfinished_cells),
            (0, 0, 0)
        );
        let ring = retained.ring();
        let stats = ring.stats();
        assert_eq!(
            (stats.delivered, stats.lost.total(), stats.truncated),
            (0, 0, 0)
        );
        assert_eq!((stats.used_bytes, stats.high_water_bytes), (0, 0));
        assert_eq!(ring.take_trailing_loss(), 0);
        assert_goes_on(ring);
        assert!(retained.recover().survived);
    }
}

/// A reset with a record committed and another half written; the memory is
/// then looked at as a program would, through a new reference.
#[test]
fn a_sealed_ring_is_kept() {
    let mut memory = Memory::of(|| 0x5A);
    assert!(!memory.retained::<16>().recover().survived);
    Record.leave(memory.retained::<16>().ring(), 1);
    OpenLong.leave(memory.retained::<16>().ring(), 2);
    Long.leave(memory.retained::<16>().ring(), 3);
    let retained = memory.retained::<16>();
    let found = retained.recover();
    assert!(found.survived);
    assert_eq!(
        (found.records, found.unfinished, found.unfinished_cells),
        (2, 1, 3)
    );
    let (ids, told) = drain(retained.ring());
    assert_eq!(ids, [1, 3]);
    assert_eq!(told + retained.ring().take_trailing_loss(), 1);
}

/// A program with another size, and one word of the seal that is another.
#[test]
#[cfg_attr(miri, ignore = "an assertion in Miri fails where atomics are copied")]
fn the_seal_of_another_ring_does_not_fit() {
    let mut memory = Memory::of(|| 0);
    assert!(!memory.retained::<8>().recover().survived);
    Record.leave(memory.retained::<8>().ring(), 1);
    assert!(!memory.retained::<16>().recover().survived);
    assert!(memory.retained::<16>().recover().survived);
    assert!(!memory.retained::<8>().recover().survived);

    for word in 0..4 {
        assert!(memory.retained::<8>().recover().survived);
        let start: *mut u8 = memory.0.as_mut_ptr().cast();
        let byte = start.wrapping_add(word * WORD);
        // SAFETY: hazard: a byte outside the box. The seal comes first.
        let was = unsafe { byte.read() };
        // SAFETY: hazard: as above, and another access at the same time.
        // Nobody else has a reference.
        unsafe { byte.write(was ^ 1) };
        assert!(!memory.retained::<8>().recover().survived, "word {word}");
    }
}

/// A ring and its logger in statics, of which one names the other.
#[test]
fn a_retained_ring_and_its_logger_are_statics() {
    static RETAINED: Retained<16> = Retained::new();
    static LOG: Logger<'_> = Logger::new(RETAINED.ring(), Config::drop_oldest());
    assert!(!RETAINED.recover().survived);
    assert_eq!(LOG.push(Level::INFO, &pattern(9)), Pushed::Stored);
    assert_eq!(RETAINED.recover().records, 1);
    let Owned { bytes, .. } = pop(RETAINED.ring());
    assert_eq!(bytes, pattern(9));
}
