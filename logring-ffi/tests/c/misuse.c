/* Every call, called wrongly, one mistake at a time: the status names the
 * mistake, no output is written, and the ring has not noticed. */
#include "outputs.h"

static void making_a_ring(void)
{
  /* Not to be written to by a call that fails, either. */
  unsigned char *const block = spare;
  static unsigned char room[sizeof(logring_config_t) + 16];
  logring_config_t cfg = good;
  size_t at;
  static const uint32_t sizes[] = {0, 1, 4, sizeof(logring_config_t) - 1,
                                   sizeof(logring_config_t) + 1, 4096, UINT32_MAX};
  static const logring_policy_t policies[] = {0, 3, 4, 255, UINT32_MAX};
  static const uint8_t marks[] = {101, 128, 255};
  static const logring_level_t levels[] = {25, 26, 128, 255};
  static const size_t bad_capacities[] = {
      0, 1, LOGRING_CELL_SIZE, 2 * LOGRING_CELL_SIZE, 3 * LOGRING_CELL_SIZE,
      4 * LOGRING_CELL_SIZE - 1, 4 * LOGRING_CELL_SIZE + 1, 5 * LOGRING_CELL_SIZE,
      65536 + 1, 3 * 65536, SIZE_MAX / 2 + 1, SIZE_MAX};

  check_paint(block, sizeof spare);
#define NO_RING(status, mem, len, cfg, at)                                      \
  do {                                                                          \
    REFUSED(status, logring_init_in((mem), (len), (cfg), (at)));                \
    CHECK(check_is_painted(block, sizeof spare));                               \
  } while (0)

  NO_RING(LOGRING_E_NULL, NULL, sizeof spare, &cfg, &out.ring);
  NO_RING(LOGRING_E_NULL, block, sizeof spare, NULL, &out.ring);
  NO_RING(LOGRING_E_NULL, block, sizeof spare, &cfg, NULL);
  for (at = 1; at < LOGRING_MEM_ALIGN; at++) {
    NO_RING(LOGRING_E_ALIGN, block + at, sizeof spare - at, &cfg, &out.ring);
  }
  memcpy(room + 1, &cfg, sizeof cfg);
  NO_RING(LOGRING_E_ALIGN, block, sizeof spare, MISALIGNED(room), &out.ring);
  NO_RING(LOGRING_E_ALIGN, block, sizeof spare, &cfg, MISALIGNED(&out.ring));
  for (at = 0; at < LOGRING_MEM_SIZE(4 * LOGRING_CELL_SIZE); at++) {
    NO_RING(LOGRING_E_NOSPACE, block, at, &cfg, &out.ring);
  }
  for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
    cfg = good;
    cfg.struct_size = sizes[at];
    NO_RING(LOGRING_E_ABI, block, sizeof spare, &cfg, &out.ring);
    REFUSED(LOGRING_E_ABI, logring_new(65536, &cfg, &out.ring));
  }
  for (at = 0; at < sizeof policies / sizeof policies[0]; at++) {
    cfg = good;
    cfg.policy = policies[at];
    NO_RING(LOGRING_E_INVAL, block, sizeof spare, &cfg, &out.ring);
    REFUSED(LOGRING_E_INVAL, logring_new(65536, &cfg, &out.ring));
  }
  for (at = 0; at < 6 * sizeof marks; at++) {
    cfg = good;
    cfg.mark_pct[at % 6] = marks[at / 6];
    NO_RING(LOGRING_E_INVAL, block, sizeof spare, &cfg, &out.ring);
    REFUSED(LOGRING_E_INVAL, logring_new(65536, &cfg, &out.ring));
  }
  for (at = 0; at < sizeof levels; at++) {
    cfg = good;
    cfg.min_level = levels[at];
    NO_RING(LOGRING_E_INVAL, block, sizeof spare, &cfg, &out.ring);
    REFUSED(LOGRING_E_INVAL, logring_new(65536, &cfg, &out.ring));
  }
  for (at = 0; at < sizeof bad_capacities / sizeof bad_capacities[0]; at++) {
    REFUSED(LOGRING_E_INVAL, logring_new(bad_capacities[at], &good, &out.ring));
  }
  REFUSED(LOGRING_E_NULL, logring_new(65536, NULL, &out.ring));
  REFUSED(LOGRING_E_NULL, logring_new(65536, &good, NULL));
  REFUSED(LOGRING_E_ALIGN, logring_new(65536, MISALIGNED(room), &out.ring));
  REFUSED(LOGRING_E_ALIGN, logring_new(65536, &good, MISALIGNED(&out.ring)));
