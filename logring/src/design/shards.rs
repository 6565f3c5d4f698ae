//! Sets of rings, and why their books are right: the choice of a ring, the merge,
//! bounds, and what a push touches.
//!
//! Prose only, as in [`design`](mod@super), which has the invariants I1 to I10 and
//! the labels of the steps.
//!
//! # A set
//!
//! A set of rings (feature `shards`) is its rings and their loggers. The rings
//! share no word, and a set has none of its own; so everything said of a ring holds for
//! each ring, and what is new is which calls are made.
//!
//! - **S1** An offer to a set is one offer to one ring. A plain push is tried
//!   at home; it stores the record, or nothing has happened. Then come the looks,
//!   which only load; then exactly one push or reservation is made, and its
//!   answer is the answer. A formatted line may be refused before it is
//!   formatted, by the logger chosen for one cell; then it is not offered
//!   again. So each offer enters the ledger of one ring (I7), and for the set,
//!   too: offered = delivered + resident + lost, each a sum over the rings. How
//!   many rings are looked at plays no part in this.
//! - **S2** The looks decide where, never whether. Whatever they saw, the ring that
//!   is chosen stores, evicts or refuses as it does for anybody.
//!
//!   *When.* Another ring is chosen only if, at the look, the home ring was full
//!   for this record (I9; I10 for a mark), and the other ring had room for it: its head was
//!   read after its tail, so use is overstated rather than understated. Of those
//!   with room it is the one with the most. Room may be gone when the push comes: so
//!   a record may be refused at one ring while there is room at another, and under
//!   drop oldest one of the other ring's may be evicted.
//!
//!   *Which.* An offer that the home ring would refuse looks at `min(N - 1, 7)`
//!   others. So in a set of up to eight rings, a record is refused only if each ring
//!   had no room for it at its look; and if
//!   offers do not overlap, a set loses what a single ring with as many cells loses, except
//!   for the ends of rings that are too short for a record. In a larger set, the first of the seven is
//!   `7 * refusals + chance`, modulo `N - 1`: `refusals` are counted by the thread's
//!   own stripe of the home ring's ledger, so each refusal moves on by
//!   seven; `chance` is a hash of the home ring's head, which stands still while that
//!   ring is full. So `(N - 1) / 7` refusals in a row, rounded up, have looked at
//!   all others. (Another thread in the same stripe, the ledger's wrap, or a
//!   stack that changes stripes between the two calls may skip some.)
//!
//!   *An eviction instead of a refusal.* A ring that can evict looks at three
//!   others, once for each eviction, and these free up to `chunk` cells. It goes there only
//!   if an eighth of the other ring stays free. An eviction frees a sixteenth at
//!   most (or what the record needs): so in a set whose rings are all full, none of them
//!   takes what another has just freed, and each keeps to its own cache lines. The
//!   price is that eighth. That the oldest record is not committed is part
//!   of the look, and then it is one for an offer that would be refused. That a record
//!   behind the oldest is in the way is found by the push.
//!
//!   *Rejected.* One fixed neighbour: two busy threads side by side lose records
//!   while the other rings are empty. A counter of the set, to begin each search
//!   elsewhere: the one word that all producers would write. Searching all of a large
//!   set: a bound that grows with it. To keep to an overwriting ring as long as
//!   it can evict: a busy thread then keeps one ring's worth of history, whatever is free;
//!   [`without_others`](crate::Shards::without_others) is for those who want
//!   that.
//! - **S3** Records of a shard are delivered in the order of their positions
//!   (I6): a shard is in the merge once, and a batch of it is delivered before
//!   it is looked at again.
//! - **S4** What a merged drain claims, it delivers. It looks at a shard by a
//!   claim that takes nothing (C.a to C.c, and C.d from `t` to `t`: only then is
//!   what was read of the record true, by I3), and then
//!   claims from the shard that is due only records that are not later than
//!   what the others were seen to have, and no more than are still asked for.
//!   *Rejected:* to hold a part of the buffer for each shard, and batches of
//!   all of them. With `max` nearly reached, one must then either deliver
//!   without having looked at a shard that ran dry, or give back what cannot be
//!   given back.
//! - **S5** A record is not delivered before one of another shard that was seen
//!   as the oldest there and has an earlier time, or the same in a lower shard.
//!   Records without a time, or with time 0, are all due at once: their shards come in
//!   a circle that begins at a hash of how many records the set has delivered. If it
//!   always began with the lowest, a slow consumer would empty that one for ever while the
//!   others are full. It is chance and no turn, as a set has no word to remember whose turn
//!   it is: with `k` calls that each deliver something, a shard waits with
//!   probability `(1 - 1 / N)^k`.
//!   Between look and claim the oldest may be evicted: the claim checks the
//!   time of what it takes, so a later record waits for its turn. The time of
//!   the record behind a batch is known from the claim that stopped there (I3),
//!   so records that alternate between shards cost one claim each.
//!
//! **Bounds.** A choice makes at most `8 + 3 * min(N - 1, 7)` accesses, and 3 more in
//! sets of more than eight rings. At home: `untold`, head, hint; head and tail; the tail, its
//! state and the tail again. At each other ring that is looked at: tail, head and `untold`. For
//! where to begin in a larger set: head and two counters. In a smaller one, an
//! evictor needs these, too, but it looks at fewer others. A formatted line makes two choices. A
//! plain push that is tried first and stores nothing makes 15. The rest is the offer's own. A merged
//! drain ends with `max` records, or when each shard is left out. Each claim
//! delivers, leaves its shard out, or finds that an evictor was faster; after
//! 64 of these in a row, the shard is left out. A claim makes at most 64 attempts.
//!
//! **What a push touches**, for records of 64 bytes in rings of 512 cells, by a model of coherent
//! caches in which up to 64 producers push in turn (`models/lines.rs`). A line
//! is foreign if another producer wrote it since, or holds a copy of what is
//! being written. No count depends on the number of producers but that of
//! foreign lines in one ring, which is given for 64.
//!
//! | | one ring: accesses / lines / foreign | a ring each: accesses / lines / foreign |
//! |---|---|---|
//! | room | 13 / 3 / 3 | 13 / 3 / 0 |
//! | full, drop newest | 8 / 3 / 1 | 8 in a set of one, 15 of two, 27 of eight, 30 of more / 3 to 17 / 0 |
//! | full, drop oldest | 14.5 / 4.1 / 4 | 14.5 to 15 / 4.1 to 4.3 / 0.3 |
//!
//! The looks before an eviction are what is foreign in the last row: each reads two
//! lines of three other rings, whose owners then have to take them back.
//!
//! A consumer on another core makes the two lines of the record foreign in
//! either arrangement.
