/* logring: a log queue whose producers never wait. Version 0.1.0.
 *
 * A ring is a block of memory with a bounded queue of records in it. Any
 * number of producers push into it, from any context, and any number of
 * consumers pop. What does not fit is lost by a policy, counted by cause and
 * level, and told to the consumer at the place where it is missing. No call
 * waits, and there is no setting that makes one wait.
 *
 *     LOGRING_STATIC_DEFINE(memory, 65536);
 *
 *     logring_config_t cfg;
 *     logring_t *ring;
 *     logring_config_default(&cfg, sizeof cfg);
 *     if (logring_init_in(&memory, sizeof memory, &cfg, &ring) < 0) ...
 *     logring_push(ring, LOGRING_WARN, "disk 91% full", 13);
 *
 * Pointers: NULL and misalignment are answered with a status. Otherwise a
 * pointer must lead to memory of the size that goes with it, which nobody else
 * uses during the call; a ring may be used by everybody at once. A handle is
 * valid where it was made and in forked children.
 *
 * A damaged block never leads outside itself, nor into a loop without end; it
 * may cost records, even all that follow. Where pushes answer
 * LOGRING_DROPPED_CONTENDED and pops LOGRING_PENDING for good, the block was
 * damaged, or a writer died in the middle of a record: see logring_recover, or make
 * a new ring.
 *
 * "Context" says from where a function may be called: "any" is a thread, an
 * interrupt, a signal handler, a forked child, a panic handler, also on top of
 * an interrupted call to the same ring. A step is an access to shared memory.
 *
 * Where the processor has no compare-and-swap (Cortex-M0, RISC-V without A) the
 * library is built with the feature portable-atomic, and, unless a program in Rust
 * brings them, wants two functions of the program: _critical_section_1_0_acquire and
 * _critical_section_1_0_release, void of void. The first masks interrupts; the second
 * makes them as they were before, masked or not: a ring may be used in a section of
 * the program's own. logring-ffi/examples/cortex-m0/critical_section.c has them.
 *
 * Compiles as C99 to C23 and C++11 to C++20. Made from the source of
 * logring-ffi; do not edit.
 */
#ifndef LOGRING_H
#define LOGRING_H

#include <stddef.h>
#include <stdint.h>

#define LOGRING_VERSION_NUMBER 1000 /* major * 1000000 + minor * 1000 + patch */
#define LOGRING_VERSION_STRING "0.1.0"
#define LOGRING_ABI_VERSION 1 /* of the binary interface */

#if defined(__cplusplus) && __cplusplus >= 201703L
#define LOGRING_MUST_USE [[nodiscard]]
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L
#define LOGRING_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define LOGRING_MUST_USE __attribute__((warn_unused_result))
#else
#define LOGRING_MUST_USE
#endif

#if defined(__cplusplus)
#define LOGRING_ALIGNED(bytes) alignas(bytes)
#elif defined(__GNUC__)
#define LOGRING_ALIGNED(bytes) __attribute__((aligned(bytes)))
#elif defined(_MSC_VER)
#define LOGRING_ALIGNED(bytes) __declspec(align(bytes))
#else
#define LOGRING_ALIGNED(bytes) _Alignas(bytes)
#endif

/* ---- Memory ------------------------------------------------------------- */

#if UINTPTR_MAX > 0xFFFFFFFFu
#define LOGRING_MEM_ALIGN 128 /* what a block's address is a multiple of */
#define LOGRING_MEM_BASE 1664 /* bytes of a block besides its capacity */
#define LOGRING_CELL_SIZE 128 /* bytes of the unit in which space is given */
#else
#define LOGRING_MEM_ALIGN 64
#define LOGRING_MEM_BASE 288
#define LOGRING_CELL_SIZE 32
#endif

/* Whether there is a ring of this capacity: a power of two of at least 4
 * cells. */
#define LOGRING_IS_CAPACITY(capacity_bytes)                                     \
  ((capacity_bytes) >= 4 * LOGRING_CELL_SIZE &&                                 \
   (capacity_bytes) <= SIZE_MAX / 4 + 1 &&                                      \
   ((capacity_bytes) & ((capacity_bytes) - 1)) == 0)

/* Bytes of memory that a ring of this capacity takes; a constant expression
 * if the capacity is one. */