#if UINTPTR_MAX > 0xFFFFFFFFu
  /* There is such a ring, but no machine with the memory for it. With 32 bits it
   * is 1 GiB, which there may be. */
  REFUSED(LOGRING_E_NOMEM, logring_new(SIZE_MAX / 4 + 1, &good, &out.ring));
#endif
}

/* What is in range by a hair makes a ring. */
static void the_last_that_is_right(void)
{
  logring_config_t cfg = good;
  logring_t *made = NULL;
  size_t at;
  for (at = 0; at < 6; at++) {
    cfg.mark_pct[at] = (uint8_t)(at % 2 ? 100 : 1);
  }
  cfg.min_level = 24;
  cfg.max_record = UINT32_MAX;
  cfg.retry_limit = UINT32_MAX;
  cfg.truncate = 255;
  CHECK_EQ(logring_init_in(spare, LOGRING_MEM_SIZE(4 * LOGRING_CELL_SIZE), &cfg, &made),
           LOGRING_OK);
  CHECK_EQ(logring_push(made, 24, "x", 1), LOGRING_OK);
  CHECK_EQ(logring_push(made, 23, "x", 1), LOGRING_FILTERED);
}

static void the_default_configuration(void)
{
  unsigned char bytes[sizeof(logring_config_t) + 64];
  logring_config_t *const cfg = &(logring_config_t){0};
  uint32_t size;
  size_t at;
  logring_config_default(NULL, sizeof *cfg);
  check_paint(bytes, sizeof bytes);
  logring_config_default(MISALIGNED(bytes), sizeof *cfg);
  CHECK(check_is_painted(bytes, sizeof bytes));
  for (size = 0; size <= sizeof *cfg; size++) {
    check_paint(cfg, sizeof *cfg);
    logring_config_default(cfg, size);
    if (size < 4) {
      CHECK(check_is_painted(cfg, sizeof *cfg));
    } else {
      CHECK_EQ(cfg->struct_size, size);
      CHECK(check_is_painted((unsigned char *)cfg + size, sizeof *cfg - size));
      CHECK(size < 8 || cfg->policy == LOGRING_DROP_NEWEST);
    }
  }
  /* A caller with a later header has a larger structure: the library writes
   * what it knows, and a ring is not made from it. */
  check_paint(bytes, sizeof bytes);
  for (at = 0; (uintptr_t)(bytes + at) % sizeof(uint64_t) != 0; at++) {
  }
  logring_config_default((logring_config_t *)(void *)(bytes + at), sizeof *cfg + 32);
  CHECK(check_is_painted(bytes + at + sizeof *cfg, 32));
  REFUSED(LOGRING_E_ABI, logring_init_in(spare, sizeof spare,
                                         (logring_config_t *)(void *)(bytes + at), &out.ring));
}

