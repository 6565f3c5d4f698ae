/* Every offer is accounted for, and a damaged block costs records at most. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "../../examples/frames.h"
#include "ring.h"

/* Each offer has a number; in order, every number is either delivered, or in
 * the gap that the next delivered record tells of. */
typedef struct model_t {
  uint32_t offered;
  uint32_t next;
  uint64_t delivered;
} model_t;

static void deliver(model_t *model, const logring_record_t *record)
{
  uint32_t number = 0;
  CHECK(record->len >= sizeof number);
  memcpy(&number, record->data, sizeof number);
  CHECK_EQ(record->lost_before, number - model->next);
  model->next = number + 1;
  model->delivered++;
}

static int32_t deliver_to(void *user, const logring_record_t *record)
{
  deliver(user, record);
  return random_u32() % 4 == 0;
}

static void offer(model_t *model)
{
  const logring_level_t level = (logring_level_t)(1 + random_u32() % 24);
  const size_t len = sizeof model->offered + random_u32() % (random_u32() % 8 ? 100 : 1000);
  logring_grant_t grant;
  logring_status_t status;
  logring_iov_t iov[2];
  memcpy(payload, &model->offered, sizeof model->offered);
  switch (random_u32() % 6) {
    case 0:
      iov[0].base = payload;
      iov[0].len = sizeof model->offered;
      iov[1].base = payload + iov[0].len;
      iov[1].len = len - iov[0].len;
      status = logring_pushv(ring, level, random_u32() % 2, iov, 2);
      break;
    case 1:
      /* More than any ring takes. */
      status = logring_push(ring, level, payload, sizeof payload);
      break;
    case 2:
      status = logring_reserve(ring, level, random_u32() % 2, len, &grant);
      if (status == LOGRING_OK) {
        CHECK_EQ(logring_grant_write(&grant, payload, len), LOGRING_OK);
        if (random_u32() % 2) {
          logring_discard(&grant);
        } else {
          CHECK_EQ(logring_commit(&grant), LOGRING_OK);
        }
      }
      break;
    default:
      status = logring_push(ring, level, payload, len);
  }
  CHECK(status >= 0 || status == LOGRING_E_TOOBIG);
  model->offered += status != LOGRING_FILTERED;
}

static void take(model_t *model)
{
  logring_record_t record;
  frames_t frames;
  size_t len = 0, count = 0;
  switch (random_u32() % 3) {
    case 0:
      if (logring_pop(ring, buffer, sizeof buffer, &record) == LOGRING_OK) {
        deliver(model, &record);
      }
      break;
    case 1:
      (void)logring_drain(ring, buffer, sizeof buffer, random_u32() % 20, deliver_to, model,
                          &count);
      break;
    default:
      if (logring_drain_into(ring, buffer, 1100 + random_u32() % 5000, &len, &count) ==
          LOGRING_OK) {
        frames.at = buffer;
        frames.left = len;
        while (frames_next(&frames, &record) == 1) {
          deliver(model, &record);
          count--;
        }
        CHECK_EQ(count, 0);
      }
  }
}

static void every_offer_is_accounted_for(logring_policy_t policy, uint8_t truncate, int has_clock)
{
  uint64_t now = 0;
  logring_config_t cfg = defaults();
  model_t model = {0, 0, 0};
  unsigned round, at;
  cfg.policy = policy;
  cfg.truncate = truncate;
  cfg.mark_pct[0] = 30;
  cfg.mark_pct[2] = 70;
  cfg.max_record = 1100;
  cfg.min_level = 3;
  cfg.clock = has_clock ? ticks : NULL;
  cfg.clock_ctx = &now;
  make(&cfg);
  for (round = 0; round < 60; round++) {
    logring_stats_t stats;
    uint64_t by_level = 0;
    for (at = random_u32() % 2000; at > 0; at--) {
      /* Rounds with little room, and with much. */
      if (random_u32() % (1 + round % 5 * 40) == 0) {
        take(&model);
      } else {
        offer(&model);
      }
    }
    while (stats_now().used_bytes > 0) {
      take(&model);
    }
    CHECK_EQ(logring_take_trailing_loss(ring), model.offered - model.next);
    CHECK_EQ(logring_take_trailing_loss(ring), 0);
    model.next = model.offered;
    stats = stats_now();
    for (at = 0; at < 6; at++) {
      by_level += stats.lost_by_level[at];
    }
    CHECK_EQ(stats.delivered, model.delivered);
    CHECK_EQ(model.offered, model.delivered + lost_sum(&stats));
    CHECK_EQ(by_level, lost_sum(&stats));
  }
  /* Every reason came up that this configuration has. */
  {
    const logring_stats_t stats = stats_now();
    CHECK((stats.lost_full > 0) == (policy == LOGRING_DROP_NEWEST));
    CHECK((stats.lost_evicted > 0) == (policy == LOGRING_DROP_OLDEST));
    CHECK((stats.lost_toobig > 0) == !truncate);
    CHECK((stats.truncated > 0) == (truncate != 0));
    CHECK(stats.lost_level > 0 && stats.lost_discarded > 0);
    CHECK_EQ(stats.lost_contended, 0);
  }
}

