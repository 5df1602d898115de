// SPDX-License-Identifier: Apache-2.0
// Scripts of any bytes: compiled or refused with a place inside the script, and evaluated without a fault.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "transform/condition.h"

namespace {

using tidemark::transform::Arena;
using tidemark::transform::Condition;
using tidemark::transform::Message;
using tidemark::transform::Schema;

constexpr std::string_view kSchema =
    R"({"type":"struct","fields":[{"type":"struct","fields":[)"
    R"({"type":"int32","optional":true,"default":7,"field":"n"},)"
    R"({"type":"string","optional":true,"field":"s"},)"
    R"({"type":"double","optional":true,"field":"d"},)"
    R"({"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,)"
    R"("parameters":{"scale":"2"},"field":"p"}],"optional":true,"field":"after"},)"
    R"({"type":"string","optional":false,"field":"op"}],"optional":false,"name":"x.Envelope"})";
constexpr std::string_view kValue =
    R"({"after":{"n":null,"s":"\"x","d":-0.0,"p":"BOI="},"op":"c"})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view script(reinterpret_cast<const char*>(data), size);
  static const auto schema = Schema::parse(kSchema).value();
  Arena arena;
  Message message;
  message.topic = "t";
  message.value = {schema.get(), kValue};
  message.arena = &arena;
  for (const auto goal : {Condition::Goal::kBoolean, Condition::Goal::kText}) {
    const auto compiled = Condition::compile(script, goal);
    if (!compiled) {
      ASSERT(compiled.error().message().starts_with("column "));
    } else if (goal == Condition::Goal::kBoolean) {
      const auto first = compiled->test(message);
      const auto again = compiled->test(message);
      ASSERT(first.has_value() == again.has_value() && (!first || *first == *again));
    } else {
      (void)compiled->text(message);
    }
  }
  return 0;
}
