// Objects with static storage that log while the program begins and ends: before
// the constructor of a global ring has run, and after its destructor has. The
// exit code is that of the last destructor, which says what was wrong.
#include <cstdio>
#include <type_traits>
#include <unistd.h>

#include "logring.hpp"

LOGRING_STATIC_DEFINE(memory, 16384);

namespace {

int failures = 0;
int steps = 0;

void check(bool holds, const char *claim) {
  if (!holds) {
    std::fprintf(stderr, "WRONG: %s\n", claim);
    failures++;
  }
}

void is_no_ring(const logring::Calls &ring) {
  unsigned char buffer[8];
  logring::Record record;
  logring::Grant grant;
  std::size_t len = 0;
  std::size_t count = 0;
  check(!ring, "it says that it is none");
  check(ring.push(LOGRING_INFO, "lost") == LOGRING_E_NULL, "a push is refused");
  check(ring.pushv(LOGRING_INFO, 0, nullptr, 0) == LOGRING_E_NULL, "a gathered push is refused");
  check(ring.reserve(LOGRING_INFO, 8, grant) == LOGRING_E_NULL, "no grant is given");
  check(ring.pop(buffer, sizeof buffer, record) == LOGRING_E_NULL, "a pop is refused");
  check(ring.drain_into(buffer, sizeof buffer, len, count) == LOGRING_E_NULL,
        "a drain into memory is refused");
  check(ring.drain(buffer, sizeof buffer, 9, [](const logring::Record &) {}, count) ==
            LOGRING_E_NULL,
        "a drain is refused");
  check(ring.stats().capacity_bytes == 0, "it has no figures");
  check(ring.take_trailing_loss() == 0, "it lost nothing");
  ring.set_min_level(LOGRING_WARN);
}

// The first to be constructed, and so the last to be destroyed.
struct First {
  First();
  ~First();
} first;

// Large enough that the heap gives its memory back to the system when it is
// freed: whoever touches it then is killed.
constexpr std::size_t CAPACITY = 4 << 20;
logring::Ring ring;

// Made before its own constructor would run, if that did anything at run time.
logring::Ring made_early;

// What a global should be: nothing of it ends.
logring::RingRef in_static;
static_assert(std::is_trivially_destructible<logring::RingRef>::value,
              "a RingRef has no end that a later destructor could see");

// Constructed after the rings, and so destroyed while they live.
struct Last {
  Last() {
    steps++;
    check(ring.push(LOGRING_INFO, "begins") == LOGRING_E_NULL, "no ring yet");
    check(made_early.push(LOGRING_INFO, "begins") == LOGRING_OK, "made before its constructor");
  }
  ~Last() {
    steps++;
    check(ring.push(LOGRING_INFO, "ends") == LOGRING_OK, "the ring is still there");
    check(in_static.push(LOGRING_INFO, "ends") == LOGRING_OK, "so is the static one");
  }
} last;

First::First() {
  steps++;
  is_no_ring(ring);
  is_no_ring(in_static);
  check(logring::Ring::make(logring::Config(CAPACITY), made_early) == LOGRING_OK, "made early");
  check(logring::RingRef::init_in(&memory, sizeof memory, logring::Config(), in_static) ==
            LOGRING_OK,
        "a ring in static memory");
}

First::~First() {
  steps++;
  is_no_ring(ring);
  is_no_ring(made_early);
  check(in_static.push(LOGRING_INFO, "the end") == LOGRING_OK, "a static ring has no end");
  check(in_static.stats().used_bytes > 0, "and still has what was pushed");
  check(steps == 5, "all constructors and destructors have run");
  _exit(failures == 0 ? 0 : 1);
}

}  // namespace

int main() {
  steps++;
  check(logring::Ring::make(logring::Config(CAPACITY), ring) == LOGRING_OK, "a ring");
  check(ring.push(LOGRING_INFO, "main") == LOGRING_OK, "it is one");
  // What was moved from is no ring, and what is moved to itself stays one.
  logring::Ring moved(std::move(ring));
  is_no_ring(ring);
  ring = std::move(moved);
  is_no_ring(moved);
  logring::Ring &itself = ring;
  ring = std::move(itself);
  check(ring.push(LOGRING_INFO, "main") == LOGRING_OK, "it is one again");
  // Only the last destructor ends the program with success.
  return 3;
}
