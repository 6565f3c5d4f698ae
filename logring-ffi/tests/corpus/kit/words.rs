//! Words of any origin, and numbers that may have a name.

use std::ffi::{CStr, c_char};

use logring_ffi::lifecycle::{logring_config_default, logring_config_t};
use logring_ffi::names::*;
use logring_ffi::status::*;

use super::c;
use super::calls::World;
use super::memory::Out;

/// A static string of the library.
fn text(text: *const c_char) -> &'static [u8] {
    assert!(!text.is_null());
    // SAFETY: hazard: no string, or one that goes away. The library says that
    // its strings are static and end with NUL.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

impl World<'_> {
    pub(crate) fn parse_policy(&mut self) {
        let name = self.input.text();
        let (mut out, mut why) = (Out::<u32>::new(), Out::<*const c_char>::new());
        let (place, reason) = (self.input.bend(out.at()), why.at());
        let s = name.as_ptr().cast();
        let said = c!(logring_policy_parse(s, name.len(), place, reason));
        if said == LOGRING_OK {
            assert!(!self.input.bent);
            assert_ne!(text(logring_policy_name(out.written())), b"unknown");
            why.assert_untouched();
            return;
        }
        out.assert_untouched();
        if self.input.bent {
            why.assert_untouched();
        } else {
            assert!(said == LOGRING_E_POLICY || said == LOGRING_E_POLICY_BLOCKS);
            assert!(text(why.written()).len() > 9);
        }
    }

    pub(crate) fn parse_level(&mut self) {
        let name = self.input.text();
        let mut out = Out::<u8>::new();
        let place = self.input.bend(out.at());
        let s = name.as_ptr().cast();
        let said = c!(logring_level_parse(s, name.len(), place));
        if said == LOGRING_OK {
            assert!((1..=24).contains(&out.written()));
        } else {
            assert_eq!(said == LOGRING_E_NULL, self.input.bent);
            out.assert_untouched();
        }
    }

    pub(crate) fn parse_config(&mut self) {
        let before = self.input.config();
        let text_in = self.input.text();
        let mut cfg = Out::with(before);
        let (mut bytes, mut why) = (Out::<usize>::new(), Out::<*const c_char>::new());
        let cfg_at = self.input.bend(cfg.at());
        let bytes_at = self.input.bend(bytes.at());
        let (s, len) = (text_in.as_ptr().cast(), text_in.len());
        let said = c!(logring_config_parse(s, len, cfg_at, bytes_at, why.at()));
        let after = cfg.written();
        if said == LOGRING_OK {
            assert!(!self.input.bent);
            assert!((1..=2).contains(&after.policy) && after.min_level <= 24);
            assert!(after.mark_pct.iter().all(|percent| *percent <= 100));
            why.assert_untouched();
            return;
        }
        assert!(said < 0);
        assert_eq!(fields(&after), fields(&before));
        bytes.assert_untouched();
        if self.input.bent || said == LOGRING_E_ABI {
            why.assert_untouched();
        } else {
            assert!(text(why.written()).len() > 9);
        }
    }

    pub(crate) fn default_config(&mut self) {
        let size = match self.input.byte() {
            250.. => u32::MAX,
            small => u32::from(small) % 64,
        };
        let mut cfg = Out::<logring_config_t>::new();
        let place = self.input.bend(cfg.at());
        c!(logring_config_default(place, size));
        if self.input.bent || size < 4 {
            cfg.assert_untouched();
        } else if size as usize >= size_of::<logring_config_t>() {
            assert_eq!(cfg.written().struct_size, size);
        }
    }

    pub(crate) fn name_numbers(&mut self) {
        let number = self.input.byte();
        let known = (1..=24).contains(&number);
        assert_eq!(text(logring_level_name(number)) != b"unknown", known);
        let known = (1..=2).contains(&number);
        let name = text(logring_policy_name(u32::from(number)));
        assert_eq!(name != b"unknown", known);
        let status = i32::from(number as i8);
        let known = (-10..=7).contains(&status) && status != -6;
        let name = text(logring_status_str(status));
        assert_eq!(name != b"unknown status", known);
    }
}

/// The structure's numbers, to compare.
fn fields(cfg: &logring_config_t) -> ([u32; 4], [u8; 6], u8, u8) {
    let words = [cfg.struct_size, cfg.policy, cfg.max_record, cfg.retry_limit];
    (words, cfg.mark_pct, cfg.truncate, cfg.min_level)
}
