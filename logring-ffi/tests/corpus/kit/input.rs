//! Bytes read as numbers. Those that have run out read as zero.

use std::ffi::c_void;
use std::ptr;

use logring_ffi::lifecycle::logring_config_t;

/// Bytes still to be read.
pub(crate) struct Input<'b> {
    pub(crate) bytes: &'b [u8],
    /// Whether a pointer of the present call is one that must be answered.
    pub(crate) bent: bool,
}

/// What clocks are called with, and say.
pub(crate) const CONTEXT: usize = 0x1234_5678;

/// The clock of every ring that has one.
unsafe extern "C" fn clock(ctx: *mut c_void) -> u64 {
    assert_eq!(ctx.addr(), CONTEXT, "a clock with a damaged context");
    super::strikes::strike();
    CONTEXT as u64
}

impl<'b> Input<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, bent: false }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub(crate) fn wide(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    /// A word of any size, more often a special one.
    pub(crate) fn word(&mut self) -> usize {
        match self.byte() {
            small @ 0..200 => usize::from(small),
            200..220 => usize::MAX - usize::from(self.byte()),
            220..240 => 1 << (self.byte() % usize::BITS as u8),
            _ => {
                let bytes = [(); size_of::<usize>()].map(|()| self.byte());
                usize::from_le_bytes(bytes)
            }
        }
    }

    /// Bytes of a record: mostly few, and at times more than any ring takes.
    pub(crate) fn len(&mut self) -> usize {
        match self.byte() {
            few @ 0..200 => usize::from(few),
            200..250 => self.wide() % 1024,
            _ => self.wide() % 8192,
        }
    }

    /// Text of its own allocation, so that a read beyond it is noticed.
    pub(crate) fn text(&mut self) -> Vec<u8> {
        let len = self.below(96).min(self.bytes.len());
        let (text, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        text.to_vec()
    }

    /// The pointer, or at times NULL or one that is off by one; then the call
    /// must be refused.
    pub(crate) fn bend<T>(&mut self, at: *mut T) -> *mut T {
        match self.byte() {
            254 => {
                self.bent = true;
                ptr::null_mut()
            }
            255 if align_of::<T>() > 1 => {
                self.bent = true;
                at.wrapping_byte_add(1)
            }
            _ => at,
        }
    }

    /// A configuration, mostly a sound one.
    pub(crate) fn config(&mut self) -> logring_config_t {
        let kind = self.byte();
        let flag = |bit| kind & bit != 0;
        let mut config = logring_config_t {
            struct_size: size_of::<logring_config_t>() as u32,
            policy: 1 + u32::from(flag(1)),
            max_record: 0,
            retry_limit: [0, u32::MAX][usize::from(flag(2))],
            mark_pct: [0; 6],
            truncate: u8::from(!flag(4)),
            min_level: 0,
            clock: flag(8).then_some(clock as _),
            clock_ctx: ptr::without_provenance_mut(CONTEXT),
        };
        if flag(16) {
            config.mark_pct = [(); 6].map(|()| self.byte() % 101);
        }
        if flag(32) {
            config.max_record = self.wide() as u32;
            config.min_level = self.byte() % 25;
        }
        if flag(64) && flag(128) {
            let any = self.wide() as u32;
            match self.below(6) {
                0 => config.struct_size = any,
                1 => config.policy = any,
                2 => config.max_record = !any,
                3 => config.retry_limit = any,
                4 => config.mark_pct[self.below(6)] = any as u8,
                _ => config.min_level = any as u8,
            }
        }
        config
    }
}
