/* A ring in memory that a child can write, who is ill: it forges what a head in
 * that memory would say. The parent's next push calls nothing that the child chose,
 * and lets in, keeps and refuses what it was told to.
 *
 * The same forgery works on a block that was made by logring_init_in, which is not for
 * such memory: so it is one. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logring.h"

#include "check.h"

#define CAPACITY 65536u
#define SECONDS_MAX 60

/* The words of a head, as the library lays them out. */
typedef struct head_t {
  uintptr_t kind, record_bytes_max, simple_below, clock, clock_ctx, clock_seal;
  uint32_t retry_limit, marks[2];
  uint8_t policy, truncate, min_level;
} head_t;

static unsigned calls;

static uint64_t chosen_by_the_child(void *ctx)
{
  (void)ctx;
  calls++;
  return 0;
}

static uintptr_t rotated(uintptr_t word)
{
  return word << 11 | word >> (sizeof word * 8 - 11);
}

static uintptr_t seal(uintptr_t a, uintptr_t b, uintptr_t c)
{
  const uintptr_t factor = (uintptr_t)0x9E3779B97F4A7C15u;
  uintptr_t sum = (uintptr_t)0x6C677201u << 8;
  sum = rotated((sum + a) * factor);
  sum = rotated((sum + b) * factor);
  return rotated((sum + c) * factor);
}

/* Makes the head at this place one that calls, lets in nothing mild, and cuts. */
static void forge(void *at, uint8_t min_level)
{
  head_t *const head = (head_t *)at;
  head->clock = (uintptr_t)&chosen_by_the_child;
  head->clock_ctx = 0;
  head->clock_seal = seal(head->clock, 0, (uintptr_t)head);
  head->simple_below = 0;
  head->record_bytes_max = 1;
  head->retry_limit = 1;
  head->marks[0] = head->marks[1] = 0x01010101u;
  head->policy = 1;
  head->truncate = 0;
  head->min_level = min_level;
}

/* What the library would take for a head in this memory, and all that lies behind. */
static void forge_all(unsigned char *mem, size_t len)
{
  size_t at;
  for (at = 0; at + LOGRING_MEM_ALIGN <= len; at += LOGRING_MEM_ALIGN) {
    forge(mem + at, 24);
  }
}

/* That the forgery is one: in memory of one process, where nobody else writes. */
static void a_forged_head_calls(void)
{
  LOGRING_STATIC_DEFINE(block, 4096);
  logring_config_t cfg;
  logring_t *ring;
  logring_config_default(&cfg, sizeof cfg);
  CHECK_EQ(logring_init_in(block, sizeof block, &cfg, &ring), LOGRING_OK);
  forge(block, 0);
  calls = 0;
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "", 0), LOGRING_DROPPED_LEVEL);
  forge(block, 0);
  ((head_t *)(void *)block)->marks[0] = ((head_t *)(void *)block)->marks[1] = 0;
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "x", 1), LOGRING_OK);
  CHECK_EQ(calls, 1);
}

static void *map_shared(size_t len)
{
  void *const mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return mem == MAP_FAILED ? NULL : mem;
}

/* Runs `ill` in a child, as nobody where that is possible. */
static void in_a_child(void (*ill)(unsigned char *, size_t), unsigned char *mem, size_t len)
{
  int status = 1;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    if (getuid() == 0 && setuid(65534) != 0) {
      _exit(1);
    }
    ill(mem, len);
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void a_child_configures_nothing(void)
{
  static unsigned char buffer[CAPACITY];
  static LOGRING_ALIGNED(LOGRING_MEM_ALIGN) unsigned char head[LOGRING_HEAD_SIZE];
  const size_t len = LOGRING_MEM_SIZE(CAPACITY);
  unsigned char *const mem = (unsigned char *)map_shared(len);
  logring_record_t record;
  logring_config_t cfg;
  logring_stats_t stats;
  logring_t *ring;
  unsigned round;
  logring_config_default(&cfg, sizeof cfg);
  CHECK(mem != NULL);
  CHECK_EQ(logring_init_shared(head, sizeof head, mem, len, &cfg, &ring), LOGRING_OK);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "before", 6), LOGRING_OK);
  in_a_child(forge_all, mem, len);
  calls = 0;
  for (round = 0; round < 1000; round++) {
    const logring_status_t status = logring_push(ring, LOGRING_TRACE, buffer, 300);
    CHECK(status >= 0 && status != LOGRING_FILTERED && status != LOGRING_DROPPED_LEVEL);
    (void)logring_pop(ring, buffer, sizeof buffer, &record);
  }
  CHECK_EQ(calls, 0);
  /* Made whole, it is the ring that the parent configured. */
  CHECK_EQ(logring_recover(ring, NULL), LOGRING_OK);
  while (logring_pop(ring, buffer, sizeof buffer, &record) == LOGRING_OK) {
  }
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, buffer, 300), LOGRING_OK);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_OK);
  CHECK_EQ(record.len, 300);
  CHECK_EQ(record.timestamp, 0);
  for (round = 0; round < CAPACITY / LOGRING_CELL_SIZE; round++) {
    CHECK_EQ(logring_push(ring, LOGRING_TRACE, "x", 1), LOGRING_OK);
  }
  CHECK_EQ(logring_push(ring, LOGRING_FATAL, "x", 1), LOGRING_DROPPED_FULL);
  stats.struct_size = sizeof stats;
  CHECK_EQ(logring_get_stats(ring, &stats), LOGRING_OK);
  CHECK_EQ(stats.lost_evicted, 0);
  CHECK_EQ(calls, 0);
  munmap(mem, len);
}

