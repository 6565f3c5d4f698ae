//! A configuration as a string: how it is read and how it is printed.
//!
//! Imports the level and the other files of this room.

use core::fmt;

use crate::level::{Level, Severity};

use super::config::Config;
use super::config_error::ConfigError;
use super::marks::Marks;
use super::policy::{Policy, PolicyError, same_name};

impl Config {
    /// The configuration that a string describes: comma-separated `key=value`
    /// entries, each on top of [`Config::new`].
    ///
    /// Case does not matter in keys and names, `-` is the same as `_`, and
    /// ASCII whitespace around entries, keys and values is ignored. An empty
    /// string is the default.
    ///
    /// | Key | Value |
    /// |---|---|
    /// | `policy` | a name that [`Policy::parse`] knows |
    /// | `mode` | the same under Docker's name: `non-blocking` is [`Policy::DropNewest`], `blocking` is refused |
    /// | `neverblock`, `lossy` | the same as a switch: `true` is [`Policy::DropNewest`], `false` is refused |
    /// | `capacity` | a size; rounded up to a power of two, see below |
    /// | `max-buffer-size` | the same under Docker's name |
    /// | `marks` | `severity:percent` joined with `+`, as in `debug:60%+info:75%`, where `%` may be left out; or `none` |
    /// | `max_record` | a size; 0 means the largest that the capacity allows |
    /// | `retry_limit` | a number; 0 means [`Config::RETRY_LIMIT_DEFAULT`], and a logger makes at most [`Logger::RETRY_LIMIT_MAX`](crate::Logger::RETRY_LIMIT_MAX) attempts |
    /// | `truncate` | `true` or `false`; `yes`, `no`, `on`, `off`, `1`, `0` |
    /// | `min_level` | a name or number that [`Level::parse`] knows; `all` or `0` for no minimum |
    ///
    /// A size is a whole number of bytes, with an optional unit: `b`, `k`,
    /// `m`, `g`, or the same with `b` or `ib` after it. All units are powers
    /// of 1024, as they are for Docker: `4m` and `4MB` are 4 194 304 bytes.
    ///
    /// A ring's capacity is a power of two, so another number is rounded up to the
    /// next: Docker's `5m`, `10m` and `25m` are 8, 16 and 32 MiB.
    /// [`capacity_bytes`](Config::capacity_bytes) is the effective value, and so is what
    /// the configuration prints. Not checked here is whether it has at least 4 cells,
    /// whose size depends on the target. Making the ring checks that.
    ///
    /// ```
    /// use logring::{Config, Policy};
    ///
    /// let config = Config::parse("mode=non-blocking,max-buffer-size=4m").unwrap();
    /// assert_eq!(config.policy(), Policy::DropNewest);
    /// assert_eq!(config.capacity_bytes(), Some(4 << 20));
    /// assert!(Config::parse("mode=blocking").is_err());
    /// ```
    ///
    /// # Errors
    /// See [`ConfigError`]: among others an unknown key, a key that occurs
    /// twice, two keys that contradict each other, a policy that waits or
    /// grows, and a value that is not what its key takes. Nothing that is not
    /// understood is skipped.
    ///
    /// # Context
    /// Any context; bound in steps: proportional to the length of the string.
    pub fn parse(text: &str) -> Result<Config, ConfigError<'_>> {
        Config::new().parse_over(text)
    }

    /// This configuration with what a string says on top; keys that are absent
    /// from the string keep their value.
    ///
    /// A key replaces its whole setting: `marks=debug:60%` leaves no other
    /// mark. The syntax is that of [`Config::parse`].
    ///
    /// # Errors
    /// Those of [`Config::parse`]. There is no partial success: `self` is a
    /// copy, and what the caller has is unchanged.
    ///
    /// # Context
    /// Any context; bound in steps: proportional to the length of the string.
    pub fn parse_over(self, text: &str) -> Result<Config, ConfigError<'_>> {
        let mut reader = Reader::new(self);
        // Without this, an empty string would be one empty entry; this is the
        // one place where an empty entry is meant.
        let mut rest = Some(text).filter(|text| !text.trim_ascii().is_empty());
        while let Some(text) = rest {
            let (entry, after) = cut(text, b',');
            reader.read(entry.trim_ascii())?;
            rest = after;
        }
        Ok(reader.config)
    }
}

