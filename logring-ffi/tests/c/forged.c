/* Grants that ended or never were one, and handles of nothing: found out, and
 * nothing is touched. */
#include "outputs.h"

LOGRING_STATIC_DEFINE(zeros, 4 * LOGRING_CELL_SIZE);

static int is_zero(const void *at, size_t len)
{
  const unsigned char *const bytes = at;
  while (len > 0 && bytes[len - 1] == 0) {
    len--;
  }
  return len == 0;
}

static logring_grant_t open_grant(void)
{
  logring_grant_t grant;
  memset(&grant, 0, sizeof grant);
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 7, 16, &grant), LOGRING_OK);
  return grant;
}

/* No way to use these bytes as a grant; and they stay as they are. */
static void is_no_grant(const logring_grant_t *bytes)
{
  logring_grant_t grant = *bytes;
  const logring_stats_t before = stats_of(ring);
  logring_stats_t after;
  REFUSED(LOGRING_E_INVAL, logring_grant_write(&grant, "x", 1));
  REFUSED(LOGRING_E_INVAL, logring_commit(&grant));
  logring_discard(&grant);
  CHECK(memcmp(&grant, bytes, sizeof grant) == 0);
  after = stats_of(ring);
  CHECK_EQ(lost_sum(&after), lost_sum(&before));
  CHECK_EQ(after.used_bytes, before.used_bytes);
}

static void grants_end_once(void)
{
  static unsigned char room[2 * sizeof(logring_grant_t)];
  logring_grant_t grant, copy;
  size_t at;

  REFUSED(LOGRING_E_NULL, logring_grant_write(NULL, "x", 1));
  REFUSED(LOGRING_E_NULL, logring_commit(NULL));
  REFUSED(LOGRING_E_ALIGN, logring_grant_write(MISALIGNED(room), "x", 1));
  REFUSED(LOGRING_E_ALIGN, logring_commit(MISALIGNED(room)));
  logring_discard(NULL);
  logring_discard(MISALIGNED(room));
  memset(&grant, 0, sizeof grant);
  is_no_grant(&grant);

  grant = open_grant();
  copy = grant;
  REFUSED(LOGRING_E_NULL, logring_grant_write(&grant, NULL, 1));
  REFUSED(LOGRING_E_INVAL, logring_grant_write(&grant, "x", TOO_LONG));
  CHECK(memcmp(&grant, &copy, sizeof grant) == 0);
  CHECK_EQ(logring_grant_write(&grant, NULL, 0), LOGRING_OK);
  CHECK_EQ(logring_commit(&grant), LOGRING_OK);
  CHECK(is_zero(&grant, sizeof grant));
  is_no_grant(&grant);
  is_no_grant(&copy);
  CHECK_EQ(logring_pop(ring, out.buffer, sizeof out.buffer, &out.record), LOGRING_OK);
  is_no_grant(&copy);

  /* A copy that was kept while the ring came round, more than once. */
  for (at = 0; at < 200; at++) {
    grant = open_grant();
    if (at == 0) {
      copy = grant;
    } else {
      is_no_grant(&copy);
    }
    CHECK_EQ(logring_commit(&grant), LOGRING_OK);
    CHECK_EQ(logring_pop(ring, out.buffer, sizeof out.buffer, &out.record), LOGRING_OK);
    is_no_grant(&copy);
  }

  grant = open_grant();
  copy = grant;
  logring_discard(&grant);
  CHECK(is_zero(&grant, sizeof grant));
  is_no_grant(&grant);
  is_no_grant(&copy);
  CHECK_EQ(logring_take_trailing_loss(ring), 1);

  /* Of a ring that was made anew. */
  grant = open_grant();
  CHECK_EQ(logring_init_in(memory, sizeof memory, &good, &ring), LOGRING_OK);
  is_no_grant(&grant);
}

static size_t random_word(void)
{
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (size_t)state;
}

