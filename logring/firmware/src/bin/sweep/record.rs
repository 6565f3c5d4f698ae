//! Records that say themselves who made them and how long they are.

/// The longest record of the sweep, in bytes.
pub const BYTES_MAX: usize = 40;
/// Case, number, length.
const HEADER_BYTES: usize = 4;

/// The lower bits of a number: a byte of text. No division, which the smallest
/// cores have to compute.
fn letter(number: u32) -> u8 {
    number as u8 & 0x7F
}

/// Fills `to` with a record of `len` bytes: text, so that it can be formatted,
/// too.
pub fn write(to: &mut [u8; BYTES_MAX], case: u32, number: usize, len: usize) -> &str {
    let bytes = &mut to[..len];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = letter(case + 7 * number as u32 + at as u32);
    }
    bytes[..HEADER_BYTES].copy_from_slice(&[
        letter(case),
        letter(case >> 7),
        letter(number as u32),
        letter(len as u32),
    ]);
    core::str::from_utf8(bytes).expect("bytes of text")
}

/// The number of a record, if it is one of this case, whole and untorn.
pub fn read(bytes: &[u8], case: u32) -> Option<usize> {
    let number = usize::from(*bytes.get(2)?);
    let mut expected = [0; BYTES_MAX];
    let len = bytes.len();
    let sound = (HEADER_BYTES..=BYTES_MAX).contains(&len)
        && write(&mut expected, case, number, len).as_bytes() == bytes;
    sound.then_some(number)
}
