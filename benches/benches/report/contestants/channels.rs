//! Channels, by the call that does not wait for room. That some of them take
//! a lock inside is part of what is measured.

use std::sync::mpsc::{self, Receiver, SyncSender};

use super::{Contestant, Pop, Push, SLOTS};

macro_rules! channels {
    ($($type:ident, $name:literal, $sender:ty, $receiver:ty, $make:expr,
       |$s:ident, $bytes:ident| $send:expr, |$r:ident| $receive:expr;)*) => {$(
        pub(crate) enum $type {}

        const _: () = {
            #[derive(Clone)]
            pub(crate) struct In<const N: usize>($sender);
            pub(crate) struct Out<const N: usize>($receiver);

            impl<const N: usize> Contestant<N> for $type {
                const NAME: &'static str = $name;
                type Push = In<N>;
                type Pop = Out<N>;

                fn make() -> (In<N>, Out<N>) {
                    let (sender, receiver) = $make;
                    (In(sender), Out(receiver))
                }
            }

            impl<const N: usize> Push<N> for In<N> {
                #[inline(always)]
                fn push(&mut self, bytes: &[u8; N]) -> bool {
                    let ($s, $bytes) = (&self.0, *bytes);
                    $send
                }
            }

            impl<const N: usize> Pop<N> for Out<N> {
                #[inline(always)]
                fn pop(&mut self, out: &mut [u8; N]) -> bool {
                    let $r = &self.0;
                    match $receive {
                        Some(bytes) => {
                            *out = bytes;
                            true
                        }
                        None => false,
                    }
                }
            }
        };
    )*};
}

channels! {
    Std, "std sync_channel try_send", SyncSender<[u8; N]>, Receiver<[u8; N]>,
        mpsc::sync_channel(SLOTS),
        |sender, bytes| sender.try_send(bytes).is_ok(), |receiver| receiver.try_recv().ok();
    Kanal, "kanal try_send", kanal::Sender<[u8; N]>, kanal::Receiver<[u8; N]>,
        kanal::bounded(SLOTS),
        |sender, bytes| matches!(sender.try_send(bytes), Ok(true)),
        |receiver| receiver.try_recv().ok().flatten();
    Flume, "flume try_send", flume::Sender<[u8; N]>, flume::Receiver<[u8; N]>,
        flume::bounded(SLOTS),
        |sender, bytes| sender.try_send(bytes).is_ok(), |receiver| receiver.try_recv().ok();
}
