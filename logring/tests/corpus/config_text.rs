//! What must hold of any text that is read as a configuration; shared with
//! the fuzz target.

use logring::{Config, Level, Policy, Ring, Severity};

/// A configuration that differs from the default in every setting.
const BASE: Config = Config::drop_oldest()
    .with_mark(Severity::Trace, 1)
    .with_mark(Severity::Fatal, 99)
    .with_retry_limit(3)
    .with_record_bytes_max(100)
    .with_truncate(false)
    .with_min_level(Some(Level::INFO))
    .with_capacity_bytes(Some(4096));

/// Checks every way of reading `bytes`; bytes that are no text are replaced.
///
/// # Panics
/// If something does not hold.
pub(crate) fn check(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    config(text);
    if let Ok(policy) = Policy::parse(text) {
        assert_eq!(Policy::parse(policy.name()), Ok(policy));
    }
    if let Some(level) = Level::parse(text) {
        assert_eq!(Level::parse(level.name()), Some(level));
    }
}

fn config(text: &str) {
    match Config::parse(text) {
        Ok(config) => {
            // What was understood prints as something that means the same.
            let printed = config.to_string();
            assert_eq!(Config::parse(&printed), Ok(config), "{printed}");
            // The same text is understood on top of anything, and a second
            // reading changes nothing.
            let over = BASE.parse_over(text).expect("it parsed on its own");
            assert_eq!(over.parse_over(text), Ok(over));
            // What was printed says everything but the absence of a capacity.
            let all = BASE.parse_over(&printed).expect("it parsed on its own");
            let capacity_bytes = config.capacity_bytes().or(BASE.capacity_bytes());
            assert_eq!(all, config.with_capacity_bytes(capacity_bytes));
            // A capacity is passed on unchecked, and checked by the ring.
            if let Some(Err(error)) = config.capacity_bytes().map(Ring::memory_bytes) {
                assert!(error.below.or(error.above).is_some());
            }
        }
        Err(error) => {
            // The reason lies in the text alone, and is one printable line.
            assert_eq!(BASE.parse_over(text), Err(error));
            let sentence = error.to_string();
            assert!(sentence.ends_with(&*error.why()), "{sentence}");
            assert!(!sentence.contains(char::is_control), "{sentence}");
            assert!(sentence.chars().count() < 1500, "{sentence}");
        }
    }
}
