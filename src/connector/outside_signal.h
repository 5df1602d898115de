// SPDX-License-Identifier: Apache-2.0
// A signal on its way from a channel's thread to the source thread, which executes it between two events.
// Value type.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "change/offset.h"
#include "control/signal_message.h"

namespace tidemark {

// How far a channel is once something that it sent has been worked off; merged into SignalMarks.
struct KafkaMark {
  std::string topic;
  std::map<std::int32_t, std::int64_t> next;  // of the partitions that have moved
};
struct FileMark {
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;
};
using SignalMark = std::variant<KafkaMark, FileMark>;

void move_marks(SignalMarks& marks, const SignalMark& mark);

// Messages that are nobody's signal: told of, not answered.
struct PassedOver {
  std::string place;
  std::string reason;
  std::uint64_t count = 0;  // since the engine's start
};

struct OutsideSignal {
  SignalMark mark;  // holds once the rest is done
  std::string channel = {};  // "kafka", "file"
  std::optional<SignalMessage> message = {};
  std::optional<PassedOver> passed_over = {};
};

}  // namespace tidemark
