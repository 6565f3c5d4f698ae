/* Batches: one call takes many records out as bytes that can be written to a
 * file or a socket as they are. Here they are read back at once, and then
 * damaged on purpose, which a reader must survive. */
#include <stdio.h>
#include <string.h>

#include "frames.h"
#include "logring.h"

LOGRING_STATIC_DEFINE(memory, 16384);

#define RECORDS 1000u

static uint64_t ticks(void *ctx)
{
  return ++*(uint64_t *)ctx;
}

/* The next number of a fixed sequence, so that every run is the same. */
static uint32_t random_u32(void)
{
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/* Where bytes go that only need to be read. */
static volatile uint8_t touched;

/* Reads a batch to its end or its first damage, and touches every byte that
 * the reader hands out. */
static size_t read_all(const uint8_t *bytes, size_t len, int *end)
{
  frames_t frames = {bytes, len};
  logring_record_t record;
  size_t count = 0;
  while ((*end = frames_next(&frames, &record)) == 1) {
    size_t at;
    for (at = 0; at < record.len; at++) {
      touched = record.data[at];
    }
    count++;
  }
  return count;
}

/* No damage may lead the reader outside, which a memory checker would see, or
 * make it answer more than there is. */
static int survives_damage(const uint8_t *batch, size_t len)
{
  static uint8_t damaged[4096];
  unsigned round;
  for (round = 0; round < 2000; round++) {
    size_t cut = random_u32() % (len + 1);
    size_t at;
    int end;
    memcpy(damaged, batch, cut);
    for (at = random_u32() % 4; at > 0 && cut > 0; at--) {
      damaged[random_u32() % cut] = (uint8_t)random_u32();
    }
    if (read_all(damaged, cut, &end) > cut / FRAME_HEADER_BYTES || end > 0) {
      return 0;
    }
  }
  return 1;
}

int main(void)
{
  static uint8_t batch[4096];
  uint64_t now = 0;
  uint64_t lost = 0;
  uint64_t last_time = 0;
  uint32_t pushed;
  uint32_t next = 0;
  size_t delivered = 0;
  size_t batches = 0;
  logring_config_t cfg;
  logring_t *ring;
  int failed = 0;

  logring_config_default(&cfg, sizeof cfg);
  cfg.policy = LOGRING_DROP_OLDEST;
  cfg.clock = ticks;
  cfg.clock_ctx = &now;
  if (logring_init_in(&memory, sizeof memory, &cfg, &ring) < 0) {
    return 1;
  }

  for (pushed = 0; pushed < RECORDS;) {
    uint32_t burst;
    /* More than fits, now and then: the oldest give way. */
    for (burst = random_u32() % 200; burst > 0 && pushed < RECORDS; burst--) {
      logring_iov_t parts[2] = {{"record ", 7}, {NULL, 0}};
      char number[16];
      parts[1].base = number;
      parts[1].len = (size_t)snprintf(number, sizeof number, "%u", (unsigned)pushed);
      logring_pushv(ring, LOGRING_INFO, pushed + 1, parts, 2);
      pushed++;
    }
    for (;;) {
      logring_record_t record;
      frames_t frames;
      size_t len = 0;
      size_t count = 0;
      int end;
      if (logring_drain_into(ring, batch, sizeof batch, &len, &count) != LOGRING_OK) {
        break;
      }
      batches++;
      frames.at = batch;
      frames.left = len;
      while ((end = frames_next(&frames, &record)) == 1) {
        const uint32_t number = record.tag - 1;
        failed |= record.lost_before != number - next || record.level != LOGRING_INFO;
        failed |= record.timestamp <= last_time;
        last_time = record.timestamp;
        lost += record.lost_before;
        next = number + 1;
        delivered++;
        count--;
      }
      failed |= end != 0 || count != 0 || !survives_damage(batch, len);
      if (failed) {
        break;
      }
    }
  }
  lost += logring_take_trailing_loss(ring);
  failed |= delivered + lost != RECORDS;

  printf("%u pushed, %zu delivered in %zu batches, %llu lost: %s\n", (unsigned)RECORDS, delivered,
         batches, (unsigned long long)lost, failed ? "WRONG" : "all accounted for");
  return failed;
}
