// SPDX-License-Identifier: Apache-2.0
// Signals as messages of a Kafka topic or lines of a file rather than rows of the signal table:
//   {"id": "..", "type": "..", "data": {..}}
// `data` is an object, needed even where it is empty; a message may go without `id`, a line may not, and
// may have `additionalData`. Other members are passed over, as in the original.
// Source: Debezium 3.6: KafkaSignalChannel, FileSignalChannel
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/signal.h"

namespace tidemark {

enum class SignalForm : std::uint8_t { kMessage, kLine };

struct SignalMessage {
  std::string id;  // as far as it could be read
  std::string type;  // likewise
  Result<Command> command;  // Errors: kRejected
};

// `place` is the id of a message that has none, or none that can be read: where it was found.
SignalMessage parse_signal_message(std::string_view text, SignalForm form, std::string_view place);

}  // namespace tidemark
