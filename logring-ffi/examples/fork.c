/* A ring in memory that processes share, and children that are killed while
 * they push. What is configured lies in private memory, of which each child has
 * a copy: a child that is ill may spoil the ring, and nothing else. A child may die with a record half written; consumers cannot
 * pass that one. What must hold is that nobody else hangs: each push and each
 * pop of the parent returns, and says what it could not do.
 *
 *     fork [children per policy]
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "logring.h"

#define CHILDREN_DEFAULT 200u
#define LIFE_NS_MAX 1000000u
#define PUSHES_AFTER_DEATH 600u
/* Whoever has not finished by then hangs. */
#define SECONDS_MAX 100u
/* How often the parent asks before it takes a PENDING for final: no child is
 * alive then, so the first answer would do. */
#define ASKS_MAX 4u
#define CAPACITY 65536u
#define LONGEST 3000u

enum { PARENT = 0xFA, CHILD = 0xC1 };

/* What a record says of itself. */
typedef struct message_t {
  uint32_t source;
  uint32_t number;
} message_t;

/* One ring, from its making until a dead child's record is in the way. */
typedef struct life_t {
  logring_t *ring;
  uint32_t kills;
  uint32_t next;
  uint64_t stored;
  uint64_t delivered;
  uint64_t wrong;
} life_t;

typedef struct figures_t {
  uint64_t kills;
  uint64_t rings;
  uint64_t pushed;
  uint64_t stored;
  uint64_t contended;
  uint64_t full;
  uint64_t pending;
  uint64_t held_up;
  uint64_t untold;
} figures_t;

static uint32_t random_u32(void)
{
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void on_alarm(int number)
{
  static const char words[] = "WRONG: a push or pop does not return\n";
  (void)number;
  (void)!write(2, words, sizeof words - 1);
  _exit(2);
}

/* Pushes until a timer kills it: that is SIGKILL at any instruction, while the
 * parent is busy making room. Long records, so that death finds it in one. */
static void be_child(logring_t *ring, long life_ns)
{
  static unsigned char bytes[LONGEST];
  const struct itimerspec end = {{0, 0}, {0, life_ns}};
  struct sigevent event;
  timer_t timer;
  message_t message = {CHILD, 0};
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
      timer_settime(timer, 0, &end, NULL) != 0) {
    _exit(1);
  }
  memset(bytes, CHILD, sizeof bytes);
  for (;;) {
    message.number++;
    memcpy(bytes, &message, sizeof message);
    logring_push(ring, LOGRING_INFO, bytes,
                 sizeof message + message.number * 97 % (LONGEST - sizeof message));
  }
}

static int32_t take(void *user, const logring_record_t *record)
{
  life_t *self = user;
  message_t message = {0, 0};
  if (record->len >= sizeof message) {
    memcpy(&message, record->data, sizeof message);
  }
  self->wrong += message.source != PARENT && message.source != CHILD;
  if (record->len > sizeof message) {
    /* All bytes are the first, and so each is its neighbour. */
    const uint8_t *const fill = record->data + sizeof message;
    self->wrong += fill[0] != message.source;
    self->wrong += memcmp(fill, fill + 1, record->len - sizeof message - 1) != 0;
  }
  if (message.source == PARENT) {
    self->wrong += message.number < self->next;
    self->next = message.number + 1;
    self->delivered++;
  }
  return 0;
}

/* Takes a bounded number of records. Returns the last answer. */
static logring_status_t consume(life_t *self, size_t most)
{
  static unsigned char scratch[LONGEST];
  logring_status_t status = LOGRING_OK;
  size_t count = 0;
  while (most > 0 && status == LOGRING_OK) {
    status = logring_drain(self->ring, scratch, sizeof scratch, 1, take, self, &count);
    most--;
  }
  return status;
}

static void push_one(life_t *self, figures_t *figures)
{
  unsigned char bytes[sizeof(message_t) + 100];
  const message_t message = {PARENT, (uint32_t)figures->pushed++};
  logring_status_t status;
  memset(bytes, PARENT, sizeof bytes);
  memcpy(bytes, &message, sizeof message);
  status = logring_push(self->ring, LOGRING_ERROR, bytes, sizeof message + random_u32() % 100);
  self->stored += status == LOGRING_OK;
  figures->contended += status == LOGRING_DROPPED_CONTENDED;
  figures->full += status == LOGRING_DROPPED_FULL;
  self->wrong += status != LOGRING_OK && status != LOGRING_DROPPED_CONTENDED &&
                 status != LOGRING_DROPPED_FULL;
}

/* One child: it pushes, the parent pushes and pops, and the child dies. Then
 * the parent goes on alone, into a ring that may be held up. */
