/* Every name that has a meaning, in several spellings, and what has none.
 * Somebody's configuration file has each of these words in it. */
#include <ctype.h>

#include "logring.h"

#include "check.h"

static const char *const newest[] = {
    "drop_newest",  "drop-newest",      "discard",      "discard_new",  "discardnew",
    "drop",         "drop_incoming",    "drop_on_overflow", "non-blocking", "non_blocking",
    "lossy",        "neverblock=true",  "boundeddropping"};

static const char *const oldest[] = {
    "drop_oldest",     "drop-oldest",       "overrun_oldest", "overwrite",  "overwrite_oldest",
    "flight_recorder", "drop_oldest_chunk", "discard_old",    "discardold", "memrb"};

static const char *const refused[] = {
    "block",         "blocking",         "block_retry",       "wait",
    "backpressure",  "sync",             "synchronous",       "lossless",
    "lossy=false",   "neverblock=false", "block_on_overflow", "blockwhenfull",
    "retryuntildelivered", "unbounded",  "unboundedblocking", "expand",
    "grow",          "throw_exception",  "raise"};

/* Ambiguous words, words nobody has, and known ones that are not quite right. */
static const char *const unknown[] = {
    "overflow",    "ring",         "default",     "",           " ",
    "newest",      "oldest",       "drop newest", "dropnewest", "drop_newest_",
    "_drop_newest", "drop__newest", "drop_newes", "blocks",     "drop_oldest,",
    "drop_oldest x", "1",          "2",           "policy",     "\xFF\xFE",
    "drop_oldes\xC3", "none",      "off",         "true",       "neverblock=maybe"};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SPELLINGS 6

/* One name in one of several spellings, with its length. */
static size_t spell(unsigned spelling, const char *name, char *out)
{
  size_t len = 0;
  if (spelling == 4) {
    len = (size_t)sprintf(out, " \t\r\n");
  }
  for (; *name != '\0'; name++) {
    const unsigned char c = (unsigned char)*name;
    switch (spelling) {
      case 1:
        out[len++] = (char)(c < 0x80 ? toupper(c) : c);
        break;
      case 2:
        out[len++] = (char)(c == '_' ? '-' : c);
        break;
      case 3:
        out[len] = (char)(c == '-' ? '_' : c < 0x80 && len % 2 ? toupper(c) : c);
        len++;
        break;
      default:
        out[len++] = (char)c;
    }
  }
  if (spelling == 4) {
    len += (size_t)sprintf(out + len, "\n  ");
  }
  /* What stands behind the name is not read: it needs no NUL. */
  memcpy(out + len, spelling == 5 ? "_x" : "\0", 2);
  return len;
}

static void policy_is(const char *name, logring_policy_t policy)
{
  char text[64];
  unsigned spelling;
  for (spelling = 0; spelling < SPELLINGS; spelling++) {
    const size_t len = spell(spelling, name, text);
    logring_policy_t out = 99;
    const char *why = name;
    if (!CHECK_EQ(logring_policy_parse(text, len, &out, &why), LOGRING_OK) ||
        !CHECK_EQ(out, policy)) {
      fprintf(stderr, "  that was \"%s\"\n", text);
    }
    CHECK(why == name);
    out = 99;
    CHECK_EQ(logring_policy_parse(text, len, &out, NULL), LOGRING_OK);
    CHECK_EQ(out, policy);
  }
}

static void policy_is_none(const char *name, logring_status_t status)
{
  char text[64];
  unsigned spelling;
  for (spelling = 0; spelling < SPELLINGS; spelling++) {
    const size_t len = spell(spelling, name, text);
    logring_policy_t out = 99;
    const char *why = NULL;
    if (!CHECK_EQ(logring_policy_parse(text, len, &out, &why), status)) {
      fprintf(stderr, "  that was \"%s\"\n", text);
    }
    /* It says what to use instead. */
    CHECK(why != NULL && strstr(why, "drop_newest") != NULL);
    CHECK_EQ(out, 99);
    CHECK_EQ(logring_policy_parse(text, len, &out, NULL), status);
    CHECK_EQ(out, 99);
  }
}

