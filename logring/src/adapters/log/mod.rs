//! A logger as what stands behind the macros of the `log` crate.
//!
//! - `filter` finds the level of a target;
//! - `pairs` writes key-values behind a message.
#![forbid(unsafe_code)]

mod filter;
#[cfg(any(feature = "log-kv", feature = "std"))]
mod pairs;

use core::fmt;

use log::{LevelFilter, Metadata, Record};

use self::filter::TargetFilter;
use crate::level::Level;
use crate::producer::Logger;
use crate::sync::{ALONE, Slot};

/// A [`Logger`] as the one behind the macros of the `log` crate.
///
/// A record is `target: text`, or the text alone; the target is the module's
/// path where the macro is not told another. Key-values follow the text. Nothing else of
/// a `log::Record` is stored but its level, so neither file nor line; time is the
/// business of the logger's clock.
///
/// Three limits decide what is logged: the minimum of the logger's configuration,
/// [`set_max_level`](Self::set_max_level), which may change while the
/// program runs, and [`with_filter`](Self::with_filter) by target. What they turn away
/// was not offered, so it is not a loss.
///
/// ```
/// use log::LevelFilter;
/// use logring::adapters::LogAdapter;
/// use logring::{Config, Popped};
///
/// logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());
/// static FACADE: LogAdapter = LogAdapter::new(LOG);
///
/// FACADE.install().expect("no other logger is installed");
/// FACADE.set_max_level(LevelFilter::Info);
///
/// log::info!(target: "disk", "{}% full", 91);
/// log::debug!("not logged");
///
/// let mut buf = [0; 256];
/// let Popped::Record(record) = LOG.ring().pop(&mut buf) else { panic!() };
/// assert_eq!(record.bytes, b"disk: 91% full");
/// assert_eq!(LOG.ring().pop(&mut buf), Popped::Empty);
/// ```
///
/// # Key-values
///
/// They are stored if this crate has the feature `std` or `log-kv`. Without either they
/// are left out: on a Cortex-M0 they take 20 kB of flash, for what `core` formats numbers
/// with.
///
/// They are written as ` key=value`, in their order. A number, a bool, or a
/// text without whitespace, `"`, `=`, backslashes and control characters is bare. All
/// else is in quotes, in which `"` and `\` have a backslash before them and control
/// characters are escaped. What is captured by its `Display` or `Debug` is always in
/// quotes, because each value is formatted once. A message may itself contain what looks
/// like a pair.
///
/// ```
/// # use logring::adapters::LogAdapter;
/// # use logring::{Config, Popped};
/// # logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());
/// # static FACADE: LogAdapter = LogAdapter::new(LOG).with_target(false);
/// # FACADE.install().expect("no other logger is installed");
/// # #[cfg(any(feature = "log-kv", feature = "std"))] {
/// log::info!(user = 42, name = "Ann Lee", kind = "new"; "signed in");
///
/// let mut buf = [0; 256];
/// let Popped::Record(record) = LOG.ring().pop(&mut buf) else { panic!() };
/// assert_eq!(record.bytes, br#"signed in user=42 name="Ann Lee" kind=new"#);
/// # }
/// ```
///
/// # The consumer's own lines
///
/// A consumer that logs through `log` feeds itself: its line is a record, which it
/// takes, and logs about. So does an executor, a network client or a compressor that the
/// consumer uses, and many of them log at `Trace` or `Debug` whenever they are woken.
/// Without a filter, the first record keeps such a consumer busy for ever. Turn off the
/// modules that it runs:
///
/// ```
/// use log::LevelFilter;
/// use logring::Config;
/// use logring::adapters::LogAdapter;
///
/// logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());
/// static FACADE: LogAdapter = LogAdapter::new(LOG).with_filter(&[
///     ("", LevelFilter::Info), // all others
///     ("shop::payments", LevelFilter::Debug),
///     ("shop::forwarder", LevelFilter::Off), // the consumer
///     ("async_io", LevelFilter::Off),        // what its executor is made of
///     ("polling", LevelFilter::Off),
/// ]);
/// assert_eq!(FACADE.max_level(), LevelFilter::Debug);
/// ```
///
/// # Filters from the environment
///
/// Where there is `std`, the crate `env_filter` reads `RUST_LOG`, and wraps the adapter.
/// Then the wrapper is installed, and not the adapter:
///
/// ```
/// # use logring::adapters::LogAdapter;
/// # use logring::{Config, Popped};
/// logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());
/// static FACADE: LogAdapter = LogAdapter::new(LOG);
///
/// let directives = "warn,shop=debug,shop::forwarder=off"; // RUST_LOG
/// let filter = env_filter::Builder::new().try_parse(directives).expect("directives").build();
/// log::set_max_level(filter.filter().min(FACADE.max_level()));
/// let wrapped = env_filter::FilteredLog::new(&FACADE, filter);
/// log::set_logger(Box::leak(Box::new(wrapped))).expect("no other logger is installed");
///
/// log::debug!(target: "shop::forwarder", "sent");
/// log::debug!(target: "shop", "paid");
/// let mut buf = [0; 256];
/// let Popped::Record(record) = LOG.ring().pop(&mut buf) else { panic!() };
/// assert_eq!(record.bytes, b"shop: paid");
/// ```
///
/// A directive of `env_filter` matches the beginning of a target, whatever follows:
/// `tokio=off` also turns off `tokio_postgres`.
///
/// # Targets without compare-and-swap
///
/// On targets without compare-and-swap the `log` crate cannot be installed
/// safely, and a program says there, before it enables interrupts:
///
/// ```
/// # use logring::adapters::LogAdapter;
/// # logring::define!(static LOG: [u8; 16 * 1024] = logring::Config::drop_newest());
/// static FACADE: LogAdapter = LogAdapter::new(LOG);
///
/// // SAFETY: hazard: a second initialisation at the same time. This is the only
/// // one, and nothing runs yet that could interrupt it.
/// unsafe {
///     log::set_logger_racy(&FACADE).expect("no other logger is installed");
///     log::set_max_level_racy(FACADE.max_level());
/// }
/// # log::info!("there");
/// # assert_eq!(LOG.ring().stats().used_bytes, logring::Ring::CELL_BYTES);
/// ```
///
/// # Context
/// Every method may be called from every context. `log` then formats the
/// arguments of its macros in the caller, so they must themselves be fit for
/// its context, as for [`Logger::push_fmt`].
pub struct LogAdapter {
    logger: Logger<'static>,
    /// A `LevelFilter` by its number, 0 to 5. Owner: whoever sets it.
    max_level: Slot,
    /// Not 0 once `log` was told to call this adapter.
    #[cfg(target_has_atomic = "ptr")]
    installed: Slot,
    with_target: bool,
    filter: TargetFilter,
}