/* A child that attaches has a policy of its own, and its records arrive. */
static void log_a_line(unsigned char *mem, size_t len)
{
  static LOGRING_ALIGNED(LOGRING_MEM_ALIGN) unsigned char head[LOGRING_HEAD_SIZE];
  logring_config_t cfg;
  logring_t *ring;
  logring_config_default(&cfg, sizeof cfg);
  cfg.policy = LOGRING_DROP_OLDEST;
  cfg.min_level = LOGRING_ERROR;
  if (logring_attach(head, sizeof head, mem, len, &cfg, &ring) != LOGRING_OK ||
      logring_push(ring, LOGRING_INFO, "mild", 4) != LOGRING_FILTERED ||
      logring_push(ring, LOGRING_ERROR, "from the child", 14) != LOGRING_OK) {
    _exit(1);
  }
}

static void a_child_attaches(void)
{
  static LOGRING_ALIGNED(LOGRING_MEM_ALIGN) unsigned char head[LOGRING_HEAD_SIZE];
  static unsigned char buffer[LOGRING_RECORD_MAX(CAPACITY)];
  const size_t len = LOGRING_MEM_SIZE(CAPACITY);
  unsigned char *const mem = (unsigned char *)map_shared(len);
  logring_record_t record;
  logring_config_t cfg;
  logring_t *ring;
  logring_config_default(&cfg, sizeof cfg);
  CHECK_EQ(logring_init_shared(head, sizeof head, mem, len, &cfg, &ring), LOGRING_OK);
  in_a_child(log_a_line, mem, len);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_OK);
  CHECK(record.len == 14 && memcmp(record.data, "from the child", 14) == 0);
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, "mild", 4), LOGRING_OK);
  munmap(mem, len);
}

/* A writer dies in the middle of a record; who is left makes the ring whole. */
static void die_in_a_record(unsigned char *mem, size_t len)
{
  static LOGRING_ALIGNED(LOGRING_MEM_ALIGN) unsigned char head[LOGRING_HEAD_SIZE];
  logring_config_t cfg;
  logring_grant_t grant;
  logring_t *ring;
  logring_config_default(&cfg, sizeof cfg);
  if (logring_attach(head, sizeof head, mem, len, &cfg, &ring) != LOGRING_OK ||
      logring_reserve(ring, LOGRING_INFO, 0, 40, &grant) != LOGRING_OK) {
    _exit(1);
  }
}

static void a_dead_writer_is_got_over(void)
{
  static LOGRING_ALIGNED(LOGRING_MEM_ALIGN) unsigned char head[LOGRING_HEAD_SIZE];
  static unsigned char buffer[LOGRING_RECORD_MAX(CAPACITY)];
  const size_t len = LOGRING_MEM_SIZE(CAPACITY);
  unsigned char *const mem = (unsigned char *)map_shared(len);
  logring_recovered_t found;
  logring_record_t record;
  logring_config_t cfg;
  logring_stats_t stats;
  logring_t *ring;
  logring_config_default(&cfg, sizeof cfg);
  CHECK_EQ(logring_init_shared(head, sizeof head, mem, len, &cfg, &ring), LOGRING_OK);
  in_a_child(die_in_a_record, mem, len);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "behind", 6), LOGRING_OK);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_PENDING);
  stats.struct_size = sizeof stats;
  CHECK_EQ(logring_get_stats(ring, &stats), LOGRING_OK);
  CHECK_EQ(stats.oldest_unfinished, 1);
  CHECK_EQ(stats.resident, 2);
  CHECK_EQ(logring_recover(ring, &found), LOGRING_OK);
  CHECK(found.survived == 1 && found.records == 1 && found.unfinished == 1);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_OK);
  CHECK_EQ(logring_take_trailing_loss(ring), 1);
  munmap(mem, len);
}

int main(void)
{
  alarm(SECONDS_MAX);
  a_forged_head_calls();
  a_child_configures_nothing();
  a_child_attaches();
  a_dead_writer_is_got_over();
  return check_report("shared");
}
