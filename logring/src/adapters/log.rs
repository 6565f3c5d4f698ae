//! A logger as what stands behind the macros of the `log` crate.

use log::{LevelFilter, Metadata, Record};

use crate::level::Level;
use crate::producer::Logger;
use crate::sync::{ALONE, Slot};

/// A [`Logger`] as the one behind the macros of the `log` crate.
///
/// A record is `target: text`, or the text alone; the target is the module's
/// path where the macro is not told another. Nothing else of a `log::Record` is
/// stored but its level, so neither key-values nor file and line; time is the
/// business of the logger's clock.
///
/// Two limits decide what is logged: the minimum of the logger's configuration,
/// and [`set_max_level`](Self::set_max_level), which may change while the
/// program runs. What they turn away was not offered, so it is not a loss.
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
        }
    }

    /// This adapter, with records that begin with their target, or without. The
    /// default is with.
    #[must_use]
    pub const fn with_target(mut self, with_target: bool) -> Self {
        self.with_target = with_target;
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

    /// What is let in: the stricter of the logger's minimum and what was set.
    #[must_use]
    pub fn max_level(&self) -> LevelFilter {
        let set = LevelFilter::iter()
            .nth(self.max_level.load(ALONE))
            .unwrap_or(LevelFilter::Trace);
        set.min(self.admitted())
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

    fn lets_in(&self, level: log::Level) -> bool {
        level as usize <= self.max_level.load(ALONE) && self.logger.enabled(Level::from(level))
    }
}

impl log::Log for LogAdapter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.lets_in(metadata.level())
    }

    /// Offers a record; what becomes of it is in the ring's books.
    fn log(&self, record: &Record<'_>) {
        if !self.lets_in(record.level()) {
            return;
        }
        let level = Level::from(record.level());
        if self.with_target {
            let (target, text) = (record.target(), record.args());
            self.logger
                .push_fmt(level, 0, format_args!("{target}: {text}"));
        } else {
            self.logger.push_fmt(level, 0, *record.args());
        }
    }

    /// Does nothing: to flush means to wait for the consumer, and a producer
    /// never waits. Whoever needs the records written asks the consumer.
    fn flush(&self) {}
}
