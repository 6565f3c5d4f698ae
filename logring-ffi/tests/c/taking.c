/* What a consumer gets: one record at a time, batches, cells that are free
 * again; and formatted text, as it arrives. */
#define _POSIX_C_SOURCE 200809L
#include <wchar.h>

#include <stdio.h>

/* Counts how often something is formatted. */
static unsigned formatted;
static int counted_vsnprintf(char *text, size_t len, const char *fmt, va_list args);
#define vsnprintf counted_vsnprintf
#include "logring_printf.h"
#undef vsnprintf

#include "../../examples/frames.h"
#include "ring.h"

typedef struct sink_t {
  unsigned calls;
  unsigned stop_at;
} sink_t;

static int32_t sink(void *user, const logring_record_t *record)
{
  sink_t *self = user;
  self->calls++;
  /* One is taken at a time: this one, and no later one. */
  CHECK_EQ(stats_now().delivered, self->calls);
  CHECK_EQ(record->data[0], 's');
  return self->calls == self->stop_at ? -1 : 0;
}

static void drain_gives_one_at_a_time(void)
{
  sink_t self = {0, 3};
  logring_grant_t grant;
  size_t count = 99;
  make_with(LOGRING_DROP_NEWEST);
  CHECK_EQ(logring_drain(ring, buffer, 99, 5, sink, &self, &count), LOGRING_EMPTY);
  CHECK_EQ(count, 0);
  CHECK_EQ(logring_drain(ring, buffer, 99, 0, sink, &self, &count), LOGRING_OK);
  fill(LOGRING_INFO, 6);
  CHECK_EQ(logring_drain(ring, buffer, 99, 0, sink, &self, &count), LOGRING_OK);
  CHECK_EQ(count, 0);
  CHECK_EQ(logring_drain(ring, buffer, 99, 5, sink, &self, &count), LOGRING_OK);
  CHECK_EQ(count, 3);
  CHECK_EQ(stats_now().delivered, 3);
  CHECK_EQ(logring_drain(ring, buffer, 99, 2, sink, &self, &count), LOGRING_OK);
  CHECK_EQ(count, 2);
  CHECK_EQ(logring_drain(ring, buffer, 99, 2, sink, &self, &count), LOGRING_OK);
  CHECK_EQ(count, 1);

  /* A record that is longer than the buffer is cut to it. What comes behind does
   * not undo what was delivered: a grant that is open. */
  fill(LOGRING_INFO, 2);
  CHECK_EQ(logring_push(ring, LOGRING_INFO, "ssssss", 6), LOGRING_OK);
  CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 5, &grant), LOGRING_OK);
  CHECK_EQ(logring_drain(ring, buffer, 5, 9, sink, &self, &count), LOGRING_OK);
  CHECK_EQ(count, 3);
  CHECK_EQ(stats_now().truncated, 1);
  CHECK_EQ(logring_drain(ring, buffer, 6, 9, sink, &self, &count), LOGRING_PENDING);
  CHECK_EQ(count, 0);
  logring_discard(&grant);
  CHECK_EQ(self.calls, 9);
}

