// logring for C++11 to C++20: what must be given back is given back by a
// destructor. No exceptions and no RTTI are needed, and nothing here allocates
// but Ring::make.
//
//     logring::Config config;
//     logring::Ring ring;
//     if (logring::Ring::make(config, ring) < 0) ...
//     ring.push(LOGRING_WARN, "disk 91% full");
//
// Contexts, bounds and answers are those of the C functions in logring.h,
// which each of these calls names; it makes no other call. All of them may be
// called on a Ring, a RingRef or a Grant that is empty, was moved from, or was
// never set: they answer LOGRING_E_NULL or, for a grant, LOGRING_E_INVAL.
//
// A ring that is global should be a RingRef on a static block. Neither is ever
// destroyed, so a destructor that logs at exit still has its ring:
//
//     LOGRING_STATIC_DEFINE(memory, 65536);
//     logring::RingRef ring;   // set by RingRef::init_in, at the start of main
#ifndef LOGRING_HPP
#define LOGRING_HPP

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#if __cplusplus >= 201703L
#include <string_view>
#else
#include <cstring>
#include <string>
#endif

#include "logring.h"

namespace logring {

using Status = logring_status_t;
using Level = logring_level_t;
using Record = logring_record_t;
using Stats = logring_stats_t;

#if __cplusplus >= 201703L
using Text = std::string_view;
#else
/// Text that is somebody else's: what std::string_view is later.
class Text {
 public:
  Text(const char *text) noexcept : data_(text), size_(std::strlen(text)) {}
  Text(const char *data, std::size_t size) noexcept : data_(data), size_(size) {}
  Text(const std::string &text) noexcept : data_(text.data()), size_(text.size()) {}

  const char *data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const char *data_;
  std::size_t size_;
};
#endif

/// How one writes to a ring, and the capacity of a ring that is made from it.
struct Config {
  logring_config_t c;
  std::size_t capacity_bytes;

  explicit Config(std::size_t capacity = 65536) noexcept : c(), capacity_bytes(capacity) {
    logring_config_default(&c, sizeof c);
  }

  /// Changes what the text names; logring_config_parse.
  LOGRING_MUST_USE Status parse(Text text, const char **why = nullptr) noexcept {
    return logring_config_parse(text.data(), text.size(), &c, &capacity_bytes, why);
  }
};

/// Reserved room for one record; discarded unless it was committed.
///
/// A grant must end before its ring does: its destructor writes to the ring. A
/// Grant that is declared after its Ring ends first.
class Grant {
 public:
  constexpr Grant() noexcept : raw_() {}
  Grant(Grant &&other) noexcept : raw_(other.release()) {}
  Grant &operator=(Grant &&other) noexcept {
    // Taken out first, so that a grant that is moved to itself survives.
    const logring_grant_t raw = other.release();
    discard();
    raw_ = raw;
    return *this;
  }
  Grant(const Grant &) = delete;
  Grant &operator=(const Grant &) = delete;
  ~Grant() { discard(); }

  Status write(const void *data, std::size_t len) noexcept {
    return logring_grant_write(&raw_, data, len);
  }
  Status write(Text text) noexcept { return write(text.data(), text.size()); }
  Status commit() noexcept { return logring_commit(&raw_); }
  void discard() noexcept { logring_discard(&raw_); }

 private:
  friend class Calls;

  logring_grant_t release() noexcept {
    const logring_grant_t raw = raw_;
    raw_ = logring_grant_t();
    return raw;
  }

  logring_grant_t raw_;
};

/// What Ring and RingRef can do. It is no type to hold: neither copied nor
/// destroyed on its own, so that nothing can make an owner forget its ring.
class Calls {
 public:
  logring_t *get() const noexcept { return ring_; }
  explicit operator bool() const noexcept { return ring_ != nullptr; }

  Status push(Level level, const void *data, std::size_t len) const noexcept {
    return logring_push(ring_, level, data, len);
  }
  Status push(Level level, Text text) const noexcept {
    return push(level, text.data(), text.size());
  }
  Status pushv(Level level, std::uint32_t tag, const logring_iov_t *iov,
               std::size_t iovcnt) const noexcept {
    return logring_pushv(ring_, level, tag, iov, iovcnt);
  }

  /// Reserves room; `out` is open after LOGRING_OK and LOGRING_TRUNCATED only.
  /// What it held before is discarded.
  LOGRING_MUST_USE Status reserve(Level level, std::size_t max_len, Grant &out,
                                  std::uint32_t tag = 0) const noexcept {
    out.discard();
    return logring_reserve(ring_, level, tag, max_len, &out.raw_);
  }

  Status pop(void *buf, std::size_t buf_len, Record &out) const noexcept {
    return logring_pop(ring_, buf, buf_len, &out);
  }