#define LOGRING_MEM_SIZE(capacity_bytes) (sizeof(char[LOGRING_MEM_BASE]) + (capacity_bytes))

/* Bytes of a head for logring_init_shared and logring_attach. */
#define LOGRING_HEAD_SIZE LOGRING_MEM_ALIGN

/* Bytes of a buffer that takes any record of a ring of this capacity, whole. */
#define LOGRING_RECORD_MAX(capacity_bytes) ((capacity_bytes) / 4)

/* A static block for a ring of this capacity: `LOGRING_STATIC_DEFINE(memory,
 * 65536);` at file scope, then logring_init_in(&memory, sizeof memory, ...).
 * A capacity of which there is no ring does not compile. */
#define LOGRING_STATIC_DEFINE(name, capacity_bytes)                             \
  LOGRING_ALIGNED(LOGRING_MEM_ALIGN)                                            \
  static unsigned char name[LOGRING_MEM_SIZE(capacity_bytes) *                  \
                            sizeof(char[LOGRING_IS_CAPACITY(capacity_bytes) ? 1 : -1])]

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions, handles, levels, policies ---------------------------------- */

/* A ring. It lies inside the memory that it was made in; the pointer is a
 * handle, not that memory's address, and is passed back as it came. */
typedef struct logring_t logring_t;

/* A level: an OpenTelemetry severity number, 1 to 24; bigger is severer.
 * 2 to 4 share TRACE's mark and counter, and so on. */
typedef uint8_t logring_level_t;

/* What gives way when a record does not fit. Nothing here waits. */
typedef uint32_t logring_policy_t;

#define LOGRING_TRACE                 1 /* The finest detail. */
#define LOGRING_DEBUG                 5 /* For those who look for a fault. */
#define LOGRING_INFO                  9 /* What the program does. */
#define LOGRING_WARN                 13 /* Unexpected, and dealt with. */
#define LOGRING_ERROR                17 /* Something failed. */
#define LOGRING_FATAL                21 /* The program cannot go on. */
#define LOGRING_DROP_NEWEST          1u /* What came first stays. The default. */
#define LOGRING_DROP_OLDEST          2u /* What came last stays: a flight recorder. */

/* The library's LOGRING_VERSION_NUMBER: major * 1000000 + minor * 1000 +
 * patch.
 *
 * Context: any; one step. */
uint32_t logring_version_number(void);

/* The library's LOGRING_VERSION_STRING: static, never NULL.
 *
 * Context: any; one step. */
const char *logring_version_string(void);

/* The library's LOGRING_ABI_VERSION. Where it is not the header's, the two do
 * not fit.
 *
 * Context: any; one step. */
uint32_t logring_abi_version(void);

/* ---- Status --------------------------------------------------------------- */

/* What a call answers: 0 is ok, more is by policy, less is misuse. Values
 * never change. After a negative status every output is as it was, but for
 * len with LOGRING_E_NOSPACE. */
typedef int32_t logring_status_t;

#define LOGRING_OK                    0 /* Done. */
#define LOGRING_TRUNCATED             1 /* Stored, but cut to the largest record or its grant. */
#define LOGRING_EMPTY                 2 /* Nothing is in the ring. */
#define LOGRING_DROPPED_FULL          3 /* Refused: no room. Counted. */
#define LOGRING_DROPPED_LEVEL         4 /* Refused: the rest is for severer levels. Counted. */
#define LOGRING_DROPPED_CONTENDED     5 /* Refused: lost every race, or the oldest is unfinished. Counted. */
#define LOGRING_FILTERED              6 /* Below the minimum level: no offer, no loss. */
#define LOGRING_PENDING               7 /* Nothing to give now: the oldest is unfinished, or races were lost. */
#define LOGRING_E_NULL             (-1) /* A pointer is NULL that must not be. */
#define LOGRING_E_INVAL            (-2) /* A value is out of range; no such ring; a grant is not open. */
#define LOGRING_E_NOSPACE          (-3) /* The memory or the buffer is too small. */
#define LOGRING_E_ALIGN            (-4) /* A pointer is misaligned. */
#define LOGRING_E_TOOBIG           (-5) /* The record can never fit. Counted. */
#define LOGRING_E_ABI              (-7) /* The library knows no structure of this struct_size. */
#define LOGRING_E_POLICY           (-8) /* No such policy, or an ambiguous name. */
#define LOGRING_E_POLICY_BLOCKS    (-9) /* The policy would wait or grow: there is none that does. */
#define LOGRING_E_NOMEM           (-10) /* The heap has no memory. */

