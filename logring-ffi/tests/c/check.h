/* What the tests in C share. A check that fails says where, and the test goes
 * on, so that one run shows all that is wrong. */
#ifndef LOGRING_CHECK_H
#define LOGRING_CHECK_H

#include <stdio.h>
#include <string.h>

#include "logring.h"

static unsigned check_count;
static unsigned check_failures;

#define CHECK(claim) check_that((claim) ? 1 : 0, __FILE__, __LINE__, #claim)
#define FAIL(what) check_that(0, __FILE__, __LINE__, what)
#define CHECK_EQ(left, right)                                                   \
  check_equal((long long)(left), (long long)(right), __FILE__, __LINE__, #left " == " #right)

static inline int check_that(int holds, const char *file, int line, const char *claim)
{
  check_count++;
  if (!holds) {
    check_failures++;
    fprintf(stderr, "%s:%d: %s\n", file, line, claim);
  }
  return holds;
}

static inline int check_equal(long long left, long long right, const char *file, int line,
                              const char *claim)
{
  check_count++;
  if (left != right) {
    check_failures++;
    fprintf(stderr, "%s:%d: %s: %lld is not %lld\n", file, line, claim, left, right);
  }
  return left == right;
}

/* An output before a call that must not write to it. */
#define PAINT 0xA5

static inline void check_paint(void *at, size_t len)
{
  memset(at, PAINT, len);
}

static inline int check_is_painted(const void *at, size_t len)
{
  const unsigned char *const bytes = (const unsigned char *)at;
  size_t byte;
  for (byte = 0; byte < len; byte++) {
    if (bytes[byte] != PAINT) {
      return 0;
    }
  }
  return 1;
}

/* The figures of a ring. */
static inline logring_stats_t stats_of(logring_t *of)
{
  logring_stats_t stats;
  memset(&stats, 0, sizeof stats);
  stats.struct_size = sizeof stats;
  CHECK_EQ(logring_get_stats(of, &stats), LOGRING_OK);
  return stats;
}

/* Records lost, by any cause. */
static inline uint64_t lost_sum(const logring_stats_t *stats)
{
  return stats->lost_full + stats->lost_level + stats->lost_contended + stats->lost_toobig +
         stats->lost_evicted + stats->lost_discarded;
}

/* The last line of a test, and its exit code. A test without a check is none. */
static inline int check_report(const char *name)
{
  printf("%s: %u checks, %u failed\n", name, check_count, check_failures);
  return check_failures == 0 && check_count > 0 ? 0 : 1;
}

#endif /* LOGRING_CHECK_H */
