// SPDX-License-Identifier: Apache-2.0
// A connection for questions beside the stream: table structures after DDL, the end of the log, sort
// weights of keys, whether a filter is valid SQL. Opened when first needed, again after it was lost.
// Thread: one owner at a time
// Errors: the question's own; kCancelled once a stop is requested and kRetryable once the desk is shut, in
// the middle of a question, too
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/server_settings.h"
#include "mysql/client/connection.h"

namespace tidemark {

class ServerDesk {
 public:
  explicit ServerDesk(ServerSettings settings, std::stop_token stop = {});

  // Runs `question(Connection&)`, which returns a Result. A connection that turns out to be lost is
  // opened anew and the question asked once more, so it must be safe to repeat.
  template <class Question>
  auto ask(Question&& question) -> decltype(question(std::declval<Connection&>())) {
    if (connection_) {
      auto answer = question(*connection_);
      if (answer || !lost(answer.error())) return answer;
      drop();
    }
    if (auto opened = open(); !opened) return std::unexpected(std::move(opened).error());
    auto answer = question(*connection_);
    if (answer || !lost(answer.error())) return answer;
    drop();
    if (shut()) return std::unexpected(shut_error());
    return answer;
  }

  // From any thread. The server is believed to be gone: whoever asks is not to wait for it, now or later,
  // until reopen(). A hung server would else be waited for as long as a statement may take.
  void shut_down();
  // By the owner.
  void reopen();

 private:
  bool shut() const { return shut_.load(std::memory_order_acquire) && !stop_.stop_requested(); }
  bool lost(const Error& error) const { return error.kind() == ErrorKind::kRetryable || shut(); }
  Error shut_error() const;
  // A connection that breaks while it is being made is tried again at once, a few times: one lost packet
  // should not end a start. A server that is not there is the caller's to wait for.
  Status open();
  void drop();
  void interrupt();

  const ServerSettings settings_;
  const std::stop_token stop_;
  std::atomic<bool> shut_ = false;
  std::mutex mutex_;  // for interrupt(): the pointer and the source change under it
  std::unique_ptr<Connection> connection_;
  std::stop_source opening_;  // stops a connection that is being made
  const std::stop_callback<std::function<void()>> on_stop_;  // last: it ends first
};

}  // namespace tidemark
