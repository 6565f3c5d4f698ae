//! What the adapters rest on: prose only, as [its parent](super) is.
//!
//! # Who is told
//!
//! A logger may have a hook (`Config::with_notify`). It is no part of the ring:
//! no step above knows of it, and a producer's bound is that of the offer and of
//! the hook. `Arrival` (feature `async`) stands behind a hook, with the waker of
//! one task, which registering puts in (K.r) and waking takes (K.w). Both are
//! read-modify-writes of one word, in the crate `atomic-waker`; each Acquire, and
//! Release where it ends.
//!
//! - **N1** The hook follows W.e: of each record, of each commit and of each
//!   discard of a grant. (A recovery is none of these: who makes one wakes who
//!   sleeps.) What a consumer cannot pass is therefore ended by a
//!   W.e, and that is followed by a call, whatever was called for meanwhile.
//! - **N2** No wake-up is lost, if all loggers of the ring have the hook. A wait
//!   is K.r, then a look. Let W.e make the oldest cell readable, and K.w follow
//!   it. The word has one order. *K.w before K.r:* only read-modify-writes lie between,
//!   so K.r acquires what K.w released, the look comes after W.e, and sees it.
//!   *K.w while K.r writes:* K.r notices at its end, and wakes its own task.
//!   *K.w after K.r:* the waker is there, and is woken; or another K.w has just taken it
//!   and wakes it afterwards, and the poll that follows begins with a K.r that
//!   is later than both. *K.r during another K.w:* its task is woken at once,
//!   to try again.
//! - **N3** A look that says "no" is true of the latest tail: a claim that found
//!   nothing is confirmed by C.d from `t` to `t` (I3). A load could give an
//!   old tail, whose cell is reserved anew, while the record that is oldest
//!   now called long ago; the model `a_sleeper_does_not_trust_an_old_tail`
//!   fails with it.
//! - **N4** A K.w on top of an interrupted K.w or K.r finds the word taken, and
//!   returns: the interrupted one wakes the task. So K.w is two accesses and
//!   the waker. A K.r on top of an interrupted K.w wakes its own task until
//!   that goes on: a consumer must not keep the processor from it.
//!
//! # Nested frames
//!
//! A frame of `defmt` (feature `defmt`) is written by calls without a context of
//! their own, so what belongs to one is found by `open`, the number of frames
//! that are open on this core, and `buffers[i]`, one for each depth. There are
//! only loads and stores, which every target has.
//!
//! ```text
//!   acquire  F.a  i = open; open = i + 1      write    F.c  append to buffers[open - 1]
//!            F.b  buffers[i].len = 0          release  F.d  copy buffers[open - 1]
//!                                                      F.e  open = open - 1; push the copy
//! ```
//!
//! - **F1** Contexts of one core end in the reverse order in which they began,
//!   and each leaves `open` as it found it: so every load of `open` by a context
//!   reads what that context stored, and between the store of F.a and that of
//!   F.e nobody else touches `buffers[i]`. Who comes between the load and the
//!   store of F.a takes the same buffer and is done with it before F.b; who comes
//!   behind the store of F.e takes it when its bytes are copied.
//! - **F2** These are the words of one core, which sees its own accesses in the
//!   order of the program. The compiler must keep that order at two places, where
//!   `same_core` makes it: F.a before F.b and all of F.c; F.d before F.e.
//! - **F3** A frame that was offered is in the ring whole, or is one loss in the
//!   ledger: what finds no buffer, outgrows it, or exceeds the largest record is
//!   too big, as an empty buffer is for any frame. A frame without F.e was not
//!   offered, nor was one without a byte, which `defmt::flush` makes.
//! - **F4** The record, or the loss, has the level that the frame's first two bytes
//!   stand for. Of a frame without a buffer they are kept in a word, which belongs to
//!   its depth as a buffer does: so F1 and F2 hold for it.
//!
//! F1 is false for threads that are switched in the middle of a frame, and for a
//! frame that is abandoned while the one below it goes on (a panic that is
//! caught, a task that is killed). Every word is an atomic then, too: frames are
//! torn, buffers stay taken, and no memory but the buffers is touched. *Rejected:* a grant held from F.a to F.e. It needs no copy, and a
//! frame that is formatted for long, or never ends, would hold up the consumer.
