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
/// `defmt`'s flush does nothing: it means to wait for the host, and a producer
/// never waits. Whoever needs the frames delivered drains the ring.
///
/// # Context
/// An item; what it defines may be called from every context that its
/// transport may, see [`DefmtTransport`](crate::adapters::DefmtTransport).
#[macro_export]
macro_rules! defmt_global_logger {
    ($transport:expr) => {
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

                unsafe fn flush() {}

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
