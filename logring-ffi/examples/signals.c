/* A storm of signals: the handler pushes into the ring whose push it
 * interrupted. A logger with a lock would hang here, sooner or later.
 *
 *     signals [interrupted pushes per policy]
 *
 * An interruption counts if it is of a push: the flag around the call is set,
 * and the interrupted instruction is outside the function that made the call,
 * so in the library. Where the instruction cannot be told, the flag decides.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "logring.h"

#define HITS_DEFAULT 10000u
/* Whoever has not finished by then hangs. */
#define SECONDS_MAX 100u
/* How long after one signal the next one comes, at most. */
#define DELAY_NS_MAX 16384u
/* A long record takes long to push, which gives the storm its chance. */
#define LONGEST 4000u

LOGRING_STATIC_DEFINE(memory, 65536);

#if defined(__linux__) && defined(__x86_64__)
#define INSTRUCTION(context) ((uintptr_t)(context)->uc_mcontext.gregs[REG_RIP])
#elif defined(__linux__) && defined(__aarch64__)
#define INSTRUCTION(context) ((uintptr_t)(context)->uc_mcontext.pc)
#endif

/* The function that pushes gets a section of its own, whose ends the linker
 * tells. */
#ifdef INSTRUCTION
extern const char __start_own_code[], __stop_own_code[];
#define OWN_CODE __attribute__((noinline, section("own_code")))
#else
#define OWN_CODE
#endif

enum { MAIN, HANDLER, SOURCES };

/* What a record says of itself. */
typedef struct message_t {
  uint32_t source;
  uint32_t number;
} message_t;

typedef struct source_t {
  uint32_t offered;
  uint32_t stored;
  uint32_t refused;
} source_t;

static logring_t *ring;
static source_t sources[SOURCES];
static volatile sig_atomic_t pushing;
static volatile uint32_t hits;
static volatile uint32_t signals;
static uint32_t hits_wanted = HITS_DEFAULT;
static timer_t timer;

/* Makes the next record of a source, and counts it as offered. */
static void compose(unsigned char *bytes, size_t len, uint32_t source)
{
  const message_t message = {source, sources[source].offered++};
  memset(bytes, (unsigned char)message.number, len);
  memcpy(bytes, &message, sizeof message);
}

static void count(uint32_t source, logring_status_t status)
{
  if (status == LOGRING_OK) {
    sources[source].stored++;
  } else {
    sources[source].refused++;
  }
}

/* Nothing but the push happens while the flag is up. */
OWN_CODE static logring_status_t push_flagged(const unsigned char *bytes, size_t len)
{
  logring_status_t status;
  pushing = 1;
  status = logring_push(ring, LOGRING_INFO, bytes, len);
  pushing = 0;
  return status;
}

static void offer_from_main(size_t len)
{
  unsigned char bytes[LONGEST];
  compose(bytes, len, MAIN);
  count(MAIN, push_flagged(bytes, len));
}

static void offer_from_handler(size_t len)
{
  unsigned char bytes[LONGEST];
  compose(bytes, len, HANDLER);
  count(HANDLER, logring_push(ring, LOGRING_INFO, bytes, len));
}

/* Sets off the next signal, after a time that differs each time, so that no
 * instruction is spared. The delay begins anew with each signal: whatever was
 * interrupted goes on in between, also on a slow machine. */
static void set_off(void)
{
  static uint32_t state = 2463534242u;
  struct itimerspec delay = {{0, 0}, {0, 0}};
  state = state * 1664525u + 1013904223u;
  delay.it_value.tv_nsec = 1 + (long)((state >> 16) % DELAY_NS_MAX);
  timer_settime(timer, 0, &delay, NULL);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
  int hit = pushing;
  (void)number;
  (void)info;
#ifdef INSTRUCTION
  {
    const uintptr_t at = INSTRUCTION((const ucontext_t *)context);
    hit = hit && (at < (uintptr_t)__start_own_code || at >= (uintptr_t)__stop_own_code);
  }
#else
  (void)context;
#endif
  hits += hit ? 1 : 0;
  signals++;
  offer_from_handler(sizeof(message_t) + signals % 150);
  if (hits < hits_wanted) {
    set_off();
  }
}

static void on_alarm(int number)
{
  static const char words[] = "WRONG: a push or pop does not return\n";
  (void)number;
  (void)!write(2, words, sizeof words - 1);
  _exit(2);
}

typedef struct consumer_t {
  uint32_t next[SOURCES];
  uint64_t delivered[SOURCES];
  uint64_t lost_before;
  uint64_t wrong;
} consumer_t;

