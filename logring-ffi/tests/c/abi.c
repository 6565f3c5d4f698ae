/* Every number and layout that programs are compiled against, spelled out.
 * Whatever fails here breaks programs that exist. */
#include "logring.h"

#include "check.h"

/* The values are part of the interface: they never change. */
_Static_assert(LOGRING_OK == 0, "value");
_Static_assert(LOGRING_TRUNCATED == 1, "value");
_Static_assert(LOGRING_EMPTY == 2, "value");
_Static_assert(LOGRING_DROPPED_FULL == 3, "value");
_Static_assert(LOGRING_DROPPED_LEVEL == 4, "value");
_Static_assert(LOGRING_DROPPED_CONTENDED == 5, "value");
_Static_assert(LOGRING_FILTERED == 6, "value");
_Static_assert(LOGRING_PENDING == 7, "value");
_Static_assert(LOGRING_E_NULL == -1, "value");
_Static_assert(LOGRING_E_INVAL == -2, "value");
_Static_assert(LOGRING_E_NOSPACE == -3, "value");
_Static_assert(LOGRING_E_ALIGN == -4, "value");
_Static_assert(LOGRING_E_TOOBIG == -5, "value");
_Static_assert(LOGRING_E_ABI == -7, "value");
_Static_assert(LOGRING_E_POLICY == -8, "value");
_Static_assert(LOGRING_E_POLICY_BLOCKS == -9, "value");
_Static_assert(LOGRING_E_NOMEM == -10, "value");
_Static_assert(LOGRING_TRACE == 1, "value");
_Static_assert(LOGRING_DEBUG == 5, "value");
_Static_assert(LOGRING_INFO == 9, "value");
_Static_assert(LOGRING_WARN == 13, "value");
_Static_assert(LOGRING_ERROR == 17, "value");
_Static_assert(LOGRING_FATAL == 21, "value");
_Static_assert(LOGRING_DROP_NEWEST == 1u, "value");
_Static_assert(LOGRING_DROP_OLDEST == 2u, "value");
_Static_assert(LOGRING_FLAG_TRUNCATED == 1, "value");

/* Types have a fixed width and sign; an enum would have neither. */
#define IS(type, value) _Generic((value), type: 1, default: 0)
_Static_assert(IS(int32_t, (logring_status_t)0), "type");
_Static_assert(IS(uint8_t, (logring_level_t)0), "type");
_Static_assert(IS(uint32_t, (logring_policy_t)0), "type");
_Static_assert(IS(logring_clock_fn, ((logring_config_t *)0)->clock), "type");
_Static_assert(IS(uint64_t (*)(void *), (logring_clock_fn)0), "type");
_Static_assert(IS(int32_t (*)(void *, const logring_record_t *), (logring_sink_fn)0), "type");

/* Each field follows the one before it, at the next multiple of its
 * alignment. */
