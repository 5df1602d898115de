// SPDX-License-Identifier: Apache-2.0
// io.debezium.transforms.outbox.EventRouter: rows of an outbox table become events.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "base/json_slice.h"
#include "base/log.h"
#include "base/regex.h"
#include "encode/json_text.h"
#include "transform/payload_json.h"
#include "transform/rebuild.h"
#include "transform/transforms.h"

namespace tidemark::transform {
namespace {

enum class Place : std::uint8_t { kHeader, kEnvelope, kPartition };

// `col:header|envelope|partition[:alias]`
struct Additional {
  std::string column;
  Place place = Place::kHeader;
  std::string alias;
  std::string label;  // "alias":
};

struct EventRouterSettings {
  std::string id;
  std::string key;
  std::string payload;
  std::string timestamp;
  std::string version;
  std::string route;
  std::vector<Additional> additional;
  bool missing_fails = true;
  std::string invalid;  // warn, error, fatal
  bool expand = false;
  PayloadRules rules;
  bool tombstone_on_empty = false;
};

bool is_blank_text(std::string_view json) {
  const std::string text = unquoted_json(json);
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

std::optional<std::int64_t> integer_of(std::string_view json) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), out);
  if (error != std::errc() || end != json.data() + json.size()) return std::nullopt;
  return out;
}

class EventRouter final : public Transform {
 public:
  EventRouter(EventRouterSettings settings, RegexReplacement topics)
      : settings_(std::move(settings)), topics_(std::move(topics)) {
    for (const Additional& field : settings_.additional) {
      if (field.place == Place::kEnvelope) bare_ = false;
    }
  }

  Result<Verdict> apply(Message& message) override {
    if (message.value.is_null()) return drop("tombstone");
    if (!message.is_envelope()) return kKeep;
    const std::string op = unquoted_json(TRY(envelope_field(message, "op")).json);
    if (op == "d") return drop("delete");
    if (op == "u") return invalid(message);
    const Datum row = TRY(envelope_field(message, "after"));
    if (row.is_null())
      return fail(ErrorKind::kRejected, "an event without a row (truncate)", advice());
    TRY(open(row));
    const Datum id = TRY(column(settings_.id, "table.field.event.id"));
    const Datum route = TRY(column(settings_.route, "route.by.field"));
    if (route.schema->type() != SchemaType::kString || route.is_null()) {
      return fail(ErrorKind::kRejected,
                  fmt::format("route.by.field={}: the column holds no text", settings_.route),
                  advice());
    }
    const std::string routed = unquoted_json(route.json);
    Datum payload = TRY(column(settings_.payload, "table.field.event.payload"));
    const bool empty = payload.is_null() || (payload.schema->type() == SchemaType::kString &&
                                             is_blank_text(payload.json));
    message.timestamp_ms = TRY(timestamp(message));
    TRY(message.add_header("id", id));
    if (settings_.expand) expand(message, row, payload);
    message.partition = -1;
    TRY(place_additional(message));
    Datum value = bare_ ? payload : TRY(wrapped(message, row, payload, routed));
    if (empty && settings_.tombstone_on_empty) value = {};
    Datum key;
    if (!settings_.key.empty()) key = TRY(column(settings_.key, "table.field.event.key"));
    message.key = key;
    message.value = value;
    message.topic = message.arena->keep(TRY(topics_.apply(routed)).value_or(routed));
    return kKeep;
  }

 private:
  static std::string advice() {
    return "route only the outbox table: a predicate TopicNameMatches on its topic";
  }

  static Result<Datum> envelope_field(const Message& message, std::string_view name) {
    const auto index = message.value.schema->index_of(name);
    if (index) return field_of(message.value, *index);
    return fail(ErrorKind::kCorrupt, fmt::format("the envelope has no {}", name));
  }

  Result<Verdict> invalid(const Message& message) {
    if (settings_.invalid == "fatal") {
      return fail(ErrorKind::kRejected, "an update of the outbox table",
                  "insert and delete only, or set table.op.invalid.behavior=warn");
    }
    if (!std::exchange(reported_update_, true)) {
      const bool error = settings_.invalid == "error";
      log::write(error ? log::Level::kError : log::Level::kWarn, "transform.outbox_update",
                 {{"topic", message.topic},
                  {"do", "insert and delete only: updates of the outbox table are left out"}});
    }
    return drop("update");
  }

  Status open(const Datum& row) {
    row_ = row;
    columns_.resize(row.schema->fields().size());
    return cut(row, columns_);
  }

  Result<Datum> column(const std::string& name, std::string_view option) const {
    const auto index = row_.schema->index_of(name);
    if (!index) {
      return fail(ErrorKind::kRejected,
                  fmt::format("{}={}: the table has no such column", option, name), advice());
    }
    const Schema& schema = *row_.schema->fields()[*index].schema;
    return Datum{&schema, or_default(schema, columns_[*index])};
  }

