// SPDX-License-Identifier: Apache-2.0
// A connection for questions beside the stream: table structures after DDL, the end of the log, sort
// weights of keys, whether a filter is valid SQL. Opened when first needed, again after it was lost.
// Thread: one owner at a time
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/server_settings.h"
#include "mysql/client/connection.h"

namespace tidemark {

class ServerDesk {
 public:
  explicit ServerDesk(ServerSettings settings) : settings_(std::move(settings)) {}

  // Runs `question(Connection&)`, which returns a Result. A connection that turns out to be lost is
  // opened anew and the question asked once more, so it must be safe to repeat.
  template <class Question>
  auto ask(Question&& question) -> decltype(question(std::declval<Connection&>())) {
    if (connection_) {
      auto answer = question(*connection_);
      if (answer || answer.error().kind() != ErrorKind::kRetryable) return answer;
      connection_.reset();
    }
    if (auto opened = open(); !opened) return std::unexpected(std::move(opened).error());
    auto answer = question(*connection_);
    if (!answer && answer.error().kind() == ErrorKind::kRetryable) connection_.reset();
    return answer;
  }

 private:
  // A connection that breaks while it is being made is tried again at once, a few times: one lost packet
  // should not end a start. A server that is not there is the caller's to wait for.
  Status open();

  ServerSettings settings_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tidemark
