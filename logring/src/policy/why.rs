//! Sentences that explain an error, for Rust and for C.
//!
//! Imports nothing.

use core::ffi::CStr;
use core::fmt;
use core::ops::Deref;

/// What is wrong, and what to write instead: one sentence in static memory,
/// without a capital letter or a full stop. It is a `str`, and a C string.
///
/// # Context
/// A plain value: any context may copy, compare and print it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Why(&'static CStr);

impl Why {
    /// `sentence` is UTF-8; tests read every one.
    pub(super) const fn new(sentence: &'static CStr) -> Why {
        Why(sentence)
    }

    /// The sentence.
    ///
    /// # Context
    /// Any context; bound in steps: one pass over the sentence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.0.to_str() {
            Ok(sentence) => sentence,
            Err(_) => "",
        }
    }

    /// The sentence as a C string.
    ///
    /// # Context
    /// Any context; one step.
    #[must_use]
    pub const fn as_c_str(self) -> &'static CStr {
        self.0
    }
}

impl Deref for Why {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
