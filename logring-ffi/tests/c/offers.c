/* What an offer is answered, one claim after the other: the order of answers,
 * levels and marks, sizes, grants. */
#define _POSIX_C_SOURCE 200809L
#include "ring.h"

static void a_block_holds_the_largest_ring_that_fits(void)
{
  const size_t smallest = 4 * LOGRING_CELL_SIZE;
  const logring_config_t cfg = defaults();
  size_t capacity = smallest;
  size_t len;
  for (len = LOGRING_MEM_SIZE(smallest); len <= sizeof memory; len++) {
    while (LOGRING_MEM_SIZE(2 * capacity) <= len) {
      capacity *= 2;
    }
    if (logring_init_in(memory, len, &cfg, &ring) != LOGRING_OK ||
        stats_now().capacity_bytes != capacity) {
      CHECK_EQ(len, 0);
    }
  }
  CHECK_EQ(capacity, CAPACITY);
}

static void a_ring_of_the_heap_has_the_capacity_asked_for(void)
{
  const logring_config_t cfg = defaults();
  size_t capacity;
  for (capacity = 4 * LOGRING_CELL_SIZE; capacity <= 1u << 20; capacity *= 2) {
    CHECK_EQ(logring_new(capacity, &cfg, &ring), LOGRING_OK);
    CHECK_EQ(stats_now().capacity_bytes, capacity);
    CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
    CHECK_EQ(pop().len, 5);
    logring_free(ring);
  }
}

/* Misuse, then filtered, then too big, then level, then full. */
static void answers_come_in_order(void)
{
  const size_t too_big = sizeof payload;
  logring_config_t cfg = defaults();
  logring_grant_t grant;
  const logring_iov_t iov = {payload, too_big};
  logring_stats_t stats;
  cfg.truncate = 0;
  cfg.min_level = LOGRING_DEBUG;
  cfg.mark_pct[1] = 50;
  make(&cfg);
  fill(LOGRING_INFO, CELLS);

  CHECK_EQ(logring_push(ring, 0, payload, too_big), LOGRING_E_INVAL);
  CHECK_EQ(logring_push(ring, 25, payload, too_big), LOGRING_E_INVAL);
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, NULL, too_big), LOGRING_E_NULL);
  CHECK_EQ(logring_push(ring, LOGRING_TRACE, payload, too_big), LOGRING_FILTERED);
  CHECK_EQ(logring_pushv(ring, LOGRING_TRACE, 1, &iov, 1), LOGRING_FILTERED);
  CHECK_EQ(logring_reserve(ring, LOGRING_TRACE, 1, too_big, &grant), LOGRING_FILTERED);
  CHECK_EQ(lost_now(), 0);
  CHECK_EQ(logring_push(ring, LOGRING_DEBUG, payload, too_big), LOGRING_E_TOOBIG);
  CHECK_EQ(logring_pushv(ring, LOGRING_INFO, 1, &iov, 1), LOGRING_E_TOOBIG);
  CHECK_EQ(logring_reserve(ring, LOGRING_DEBUG, 1, too_big, &grant), LOGRING_E_TOOBIG);
  CHECK_EQ(push_small(LOGRING_DEBUG), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(logring_reserve(ring, LOGRING_DEBUG, 0, 1, &grant), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_DROPPED_FULL);
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 1, &grant), LOGRING_DROPPED_FULL);
  stats = stats_now();
  CHECK_EQ(stats.lost_toobig, 3);
  CHECK_EQ(stats.lost_level, 2);
  CHECK_EQ(stats.lost_full, 2);
  CHECK_EQ(stats.lost_by_level[0], 0);
  CHECK_EQ(stats.lost_by_level[1], 4);
  CHECK_EQ(stats.lost_by_level[2], 3);
  CHECK_EQ(lost_sum(&stats), 7);
}