/* The meaning of a status in a few words: a static string, never NULL.
 *
 * Context: any; one step. */
const char *logring_status_str(logring_status_t status);

/* ---- Making a ring -------------------------------------------------------- */

/* Where timestamps come from: any number, in any unit. It is called in the
 * producer's context, so it must not wait; and it must return: neither
 * longjmp nor an exception may leave it. NULL is no clock. */
typedef uint64_t (*logring_clock_fn)(void *ctx);

/* How one writes to a ring. Fill it with logring_config_default first. */
typedef struct logring_config_t {
  /* sizeof(logring_config_t), set by logring_config_default. */
  uint32_t struct_size;
  /* What gives way in a full ring. */
  logring_policy_t policy;
  /* The largest record in bytes; 0, or more than the capacity allows, is
   * what the capacity allows: a quarter of it, less some words, and below
   * 16 MiB (112 KiB on 32-bit targets). */
  uint32_t max_record;
  /* Attempts before LOGRING_DROPPED_CONTENDED; 0 is the default, at most 256. */
  uint32_t retry_limit;
  /* Trace to fatal: a record is refused that would lift the fill above this
   * percentage, 1 to 100; 0 is 100. Such a level never evicts. */
  uint8_t mark_pct[6];
  /* Nonzero (the default): larger records are cut; 0: LOGRING_E_TOOBIG. */
  uint8_t truncate;
  /* The mildest level that is written; 0 is everything. */
  logring_level_t min_level;
  /* Where timestamps come from; NULL (the default): records have none. */
  logring_clock_fn clock;
  /* What the clock is called with. */
  void *clock_ctx;
} logring_config_t;

/* What logring_recover found. */
typedef struct logring_recovered_t {
  /* 1 if there was a ring; 0 if its positions were damaged beyond repair: it is then
   * empty, and all counters are 0. */
  uint32_t survived;
  /* 0. */
  uint32_t reserved;
  /* Records that were kept. */
  uint64_t records;
  /* Records that were dropped since they were being written, or are damaged: at
   * least so many. */
  uint64_t unfinished;
  /* Cells that were dropped with them: at most as many records. */
  uint64_t unfinished_cells;
} logring_recovered_t;

/* Fills a configuration with the default: drop the newest, no marks, records
 * as large as the capacity allows and larger ones cut, everything written, no
 * clock. Writes at most struct_size bytes, and nothing if that is below 4 or
 * the pointer is NULL or misaligned.
 *
 * Context: any; a constant number of steps. */
void logring_config_default(logring_config_t *cfg, uint32_t struct_size);

/* Makes the largest ring that fits a block of memory of this process, which must
 * live as long as the ring, at a multiple of LOGRING_MEM_ALIGN. All of the block is
 * the library's from then on. LOGRING_STATIC_DEFINE makes such a block.
 *
 * The block holds the configuration, too, and the address of the clock. Whoever can
 * write to it decides what is logged, how, and which code a push calls. So it is not
 * for memory that another process can write, as a shared mapping is, also if that
 * process is a child: use logring_init_shared there.
 *
 * LOGRING_E_ALIGN, LOGRING_E_NOSPACE if no ring fits, LOGRING_E_ABI for
 * struct_size, LOGRING_E_INVAL for a value that is out of range.
 *
 * Context: any; it zeroes the block, so its steps are its bytes. */
LOGRING_MUST_USE
logring_status_t logring_init_in(void *mem,
                                 size_t mem_len,
                                 const logring_config_t *cfg,
                                 logring_t **out);

