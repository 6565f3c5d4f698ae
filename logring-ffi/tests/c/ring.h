/* What the programs about meanings share: one ring in static memory, and short
 * ways to use it and to look at it. */
#ifndef LOGRING_RING_H
#define LOGRING_RING_H

#include <unistd.h>

#include "logring.h"

#include "check.h"

#define CELLS 256u
#define CAPACITY ((size_t)CELLS * LOGRING_CELL_SIZE)
/* A test that has not ended by then hangs. */
#define SECONDS_MAX 120

LOGRING_STATIC_DEFINE(memory, CELLS *LOGRING_CELL_SIZE);

static logring_t *ring;
static unsigned char buffer[2 * CELLS * LOGRING_CELL_SIZE];
static unsigned char payload[2 * CELLS * LOGRING_CELL_SIZE];

static inline uint32_t random_u32(void)
{
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static inline logring_config_t defaults(void)
{
  logring_config_t cfg;
  logring_config_default(&cfg, sizeof cfg);
  return cfg;
}

static inline void make(const logring_config_t *cfg)
{
  CHECK_EQ(logring_init_in(memory, sizeof memory, cfg, &ring), LOGRING_OK);
}

static inline void make_with(logring_policy_t policy)
{
  logring_config_t cfg = defaults();
  cfg.policy = policy;
  make(&cfg);
}

static inline logring_stats_t stats_now(void)
{
  return stats_of(ring);
}

static inline uint64_t lost_now(void)
{
  const logring_stats_t stats = stats_now();
  return lost_sum(&stats);
}

static inline logring_record_t pop(void)
{
  logring_record_t record;
  memset(&record, 0, sizeof record);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_OK);
  return record;
}

static inline int is_empty(void)
{
  logring_record_t record;
  return logring_pop(ring, buffer, sizeof buffer, &record) == LOGRING_EMPTY;
}

/* A record of one cell, whatever comes with it. */
static inline logring_status_t push_small(logring_level_t level)
{
  return logring_push(ring, level, "small", 5);
}

/* Pushes records of one cell until that many are stored. */
static inline void fill(logring_level_t level, size_t cells)
{
  for (; cells > 0; cells--) {
    CHECK_EQ(push_small(level), LOGRING_OK);
  }
}

/* A clock that counts its calls. */
static inline uint64_t ticks(void *ctx)
{
  return ++*(uint64_t *)ctx;
}

#endif /* LOGRING_RING_H */