impl LogAdapter {
    /// An adapter that writes through `logger`, and lets in what `logger` does.
    #[must_use]
    pub const fn new(logger: Logger<'static>) -> Self {
        Self {
            logger,
            max_level: Slot::new(LevelFilter::Trace as usize),
            #[cfg(target_has_atomic = "ptr")]
            installed: Slot::new(0),
            with_target: true,
            filter: TargetFilter(&[]),
        }
    }

    /// This adapter, with records that begin with their target, or without. The
    /// default is with.
    #[must_use]
    pub const fn with_target(mut self, with_target: bool) -> Self {
        self.with_target = with_target;
        self
    }

    /// This adapter, with the most verbose level of each target.
    ///
    /// A target has the level of the longest name that it begins with; of equal names,
    /// of the first. A name ends where a word does: `disk` is for `disk`, `disk::sda`
    /// and `disk.sda`, and not for `disks` or `disk_cache`. The empty name is for all
    /// targets. Without it, targets that no name is for are not filtered.
    ///
    /// The other limits hold as well: a name cannot let in what
    /// [`set_max_level`](Self::set_max_level) or the logger's minimum turn away.
    ///
    /// # Context
    /// Any context, also `const`; one step. Afterwards, each record that is let in
    /// otherwise takes as many comparisons of text as there are names.
    #[must_use]
    pub const fn with_filter(mut self, filter: &'static [(&'static str, LevelFilter)]) -> Self {
        self.filter = TargetFilter(filter);
        self
    }

    /// The logger that this writes through.
    #[must_use]
    pub const fn logger(&self) -> &Logger<'static> {
        &self.logger
    }

    /// Makes this what `log`'s macros call, and tells `log` what is let in, so
    /// that the macros turn away the rest without a call.
    ///
    /// # Errors
    /// If `log` has a logger already; then nothing has changed.
    ///
    /// # Context
    /// Meant for the start of a program; a constant number of steps.
    #[cfg(target_has_atomic = "ptr")]
    pub fn install(&'static self) -> Result<(), log::SetLoggerError> {
        log::set_logger(self)?;
        self.installed.store(1, ALONE);
        log::set_max_level(self.max_level());
        Ok(())
    }

    /// The most verbose level that is let in for any target: the strictest of the
    /// logger's minimum, what was set, and the filter by target.
    #[must_use]
    pub fn max_level(&self) -> LevelFilter {
        let set = LevelFilter::iter()
            .nth(self.max_level.load(ALONE))
            .unwrap_or(LevelFilter::Trace);
        set.min(self.admitted()).min(self.filter.max())
    }

    /// Lets in records up to `max_level` from now on, as far as the logger's
    /// minimum does.
    ///
    /// If [`install`](Self::install) was called, `log`'s own limit follows.
    /// Records that other contexts are offering meanwhile may be judged by the
    /// old limit. Of two contexts that set it at once, either may win, and
    /// where it differs from `log`'s own the stricter holds until the next call.
    /// Where `log` has no `set_logger`, set `log`'s limit as well.
    pub fn set_max_level(&self, max_level: LevelFilter) {
        self.max_level.store(max_level as usize, ALONE);
        #[cfg(target_has_atomic = "ptr")]
        if self.installed.load(ALONE) != 0 {
            log::set_max_level(self.max_level());
        }
    }

    /// The most verbose filter of which the logger's configuration lets in
    /// everything.
    fn admitted(&self) -> LevelFilter {
        log::Level::iter()
            .filter(|&level| self.logger.enabled(Level::from(level)))
            .max()
            .map_or(LevelFilter::Off, |level| level.to_level_filter())
    }

    fn lets_in(&self, metadata: &Metadata<'_>) -> bool {
        let level = metadata.level();
        level as usize <= self.max_level.load(ALONE)
            && self.logger.enabled(Level::from(level))
            && level <= self.filter.level_of(metadata.target())
    }
}

impl log::Log for LogAdapter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.lets_in(metadata)
    }

    /// Offers a record; what becomes of it is in the ring's books.
    fn log(&self, record: &Record<'_>) {
        if self.lets_in(record.metadata()) {
            let line = Line {
                record,
                with_target: self.with_target,
            };
            let level = Level::from(record.level());
            self.logger.push_fmt(level, 0, format_args!("{line}"));
        }
    }

    /// Does nothing: to flush means to wait for the consumer, and a producer
    /// never waits. Whoever needs the records written asks the consumer.
    fn flush(&self) {}
}

/// What is stored of a record.
struct Line<'l, 'r> {
    record: &'l Record<'r>,
    with_target: bool,
}

impl fmt::Display for Line<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.with_target {
            f.write_str(self.record.target())?;
            f.write_str(": ")?;
        }
        f.write_fmt(*self.record.args())?;
        #[cfg(any(feature = "log-kv", feature = "std"))]
        pairs::write(f, self.record.key_values())?;
        Ok(())
    }
}