/* Makes a ring in memory that other processes can write: a shared mapping, of
 * memory or of a file. It is the largest that fits mem, at a multiple of
 * LOGRING_MEM_ALIGN; LOGRING_MEM_SIZE(capacity) bytes are enough. mem holds the ring
 * and nothing else. What the configuration says, the clock, and the minimum level lie
 * in head: memory of this process alone, LOGRING_HEAD_SIZE bytes at a multiple of
 * LOGRING_MEM_ALIGN. Both must live as long as the ring is used.
 *
 * So nothing that another process writes decides where code goes, whether a record
 * is let in, or by which policy. What it can do is to spoil the ring: records may be
 * lost or garbled, counts be wrong, and the ring look full or empty. No call waits or
 * leaves the memory for that.
 *
 * Others come by logring_attach. A forked child may use the handle as it is: head is
 * then its own copy, and mem is shared.
 *
 * The answers are those of logring_init_in, for both places.
 *
 * Context: any; it zeroes mem, so its steps are its bytes. */
LOGRING_MUST_USE
logring_status_t logring_init_shared(void *head,
                                     size_t head_len,
                                     void *mem,
                                     size_t mem_len,
                                     const logring_config_t *cfg,
                                     logring_t **out);

/* Uses a ring that logring_init_shared made, perhaps in another process, which may
 * use it meanwhile. mem is the same memory, mapped wherever it may be, with the same
 * length (one that has room for no larger ring will do). head is private memory, as
 * for logring_init_shared, and the configuration is this caller's own: policies and
 * limits of others are not touched.
 *
 * LOGRING_E_ABI if the ring is of another layout: of another version of the library,
 * word width or byte order. LOGRING_E_INVAL if there is no ring, or one of another
 * size. Else the answers are those of logring_init_shared.
 *
 * Context: any; a constant number of steps. */
LOGRING_MUST_USE
logring_status_t logring_attach(void *head,
                                size_t head_len,
                                void *mem,
                                size_t mem_len,
                                const logring_config_t *cfg,
                                logring_t **out);

/* Bytes of memory that a ring of this capacity takes: what
 * LOGRING_MEM_SIZE(capacity_bytes) is. 0 if there is no such ring: a capacity
 * is a power of two of at least 4 cells (128 bytes each on 64-bit targets,
 * 32 on 32-bit ones).
 *
 * Context: any; a constant number of steps. */
size_t logring_required_size(size_t capacity_bytes);

/* Makes a ring on the heap. LOGRING_E_INVAL if there is no ring of this
 * capacity, LOGRING_E_NOMEM; else as logring_init_in. Not in liblogring_core.a and
 * the archive for bare metal, which need no heap.
 *
 * Context: a thread; it allocates. */
LOGRING_MUST_USE
logring_status_t logring_new(size_t capacity_bytes,
                             const logring_config_t *cfg,
                             logring_t **out);

/* Frees a ring that logring_new made, once nobody uses it any more. Does
 * nothing for NULL and for a ring in the caller's own memory.
 *
 * Context: a thread. */
void logring_free(logring_t *ring);

/* Makes a ring whole after everybody who was inside a call to it has died: a killed
 * writer, say, whose record holds up the consumers for good. Committed records stay.
 * Each unfinished one counts as discarded, as FATAL, since nobody knows its level. A
 * grant that was open before is one no more. out may be NULL.
 *
 * Context: where nobody else is inside a call to this ring, or nobody who is will ever
 * go on: not in a process that goes on with other threads. At most eight steps for
 * each cell of the ring, and 400 more. */
logring_status_t logring_recover(logring_t *ring, logring_recovered_t *out);

/* ---- Producers ------------------------------------------------------------ */

/* A part of a record. */
typedef struct logring_iov_t {
  /* May be NULL if len is 0. */
  const void *base;
  /* Bytes. */
  size_t len;
} logring_iov_t;

/* Reserved room for one record. All-zero is no grant. It may be moved or
 * copied; only one copy may be used at a time. */
typedef struct logring_grant_t {
  /* The library's own. */
  void *opaque[8];
} logring_grant_t;