static void policies(void)
{
  size_t at;
  logring_policy_t number;
  for (at = 0; at < COUNT(newest); at++) {
    policy_is(newest[at], LOGRING_DROP_NEWEST);
  }
  for (at = 0; at < COUNT(oldest); at++) {
    policy_is(oldest[at], LOGRING_DROP_OLDEST);
  }
  for (at = 0; at < COUNT(refused); at++) {
    policy_is_none(refused[at], LOGRING_E_POLICY_BLOCKS);
  }
  for (at = 0; at < COUNT(unknown); at++) {
    policy_is_none(unknown[at], LOGRING_E_POLICY);
  }
  CHECK(strcmp(logring_policy_name(LOGRING_DROP_NEWEST), "drop_newest") == 0);
  CHECK(strcmp(logring_policy_name(LOGRING_DROP_OLDEST), "drop_oldest") == 0);
  for (number = 3; number != 0; number <<= 1) {
    CHECK(strcmp(logring_policy_name(number), "unknown") == 0);
  }
  CHECK(strcmp(logring_policy_name(0), "unknown") == 0);
}

static logring_config_t defaults(void)
{
  logring_config_t cfg;
  /* Padding, if there is any, compares equal. */
  memset(&cfg, 0, sizeof cfg);
  logring_config_default(&cfg, sizeof cfg);
  return cfg;
}

static logring_config_t parsed;
static size_t capacity;

/* Parses over the defaults and a capacity of 77; on success the result is in
 * `parsed` and `capacity`. */
static int good(const char *text)
{
  const char *why = text;
  parsed = defaults();
  capacity = 77;
  if (!CHECK_EQ(logring_config_parse(text, strlen(text), &parsed, &capacity, &why), LOGRING_OK)) {
    fprintf(stderr, "  that was \"%s\": %s\n", text, why);
    return 0;
  }
  return CHECK(why == text);
}

/* Two texts with the same meaning. */
static void same(const char *text, const char *other)
{
  if (good(other)) {
    const logring_config_t cfg = parsed;
    const size_t bytes = capacity;
    if (good(text) && (!CHECK(memcmp(&cfg, &parsed, sizeof cfg) == 0) ||
                       !CHECK_EQ(capacity, bytes))) {
      fprintf(stderr, "  that was \"%s\"\n", text);
    }
  }
}

static void bad(const char *text, logring_status_t status)
{
  logring_config_t cfg = defaults();
  logring_config_t before;
  const char *why = NULL;
  size_t bytes = 77;
  cfg.policy = LOGRING_DROP_OLDEST;
  cfg.mark_pct[3] = 33;
  before = cfg;
  if (!CHECK_EQ(logring_config_parse(text, strlen(text), &cfg, &bytes, &why), status)) {
    fprintf(stderr, "  that was \"%s\"\n", text);
  }
  CHECK(why != NULL && why[0] != '\0');
  CHECK(memcmp(&cfg, &before, sizeof cfg) == 0);
  CHECK_EQ(bytes, 77);
  CHECK_EQ(logring_config_parse(text, strlen(text), &cfg, &bytes, NULL), status);
  CHECK(memcmp(&cfg, &before, sizeof cfg) == 0);
}

