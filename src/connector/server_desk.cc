// SPDX-License-Identifier: Apache-2.0
#include "connector/server_desk.h"

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
  if (connection_) connection_->interrupt();
}

// Broken off rather than closed: a server that hangs would be waited for.
void ServerDesk::drop() {
  const std::lock_guard lock(mutex_);
  connection_->interrupt();
  connection_.reset();
}

Status ServerDesk::open() {
  for (int attempt = 1;; ++attempt) {
    auto opened = Connection::open(settings_, ConnectionUse::kSql, stop_);
    if (opened) {
      const std::lock_guard lock(mutex_);
      connection_ = std::move(*opened);
      // A stop that came before this found no connection to interrupt.
      if (stop_.stop_requested()) connection_->interrupt();
      return {};
    }
    if (opened.error().kind() != ErrorKind::kRetryable || attempt == kAttempts) {
      return std::unexpected(std::move(opened).error());
    }
  }
}

}  // namespace tidemark