static void the_minimum_level_filters(void)
{
  logring_config_t cfg = defaults();
  cfg.min_level = LOGRING_INFO;
  make(&cfg);
  CHECK_EQ(push_small(8), LOGRING_FILTERED);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
  logring_set_min_level(ring, 24);
  CHECK_EQ(push_small(23), LOGRING_FILTERED);
  logring_set_min_level(ring, 25);
  logring_set_min_level(ring, 255);
  CHECK_EQ(push_small(23), LOGRING_FILTERED);
  CHECK_EQ(push_small(24), LOGRING_OK);
  logring_set_min_level(ring, 0);
  CHECK_EQ(push_small(LOGRING_TRACE), LOGRING_OK);
  CHECK_EQ(lost_now(), 0);
  CHECK_EQ(stats_now().used_bytes, 3 * LOGRING_CELL_SIZE);
}

/* A record is refused that would lift the fill above its mark. */
static void marks_keep_room_for_severer_levels(void)
{
  logring_config_t cfg = defaults();
  cfg.mark_pct[1] = 50;
  make(&cfg);
  fill(LOGRING_DEBUG, CELLS / 2 - 1);
  CHECK_EQ(logring_push(ring, LOGRING_DEBUG, payload, LOGRING_CELL_SIZE), LOGRING_DROPPED_LEVEL);
  fill(LOGRING_DEBUG, 1);
  CHECK_EQ(push_small(LOGRING_DEBUG), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(push_small(8), LOGRING_DROPPED_LEVEL);
  fill(LOGRING_INFO, CELLS / 2);
  CHECK_EQ(push_small(LOGRING_FATAL), LOGRING_DROPPED_FULL);
  CHECK_EQ(push_small(LOGRING_DEBUG), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(stats_now().lost_by_level[1], 4);
  CHECK_EQ(stats_now().lost_by_level[5], 1);
}

static void a_level_with_a_mark_never_evicts(void)
{
  logring_config_t cfg = defaults();
  cfg.policy = LOGRING_DROP_OLDEST;
  cfg.mark_pct[1] = 99;
  make(&cfg);
  fill(LOGRING_INFO, CELLS);
  CHECK_EQ(push_small(LOGRING_DEBUG), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(stats_now().lost_evicted, 0);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
  CHECK(stats_now().lost_evicted > 0);
}

/* 1 to 4 are trace, 5 to 8 debug, and so on: one mark and one counter each. */
static void four_levels_share_a_mark_and_a_counter(void)
{
  unsigned level, severity;
  for (severity = 0; severity < 6; severity++) {
    logring_config_t cfg = defaults();
    cfg.mark_pct[severity] = 10;
    make(&cfg);
    fill(LOGRING_FATAL == 4 * severity + 1 ? LOGRING_TRACE : LOGRING_FATAL, CELLS / 2);
    for (level = 1; level <= 24; level++) {
      const int is_marked = (level - 1) / 4 == severity;
      CHECK_EQ(push_small((logring_level_t)level),
               is_marked ? LOGRING_DROPPED_LEVEL : LOGRING_OK);
    }
    CHECK_EQ(stats_now().lost_by_level[severity], 4);
    CHECK_EQ(stats_now().lost_level, 4);
  }
}

static void what_came_first_or_last_stays(void)
{
  uint32_t number;
  uint32_t next = 0;
  logring_record_t record;
  make_with(LOGRING_DROP_NEWEST);
  for (number = 0; number < CELLS + 50; number++) {
    CHECK_EQ(logring_push(ring, LOGRING_INFO, &number, sizeof number),
             number < CELLS ? LOGRING_OK : LOGRING_DROPPED_FULL);
  }
  for (number = 0; number < CELLS; number++) {
    record = pop();
    CHECK(record.len == sizeof number && memcmp(record.data, &number, sizeof number) == 0);
  }
  CHECK(is_empty());
  CHECK_EQ(logring_take_trailing_loss(ring), 50);
  CHECK_EQ(logring_take_trailing_loss(ring), 0);

  make_with(LOGRING_DROP_OLDEST);
  for (number = 0; number < CELLS + 50; number++) {
    CHECK_EQ(logring_push(ring, LOGRING_INFO, &number, sizeof number), LOGRING_OK);
  }
  for (number = 0; logring_pop(ring, buffer, sizeof buffer, &record) == LOGRING_OK; number++) {
    memcpy(&next, record.data, sizeof next);
    CHECK_EQ(record.lost_before, number == 0 ? next : 0);
  }
  CHECK_EQ(next, CELLS + 50 - 1);
  CHECK_EQ(number + stats_now().lost_evicted, CELLS + 50);
}

/* The largest record, found out by asking for more. */
static size_t largest(uint32_t tag)
{
  logring_grant_t grant;
  logring_record_t record;
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, tag, SIZE_MAX, &grant), LOGRING_TRUNCATED);
  CHECK_EQ(logring_grant_write(&grant, payload, sizeof payload), LOGRING_TRUNCATED);
  CHECK_EQ(logring_grant_write(&grant, "", 0), LOGRING_OK);
  CHECK_EQ(logring_commit(&grant), LOGRING_TRUNCATED);
  record = pop();
  CHECK_EQ(record.flags, LOGRING_FLAG_TRUNCATED);
  CHECK_EQ(record.tag, tag);
  return record.len;
}

/* It is one number, whatever comes with the record. */
static void the_largest_record_is_one_number(void)
{
  uint64_t now = 0;
  logring_config_t cfg = defaults();
  size_t most, at;
  make(&cfg);
  most = largest(0);
  CHECK(most > CAPACITY / 8 && most < CAPACITY / 4);
  for (at = 0; at < 8; at++) {
    const logring_iov_t iov[2] = {{payload, 100}, {payload, most - 100 + 1}};
    cfg.clock = at % 2 ? ticks : NULL;
    cfg.clock_ctx = &now;
    cfg.max_record = at / 2 % 2 ? UINT32_MAX : 0;
    make(&cfg);
    CHECK_EQ(largest(at < 4 ? 0 : UINT32_MAX), most);
    /* With losses to tell of. */
    fill(LOGRING_INFO, CELLS);
    CHECK_EQ(push_small(LOGRING_INFO), LOGRING_DROPPED_FULL);
    while (!is_empty()) {
    }
    CHECK_EQ(largest(at < 4 ? 0 : 7), most);
    CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, most), LOGRING_OK);
    CHECK_EQ(pop().len, most);
    CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, most + 1), LOGRING_TRUNCATED);
    CHECK_EQ(pop().len, most);
    CHECK_EQ(logring_pushv(ring, LOGRING_INFO, 9, iov, 2), LOGRING_TRUNCATED);
    CHECK_EQ(pop().len, most);
  }
  cfg = defaults();
  cfg.max_record = 100;
  make(&cfg);
  CHECK_EQ(largest(0), 100);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, 100), LOGRING_OK);
  CHECK_EQ(pop().flags, 0);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, 101), LOGRING_TRUNCATED);
  CHECK_EQ(pop().flags, LOGRING_FLAG_TRUNCATED);
  cfg.truncate = 0;
  make(&cfg);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, 100), LOGRING_OK);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, 101), LOGRING_E_TOOBIG);
  CHECK_EQ(stats_now().lost_toobig, 1);
  CHECK_EQ(stats_now().truncated, 0);
}