  Result<std::int64_t> timestamp(const Message& message) const {
    if (!settings_.timestamp.empty()) {
      const Datum field = TRY(column(settings_.timestamp, "table.field.event.timestamp"));
      if (!field.is_null()) {
        const std::string& type = field.schema->name();
        const auto value = integer_of(field.json);
        if (value && type == "io.debezium.time.Timestamp") return *value;
        if (value && type == "io.debezium.time.MicroTimestamp") return *value / 1000;
        if (value && type == "io.debezium.time.NanoTimestamp") return *value / 1'000'000;
        return fail(ErrorKind::kRejected,
                    fmt::format("table.field.event.timestamp={}: the column is no DATETIME",
                                settings_.timestamp),
                    "name a DATETIME column");
      }
    }
    return integer_of(TRY(envelope_field(message, "ts_ms")).json).value_or(-1);
  }

  void expand(Message& message, const Datum& row, Datum& payload) {
    const auto keep_as_is = [&](std::string_view why) {
      if (!reported_payloads_.insert(why).second) return;
      log::warn(
          "transform.payload_not_expanded",
          {{"topic", message.topic}, {"cause", why}, {"do", "such payloads go out as texts"}});
    };
    if (payload.schema->type() != SchemaType::kString || payload.is_null()) {
      return keep_as_is("the payload is no text");
    }
    auto expanded = expand_payload(unquoted_json(payload.json), settings_.payload, settings_.rules);
    if (!expanded) return keep_as_is(expanded.error());
    payload.schema = payloads_.of(*row.schema, expanded->schema->parts());
    payload.json = message.arena->keep(expanded->json);
  }

  bool skips(const Additional& field) const {
    return !settings_.missing_fails && !row_.schema->index_of(field.column);
  }

  Status place_additional(Message& message) {
    for (const Additional& field : settings_.additional) {
      if (skips(field)) continue;
      const Datum value = TRY(column(field.column, "table.fields.additional.placement"));
      if (field.place == Place::kHeader) TRY(message.add_header(field.alias, value));
      if (field.place != Place::kPartition) continue;
      const auto partition = integer_of(value.json);
      const bool fits = value.schema->type() == SchemaType::kInt32 && partition && *partition >= 0;
      if (!fits && !value.is_null()) {
        return fail(
            ErrorKind::kRejected,
            fmt::format("table.fields.additional.placement: {} holds no partition", field.column),
            "name an INT column with numbers from 0");
      }
      message.partition = value.is_null() ? -1 : static_cast<std::int32_t>(*partition);
    }
    return {};
  }

  // The payload and what is placed beside it, as a struct named after the row and the route.
  Result<Datum> wrapped(Message& message, const Datum& row, const Datum& payload,
                        const std::string& routed) {
    static const std::string label = json_string("payload") + ":";
    SchemaParts parts{.type = SchemaType::kStruct};
    const std::string& name = row.schema->name();
    const std::size_t dot = name.rfind('.');
    const std::size_t head = dot == std::string::npos ? 0 : dot + 1;
    parts.name = name.empty() ? routed : name.substr(0, head) + routed + "." + name.substr(head);
    if (!settings_.version.empty()) {
      const Datum version = TRY(column(settings_.version, "table.field.event.schema.version"));
      if (version.schema->type() != SchemaType::kInt32) {
        return fail(ErrorKind::kRejected,
                    fmt::format("table.field.event.schema.version={}: the column is no INT",
                                settings_.version),
                    "name an INT column");
      }
      parts.version = integer_of(version.json);
    }
    parts.add("payload", payload.schema->shared_from_this());
    std::vector<Part> values = {{label, payload.json}};
    for (const Additional& field : settings_.additional) {
      if (field.place != Place::kEnvelope || skips(field)) continue;
      const Datum value = TRY(column(field.column, "table.fields.additional.placement"));
      parts.add(field.alias, value.schema->shared_from_this());
      values.push_back({field.label, value.json});
    }
    TRY(check_names(parts));
    const Schema* const schema = values_.of(*payload.schema, std::move(parts));
    return Datum{schema, write_struct(*message.arena, values)};
  }

  const EventRouterSettings settings_;
  const RegexReplacement topics_;
  bool bare_ = true;  // the value is the payload itself
  bool reported_update_ = false;
  std::set<std::string_view> reported_payloads_;  // causes
  SchemaPool payloads_;
  SchemaPool values_;
  Datum row_;  // at hand
  std::vector<std::string_view> columns_;
};

