// Every header, and every macro in use, for compilers of every dialect of C++.
#include "logring.h"
#include "logring.hpp"
#include "logring_printf.h"

#include "frames.h"

LOGRING_STATIC_DEFINE(memory, 4096);

int main() {
  static unsigned char buffer[LOGRING_MEM_SIZE(512)];
  logring::RingRef ring;
  if (!LOGRING_IS_CAPACITY(4096) ||
      logring::RingRef::init_in(&memory, sizeof memory, logring::Config(), ring) < 0) {
    return 1;
  }
  LOGRING_TRACEF(ring.get(), "nothing behind the format");
  LOGRING_FATALF(ring.get(), "%d", 1);
  ring.push(LOGRING_WARN, "a literal");
  ring.push(LOGRING_WARN, logring::Text("a part", 3));
#if __cplusplus < 201703L
  ring.push(LOGRING_WARN, std::string("a string"));
#endif
  logring::Grant grant;
  if (ring.reserve(LOGRING_INFO, 10, grant) != LOGRING_OK || grant.write("grant") != LOGRING_OK ||
      grant.commit() != LOGRING_OK) {
    return 2;
  }
  std::size_t len = 0;
  std::size_t count = 0;
  if (ring.drain_into(buffer, sizeof buffer, len, count) != LOGRING_OK || count < 5) {
    return 3;
  }
  frames_t frames = {buffer, len};
  logring::Record record;
  while (frames_next(&frames, &record) == 1) {
    count--;
  }
  return count == 0 && ring.stats().delivered >= 5 ? 0 : 4;
}
