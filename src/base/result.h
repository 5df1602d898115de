// SPDX-License-Identifier: Apache-2.0
// How a failure travels: Result<T> holds a value or an Error; Status holds nothing or an Error.
// We throw no exceptions. An Error says what the receiver is to do (its kind), what happened, where
// (a trail added on the way up) and what the operator can do now (remedy). Neither secrets nor row
// contents may enter any of its texts.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark {

enum class ErrorKind : std::uint8_t {
  kRetryable,  // back off, reconnect, resume at the committed offset
  kPositionLost,  // stop: the log no longer holds what we need; only the operator may choose
  kCorrupt,  // stop with the exact position: bytes that cannot be what the server wrote
  kUnsupported,  // stop: named, but not handled yet
  kRejected,  // operator input: names it and what would be accepted
  kServer,  // the server refuses for good: credentials, grants, settings
  kStorage,  // our own disk: sink or offset cannot be written
  kConflict,  // another process holds what we need
  kCancelled,  // we were asked to stop
};

std::string_view to_string(ErrorKind kind);

class Error {
 public:
  Error(ErrorKind kind, std::string message, std::string remedy = {})
      : kind_(kind), message_(std::move(message)), remedy_(std::move(remedy)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& remedy() const { return remedy_; }
  // Innermost place first, for example "column 3", "shop.orders", "binlog.000042:1337".
  const std::vector<std::string>& trail() const { return trail_; }

  Error at(std::string place) && {
    trail_.push_back(std::move(place));
    return std::move(*this);
  }
  Error with_remedy(std::string remedy) && {
    remedy_ = std::move(remedy);
    return std::move(*this);
  }

  // "message (at: a, b); do: remedy", one line.
  std::string text() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string remedy_;
  std::vector<std::string> trail_;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message,
                                                 std::string remedy = {}) {
  return std::unexpected<Error>(std::in_place, kind, std::move(message), std::move(remedy));
}

}  // namespace tidemark

#define TIDEMARK_CONCAT_INNER(a, b) a##b
#define TIDEMARK_CONCAT(a, b) TIDEMARK_CONCAT_INNER(a, b)
#define TIDEMARK_TRY(tmp, expression)                                    \
  __extension__({                                                        \
    auto tmp = (expression);                                             \
    if (!tmp) [[unlikely]]                                               \
      return std::unexpected<::tidemark::Error>(std::move(tmp).error()); \
    *std::move(tmp);                                                     \
  })
// Yields the value of a Result, or returns its Error from the enclosing function:
//   auto header = TRY(parse_header(reader));
//   TRY(store.commit(offset));
#define TRY(expression) TIDEMARK_TRY(TIDEMARK_CONCAT(try_result_, __COUNTER__), expression)
// The same, adding a place to the error's trail.
#define TRY_AT(expression, place)                                                                 \
  __extension__({                                                                                 \
    auto TIDEMARK_AT_RESULT = (expression);                                                       \
    if (!TIDEMARK_AT_RESULT) [[unlikely]]                                                         \
      return std::unexpected<::tidemark::Error>(std::move(TIDEMARK_AT_RESULT).error().at(place)); \
    *std::move(TIDEMARK_AT_RESULT);                                                               \
  })