  /// Calls `sink(const Record &)` for up to `max` records. If it answers
  /// something, what is true or nonzero stops the drain.
  ///
  /// Nothing can unwind through the library. An exception that leaves the sink
  /// ends the process (std::terminate). So does the sink's thread if it is
  /// cancelled in the sink, or exits there, as both unwind it. A thread that
  /// can be cancelled calls pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, ...)
  /// before it drains, and restores the state after. Code that is compiled with
  /// -fno-exceptions has no such stop; there it must not happen at all.
  template <class Sink>
  Status drain(void *scratch, std::size_t scratch_len, std::size_t max, Sink &&sink,
               std::size_t &count) const noexcept {
    using Callable = typename std::remove_reference<Sink>::type;
    // A sink may be a constant object or a function, and `void *` leads to
    // neither.
    Held<Callable> held = {sink};
    return logring_drain(ring_, scratch, scratch_len, max, &relay<Callable>, &held, &count);
  }

  Status drain_into(void *buf, std::size_t buf_len, std::size_t &len,
                    std::size_t &count) const noexcept {
    return logring_drain_into(ring_, buf, buf_len, &len, &count);
  }

  /// The figures; all counts are 0 if there is no ring.
  Stats stats() const noexcept {
    Stats stats = Stats();
    stats.struct_size = sizeof stats;
    (void)logring_get_stats(ring_, &stats);
    return stats;
  }
  std::uint64_t take_trailing_loss() const noexcept { return logring_take_trailing_loss(ring_); }
  Status prefault() const noexcept { return logring_prefault(ring_); }
  void set_min_level(Level level) const noexcept { logring_set_min_level(ring_, level); }

 protected:
  explicit constexpr Calls(logring_t *ring) noexcept : ring_(ring) {}
  Calls(const Calls &) = default;
  Calls &operator=(const Calls &) = default;
  ~Calls() = default;

  logring_t *ring_;

 private:
  template <class Callable>
  struct Held {
    Callable &sink;
  };
  template <class Callable>
  static std::int32_t relay(void *user, const Record *record) noexcept {
    using Answer = decltype(std::declval<Callable &>()(*record));
    return answer(static_cast<Held<Callable> *>(user)->sink, *record, std::is_void<Answer>());
  }
  template <class Callable>
  static std::int32_t answer(Callable &sink, const Record &record, std::true_type) {
    sink(record);
    return 0;
  }
  template <class Callable>
  static std::int32_t answer(Callable &sink, const Record &record, std::false_type) {
    return sink(record) ? 1 : 0;
  }
};

/// A ring that somebody else keeps: in a static block, or owned by a Ring, which
/// it must not outlive.
///
/// It is empty before any constructor runs, and it is never destroyed.
class RingRef final : public Calls {
 public:
  constexpr RingRef() noexcept : Calls(nullptr) {}
  explicit constexpr RingRef(logring_t *ring) noexcept : Calls(ring) {}
  constexpr RingRef(const Calls &ring) noexcept : Calls(ring) {}

  /// Makes a ring in the caller's memory; logring_init_in.
  LOGRING_MUST_USE static Status init_in(void *mem, std::size_t mem_len, const Config &config,
                                         RingRef &out) noexcept {
    return logring_init_in(mem, mem_len, &config.c, &out.ring_);
  }
};

/// A ring of its own on the heap; not with liblogring_core.a, which has none.
///
/// When it is destroyed nobody may use the ring any more: no other thread, no
/// RingRef, no open Grant. A global Ring cannot promise that for the threads
/// that still run at exit: let it be a RingRef on a static block, as at the
/// top. What a global Ring does promise, with GCC and clang: it is empty before
/// any constructor runs, and again once it is destroyed, so that constructors
/// and destructors of other objects get LOGRING_E_NULL for what they log then.
class Ring final : public Calls {
 public:
  constexpr Ring() noexcept : Calls(nullptr) {}
  Ring(Ring &&other) noexcept : Calls(other.release()) {}
  Ring &operator=(Ring &&other) noexcept {
    // Taken out first, so that a ring that is moved to itself survives.
    logring_t *const ring = other.release();
    logring_free(release());
    ring_ = ring;
    return *this;
  }
  Ring(const Ring &) = delete;
  Ring &operator=(const Ring &) = delete;
  ~Ring() { logring_free(release()); }

  /// Makes a ring; logring_new. What `out` held before is freed if that
  /// succeeds, and kept if it does not.
  LOGRING_MUST_USE static Status make(const Config &config, Ring &out) noexcept {
    logring_t *ring = nullptr;
    const Status status = logring_new(config.capacity_bytes, &config.c, &ring);
    if (status >= 0) {
      logring_free(out.release());
      out.ring_ = ring;
    }
    return status;
  }

 private:
  // The handle is gone before the ring is, also for a signal handler in between.
  // A compiler may leave out a plain store to an object that is being destroyed,
  // as nobody may look at it afterwards. It keeps one that is volatile.
  logring_t *release() noexcept {
    logring_t *const ring = ring_;
    *const_cast<logring_t *volatile *>(&ring_) = nullptr;
    return ring;
  }
};

}  // namespace logring

#endif  // LOGRING_HPP
