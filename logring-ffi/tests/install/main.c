/* Uses logring as it was installed: one record goes in and comes out, and the
 * library is of the header's version. The exit code says what was wrong. */
#include <logring.h>
#include <string.h>

LOGRING_STATIC_DEFINE(memory, 4096);

#ifdef BESIDE_RUST
/* Of a library in Rust that has nothing to do with this one; see beside.rs. */
uint64_t beside_sum(uint32_t up_to);
#endif

int main(void) {
  static const char text[] = "disk 91% full";
  char buf[64];
  logring_config_t cfg;
  logring_record_t record;
  logring_t *ring;

  if (logring_version_number() != LOGRING_VERSION_NUMBER) return 2;
  if (strcmp(logring_version_string(), LOGRING_VERSION_STRING) != 0) return 3;
  if (logring_abi_version() != LOGRING_ABI_VERSION) return 4;

  logring_config_default(&cfg, sizeof cfg);
  if (logring_init_in(&memory, sizeof memory, &cfg, &ring) != LOGRING_OK) return 5;
  if (logring_push(ring, LOGRING_WARN, text, sizeof text) != LOGRING_OK) return 6;
  if (logring_pop(ring, buf, sizeof buf, &record) != LOGRING_OK) return 7;
  if (record.level != LOGRING_WARN || record.len != sizeof text) return 8;
  if (memcmp(record.data, text, sizeof text) != 0) return 9;
  if (logring_pop(ring, buf, sizeof buf, &record) != LOGRING_EMPTY) return 10;

#ifndef NO_HEAP
  /* This one pulls the allocator in, and with it most of what the archive
   * needs from the system. */
  if (logring_new(4096, &cfg, &ring) != LOGRING_OK) return 11;
  logring_free(ring);
#endif
#ifdef BESIDE_RUST
  if (beside_sum(4) != 10) return 12;
#endif
  return 0;
}