std::expected<std::vector<Additional>, OptionProblem> additional_of(const Options& options) {
  constexpr std::string_view kName = "table.fields.additional.placement";
  std::vector<Additional> out;
  for (const std::string& item : options.list(kName)) {
    const std::size_t first = item.find(':');
    const std::size_t second = first == std::string::npos ? first : item.find(':', first + 1);
    const std::string place =
        first == std::string::npos ? std::string() : item.substr(first + 1, second - first - 1);
    Additional field{.column = item.substr(0, first), .alias = {}, .label = {}};
    field.alias = second == std::string::npos ? field.column : item.substr(second + 1);
    field.label = json_string(field.alias) + ":";
    field.place = place == "envelope"    ? Place::kEnvelope
                  : place == "partition" ? Place::kPartition
                                         : Place::kHeader;
    const bool known = place == "header" || place == "envelope" || place == "partition";
    if (!known || field.column.empty() || field.alias.empty() ||
        field.alias.find(':') != std::string::npos) {
      return std::unexpected(OptionProblem{std::string(kName),
                                           fmt::format("has the item '{}'", item),
                                           "a list of column:header|envelope|partition[:alias]"});
    }
    out.push_back(std::move(field));
  }
  return out;
}

}  // namespace

std::span<const OptionSpec> event_router_options() {
  using K = OptionKind;
  static constexpr auto kOptions = std::to_array<OptionSpec>({
      {"table.field.event.id", K::kText, "id", "", "column copied to the header `id`"},
      {"table.field.event.key", K::kText, "aggregateid", "", "column that becomes the key"},
      {"table.field.event.type", K::kText, "type", "", "accepted; nothing depends on it"},
      {"table.field.event.payload", K::kText, "payload", "", "column that becomes the value"},
      {"table.field.event.timestamp", K::kText, "", "",
       "DATETIME column for the record's timestamp, else `ts_ms`"},
      {"table.field.event.schema.version", K::kText, "", "",
       "INT column for the version of the value's schema"},
      {"table.fields.additional.placement", K::kList, "", "",
       "`column:header|envelope|partition[:alias]`"},
      {"table.field.additional.missing", K::kEnum, "error", "error ignore",
       "what a missing one of these means"},
      // The boolean that came before it.
      {"table.fields.additional.error.on.missing", K::kBool, "true", "", "the older form of it"},
      {"table.op.invalid.behavior", K::kEnum, "warn", "warn error fatal",
       "an update: dropped and logged, or the end"},
      {"table.expand.json.payload", K::kBool, "false", "",
       "a JSON text becomes data with a schema"},
      {"table.json.payload.null.behavior", K::kEnum, "ignore", "ignore optional_bytes",
       "a null in it has no field, or one of bytes"},
      {"table.json.payload.empty.array.behavior", K::kEnum, "ignore", "ignore optional_string",
       "an empty array in it has no field, or one of texts"},
      {"route.by.field", K::kText, "aggregatetype", "", "text column that makes the topic"},
      {"route.topic.regex", K::kText, "(?<routedByValue>.*)", "",
       "an expression its value has to match as a whole"},
      {"route.topic.replacement", K::kText, "outbox.event.${routedByValue}", "", "the topic"},
      {"route.tombstone.on.empty.payload", K::kBool, "false", "",
       "an empty payload becomes a tombstone"},
      {"tracing.span.context.field", K::kText, "tracingspancontext", "",
       "accepted; nothing is traced here"},
      {"tracing.operation.name", K::kText, "debezium-read", "", "as above"},
      {"tracing.with.context.field.only", K::kBool, "false", "", "as above"},
  });
  return kOptions;
}

MadeTransform make_event_router(const Options& options) {
  auto additional = additional_of(options);
  if (!additional) return std::unexpected(std::move(additional).error());
  auto topics = RegexReplacement::compile(options.text("route.topic.regex"),
                                          options.text("route.topic.replacement"));
  if (!topics) {
    const bool replacement = topics.error().message().starts_with("the replacement");
    return std::unexpected(
        OptionProblem{replacement ? "route.topic.replacement" : "route.topic.regex",
                      topics.error().message(), topics.error().remedy()});
  }
  return std::make_unique<EventRouter>(
      EventRouterSettings{
          .id = options.text("table.field.event.id"),
          .key = options.text("table.field.event.key"),
          .payload = options.text("table.field.event.payload"),
          .timestamp = options.text("table.field.event.timestamp"),
          .version = options.text("table.field.event.schema.version"),
          .route = options.text("route.by.field"),
          .additional = *std::move(additional),
          .missing_fails = options.text("table.field.additional.missing") == "error" &&
                           options.boolean("table.fields.additional.error.on.missing"),
          .invalid = options.text("table.op.invalid.behavior"),
          .expand = options.boolean("table.expand.json.payload"),
          .rules = {.null_is_bytes =
                        options.text("table.json.payload.null.behavior") == "optional_bytes",
                    .empty_array_is_strings =
                        options.text("table.json.payload.empty.array.behavior") ==
                        "optional_string"},
          .tombstone_on_empty = options.boolean("route.tombstone.on.empty.payload")},
      *std::move(topics));
}

}  // namespace tidemark::transform
