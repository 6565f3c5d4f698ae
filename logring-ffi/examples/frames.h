/* A reader for the batches that logring_drain_into fills: the reference for
 * whoever writes one in another language.
 *
 * The bytes may come from anywhere, also from a file that somebody damaged:
 * nothing outside them is read, and what is no frame is an answer.
 */
#ifndef LOGRING_EXAMPLE_FRAMES_H
#define LOGRING_EXAMPLE_FRAMES_H

#include "logring.h"

#define FRAME_VERSION 1
/* The header of this version. A later one may be longer, with more fields at
 * its end, and keeps the version's number. */
#define FRAME_HEADER_BYTES 28
#define FRAME_HAS_TIMESTAMP 2

/* What is left of a batch. */
typedef struct frames_t {
  const uint8_t *at;
  size_t left;
} frames_t;

static inline uint32_t frames_u32(const uint8_t *at)
{
  uint32_t value = at[3];
  value = value << 8 | at[2];
  value = value << 8 | at[1];
  return value << 8 | at[0];
}

static inline uint64_t frames_u64(const uint8_t *at)
{
  uint64_t value = frames_u32(at + 4);
  return value << 32 | frames_u32(at);
}

/* Takes the next record off a batch: 1 if there was one, 0 at the end, -1 if
 * what is left is no frame. The record's bytes lie in the batch. `out` and the
 * batch are as they were unless the answer is 1. */
static inline int frames_next(frames_t *frames, logring_record_t *out)
{
  const uint8_t *const at = frames->at;
  size_t header_bytes;
  size_t len;
  if (frames->left == 0) {
    return 0;
  }
  if (frames->left < FRAME_HEADER_BYTES || at[4] != FRAME_VERSION) {
    return -1;
  }
  if (at[5] < 1 || at[5] > 24) {
    return -1;
  }
  header_bytes = at[7];
  len = frames_u32(at);
  /* Compared with what is left rather than added up: a sum could wrap. */
  if (header_bytes < FRAME_HEADER_BYTES || header_bytes > frames->left ||
      len > frames->left - header_bytes) {
    return -1;
  }
  out->data = at + header_bytes;
  out->len = len;
  out->timestamp = (at[6] & FRAME_HAS_TIMESTAMP) != 0 ? frames_u64(at + 8) : 0;
  out->lost_before = frames_u64(at + 16);
  out->tag = frames_u32(at + 24);
  out->level = at[5];
  out->flags = at[6] & LOGRING_FLAG_TRUNCATED;
  frames->at += header_bytes + len;
  frames->left -= header_bytes + len;
  return 1;
}

#endif /* LOGRING_EXAMPLE_FRAMES_H */
