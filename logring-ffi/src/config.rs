//! The configuration structure, to and from the one that `logring` has.

use core::ffi::c_void;

use logring::{Config, Level, Marks, Policy, Severity};

use crate::abi::{LOGRING_DROP_NEWEST, LOGRING_DROP_OLDEST, logring_level_t, logring_policy_t};
use crate::lifecycle::{logring_clock_fn, logring_config_t};
use crate::status::{LOGRING_E_INVAL, logring_status_t};

/// What a configuration structure says.
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) clock: logring_clock_fn,
    pub(crate) clock_ctx: *mut c_void,
}

impl logring_config_t {
    /// What `logring_config_default` writes.
    pub(crate) const DEFAULT: Self = Self {
        struct_size: size_of::<Self>() as u32,
        policy: LOGRING_DROP_NEWEST,
        max_record: 0,
        retry_limit: 0,
        mark_pct: [0; Severity::COUNT],
        truncate: 1,
        min_level: 0,
        clock: None,
        clock_ctx: core::ptr::null_mut(),
    };

    /// What this structure says, if every value in it has a meaning.
    pub(crate) fn settings(&self) -> Result<Settings, logring_status_t> {
        if self.mark_pct.iter().any(|&percent| percent > 100) {
            return Err(LOGRING_E_INVAL);
        }
        let config = Config::new()
            .with_policy(policy(self.policy).ok_or(LOGRING_E_INVAL)?)
            .with_record_bytes_max(self.max_record as usize)
            .with_retry_limit(self.retry_limit)
            .with_marks(Marks::from_percents(self.mark_pct))
            .with_truncate(self.truncate != 0)
            .with_min_level(min_level(self.min_level).ok_or(LOGRING_E_INVAL)?);
        Ok(Settings {
            config,
            clock: self.clock,
            clock_ctx: self.clock_ctx,
        })
    }

    /// This structure with what differs from `old` in `new`; the rest stays
    /// as it was written, byte by byte.
    pub(crate) fn change(&mut self, old: &Config, new: &Config) {
        // A limit beyond 32 bits is one beyond any record.
        let limit = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        if new.policy() != old.policy() {
            self.policy = policy_number(new.policy());
        }
        if new.record_bytes_max() != old.record_bytes_max() {
            self.max_record = limit(new.record_bytes_max());
        }
        if new.retry_limit() != old.retry_limit() {
            self.retry_limit = new.retry_limit();
        }
        for (percent, severity) in self.mark_pct.iter_mut().zip(Severity::ALL) {
            let mark = new.marks().percent(severity);
            if mark != old.marks().percent(severity) {
                *percent = mark;
            }
        }
        if new.truncate() != old.truncate() {
            self.truncate = u8::from(new.truncate());
        }
        if new.min_level() != old.min_level() {
            self.min_level = new.min_level().map_or(0, Level::get);
        }
    }
}

/// The policy of a number.
pub(crate) fn policy(number: logring_policy_t) -> Option<Policy> {
    match number {
        LOGRING_DROP_NEWEST => Some(Policy::DropNewest),
        LOGRING_DROP_OLDEST => Some(Policy::DropOldest),
        _ => None,
    }
}

/// The number of a policy.
pub(crate) fn policy_number(policy: Policy) -> logring_policy_t {
    match policy {
        Policy::DropNewest => LOGRING_DROP_NEWEST,
        Policy::DropOldest => LOGRING_DROP_OLDEST,
    }
}

/// The minimum level of a number, of which 0 is everything; `None` if it is
/// not one.
pub(crate) fn min_level(number: logring_level_t) -> Option<Option<Level>> {
    match number {
        0 => Some(None),
        level => Level::new(level).map(Some),
    }
}
