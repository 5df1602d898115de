// SPDX-License-Identifier: Apache-2.0
// io.debezium.transforms.ExtractNewRecordState: the row in the place of its envelope.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json_slice.h"
#include "encode/json_text.h"
#include "transform/rebuild.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

constexpr std::string_view kDeletedField = "__deleted";

enum class DeleteMode : std::uint8_t {
  kDrop,
  kTombstone,
  kRewrite,
  kRewriteWithTombstone,
  kDeleteToTombstone,
};

DeleteMode mode_of(std::string_view text) {
  if (text == "drop") return DeleteMode::kDrop;
  if (text == "rewrite") return DeleteMode::kRewrite;
  if (text == "rewrite-with-tombstone") return DeleteMode::kRewriteWithTombstone;
  if (text == "delete-to-tombstone") return DeleteMode::kDeleteToTombstone;
  return DeleteMode::kTombstone;
}

// `[struct.]field[:newName]`
struct FieldReference {
  std::string structure;  // empty: the envelope itself
  std::string field;
  std::string new_name;

  static std::expected<FieldReference, std::string> parse(std::string_view item,
                                                          std::string_view prefix);
};

std::string home_of(std::string_view field) {
  for (const std::string_view name : {"op", "ts_ms", "ts_us", "ts_ns"}) {
    if (field == name) return {};
  }
  for (const std::string_view name : {"id", "total_order", "data_collection_order"}) {
    if (field == name) return "transaction";
  }
  return "source";
}

std::expected<FieldReference, std::string> FieldReference::parse(std::string_view item,
                                                                 std::string_view prefix) {
  const std::size_t colon = item.find(':');
  const std::string_view path = item.substr(0, colon);
  const std::size_t dot = path.find('.');
  const std::string_view field = dot == std::string_view::npos ? path : path.substr(dot + 1);
  const std::string_view renamed =
      colon == std::string_view::npos ? std::string_view() : item.substr(colon + 1);
  const bool bad = field.empty() || dot == 0 || field.find('.') != std::string_view::npos ||
                   renamed.find(':') != std::string_view::npos ||
                   (colon != std::string_view::npos && renamed.empty());
  if (bad) return std::unexpected(fmt::format("has the item '{}'", item));
  FieldReference out;
  out.field = field;
  out.structure = dot == std::string_view::npos ? home_of(field) : std::string(path.substr(0, dot));
  out.new_name = prefix;
  if (!renamed.empty()) {
    out.new_name += renamed;
  } else {
    if (dot != std::string_view::npos) out.new_name += out.structure + "_";
    out.new_name += out.field;
  }
  return out;
}

// A reference in the envelopes of one schema.
struct Resolved {
  std::string name;
  std::string label;
  std::optional<std::size_t> parent;  // index in the envelope; absent: the envelope itself
  std::size_t index = 0;
  SchemaPtr schema;
  // Only the default, which the encoder prints, says that there was no value.
  std::string unset;
};

Result<std::optional<Resolved>> resolve(const FieldReference& reference, const Schema& envelope) {
  const Schema* parent = &envelope;
  std::optional<std::size_t> parent_index;
  if (!reference.structure.empty()) {
    parent_index = envelope.index_of(reference.structure);
    if (!parent_index || envelope.fields()[*parent_index].schema->type() != SchemaType::kStruct) {
      return fail(ErrorKind::kRejected,
                  fmt::format("add.fields or add.headers names '{}.{}', but the envelope has no "
                              "struct '{}'",
                              reference.structure, reference.field, reference.structure),
                  "name a field of source, transaction, before, after or of the envelope");
    }
    parent = envelope.fields()[*parent_index].schema.get();
  }
  auto index = parent->index_of(reference.field);
  if (!index && parent_index) {
    // Perhaps another transform has put it into the envelope.
    index = envelope.index_of(reference.field);
    parent_index.reset();
    parent = &envelope;
  }
  if (!index) return std::nullopt;
  const Schema& schema = *parent->fields()[*index].schema;
  SchemaParts parts = copy_basics(schema);
  parts.fields = schema.fields();
  parts.optional = true;
  Resolved out{.name = reference.new_name,
               .label = json_string(reference.new_name) + ":",
               .parent = parent_index,
               .index = *index,
               .schema = Schema::make(std::move(parts)),
               .unset = {}};
  if (reference.structure == "source") out.unset = schema.parts().default_json;
  return out;
}

// What is to be done with the envelopes of one schema.
struct Plan {
  std::size_t before = 0;
  std::size_t after = 0;
  SchemaPtr row = {};  // of before and after
  SchemaPtr rebuilt = {};  // row with what is added to it
  std::vector<Resolved> fields = {};
  std::vector<Resolved> headers = {};
  std::size_t cut = 0;  // that many fields of the envelope are looked at
};

class ExtractNewRecordState final : public Transform {
 public:
  struct Settings {
    DeleteMode mode = DeleteMode::kTombstone;
    std::string route_by_field;
    std::vector<FieldReference> fields;
    std::vector<FieldReference> headers;
    std::string drop_header;
    bool drop_from_key = false;
    bool keep_compatible = true;
    bool replace_null = true;
  };
  explicit ExtractNewRecordState(Settings settings) : settings_(std::move(settings)) {}