/* Offers one record. The answer may be ignored: a record that is lost is
 * counted, and told to the consumer with a later one.
 *
 * LOGRING_OK, _TRUNCATED, _FILTERED, _DROPPED_*, _E_TOOBIG; LOGRING_E_NULL
 * and _E_INVAL are misuse, and no offer.
 *
 * What was written before a push is seen by the consumer that takes the record: it
 * ends with a store of release order. It orders nothing that follows. So in "push;
 * if (sleeping) wake" the load may come before the record is seen, and the wake-up
 * be lost: put atomic_thread_fence(memory_order_seq_cst) in between, and in the
 * consumer between "sleeping = 1" and the pop that decides whether to sleep.
 * examples/wakeup.c does it.
 *
 * Context: thread, interrupt, signal handler, forked child, panic handler; at
 * most retry_limit (32 unless set, at most 256) + 8 attempts, each of at most
 * as many steps as the ring has cells and 20 more; 120 steps besides, and one
 * a word of the record. Nearly every push takes 20 and one a word. The
 * clock's own steps come on top. */
logring_status_t logring_push(logring_t *ring, logring_level_t level, const void *data, size_t len);

/* Offers one record with a tag of the caller's own; 0 is none. The answers are
 * those of logring_push.
 *
 * Context: as logring_push. */
logring_status_t logring_push_tagged(logring_t *ring,
                                     logring_level_t level,
                                     uint32_t tag,
                                     const void *data,
                                     size_t len);

/* Offers one record of UTF-8 text with a tag, 0 for none: as logring_push_tagged,
 * but a text that is longer than the largest record is cut between characters.
 *
 * Context: as logring_push. */
logring_status_t logring_push_text(logring_t *ring,
                                   logring_level_t level,
                                   uint32_t tag,
                                   const char *text,
                                   size_t len);

/* Whether a record of this level would be let in now: 1 if its level is not below
 * the minimum and neither a mark nor a full ring refuses it, else 0, also for
 * what is no ring or no level. Nothing is counted. "Yes" may be wrong a moment
 * later; then the push says so.
 *
 * For what is made for the log and can be left out. Who would have logged asks
 * logring_precheck, which counts.
 *
 * Context: as logring_push; at most 20 steps. */
int32_t logring_enabled(const logring_t *ring, logring_level_t level);

/* Offers a record before it is made, whatever its length: LOGRING_FILTERED,
 * _DROPPED_FULL and _DROPPED_LEVEL say that it is refused now and, as it would be
 * by logring_push, counted; it need not be made. After LOGRING_OK nothing was
 * offered yet: make the record, and push it.
 *
 * Context: as logring_push; at most 25 steps. */
logring_status_t logring_precheck(logring_t *ring, logring_level_t level);

/* Offers one record that is gathered from parts, with a tag of the caller's
 * own; 0 is none. The answers are those of logring_push, and LOGRING_E_ALIGN.
 *
 * Context: as logring_push, and two steps a part. */
logring_status_t logring_pushv(logring_t *ring,
                               logring_level_t level,
                               uint32_t tag,
                               const logring_iov_t *iov,
                               size_t iovcnt);

/* Reserves room for a record of at most max_len bytes, to be filled with
 * logring_grant_write and ended by exactly one of logring_commit and
 * logring_discard. The grant is set after LOGRING_OK and LOGRING_TRUNCATED,
 * which says that it has room for the largest record only. The other answers
 * are those of logring_push.
 *
 * Consumers cannot pass an open grant, and one that is never ended holds them
 * up for good: fill it and let go.
 *
 * Context: as logring_push. */
LOGRING_MUST_USE
logring_status_t logring_reserve(logring_t *ring,
                                 logring_level_t level,
                                 uint32_t tag,
                                 size_t max_len,
                                 logring_grant_t *out);

/* Appends to a grant. What does not fit is left out, the record is flagged,
 * and the answer is LOGRING_TRUNCATED. LOGRING_E_INVAL if the grant is not
 * open.
 *
 * Context: as logring_push; one step a word. */
logring_status_t logring_grant_write(logring_grant_t *grant, const void *data, size_t len);

/* Appends UTF-8 text to a grant, as logring_grant_write does; but what does not fit
 * is left out from the beginning of a character on, and nothing more is appended.
 *
 * Context: as logring_push; one step a word. */
logring_status_t logring_grant_write_text(logring_grant_t *grant,
                                          const char *text,
                                          size_t len);

/* Publishes the record with what was written so far, and zeroes the grant.
 * LOGRING_TRUNCATED if the record was cut. Exactly once: a second time is
 * LOGRING_E_INVAL.
 *
 * Context: as logring_push; a constant number of steps. */
logring_status_t logring_commit(logring_grant_t *grant);

