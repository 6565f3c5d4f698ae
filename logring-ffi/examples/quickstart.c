/* The shortest whole program: a ring in static memory, one producer, one
 * consumer. No heap, no thread. */
#include <stdio.h>

#include "logring.h"
#include "logring_printf.h"

/* At file scope, so that the block is there from the first instruction on. */
LOGRING_STATIC_DEFINE(memory, 65536);

/* Bytes as one line: a newline in a message would forge a line, and an escape sequence
 * would command the terminal. UTF-8 stays as it is, except for U+0080 to U+009F. */
static void print_escaped(const unsigned char *bytes, size_t len)
{
  size_t at;
  for (at = 0; at < len; at++) {
    const unsigned char byte = bytes[at];
    if (byte < 0x20 || byte == 0x7f ||
        (byte >= 0x80 && byte < 0xa0 && at > 0 && bytes[at - 1] == 0xc2)) {
      printf("\\x%02x", byte);
    } else {
      putchar(byte);
    }
  }
}

static int32_t print(void *user, const logring_record_t *record)
{
  (void)user;
  if (record->lost_before != 0) {
    printf("  ... %llu records lost ...\n", (unsigned long long)record->lost_before);
  }
  printf("  %-5s ", logring_level_name(record->level));
  print_escaped(record->data, record->len);
  putchar('\n');
  return 0; /* go on */
}

int main(void)
{
  logring_config_t cfg;
  logring_t *ring;
  logring_status_t status;
  unsigned char scratch[1024];
  size_t count = 0;

  logring_config_default(&cfg, sizeof cfg);
  cfg.mark_pct[1] = 60; /* debug may fill 60 % of the ring, and no more */
  status = logring_init_in(&memory, sizeof memory, &cfg, &ring);
  if (status < 0) {
    fprintf(stderr, "no ring: %s\n", logring_status_str(status));
    return 1;
  }

  logring_push(ring, LOGRING_INFO, "listening", 9);
  LOGRING_WARNF(ring, "disk %d%% full", 91);
  LOGRING_INFOF(ring, "hello, %s", "user\n  FATAL forged\033[2J");

  status = logring_drain(ring, scratch, sizeof scratch, 100, print, NULL, &count);
  printf("%zu records: %s\n", count, logring_status_str(status));
  return count == 3 ? 0 : 1;
}
