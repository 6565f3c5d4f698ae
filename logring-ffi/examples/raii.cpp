// The C++ header: what must be given back is given back by a destructor.
#include <cstdio>
#include <cstring>
#include <utility>

#include "logring.hpp"

LOGRING_STATIC_DEFINE(memory, 16384);

namespace {

int failures = 0;

void check(bool holds, const char *claim) {
  if (!holds) {
    std::fprintf(stderr, "WRONG: %s\n", claim);
    failures++;
  }
}

// A transaction that logs only if it went well: a grant that is not committed
// is discarded where it goes out of scope.
void transfer(const logring::Calls &ring, bool succeeds) {
  logring::Grant grant;
  if (ring.reserve(LOGRING_INFO, 64, grant, 7) != LOGRING_OK) {
    return;
  }
  grant.write("transfer");
  if (succeeds) {
    grant.write(" done");
    grant.commit();
  }
}

void owned() {
  logring::Config config;
  const char *why = nullptr;
  check(config.parse("policy=block", &why) == LOGRING_E_POLICY_BLOCKS && why != nullptr,
        "a policy that waits is refused");
  check(config.parse("policy=drop_oldest,capacity=16k") == LOGRING_OK &&
            config.capacity_bytes == 16384,
        "a configuration is read");

  logring::Ring first;
  check(!first, "no ring yet");
  check(logring::Ring::make(config, first) == LOGRING_OK, "a ring on the heap");
  logring::Ring ring(std::move(first));
  check(ring && !first, "a ring has one owner");

  ring.push(LOGRING_WARN, "disk 91% full");
  ring.push(LOGRING_INFO, "binary \0 data", 13);
  transfer(ring, false);
  transfer(ring, true);

  unsigned char scratch[256];
  std::size_t count = 0;
  std::size_t lost = 0;
  bool stopped_at_tag = false;
  const logring::Status status = ring.drain(
      scratch, sizeof scratch, 100,
      [&](const logring::Record &record) {
        lost += record.lost_before;
        stopped_at_tag = record.tag == 7 && record.len == 13 &&
                         std::memcmp(record.data, "transfer done", 13) == 0;
        return stopped_at_tag;
      },
      count);
  check(status == LOGRING_OK && count == 3 && stopped_at_tag, "records arrive in order");
  check(lost == 1, "the discarded one is told of");
  check(ring.stats().lost_discarded == 1, "and counted");
  std::printf("%zu records, %zu lost\n", count, lost);

  // A second one takes the place of the first, which is freed.
  check(logring::Ring::make(config, ring) == LOGRING_OK && ring.stats().delivered == 0,
        "a new ring");
  config.capacity_bytes = 1;
  check(logring::Ring::make(config, ring) == LOGRING_E_INVAL && ring, "a failure keeps the old");
}

void borrowed() {
  logring::RingRef ring;
  check(logring::RingRef::init_in(&memory, sizeof memory, logring::Config(), ring) == LOGRING_OK,
        "a ring in static memory");

  // Grants move, and end once.
  logring::Grant grant;
  check(ring.reserve(LOGRING_ERROR, 16, grant) == LOGRING_OK, "a grant");
  logring::Grant other(std::move(grant));
  check(grant.commit() == LOGRING_E_INVAL, "what was moved from is no grant");
  check(other.write("moved", 5) == LOGRING_OK, "a grant that was moved");
  grant = std::move(other);
  check(grant.commit() == LOGRING_OK && grant.commit() == LOGRING_E_INVAL, "committed once");

  unsigned char buffer[64];
  logring::Record record;
  check(ring.pop(buffer, sizeof buffer, record) == LOGRING_OK && record.len == 5 &&
            record.level == LOGRING_ERROR,
        "popped");

  // A grant of another ring, or none, is discarded by the next reservation.
  check(ring.reserve(LOGRING_INFO, 8, grant) == LOGRING_OK, "a grant");
  check(ring.reserve(LOGRING_INFO, 8, grant) == LOGRING_OK, "another in its place");
  grant.discard();
  check(ring.take_trailing_loss() == 2, "both are lost");

  ring.set_min_level(LOGRING_WARN);
  check(ring.push(LOGRING_INFO, "mild") == LOGRING_FILTERED, "filtered");
  logring::RingRef copy = ring;
  check(copy.push(LOGRING_FATAL, "severe") == LOGRING_OK, "a copy leads to the same ring");

  std::size_t seen = 0;
  std::size_t count = 0;
  const auto counts = [&seen](const logring::Record &) { seen++; };
  check(ring.drain(buffer, sizeof buffer, 9, counts, count) == LOGRING_OK && seen == 1,
        "a sink without an answer goes on");

  std::size_t len = 0;
  check(ring.drain_into(buffer, sizeof buffer, len, count) == LOGRING_EMPTY, "empty");
}

}  // namespace

int main() {
  owned();
  borrowed();
  return failures == 0 ? 0 : 1;
}