static void garbage_is_no_grant(void)
{
  /* What was never a grant, as a stack has it. */
  static const unsigned char fillings[] = {0x01, 0x5A, 0x7F, 0xFF};
  logring_grant_t grant;
  unsigned round;
  size_t filling;
  size_t word;
  for (filling = 0; filling < sizeof fillings; filling++) {
    memset(&grant, fillings[filling], sizeof grant);
    is_no_grant(&grant);
  }
  for (round = 0; round < 20000; round++) {
    for (word = 0; word < 8; word++) {
      /* Small numbers are likelier to pass for something. */
      const size_t bits = 8 * sizeof(size_t);
      grant.opaque[word] = (void *)(uintptr_t)(random_word() >> random_word() % bits);
    }
    if (round % 2 == 0) {
      grant.opaque[0] = ring;
    }
    is_no_grant(&grant);
  }
}

/* Every call that takes a ring answers this for a pointer that is none. */
static void is_no_ring(logring_t *none, logring_status_t status)
{
  const logring_iov_t iov = {"ab", 2};
  logring_grant_t grant = {{NULL}};
  logring_stats_t stats;
  unsigned calls = 0;
  REFUSED(status, logring_push(none, LOGRING_INFO, "ab", 2));
  REFUSED(status, logring_pushv(none, LOGRING_INFO, 0, &iov, 1));
  REFUSED(status, logring_reserve(none, LOGRING_INFO, 0, 8, &out.grant));
  REFUSED(status, logring_pop(none, out.buffer, 99, &out.record));
  REFUSED(status, DRAIN(none, out.buffer, 99, sink, &calls, &out.count));
  REFUSED(status, INTO(none, out.buffer, 99, &out.len, &out.count));
  check_paint(&stats, sizeof stats);
  stats.struct_size = sizeof stats;
  CHECK_EQ(logring_get_stats(none, &stats), status);
  CHECK_EQ(stats.delivered, 0xA5A5A5A5A5A5A5A5u);
  CHECK_EQ(logring_take_trailing_loss(none), 0);
  logring_set_min_level(none, LOGRING_FATAL);
  logring_free(none);
  grant.opaque[0] = none;
  REFUSED(LOGRING_E_INVAL, logring_commit(&grant));
}

static void foreign_handles(void)
{
  unsigned char *const block = memory;
  unsigned char *const handle = (unsigned char *)(void *)ring;
  size_t at;
  CHECK(handle >= block && handle < block + sizeof memory);
  is_no_ring(NULL, LOGRING_E_NULL);
  is_no_ring((logring_t *)(void *)block, LOGRING_E_INVAL);
  is_no_ring((logring_t *)(void *)(handle + 1), LOGRING_E_INVAL);
  is_no_ring((logring_t *)(void *)(handle - 1), LOGRING_E_INVAL);
  is_no_ring((logring_t *)(void *)(zeros + (handle - block)), LOGRING_E_INVAL);
  /* The handle of another block in the memory of a smaller one. */
  memset(spare, 0xFF, sizeof spare);
  is_no_ring((logring_t *)(void *)(spare + (handle - block)), LOGRING_E_INVAL);
  /* A handle has no alignment of its own: what lies beside one is no ring. */
  for (at = 0; at < 2 * LOGRING_MEM_ALIGN; at++) {
    if (block + at != handle) {
      is_no_ring((logring_t *)(void *)(block + at), LOGRING_E_INVAL);
    }
    is_no_ring((logring_t *)(void *)(zeros + at), LOGRING_E_INVAL);
    is_no_ring((logring_t *)(void *)(spare + at), LOGRING_E_INVAL);
  }
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, "still there", 11), LOGRING_OK);
  CHECK_EQ(logring_pop(ring, out.buffer, sizeof out.buffer, &out.record), LOGRING_OK);

  /* A ring in the caller's memory is not freed. */
  logring_free(NULL);
  logring_free(ring);
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, "still there", 11), LOGRING_OK);
  CHECK_EQ(logring_pop(ring, out.buffer, sizeof out.buffer, &out.record), LOGRING_OK);
}

int main(void)
{
  logring_config_default(&good, sizeof good);
  CHECK_EQ(logring_init_in(memory, sizeof memory, &good, &ring), LOGRING_OK);
  grants_end_once();
  garbage_is_no_grant();
  foreign_handles();
  return check_report("forged");
}
