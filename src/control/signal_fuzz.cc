// SPDX-License-Identifier: Apache-2.0
// A signal row as anybody may insert it: the first line is its type, the rest its data. Each becomes a
// command or a refusal that says something.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "control/signal.h"
#include "control/signal_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  const std::string_view type = input.substr(0, line);
  const auto rest = line == std::string_view::npos ? std::string_view() : input.substr(line + 1);
  (void)tidemark::classify_signal(type);
  const auto command = tidemark::parse_signal(type, rest);
  ASSERT(command || !command.error().message().empty(), "a refusal says why");
  ASSERT(command || !command.error().remedy().empty(), "a refusal says what would be accepted");
  // The whole as a message of a channel.
  const auto message =
      tidemark::parse_signal_message(input, tidemark::SignalForm::kMessage, "signals[0]@1");
  ASSERT(!message.id.empty(), "an answer has a name");
  ASSERT(message.command || !message.command.error().remedy().empty());
  return 0;
}