static void batches_hold_what_fits(void)
{
  static const char *const texts[] = {"one", "", "three", "a fourth one"};
  const size_t frames_bytes = 4 * FRAME_HEADER_BYTES + 3 + 0 + 5 + 12;
  uint64_t now = 1u << 20;
  logring_config_t cfg = defaults();
  size_t len, count, at, room;
  cfg.clock = ticks;
  cfg.clock_ctx = &now;
  for (room = 0; room <= frames_bytes + 1; room++) {
    frames_t frames;
    logring_record_t record;
    size_t fits = 0;
    size_t bytes = 0;
    memset(&record, 0, sizeof record);
    make(&cfg);
    for (at = 0; at < 4; at++) {
      const logring_iov_t iov = {texts[at], strlen(texts[at])};
      CHECK_EQ(logring_pushv(ring, LOGRING_WARN, (uint32_t)at * 0x01020304u, &iov, 1), LOGRING_OK);
      if (bytes + FRAME_HEADER_BYTES + iov.len <= room && fits == at) {
        bytes += FRAME_HEADER_BYTES + iov.len;
        fits++;
      }
    }
    len = count = 99;
    check_paint(buffer, room + 8);
    CHECK_EQ(logring_drain_into(ring, buffer, room, &len, &count),
             fits > 0 ? LOGRING_OK : LOGRING_E_NOSPACE);
    CHECK(check_is_painted(buffer + room, 8));
    CHECK_EQ(count, fits > 0 ? fits : 99);
    CHECK_EQ(len, fits > 0 ? bytes : 99);
    frames.at = buffer;
    frames.left = fits > 0 ? len : 0;
    for (at = 0; at < fits; at++) {
      CHECK_EQ(frames_next(&frames, &record), 1);
      CHECK(record.len == strlen(texts[at]) && memcmp(record.data, texts[at], record.len) == 0);
      CHECK_EQ(record.tag, at * 0x01020304u);
      CHECK_EQ(record.level, LOGRING_WARN);
      CHECK_EQ(record.timestamp, now - 3 + at);
      CHECK_EQ(record.flags, 0);
      CHECK_EQ(record.lost_before, 0);
    }
    CHECK_EQ(frames_next(&frames, &record), 0);
    /* Nothing but what was given out is gone. */
    CHECK_EQ(stats_now().delivered, fits);
    for (; at < 4; at++) {
      CHECK_EQ(pop().tag, at * 0x01020304u);
    }
  }
  CHECK_EQ(logring_drain_into(ring, buffer, sizeof buffer, &len, &count), LOGRING_EMPTY);
  /* The frame, byte by byte. */
  {
    static const unsigned char expected[] = {2, 0, 0, 0, 1, 21, 1, 28, 0, 0, 0, 0, 0, 0, 0,
                                             0, 1, 0, 0, 0, 0,  0, 0,  0, 4, 3, 2, 1, 'h', 'i'};
    logring_grant_t grant;
    make_with(LOGRING_DROP_NEWEST);
    CHECK_EQ(logring_reserve(ring, LOGRING_INFO, 0, 1, &grant), LOGRING_OK);
    logring_discard(&grant);
    CHECK_EQ(logring_reserve(ring, LOGRING_FATAL, 0x01020304u, 2, &grant), LOGRING_OK);
    CHECK_EQ(logring_grant_write(&grant, "high", 4), LOGRING_TRUNCATED);
    CHECK_EQ(logring_commit(&grant), LOGRING_TRUNCATED);
    CHECK_EQ(logring_drain_into(ring, buffer, sizeof buffer, &len, &count), LOGRING_OK);
    CHECK(len == sizeof expected && memcmp(buffer, expected, sizeof expected) == 0);
  }
}

static void room_is_counted_in_cells(void)
{
  size_t len;
  logring_stats_t stats;
  make_with(LOGRING_DROP_NEWEST);
  CHECK_EQ(stats_now().used_bytes, 0);
  CHECK_EQ(stats_now().high_water_bytes, 0);
  CHECK_EQ(stats_now().capacity_bytes, CAPACITY);
  for (len = 0; len < CAPACITY / 8; len += 7) {
    const uint64_t before = stats_now().high_water_bytes;
    CHECK_EQ(logring_push(ring, LOGRING_INFO, payload, len), LOGRING_OK);
    stats = stats_now();
    CHECK(stats.used_bytes >= len && stats.used_bytes >= LOGRING_CELL_SIZE);
    CHECK_EQ(stats.used_bytes % LOGRING_CELL_SIZE, 0);
    CHECK(stats.high_water_bytes >= before && stats.high_water_bytes >= stats.used_bytes);
    (void)pop();
    CHECK_EQ(stats_now().used_bytes, 0);
  }
  fill(LOGRING_INFO, CELLS);
  CHECK_EQ(stats_now().used_bytes, CAPACITY);
  CHECK_EQ(stats_now().high_water_bytes, CAPACITY);
}

