// SPDX-License-Identifier: Apache-2.0
// org.apache.kafka.connect.transforms.RegexRouter, io.debezium.transforms.ByLogicalTableRouter and its newer
// name ToLogicalTopicRouter.
#include <array>
#include <map>

#include "base/log.h"
#include "base/regex.h"
#include "encode/json_text.h"
#include "transform/rebuild.h"
#include "transform/schema_name.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

// What an expression makes of each topic, remembered.
class TopicMap {
 public:
  explicit TopicMap(RegexReplacement replacement) : replacement_(std::move(replacement)) {}

  // Valid until the next call; nothing where the topic does not match.
  Result<const std::optional<std::string>*> of(std::string_view topic) {
    const auto found = known_.find(topic);
    if (found != known_.end()) return &found->second;
    auto mapped = TRY(replacement_.apply(topic));
    if (known_.size() >= kTopicsMax) known_.clear();
    return &known_.emplace(topic, std::move(mapped)).first->second;
  }

 private:
  static constexpr std::size_t kTopicsMax = 4096;
  RegexReplacement replacement_;
  std::map<std::string, std::optional<std::string>, std::less<>> known_;
};

std::expected<TopicMap, OptionProblem> topic_map(const Options& options, std::string_view regex,
                                                 std::string_view replacement) {
  auto compiled = RegexReplacement::compile(options.text(regex), options.text(replacement));
  if (compiled) return TopicMap(*std::move(compiled));
  const Error& error = compiled.error();
  const bool of_replacement = error.message().starts_with("the replacement");
  return std::unexpected(OptionProblem{std::string(of_replacement ? replacement : regex),
                                       error.message(), error.remedy()});
}

class RegexRouter final : public Transform {
 public:
  explicit RegexRouter(TopicMap topics) : topics_(std::move(topics)) {}
  Result<Verdict> apply(Message& message) override {
    const std::optional<std::string>* const topic = TRY(topics_.of(message.topic));
    if (*topic) message.topic = message.arena->keep(**topic);
    return kKeep;
  }

 private:
  TopicMap topics_;
};

class LogicalRouter final : public Transform {
 public:
  LogicalRouter(TopicMap topics, std::optional<TopicMap> identifiers, std::string key_field,
                SchemaNameMode mode)
      : topics_(std::move(topics)),
        identifiers_(std::move(identifiers)),
        key_field_(std::move(key_field)),
        key_label_(json_string(key_field_) + ":"),
        mode_(mode) {}

  Result<Verdict> apply(Message& message) override {
    const std::optional<std::string>* const found = TRY(topics_.of(message.topic));
    if (!*found) return kKeep;
    const std::string& topic = **found;
    if (topic.empty()) {
      if (!std::exchange(warned_, true)) {
        log::warn("transform.empty_topic",
                  {{"topic", message.topic},
                   {"do", "check topic.replacement: records keep their topic"}});
      }
      return kKeep;
    }
    if (!message.key.is_null()) TRY(route_key(message, topic));
    if (message.is_envelope()) TRY(route_value(message, topic));
    message.topic = message.arena->keep(topic);
    return kKeep;
  }

 private:
  struct Routed {
    std::string topic;
    SchemaPtr schema;
  };

  Status route_key(Message& message, const std::string& topic) {
    if (!message.key.is_struct()) {
      return fail(ErrorKind::kRejected, "the key is no struct, so that no field can be added to it",
                  "put this transform before the one that changes the key");
    }
    const Schema& old = *message.key.schema;
    Routed* routed = keys_.find(old);
    if (routed == nullptr || routed->topic != topic) {
      SchemaParts parts = old.parts();
      parts.default_json.clear();
      parts.name = adjusted_schema_name(topic + ".Key", mode_);
      if (!key_field_.empty()) parts.add(key_field_, Schema::simple(SchemaType::kString, false));
      TRY(check_names(parts));
      routed = &keys_.put(old, {topic, Schema::make(std::move(parts))});
    }
    message.key.schema = routed->schema.get();
    if (key_field_.empty()) return {};
    std::string_view identifier = message.topic;
    if (identifiers_) {
      const std::optional<std::string>* const mapped = TRY(identifiers_->of(message.topic));
      if (*mapped) identifier = **mapped;
    }
    const std::string json = json_string(identifier);
    const std::array<Part, 1> added{{{key_label_, json}}};
    message.key.json = with_added(*message.arena, message.key.json, added);
    return {};
  }

  Status route_value(Message& message, const std::string& topic) {
    const Schema& old = *message.value.schema;
    Routed* routed = values_.find(old);
    if (routed == nullptr || routed->topic != topic) {
      routed = &values_.put(old, {topic, TRY(envelope_of(old, topic))});
    }
    if (!message.nulls_replaced) TRY(fill_rows(message));
    message.value.schema = routed->schema.get();
    return {};
  }

