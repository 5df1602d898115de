// SPDX-License-Identifier: Apache-2.0
#include "connector/server_desk.h"

namespace tidemark {
namespace {

constexpr int kAttempts = 3;

}  // namespace

Status ServerDesk::open() {
  for (int attempt = 1;; ++attempt) {
    auto opened = Connection::open(settings_, ConnectionUse::kSql);
    if (opened) {
      connection_ = std::move(*opened);
      return {};
    }
    if (opened.error().kind() != ErrorKind::kRetryable || attempt == kAttempts) {
      return std::unexpected(std::move(opened).error());
    }
  }
}

}  // namespace tidemark
