//! What the adapters rest on: prose only, as [its parent](super) is.
//!
//! # Who is told
//!
//! A logger may have a hook (`Config::with_notify`). It is no part of the ring:
//! no step above knows of it, and a producer's bound is that of the offer and of
//! the hook. `Arrival` (feature `async`) stands behind a hook, with the waker of
//! one task. `armed` is 0 or names one of three slots for wakers; `users` of a slot
//! counts how often it is armed or in the hands of a call.
//!
//! ```text
//!   wait    K.l  if registering.swap(1) != 0: wake own task; skip to the look
//!                i = the slot whose waker wakes this task, whoever uses it;
//!           K.f      or one with users == 0: empty all of these, and put a clone
//!                    of the waker into one; neither: wake own task; skip to K.o
//!           K.u  users[i] += 1
//!           K.r  was = armed.swap(i);  if was != 0: users[was] -= 1       K.u
//!           K.o  registering = 0
//!                look: is there a record? (N3)
//!
//!   notify  K.w  i = armed.swap(0);  if i == 0: return
//!                call the waker of i
//!           K.d  users[i] -= 1
//! ```
//!
//! - **N1** The hook follows W.e: of each record, of each commit and of each
//!   discard of a grant. (A recovery is none of these: who makes one wakes who
//!   sleeps.) What a consumer cannot pass is therefore ended by a
//!   W.e, and that is followed by a call, whatever was called for meanwhile.
//! - **N2** No wake-up is lost, if all loggers of the ring have the hook. Let W.e
//!   make the oldest cell readable, and K.w follow it. `armed` has one order, and
//!   all its accesses are swaps, K.r and K.w alone. Each acquires and releases, so
//!   each acquires what all earlier ones released. *K.w before K.r:* the look comes
//!   after W.e, and sees it. *K.w after K.r:* one call takes what K.r armed, this one
//!   or one before it, and then calls the waker; or another K.r took it back. The poll
//!   that follows, in either case, makes a K.r of its own: begin again with that.
//!   The last K.r is the one that nobody took back and no poll follows. So its task
//!   sleeps only if its look came before W.e, and then a call is on its way to it.
//! - **N3** A look that says "no" is true of the latest tail: a claim that found
//!   nothing is confirmed by C.d from `t` to `t` (I3). A load could give an
//!   old tail, whose cell is reserved anew, while the record that is oldest
//!   now called long ago; the model `a_sleeper_does_not_trust_an_old_tail`
//!   fails with it.
//! - **N4** Nobody waits for anybody. A K.w is one swap; the one that finds a slot
//!   adds the waker and K.d. It makes the same steps on top of an interrupted K.w or
//!   K.r, to any depth: it takes what is armed, or nothing is. A K.r on top of any
//!   number of interrupted calls arms the slot of its task again, although they
//!   still read it. The wake-up that they owe is for an earlier K.r, and comes when
//!   they go on; it is one too many, and does no harm.
//! - **N5** A waker is not written while it is read. Whoever writes holds
//!   `registering`, and found `users == 0`. Readers are who holds `registering`, and
//!   calls, each between its K.w and its K.d. A call's use was counted before K.r
//!   armed the slot, in the order of who registers, and ends with K.d. So at 0 all
//!   calls are done with the slot (K.f acquires every K.d), and no new one can
//!   begin, since an armed slot has a use. K.r and K.w carry the waker to the reader.
//! - **N6** Who registers wakes its own task in two cases only. Somebody else is
//!   registering: two tasks wait at a time, against the rules, or one was killed
//!   there. Or three slots are in use for other tasks: at least two calls stand
//!   still, for two different tasks, and a fourth one waits. A consumer that is one
//!   task, or three in turns, never does.
//! - **N7** Of two polls of waits in a row, one at most is ready: `was_ready`
//!   remembers. One that is not ready for this reason alone has woken its task.
//!
//! A producer never drops a waker: the slot keeps it, until another task comes to
//! wait. So no task is freed in an interrupt. A producer that dies between K.w and
//! the waker takes the wake-up with it.
//!
//! K.u is Relaxed: K.r publishes the use, and what is taken back had no reader. Each
//! other ordering is weakened alone, each half of an AcqRel, too, which the models in
//! `models/loom/wakers.rs` catch. In `models/injection_arrivals.rs` everybody interrupts
//! everybody, before each access.
//!
//! *Rejected:* the crate `atomic-waker`. A call locks the one slot there, so a K.r
//! on top of it wakes its own task until the call goes on, which it never does if the
//! consumer outranks it. *Rejected:* two slots of which a call hands the second one
//! on to itself when it ends. It would have to look again after each hand-over, and
//! consumers on other cores could keep it looking.
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