static void grants_are_filled_and_ended(void)
{
  logring_grant_t grant, other;
  logring_record_t record;
  make_with(LOGRING_DROP_NEWEST);
  CHECK_EQ(logring_reserve(ring, LOGRING_ERROR, 42, 10, &grant), LOGRING_OK);
  CHECK_EQ(logring_grant_write(&grant, "abc", 3), LOGRING_OK);
  CHECK_EQ(logring_grant_write(&grant, "defg", 4), LOGRING_OK);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_PENDING);
  /* It may be moved. */
  other = grant;
  memset(&grant, 0, sizeof grant);
  CHECK_EQ(logring_commit(&other), LOGRING_OK);
  record = pop();
  CHECK(record.len == 7 && memcmp(record.data, "abcdefg", 7) == 0);
  CHECK_EQ(record.level, LOGRING_ERROR);
  CHECK_EQ(record.tag, 42);
  CHECK_EQ(record.flags, 0);
  CHECK_EQ(record.timestamp, 0);

  /* What does not fit is left out, and the record counts once as cut. */
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 10, &grant), LOGRING_OK);
  CHECK_EQ(logring_grant_write(&grant, "0123456", 7), LOGRING_OK);
  CHECK_EQ(logring_grant_write(&grant, "789abc", 6), LOGRING_TRUNCATED);
  CHECK_EQ(logring_grant_write(&grant, "x", 1), LOGRING_TRUNCATED);
  CHECK_EQ(logring_commit(&grant), LOGRING_TRUNCATED);
  record = pop();
  CHECK(record.len == 10 && memcmp(record.data, "0123456789", 10) == 0);
  CHECK_EQ(record.flags, LOGRING_FLAG_TRUNCATED);
  CHECK_EQ(stats_now().truncated, 1);

  /* Room for nothing. */
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 0, &grant), LOGRING_OK);
  CHECK_EQ(logring_grant_write(&grant, "x", 1), LOGRING_TRUNCATED);
  CHECK_EQ(logring_commit(&grant), LOGRING_TRUNCATED);
  CHECK_EQ(pop().len, 0);
  CHECK_EQ(stats_now().truncated, 2);
  CHECK_EQ(lost_now(), 0);
}