  Result<SchemaPtr> envelope_of(const Schema& old, const std::string& topic) const {
    const SchemaField* const before = old.find("before");
    if (before == nullptr) {
      return fail(ErrorKind::kCorrupt, "the envelope " + old.name() + " has no before");
    }
    SchemaParts row = before->schema->parts();
    row.default_json.clear();
    row.name = adjusted_schema_name(topic + ".Value", mode_);
    const SchemaPtr new_row = Schema::make(std::move(row));
    SchemaParts parts = old.parts();
    parts.default_json.clear();
    parts.name = adjusted_schema_name(topic + ".Envelope", mode_);
    for (SchemaField& field : parts.fields) {
      if (field.name == "before" || field.name == "after") field.schema = new_row;
    }
    return Schema::make(std::move(parts));
  }

  // The rows are copied field by field, by Struct.get.
  static Status fill_rows(Message& message) {
    const auto& fields = message.value.schema->fields();
    std::vector<std::string_view> values(fields.size());
    TRY(cut(message.value, values));
    std::vector<Part> parts;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      std::string_view json = values[i];
      if (fields[i].name == "before" || fields[i].name == "after") {
        json = TRY(with_defaults(message, {fields[i].schema.get(), json}));
      }
      parts.push_back({fields[i].label, json});
    }
    message.value.json = write_struct(*message.arena, parts);
    return {};
  }

  TopicMap topics_;
  std::optional<TopicMap> identifiers_;
  const std::string key_field_;  // empty: keys get no field
  const std::string key_label_;
  const SchemaNameMode mode_;
  SchemaCache<Routed> keys_;
  SchemaCache<Routed> values_;
  bool warned_ = false;
};

MadeTransform make_logical_router(const Options& options) {
  auto topics = topic_map(options, "topic.regex", "topic.replacement");
  if (!topics) return std::unexpected(std::move(topics).error());
  std::optional<TopicMap> identifiers;
  if (options.given("key.field.regex")) {
    if (!options.given("key.field.replacement")) {
      return std::unexpected(OptionProblem{"key.field.replacement", "is required",
                                           "a text, because key.field.regex is set"});
    }
    auto mapped = topic_map(options, "key.field.regex", "key.field.replacement");
    if (!mapped) return std::unexpected(std::move(mapped).error());
    identifiers = *std::move(mapped);
  }
  return std::make_unique<LogicalRouter>(
      *std::move(topics), std::move(identifiers),
      options.boolean("key.enforce.uniqueness") ? options.text("key.field.name") : std::string(),
      schema_name_mode(options.text("schema.name.adjustment.mode")));
}

template <std::size_t N>
consteval std::array<OptionSpec, N> with_names(std::array<OptionSpec, N> specs,
                                               std::string_view key_field, std::string_view cache) {
  specs[3].fallback = key_field;
  specs[7].name = cache;
  return specs;
}

constexpr auto kLogical = std::to_array<OptionSpec>({
    {"topic.regex", OptionKind::kText, "", "",
     "a Java expression that the whole topic has to match", true},
    {"topic.replacement", OptionKind::kText, "", "", "the new topic, `$1` and `${name}` are groups",
     true},
    {"key.enforce.uniqueness", OptionKind::kBool, "true", "", "add a field to the key"},
    {"key.field.name", OptionKind::kText, "", "", "its name"},
    {"key.field.regex", OptionKind::kText, "", "", "makes its value of the old topic"},
    {"key.field.replacement", OptionKind::kText, "", "", "required with `key.field.regex`"},
    {"schema.name.adjustment.mode", OptionKind::kEnum, "none", "none avro avro_unicode",
     "for the names of the new schemas"},
    {"", OptionKind::kInt, "16", "", "accepted; nothing depends on it"},
});

}  // namespace

std::span<const OptionSpec> by_logical_table_router_options() {
  static constexpr auto kOptions =
      with_names(kLogical, "__dbz__physicalTableIdentifier", "logical.table.cache.size");
  return kOptions;
}
std::span<const OptionSpec> to_logical_topic_router_options() {
  static constexpr auto kOptions =
      with_names(kLogical, "__dbz__sourceIdentifier", "logical.destination.cache.size");
  return kOptions;
}
MadeTransform make_by_logical_table_router(const Options& options) {
  return make_logical_router(options);
}
MadeTransform make_to_logical_topic_router(const Options& options) {
  return make_logical_router(options);
}

std::span<const OptionSpec> regex_router_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"regex", OptionKind::kText, "", "", "a Java expression that the whole topic has to match",
       true},
      {"replacement", OptionKind::kText, "", "", "the new topic, `$1` and `${name}` are groups",
       true},
  });
  return kOptions;
}
MadeTransform make_regex_router(const Options& options) {
  auto topics = topic_map(options, "regex", "replacement");
  if (!topics) return std::unexpected(std::move(topics).error());
  return std::make_unique<RegexRouter>(*std::move(topics));
}

}  // namespace tidemark::transform
