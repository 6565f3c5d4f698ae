//! What the consumer does with a frame.

use defmt::Encoder;

/// Encodes one frame, which is one record, for the wire, and gives `write` the
/// pieces.
///
/// The encoding is the one that the program chose by a feature of `defmt`. The
/// encoder stays with its stream, from the first frame on. Frames are encoded
/// here and not by the producers, so their time is the consumer's.
///
/// ```
/// use logring::adapters::{DefmtTransport, encode_frame};
/// use logring::{Config, Popped};
///
/// logring::define!(static LOG: [u8; 4096] = Config::drop_oldest());
/// static TRANSPORT: DefmtTransport<4, 64> = DefmtTransport::new(LOG);
///
/// TRANSPORT.acquire();
/// TRANSPORT.write(&[1, 0, 7]);
/// TRANSPORT.release();
///
/// let mut encoder = defmt::Encoder::new();
/// let (mut buf, mut wire) = ([0; 64], Vec::new());
/// let Popped::Record(record) = LOG.ring().pop(&mut buf) else { panic!() };
/// encode_frame(&mut encoder, record.bytes, |bytes| wire.extend_from_slice(bytes));
/// assert_eq!(wire, [0, 1, 7, 0x7a, 0]);
/// ```
///
/// # Context
/// That of the consumer; it takes as many steps as the frame has bytes, plus
/// those of `write`.
pub fn encode_frame(encoder: &mut Encoder, frame: &[u8], mut write: impl FnMut(&[u8])) {
    encoder.start_frame(&mut write);
    encoder.write(frame, &mut write);
    encoder.end_frame(&mut write);
}
