//! The macro that makes a transport the program's `defmt` logger.
//!
//! `defmt` calls a type, not a value, by functions that exist once in a program;
//! so the program names the transport, and this macro writes the type. It expands
//! in the program, and the `unsafe` that `defmt` asks for is argued here.

/// Makes a [`DefmtTransport`](crate::adapters::DefmtTransport) what `defmt`'s
/// macros write to. A program does this once.
///
/// The argument is an expression for the transport. Each piece of a frame
/// evaluates it, in the context of the producer.
///
/// ```no_run
/// use logring::Config;
/// use logring::adapters::DefmtTransport;
///
/// logring::define!(static LOG: [u8; 8192] = Config::drop_newest());
/// static TRANSPORT: DefmtTransport<4, 64> = DefmtTransport::new(LOG);
/// logring::defmt_global_logger!(TRANSPORT);
/// ```
///
/// A transport belongs to one core. A program on several has one for each, and
/// they may all write to one ring:
///
/// ```no_run
/// # use logring::adapters::DefmtTransport;
/// # logring::define!(static LOG: [u8; 8192] = logring::Config::drop_newest());
/// # fn core_index() -> usize { 0 }
/// static TRANSPORTS: [DefmtTransport<4, 64>; 2] = [const { DefmtTransport::new(LOG) }; 2];
/// logring::defmt_global_logger!(TRANSPORTS[core_index()]);
/// ```
///
/// # Flush
///
/// `defmt::flush` does nothing unless the program says what it does: it means to wait for
/// the host, and a producer never waits. The function after `flush =` is what it calls:
///
/// ```no_run
/// use logring::adapters::{DefmtTransport, encode_frame};
/// use logring::{Config, Popped};
///
/// logring::define!(static LOG: [u8; 8192] = Config::drop_newest());
/// static TRANSPORT: DefmtTransport<4, 64> = DefmtTransport::new(LOG);
/// logring::defmt_global_logger!(TRANSPORT, flush = send_all);
///
/// fn send_all() {
///     let mut encoder = defmt::Encoder::new();
///     let mut buf = [0; 64];
///     while let Popped::Record(record) = LOG.ring().pop(&mut buf) {
///         encode_frame(&mut encoder, record.bytes, uart_write);
///     }
/// }
/// # fn uart_write(_: &[u8]) {}
/// ```
///
/// That function runs in the producer, in every context that calls `defmt::flush`, and
/// whoever calls it waits for it. It takes one of the transport's buffers while it runs. It
/// must not disturb the stream of another consumer, which may be in the middle of a frame:
/// best call `defmt::flush` where that consumer will not go on.
///
/// A panic handler that logs by `defmt` and stops leaves its message in the ring. It calls
/// `defmt::flush`, or drains itself; if records were open, it calls
/// [`Ring::recover`](crate::Ring::recover) first. `panic-probe` 1.0 with its feature
/// `print-defmt` calls no flush: it logs the message and goes into HardFault. Its message is
/// sent by a handler of HardFault that calls `recover` and drains.
///
/// # Context
/// An item; what it defines may be called from every context that its
/// transport may, see [`DefmtTransport`](crate::adapters::DefmtTransport). `flush` runs the
/// given function in the context of its caller.
#[macro_export]
macro_rules! defmt_global_logger {
    ($transport:expr $(, flush = $flush:expr)? $(,)?) => {
        const _: () = {
            #[::defmt::global_logger]
            struct Global;

            // SAFETY: hazard: `acquire` runs on top of itself, in an interrupt or
            // in a `Format` that logs, and both write one buffer. Each open frame
            // has a buffer of its own, found by how many were open when it began,
            // or none and is counted as lost; that count and the buffers are
            // atomics behind safe functions, so even calls out of order or on
            // another core, which `defmt` forbids, would tear frames and touch
            // nothing else.
            unsafe impl ::defmt::Logger for Global {
                fn acquire() {
                    $transport.acquire();
                }

                unsafe fn flush() {
                    $(
                        const FLUSH: fn() = $flush;
                        FLUSH();
                    )?
                }

                unsafe fn release() {
                    $transport.release();
                }

                unsafe fn write(bytes: &[u8]) {
                    $transport.write(bytes);
                }
            }
        };
    };
}
