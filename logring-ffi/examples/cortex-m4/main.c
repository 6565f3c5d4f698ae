/* A log on bare metal: the timer's interrupt logs into the ring that it
 * interrupted, at every point of a push, and nothing is lost that is not
 * counted.
 *
 * `ci.sh bare` builds and runs it in QEMU; README.md says how to link. */
#include "board.h"
#include "logring.h"

/* 2 KiB: 64 cells of 32 bytes. Tiny, so that it is full again and again. */
#define CAPACITY 2048
LOGRING_STATIC_DEFINE(memory, CAPACITY);

/* Longer than the longest push, in ticks of the timer. */
#define TICKS_MAX 700u

static logring_t *ring;
static volatile uint32_t pushing; /* nonzero while main is in logring_push */
static volatile uint32_t fired, hits;

struct line {
  uint32_t from, number;
};
enum { MAIN = 1, INTERRUPT = 2 };

static uint32_t next_number[3]; /* by producer, each its own: the number of its next record */

static void log_line(uint32_t from, logring_level_t level) {
  struct line line = {from, next_number[from]++};
  (void)logring_push(ring, level, &line, sizeof line);
}

void timer_interrupt(void) {
  timer_stop();
  fired++;
  hits += pushing;
  log_line(INTERRUPT, LOGRING_WARN);
}

/* What the consumer has seen. */
struct seen {
  uint32_t last[3];
  uint64_t lost;
  int in_order;
};

static int32_t check_line(void *user, const logring_record_t *record) {
  struct seen *seen = user;
  struct line line;
  const uint8_t *from = record->data;
  uint8_t *to = (uint8_t *)&line;
  for (size_t at = 0; at < sizeof line && at < record->len; at++) {
    to[at] = from[at];
  }
  if (record->len != sizeof line || (line.from != MAIN && line.from != INTERRUPT) ||
      line.number < seen->last[line.from]) {
    seen->in_order = 0;
  } else {
    seen->last[line.from] = line.number + 1;
  }
  seen->lost += record->lost_before;
  return 0;
}

static void say_number(const char *what, uint32_t number) {
  char text[12];
  char *at = text + sizeof text;
  *--at = 0;
  do {
    *--at = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  say(what);
  say(at);
}

/* Pushes with the interrupt one tick later each time, then drains some, so
 * that the ring is now empty, now full. */
static int storm(logring_policy_t policy, const char *name) {
  logring_config_t cfg;
  logring_stats_t stats;
  struct seen seen = {{0, 0, 0}, 0, 1};
  static uint8_t scratch[64];
  size_t count;

  fired = hits = 0;
  next_number[MAIN] = next_number[INTERRUPT] = 0;
  logring_config_default(&cfg, sizeof cfg);
  cfg.policy = policy;
  cfg.mark_pct[2] = 75; /* main's INFO leaves a quarter to the interrupt */
  if (logring_init_in(&memory, sizeof memory, &cfg, &ring) != LOGRING_OK) {
    return 0;
  }
  for (uint32_t round = 0; round < 4; round++) {
    for (uint32_t ticks = 1; ticks <= TICKS_MAX; ticks++) {
      timer_start(ticks);
      pushing = 1;
      log_line(MAIN, LOGRING_INFO);
      pushing = 0;
      timer_stop();
      if (ticks % 97 == 0) {
        (void)logring_drain(ring, scratch, sizeof scratch, 40, check_line, &seen, &count);
      }
    }
  }
  while (logring_drain(ring, scratch, sizeof scratch, 1000, check_line, &seen, &count) == 0) {
  }
  seen.lost += logring_take_trailing_loss(ring);
  stats.struct_size = sizeof stats;
  if (logring_get_stats(ring, &stats) != LOGRING_OK) {
    return 0;
  }
  uint32_t offered = next_number[MAIN] + next_number[INTERRUPT];
  uint64_t lost = stats.lost_full + stats.lost_level + stats.lost_contended + stats.lost_toobig +
                  stats.lost_evicted + stats.lost_discarded;
  say(name);
  say_number(": offered ", offered);
  say_number(", delivered ", (uint32_t)stats.delivered);
  say_number(", lost ", (uint32_t)lost);
  say_number(", of them evicted ", (uint32_t)stats.lost_evicted);
  say_number(", interrupts ", fired);
  say_number(", of them inside a push ", hits);
  say("\n");
  return seen.in_order && hits > 100 && seen.lost == lost && offered == stats.delivered + lost &&
         lost > 0 && stats.used_bytes == 0 &&
         (stats.lost_evicted > 0) == (policy == LOGRING_DROP_OLDEST);
}

/* The header's sizes are those of the library, on this target too. */
static int sizes(void) {
  int ok = sizeof memory == logring_required_size(CAPACITY) && sizeof(logring_grant_t) <= 64;
  for (size_t capacity = 1; capacity <= 65536; capacity++) {
    size_t required = logring_required_size(capacity);
    ok = ok && required == (LOGRING_IS_CAPACITY(capacity) ? LOGRING_MEM_SIZE(capacity) : 0);
  }
  return ok;
}

int main(void) {
  int ok = sizes();
  ok = storm(LOGRING_DROP_NEWEST, "drop_newest") && ok;
  ok = storm(LOGRING_DROP_OLDEST, "drop_oldest") && ok;
  say(ok ? "ok\n" : "FAILED\n");
  return !ok;
}
