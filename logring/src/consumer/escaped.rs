//! Bytes as one line of text.

use core::fmt;

use super::Record;

/// Bytes as one line: for whoever writes a record a line.
///
/// Text is shown as it is, but for control characters: a newline in a message would
/// forge a line, and an escape sequence would command a terminal. They are written as
/// `\n`, `\r`, `\t` or `\u{1b}`, and so are the separators U+2028 and U+2029. A byte that
/// is no UTF-8 is written as `\xff`. A backslash stays one, so what was escaped cannot
/// be told from the same characters in the message.
///
/// ```
/// use logring::Escaped;
///
/// let message = b"caf\xc3\xa9\nERROR forged \x1b[31m\xff";
/// assert_eq!(Escaped(message).to_string(), r"café\nERROR forged \u{1b}[31m\xff");
/// ```
///
/// # Context
/// Any context that its writer is fit for; a step a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escaped<'b>(pub &'b [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            let text = chunk.valid();
            let mut rest = 0;
            for (at, char) in text.char_indices() {
                if is_shown(char) {
                    continue;
                }
                f.write_str(text.get(rest..at).unwrap_or_default())?;
                rest = at + char.len_utf8();
                match char {
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    other => write!(f, "\\u{{{:x}}}", other as u32)?,
                }
            }
            f.write_str(text.get(rest..).unwrap_or_default())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Whether a character stays as it is in a line of text.
pub(crate) fn is_shown(char: char) -> bool {
    !(char.is_control() || matches!(char, '\u{2028}' | '\u{2029}'))
}

impl<'b> Record<'b> {
    /// The record's bytes as one line, however many its message has.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn escaped(&self) -> Escaped<'b> {
        Escaped(self.bytes)
    }
}
