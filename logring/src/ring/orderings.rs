//! Every ordering of the protocol, by the label of the access it belongs to.
//!
//! The letters are those of [`design`](crate::design): P reserve, W write and
//! commit, E evict, C claim (take), T tell losses, H make whole (recover). A label that is not
//! Relaxed names the partners it pairs with and what the pair carries; a
//! Relaxed one says why nothing rides on it. There is no SeqCst and no fence.
//!
//! The list in `.ci/accesses` has each access that uses an Acquire or Release of
//! these. The job `planted` weakens each alone, and the model that stands beside it
//! there must go red; or the list says why no model can.

use crate::sync::Ordering::{self, Acquire, Relaxed, Release};

/// ORDERING: P.a, head load, also that of a failed P.e. Pairs with P.e;
/// carries the tail that the head's owner knew, so that a head is never set
/// against an older tail than its own: without it, "full" would not be true
/// (I9).
pub(super) const P_A: Ordering = Acquire;

/// ORDERING: P.b, hint load. Pairs with P.d; carries what the thread of P.d
/// had learnt at its P.c: see there.
pub(super) const P_B: Ordering = Acquire;

/// ORDERING: P.c, tail load. Pairs with C.d, E.c and H.b, the latest and
/// through the release sequence of compare-and-swaps all earlier ones; carries
/// that old readers are done and that old writers' stores come before ours.
pub(super) const P_C: Ordering = Acquire;

/// ORDERING: P.d, hint store. Pairs with P.b; carries P.c's knowledge on.
pub(super) const P_D: Ordering = Release;

/// ORDERING: P.e, head compare-and-swap. Pairs with P.a; carries the tail
/// that we know. For the cells it only makes positions exclusive; what their
/// owner must know came by P.b or P.c, and making it AcqRel would not replace
/// those.
pub(super) const P_E: Ordering = Release;

/// ORDERING: W.a to W.d and W.s, stamps, payload and short-commit pad, and
/// the owner's look at its own stamp. Relaxed: published by W.e.
pub(super) const W: Ordering = Relaxed;

/// ORDERING: W.e, commit or discard. Pairs with C.b and E.a; carries every
/// stamp and payload word of the record.
pub(super) const W_E: Ordering = unless(cfg!(logring_bug = "relaxed_commit"), Release);

/// ORDERING: E.a, state load by an evictor. Pairs with W.e; carries that the
/// victim's stores come before those of whoever reuses its cells.
pub(super) const E_A: Ordering = Acquire;

/// ORDERING: E.b, the victim's level where it is outside the state word.
/// Relaxed: valid by E.a, discarded unless E.c succeeds.
#[cfg_attr(target_pointer_width = "64", allow(dead_code))]
pub(super) const E_B: Ordering = Relaxed;

/// ORDERING: E.c, tail compare-and-swap by an evictor. Pairs with P.c and
/// C.a; carries E.a's order to the next writer. Acquire is not needed: P.c
/// has read the same value with it.
pub(super) const E_C: Ordering = unless(cfg!(logring_bug = "relaxed_tail"), Release);

/// ORDERING: C.a, tail load by a popper. Pairs with C.d, E.c and H.b; carries
/// the lower bound on what C.b may read (I5), and a head not older than this tail.
pub(super) const C_A: Ordering = Acquire;

/// ORDERING: C.b, state load by a popper. Pairs with W.e; carries the record.
pub(super) const C_B: Ordering = Acquire;

/// ORDERING: C.c, payload loads. Relaxed: complete by C.b, and thrown away
/// unless C.d succeeds.
pub(super) const C_C: Ordering = Relaxed;

/// ORDERING: C.d, tail compare-and-swap by a popper. Pairs with P.c and C.a;
/// carries that our reads, and the writers' stores that C.b brought, come
/// before the cells are used again. Acquire is not needed: C.a has read the
/// same value with it.
pub(super) const C_D: Ordering = unless(cfg!(logring_bug = "relaxed_tail"), Release);

/// ORDERING: V, verdicts and figures (is the ring empty, has the tail moved, how full
/// was it, is a grant still open, which ring to push to). Relaxed: they are re-tested
/// or informative, and each reads a word that only grows, or a state on which no
/// answer depends.
pub(super) const V: Ordering = Relaxed;

/// ORDERING: L, the loss words `untold` and `told_*`, where they only say whether
/// there may be something to tell. Relaxed: `untold` is a hint, and the place of
/// a loss follows from program order around W.e and C.b (I8).
pub(super) const L: Ordering = Relaxed;

/// ORDERING: T.a, load of a told total. Pairs with T.b; carries the ledger as whoever
/// told it had read it, so that a sum which is read behind is no older than what
/// was told.
pub(super) const T_A: Ordering = Acquire;

/// ORDERING: T.b, compare-and-swap of a told total. Pairs with T.a; carries the
/// ledger that we have read.
pub(super) const T_B: Ordering = Release;

/// ORDERING: H.a, all that is wiped, and cells that are free. Relaxed: nobody
/// else is inside a call, and H.b or H.d comes behind.
pub(super) const H_A: Ordering = Relaxed;

/// ORDERING: H.b, tail store, by which a wiped ring is empty. Pairs with C.a
/// and P.c; carries what was wiped. A crash before it finds positions that
/// are still beyond repair, or no seal.
pub(super) const H_B: Ordering = Release;

/// ORDERING: H.c, seal load. Pairs with H.d; carries that the ring beside it
/// was made.
pub(super) const H_C: Ordering = Acquire;

/// ORDERING: H.d, seal store. Pairs with H.c; carries the wiped ring, so that
/// a crash before it finds no seal.
pub(super) const H_D: Ordering = Release;

/// ORDERING: F, a state that is swapped with itself, to touch its page. Relaxed: it
/// stores what is there, and as a compare-and-swap it goes on with the release
/// sequence of the W.e that stored it.
pub(super) const F: Ordering = Relaxed;

/// `order`, unless a planted bug weakens it.
pub(super) const fn unless(bug: bool, order: Ordering) -> Ordering {
    if bug { Relaxed } else { order }
}
