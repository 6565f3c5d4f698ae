/* What the programs about misuse share: two rings, and outputs that a call which
 * fails must leave alone. */
#ifndef LOGRING_OUTPUTS_H
#define LOGRING_OUTPUTS_H

#include "logring.h"

#include "check.h"

LOGRING_STATIC_DEFINE(memory, 64 * LOGRING_CELL_SIZE);
/* A second block; and room around both to be misaligned in. */
LOGRING_STATIC_DEFINE(spare, 64 * LOGRING_CELL_SIZE);

#define TOO_LONG (SIZE_MAX / 2 + 1)

/* What a call that fails must leave alone. */
static struct outputs_t {
  logring_t *ring;
  logring_record_t record;
  logring_grant_t grant;
  logring_stats_t stats;
  logring_level_t level;
  logring_policy_t policy;
  size_t len;
  size_t count;
  size_t capacity;
  const char *why;
  unsigned char buffer[256];
} out;

static logring_t *ring;
static logring_config_t good;

/* A pointer one byte behind where it belongs. */
#define MISALIGNED(pointer) ((void *)((unsigned char *)(pointer) + 1))

/* The call answers this, and writes nothing. */
#define REFUSED(status, call)                                                   \
  do {                                                                          \
    check_paint(&out, sizeof out);                                              \
    CHECK_EQ(call, status);                                                     \
    CHECK(check_is_painted(&out, sizeof out));                                  \
  } while (0)

#define DRAIN(of, scratch, len, to, user, counted)                              \
  logring_drain((of), (scratch), (len), 9, (to), (user), (counted))
#define INTO(of, buf, len, used, counted) logring_drain_into((of), (buf), (len), (used), (counted))

static inline int32_t sink(void *user, const logring_record_t *record)
{
  (void)record;
  ++*(unsigned *)user;
  return 0;
}

#endif /* LOGRING_OUTPUTS_H */