/* Gives the room back unread, and zeroes the grant. The record counts as
 * lost. Does nothing if the grant is not open.
 *
 * Context: as logring_push; a constant number of steps. */
void logring_discard(logring_grant_t *grant);

/* Changes the ring's minimum level; 0 is everything. What is not a level is
 * ignored.
 *
 * Context: any; two steps. */
void logring_set_min_level(logring_t *ring, logring_level_t level);

/* ---- Consumers ------------------------------------------------------------ */

#define LOGRING_FLAG_TRUNCATED        1 /* In flags: the record was cut. */

/* A delivered record. The library writes all of it. A field that a later version adds
 * takes the place of something reserved, which is 0 until then, so 0 in it means "not
 * said"; the size stays. */
typedef struct logring_record_t {
  /* Valid until the callback returns, or the caller's buffer changes. */
  const uint8_t *data;
  /* Bytes. */
  size_t len;
  /* 0 without a clock. */
  uint64_t timestamp;
  /* Records lost between the previous delivered record and this one. */
  uint64_t lost_before;
  /* The caller's own number, of a format or module, say; 0 is none. */
  uint32_t tag;
  /* As pushed. */
  logring_level_t level;
  /* LOGRING_FLAG_TRUNCATED; ignore others. */
  uint8_t flags;
  /* Bytes that the record had in the ring: more than len only if it was cut to the
   * consumer's buffer. */
  size_t full_len;
  /* 0. */
  uint64_t reserved[2];
} logring_record_t;

/* What logring_drain gives each record to. Nonzero stops the drain. It may write to
 * the record's bytes and to all of scratch. It must return: neither longjmp nor an
 * exception may leave it, nor may its thread end in it (pthread_cancel, pthread_exit),
 * which may end the process. A thread that can be cancelled switches that off
 * (pthread_setcancelstate) before it drains, and on after. */
typedef int32_t (*logring_sink_fn)(void *user, const struct logring_record_t *record);

/* Takes the oldest record into buf, whole. LOGRING_EMPTY, LOGRING_PENDING.
 * LOGRING_E_NOSPACE if buf is too small: out->len is then the bytes that the
 * record needs, and nothing is lost. The record stays, and so do those behind it:
 * grow the buffer and call again, or use logring_pop_cut. A buffer of
 * LOGRING_RECORD_MAX(capacity) bytes takes any record. What of buf holds no record
 * is unspecified.
 *
 * Context: any; at most 64 attempts, and as many more as the ring has cells,
 * each of 12 steps and one a word of the record; 250 more to tell losses. */
logring_status_t logring_pop(logring_t *ring,
                             void *buf,
                             size_t buf_len,
                             logring_record_t *out);

/* Takes the oldest record into buf. One that is longer is cut to it, UTF-8 between
 * characters: it has LOGRING_FLAG_TRUNCATED, counts as truncated, and full_len says
 * how long it was. LOGRING_EMPTY, LOGRING_PENDING.
 *
 * Context: as logring_pop; twice as many attempts for a record that is cut. */
logring_status_t logring_pop_cut(logring_t *ring,
                                 void *buf,
                                 size_t buf_len,
                                 logring_record_t *out);

/* Gives up to max of the oldest records to sink, one after the other, each
 * taken just before; the one that stops the drain was delivered, too. A call
 * gives no more records than the ring had cells in use when it began, so that
 * neither producers nor a sink that logs can keep it for ever. A record that is
 * longer than scratch is cut, as by logring_pop_cut.
 *
 * LOGRING_OK if there was at least one, or max is 0. Else why there was none:
 * LOGRING_EMPTY, LOGRING_PENDING.
 *
 * Context: any that fits the sink; at most 64 attempts for each record, each
 * of at most as many steps as the ring has cells and the records have words. */
logring_status_t logring_drain(logring_t *ring,
                               void *scratch,
                               size_t scratch_len,
                               size_t max,
                               logring_sink_fn sink,
                               void *user,
                               size_t *out_count);

