// SPDX-License-Identifier: Apache-2.0
// Debezium's smaller transforms: ReadToInsertEvent, SchemaChangeEventFilter, HeaderToValue and
// ExtractChangedRecordState.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/json_slice.h"
#include "encode/json_text.h"
#include "transform/rebuild.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

// A snapshot's read becomes an insert: `"op":"r"` is `"op":"c"`.
class ReadToInsertEvent final : public Transform {
 public:
  Result<Verdict> apply(Message& message) override {
    if (!message.is_envelope()) return kKeep;
    const auto op = message.value.schema->index_of("op");
    if (!op) return kKeep;
    const Datum field = TRY(field_of(message.value, *op));
    if (field.json != "\"r\"") return kKeep;
    const std::string_view json = message.value.json;
    const auto at = static_cast<std::size_t>(field.json.data() - json.data());
    char* const copy = message.arena->take(json.size());
    json.copy(copy, json.size());
    copy[at + 1] = 'c';
    message.value.json = {copy, json.size()};
    return kKeep;
  }
};

// Drops records of the schema-change topic by the kind of their first change.
class SchemaChangeEventFilter final : public Transform {
 public:
  explicit SchemaChangeEventFilter(std::vector<std::string> excluded)
      : excluded_(std::move(excluded)) {}

  Result<Verdict> apply(Message& message) override {
    if (message.value.schema == nullptr || message.value.is_null() ||
        !message.value.schema->name().ends_with(".SchemaChangeValue")) {
      return kKeep;
    }
    const auto changes = message.value.schema->index_of("tableChanges");
    if (!changes) return drop("schema change without a list");
    const Datum list = TRY(field_of(message.value, *changes));
    if (list.is_null()) return drop("schema change without a list");
    JsonItems items(list.json);
    std::string kind = "DATABASE";
    if (const auto first = items.next()) {
      JsonMembers members(*first);
      while (const auto member = members.next()) {
        if (member->first == "\"type\"") kind = unquoted_json(member->second);
      }
    }
    const bool out = std::find(excluded_.begin(), excluded_.end(), kind) != excluded_.end();
    return out ? drop("excluded schema change") : kKeep;
  }

 private:
  std::vector<std::string> excluded_;
};

class HeaderToValue final : public Transform {
 public:
  struct Pair {
    std::string label;  // of the header
    std::string field;
    std::string field_label;
  };
  HeaderToValue(std::vector<Pair> pairs, bool move) : pairs_(std::move(pairs)), move_(move) {}

  Result<Verdict> apply(Message& message) override {
    if (message.value.is_null() || !message.value.is_struct()) {
      return fail(ErrorKind::kRejected, "the value is no struct that a header could go into",
                  "keep tombstones out with a predicate (RecordIsTombstone, negate=true)");
    }
    std::vector<Header>* const headers = TRY(message.open_headers());
    std::vector<Part> added;
    SchemaParts parts = copy_basics(*message.value.schema);
    parts.fields = message.value.schema->fields();
    const std::size_t fields_before = parts.fields.size();
    for (const Pair& pair : pairs_) {
      for (const Header& header : *headers) {
        if (header.label != pair.label) continue;
        if (header.value.schema == nullptr) {
          return fail(ErrorKind::kCorrupt, "the header for " + pair.field + " has no schema");
        }
        parts.add(pair.field, header.value.schema->shared_from_this());
        added.push_back({pair.field_label, header.value.json});
        break;
      }
    }
    if (move_) {
      std::erase_if(*headers, [&](const Header& header) {
        return std::any_of(pairs_.begin(), pairs_.end(),
                           [&](const Pair& pair) { return pair.label == header.label; });
      });
    }
    if (parts.fields.size() != fields_before) TRY(check_names(parts));
    const std::string_view json = TRY(with_defaults(message, message.value));
    const Schema* const schema = schemas_.of(*message.value.schema, std::move(parts));
    message.value = {schema, with_added(*message.arena, json, added)};
    return kKeep;
  }

 private:
  std::vector<Pair> pairs_;
  bool move_;
  SchemaPool schemas_;
};

class ExtractChangedRecordState final : public Transform {
 public:
  ExtractChangedRecordState(std::string changed, std::string unchanged)
      : changed_(std::move(changed)),
        unchanged_(std::move(unchanged)),
        changed_schema_(list_of_texts(changed_)),
        unchanged_schema_(list_of_texts(unchanged_)) {}

