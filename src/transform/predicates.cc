// SPDX-License-Identifier: Apache-2.0
// org.apache.kafka.connect.transforms.predicates.*
#include <algorithm>
#include <array>

#include "base/regex.h"
#include "encode/json_text.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

class TopicNameMatches final : public Predicate {
 public:
  explicit TopicNameMatches(Regex pattern) : pattern_(std::move(pattern)) {}
  Result<bool> test(Message& message) const override { return pattern_.full_match(message.topic); }

 private:
  Regex pattern_;
};

class HasHeaderKey final : public Predicate {
 public:
  explicit HasHeaderKey(std::string_view name) : label_(json_string(name) + ":") {}
  Result<bool> test(Message& message) const override {
    const std::vector<Header>* const headers = TRY(message.open_headers());
    return std::any_of(headers->begin(), headers->end(),
                       [&](const Header& header) { return header.label == label_; });
  }

 private:
  std::string label_;
};

// The value counts alone: the null that ExtractNewRecordState leaves with its schema is one, too.
class RecordIsTombstone final : public Predicate {
 public:
  Result<bool> test(Message& message) const override { return message.value.is_null(); }
};

}  // namespace

std::span<const OptionSpec> topic_name_matches_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"pattern", OptionKind::kText, "", "",
       "a Java expression that the whole topic has to match, case counts", true},
  });
  return kOptions;
}

std::span<const OptionSpec> has_header_key_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"name", OptionKind::kText, "", "", "of the header", true},
  });
  return kOptions;
}

MadePredicate make_topic_name_matches(const Options& options) {
  auto pattern = Regex::compile(options.text("pattern"), RegexCase::kSensitive);
  if (!pattern) {
    return std::unexpected(
        OptionProblem{"pattern", pattern.error().message(), pattern.error().remedy()});
  }
  return std::make_unique<TopicNameMatches>(*std::move(pattern));
}

MadePredicate make_has_header_key(const Options& options) {
  return std::make_unique<HasHeaderKey>(options.text("name"));
}

MadePredicate make_record_is_tombstone(const Options&) {
  return std::make_unique<RecordIsTombstone>();
}

}  // namespace tidemark::transform
