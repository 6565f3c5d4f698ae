//! Where UTF-8 text may be cut.
//!
//! Floor 0; imports nothing of this crate.

/// The most bytes of `text`, up to `most`, that end between characters. `text` is
/// UTF-8 and goes on behind `most`, or ends there.
#[inline]
pub(crate) fn floor_char(text: &[u8], most: usize) -> usize {
    if text.len() <= most {
        return text.len();
    }
    // At most three bytes of a character can follow its first.
    (0..=most)
        .rev()
        .take(4)
        .find(|&end| text.get(end).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(most)
}

/// The bytes of `cut`, the beginning of something, without a character at its end
/// that is not all there. Of what is not UTF-8 it may leave out up to three bytes.
#[cold]
pub(crate) fn whole_chars(cut: &[u8]) -> usize {
    let len = cut.len();
    for (behind, &byte) in cut.iter().rev().take(3).enumerate() {
        let needed = match byte {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xFF => 4,
            // A later byte of a character: its first is before.
            0x80..=0xBF => continue,
            _ => 1,
        };
        let there = behind + 1;
        return if there < needed { len - there } else { len };
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever a text is cut, what stays is the longest text that fits.
    #[test]
    fn a_cut_text_is_a_text() {
        let text = "aé語😀b語😀é";
        for most in 0..=text.len() {
            let longest = (0..=most).rev().find(|&end| text.is_char_boundary(end));
            assert_eq!(Some(floor_char(text.as_bytes(), most)), longest);
            assert_eq!(Some(whole_chars(&text.as_bytes()[..most])), longest);
        }
    }

    #[test]
    fn what_is_no_text_loses_three_bytes_at_most() {
        for bytes in [&[0xFF; 9][..], &[0x80; 9], &[0xF0, 0x80], &[0x80]] {
            assert!(bytes.len() - whole_chars(bytes) <= 3);
        }
    }
}