/// Prints the effective configuration as a string that [`Config::parse`] turns
/// back into an equal one, always with the same keys in the same order.
///
/// Left out are the functions, clock and hook, which no string can express,
/// so a configuration with one comes back without; and the capacity where none
/// was asked for.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy={}", self.policy())?;
        if let Some(capacity_bytes) = self.capacity_bytes() {
            write!(f, ",capacity={capacity_bytes}")?;
        }
        write!(
            f,
            ",marks={},max_record={},retry_limit={},truncate={},min_level=",
            self.marks(),
            self.record_bytes_max(),
            self.retry_limit(),
            self.truncate()
        )?;
        match self.min_level() {
            Some(level) => write!(f, "{level}"),
            None => f.write_str("all"),
        }
    }
}

/// The keys, in the order in which `Display` prints those it prints.
///
/// The discriminant is the bit by which [`Reader`] remembers the key.
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
enum Key {
    Policy,
    Mode,
    Neverblock,
    Lossy,
    Capacity,
    MaxBufferSize,
    Marks,
    MaxRecord,
    RetryLimit,
    Truncate,
    MinLevel,
}

/// What the keys are called, folded as [`same_name`] folds them.
const KEYS: [(&str, Key); 11] = [
    ("policy", Key::Policy),
    ("mode", Key::Mode),
    ("neverblock", Key::Neverblock),
    ("lossy", Key::Lossy),
    ("capacity", Key::Capacity),
    ("max_buffer_size", Key::MaxBufferSize),
    ("marks", Key::Marks),
    ("max_record", Key::MaxRecord),
    ("retry_limit", Key::RetryLimit),
    ("truncate", Key::Truncate),
    ("min_level", Key::MinLevel),
];

impl Key {
    fn parse(name: &str) -> Option<Key> {
        let entry = KEYS.iter().find(|(known, _)| same_name(known, name));
        entry.map(|&(_, key)| key)
    }
}

/// What is known after some of the entries.
struct Reader<'s> {
    /// What has been read so far, on top of what the caller had.
    config: Config,
    /// One bit for each [`Key`] that has occurred.
    seen: u16,
    /// The policy, and the key that set it; `None` until one does. Several
    /// keys set it, and they must agree.
    policy: Option<(Policy, &'s str)>,
    /// The capacity in bytes, likewise.
    capacity_bytes: Option<(usize, &'s str)>,
}

impl<'s> Reader<'s> {
    fn new(config: Config) -> Reader<'s> {
        Reader {
            config,
            seen: 0,
            policy: None,
            capacity_bytes: None,
        }
    }

    /// Reads one entry, without whitespace around it.
    fn read(&mut self, entry: &'s str) -> Result<(), ConfigError<'s>> {
        if entry.is_empty() {
            return Err(ConfigError::EmptyEntry);
        }
        let (name, value) = cut(entry, b'=');
        let (name, value) = (name.trim_ascii(), value.unwrap_or("").trim_ascii());
        let key = Key::parse(name).ok_or(ConfigError::UnknownKey { key: name })?;
        let bit = 1u16 << (key as u8);
        if self.seen & bit != 0 {
            return Err(ConfigError::DuplicateKey { key: name });
        }
        self.seen |= bit;
        if value.is_empty() {
            return Err(ConfigError::NoValue { key: name });
        }
        self.set(key, name, value)
    }

    /// Gives a key its value; `name` is the key as written.
    fn set(&mut self, key: Key, name: &'s str, value: &'s str) -> Result<(), ConfigError<'s>> {
        let config = self.config;
        self.config = match key {
            Key::Policy | Key::Mode => return self.set_policy(name, value, Policy::parse(value)),
            // The switches are read as booleans and then looked up in the one
            // table of names, so that their meaning stands in one place.
            Key::Neverblock | Key::Lossy => {
                let policy = match (key == Key::Lossy, parse_bool(name, value)?) {
                    (true, true) => Policy::parse("lossy=true"),
                    (true, false) => Policy::parse("lossy=false"),
                    (false, true) => Policy::parse("neverblock=true"),
                    (false, false) => Policy::parse("neverblock=false"),
                };
                return self.set_policy(name, value, policy);
            }
            Key::Capacity | Key::MaxBufferSize => {
                let capacity_bytes = parse_capacity_bytes(name, value)?;
                agree(&mut self.capacity_bytes, capacity_bytes, name)?;
                config.with_capacity_bytes(Some(capacity_bytes))
            }
            Key::Marks => config.with_marks(parse_marks(name, value)?),
            Key::MaxRecord => config.with_record_bytes_max(parse_size_bytes(name, value)?),
            Key::RetryLimit => config.with_retry_limit(parse_u32(name, value)?),
            Key::Truncate => config.with_truncate(parse_bool(name, value)?),
            Key::MinLevel => config.with_min_level(parse_min_level(name, value)?),
        };
        Ok(())
    }

    fn set_policy(
        &mut self,
        key: &'s str,
        value: &'s str,
        policy: Result<Policy, PolicyError>,
    ) -> Result<(), ConfigError<'s>> {
        let policy = policy.map_err(|reason| ConfigError::Policy { key, value, reason })?;
        agree(&mut self.policy, policy, key)?;
        self.config = self.config.with_policy(policy);
        Ok(())
    }
}

