//! Pushing bytes that exist already.

use super::Logger;
use crate::level::Level;
use crate::ring::Writer;
use crate::{NoGrant, Pushed};

impl Logger<'_> {
    /// Offers one record of `bytes`.
    ///
    /// The answer may be ignored: a loss is counted inside and told to the
    /// consumer with a later record.
    ///
    /// # Context
    /// Thread, interrupt, signal handler, forked child, panic handler. At
    /// most the logger's retry limit of attempts, each of at most a quarter
    /// of the ring's cells in steps, and one step a word of the record; the
    /// formula is in [`design`](crate::design). It never waits.
    #[inline]
    pub fn push(&self, level: Level, bytes: &[u8]) -> Pushed {
        self.push_with(level, 0, bytes.len(), |writer, most| {
            writer.append(&bytes[..bytes.len().min(most)]);
        })
    }

    /// Offers one record gathered from `parts`, with the caller's own `tag`
    /// (a format or module number, say); 0 is no tag.
    ///
    /// # Context
    /// As [`push`](Self::push), and one step a part.
    #[inline]
    pub fn push_parts(&self, level: Level, tag: u32, parts: &[&[u8]]) -> Pushed {
        let bytes = parts
            .iter()
            .fold(0_usize, |sum, part| sum.saturating_add(part.len()));
        self.push_with(level, tag, bytes, |writer, most| {
            for part in parts {
                let left = most - writer.bytes();
                writer.append(&part[..part.len().min(left)]);
            }
        })
    }

    #[inline]
    fn push_with(
        &self,
        level: Level,
        tag: u32,
        bytes: usize,
        fill: impl FnOnce(&mut Writer<'_>, usize),
    ) -> Pushed {
        let opened = self
            .admit(level, bytes)
            .and_then(|most| self.open(level, tag, most).map(|writer| (writer, most)));
        let (mut writer, most) = match opened {
            Ok(opened) => opened,
            Err(no) => return no.into(),
        };
        fill(&mut writer, most);
        let truncated = most < bytes;
        writer.commit(truncated);
        if truncated {
            Pushed::Truncated
        } else {
            Pushed::Stored
        }
    }

    /// Reserves room for a record of at most `bytes_max` bytes, to be filled
    /// in place. A tag of 0 is no tag.
    ///
    /// Until the grant is committed or dropped, consumers cannot pass it:
    /// they see the later records only afterwards, and in a full
    /// `DropOldest` ring new records are refused as `Busy` once the grant is
    /// the oldest. Fill it and let go.
    ///
    /// # Errors
    /// [`NoGrant::Filtered`] below the minimum level, [`NoGrant::Lost`] if
    /// the record was refused, which is counted. A `bytes_max` beyond the
    /// largest record gives a grant of exactly that, flagged as truncated, or
    /// [`Lost::TooBig`](crate::Lost::TooBig) if the logger may not cut.
    ///
    /// # Context
    /// As [`push`](Self::push).
    #[inline]
    pub fn reserve(
        &self,
        level: Level,
        tag: u32,
        bytes_max: usize,
    ) -> Result<super::Grant<'_>, NoGrant> {
        let most = self.admit(level, bytes_max)?;
        let writer = self.open(level, tag, most)?;
        Ok(super::Grant::new(writer, most, most < bytes_max))
    }
}
