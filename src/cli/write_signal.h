// SPDX-License-Identifier: Apache-2.0
// Writes a signal where the engine of a configuration reads signals.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace tidemark {

enum class WriteChannel : std::uint8_t { kSource, kKafka, kFile };

struct SignalToWrite {
  std::string id;
  std::string type;
  std::string data;  // JSON
};

// Errors: kRejected where the configuration does not have the channel; the server's, the broker's, kStorage
Status write_signal(const Settings& settings, WriteChannel channel, const SignalToWrite& signal);

}  // namespace tidemark