/// Remembers what a setting was set to and by which key; an error if another
/// key set it to something else.
fn agree<'s, T: Copy + PartialEq>(
    earlier: &mut Option<(T, &'s str)>,
    value: T,
    key: &'s str,
) -> Result<(), ConfigError<'s>> {
    match *earlier {
        Some((known, other)) if known != value => Err(ConfigError::Contradiction { key, other }),
        _ => {
            *earlier = Some((value, key));
            Ok(())
        }
    }
}

/// What stands before and after the first `separator`, which is ASCII; nothing
/// stands after if there is none.
///
/// Rejected: `str::split` and `str::split_once`, whose search carries bounds
/// checks that the compiler does not remove, and with them the machinery of
/// panics into bare-metal images.
fn cut(text: &str, separator: u8) -> (&str, Option<&str>) {
    let at = text.bytes().position(|byte| byte == separator);
    let parts = at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    match parts {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// A whole decimal number. `Err` says whether it was one at all.
///
/// Not `str::parse`, which takes a leading plus sign.
fn parse_decimal(digits: &str) -> Result<u64, NotDecimal> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotDecimal::Malformed);
    }
    digits.parse().map_err(|_| NotDecimal::TooLarge)
}

/// Why something is not a decimal number of 64 bits.
#[derive(Clone, Copy, PartialEq)]
enum NotDecimal {
    /// Something is not a digit, or there is none.
    Malformed,
    /// It takes more than 64 bits.
    TooLarge,
}

fn parse_u32<'s>(key: &'s str, value: &'s str) -> Result<u32, ConfigError<'s>> {
    match parse_decimal(value) {
        Ok(number) => u32::try_from(number).map_err(|_| ConfigError::TooLarge { key, value }),
        Err(NotDecimal::TooLarge) => Err(ConfigError::TooLarge { key, value }),
        Err(NotDecimal::Malformed) => Err(ConfigError::NotANumber { key, value }),
    }
}

/// A number of bytes with an optional binary unit.
fn parse_size_bytes<'s>(key: &'s str, value: &'s str) -> Result<usize, ConfigError<'s>> {
    let digits_len = value.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, unit) = value.split_at_checked(digits_len).unwrap_or((value, ""));
    let unit = unit.trim_ascii();
    let is_unit = |names: [&str; 3]| names.iter().any(|name| unit.eq_ignore_ascii_case(name));
    let unit_bytes: u64 = if unit.is_empty() || unit.eq_ignore_ascii_case("b") {
        1
    } else if is_unit(["k", "kb", "kib"]) {
        1 << 10
    } else if is_unit(["m", "mb", "mib"]) {
        1 << 20
    } else if is_unit(["g", "gb", "gib"]) {
        1 << 30
    } else {
        return Err(ConfigError::NotASize { key, value });
    };
    let too_large = ConfigError::TooLarge { key, value };
    let number = match parse_decimal(digits) {
        Ok(number) => number,
        Err(NotDecimal::TooLarge) => return Err(too_large),
        Err(NotDecimal::Malformed) => return Err(ConfigError::NotASize { key, value }),
    };
    let bytes = number.checked_mul(unit_bytes).ok_or(too_large)?;
    usize::try_from(bytes).map_err(|_| too_large)
}