/* A block that somebody wrote into may cost records; it never leads outside
 * the block, and never into a loop without end. */
static void damage_stays_inside(void)
{
  enum { BLOCK = LOGRING_MEM_SIZE(16 * LOGRING_CELL_SIZE), GUARD = LOGRING_MEM_ALIGN };
  unsigned char *const outer = memory;
  unsigned char *const block = outer + GUARD;
  logring_config_t cfg = defaults();
  unsigned round;
  for (round = 0; round < 20000; round++) {
    const size_t head = random_u32() % 2 ? BLOCK : 4 * LOGRING_MEM_ALIGN;
    const logring_iov_t iov[2] = {{"part", 4}, {payload, random_u32() % 600}};
    logring_record_t record;
    logring_grant_t open, grant;
    logring_stats_t stats;
    size_t len = 0, count = 0;
    unsigned at;
    logring_status_t has_open;
    check_paint(outer, GUARD);
    check_paint(block + BLOCK, GUARD);
    cfg.policy = 1 + random_u32() % 2;
    if (logring_init_in(block, BLOCK, &cfg, &ring) != LOGRING_OK) {
      FAIL("a ring");
      return;
    }
    for (at = random_u32() % 24; at > 0; at--) {
      logring_push(ring, LOGRING_INFO, payload, random_u32() % 400);
    }
    has_open = logring_reserve(ring, LOGRING_INFO, 1, 50, &open);
    for (at = random_u32() % 12; at > 0; at--) {
      const size_t word = random_u32() % head / sizeof(size_t) * sizeof(size_t);
      const size_t value = (size_t)random_u32() << 16 << 16 | random_u32();
      const size_t bits = random_u32() % (8 * sizeof value);
      size_t old;
      memcpy(&old, block + word, sizeof old);
      old = at % 2 ? value >> bits : old + (value >> bits) % 300;
      memcpy(block + word, &old, sizeof old);
    }
    for (at = 0; at < 4; at++) {
      logring_push(ring, LOGRING_INFO, payload, random_u32() % 600);
      logring_pushv(ring, LOGRING_DEBUG, 3, iov, 2);
      if (logring_reserve(ring, LOGRING_FATAL, 1, random_u32() % 600, &grant) == LOGRING_OK) {
        logring_grant_write(&grant, payload, random_u32() % 700);
        logring_commit(&grant);
      }
      if (at == 1 && has_open == LOGRING_OK) {
        logring_grant_write(&open, payload, 60);
        logring_commit(&open);
      }
      (void)logring_pop(ring, buffer, sizeof buffer, &record);
      stats.struct_size = sizeof stats;
      (void)logring_get_stats(ring, &stats);
      (void)logring_take_trailing_loss(ring);
      (void)logring_drain_into(ring, buffer, random_u32() % 900, &len, &count);
    }
    if (!check_is_painted(outer, GUARD) || !check_is_painted(block + BLOCK, GUARD)) {
      FAIL("what is around the block stays as it was");
    }
  }
}

int main(void)
{
  alarm(SECONDS_MAX);
  every_offer_is_accounted_for(LOGRING_DROP_NEWEST, 1, 0);
  every_offer_is_accounted_for(LOGRING_DROP_NEWEST, 0, 1);
  every_offer_is_accounted_for(LOGRING_DROP_OLDEST, 1, 1);
  every_offer_is_accounted_for(LOGRING_DROP_OLDEST, 0, 0);
  damage_stays_inside();
  return check_report("ledger");
}