/* A grant that is held across other offers is lost where it ends. */
static void a_discarded_grant_counts_where_it_ended(void)
{
  logring_grant_t grant;
  make_with(LOGRING_DROP_NEWEST);
  CHECK_EQ(logring_reserve(ring, LOGRING_WARN, 0, 10, &grant), LOGRING_OK);
  fill(LOGRING_INFO, 2);
  logring_discard(&grant);
  fill(LOGRING_INFO, 1);
  CHECK_EQ(pop().lost_before, 0);
  CHECK_EQ(pop().lost_before, 0);
  CHECK_EQ(pop().lost_before, 1);
  CHECK_EQ(stats_now().lost_discarded, 1);
  CHECK_EQ(stats_now().lost_by_level[3], 1);
  CHECK_EQ(lost_now(), 1);
  CHECK_EQ(stats_now().used_bytes, 0);
}

/* Consumers cannot pass an open grant; and in a full ring that would evict it,
 * records are refused rather than anybody waiting. */
static void an_open_grant_holds_up_and_nobody_waits(void)
{
  logring_grant_t grant;
  logring_record_t record;
  size_t count = 99, len = 99;
  unsigned at;
  make_with(LOGRING_DROP_OLDEST);
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 5, &grant), LOGRING_OK);
  fill(LOGRING_INFO, CELLS - 1);
  for (at = 0; at < 10; at++) {
    CHECK_EQ(push_small(LOGRING_FATAL), LOGRING_DROPPED_CONTENDED);
  }
  CHECK_EQ(stats_now().lost_contended, 10);
  CHECK_EQ(stats_now().lost_by_level[5], 10);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_PENDING);
  CHECK_EQ(logring_drain_into(ring, buffer, sizeof buffer, &len, &count), LOGRING_PENDING);
  CHECK_EQ(logring_commit(&grant), LOGRING_OK);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
  CHECK_EQ(pop().lost_before, stats_now().lost_evicted);

  make_with(LOGRING_DROP_NEWEST);
  fill(LOGRING_INFO, 1);
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 5, &grant), LOGRING_OK);
  fill(LOGRING_INFO, CELLS - 2);
  CHECK_EQ(push_small(LOGRING_FATAL), LOGRING_DROPPED_FULL);
  CHECK_EQ(pop().len, 5);
  CHECK_EQ(logring_pop(ring, buffer, sizeof buffer, &record), LOGRING_PENDING);
  logring_discard(&grant);
  for (at = 0; at < CELLS - 2; at++) {
    (void)pop();
  }
  CHECK(is_empty());
}

int main(void)
{
  alarm(SECONDS_MAX);
  a_block_holds_the_largest_ring_that_fits();
  a_ring_of_the_heap_has_the_capacity_asked_for();
  answers_come_in_order();
  the_minimum_level_filters();
  marks_keep_room_for_severer_levels();
  a_level_with_a_mark_never_evicts();
  four_levels_share_a_mark_and_a_counter();
  what_came_first_or_last_stays();
  the_largest_record_is_one_number();
  grants_are_filled_and_ended();
  a_discarded_grant_counts_where_it_ended();
  an_open_grant_holds_up_and_nobody_waits();
  return check_report("offers");
}