/// A number of bytes, rounded up to a power of two, as every capacity is one.
fn parse_capacity_bytes<'s>(key: &'s str, value: &'s str) -> Result<usize, ConfigError<'s>> {
    match parse_size_bytes(key, value)? {
        // No ring; whoever makes one says so.
        0 => Ok(0),
        bytes => bytes
            .checked_next_power_of_two()
            .ok_or(ConfigError::TooLarge { key, value }),
    }
}

fn parse_bool<'s>(key: &'s str, value: &'s str) -> Result<bool, ConfigError<'s>> {
    let is_among = |names: [&str; 4]| names.iter().any(|name| value.eq_ignore_ascii_case(name));
    if is_among(["true", "yes", "on", "1"]) {
        Ok(true)
    } else if is_among(["false", "no", "off", "0"]) {
        Ok(false)
    } else {
        Err(ConfigError::NotABool { key, value })
    }
}

fn parse_min_level<'s>(key: &'s str, value: &'s str) -> Result<Option<Level>, ConfigError<'s>> {
    // 0 is what the C structure has for "everything". Rejected: "none" and
    // "off", in which one reader sees no minimum and another no records.
    if value.eq_ignore_ascii_case("all") || parse_decimal(value) == Ok(0) {
        return Ok(None);
    }
    let level = Level::parse(value).ok_or(ConfigError::NotALevel { key, value })?;
    Ok(Some(level))
}

/// `debug:60%+info:75%` or `none`.
fn parse_marks<'s>(key: &'s str, value: &'s str) -> Result<Marks, ConfigError<'s>> {
    let mut marks = Marks::none();
    if value.eq_ignore_ascii_case("none") {
        return Ok(marks);
    }
    let mut seen = [false; Severity::COUNT];
    let mut rest = Some(value);
    while let Some(value) = rest {
        let (mark, after) = cut(value, b'+');
        rest = after;
        let mark = mark.trim_ascii();
        let (severity, percent) = parse_mark(key, mark)?;
        let with_mark = marks.try_with(severity, percent);
        marks = with_mark.ok_or(ConfigError::MarkAbove100 { key, mark })?;
        match seen.get_mut(severity.index()) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(ConfigError::DuplicateMark { key, mark }),
        }
    }
    Ok(marks)
}

/// `debug:60%` or `debug:60`. The percentage is not 0, and may be above 100.
fn parse_mark<'s>(key: &'s str, mark: &'s str) -> Result<(Severity, u8), ConfigError<'s>> {
    let malformed = ConfigError::NotAMark { key, mark };
    let (name, percent) = cut(mark, b':');
    let percent = percent.ok_or(malformed)?.trim_ascii();
    // A mark for `info2` would be one for all of info, which is not what was
    // written.
    let severity = Level::parse(name)
        .filter(|level| *level == level.severity().level())
        .map(Level::severity)
        .ok_or(ConfigError::NotASeverity { key, mark })?;
    let percent = percent.strip_suffix('%').unwrap_or(percent).trim_ascii();
    match parse_decimal(percent) {
        Err(NotDecimal::Malformed) => Err(malformed),
        Ok(0) => Err(ConfigError::MarkZero { key, mark }),
        Ok(percent) => Ok((severity, u8::try_from(percent).unwrap_or(u8::MAX))),
        Err(NotDecimal::TooLarge) => Ok((severity, u8::MAX)),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "config_error_tests.rs"]
mod error_tests;