static void good_configurations(void)
{
  const logring_config_t nothing = defaults();
  if (good("policy=drop_oldest,capacity=4m,marks=debug:60%+info:75%,max_record=8k")) {
    CHECK_EQ(parsed.policy, LOGRING_DROP_OLDEST);
    CHECK_EQ(capacity, 4u << 20);
    CHECK_EQ(parsed.mark_pct[1], 60);
    CHECK_EQ(parsed.mark_pct[2], 75);
    CHECK_EQ(parsed.max_record, 8192);
    /* And the rest as it was. */
    parsed.policy = nothing.policy;
    parsed.max_record = nothing.max_record;
    memset(parsed.mark_pct, 0, sizeof parsed.mark_pct);
    CHECK(memcmp(&parsed, &nothing, sizeof nothing) == 0);
  }
  if (good("mode=non-blocking,max-buffer-size=4m")) {
    CHECK_EQ(parsed.policy, LOGRING_DROP_NEWEST);
    CHECK_EQ(capacity, 4u << 20);
  }
  if (good("")) {
    CHECK(memcmp(&parsed, &nothing, sizeof nothing) == 0);
    CHECK_EQ(capacity, 77);
  }
  if (good("policy=flight-recorder")) {
    CHECK_EQ(parsed.policy, LOGRING_DROP_OLDEST);
    CHECK_EQ(capacity, 77);
  }
  if (good("truncate=false,retry_limit=9,min_level=warn")) {
    CHECK_EQ(parsed.truncate, 0);
    CHECK_EQ(parsed.retry_limit, 9);
    CHECK_EQ(parsed.min_level, LOGRING_WARN);
  }
  if (good("marks=trace:1+fatal:100")) {
    CHECK_EQ(parsed.mark_pct[0], 1);
    CHECK(parsed.mark_pct[5] == 0 || parsed.mark_pct[5] == 100);
  }
  /* What is no power of two is rounded up to the next. */
  if (good("capacity=12345")) {
    CHECK_EQ(capacity, 16384);
  }
  if (good("mode=non-blocking,max-buffer-size=25m")) {
    CHECK_EQ(capacity, 32u << 20);
  }
  if (good("capacity=0")) {
    CHECK_EQ(capacity, 0);
  }
  same("capacity=64k", "capacity=65536");
  same("capacity=64KB", "capacity=65536");
  same("capacity=64KiB", "max_buffer_size=65536b");
  same("CAPACITY=1M, Policy = Drop-Oldest ", "policy=drop_oldest,capacity=1048576");
  same("max-record=1k", "max_record=1024");
  same("marks=info:75", "marks=info:75%");
  same("min-level=INFO2", "min_level=10");
  same("min_level=0", "min_level=all");
  same("truncate=yes", "");
}

/* What the text does not name stays as it was, whatever it was. */
static void absent_keys_stay(void)
{
  logring_config_t cfg = defaults();
  logring_config_t before;
  size_t bytes = 4096;
  int anything = 0;
  cfg.policy = LOGRING_DROP_OLDEST;
  cfg.max_record = 500;
  cfg.retry_limit = 3;
  cfg.mark_pct[0] = 10;
  cfg.mark_pct[4] = 90;
  cfg.truncate = 0;
  cfg.min_level = LOGRING_DEBUG;
  cfg.clock_ctx = &anything;
  before = cfg;
  CHECK_EQ(logring_config_parse("", 0, &cfg, &bytes, NULL), LOGRING_OK);
  CHECK_EQ(logring_config_parse(NULL, 0, &cfg, &bytes, NULL), LOGRING_OK);
  CHECK(memcmp(&cfg, &before, sizeof cfg) == 0);
  CHECK_EQ(logring_config_parse("min_level=error", 15, &cfg, &bytes, NULL), LOGRING_OK);
  before.min_level = LOGRING_ERROR;
  CHECK(memcmp(&cfg, &before, sizeof cfg) == 0);
  CHECK_EQ(bytes, 4096);
  /* Only as much of the text as its length says. */
  CHECK_EQ(logring_config_parse("min_level=9,policy=block", 11, &cfg, &bytes, NULL), LOGRING_OK);
  before.min_level = LOGRING_INFO;
  CHECK(memcmp(&cfg, &before, sizeof cfg) == 0);
}

