//! The macros that people write log lines with.

/// Defines a ring of so many bytes and the logger that writes to it.
///
/// The capacity is the bytes of the ring's cells: a power of two of at least
/// four cells, or this does not compile. The ring is `LOG.ring()`.
///
/// # Context
/// An item; nothing runs to set it up.
///
/// ```
/// use logring::Config;
///
/// logring::define!(static LOG: [u8; 16 * 1024] = Config::drop_newest());
///
/// logring::info!(LOG, "listening on {}", 8080);
/// assert_eq!(LOG.ring().capacity_bytes(), 16 * 1024);
/// ```
///
/// An attribute `link_section`, also in `unsafe(…)` or in a `cfg_attr`, places the ring;
/// every other attribute belongs to the logger, which is a constant.
#[macro_export]
macro_rules! define {
    ($($item:tt)*) => {
        $crate::__define!([] [] $($item)*);
    };
}

/// Sorts the attributes of [`define!`]: those of the ring, those of the logger.
#[doc(hidden)]
#[macro_export]
macro_rules! __define {
    ([$($ring:tt)*] [$($log:tt)*] #[link_section $($at:tt)*] $($rest:tt)*) => {
        $crate::__define!([$($ring)* #[link_section $($at)*]] [$($log)*] $($rest)*);
    };
    ([$($ring:tt)*] [$($log:tt)*] #[unsafe(link_section $($at:tt)*)] $($rest:tt)*) => {
        $crate::__define!([$($ring)* #[unsafe(link_section $($at)*)]] [$($log)*] $($rest)*);
    };
    ([$($ring:tt)*] [$($log:tt)*] #[cfg_attr($if:meta, link_section $($at:tt)*)] $($rest:tt)*) => {
        $crate::__define!(
            [$($ring)* #[cfg_attr($if, link_section $($at)*)]] [$($log)*] $($rest)*
        );
    };
    (
        [$($ring:tt)*] [$($log:tt)*]
        #[cfg_attr($if:meta, unsafe(link_section $($at:tt)*))] $($rest:tt)*
    ) => {
        $crate::__define!(
            [$($ring)* #[cfg_attr($if, unsafe(link_section $($at)*))]] [$($log)*] $($rest)*
        );
    };
    ([$($ring:tt)*] [$($log:tt)*] #[$($attr:tt)*] $($rest:tt)*) => {
        $crate::__define!([$($ring)*] [$($log)* #[$($attr)*]] $($rest)*);
    };
    (
        [$($ring:tt)*] [$($log:tt)*]
        $vis:vis static $name:ident: [u8; $bytes:expr] = $config:expr $(;)?
    ) => {
        $($log)*
        $vis static $name: $crate::Logger<'static> = {
            $($ring)*
            static RING: $crate::LogRing<{ $crate::cells_for_bytes($bytes) }> =
                $crate::LogRing::new();
            $crate::Logger::new(&RING, $config)
        };
    };
}

/// Logs a formatted line at a level: `log!(LOG, Level::WARN, "disk {}%", 91)`.
///
/// `LOG` is a [`Logger`](crate::Logger), or a shard of a set (`LOG.at(shard)`
/// with the feature `shards`). A tag may come first: `log!(LOG, Level::WARN, tag: 7, "disk {}%", 91)`.
/// Nothing is allocated. The answer is a [`Pushed`](crate::Pushed), free to
/// ignore.
///
/// ```
/// use logring::{Config, Level};
///
/// logring::define!(static LOG: [u8; 4096] = Config::drop_newest());
///
/// let pushed = logring::log!(LOG, Level::WARN, tag: 7, "disk {}%", 91);
/// assert!(pushed.is_stored());
/// ```
///
/// # Context
/// As [`Logger::push_fmt`](crate::Logger::push_fmt), which also says how often
/// the arguments are formatted.
#[macro_export]
macro_rules! log {
    ($log:expr, $level:expr, tag: $tag:expr, $($text:tt)+) => {
        $log.push_fmt($level, $tag, ::core::format_args!($($text)+))
    };
    ($log:expr, $level:expr, $($text:tt)+) => {
        $log.push_fmt($level, 0, ::core::format_args!($($text)+))
    };
}

/// Logs a formatted line at level `TRACE`; see [`log!`](crate::log).
///
/// # Context
/// As [`log!`](crate::log).
#[macro_export]
macro_rules! trace {
    ($log:expr, $($text:tt)+) => {
        $crate::log!($log, $crate::Level::TRACE, $($text)+)
    };
}

/// Logs a formatted line at level `DEBUG`; see [`log!`](crate::log).
///
/// # Context
/// As [`log!`](crate::log).
#[macro_export]
macro_rules! debug {
    ($log:expr, $($text:tt)+) => {
        $crate::log!($log, $crate::Level::DEBUG, $($text)+)
    };
}

/// Logs a formatted line at level `INFO`; see [`log!`](crate::log).
///
/// # Context
/// As [`log!`](crate::log).
#[macro_export]
macro_rules! info {
    ($log:expr, $($text:tt)+) => {
        $crate::log!($log, $crate::Level::INFO, $($text)+)
    };
}

/// Logs a formatted line at level `WARN`; see [`log!`](crate::log).
///
/// # Context
/// As [`log!`](crate::log).
#[macro_export]
macro_rules! warn {
    ($log:expr, $($text:tt)+) => {
        $crate::log!($log, $crate::Level::WARN, $($text)+)
    };
}

/// Logs a formatted line at level `ERROR`; see [`log!`](crate::log).
///
/// # Context
/// As [`log!`](crate::log).
#[macro_export]
macro_rules! error {
    ($log:expr, $($text:tt)+) => {
        $crate::log!($log, $crate::Level::ERROR, $($text)+)
    };
}

/// Logs a formatted line at level `FATAL`; see [`log!`](crate::log).
///
/// # Context
/// As [`log!`](crate::log).
#[macro_export]
macro_rules! fatal {
    ($log:expr, $($text:tt)+) => {
        $crate::log!($log, $crate::Level::FATAL, $($text)+)
    };
}