  Result<Verdict> apply(Message& message) override {
    if (message.value.is_null()) return tombstone(message);
    if (!message.is_envelope()) return kKeep;
    const Plan* const plan = TRY(plan_of(*message.value.schema));
    slices_.resize(plan->cut);
    TRY(cut(message.value, slices_));
    const Datum before{plan->row.get(), slices_[plan->before]};
    const Datum after{plan->row.get(), slices_[plan->after]};
    for (const Resolved& header : plan->headers) {
      TRY(message.add_header(header.name, {header.schema.get(), TRY(value_of(message, header))}));
    }
    if (after.is_null() && before.is_null()) return drop("truncate");
    const bool removed = after.is_null();
    if (!settings_.route_by_field.empty()) TRY(route(message, removed ? before : after));
    if (!removed || rewrites()) {
      const std::string_view json = TRY(rebuild(*plan, message, removed ? before : after, removed));
      message.value = {plan->rebuilt.get(), json};
    } else if (settings_.mode == DeleteMode::kDrop) {
      return drop("delete");
    } else {
      // In the mode "tombstone" the schema stays: it is no tombstone of Kafka's.
      const bool whole = settings_.mode == DeleteMode::kDeleteToTombstone;
      message.value = {whole ? nullptr : plan->row.get(), kNullJson};
    }
    if (!settings_.drop_header.empty()) TRY(drop_fields(message));
    return kKeep;
  }

 private:
  bool rewrites() const {
    return settings_.mode == DeleteMode::kRewrite ||
           settings_.mode == DeleteMode::kRewriteWithTombstone;
  }

  Result<Verdict> tombstone(Message& message) const {
    if (settings_.mode != DeleteMode::kRewriteWithTombstone) return drop("tombstone");
    static const SchemaPtr text = Schema::simple(SchemaType::kString, false);
    for (const FieldReference& header : settings_.headers) {
      if (header.field == "op") TRY(message.add_header(header.new_name, {text.get(), "\"d\""}));
    }
    return kKeep;
  }

  Result<const Plan*> plan_of(const Schema& envelope) {
    if (const Plan* const known = plans_.find(envelope)) return known;
    const auto before = envelope.index_of("before");
    const auto after = envelope.index_of("after");
    if (!before || !after) {
      return fail(ErrorKind::kCorrupt,
                  fmt::format("the envelope {} lacks before or after", envelope.name()));
    }
    Plan plan{.before = *before, .after = *after, .row = envelope.fields()[*after].schema};
    for (const FieldReference& reference : settings_.fields) {
      if (auto found = TRY(resolve(reference, envelope))) plan.fields.push_back(*std::move(found));
    }
    for (const FieldReference& reference : settings_.headers) {
      if (auto found = TRY(resolve(reference, envelope))) plan.headers.push_back(*std::move(found));
    }
    SchemaParts parts = copy_basics(*plan.row);
    parts.fields = plan.row->fields();
    if (rewrites()) parts.add(kDeletedField, Schema::simple(SchemaType::kString, true));
    for (const Resolved& field : plan.fields) parts.add(field.name, field.schema);
    TRY(check_names(parts));
    plan.rebuilt = Schema::make(std::move(parts));
    plan.cut = std::max(plan.before, plan.after) + 1;
    for (const auto* const list : {&plan.fields, &plan.headers}) {
      for (const Resolved& field : *list) {
        plan.cut = std::max(plan.cut, field.parent.value_or(field.index) + 1);
      }
    }
    return &plans_.put(envelope, std::move(plan));
  }

  // slices_ holds the envelope's fields.
  Result<std::string_view> value_of(const Message& message, const Resolved& field) const {
    if (!field.parent) return slices_[field.index];
    const std::string_view parent = slices_[*field.parent];
    if (parent == kNullJson) return kNullJson;
    const Schema& envelope = *message.value.schema;
    const Datum value =
        TRY(field_of({envelope.fields()[*field.parent].schema.get(), parent}, field.index));
    return !field.unset.empty() && value.json == field.unset ? kNullJson : value.json;
  }

  Result<std::string_view> rebuild(const Plan& plan, const Message& message, const Datum& row,
                                   bool removed) {
    std::string_view json = row.json;
    if (settings_.replace_null) json = TRY(with_defaults(message, row));
    added_.clear();
    static const std::string deleted = json_string(kDeletedField) + ":";
    if (rewrites()) added_.push_back({deleted, removed ? "\"true\"" : "\"false\""});
    for (const Resolved& field : plan.fields) {
      added_.push_back({field.label, TRY(value_of(message, field))});
    }
    return with_added(*message.arena, json, added_);
  }