static void bad_configurations(void)
{
  static const char *const texts[] = {
      "nonsense", "nonsense=1", "policy", "policy=", "=drop_oldest", ",", "policy=drop_oldest,",
      "policy=drop_oldest,,capacity=4m", "capacity=4x", "capacity=-1", "capacity=", "capacity=1.5m",
      "capacity=99999999999999999999999", "capacity=99999999999g", "capacity=4m,capacity=4m",
      "capacity=4m,max-buffer-size=8m", "policy=drop_oldest,mode=non-blocking",
      "marks=debug:0", "marks=debug:0%", "marks=debug:101%", "marks=debug:1000", "marks=debug",
      "marks=debug:", "marks=:60", "marks=loud:60", "marks=debug:60+debug:70",
      "marks=debug:60%,info:75%",
      "marks=info2:60", "marks=debug:60+", "max_record=many", "max_record=-1", "retry_limit=x",
      "retry_limit=4294967296", "truncate=maybe", "truncate=2", "min_level=25", "min_level=loud",
      "min_level=-1", "capacity=4m policy=drop_oldest", "clock=now", "struct_size=4",
      "capacity=4m\xFF", "\xFF"};
  static const char *const prefixes[] = {"policy=", "mode=", "capacity=8m,marks=info:50,policy="};
  char text[128];
  size_t at, prefix;
  for (at = 0; at < COUNT(texts); at++) {
    bad(texts[at], LOGRING_E_INVAL);
    /* Nothing of what came before it has been kept, either. */
    snprintf(text, sizeof text, "retry_limit=7,%s", texts[at]);
    bad(text, LOGRING_E_INVAL);
  }
  for (prefix = 0; prefix < COUNT(prefixes); prefix++) {
    for (at = 0; at < COUNT(refused); at++) {
      snprintf(text, sizeof text, "%s%s", prefixes[prefix], refused[at]);
      bad(text, LOGRING_E_POLICY_BLOCKS);
    }
    for (at = 0; at < 3; at++) {
      snprintf(text, sizeof text, "%s%s", prefixes[prefix], unknown[at]);
      bad(text, LOGRING_E_POLICY);
    }
    snprintf(text, sizeof text, "%sno_such_policy", prefixes[prefix]);
    bad(text, LOGRING_E_POLICY);
  }
}

static void level_is(const char *name, logring_level_t level)
{
  char text[64];
  unsigned spelling;
  for (spelling = 0; spelling < SPELLINGS; spelling++) {
    const size_t len = spell(spelling, name, text);
    logring_level_t out = 99;
    if (!CHECK_EQ(logring_level_parse(text, len, &out), LOGRING_OK) || !CHECK_EQ(out, level)) {
      fprintf(stderr, "  that was \"%s\"\n", text);
    }
  }
}

static void levels(void)
{
  static const char *const severities[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  static const char *const none[] = {"",      " ",    "0",      "25",     "-1",  "+9",  "9.0",
                                     "info5", "INFO1", "info 2", "verbose", "256", "265", "all",
                                     "in\xFF", "999999999999999999999", "9x"};
  char name[16];
  unsigned level, at;
  for (level = 1; level <= 24; level++) {
    const unsigned step = (level - 1) % 4 + 1;
    snprintf(name, sizeof name, step == 1 ? "%s" : "%s%u", severities[(level - 1) / 4], step);
    CHECK(strcmp(logring_level_name((logring_level_t)level), name) == 0);
    level_is(name, (logring_level_t)level);
    snprintf(name, sizeof name, "%u", level);
    level_is(name, (logring_level_t)level);
  }
  level_is("warning", LOGRING_WARN);
  for (level = 25; level <= 256; level++) {
    CHECK(strcmp(logring_level_name((logring_level_t)level), "unknown") == 0);
  }
  for (at = 0; at < COUNT(none); at++) {
    logring_level_t out = 99;
    if (!CHECK_EQ(logring_level_parse(none[at], strlen(none[at]), &out), LOGRING_E_INVAL)) {
      fprintf(stderr, "  that was \"%s\"\n", none[at]);
    }
    CHECK_EQ(out, 99);
  }
  /* syslog's words are levels; which ones is told by their order. */
  {
    static const char *const syslog[] = {"debug", "info", "notice", "warning", "err", "crit",
                                         "alert", "emerg"};
    logring_level_t before = 0;
    for (at = 0; at < COUNT(syslog); at++) {
      logring_level_t out = 0;
      CHECK_EQ(logring_level_parse(syslog[at], strlen(syslog[at]), &out), LOGRING_OK);
      CHECK(out > before);
      before = out;
    }
  }
}

int main(void)
{
  policies();
  good_configurations();
  absent_keys_stay();
  bad_configurations();
  levels();
  return check_report("names");
}
