//! The key-values of a `log::Record` as text behind its message.

use core::fmt::{self, Write};

use log::kv::{Error, Key, Source, Value, VisitSource, VisitValue};

use crate::consumer::is_shown;

/// Writes ` key=value` for each pair. Every value is formatted once.
pub(super) fn write(to: &mut dyn Write, pairs: &dyn Source) -> fmt::Result {
    pairs.visit(&mut Pairs { to }).map_err(|_| fmt::Error)
}

struct Pairs<'w> {
    to: &'w mut dyn Write,
}

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        self.to.write_char(' ')?;
        write_text(self.to, key.as_str())?;
        self.to.write_char('=')?;
        value.visit(Values { to: self.to })
    }
}

/// Writes one value: what cannot contain a delimiter as it is, all else as text.
struct Values<'w> {
    to: &'w mut dyn Write,
}

impl<'v> VisitValue<'v> for Values<'_> {
    /// Of what was captured by its `Display` or `Debug` nothing is known before it is
    /// written, so it is quoted.
    fn visit_any(&mut self, value: Value<'_>) -> Result<(), Error> {
        Ok(write_quoted(self.to, format_args!("{value}"))?)
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        Ok(self.to.write_str("null")?)
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        Ok(write!(self.to, "{value}")?)
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        Ok(write!(self.to, "{value}")?)
    }

    fn visit_u128(&mut self, value: u128) -> Result<(), Error> {
        Ok(write!(self.to, "{value}")?)
    }

    fn visit_i128(&mut self, value: i128) -> Result<(), Error> {
        Ok(write!(self.to, "{value}")?)
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        Ok(write!(self.to, "{value}")?)
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        Ok(self.to.write_str(if value { "true" } else { "false" })?)
    }

    fn visit_str(&mut self, value: &str) -> Result<(), Error> {
        Ok(write_text(self.to, value)?)
    }

    fn visit_char(&mut self, value: char) -> Result<(), Error> {
        Ok(write_text(self.to, value.encode_utf8(&mut [0; 4]))?)
    }
}

/// Text as it is, or quoted if something in it could be taken for a delimiter.
fn write_text(to: &mut dyn Write, text: &str) -> fmt::Result {
    let is_plain =
        |char: char| is_shown(char) && !char.is_whitespace() && !matches!(char, '"' | '\\' | '=');
    if !text.is_empty() && text.chars().all(is_plain) {
        to.write_str(text)
    } else {
        write_quoted(to, format_args!("{text}"))
    }
}

fn write_quoted(to: &mut dyn Write, text: fmt::Arguments<'_>) -> fmt::Result {
    to.write_char('"')?;
    Quoted { to: &mut *to }.write_fmt(text)?;
    to.write_char('"')
}

/// What stands between quotes: one line, in which a quote or a backslash has a backslash
/// before it.
struct Quoted<'w> {
    to: &'w mut dyn Write,
}

impl Write for Quoted<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = 0;
        for (at, char) in text.char_indices() {
            if is_shown(char) && !matches!(char, '"' | '\\') {
                continue;
            }
            self.to.write_str(text.get(rest..at).unwrap_or_default())?;
            rest = at + char.len_utf8();
            write!(self.to, "{}", char.escape_default())?;
        }
        self.to.write_str(text.get(rest..).unwrap_or_default())
    }
}
