//! The protocol and why it is right: states, invariants, orderings, bounds.
//!
//! Prose only. The code is in `ring/`, a file a step; the labels (P.b, W.e, …)
//! are the same there, here, and in `ring/orderings.rs`, which has the memory
//! ordering of each. "Position" is a free-running cell number modulo the
//! machine word, and all comparisons of positions are differences.
//!
//! # The block
//!
//! A ring is `N` cells (a power of two, at least 4) and a few words beside
//! them. Word 0 of a cell is its *state*, the others are payload. A record is
//! `k` consecutive cells, `1 <= k <= N / 4`, modulo `N`. There is no pointer in
//! the block, and all-zero is the empty ring.
//!
//! | word | says | written by |
//! |---|---|---|
//! | `head` | position of the next reservation | the winner of P.e |
//! | `tail` | position of the oldest record | the winner of C.d or E.c |
//! | `hint` | a value that `tail` once had, beside `head` | P.d |
//! | `untold` | whether refusals may exist that nobody was told of | the refused; a popper that finds the ring empty, or has told all |
//! | `told_refused`, `told_evicted` | how much of the ledger consumers were told | poppers |
//! | the ledger | losses by cause and severity | the refused, or the winner of the eviction |
//!
//! # States of a cell
//!
//! ```text
//!              P.e, W.a                    W.e
//!   FREE or   ---------->  RESERVED(lap)  ------>  COMMIT(lap)
//!   any kind               first cell      \
//!   of lap-1                                ---->  PAD(lap)        discarded
//!                 W.b
//!             ---------->  CONTINUED(lap)          further cells
//! ```
//!
//! RESERVED is for what is written piece by piece: a grant looks for it when it
//! is put together again. A record that is written at one go leaves it out: until
//! W.e its first cell looks as it did a lap ago, which is "not ready" to whoever
//! expects this lap. So everybody compares a state with the lap of its own
//! position, and an evictor, who compares neighbours, does not do so across the
//! wrap.
//!
//! The state of a cell names the lap (position / `N`) it was written for. A
//! cell is given to the next lap when `tail` passes it; nothing is cleared.
//! 0 is FREE: it matches no lap, because it has no kind.
//!
//! # The steps
//!
//! ```text
//! reserve k cells:                               limit = N, or the mark of the severity
//!  P.a  h = head                                 room  = limit - k
//!  P.b  t = hint
//!       at most TRIES times:
//!         if h - t > room:
//!  P.c      t = tail
//!           if h - t > N:  h = head; again       h was older than t
//!           if h - t > room:
//!             limit < N:   refused: level
//!             drop newest: refused: full
//!             drop oldest: evict from t, at least h - t - room cells
//!  P.d      hint = t
//!  P.e    if head.cas(h -> h + k): the cells are ours
//!         h = what was there
//!       refused: contended
//!
//! evict from t:
//!  E.a  read states from t on, cell by cell, while they are of their lap and
//!       committed, until `max(need, chunk)` cells end with a record
//!  E.b  note the severity of each record on the way
//!       too few cells: tail.cas(t -> t) ? refused: busy : again   nothing was evicted
//!  E.c  if !tail.cas(t -> end): again
//!  E.d  count the records as evicted; raise the watermark
//!
//! write:
//!  W.a  state[h] = RESERVED, unless all bytes are at hand
//!  W.b  state[h+1 ..] = CONTINUED
//!  W.c  payload words               W.d  the total of refusals; it and `untold`
//!                                        were read before P.e
//!  W.s  if fewer cells were needed: state[h + k'] = PAD
//!  W.e  state[h] = COMMIT, or PAD to discard it, which R.a counts first
//!
//! refuse:
//!  R.a  ledger[cause][severity] += 1; unless full: others += 1; untold = 1
//!
//! take up to B records:
//!  C.a  t = tail
//!  C.b  s = state[e], from e = t on, while it is COMMIT or PAD of e's lap
//!  C.c  copy the payload and the carried total; e += k
//!       nothing there: tail moved? again : head == t ? Empty : Pending
//!       first record too large for the buffer: tail.cas(t -> t) ? NoSpace : again
//!  C.d  if !tail.cas(t -> e): forget the copies; B = max(1, B / 4); again
//!  C.e  gap = how far the ledger's evictions are ahead of `told_evicted`
//!           + how far the carried total is ahead of `told_refused`
//!
//! make whole (nobody else is inside):            see "What a dead writer costs"
//!  H.c  the seal fits, or wipe from 0            only where there is one
//!       head - tail > N:  wipe from head
//!  H.a  state = 0 in all free cells
//!       count and drop what is not whole in [tail, head)
//! wipe:
//!  H.a  all but the positions = 0; head and hint = start
//!  H.b  tail = start                             H.d  the seal
//! ```
//!
//! A push without clock, tag or mark, that carries no total and is not cut, is
//! *plain*. It tries P.a to P.e, W.c and W.e in line, P.c to P.e up to four times
//! (once on 32-bit targets); it comes to the loop only if there is no room or all
//! of them fail. Whatever does not evict asks before the loop whether room is sure to
//! be lacking (P.a, P.b, P.c), so that a refusal costs nothing but itself.
//! `Ring::push_at_once` is a plain push and that question without a logger; C's
//! push tries it before it makes one.
//!
//! # Orderings
//!
//! There is no SeqCst and no fence. "Checked" says what sees it if the access is
//! Relaxed: "loom" is for each access that has the label, alone; `.ci/accesses` names the
//! model for each, and the few that no model can see.
//!
//! | label | access | ordering | pairs with | carries | checked |
//! |---|---|---|---|---|---|
//! | P.a | head load, also by a failed P.e and by an observer | Acquire | P.e | the tail that the head's owner knew (I9) | loom |
//! | P.b | hint load | Acquire | P.d | what P.d's thread had learnt at its P.c | loom |
//! | P.c | tail load | Acquire | E.c, C.d, H.b | old readers are done; old writers' stores come before ours | loom |
//! | P.d | hint store | Release | P.b | P.c's knowledge | loom |
//! | P.e | head compare-and-swap | Release | P.a | exclusive positions, and the tail we know (I9) | loom, `racy_claim` |
//! | W | stamps, payload, pad; the owner's look at its stamp | Relaxed | – | published by W.e | – |
//! | W.e | commit | Release | E.a, C.b | the record's stamps and payload | loom, `relaxed_commit` |
//! | E.a | victim's state load | Acquire | W.e | the victim's stores come before its cells' next writer's | loom |
//! | E.b | victim's level load | Relaxed | – | valid by E.a, used only if E.c succeeds | – |
//! | E.c | tail compare-and-swap | Release | P.c, C.a | E.a's order, to the next writer | loom, `relaxed_tail` |
//! | C.a | tail load, also an observer's | Acquire | E.c, C.d, H.b | the lower bound of I5; for an observer, and for a drain of 32 bits, a head not older than it | loom, see I5 |
//! | C.b | state load | Acquire | W.e | the record | loom |
//! | C.c | copies | Relaxed | – | whole by C.b, used only if C.d succeeds | – |
//! | C.d | tail compare-and-swap | Release | P.c, C.a | our reads, and the writers' stores they saw, come before reuse | loom, `relaxed_tail` |
//! | V | verdicts and figures | Relaxed | – | re-tested, or informative | – |
//! | L | loss words | Relaxed | – | hints, and additions, which lose nothing; place by I8 | `double_count` |
//! | T.a | load of a told total | Acquire | T.b | a ledger no older than what was told of it | loom |
//! | T.b | compare-and-swap of a told total | Release | T.a | the ledger that was read | loom |
//! | H.a | wiped words, states of free cells | Relaxed | – | nobody else is inside | – |
//! | H.b | tail store of a wipe | Release | P.c, C.a | the wiped words, also for a crash | by injection |
//! | H.c | seal load | Acquire | H.d | the ring beside it | – |
//! | H.d | seal store | Release | H.c | the wiped ring, also for a crash | by injection |
//! | F | a state swapped with itself, by `prefault` | Relaxed | – | the same value, in the release sequence of its W.e | `torn_touch` |
//!
//! *A look is not a label.* Where a head or a tail is only compared, it is read by V: the
//! head of a look at the hint, which ends in a look at the tail if there is no room; the
//! tail of a refusal, as no cell is written on the strength of it (what P.a carries makes it
//! new enough, I9); the head behind a tail that C.a has read, as C.a
//! leaves none that is older; the tail that a sleeper compares with that of its claim; the
//! swap by which "busy" is true, which E.a keeps behind the looks; and the look for an open
//! record, which says where to push, never whether (S2).
//!
//! The compare-and-swaps on `tail` form one release sequence, so a P.c that
//! reads a late one is ordered after all earlier ones, too.
//!
//! **Store against store.** That P.e makes cells exclusive is not enough: if
//! E.a were not Acquire or E.c and C.d not Release, an old lap's payload store
//! could come *after* the new lap's in the order of that word, and the record
//! would be torn for good. Making P.e AcqRel would not help: it orders nothing
//! against the victim's stores. The models show
//! it with a plain byte in each cell that its owner writes: two owners that
//! are not ordered are a data race, which the checkers report.
//!
//! # Invariants
//!
//! - **G1** A ring has a power-of-two number of cells, at least 4. Whoever has
//!   a `&Ring` knows the number from the reference, not from the block.
//! - **I1** `tail <= head <= tail + N`. Records and pads tile `[tail, head)`;
//!   `tail` is always the start of one.
//! - **I2** From P.e to W.e the cells `[h, h + k)` are written by their one
//!   owner. From W.e until `tail` passes them nobody writes them. A grant that
//!   was taken apart into words keeps its owner; words whose W.a stamp is gone,
//!   or from whose position the head is more than `N` away, are no grant, and
//!   none make a writer that leaves its record's cells. Of cells whose owner has
//!   died, whoever recovers the ring is the owner.
//! - **I3** If C.d or E.c succeeds, `tail` was `t` from the load to the swap,
//!   so everything read in between belongs to committed records of this lap.
//! - **I4** Every value of `hint` was once the value of `tail`, and its reader
//!   knows what the reader of that tail knew. An old hint only overstates the
//!   use. No refusal is taken from a hint.
//! - **I5** A state read at a position in `[t, t + N)` by somebody whose swap of
//!   `tail` from `t` then succeeds was written for that position or for the
//!   lap before. *Before:* everything below `t` was passed, so the stamps for
//!   `e - N` happened before C.d or E.c and hence before C.a or P.c; W.b is
//!   what makes every cell carry last lap's mark. *After:* a stamp for `e + N`
//!   needs a tail beyond `e`, read by Acquire from a swap later than ours.
//!   Hence one bit of lap tells them apart. The field has 28 bits (17 on
//!   32-bit targets); with so many no model could tell a Relaxed C.a from
//!   an Acquire one, so in those of loom it has one bit.
//! - **I6** Positions of one producer grow; records are delivered in the order
//!   of positions; none twice.
//! - **I7** The ledger is the only book of losses. Each loss enters one word of its
//!   table, once, by the refused caller, the discarding grant, or the winner of
//!   E.c. The total of refusals is the sum of the words for a full ring and of
//!   `others`, to which every other refusal adds, too. So at quiescence: offered = delivered + resident + the ledger's sum.
//! - **I8** Told losses are positions in the ledger's totals, and each advance
//!   of `told_*` is one compare-and-swap whose winner tells the difference. So
//!   the ledger's sum = all `lost_before` + trailing loss, whatever the order.
//!   (An advance that loses 8 races in a row leaves the rest to a later record.)
//!   *Place:* E.d comes before the evictor's own W.e, and C.e after C.b; so when
//!   a record is delivered, all evictions that its producer made before it are
//!   told with it or earlier. A producer's own refusals are in the total that
//!   its next accepted record carries (W.d), unless a popper, having told everything, clears `untold` meanwhile;
//!   then a refusal made after that popper's sum may be told later, by the next
//!   record that carries a total or as trailing loss.
//! - **I9** "Full" is true: at P.c the ring lacked room. A head from before only
//!   understates the use; and by P.a's Acquire the tail is at least as new as the
//!   one that the head's owner knew, so use is never overstated either. "Busy" is true: at E.a a record that had to go
//!   was not committed, and a swap that changes nothing says that the tail was still the
//!   one whose cells were read (I3). A load of the tail would not: an old one may not
//!   have moved for it, while its first cell is reserved for the next lap already.
//!   Nothing is evicted while there is room.
//! - **I10** A mark is never overrun: when P.e succeeds, `h` is the head, and `t`
//!   is not newer than the tail. A severity with a mark never evicts.
//!
//! Sizes read from the block are checked before use: a pad or record has 1 to
//! `N / 4` cells, its bytes fit them, and a batch spans at most `N` cells. A damaged
//! block may cost records; it causes no access outside, no panic, and no loop
//! without end.
//!
//! # Bounds
//!
//! **An offer** makes at most
//!
//! ```text
//! 28 + TRIES * (walk + 16) + W k + R + 4   accesses to shared memory
//!
//! walk  = max(k, chunk) + N / 4               twice that on 32-bit targets
//! chunk = min(N / 16, 32)
//! ```
//!
//! for a record of `k` cells of `W` words (16, or 8 on 32-bit targets), with
//! `R` words that make up the sum of refusals (56, or 7);
//! [`Logger::steps_max`](crate::Logger::steps_max) computes it, and the
//! interrupt tests hold every call to it.
//! - 28: `untold` and the plain push (P.a, P.b, and up to 4 times P.c, P.d and P.e;
//!   less on 32-bit targets), the look at a full ring (4), `untold`, a look for room
//!   (2), P.a and P.b of the loop, R.a (4). A formatted line looks twice, but who
//!   looks does not evict, and spares the walk. `push_at_once`, where it leaves the
//!   offer to a logger, adds 19 (10 on 32-bit targets).
//! - An attempt: P.c, the walk, E.c once or twice, the
//!   watermark (5), E.d (6), P.d, P.e.
//! - W k: a state and the payload words of each cell, the header's included.
//! - R: the sum of refusals for W.d, 7 words in each stripe; 4: info word, pad,
//!   count of cut records, W.e.
//!
//! TRIES is the logger's retry limit, 32 unless configured, at most 256. None of
//! these accesses waits, so the offer is wait-free, with a refusal that is
//! counted as the price; P.e, E.c and the counters are one instruction where
//! the target has it. On a load-linked / store-conditional target every
//! compare-and-swap is the weak one: it may fail for an interrupt in between, which
//! is one more lost attempt, and has no loop inside. An addition to a counter has one;
//! each turn of it takes an interrupt or another core's store in between.
//!
//! **A pop** makes at most `64 + N` attempts, as it may step over `N` pads; a batch 64,
//! as one steps over all pads. But for a swap that fails for nothing, a lost one means
//! that somebody else moved `tail`: poppers and evictors together are lock-free. In the
//! end the answer is `Pending`.
//!
//! # Shards
//!
//! A set of rings makes calls to its rings and has no word of its own: see
//! [`shards`].
//!
//! # What a stopped writer costs
//!
//! A producer that is preempted, or dies, between P.e and W.e:
//!
//! | | drop newest | drop oldest |
//! |---|---|---|
//! | until its record is the oldest | nothing | nothing |
//! | then, poppers | `Pending`: later records wait | the same |
//! | then, producers | fill the ring, then `Full` | fill the ring, then `Busy`: every new record is lost |
//! | when it resumes | all goes on, nothing else is lost | the same |
//! | if it never resumes | the ring is stuck until it is recovered; producers still end in bounded steps, and count | the same |
//!
//! Push keeps that window to the copy, with everything prepared before; a grant
//! keeps it open while it is held. An interrupted evictor or popper holds
//! nothing up. One that dies for good unbalances the books by what it was about
//! to count: an evictor between E.c and E.d its run, a refused producer before
//! R.a its record (between R.a's two additions, the telling of it), a popper after
//! C.d the records that it had claimed.
//!
//! # What a dead writer costs
//!
//! `Ring::recover` (H) is for when nobody who is inside a call will go on. It
//! walks from `tail` to `head` and trusts no word:
//!
//! - What is *sound* stays: a COMMIT with a level, or a PAD, of its lap, of 1 to
//!   `N / 4` cells that end at the head or before, all further ones CONTINUED
//!   of their lap. W.b stamps them before W.e, so each committed record is sound.
//! - At any other cell, that one cell is dropped and the walk goes on with the
//!   next. No size is believed but that of what is sound; so no stray size takes
//!   a record with it, and the walk takes `O(N)` steps: a CONTINUED cell is looked
//!   at for itself and for the one first cell before it.
//! - Dropped neighbours are one record, but a RESERVED of its lap begins another.
//!   So the count is exact but for a writer that died before W.a, or leaves it
//!   out, right behind another dead one: it counts with that; and for one that
//!   died between R.a and W.e of a discard: it counts twice. The number of cells
//!   is the upper bound.
//! - Each is counted as discarded, by R.a, and then its cells become pads of one
//!   cell. The tiles are whole again (I1), each cell has its lap's mark (I5), and
//!   as W.a's stamp is gone no words are its grant (I2).
//! - Free cells become FREE, `hint` becomes `tail` (I4), and the watermark, the
//!   sum `others` and the told totals are put where the ledger's table and `N`
//!   allow them. `others` is where a refusal that died within R.a is missing.
//!
//! *A crash within.* The walk changes no cell of a sound piece, and makes no cell
//! CONTINUED. By induction from `tail`, a second walk comes to the same first
//! cells, keeps what the first would have kept, and finds pads where it dropped.
//! Of the record that was being dropped, what is not yet a pad counts as one
//! again, for no RESERVED lies within it. So each crash adds one at most. A wipe
//! moves the tail last: until then, positions are still beyond repair, or there is
//! no seal, and all is wiped again. The order is that of the stores as they reach
//! the memory; what a cache held back is lost, as is any store of the dead.
//!
//! *A seal* is words made of size, word width, and version; so `Retained` knows
//! a ring from noise and from one of another layout, where positions alone would
//! be right once in a while. *Rejected:* a checksum over records, which would be
//! paid by each push; a damaged payload passes for a record.
//!
//! # What a starved consumer costs
//!
//! Under constant eviction a copy races the next eviction. After a failed C.d
//! a batch is cut to a quarter, down to one record, and doubles with each claim
//! that succeeds; and evictors free runs of cells, so that
//! a single copy wins soon. A consumer that loses all its races answers
//! `Pending`; what it missed is told with the next record that it gets.
//!
//! A slow consumer costs producers nothing but room.
//!
//! # The ABA horizon
//!
//! The compared words are full positions. A false success needs a context that
//! stops between load and swap while exactly 2^B cells pass.
//!
//! | | B = 32, cells of 32 bytes | B = 64 |
//! |---|---|---|
//! | volume logged during one stop | 128 GiB | 2^71 bytes |
//! | at 10 thousand / 1 million / 20 million cells a second | 5 days / 72 min / 3.6 min | more than 29 000 years at 20 million |
//! | P.e, C.d, E.c | must hit the exact value: 1 in 2^32 of such stops | – |
//! | P.d, a hint stored that late | must hit a window of `N`: `N` in 2^32 | – |
//!
//! # What is not promised
//!
//! - Delivery. Records are lost when the ring is full; what is promised is that
//!   each is counted and told.
//! - The place of a loss to the record, with several threads: the sum is exact,
//!   the place may be off by what was in flight.
//! - A snapshot that adds up while records flow. Each of its counters is
//!   monotonic, modulo 2^32 on 32-bit targets; there, told losses are exact as
//!   long as fewer than 2^31 are untold at a time.
//! - `Pending` and `Empty` are true of a moment. `Pending` may also be the
//!   answer while a cell is being reused and the tail's move is not yet seen.
//! - Fairness among producers, or among poppers.

pub mod adapters;
pub mod shards;
