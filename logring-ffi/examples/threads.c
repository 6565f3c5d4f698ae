/* Four threads that log faster than one slow consumer reads, under both
 * policies. What is lost is lost; nothing is lost without being counted, and
 * what arrives of one thread arrives in the order in which it was pushed. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "logring.h"

#define PRODUCERS 4u
#define RECORDS_EACH 200000u

LOGRING_STATIC_DEFINE(memory, 65536);

static const logring_level_t levels[] = {LOGRING_DEBUG, LOGRING_INFO, LOGRING_WARN, LOGRING_ERROR};

/* What a record says of itself; the rest of it is filled with its number. */
typedef struct message_t {
  uint32_t producer;
  uint32_t number;
} message_t;

typedef struct producer_t {
  pthread_t thread;
  logring_t *ring;
  uint32_t id;
  uint64_t stored;
  uint64_t refused;
} producer_t;

typedef struct consumer_t {
  logring_t *ring;
  uint32_t next[PRODUCERS];
  uint64_t delivered;
  uint64_t lost_before;
  uint64_t out_of_order;
  uint64_t garbled;
} consumer_t;

static atomic_uint running;

static size_t message_bytes(uint32_t number)
{
  return sizeof(message_t) + number % 200;
}

static void *produce(void *arg)
{
  producer_t *self = arg;
  unsigned char bytes[sizeof(message_t) + 200];
  uint32_t number;
  for (number = 0; number < RECORDS_EACH; number++) {
    const message_t message = {self->id, number};
    memset(bytes, (unsigned char)number, sizeof bytes);
    memcpy(bytes, &message, sizeof message);
    switch (logring_push(self->ring, levels[number % 4], bytes, message_bytes(number))) {
      case LOGRING_OK:
        self->stored++;
        break;
      default:
        self->refused++;
    }
  }
  atomic_fetch_sub(&running, 1);
  return NULL;
}

static int32_t take(void *user, const logring_record_t *record)
{
  consumer_t *self = user;
  message_t message = {0, 0};
  size_t at;
  self->delivered++;
  self->lost_before += record->lost_before;
  if (record->len >= sizeof message) {
    memcpy(&message, record->data, sizeof message);
  }
  if (record->len != message_bytes(message.number) || message.producer >= PRODUCERS ||
      record->level != levels[message.number % 4]) {
    self->garbled++;
    return 0;
  }
  for (at = sizeof message; at < record->len; at++) {
    if (record->data[at] != (unsigned char)message.number) {
      self->garbled++;
      return 0;
    }
  }
  if (message.number < self->next[message.producer]) {
    self->out_of_order++;
  }
  self->next[message.producer] = message.number + 1;
  return 0;
}

/* Takes a few records, and rests: that is what makes it slow. */
static void consume(consumer_t *self)
{
  unsigned char scratch[512];
  size_t count = 0;
  while (atomic_load(&running) > 0) {
    volatile unsigned rest;
    (void)logring_drain(self->ring, scratch, sizeof scratch, 64, take, self, &count);
    for (rest = 0; rest < 3000; rest++) {
    }
  }
  while (logring_drain(self->ring, scratch, sizeof scratch, 64, take, self, &count) == LOGRING_OK) {
  }
}

static uint64_t lost_sum(const logring_stats_t *stats)
{
  return stats->lost_full + stats->lost_level + stats->lost_contended + stats->lost_toobig +
         stats->lost_evicted + stats->lost_discarded;
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
  producer_t producers[PRODUCERS];
  consumer_t consumer;
  logring_config_t cfg;
  logring_stats_t stats;
  uint64_t stored = 0, refused = 0, by_level = 0, told;
  unsigned at;
  int failed = 0;

  logring_config_default(&cfg, sizeof cfg);
  cfg.policy = policy;
  cfg.mark_pct[1] = 50;
  memset(&consumer, 0, sizeof consumer);
  if (logring_init_in(&memory, sizeof memory, &cfg, &consumer.ring) < 0) {
    return 1;
  }
  atomic_store(&running, PRODUCERS);
  memset(producers, 0, sizeof producers);
  for (at = 0; at < PRODUCERS; at++) {
    producers[at].ring = consumer.ring;
    producers[at].id = at;
    if (pthread_create(&producers[at].thread, NULL, produce, &producers[at]) != 0) {
      return 1;
    }
  }
  consume(&consumer);
  for (at = 0; at < PRODUCERS; at++) {
    pthread_join(producers[at].thread, NULL);
    stored += producers[at].stored;
    refused += producers[at].refused;
  }

  stats.struct_size = sizeof stats;
  if (logring_get_stats(consumer.ring, &stats) < 0) {
    return 1;
  }
  for (at = 0; at < 6; at++) {
    by_level += stats.lost_by_level[at];
  }
  told = consumer.lost_before + logring_take_trailing_loss(consumer.ring);
  printf("%-11s %u offered, %" PRIu64 " delivered, lost: %" PRIu64 " full, %" PRIu64
         " at a mark, %" PRIu64 " contended, %" PRIu64 " evicted\n",
         logring_policy_name(policy), PRODUCERS * RECORDS_EACH, stats.delivered, stats.lost_full,
         stats.lost_level, stats.lost_contended, stats.lost_evicted);

  failed |= wrong(consumer.garbled != 0, "every record arrives as it was pushed");
  failed |= wrong(consumer.out_of_order != 0, "the records of a thread arrive in order");
  failed |= wrong(stats.delivered != consumer.delivered, "what arrived is what was delivered");
  failed |= wrong(stored + refused != stats.delivered + lost_sum(&stats),
                  "offered = delivered + the sum of lost_*");
  failed |= wrong(stored != stats.delivered + stats.lost_evicted,
                  "stored = delivered + evicted");
  failed |= wrong(by_level != lost_sum(&stats), "the sum of lost_by_level is that of lost_*");
  failed |= wrong(told != lost_sum(&stats), "every loss is told to the consumer");
  failed |= wrong(stats.used_bytes != 0, "a drained ring is empty");
  return failed;
}

int main(void)
{
  int failed = run(LOGRING_DROP_NEWEST);
  failed |= run(LOGRING_DROP_OLDEST);
  return failed;
}