#define ALIGNED_UP(at, to) (((at) + (to) - 1) / (to) * (to))
#define END(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))
#define FIRST(type, field) _Static_assert(offsetof(type, field) == 0, #field)
#define NEXT(type, before, field, field_type)                                   \
  _Static_assert(IS(field_type, ((type *)0)->field), #field);                    \
  NEXT_ARRAY(type, before, field, field_type)
#define NEXT_ARRAY(type, before, field, field_type)                             \
  _Static_assert(offsetof(type, field) ==                                       \
                     ALIGNED_UP(END(type, before), _Alignof(field_type)),       \
                 #field)
#define LAST(type, field)                                                       \
  _Static_assert(sizeof(type) == ALIGNED_UP(END(type, field), _Alignof(type)), #field)

FIRST(logring_config_t, struct_size);
NEXT(logring_config_t, struct_size, policy, uint32_t);
NEXT(logring_config_t, policy, max_record, uint32_t);
NEXT(logring_config_t, max_record, retry_limit, uint32_t);
NEXT_ARRAY(logring_config_t, retry_limit, mark_pct, uint8_t);
NEXT(logring_config_t, mark_pct, truncate, uint8_t);
NEXT(logring_config_t, truncate, min_level, uint8_t);
NEXT(logring_config_t, min_level, clock, logring_clock_fn);
NEXT(logring_config_t, clock, clock_ctx, void *);
LAST(logring_config_t, clock_ctx);
_Static_assert(sizeof(((logring_config_t *)0)->mark_pct) == 6, "one mark per severity");

FIRST(logring_iov_t, base);
NEXT(logring_iov_t, base, len, size_t);
LAST(logring_iov_t, len);
_Static_assert(IS(const void *, ((logring_iov_t *)0)->base), "type");

FIRST(logring_record_t, data);
NEXT(logring_record_t, data, len, size_t);
NEXT(logring_record_t, len, timestamp, uint64_t);
NEXT(logring_record_t, timestamp, lost_before, uint64_t);
NEXT(logring_record_t, lost_before, tag, uint32_t);
NEXT(logring_record_t, tag, level, uint8_t);
NEXT(logring_record_t, level, flags, uint8_t);
_Static_assert(offsetof(logring_record_t, full_len) ==
                   ALIGNED_UP(END(logring_record_t, flags), _Alignof(size_t)),
               "behind the padding");
_Static_assert(sizeof(((logring_record_t *)0)->reserved) == 2 * 8, "room to grow");

FIRST(logring_stats_t, struct_size);
NEXT(logring_stats_t, struct_size, counter_bits, uint32_t);
NEXT(logring_stats_t, counter_bits, delivered, uint64_t);
NEXT(logring_stats_t, delivered, lost_full, uint64_t);
NEXT(logring_stats_t, lost_full, lost_level, uint64_t);
NEXT(logring_stats_t, lost_level, lost_contended, uint64_t);
NEXT(logring_stats_t, lost_contended, lost_toobig, uint64_t);
NEXT(logring_stats_t, lost_toobig, lost_evicted, uint64_t);
NEXT(logring_stats_t, lost_evicted, lost_discarded, uint64_t);
NEXT_ARRAY(logring_stats_t, lost_discarded, lost_by_level, uint64_t);
NEXT(logring_stats_t, lost_by_level, truncated, uint64_t);
NEXT(logring_stats_t, truncated, capacity_bytes, uint64_t);
NEXT(logring_stats_t, capacity_bytes, used_bytes, uint64_t);
NEXT(logring_stats_t, used_bytes, high_water_bytes, uint64_t);
NEXT(logring_stats_t, high_water_bytes, resident, uint64_t);
NEXT(logring_stats_t, resident, oldest_unfinished, uint32_t);
NEXT(logring_stats_t, oldest_unfinished, reserved, uint32_t);
NEXT(logring_stats_t, reserved, oldest_position, uint64_t);
NEXT(logring_stats_t, oldest_position, resident_bytes, uint64_t);
LAST(logring_stats_t, resident_bytes);
_Static_assert(sizeof(((logring_stats_t *)0)->lost_by_level) == 6 * 8, "one count per severity");
_Static_assert(sizeof(logring_stats_t) == 176, "size");

FIRST(logring_losses_t, struct_size);
NEXT(logring_losses_t, struct_size, counter_bits, uint32_t);
NEXT(logring_losses_t, counter_bits, untold, uint64_t);
_Static_assert(offsetof(logring_losses_t, totals) == 16, "totals");
_Static_assert(sizeof(logring_losses_t) == 16 + 7 * 6 * 8, "size");
_Static_assert(LOGRING_CAUSE_EVICTED == 6, "the last of seven causes");

_Static_assert(sizeof(logring_grant_t) <= 64, "size");
#if UINTPTR_MAX > 0xFFFFFFFFu
_Static_assert(sizeof(logring_config_t) == 40, "size");
_Static_assert(sizeof(logring_record_t) == 64, "size");
_Static_assert(sizeof(logring_iov_t) == 16, "size");
_Static_assert(sizeof(logring_grant_t) == 64, "size");
#endif

/* The macros are constant expressions. */
LOGRING_STATIC_DEFINE(smallest, 4 * LOGRING_CELL_SIZE);
_Static_assert(sizeof smallest == LOGRING_MEM_SIZE(4 * LOGRING_CELL_SIZE), "size");
_Static_assert(_Alignof(max_align_t) <= LOGRING_MEM_ALIGN, "alignment");
_Static_assert((LOGRING_MEM_ALIGN & (LOGRING_MEM_ALIGN - 1)) == 0, "a power of two");
_Static_assert(LOGRING_VERSION_NUMBER >= 1000 && sizeof LOGRING_VERSION_STRING >= sizeof "0.0.0",
               "version");

static unsigned long rings;

/* The macros and the library agree about this capacity. */
static void same_capacity(size_t capacity)
{
  const size_t bytes = logring_required_size(capacity);
  const int is_capacity = LOGRING_IS_CAPACITY(capacity) ? 1 : 0;
  if (is_capacity != (bytes != 0) || (is_capacity && bytes != LOGRING_MEM_SIZE(capacity))) {
    fprintf(stderr, "capacity %zu: required %zu, is one: %d\n", capacity, bytes, is_capacity);
    FAIL("macro and function agree");
  }
  rings += bytes != 0;
}

static void macros_and_functions_agree_about_capacities(void)
{
  size_t random = 1;
  size_t bit, at;
  unsigned long capacities = 0;
  rings = 0;
  for (at = 0; at <= 1u << 20; at++) {
    same_capacity(at);
    same_capacity(SIZE_MAX - at);
  }
  CHECK(rings > 0);
  for (bit = 1; bit != 0; bit <<= 1) {
    size_t near;
    for (near = 0; near < 300; near++) {
      same_capacity(bit - near);
      same_capacity(bit + near);
    }
    for (near = bit; near != 0; near >>= 1) {
      same_capacity(bit | near);
      same_capacity(bit | near | 1);
    }
  }
  for (at = 0; at < 1000000; at++) {
    random = random * (size_t)2862933555777941757u + 3037000493u;
    same_capacity(random >> (at % (8 * sizeof random)));
  }
  /* Every power of two from four cells to a quarter of the address space. */
  for (bit = 1; bit != 0; bit <<= 1) {
    const int is_capacity = bit >= 4 * LOGRING_CELL_SIZE && bit <= SIZE_MAX / 4 + 1;
    CHECK_EQ(logring_required_size(bit) != 0, is_capacity);
    capacities += is_capacity ? 1u : 0u;
  }
  CHECK(capacities > 20);
  CHECK_EQ(logring_required_size(0), 0);
  CHECK_EQ(logring_required_size(SIZE_MAX), 0);
}

static void versions_agree(void)
{
  char text[40];
  CHECK_EQ(logring_version_number(), LOGRING_VERSION_NUMBER);
  CHECK(strcmp(logring_version_string(), LOGRING_VERSION_STRING) == 0);
  CHECK_EQ(logring_abi_version(), LOGRING_ABI_VERSION);
  snprintf(text, sizeof text, "%d.%d.%d", LOGRING_VERSION_NUMBER / 1000000,
           LOGRING_VERSION_NUMBER / 1000 % 1000, LOGRING_VERSION_NUMBER % 1000);
  CHECK(strcmp(text, LOGRING_VERSION_STRING) == 0);
}

/* Every status has words of its own, and what is no status has some, too. */
static void status_has_words(void)
{
  static const logring_status_t statuses[] = {
      LOGRING_OK,           LOGRING_TRUNCATED,     LOGRING_EMPTY,
      LOGRING_DROPPED_FULL, LOGRING_DROPPED_LEVEL, LOGRING_DROPPED_CONTENDED,
      LOGRING_FILTERED,     LOGRING_PENDING,       LOGRING_E_NULL,
      LOGRING_E_INVAL,      LOGRING_E_NOSPACE,     LOGRING_E_ALIGN,
      LOGRING_E_TOOBIG,     LOGRING_E_ABI,         LOGRING_E_POLICY,
      LOGRING_E_POLICY_BLOCKS, LOGRING_E_NOMEM};
  const size_t count = sizeof statuses / sizeof statuses[0];
  const char *const unknown = logring_status_str(12345);
  size_t left, right;
  logring_status_t status;
  CHECK_EQ(count, 17);
  for (left = 0; left < count; left++) {
    const char *const words = logring_status_str(statuses[left]);
    CHECK(words != NULL && words[0] != '\0' && strcmp(words, unknown) != 0);
    for (right = 0; right < left; right++) {
      CHECK(strcmp(words, logring_status_str(statuses[right])) != 0);
    }
  }
  for (status = -1000; status <= 1000; status++) {
    CHECK(logring_status_str(status) != NULL);
  }
  CHECK(logring_status_str(INT32_MIN) != NULL && logring_status_str(INT32_MAX) != NULL);
  /* The number that was never given out stays free. */
  CHECK(strcmp(logring_status_str(-6), unknown) == 0);
}

static void a_static_block_becomes_a_ring(void)
{
  logring_config_t cfg;
  logring_stats_t stats;
  logring_t *ring = NULL;
  CHECK_EQ((uintptr_t)&smallest % LOGRING_MEM_ALIGN, 0);
  logring_config_default(&cfg, sizeof cfg);
  CHECK_EQ(logring_init_in(&smallest, sizeof smallest, &cfg, &ring), LOGRING_OK);
  stats.struct_size = sizeof stats;
  CHECK_EQ(logring_get_stats(ring, &stats), LOGRING_OK);
  CHECK_EQ(stats.capacity_bytes, 4 * LOGRING_CELL_SIZE);
  CHECK_EQ(stats.counter_bits, 8 * sizeof(size_t));
  CHECK_EQ(stats.struct_size, sizeof stats);
}

int main(void)
{
  macros_and_functions_agree_about_capacities();
  versions_agree();
  status_has_words();
  a_static_block_becomes_a_ring();
  return check_report("abi");
}
