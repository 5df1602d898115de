// SPDX-License-Identifier: Apache-2.0
#include "connector/server_desk.h"

#include <fmt/format.h>

#include "mysql/client/errors.h"

namespace tidemark {
namespace {

constexpr int kAttempts = 3;

}  // namespace

ServerDesk::ServerDesk(ServerSettings settings, std::stop_token stop)
    : settings_(std::move(settings)),
      stop_(std::move(stop)),
      on_stop_(stop_, [this] { interrupt(); }) {}

void ServerDesk::interrupt() {
  const std::lock_guard lock(mutex_);
  opening_.request_stop();
  if (connection_) connection_->interrupt();
}

void ServerDesk::shut_down() {
  shut_.store(true, std::memory_order_release);
  interrupt();
}

void ServerDesk::reopen() {
  if (!shut_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(mutex_);
  if (stop_.stop_requested()) return;  // what it has stopped stays so
  connection_.reset();
  opening_ = std::stop_source();
  shut_.store(false, std::memory_order_release);
}

Error ServerDesk::shut_error() const {
  return {ErrorKind::kRetryable,
          fmt::format("{} was asked for something when the binlog stream ended",
                      endpoint_text(settings_)),
          "nothing, if it passes: it is asked again over the next stream"};
}

// Broken off rather than closed: a server that hangs would be waited for.
void ServerDesk::drop() {
  const std::lock_guard lock(mutex_);
  connection_->interrupt();
  connection_.reset();
}

Status ServerDesk::open() {
  for (int attempt = 1;; ++attempt) {
    auto opened = Connection::open(settings_, ConnectionUse::kSql, opening_.get_token());
    if (opened) {
      const std::lock_guard lock(mutex_);
      connection_ = std::move(*opened);
      // An interrupt() that came before this found no connection.
      if (opening_.stop_requested()) connection_->interrupt();
      return {};
    }
    if (shut()) return std::unexpected(shut_error());
    if (opened.error().kind() != ErrorKind::kRetryable || attempt == kAttempts) {
      return std::unexpected(std::move(opened).error());
    }
  }
}

}  // namespace tidemark
