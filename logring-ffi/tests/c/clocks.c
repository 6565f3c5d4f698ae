/* Clocks: what is called, with what, and what is not called any more. */
#define _POSIX_C_SOURCE 200809L
#include "ring.h"

static void clocks_are_called_with_their_context(void)
{
  uint64_t now = 100;
  logring_config_t cfg = defaults();
  cfg.clock = ticks;
  cfg.clock_ctx = &now;
  make(&cfg);
  fill(LOGRING_INFO, 3);
  CHECK_EQ(pop().timestamp, 101);
  CHECK_EQ(pop().timestamp, 102);
  CHECK_EQ(pop().timestamp, 103);
  CHECK_EQ(now, 103);
}

/* Nothing to say is still something said: clock, marks and tags are those of
 * any other record. */
static void an_empty_record_is_a_record(void)
{
  uint64_t now = 0;
  logring_config_t cfg = defaults();
  cfg.clock = ticks;
  cfg.clock_ctx = &now;
  make(&cfg);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "", 0), LOGRING_OK);
  CHECK_EQ(pop().timestamp, 1);
  CHECK_EQ(logring_pushv(ring, LOGRING_INFO, 3, NULL, 0), LOGRING_OK);
  CHECK_EQ(pop().timestamp, 2);

  cfg = defaults();
  cfg.mark_pct[1] = 50;
  make(&cfg);
  fill(LOGRING_INFO, CELLS / 2);
  CHECK_EQ(logring_push(ring, LOGRING_DEBUG, "", 0), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(logring_pushv(ring, LOGRING_DEBUG, 3, NULL, 0), LOGRING_DROPPED_LEVEL);
  CHECK_EQ(stats_now().lost_level, 2);
}

static logring_status_t nested_answer;

/* The clock is called in the middle of a push, as a signal would come. */
static uint64_t pushing_clock(void *ctx)
{
  unsigned *depth = ctx;
  if (*depth == 0) {
    ++*depth;
    nested_answer = logring_push(ring, LOGRING_WARN, "nested", 6);
    --*depth;
  }
  return 1;
}

static void a_push_that_interrupts_another_is_stored(void)
{
  unsigned depth = 0;
  unsigned at;
  logring_config_t cfg = defaults();
  cfg.clock = pushing_clock;
  cfg.clock_ctx = &depth;
  make(&cfg);
  for (at = 1; at < 50; at++) {
    nested_answer = LOGRING_E_NOMEM;
    CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, at * 20), LOGRING_OK);
    CHECK_EQ(nested_answer, LOGRING_OK);
    CHECK(pop().len + pop().len == at * 20 + 6);
    CHECK(is_empty());
  }
  CHECK_EQ(lost_now(), 0);
}

static unsigned trapped;

static uint64_t trap(void *ctx)
{
  (void)ctx;
  trapped++;
  return 0;
}

/* Overwrites each of the block's words that is `old`; returns how many. */
static unsigned overwrite(uintptr_t old, uintptr_t new)
{
  unsigned count = 0;
  size_t at;
  for (at = 0; at + sizeof old <= sizeof memory; at += sizeof old) {
    uintptr_t word;
    memcpy(&word, memory + at, sizeof word);
    if (word == old) {
      memcpy(memory + at, &new, sizeof new);
      count++;
    }
  }
  return count;
}

static void a_damaged_clock_is_not_called(void)
{
  uint64_t now = 0;
  logring_config_t cfg = defaults();
  cfg.clock = ticks;
  cfg.clock_ctx = &now;
  make(&cfg);
  trapped = 0;
  CHECK(overwrite((uintptr_t)ticks, (uintptr_t)trap) > 0);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
  CHECK_EQ(trapped, 0);
  CHECK_EQ(now, 0);
  CHECK_EQ(pop().timestamp, 0);
  CHECK(overwrite((uintptr_t)trap, (uintptr_t)ticks) > 0);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
  CHECK_EQ(now, 1);
  CHECK(overwrite((uintptr_t)&now, (uintptr_t)&trapped) > 0);
  CHECK_EQ(push_small(LOGRING_INFO), LOGRING_OK);
  CHECK_EQ(trapped, 0);
  CHECK_EQ(now, 1);
}

int main(void)
{
  alarm(SECONDS_MAX);
  clocks_are_called_with_their_context();
  an_empty_record_is_a_record();
  a_push_that_interrupts_another_is_stored();
  a_damaged_clock_is_not_called();
  return check_report("clocks");
}
