//! logring's sets of rings. Each clone of a way in is another producer, with a
//! shard of its own.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use logring::{Cause, Config, Level, LogRing, Shards};

use super::{BYTES, Contestant, Pop, Push, SLOTS};

/// A set of two rings in `static`s.
pub(crate) trait Set: Send + 'static {
    /// What tables call it.
    const NAME: &'static str;
    /// How far a producer moves on with each record.
    const STEP: usize;

    /// The set.
    fn set() -> &'static Shards<'static, 2>;
}

macro_rules! sets {
    ($($type:ident, $name:literal, $step:literal, $config:expr;)*) => {$(
        pub(crate) enum $type {}

        impl Set for $type {
            const NAME: &'static str = $name;
            const STEP: usize = $step;

            #[inline(always)]
            fn set() -> &'static Shards<'static, 2> {
                static RINGS: [LogRing<SLOTS>; 2] = [const { LogRing::new() }; 2];
                static SET: Shards<2> = Shards::new([&RINGS[0], &RINGS[1]], $config);
                &SET
            }
        }
    )*};
}

sets! {
    Each, "logring, a shard each", 0, Config::drop_newest();
    InTurn, "logring Shards::drain, two in turn", 1,
        Config::drop_newest().with_clock(Some(tick));
}

/// A clock without equal times, so that a merge has one order only.
fn tick() -> u64 {
    static TICKS: AtomicU64 = AtomicU64::new(0);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

/// logring with one of the sets above.
pub(crate) struct Sharded<S> {
    shard: usize,
    of: PhantomData<fn() -> S>,
}

impl<S> Sharded<S> {
    const fn at(shard: usize) -> Self {
        Self {
            shard,
            of: PhantomData,
        }
    }
}

impl<S> Clone for Sharded<S> {
    fn clone(&self) -> Self {
        Self::at(self.shard + 1)
    }
}

impl<S: Set> Contestant<BYTES> for Sharded<S> {
    const NAME: &'static str = S::NAME;
    type Push = Self;
    type Pop = Merged<S>;

    fn make() -> (Self, Merged<S>) {
        let merged = Merged {
            buf: vec![0; 16 * 1024],
            of: PhantomData,
        };
        (Self::at(0), merged)
    }
}

impl<S: Set> Push<BYTES> for Sharded<S> {
    #[inline(always)]
    fn push(&mut self, bytes: &[u8; BYTES]) -> bool {
        let stored = S::set().push(self.shard, Level::INFO, bytes).is_stored();
        self.shard = self.shard.wrapping_add(S::STEP);
        stored
    }
}

/// The way out of both.
pub(crate) struct Merged<S> {
    buf: Vec<u8>,
    of: PhantomData<fn() -> S>,
}

impl<S: Set> Pop<BYTES> for Merged<S> {
    fn pop(&mut self, out: &mut [u8; BYTES]) -> bool {
        let mut whole = false;
        S::set().drain(&mut self.buf, 1, |_, record| {
            whole = record.bytes.len() == BYTES;
            if whole {
                out.copy_from_slice(record.bytes);
            }
        });
        whole
    }

    fn empty(&mut self) {
        self.take(usize::MAX);
        std::hint::black_box(S::set().take_all_trailing_loss());
    }

    fn take(&mut self, most: usize) -> usize {
        let drained = S::set().drain(&mut self.buf, most, |_, record| {
            std::hint::black_box(record.bytes);
        });
        drained.records
    }

    fn lost_races(&self) -> Option<(u64, u64)> {
        let lost = [0, 1].map(|shard| S::set().stats(shard).lost);
        let sum = |cause| lost.iter().map(|lost| lost.by_cause(cause)).sum();
        Some((sum(Cause::Contended), sum(Cause::Busy)))
    }
}
