/* logring: a log queue whose producers never wait. Version @VERSION@.
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

#define LOGRING_VERSION_NUMBER @VERSION_NUMBER@ /* major * 1000000 + minor * 1000 + patch */
#define LOGRING_VERSION_STRING "@VERSION@"
#define LOGRING_ABI_VERSION @ABI_VERSION@ /* of the binary interface */

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