static void producers(void)
{
  static const logring_level_t levels[] = {0, 25, 26, 127, 128, 255};
  static unsigned char room[2 * sizeof(logring_iov_t)];
  const logring_iov_t iov[2] = {{"ab", 2}, {"cd", 2}};
  const logring_iov_t no_base[2] = {{"ab", 2}, {NULL, 1}};
  const logring_iov_t too_long[2] = {{"ab", 2}, {"cd", TOO_LONG}};
  const logring_iov_t empty[2] = {{NULL, 0}, {"", 0}};
  const logring_stats_t before = stats_of(ring);
  logring_stats_t after;
  size_t at;

  REFUSED(LOGRING_E_NULL, logring_push(NULL, LOGRING_INFO, "ab", 2));
  REFUSED(LOGRING_E_NULL, logring_push(ring, LOGRING_INFO, NULL, 1));
  REFUSED(LOGRING_E_INVAL, logring_push(ring, LOGRING_INFO, "ab", TOO_LONG));
  REFUSED(LOGRING_E_INVAL, logring_push(ring, LOGRING_INFO, "ab", SIZE_MAX));
  REFUSED(LOGRING_E_NULL, logring_pushv(NULL, LOGRING_INFO, 0, iov, 2));
  REFUSED(LOGRING_E_NULL, logring_pushv(ring, LOGRING_INFO, 0, NULL, 1));
  REFUSED(LOGRING_E_NULL, logring_pushv(ring, LOGRING_INFO, 0, no_base, 2));
  REFUSED(LOGRING_E_INVAL, logring_pushv(ring, LOGRING_INFO, 0, too_long, 2));
  REFUSED(LOGRING_E_INVAL, logring_pushv(ring, LOGRING_INFO, 0, iov, TOO_LONG / sizeof iov[0]));
  REFUSED(LOGRING_E_INVAL, logring_pushv(ring, LOGRING_INFO, 0, iov, SIZE_MAX));
  REFUSED(LOGRING_E_ALIGN, logring_pushv(ring, LOGRING_INFO, 0, MISALIGNED(room), 1));
  REFUSED(LOGRING_E_NULL, logring_reserve(NULL, LOGRING_INFO, 0, 8, &out.grant));
  REFUSED(LOGRING_E_NULL, logring_reserve(ring, LOGRING_INFO, 0, 8, NULL));
  REFUSED(LOGRING_E_ALIGN, logring_reserve(ring, LOGRING_INFO, 0, 8, MISALIGNED(&out.grant)));
  for (at = 0; at < sizeof levels; at++) {
    REFUSED(LOGRING_E_INVAL, logring_push(ring, levels[at], "ab", 2));
    REFUSED(LOGRING_E_INVAL, logring_pushv(ring, levels[at], 0, iov, 2));
    REFUSED(LOGRING_E_INVAL, logring_reserve(ring, levels[at], 0, 8, &out.grant));
  }
  after = stats_of(ring);
  CHECK_EQ(lost_sum(&after), lost_sum(&before));
  CHECK_EQ(after.used_bytes, before.used_bytes);

  /* Nothing to read is no mistake. */
  CHECK_EQ(logring_push(ring, LOGRING_INFO, NULL, 0), LOGRING_OK);
  CHECK_EQ(logring_pushv(ring, LOGRING_INFO, 0, NULL, 0), LOGRING_OK);
  CHECK_EQ(logring_pushv(ring, LOGRING_INFO, 0, empty, 2), LOGRING_OK);
  for (at = 0; at < 3; at++) {
    CHECK_EQ(logring_pop(ring, NULL, 0, &out.record), LOGRING_OK);
    CHECK_EQ(out.record.len, 0);
  }

  logring_set_min_level(NULL, LOGRING_FATAL);
  logring_set_min_level(ring, 25);
  logring_set_min_level(ring, 255);
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, "x", 1), LOGRING_OK);
  CHECK_EQ(logring_pop(ring, out.buffer, 1, &out.record), LOGRING_OK);
}