static int kill_one(life_t *self, figures_t *figures)
{
  const long life_ns = 1 + (long)(random_u32() % LIFE_NS_MAX);
  uint32_t left;
  int status = 0;
  const pid_t child = fork();
  if (child < 0) {
    return 0;
  }
  if (child == 0) {
    be_child(self->ring, life_ns);
  }
  while (waitpid(child, &status, WNOHANG) == 0) {
    logring_status_t answer;
    push_one(self, figures);
    /* Leaves room, so that the child's pushes do something. */
    answer = consume(self, 64);
    figures->pending += answer == LOGRING_PENDING;
    self->wrong += answer < 0;
  }
  self->kills++;
  figures->kills++;
  for (left = PUSHES_AFTER_DEATH; left > 0; left--) {
    push_one(self, figures);
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* The end of a ring: what the parent stored has arrived or was evicted, unless
 * something holds the consumer up. Evictions are counted after they are made;
 * whoever is killed in between has made one run of them that no counter tells,
 * a sixteenth of the ring and one record at most. */
static int account(const life_t *self, figures_t *figures, int is_held_up)
{
  const uint64_t run_max = CAPACITY / LOGRING_CELL_SIZE / 16 + CAPACITY / LOGRING_CELL_SIZE / 4;
  logring_stats_t stats;
  uint64_t missing;
  stats.struct_size = sizeof stats;
  if (logring_get_stats(self->ring, &stats) < 0 || self->wrong != 0) {
    return 0;
  }
  figures->stored += self->stored;
  missing = self->stored - self->delivered;
  if (is_held_up) {
    return 1;
  }
  if (missing > stats.lost_evicted) {
    figures->untold += missing - stats.lost_evicted;
  }
  return self->delivered <= self->stored && stats.used_bytes == 0 &&
         missing <= stats.lost_evicted + run_max * self->kills * (stats.lost_evicted > 0);
}

static int run(logring_policy_t policy, uint32_t children)
{
  figures_t figures;
  life_t life;
  logring_config_t cfg;
  static LOGRING_ALIGNED(LOGRING_MEM_ALIGN) unsigned char head[LOGRING_HEAD_SIZE];
  const size_t bytes = LOGRING_MEM_SIZE(CAPACITY);
  void *const memory =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int is_right = memory != MAP_FAILED;

  memset(&figures, 0, sizeof figures);
  memset(&life, 0, sizeof life);
  logring_config_default(&cfg, sizeof cfg);
  cfg.policy = policy;
  alarm(SECONDS_MAX);
  while (is_right && figures.kills < children) {
    logring_status_t answer = LOGRING_PENDING;
    unsigned asks;
    if (life.ring == NULL) {
      /* Nobody else is alive, so the same memory becomes a new ring. */
      is_right =
          logring_init_shared(head, sizeof head, memory, bytes, &cfg, &life.ring) >= 0;
      figures.rings++;
    }
    is_right = is_right && kill_one(&life, &figures);
    for (asks = 0; asks < ASKS_MAX && answer == LOGRING_PENDING; asks++) {
      /* The smallest record takes a cell, so this empties any ring. */
      answer = consume(&life, CAPACITY / LOGRING_CELL_SIZE + 1);
      figures.pending += answer == LOGRING_PENDING;
    }
    is_right = is_right && (answer == LOGRING_PENDING || answer == LOGRING_EMPTY);
    if (answer == LOGRING_PENDING || figures.kills >= children) {
      figures.held_up += answer == LOGRING_PENDING;
      is_right = account(&life, &figures, answer == LOGRING_PENDING) && is_right;
      memset(&life, 0, sizeof life);
    }
  }
  alarm(0);

  printf("%-11s %" PRIu64 " children killed, %" PRIu64 " rings held up by a dead one; parent: "
         "%" PRIu64 " pushed, %" PRIu64 " stored, %" PRIu64 " full, %" PRIu64 " contended, "
         "%" PRIu64 " times pending%s\n",
         logring_policy_name(policy), figures.kills, figures.held_up, figures.pushed,
         figures.stored, figures.full, figures.contended, figures.pending,
         is_right ? "" : ": WRONG");
  if (figures.untold > 0) {
    printf("%-11s %" PRIu64 " evicted by children that died before they counted it\n", "",
           figures.untold);
  }
  if (memory != MAP_FAILED) {
    munmap(memory, bytes);
  }
  return is_right ? 0 : 1;
}

int main(int argc, char **argv)
{
  const unsigned long asked = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  const uint32_t children = asked > 0 && asked < UINT32_MAX ? (uint32_t)asked : CHILDREN_DEFAULT;
  int failed;
  signal(SIGALRM, on_alarm);
  failed = run(LOGRING_DROP_NEWEST, children);
  failed |= run(LOGRING_DROP_OLDEST, children);
  return failed;
}