  Result<Verdict> apply(Message& message) override {
    if (!message.is_envelope()) return kKeep;
    const auto before_index = message.value.schema->index_of("before");
    const auto after_index = message.value.schema->index_of("after");
    if (!before_index || !after_index) return kKeep;
    const Datum before = TRY(field_of(message.value, *before_index));
    const Datum after = TRY(field_of(message.value, *after_index));
    if (before.is_null() || after.is_null()) return kKeep;
    const auto& fields = after.schema->fields();
    before_.resize(fields.size());
    after_.resize(fields.size());
    TRY(cut(before, before_));
    TRY(cut(after, after_));
    std::string changed;
    std::string unchanged;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool same =
          or_default(*fields[i].schema, before_[i]) == or_default(*fields[i].schema, after_[i]);
      std::string& list = same ? unchanged : changed;
      list += list.empty() ? '[' : ',';
      list.append(fields[i].label, 0, fields[i].label.size() - 1);
    }
    TRY(add(message, changed_, changed_schema_, changed));
    TRY(add(message, unchanged_, unchanged_schema_, unchanged));
    return kKeep;
  }

 private:
  static SchemaPtr list_of_texts(const std::string& name) {
    return Schema::make({.type = SchemaType::kArray,
                         .optional = true,
                         .name = name,
                         .items = Schema::simple(SchemaType::kString, true)});
  }
  static Status add(Message& message, const std::string& name, const SchemaPtr& schema,
                    const std::string& list) {
    if (name.empty()) return {};
    const std::string json = list.empty() ? "[]" : list + "]";
    return message.add_header(name, {schema.get(), message.arena->keep(json)});
  }

  const std::string changed_;
  const std::string unchanged_;
  const SchemaPtr changed_schema_;
  const SchemaPtr unchanged_schema_;
  std::vector<std::string_view> before_;
  std::vector<std::string_view> after_;
};

}  // namespace

MadeTransform make_read_to_insert_event(const Options&) {
  return std::make_unique<ReadToInsertEvent>();
}

std::span<const OptionSpec> schema_change_event_filter_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"schema.change.event.exclude.list", OptionKind::kList, "", "",
       "of CREATE, ALTER, DROP, TRUNCATE, DATABASE", true},
  });
  return kOptions;
}
MadeTransform make_schema_change_event_filter(const Options& options) {
  constexpr auto kKinds =
      std::to_array<std::string_view>({"CREATE", "ALTER", "DROP", "TRUNCATE", "DATABASE"});
  std::vector<std::string> kinds = options.list("schema.change.event.exclude.list");
  for (const std::string& kind : kinds) {
    if (std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end()) continue;
    return std::unexpected(OptionProblem{"schema.change.event.exclude.list",
                                         fmt::format("has the unknown item '{}'", kind),
                                         fmt::format("{}", fmt::join(kKinds, ", "))});
  }
  return std::make_unique<SchemaChangeEventFilter>(std::move(kinds));
}

std::span<const OptionSpec> header_to_value_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"headers", OptionKind::kList, "", "", "names of headers", true},
      {"fields", OptionKind::kList, "", "", "names of the fields they become, as many", true},
      {"operation", OptionKind::kEnum, "", "move copy", "whether the headers go", true},
  });
  return kOptions;
}
MadeTransform make_header_to_value(const Options& options) {
  const std::vector<std::string> headers = options.list("headers");
  const std::vector<std::string> fields = options.list("fields");
  if (headers.size() != fields.size()) {
    return std::unexpected(OptionProblem{"fields", "has another number of items than headers",
                                         "one field for each header"});
  }
  std::vector<HeaderToValue::Pair> pairs;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (fields[i].find('.') != std::string::npos) {
      return std::unexpected(OptionProblem{
          "fields", fmt::format("has the nested field '{}', which is not there yet", fields[i]),
          "fields of the value itself", true});
    }
    pairs.push_back({.label = json_string(headers[i]) + ":",
                     .field = fields[i],
                     .field_label = json_string(fields[i]) + ":"});
  }
  return std::make_unique<HeaderToValue>(std::move(pairs), options.text("operation") == "move");
}

std::span<const OptionSpec> extract_changed_record_state_options() {
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"header.changed.name", OptionKind::kText, "", "", "gets the names of changed fields"},
      {"header.unchanged.name", OptionKind::kText, "", "", "gets the names of the others"},
  });
  return kOptions;
}
MadeTransform make_extract_changed_record_state(const Options& options) {
  return std::make_unique<ExtractChangedRecordState>(options.text("header.changed.name"),
                                                     options.text("header.unchanged.name"));
}

}  // namespace tidemark::transform