static void consumers(void)
{
  unsigned calls = 0;
  logring_record_t record;
  size_t count = 0;
  size_t round;
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "record", 6), LOGRING_OK);
  /* Twice: a failed call takes nothing out. */
  for (round = 0; round < 2; round++) {
    REFUSED(LOGRING_E_NULL, logring_pop(NULL, out.buffer, sizeof out.buffer, &out.record));
    REFUSED(LOGRING_E_NULL, logring_pop(ring, NULL, 1, &out.record));
    REFUSED(LOGRING_E_NULL, logring_pop(ring, out.buffer, sizeof out.buffer, NULL));
    REFUSED(LOGRING_E_ALIGN,
            logring_pop(ring, out.buffer, sizeof out.buffer, MISALIGNED(&out.record)));
    REFUSED(LOGRING_E_INVAL, logring_pop(ring, out.buffer, TOO_LONG, &out.record));

    REFUSED(LOGRING_E_NULL, DRAIN(NULL, out.buffer, 99, sink, &calls, &out.count));
    REFUSED(LOGRING_E_NULL, DRAIN(ring, NULL, 99, sink, &calls, &out.count));
    REFUSED(LOGRING_E_NULL, DRAIN(ring, out.buffer, 99, NULL, &calls, &out.count));
    REFUSED(LOGRING_E_NULL, DRAIN(ring, out.buffer, 99, sink, &calls, NULL));
    REFUSED(LOGRING_E_ALIGN, DRAIN(ring, out.buffer, 99, sink, &calls, MISALIGNED(&out.count)));
    REFUSED(LOGRING_E_INVAL, DRAIN(ring, out.buffer, TOO_LONG, sink, &calls, &out.count));

    REFUSED(LOGRING_E_NULL, INTO(NULL, out.buffer, 99, &out.len, &out.count));
    REFUSED(LOGRING_E_NULL, INTO(ring, NULL, 99, &out.len, &out.count));
    REFUSED(LOGRING_E_NULL, INTO(ring, out.buffer, 99, NULL, &out.count));
    REFUSED(LOGRING_E_NULL, INTO(ring, out.buffer, 99, &out.len, NULL));
    REFUSED(LOGRING_E_ALIGN, INTO(ring, out.buffer, 99, MISALIGNED(&out.len), &out.count));
    REFUSED(LOGRING_E_ALIGN, INTO(ring, out.buffer, 99, &out.len, MISALIGNED(&out.count)));
    REFUSED(LOGRING_E_INVAL, INTO(ring, out.buffer, TOO_LONG, &out.len, &out.count));
    REFUSED(LOGRING_E_NOSPACE, INTO(ring, out.buffer, 28 + 5, &out.len, &out.count));
    REFUSED(LOGRING_E_NOSPACE, INTO(ring, NULL, 0, &out.len, &out.count));

    /* The one output that a failure sets: how much room it takes. */
    check_paint(&record, sizeof record);
    CHECK_EQ(logring_pop(ring, out.buffer, 5, &record), LOGRING_E_NOSPACE);
    CHECK_EQ(record.len, 6);
    check_paint(&record.len, sizeof record.len);
    CHECK(check_is_painted(&record, sizeof record));
    CHECK_EQ(logring_pop(ring, NULL, 0, &record), LOGRING_E_NOSPACE);
    CHECK_EQ(record.len, 6);
  }
  CHECK_EQ(calls, 0);
  CHECK_EQ(DRAIN(ring, out.buffer, 6, sink, &calls, &count), LOGRING_OK);
  CHECK_EQ(count, 1);
  CHECK_EQ(calls, 1);
  /* user is the sink's own, and may be NULL; so may an empty scratch. */
  CHECK_EQ(DRAIN(ring, NULL, 0, sink, NULL, &count), LOGRING_EMPTY);
  CHECK_EQ(count, 0);
}

static void observers(void)
{
  static const uint32_t sizes[] = {0, 1, 4, sizeof(logring_stats_t) - 1,
                                   sizeof(logring_stats_t) + 1, UINT32_MAX};
  logring_stats_t stats;
  size_t at;
  REFUSED(LOGRING_E_NULL, logring_get_stats(ring, NULL));
  REFUSED(LOGRING_E_ALIGN, logring_get_stats(ring, MISALIGNED(&out.stats)));
  for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
    check_paint(&stats, sizeof stats);
    stats.struct_size = sizes[at];
    CHECK_EQ(logring_get_stats(ring, &stats), LOGRING_E_ABI);
    CHECK_EQ(stats.struct_size, sizes[at]);
    check_paint(&stats.struct_size, sizeof stats.struct_size);
    CHECK(check_is_painted(&stats, sizeof stats));
  }
  check_paint(&stats, sizeof stats);
  stats.struct_size = sizeof stats;
  CHECK_EQ(logring_get_stats(NULL, &stats), LOGRING_E_NULL);
  check_paint(&stats.struct_size, sizeof stats.struct_size);
  CHECK(check_is_painted(&stats, sizeof stats));
  CHECK_EQ(logring_take_trailing_loss(NULL), 0);
}

