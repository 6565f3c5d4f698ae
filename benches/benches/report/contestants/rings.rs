//! logring. Loggers in a `static`, as a program has them: each has a type of
//! its own, so that the compiler sees which one it is.

use std::marker::PhantomData;

use logring::{Cause, Config, Level, Logger, Popped, Ring};
use logring_benches::tsc;

use super::{Contestant, Pop, Push, SLOTS};

/// Cells of a ring with room for [`SLOTS`] records of so many bytes.
const fn cells(bytes: usize) -> usize {
    let each = bytes.div_ceil(Ring::CELL_BYTES - size_of::<usize>());
    let each = if each == 0 { 1 } else { each };
    (SLOTS * each).next_power_of_two()
}

/// A logger in a `static`, for records of `N` bytes.
pub(crate) trait Log<const N: usize>: Send + 'static {
    /// What tables call it.
    const NAME: &'static str;

    /// The logger.
    fn log() -> &'static Logger<'static>;
}

macro_rules! logs {
    ($($type:ident, $name:literal, [$($bytes:literal)*], $config:expr;)*) => {$(
        pub(crate) enum $type {}
        $(
            impl Log<$bytes> for $type {
                const NAME: &'static str = $name;

                #[inline(always)]
                fn log() -> &'static Logger<'static> {
                    logring::define!(static LOG: [u8; Ring::CELL_BYTES * cells($bytes)] = $config);
                    &LOG
                }
            }
        )*
    )*};
}

logs! {
    DropNewest, "logring, drop newest", [0 16 64 256 1024], Config::drop_newest();
    DropOldest, "logring, drop oldest", [64], Config::drop_oldest();
    Stamped, "logring, drop newest, TSC stamp", [64],
        Config::drop_newest().with_clock(Some(tsc::now));
    // For the cases that leave a ring unfit for others.
    HaltedNewest, "logring, drop newest", [64], Config::drop_newest();
    HaltedOldest, "logring, drop oldest", [64], Config::drop_oldest();
}

/// logring with one of the loggers above.
pub(crate) struct Static<L>(PhantomData<fn() -> L>);

impl<L> Clone for Static<L> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<const N: usize, L: Log<N>> Contestant<N> for Static<L> {
    const NAME: &'static str = L::NAME;
    type Push = Self;
    type Pop = Out<L>;

    fn make() -> (Self, Out<L>) {
        let out = Out {
            buf: vec![0; DRAIN_BYTES],
            of: PhantomData,
        };
        (Self(PhantomData), out)
    }
}

impl<const N: usize, L: Log<N>> Push<N> for Static<L> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        L::log().push(Level::INFO, bytes).is_stored()
    }
}

/// The way out, with a buffer for batches.
pub(crate) struct Out<L> {
    pub(crate) buf: Vec<u8>,
    of: PhantomData<fn() -> L>,
}

impl<const N: usize, L: Log<N>> Pop<N> for Out<L> {
    #[inline(always)]
    fn pop(&mut self, out: &mut [u8; N]) -> bool {
        pop(L::log().ring(), out)
    }

    fn empty(&mut self) {
        empty(L::log().ring(), &mut self.buf);
    }

    fn take(&mut self, most: usize) -> usize {
        drain(L::log().ring(), &mut self.buf, most)
    }

    fn lost_races(&self) -> Option<(u64, u64)> {
        let lost = L::log().ring().stats().lost;
        Some((lost.by_cause(Cause::Contended), lost.by_cause(Cause::Busy)))
    }
}

fn pop<const N: usize>(ring: &Ring, out: &mut [u8; N]) -> bool {
    match ring.pop(out) {
        Popped::Record(record) => record.bytes.len() == N,
        Popped::Pending | Popped::NoSpace { .. } | Popped::Empty => false,
    }
}

/// Bytes of a drain's buffer.
const DRAIN_BYTES: usize = 16 * 1024;

/// Takes up to so many records in batches, and reads them.
pub(crate) fn drain(ring: &Ring, buf: &mut [u8], most: usize) -> usize {
    let drained = ring.drain(buf, most, |record| {
        std::hint::black_box(record.bytes);
    });
    drained.records
}

/// Takes all records and tells all losses: the next push carries none.
fn empty(ring: &Ring, buf: &mut [u8]) {
    drain(ring, buf, usize::MAX);
    std::hint::black_box(ring.take_trailing_loss());
}

/// logring on the heap, with records whose length the compiler does not know.
#[derive(Clone, Copy)]
pub(crate) struct Boxed(Logger<'static>);

impl<const N: usize> Contestant<N> for Boxed {
    const NAME: &'static str = "logring, drop newest, boxed, length unknown";
    type Push = Self;
    type Pop = Self;

    fn make() -> (Self, Self) {
        let ring = Ring::boxed(Ring::CELL_BYTES * cells(N)).expect("a ring's capacity");
        // The report keeps it until it ends.
        let log = Logger::new(Box::leak(ring), Config::drop_newest());
        (Self(log), Self(log))
    }
}

impl<const N: usize> Push<N> for Boxed {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; N]) -> bool {
        let bytes = std::hint::black_box(&bytes[..]);
        self.0.push(Level::INFO, bytes).is_stored()
    }
}

impl<const N: usize> Pop<N> for Boxed {
    fn pop(&mut self, out: &mut [u8; N]) -> bool {
        pop(self.0.ring(), out)
    }

    fn empty(&mut self) {
        empty(self.0.ring(), &mut [0; DRAIN_BYTES]);
    }
}
