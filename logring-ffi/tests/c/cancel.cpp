// A consumer's thread that is cancelled in its sink ends the process, as
// logring.hpp says, and one that has switched cancellation off drains to the end
// and is cancelled then. Needs exceptions: without them nothing is promised.
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logring.hpp"

LOGRING_STATIC_DEFINE(memory, 16384);

namespace {

logring::RingRef ring;
enum How { CANCELLED, EXITS, THROWS, CANCELLED_WHEN_OFF } how;
int in_sink[2];
int go_on[2];
std::size_t seen = 0;

void must(bool holds) {
  if (!holds) {
    std::perror("cancel");
    std::abort();
  }
}

void sink(const logring::Record &) {
  char byte = 0;
  seen++;
  if (how == EXITS) pthread_exit(nullptr);
  if (how == THROWS) throw 1;
  // Tells that it is here, and waits, where a thread can be cancelled.
  must(write(in_sink[1], &byte, 1) == 1);
  must(read(go_on[0], &byte, 1) == 1);
}

void *consume(void *) {
  unsigned char buffer[256];
  std::size_t count = 0;
  int state = PTHREAD_CANCEL_ENABLE;
  if (how == CANCELLED_WHEN_OFF) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  }
  const logring::Status status = ring.drain(buffer, sizeof buffer, 9, sink, count);
  pthread_setcancelstate(state, nullptr);
  pthread_testcancel();
  return status == LOGRING_OK ? &ring : nullptr;
}

// What becomes of a child with a consumer like that: its status.
int child(How kind) {
  const pid_t pid = fork();
  if (pid == 0) {
    pthread_t thread;
    void *answer = nullptr;
    char byte = 0;
    how = kind;
    must(pipe(in_sink) == 0 && pipe(go_on) == 0);
    must(ring.push(LOGRING_INFO, "a record") == LOGRING_OK);
    must(pthread_create(&thread, nullptr, consume, nullptr) == 0);
    if (kind == CANCELLED || kind == CANCELLED_WHEN_OFF) {
      must(read(in_sink[0], &byte, 1) == 1);
      must(pthread_cancel(thread) == 0);
      if (kind == CANCELLED_WHEN_OFF) must(write(go_on[1], &byte, 1) == 1);
    }
    pthread_join(thread, &answer);
    _exit(answer == PTHREAD_CANCELED && seen == 1 && ring.stats().delivered == 1 ? 42 : 1);
  }
  int status = 0;
  must(pid > 0 && waitpid(pid, &status, 0) == pid);
  return status;
}

bool aborts(How kind) {
  const int status = child(kind);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

int main() {
  must(logring::RingRef::init_in(&memory, sizeof memory, logring::Config(), ring) == LOGRING_OK);
  if (!aborts(CANCELLED)) return 1;
  if (!aborts(EXITS)) return 2;
  if (!aborts(THROWS)) return 3;
  const int status = child(CANCELLED_WHEN_OFF);
  return WIFEXITED(status) && WEXITSTATUS(status) == 42 ? 0 : 4;
}
