// SPDX-License-Identifier: Apache-2.0
// io.debezium.transforms.Filter and ContentBasedRouter, for scripts that Condition understands.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/regex.h"
#include "transform/condition.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

enum class NullMode : std::uint8_t { kKeep, kDrop, kEvaluate };

class Scripted : public Transform {
 public:
  struct Settings {
    Condition script;
    std::optional<Regex> topics;
    NullMode nulls;
  };
  explicit Scripted(Settings settings) : settings_(std::move(settings)) {}

  Result<Verdict> apply(Message& message) final {
    if (settings_.topics && !TRY(settings_.topics->full_match(message.topic))) return kKeep;
    if (message.value.is_null() && settings_.nulls != NullMode::kEvaluate) {
      return settings_.nulls == NullMode::kDrop ? drop("null value") : kKeep;
    }
    return evaluate(settings_.script, message);
  }

 private:
  virtual Result<Verdict> evaluate(const Condition& script, Message& message) = 0;
  Settings settings_;
};

class Filter final : public Scripted {
 public:
  using Scripted::Scripted;

 private:
  Result<Verdict> evaluate(const Condition& script, Message& message) override {
    return TRY(script.test(message)) ? kKeep : drop("condition is false");
  }
};

class ContentBasedRouter final : public Scripted {
 public:
  using Scripted::Scripted;

 private:
  Result<Verdict> evaluate(const Condition& script, Message& message) override {
    if (const auto topic = TRY(script.text(message))) message.topic = message.arena->keep(*topic);
    return kKeep;
  }
};

std::expected<Scripted::Settings, OptionProblem> settings_of(const Options& options,
                                                             std::string_view script,
                                                             Condition::Goal goal) {
  if (options.text("language") != "jsr223.groovy") {
    return std::unexpected(OptionProblem{
        "language", "is not there yet", "jsr223.groovy, of which conditions are understood", true});
  }
  auto compiled = Condition::compile(options.text(script), goal);
  if (!compiled) {
    return std::unexpected(
        OptionProblem{std::string(script), compiled.error().message(), compiled.error().remedy()});
  }
  std::optional<Regex> topics;
  if (options.given("topic.regex")) {
    auto regex = Regex::compile(options.text("topic.regex"), RegexCase::kSensitive);
    if (!regex) {
      return std::unexpected(
          OptionProblem{"topic.regex", regex.error().message(), regex.error().remedy()});
    }
    topics = *std::move(regex);
  }
  const std::string mode = options.text("null.handling.mode");
  return Scripted::Settings{.script = *std::move(compiled),
                            .topics = std::move(topics),
                            .nulls = mode == "drop"       ? NullMode::kDrop
                                     : mode == "evaluate" ? NullMode::kEvaluate
                                                          : NullMode::kKeep};
}

constexpr OptionSpec kLanguage{"language", OptionKind::kText, "", "", "`jsr223.groovy`", true};
constexpr OptionSpec kTopics{"topic.regex", OptionKind::kText, "", "",
                             "only topics that match as a whole are looked at"};
constexpr OptionSpec kNulls{"null.handling.mode", OptionKind::kEnum, "keep", "keep drop evaluate",
                            "what becomes of records without a value"};

}  // namespace

std::span<const OptionSpec> filter_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      kLanguage,
      {"condition", OptionKind::kText, "", "", "true keeps the record", true},
      kTopics,
      kNulls,
  });
  return kOptions;
}

std::span<const OptionSpec> content_based_router_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      kLanguage,
      {"topic.expression", OptionKind::kText, "", "", "yields the topic, or null: unchanged", true},
      kTopics,
      kNulls,
  });
  return kOptions;
}

MadeTransform make_filter(const Options& options) {
  auto settings = settings_of(options, "condition", Condition::Goal::kBoolean);
  if (!settings) return std::unexpected(std::move(settings).error());
  return std::make_unique<Filter>(*std::move(settings));
}

MadeTransform make_content_based_router(const Options& options) {
  auto settings = settings_of(options, "topic.expression", Condition::Goal::kText);
  if (!settings) return std::unexpected(std::move(settings).error());
  return std::make_unique<ContentBasedRouter>(*std::move(settings));
}

}  // namespace tidemark::transform
