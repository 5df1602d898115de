// SPDX-License-Identifier: Apache-2.0
// Kafka's own transforms that are used beside Debezium's: ExtractField, ValueToKey, InsertField.
// Source: org.apache.kafka.connect.transforms (Kafka 4.0), their behaviour with schemas
#include <fmt/format.h>

#include <array>

#include "encode/json_text.h"
#include "transform/rebuild.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

enum class Side : std::uint8_t { kKey, kValue };

Datum& side_of(Message& message, Side side) {
  return side == Side::kKey ? message.key : message.value;
}

std::unexpected<Error> no_struct(std::string_view what) {
  return fail(ErrorKind::kRejected, fmt::format("the {} is no struct", what),
              "leave such records out by a predicate");
}

class ExtractField final : public Transform {
 public:
  ExtractField(Side side, std::string field, bool replace)
      : side_(side), field_(std::move(field)), replace_(replace) {}

  Result<Verdict> apply(Message& message) override {
    Datum& datum = side_of(message, side_);
    // What is not there, schema and all, stays so.
    if (datum.schema == nullptr && datum.is_null()) return kKeep;
    if (!datum.is_struct()) return no_struct(side_ == Side::kKey ? "key" : "value");
    const auto index = datum.schema->index_of(field_);
    if (!index) {
      return fail(ErrorKind::kRejected, fmt::format("field={}: there is no such field", field_),
                  "leave such records out by a predicate");
    }
    if (datum.is_null()) {
      datum.schema = datum.schema->fields()[*index].schema.get();
      return kKeep;
    }
    datum = TRY(field_of(datum, *index));
    if (replace_) datum.json = or_default(*datum.schema, datum.json);
    return kKeep;
  }

 private:
  const Side side_;
  const std::string field_;
  const bool replace_;
};

class ValueToKey final : public Transform {
 public:
  ValueToKey(std::vector<std::string> fields, bool replace)
      : fields_(std::move(fields)), replace_(replace) {}

  Result<Verdict> apply(Message& message) override {
    if (message.value.is_null() || !message.value.is_struct()) return no_struct("value");
    const Schema& value = *message.value.schema;
    const Plan* plan = plans_.find(value);
    if (plan == nullptr) plan = &plans_.put(value, TRY(plan_of(value)));
    slices_.resize(value.fields().size());
    TRY(cut(message.value, slices_));
    parts_.clear();
    for (const std::size_t index : plan->indexes) {
      const SchemaField& field = value.fields()[index];
      parts_.push_back(
          {field.label, replace_ ? or_default(*field.schema, slices_[index]) : slices_[index]});
    }
    message.key = {plan->key.get(), write_struct(*message.arena, parts_)};
    return kKeep;
  }

 private:
  struct Plan {
    std::vector<std::size_t> indexes;
    SchemaPtr key;
  };

  Result<Plan> plan_of(const Schema& value) const {
    Plan out;
    SchemaParts parts{.type = SchemaType::kStruct};
    for (const std::string& name : fields_) {
      const auto index = value.index_of(name);
      if (!index) {
        return fail(ErrorKind::kRejected, fmt::format("fields: the value has no field {}", name),
                    "put this transform behind ExtractNewRecordState, or leave records out by a "
                    "predicate");
      }
      out.indexes.push_back(*index);
      parts.fields.push_back(value.fields()[*index]);
    }
    TRY(check_names(parts));
    out.key = Schema::make(std::move(parts));
    return out;
  }

  const std::vector<std::string> fields_;
  const bool replace_;
  SchemaCache<Plan> plans_;
  std::vector<std::string_view> slices_;
  std::vector<Part> parts_;
};

class InsertField final : public Transform {
 public:
  struct Settings {
    std::string static_name;
    bool static_optional = true;
    std::string static_value;
    std::string topic_name;
    bool topic_optional = true;
    bool replace = true;
  };
  InsertField(Side side, Settings settings) : side_(side), settings_(std::move(settings)) {}