  Status route(Message& message, const Datum& row) const {
    const auto index = row.schema->index_of(settings_.route_by_field);
    if (!index || row.schema->fields()[*index].schema->type() != SchemaType::kString) {
      return fail(ErrorKind::kRejected,
                  fmt::format("route.by.field={}: the table has no column of that name with a text",
                              settings_.route_by_field),
                  "name a text column of every table, or use a predicate to leave tables out");
    }
    const Datum field = TRY(field_of(row, *index));
    const std::string topic = unquoted_json(or_default(*field.schema, field.json));
    const bool blank = topic.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
    if (!blank) message.topic = message.arena->keep(topic);
    return {};
  }

  Status drop_fields(Message& message) {
    const std::vector<Header>* const headers = TRY(message.open_headers());
    const std::string label = json_string(settings_.drop_header) + ":";
    const auto header = std::find_if(headers->begin(), headers->end(),
                                     [&](const Header& h) { return h.label == label; });
    if (header == headers->end() || header->value.is_null()) return {};
    std::vector<std::string> names;
    JsonItems items(header->value.json);
    while (const auto item = items.next()) names.push_back(unquoted_json(*item));
    if (items.failed()) {
      return fail(ErrorKind::kRejected,
                  fmt::format("the header {} of drop.fields.header.name holds no list",
                              settings_.drop_header),
                  "name a header that ExtractChangedRecordState writes");
    }
    if (names.empty()) return {};
    if (settings_.drop_from_key && !message.key.is_null())
      TRY(without(message, message.key, names));
    if (!message.value.is_null()) TRY(without(message, message.value, names));
    return {};
  }

  Status without(const Message& message, Datum& datum, const std::vector<std::string>& names) {
    const auto gone = [&](const SchemaField& field) {
      return (!settings_.keep_compatible || field.schema->optional()) &&
             std::find(names.begin(), names.end(), field.name) != names.end();
    };
    const auto& fields = datum.schema->fields();
    if (std::none_of(fields.begin(), fields.end(), gone)) return {};
    std::vector<std::string_view> values(fields.size());
    TRY(cut(datum, values));
    SchemaParts parts = copy_basics(*datum.schema);
    std::vector<Part> kept;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (gone(fields[i])) continue;
      parts.fields.push_back(fields[i]);
      kept.push_back({fields[i].label, or_default(*fields[i].schema, values[i])});
    }
    datum.schema = narrowed_.of(*datum.schema, std::move(parts));
    datum.json = write_struct(*message.arena, kept);
    return {};
  }

  const Settings settings_;
  SchemaCache<Plan> plans_;
  SchemaPool narrowed_;
  std::vector<std::string_view> slices_;
  std::vector<Part> added_;
};

std::expected<std::vector<FieldReference>, OptionProblem> references(const Options& options,
                                                                     std::string_view name,
                                                                     std::string_view prefix) {
  std::vector<FieldReference> out;
  for (const std::string& item : options.list(name)) {
    auto reference = FieldReference::parse(item, options.text(prefix));
    if (!reference) {
      return std::unexpected(OptionProblem{std::string(name), std::move(reference).error(),
                                           "a list of [struct.]field[:newName]"});
    }
    out.push_back(*std::move(reference));
  }
  return out;
}

}  // namespace

std::span<const OptionSpec> extract_new_record_state_options() {
  using K = OptionKind;
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"delete.tombstone.handling.mode", K::kEnum, "tombstone",
       "drop tombstone rewrite rewrite-with-tombstone delete-to-tombstone",
       "what becomes of a delete and of the tombstone behind it"},
      {"route.by.field", K::kText, "", "", "a text column whose value becomes the topic"},
      {"add.fields", K::kList, "", "", "`[struct.]field[:newName]`, copied into the value"},
      {"add.fields.prefix", K::kText, "__", "", "in front of their names"},
      {"add.headers", K::kList, "", "", "the same, copied into headers"},
      {"add.headers.prefix", K::kText, "__", "", "in front of their names"},
      {"drop.fields.header.name", K::kText, "", "", "a header that lists fields to leave out"},
      {"drop.fields.from.key", K::kBool, "false", "", "leave them out of the key, too"},
      {"drop.fields.keep.schema.compatible", K::kBool, "true", "",
       "leave out only fields that may be null"},
      {"replace.null.with.default", K::kBool, "true", "",
       "null in a field with a default becomes the default"},
  });
  return kOptions;
}

MadeTransform make_extract_new_record_state(const Options& options) {
  auto fields = references(options, "add.fields", "add.fields.prefix");
  if (!fields) return std::unexpected(std::move(fields).error());
  auto headers = references(options, "add.headers", "add.headers.prefix");
  if (!headers) return std::unexpected(std::move(headers).error());
  return std::make_unique<ExtractNewRecordState>(ExtractNewRecordState::Settings{
      .mode = mode_of(options.text("delete.tombstone.handling.mode")),
      .route_by_field = options.text("route.by.field"),
      .fields = *std::move(fields),
      .headers = *std::move(headers),
      .drop_header = options.text("drop.fields.header.name"),
      .drop_from_key = options.boolean("drop.fields.from.key"),
      .keep_compatible = options.boolean("drop.fields.keep.schema.compatible"),
      .replace_null = options.boolean("replace.null.with.default")});
}

}  // namespace tidemark::transform
