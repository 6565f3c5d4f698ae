/* logring in sections of the program's own, on a Cortex-M0: what was masked stays
 * masked, and what was not does not become so.
 *
 * `ci.sh bare` builds and runs it in QEMU, also with a critical section that unmasks
 * at its end, which it must find out. */
#include "../cortex-m4/board.h"
#include "logring.h"

LOGRING_STATIC_DEFINE(memory, 2048);

static logring_t *ring;
static volatile uint32_t fired;
static uint32_t offered; /* by main */

void timer_interrupt(void) {
  timer_stop();
  fired++;
  (void)logring_push(ring, LOGRING_WARN, "tick", 4);
}

static void log_line(const char *text, size_t len) {
  offered++;
  (void)logring_push(ring, LOGRING_INFO, text, len);
}

static uint32_t is_masked(void) {
  uint32_t masked;
  __asm__ volatile("mrs %0, primask" : "=r"(masked) : : "memory");
  return masked & 1;
}

static int check(int is_so, const char *otherwise) {
  if (!is_so) say(otherwise);
  return is_so;
}

/* Calls with a step of each kind: one that counts, one that reserves, one that takes. */
static void log_and_read(void) {
  static uint8_t buf[64];
  logring_record_t record;
  logring_grant_t grant;
  for (int push = 0; push < 70; push++) {
    log_line("in a section", 12);
  }
  while (logring_pop(ring, buf, sizeof buf, &record) == LOGRING_OK) {
  }
  offered++;
  if (logring_reserve(ring, LOGRING_INFO, 7, 20, &grant) == LOGRING_OK) {
    (void)logring_commit(&grant);
  }
}

int main(void) {
  logring_config_t cfg;
  logring_stats_t stats;
  uint32_t before;
  int ok = 1;
  logring_config_default(&cfg, sizeof cfg);
  if (logring_init_in(&memory, sizeof memory, &cfg, &ring) != LOGRING_OK) return 1;

  log_and_read();
  ok &= check(!is_masked(), "interrupts stay masked behind a call\n");

  __asm__ volatile("cpsid i" : : : "memory");
  timer_start(100);
  log_and_read();
  ok &= check(is_masked(), "interrupts are unmasked in a section of the program's own\n");
  ok &= check(fired == 0, "an interrupt comes in a section of the program's own\n");
  __asm__ volatile("cpsie i" : : : "memory");
  ok &= check(fired == 1, "the interrupt does not come behind the section\n");

  /* Without one, the interrupt comes at each moment of a push, and nothing is lost
   * that is not counted. */
  for (uint32_t ticks = 1; ticks <= 400; ticks++) {
    before = fired;
    timer_start(ticks);
    log_line("interrupted", 11);
    while (fired == before) {
    }
    log_and_read();
  }
  stats.struct_size = sizeof stats;
  (void)logring_get_stats(ring, &stats);
  ok &= check(offered + fired == stats.delivered + stats.resident + stats.lost_full +
                                     stats.lost_contended,
              "the books are wrong\n");
  say(ok ? "ok\n" : "FAILED\n");
  return !ok;
}
