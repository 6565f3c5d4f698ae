/* Formatted records for logring: printf into a ring.
 *
 *     LOGRING_WARNF(ring, "disk %d%% full", 91);
 *
 * The text is formatted on the caller's stack by vsnprintf, before anything is
 * reserved, so that its arguments cannot hold up a consumer. The ring's own
 * calls may be made from any context, but vsnprintf may not: POSIX does not
 * count it among the functions that are safe in a signal handler. So the
 * contexts are those of your C library's vsnprintf; elsewhere, push bytes that
 * exist already. The bound is that of vsnprintf, then that of logring_push.
 *
 * Before anything is formatted, the ring is asked (logring_precheck): what its
 * minimum level filters out, and what a full ring or a mark refuses anyway, costs
 * no vsnprintf, and is counted as by logring_push.
 *
 * Works in C99 to C23 and C++11 to C++20, pedantically, too.
 */
#ifndef LOGRING_PRINTF_H
#define LOGRING_PRINTF_H

#include <stdarg.h>
#include <stdio.h>

#include "logring.h"

/* Bytes of stack that a text may take, its NUL included: a longer one is cut.
 * A program may define another number before it includes this header. */
#ifndef LOGRING_PRINTF_BYTES
#define LOGRING_PRINTF_BYTES 512
#endif
#if LOGRING_PRINTF_BYTES < 16
#error "LOGRING_PRINTF_BYTES is too small for any text"
#endif

#if defined(__GNUC__)
#define LOGRING_PRINTF_LIKE(format_at, args_at)                                 \
  __attribute__((format(printf, format_at, args_at)))
#else
#define LOGRING_PRINTF_LIKE(format_at, args_at)
#endif

/* For C++ programs that are compiled without C's casts. */
#ifdef __cplusplus
#define LOGRING_PRINTF_SIZE(len) static_cast<size_t>(len)
#else
#define LOGRING_PRINTF_SIZE(len) ((size_t)(len))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* How many of the first len bytes of a cut text to keep, so that no UTF-8
 * character is left in halves. What is no UTF-8 is kept as it is. */
static inline size_t logring_printf_whole(const char *text, size_t len)
{
  size_t back;
  for (back = 1; back <= 4 && back <= len; back++) {
    const int byte = text[len - back] & 0xFF;
    const size_t bytes = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if ((byte & 0xC0) != 0x80) {
      return bytes > back ? len - back : len;
    }
  }
  return len;
}

/* Offers one record of formatted text, as vprintf would print it, without a
 * NUL, and with a tag; 0 is none. The answers are those of logring_push;
 * LOGRING_E_NULL if fmt is NULL and LOGRING_E_INVAL if it cannot be formatted are
 * misuse, and no offer.
 *
 * A text of LOGRING_PRINTF_BYTES or more is cut between characters, also where
 * the configuration refuses records that are too large: what is kept is
 * offered. If it is stored, it is flagged and counted as truncated, and the
 * answer is LOGRING_TRUNCATED. */
LOGRING_PRINTF_LIKE(4, 0)
static inline logring_status_t logring_vlogf_tagged(logring_t *ring,
                                                    logring_level_t level,
                                                    uint32_t tag,
                                                    const char *fmt,
                                                    va_list args)
{
  char text[LOGRING_PRINTF_BYTES];
  logring_grant_t grant;
  logring_status_t status;
  size_t kept;
  int len;
  if (!fmt) {
    return LOGRING_E_NULL;
  }
  status = logring_precheck(ring, level);
  if (status != LOGRING_OK) {
    return status;
  }
  len = vsnprintf(text, sizeof text, fmt, args);
  if (len < 0) {
    return LOGRING_E_INVAL;
  }
  if (LOGRING_PRINTF_SIZE(len) < sizeof text) {
    kept = LOGRING_PRINTF_SIZE(len);
    return logring_push_text(ring, level, tag, text, kept);
  }
  kept = logring_printf_whole(text, sizeof text - 1);
  status = logring_reserve(ring, level, tag, kept, &grant);
  if (status != LOGRING_OK && status != LOGRING_TRUNCATED) {
    return status;
  }
  /* One byte more than there is room for: that is what flags the record. The
   * byte exists, since the text has its NUL behind it, and it is left out. */
  (void)logring_grant_write_text(&grant, text, kept + 1);
  return logring_commit(&grant);
}

/* The same without a tag. */
LOGRING_PRINTF_LIKE(3, 0)
static inline logring_status_t logring_vlogf(logring_t *ring,
                                             logring_level_t level,
                                             const char *fmt,
                                             va_list args)
{
  return logring_vlogf_tagged(ring, level, 0, fmt, args);
}

/* The same with the arguments behind the format, as printf has them. */
LOGRING_PRINTF_LIKE(3, 4)
static inline logring_status_t logring_logf(logring_t *ring,
                                            logring_level_t level,
                                            const char *fmt,
                                            ...)
{
  logring_status_t status;
  va_list args;
  va_start(args, fmt);
  status = logring_vlogf(ring, level, fmt, args);
  va_end(args);
  return status;
}

/* The same with a tag. */
LOGRING_PRINTF_LIKE(4, 5)
static inline logring_status_t logring_logf_tagged(logring_t *ring,
                                                   logring_level_t level,
                                                   uint32_t tag,
                                                   const char *fmt,
                                                   ...)
{
  logring_status_t status;
  va_list args;
  va_start(args, fmt);
  status = logring_vlogf_tagged(ring, level, tag, fmt, args);
  va_end(args);
  return status;
}

#ifdef __cplusplus
}
#endif

/* (ring, fmt, ...): the format is among the dots, because before C23 a macro
 * needs something for its dots to stand for. */
#define LOGRING_TRACEF(ring, ...) logring_logf((ring), LOGRING_TRACE, __VA_ARGS__)
#define LOGRING_DEBUGF(ring, ...) logring_logf((ring), LOGRING_DEBUG, __VA_ARGS__)
#define LOGRING_INFOF(ring, ...) logring_logf((ring), LOGRING_INFO, __VA_ARGS__)
#define LOGRING_WARNF(ring, ...) logring_logf((ring), LOGRING_WARN, __VA_ARGS__)
#define LOGRING_ERRORF(ring, ...) logring_logf((ring), LOGRING_ERROR, __VA_ARGS__)
#define LOGRING_FATALF(ring, ...) logring_logf((ring), LOGRING_FATAL, __VA_ARGS__)

#endif /* LOGRING_PRINTF_H */