/* printf into a ring: short, exactly fitting, and one byte too many. */
static void formatted_text_is_whole_or_flagged(void)
{
  /* A euro sign: three bytes. */
  static const char sign[] = "\xE2\x82\xAC";
  const char *const no_format = NULL;
  logring_record_t record;
  int len;
  unsigned at;
  make_with(LOGRING_DROP_NEWEST);
  CHECK_EQ(LOGRING_WARNF(ring, "disk %d%% full", 91), LOGRING_OK);
  record = pop();
  CHECK(record.len == 13 && memcmp(record.data, "disk 91% full", 13) == 0);
  CHECK_EQ(record.level, LOGRING_WARN);
  CHECK_EQ(LOGRING_TRACEF(ring, "plain"), LOGRING_OK);
  CHECK_EQ(pop().level, LOGRING_TRACE);
  CHECK_EQ(LOGRING_DEBUGF(ring, "plain"), LOGRING_OK);
  CHECK_EQ(pop().level, LOGRING_DEBUG);
  CHECK_EQ(LOGRING_INFOF(ring, "plain"), LOGRING_OK);
  CHECK_EQ(pop().level, LOGRING_INFO);
  CHECK_EQ(LOGRING_ERRORF(ring, "plain"), LOGRING_OK);
  CHECK_EQ(pop().level, LOGRING_ERROR);
  CHECK_EQ(LOGRING_FATALF(ring, "plain"), LOGRING_OK);
  CHECK_EQ(pop().level, LOGRING_FATAL);

  for (len = LOGRING_PRINTF_BYTES - 3; len < LOGRING_PRINTF_BYTES + 3; len++) {
    const int fits = len < LOGRING_PRINTF_BYTES;
    CHECK_EQ(LOGRING_INFOF(ring, "%*d", len, 7), fits ? LOGRING_OK : LOGRING_TRUNCATED);
    record = pop();
    CHECK_EQ(record.len, fits ? len : LOGRING_PRINTF_BYTES - 1);
    CHECK_EQ(record.flags, fits ? 0 : LOGRING_FLAG_TRUNCATED);
  }
  CHECK_EQ(stats_now().truncated, 3);
  /* The character across the cut is left out as a whole. */
  for (at = 0; at < 5; at++) {
    const int before = LOGRING_PRINTF_BYTES - 1 - (int)at;
    const size_t kept = (size_t)before + (at >= 3 ? 3 : 0) + (at >= 4 ? 1 : 0);
    CHECK_EQ(LOGRING_INFOF(ring, "%*d%s%s", before, 7, sign, "abcdefgh"), LOGRING_TRUNCATED);
    CHECK_EQ(pop().len, kept);
  }
  /* What is no UTF-8 is cut where the room ends. */
  memset(buffer, 0x80, LOGRING_PRINTF_BYTES + 9);
  buffer[LOGRING_PRINTF_BYTES + 9] = 0;
  CHECK_EQ(LOGRING_INFOF(ring, "%s", (const char *)buffer), LOGRING_TRUNCATED);
  CHECK_EQ(pop().len, LOGRING_PRINTF_BYTES - 1);

  CHECK_EQ(logring_logf(NULL, LOGRING_INFO, "x"), LOGRING_E_NULL);
  CHECK_EQ(logring_logf(ring, LOGRING_INFO, no_format), LOGRING_E_NULL);
  CHECK_EQ(logring_logf(ring, 99, "x"), LOGRING_E_INVAL);
  CHECK_EQ(logring_logf(ring, 99, "%*d", LOGRING_PRINTF_BYTES, 7), LOGRING_E_INVAL);
  /* No locale was set, so there are no bytes for this character. */
  CHECK_EQ(logring_logf(ring, LOGRING_INFO, "%ls", L"\x20AC"), LOGRING_E_INVAL);
  CHECK_EQ(lost_now(), 0);
  CHECK(is_empty());

  /* A tag comes along. */
  CHECK_EQ(logring_logf_tagged(ring, LOGRING_WARN, 7, "disk %d", 91), LOGRING_OK);
  CHECK_EQ(pop().tag, 7);
  CHECK_EQ(logring_logf_tagged(ring, LOGRING_WARN, 8, "%*d", LOGRING_PRINTF_BYTES, 7),
           LOGRING_TRUNCATED);
  CHECK_EQ(pop().tag, 8);

  /* What would be refused is not formatted. */
  formatted = 0;
  logring_set_min_level(ring, LOGRING_WARN);
  CHECK_EQ(LOGRING_INFOF(ring, "%*d", LOGRING_PRINTF_BYTES, 7), LOGRING_FILTERED);
  CHECK_EQ(LOGRING_INFOF(ring, "mild"), LOGRING_FILTERED);
  fill(LOGRING_WARN, CELLS);
  CHECK_EQ(LOGRING_WARNF(ring, "%*d", LOGRING_PRINTF_BYTES, 7), LOGRING_DROPPED_FULL);
  CHECK_EQ(LOGRING_WARNF(ring, "severe"), LOGRING_DROPPED_FULL);
  CHECK_EQ(lost_now(), 2);
  CHECK_EQ(formatted, 0);
}

/* A ring that takes less than the text cuts it between characters, too. */
static void formatted_text_is_cut_to_the_ring_between_characters(void)
{
  logring_config_t cfg = defaults();
  unsigned at;
  for (at = 1; at < 9; at++) {
    cfg.max_record = at;
    make(&cfg);
    CHECK_EQ(LOGRING_INFOF(ring, "%s", "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"), LOGRING_TRUNCATED);
    CHECK_EQ(pop().len, at - at % 3);
    /* Also a text that is longer than the stack takes. */
    memset(buffer, 0, sizeof buffer);
    while (strlen((const char *)buffer) < LOGRING_PRINTF_BYTES) {
      strcat((char *)buffer, "\xE2\x82\xAC");
    }
    CHECK_EQ(LOGRING_INFOF(ring, "%s", (const char *)buffer), LOGRING_TRUNCATED);
    CHECK_EQ(pop().len, at - at % 3);
  }
}

static int counted_vsnprintf(char *text, size_t len, const char *fmt, va_list args)
{
  formatted++;
  return vsnprintf(text, len, fmt, args);
}

int main(void)
{
  alarm(SECONDS_MAX);
  drain_gives_one_at_a_time();
  batches_hold_what_fits();
  room_is_counted_in_cells();
  formatted_text_is_whole_or_flagged();
  formatted_text_is_cut_to_the_ring_between_characters();
  return check_report("taking");
}
