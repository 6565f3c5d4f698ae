/* Every header, and every macro in use, for compilers of every dialect. It
 * also runs: two headers in one program, and C beside C++. */
#include "logring.h"
#include "logring_printf.h"

#include "frames.h"

LOGRING_STATIC_DEFINE(memory, 4096);

int main(void)
{
  static unsigned char buffer[LOGRING_MEM_SIZE(512)];
  logring_config_t cfg;
  logring_t *ring;
  logring_record_t record;
  frames_t frames;
  size_t len = 0;
  size_t count = 0;
  unsigned levels = 0;
  logring_config_default(&cfg, sizeof cfg);
  if (!LOGRING_IS_CAPACITY(4096) || logring_init_in(&memory, sizeof memory, &cfg, &ring) < 0) {
    return 1;
  }
  LOGRING_TRACEF(ring, "nothing behind the format");
  LOGRING_DEBUGF(ring, "%d", 1);
  LOGRING_INFOF(ring, "%s %d", "two", 2);
  LOGRING_WARNF(ring, "%c%c%c", 'a', 'b', 'c');
  LOGRING_ERRORF(ring, "%u%%", 100u);
  if (LOGRING_FATALF(ring, "over") != LOGRING_OK ||
      logring_logf(ring, LOGRING_INFO, "%zu", sizeof memory) != LOGRING_OK) {
    return 2;
  }
  if (logring_drain_into(ring, buffer, sizeof buffer, &len, &count) != LOGRING_OK || count != 7) {
    return 3;
  }
  frames.at = buffer;
  frames.left = len;
  while (frames_next(&frames, &record) == 1) {
    levels = levels * 10 + record.level % 10u;
  }
  return levels == 1593719 ? 0 : 4;
}