/* Fills buf with as many of the oldest records as fit, as frames: one call
 * for languages for which a call is dear. LOGRING_OK if there was at least
 * one. Else why there was none: LOGRING_EMPTY, LOGRING_PENDING,
 * LOGRING_E_NOSPACE if the first does not fit.
 *
 * A frame is a header and the record's bytes; the next frame follows at once,
 * without padding. Numbers are little-endian:
 *
 *   0  u32  bytes of the record
 *   4  u8   version, 1
 *   5  u8   level
 *   6  u8   flags: LOGRING_FLAG_TRUNCATED, 2 has a timestamp; ignore others
 *   7  u8   bytes of the header, 28 or more: where the record's bytes begin
 *   8  u64  timestamp
 *  16  u64  records lost between the previous record and this one
 *  24  u32  tag
 *
 * Context: any; as logring_drain, without a sink. */
logring_status_t logring_drain_into(logring_t *ring,
                                    void *buf,
                                    size_t buf_len,
                                    size_t *out_len,
                                    size_t *out_count);

/* ---- Observers ------------------------------------------------------------ */

#define LOGRING_CAUSE_FULL            0 /* Causes of losses, the rows of logring_losses_t. Refused: no room. */
#define LOGRING_CAUSE_LEVEL           1 /* Refused at the mark of its level. */
#define LOGRING_CAUSE_CONTENDED       2 /* Refused: retries spent. */
#define LOGRING_CAUSE_BUSY            3 /* Refused: the oldest record, which had to go, was still being written. */
#define LOGRING_CAUSE_TOOBIG          4 /* Refused: larger than the largest record. */
#define LOGRING_CAUSE_DISCARDED       5 /* Reserved, then discarded. */
#define LOGRING_CAUSE_EVICTED         6 /* Evicted. */

/* The figures of a ring. While nothing moves, records offered = delivered +
 * still in the ring + the sum of lost_*, and the sum of lost_by_level is the
 * sum of lost_*. Each counter only grows, modulo 2^counter_bits. */
typedef struct logring_stats_t {
  /* sizeof(logring_stats_t), set by the caller. */
  uint32_t struct_size;
  /* The width of the counters: 32 on 32-bit targets, else 64. */
  uint32_t counter_bits;
  /* Records given to consumers. */
  uint64_t delivered;
  /* Refused: no room. */
  uint64_t lost_full;
  /* Refused at the mark of their level. */
  uint64_t lost_level;
  /* Refused: retries spent, or the oldest record still being written. */
  uint64_t lost_contended;
  /* Refused: larger than the largest record. */
  uint64_t lost_toobig;
  /* Evicted. */
  uint64_t lost_evicted;
  /* Reserved, then discarded. */
  uint64_t lost_discarded;
  /* All of the above, trace to fatal. */
  uint64_t lost_by_level[6];
  /* Records that were cut, by their producer or to a consumer's buffer. */
  uint64_t truncated;
  /* Bytes of the ring's cells. */
  uint64_t capacity_bytes;
  /* Bytes of cells in use. */
  uint64_t used_bytes;
  /* The most bytes of cells ever in use. */
  uint64_t high_water_bytes;
  /* Records in the ring, also those that are still being written. */
  uint64_t resident;
  /* 1 while the oldest record is still being written: nothing behind it can be
   * taken until it is committed. */
  uint32_t oldest_unfinished;
  /* 0. */
  uint32_t reserved;
  /* The place of an unfinished oldest record, else 0. If a later call says the
   * same place, it is still the same record that holds up the consumers. */
  uint64_t oldest_position;
  /* Bytes of the committed records in the ring. */
  uint64_t resident_bytes;
} logring_stats_t;

/* What logring_take_losses tells. */
typedef struct logring_losses_t {
  /* sizeof(logring_losses_t), set by the caller. */
  uint32_t struct_size;
  /* The width of the counters: 32 on 32-bit targets, else 64. */
  uint32_t counter_bits;
  /* Losses that nobody was told of before. */
  uint64_t untold;
  /* Every loss that was told so far, these included: by LOGRING_CAUSE_*, then
   * trace to fatal. Each counter grows, modulo 2^counter_bits. */
  uint64_t totals[7][6];
} logring_losses_t;

/* The figures of a ring. The caller sets out->struct_size. They are read one
 * after the other: while records flow they need not add up. It may raise the
 * high-water mark, so the block must be writable.
 *
 * Context: any; about 250 steps, and two for each cell in use. */