  Result<Verdict> apply(Message& message) override {
    Datum& datum = side_of(message, side_);
    if (datum.is_null()) return kKeep;
    if (!datum.is_struct()) return no_struct(side_ == Side::kKey ? "key" : "value");
    std::string_view json = datum.json;
    if (settings_.replace) json = TRY(with_defaults(message, datum));
    SchemaPtr* made = schemas_.find(*datum.schema);
    if (made == nullptr) made = &schemas_.put(*datum.schema, TRY(widened(*datum.schema)));
    const std::string topic = json_string(message.topic);
    const std::string value = json_string(settings_.static_value);
    std::vector<Part> added;
    const std::size_t fields = (*made)->fields().size();
    const std::size_t topic_at = settings_.static_name.empty() ? fields - 1 : fields - 2;
    if (!settings_.topic_name.empty()) added.push_back({(*made)->fields()[topic_at].label, topic});
    if (!settings_.static_name.empty()) added.push_back({(*made)->fields().back().label, value});
    datum = {made->get(), with_added(*message.arena, json, added)};
    return kKeep;
  }

 private:
  Result<SchemaPtr> widened(const Schema& schema) const {
    SchemaParts parts = copy_basics(schema);
    parts.fields = schema.fields();
    if (!settings_.topic_name.empty()) {
      parts.add(settings_.topic_name,
                Schema::simple(SchemaType::kString, settings_.topic_optional));
    }
    if (!settings_.static_name.empty()) {
      parts.add(settings_.static_name,
                Schema::simple(SchemaType::kString, settings_.static_optional));
    }
    TRY(check_names(parts));
    return Schema::make(std::move(parts));
  }

  const Side side_;
  const Settings settings_;
  SchemaCache<SchemaPtr> schemas_;
};

MadeTransform make_extract_field(Side side, const Options& options) {
  return std::make_unique<ExtractField>(side, options.text("field"),
                                        options.boolean("replace.null.with.default"));
}

// `name`, `name?` or `name!`: whether it may be null.
std::string take_mark(std::string name, bool& optional) {
  optional = !name.ends_with('!');
  if (name.ends_with('!') || name.ends_with('?')) name.pop_back();
  return name;
}

MadeTransform make_insert_field(Side side, const Options& options) {
  for (const std::string_view name : {"timestamp.field", "offset.field", "partition.field"}) {
    if (!options.given(name)) continue;
    return std::unexpected(OptionProblem{std::string(name),
                                         "is not there yet: records get it from the broker",
                                         "leave it out", true});
  }
  InsertField::Settings settings;
  settings.static_name = take_mark(options.text("static.field"), settings.static_optional);
  settings.static_value = options.text("static.value");
  settings.topic_name = take_mark(options.text("topic.field"), settings.topic_optional);
  settings.replace = options.boolean("replace.null.with.default");
  if (settings.static_name.empty() && settings.topic_name.empty()) {
    return std::unexpected(OptionProblem{"static.field", "is missing",
                                         "static.field with static.value, or topic.field"});
  }
  if (!settings.static_name.empty() && settings.static_value.empty()) {
    return std::unexpected(
        OptionProblem{"static.value", "is missing", "a text, because static.field is set"});
  }
  return std::make_unique<InsertField>(side, std::move(settings));
}

constexpr OptionSpec kReplace{"replace.null.with.default", OptionKind::kBool, "true", "",
                              "null in a field with a default becomes the default"};

}  // namespace

std::span<const OptionSpec> extract_field_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"field", OptionKind::kText, "", "", "its name", true},
      kReplace,
  });
  return kOptions;
}
MadeTransform make_extract_field_key(const Options& options) {
  return make_extract_field(Side::kKey, options);
}
MadeTransform make_extract_field_value(const Options& options) {
  return make_extract_field(Side::kValue, options);
}

std::span<const OptionSpec> value_to_key_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"fields", OptionKind::kList, "", "", "of the value, in the key's order", true},
      kReplace,
  });
  return kOptions;
}
MadeTransform make_value_to_key(const Options& options) {
  return std::make_unique<ValueToKey>(options.list("fields"),
                                      options.boolean("replace.null.with.default"));
}

std::span<const OptionSpec> insert_field_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"static.field", OptionKind::kText, "", "", "name of a field; `!` behind it: never null"},
      {"static.value", OptionKind::kText, "", "", "its text"},
      {"topic.field", OptionKind::kText, "", "", "name of a field for the topic"},
      {"timestamp.field", OptionKind::kText, "", "", "not there yet"},
      {"offset.field", OptionKind::kText, "", "", "not there yet"},
      {"partition.field", OptionKind::kText, "", "", "not there yet"},
      kReplace,
  });
  return kOptions;
}
MadeTransform make_insert_field_key(const Options& options) {
  return make_insert_field(Side::kKey, options);
}
MadeTransform make_insert_field_value(const Options& options) {
  return make_insert_field(Side::kValue, options);
}

}  // namespace tidemark::transform
