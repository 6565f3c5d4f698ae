//! Filters by target, without allocation.

use log::LevelFilter;

/// Levels by the beginning of a target; see
/// [`LogAdapter::with_filter`](super::LogAdapter::with_filter).
#[derive(Clone, Copy)]
pub(super) struct TargetFilter(pub(super) &'static [(&'static str, LevelFilter)]);

impl TargetFilter {
    /// The most verbose level of this target: that of the longest name which the target
    /// begins with, of equal ones the first.
    pub(super) fn level_of(&self, target: &str) -> LevelFilter {
        let mut longest: Option<(usize, LevelFilter)> = None;
        for &(name, level) in self.0 {
            let is_longer = longest.is_none_or(|(bytes, _)| name.len() > bytes);
            if is_longer && is_of(target, name) {
                longest = Some((name.len(), level));
            }
        }
        longest.map_or(LevelFilter::Trace, |(_, level)| level)
    }

    /// The most verbose level of any target.
    pub(super) fn max(&self) -> LevelFilter {
        if !self.0.iter().any(|(name, _)| name.is_empty()) {
            return LevelFilter::Trace;
        }
        let levels = self.0.iter().map(|&(_, level)| level);
        levels.max().unwrap_or(LevelFilter::Trace)
    }
}

/// Whether a target is that name, or goes on behind it with what is no part of a word.
/// By bytes: on small targets, the tables of Unicode would be most of this filter.
fn is_of(target: &str, name: &str) -> bool {
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    match target.as_bytes().strip_prefix(name.as_bytes()) {
        Some(rest) => name.is_empty() || !rest.first().is_some_and(goes_on),
        None => false,
    }
}