static void names(void)
{
  logring_config_t cfg = good;
  static const uint32_t sizes[] = {0, sizeof(logring_config_t) - 1, sizeof(logring_config_t) + 1};
  static unsigned char room[sizeof(logring_config_t) + 16];
  size_t at;
  REFUSED(LOGRING_E_NULL, logring_policy_parse(NULL, 1, &out.policy, &out.why));
  REFUSED(LOGRING_E_NULL, logring_policy_parse("drop", 4, NULL, &out.why));
  REFUSED(LOGRING_E_ALIGN, logring_policy_parse("drop", 4, MISALIGNED(&out.policy), &out.why));
  REFUSED(LOGRING_E_ALIGN, logring_policy_parse("drop", 4, &out.policy, MISALIGNED(&out.why)));
  REFUSED(LOGRING_E_INVAL, logring_policy_parse("drop", TOO_LONG, &out.policy, &out.why));
  REFUSED(LOGRING_E_POLICY, logring_policy_parse("no such", 7, &out.policy, NULL));
  REFUSED(LOGRING_E_POLICY, logring_policy_parse(NULL, 0, &out.policy, NULL));
  REFUSED(LOGRING_E_POLICY_BLOCKS, logring_policy_parse("block", 5, &out.policy, NULL));

#define PARSE(text, len, cfg, capacity, why)                                    \
  logring_config_parse((text), (len), (cfg), (capacity), (why))
  REFUSED(LOGRING_E_NULL, PARSE(NULL, 1, &cfg, &out.capacity, &out.why));
  REFUSED(LOGRING_E_NULL, PARSE("truncate=no", 11, NULL, &out.capacity, &out.why));
  REFUSED(LOGRING_E_NULL, PARSE("truncate=no", 11, &cfg, NULL, &out.why));
  memcpy(room + 1, &good, sizeof good);
  REFUSED(LOGRING_E_ALIGN, PARSE("truncate=no", 11, MISALIGNED(room), &out.capacity, &out.why));
  CHECK(memcmp(room + 1, &good, sizeof good) == 0);
  REFUSED(LOGRING_E_ALIGN, PARSE("truncate=no", 11, &cfg, MISALIGNED(&out.capacity), &out.why));
  REFUSED(LOGRING_E_ALIGN, PARSE("truncate=no", 11, &cfg, &out.capacity, MISALIGNED(&out.why)));
  REFUSED(LOGRING_E_INVAL, PARSE("truncate=no", TOO_LONG, &cfg, &out.capacity, &out.why));
  for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
    cfg.struct_size = sizes[at];
    REFUSED(LOGRING_E_ABI, PARSE("truncate=no", 11, &cfg, &out.capacity, &out.why));
    CHECK_EQ(cfg.struct_size, sizes[at]);
    cfg.struct_size = good.struct_size;
  }
  CHECK(memcmp(&cfg, &good, sizeof good) == 0);

  REFUSED(LOGRING_E_NULL, logring_level_parse(NULL, 1, &out.level));
  REFUSED(LOGRING_E_NULL, logring_level_parse("info", 4, NULL));
  REFUSED(LOGRING_E_INVAL, logring_level_parse("info", TOO_LONG, &out.level));
  REFUSED(LOGRING_E_INVAL, logring_level_parse(NULL, 0, &out.level));
}

int main(void)
{
  logring_config_default(&good, sizeof good);
  making_a_ring();
  the_last_that_is_right();
  the_default_configuration();
  CHECK_EQ(logring_init_in(memory, sizeof memory, &good, &ring), LOGRING_OK);
  producers();
  consumers();
  observers();
  names();
  return check_report("misuse");
}