logring_status_t logring_get_stats(const logring_t *ring, logring_stats_t *out);

/* Takes the losses that no delivered record has told: those after the last
 * one, when a burst is followed by silence. 0 if the handle is not valid.
 *
 * Context: any; about 250 steps. */
uint64_t logring_take_trailing_loss(logring_t *ring);

/* Makes the system give the ring its memory now, and not page by page in the pushes
 * of the first lap. It changes nothing in the ring, and may be called at any time,
 * also while others use it. To keep the pages, lock them (mlock). A forked child
 * whose ring is private calls it again.
 *
 * Context: any; two steps for each 4096 bytes, six more, and a page fault for each page
 * that was never written. Where there is no compare-and-swap it does nothing. */
logring_status_t logring_prefault(logring_t *ring);

/* Takes the losses that no delivered record has told, as logring_take_trailing_loss
 * does, and the table of all that were told, in one consistent step: for the one
 * consumer of a ring, the totals less those of its call before are exactly what was
 * told since, all lost_before and this untold. So it can say which levels a gap is
 * made of. The caller sets out->struct_size.
 *
 * Context: any; about 350 steps, and as many for each other call that counts or tells
 * losses at the same moment, at most 8. */
logring_status_t logring_take_losses(logring_t *ring, logring_losses_t *out);

/* ---- Names ---------------------------------------------------------------- */

/* The policy of a name: "drop_newest", "drop_oldest" and what other systems
 * call them, in any case, with '-' for '_' and blanks around it.
 *
 * A name that waits or grows is LOGRING_E_POLICY_BLOCKS, and one that is
 * unknown or means opposite things in different systems LOGRING_E_POLICY;
 * *why is then a static string that says what to use instead. Any other
 * negative status is misuse, and leaves *why alone: begin with NULL there. why
 * may be NULL.
 *
 * Context: any; bound by the names known. */
logring_status_t logring_policy_parse(const char *s,
                                      size_t len,
                                      logring_policy_t *out,
                                      const char **why);

/* The name of a policy, "drop_newest" or "drop_oldest": a static string, for
 * any other number "unknown".
 *
 * Context: any; one step. */
const char *logring_policy_name(logring_policy_t policy);

/* Changes a configuration as a string says:
 * "policy=drop_oldest,capacity=4m,marks=debug:60%+info:75%,max_record=8k",
 * also Docker's "mode=non-blocking,max-buffer-size=4m". The keys are policy,
 * mode, neverblock, lossy, capacity, max-buffer-size, marks, max_record,
 * retry_limit, truncate and min_level. A key sets all that it is for: marks are
 * all six. What the string does not name stays as it is, also
 * *capacity_bytes; its number is passed on unchecked.
 *
 * LOGRING_E_POLICY, LOGRING_E_POLICY_BLOCKS, LOGRING_E_INVAL: *why is then a
 * static string that says what is wrong with the text or with what cfg had
 * before. LOGRING_E_ABI if cfg was not initialised; it and any other misuse
 * leave *why alone: begin with NULL there. Everything else is as it was. why
 * may be NULL.
 *
 * Context: any; a few passes over the text. */
logring_status_t logring_config_parse(const char *s,
                                      size_t len,
                                      logring_config_t *cfg,
                                      size_t *capacity_bytes,
                                      const char **why);

/* The level of a name ("info", "INFO2", "warning", syslog's words) or of a
 * number from 1 to 24. LOGRING_E_INVAL if it is none.
 *
 * Context: any; bound by the names known. */
logring_status_t logring_level_parse(const char *s, size_t len, logring_level_t *out);

/* The level of a syslog priority, 0 (emergency) to 7 (debug), with or without a
 * facility above it. Syslog counts down where levels count up: its 3, an error,
 * would be TRACE3 as a level, and its 0 no level. 0, which is no level, if the
 * priority is negative.
 *
 * Context: any; a constant number of steps. */
logring_level_t logring_level_from_syslog(int32_t priority);

/* The OpenTelemetry short name of a level, "INFO" or "INFO2": a static
 * string, for any other number "unknown".
 *
 * Context: any; one step. */
const char *logring_level_name(logring_level_t level);

#ifdef __cplusplus
}
#endif

#endif /* LOGRING_H */