static int32_t take(void *user, const logring_record_t *record)
{
  consumer_t *self = user;
  message_t message = {SOURCES, 0};
  self->lost_before += record->lost_before;
  if (record->len >= sizeof message) {
    memcpy(&message, record->data, sizeof message);
  }
  if (message.source >= SOURCES) {
    self->wrong++;
    return 0;
  }
  if (record->len > sizeof message) {
    /* All bytes are the first, and so each is its neighbour. */
    const uint8_t *const fill = record->data + sizeof message;
    const size_t len = record->len - sizeof message;
    self->wrong += fill[0] != (uint8_t)message.number;
    self->wrong += memcmp(fill, fill + 1, len - 1) != 0;
  }
  self->wrong += message.number < self->next[message.source];
  self->next[message.source] = message.number + 1;
  self->delivered[message.source]++;
  return 0;
}

/* Prints a claim that does not hold. */
static int wrong(int is_wrong, const char *claim)
{
  if (is_wrong) {
    fprintf(stderr, "WRONG: %s\n", claim);
  }
  return is_wrong;
}

static int run(logring_policy_t policy)
{
  static unsigned char scratch[LONGEST];
  consumer_t consumer;
  logring_config_t cfg;
  logring_stats_t stats;
  uint64_t offered, delivered, lost, by_level = 0, told;
  uint32_t turn;
  size_t taken = 0;
  unsigned at;
  int failed = 0;

  logring_config_default(&cfg, sizeof cfg);
  cfg.policy = policy;
  if (logring_init_in(&memory, sizeof memory, &cfg, &ring) < 0) {
    return 1;
  }
  memset(&consumer, 0, sizeof consumer);
  memset(sources, 0, sizeof sources);
  hits = 0;
  signals = 0;
  alarm(SECONDS_MAX);
  set_off();
  /* The consumer lags for a while and then catches up, so that the storm hits
   * pushes into an empty ring as well as into a full one. The handler
   * interrupts the consumer, too. */
  for (turn = 0; hits < hits_wanted; turn++) {
    offer_from_main(sizeof(message_t) + turn * 397 % (LONGEST - sizeof(message_t)));
    if (turn % 1024 >= 512 && turn % 8 == 0) {
      (void)logring_drain(ring, scratch, sizeof scratch, 64, take, &consumer, &taken);
    }
  }
  while (logring_drain(ring, scratch, sizeof scratch, 64, take, &consumer, &taken) == LOGRING_OK) {
  }
  alarm(0);

  stats.struct_size = sizeof stats;
  if (logring_get_stats(ring, &stats) < 0) {
    return 1;
  }
  for (at = 0; at < 6; at++) {
    by_level += stats.lost_by_level[at];
  }
  offered = (uint64_t)sources[MAIN].offered + sources[HANDLER].offered;
  delivered = consumer.delivered[MAIN] + consumer.delivered[HANDLER];
  lost = stats.lost_full + stats.lost_contended + stats.lost_evicted;
  told = consumer.lost_before + logring_take_trailing_loss(ring);
  printf("%-11s %" PRIu32 " signals, %" PRIu32 " inside a push; %" PRIu64 " offered, %" PRIu64
         " delivered, lost: %" PRIu64 " full, %" PRIu64 " contended, %" PRIu64 " evicted\n",
         logring_policy_name(policy), signals, hits, offered, delivered, stats.lost_full,
         stats.lost_contended, stats.lost_evicted);

  failed |= wrong(consumer.wrong != 0, "records arrive whole and in order");
  failed |= wrong(sources[HANDLER].offered != signals, "every handler ran to its end");
  failed |= wrong(delivered != stats.delivered, "what arrived is what was delivered");
  failed |= wrong(offered != delivered + lost, "offered = delivered + the sum of lost_*");
  failed |= wrong((uint64_t)sources[MAIN].stored + sources[HANDLER].stored !=
                      delivered + stats.lost_evicted,
                  "stored = delivered + evicted");
  failed |= wrong(stats.lost_level + stats.lost_toobig + stats.lost_discarded != 0,
                  "no other loss has a reason");
  failed |= wrong(by_level != lost, "the sum of lost_by_level is that of lost_*");
  failed |= wrong(told != lost, "every loss is told to the consumer");
  failed |= wrong(stats.used_bytes != 0, "a drained ring is empty");
  return failed;
}

int main(int argc, char **argv)
{
  const unsigned long asked = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  struct sigevent event;
  struct sigaction action;
  int failed;

  if (asked > 0 && asked < UINT32_MAX) {
    hits_wanted = (uint32_t)asked;
  }
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGUSR1;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
    perror("timer_create");
    return 1;
  }
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGUSR1, &action, NULL);
  signal(SIGALRM, on_alarm);
  failed = run(LOGRING_DROP_NEWEST);
  failed |= run(LOGRING_DROP_OLDEST);
  return failed;
}
