// SPDX-License-Identifier: Apache-2.0
#include "control/stream_signal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/nearest.h"

namespace tidemark {
namespace {

using Names = std::string_view;

constexpr std::uint64_t kFirstPosition = 4;  // behind the magic number of a binlog file

constexpr std::array<Names, 3> kPositionFields{"binlog_filename", "binlog_position", "gtid_set"};
constexpr std::array<Names, 3> kSchemaFields{"database", "schema", "changes"};
constexpr std::array<Names, 5> kChangeFields{"type", "id", "previousId", "table", "comment"};
constexpr std::array<Names, 8> kTableFields{"defaultCharsetName",
                                            "primaryKeyColumnNames",
                                            "primaryKeyColumnChanges",
                                            "foreignKeyColumns",
                                            "uniqueColumns",
                                            "columns",
                                            "comment",
                                            "attributes"};
constexpr std::array<Names, 17> kColumnFields{
    "name",           "jdbcType",        "nativeType",      "typeName",
    "typeExpression", "charsetName",     "length",          "scale",
    "position",       "optional",        "autoIncremented", "generated",
    "comment",        "hasDefaultValue", "defaultValue",    "defaultValueExpression",
    "enumValues"};

void refuse(std::optional<Refusal>& refusal, std::string what) {
  if (!refusal) refusal = Refusal{ErrorKind::kRejected, std::move(what)};
}

// Reads "a" off the front of `text`, where quotes are doubled; the rest stays.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      out += text[i++];
    } else {
      text.remove_prefix(i + 1);
      return out;
    }
  }
  return std::nullopt;
}

// "db"."table", or db.table.
std::optional<TableId> parse_id(std::string_view text) {
  TableId out;
  if (text.starts_with('"')) {
    auto database = take_quoted(text);
    if (!database || !text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
    auto table = take_quoted(text);
    if (!table || !text.empty()) return std::nullopt;
    out = {*std::move(database), *std::move(table)};
  } else {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    out = {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
  }
  if (out.database.empty() || out.table.empty()) return std::nullopt;
  return out;
}

std::optional<std::string> needed_text(const JsonReader& in, std::string_view name,
                                       std::string_view place, std::optional<Refusal>& refusal) {
  if (!in.is_text_at(name) || in.text(name).empty()) {
    refuse(refusal, fmt::format("{} is missing, empty or not a string",
                                place.empty() ? fmt::format("\"{}\"", name)
                                              : fmt::format("\"{}\" of {}", name, place)));
    return std::nullopt;
  }
  return in.text(name);
}

void read_columns(const JsonReader& table, const std::string& place, SchemaChange& change,
                  std::optional<Refusal>& refusal) {
  if (!table.is_array_at("columns")) {
    return refuse(refusal, fmt::format("\"columns\" of {} is not an array", place));
  }
  change.columns.emplace();
  table.each("columns", [&](const JsonReader& column) {
    if (!column.is_object())
      return refuse(refusal, fmt::format("a column of {} is not an object", place));
    refuse_unknown(column, kColumnFields, "a column of " + place, refusal);
    if (auto name = needed_text(column, "name", "a column of " + place, refusal))
      change.columns->push_back(*std::move(name));
  });
  if (!table.has("primaryKeyColumnNames")) return;
  if (!table.is_array_at("primaryKeyColumnNames"))
    return refuse(refusal, fmt::format("\"primaryKeyColumnNames\" of {} is not an array", place));
  change.primary_key.emplace();
  table.each("primaryKeyColumnNames", [&](const JsonReader& name) {
    if (!name.is_text())
      return refuse(refusal,
                    fmt::format("\"primaryKeyColumnNames\" of {} holds no strings", place));
    change.primary_key->push_back(name.as_text());
  });
}

std::optional<SchemaChange::Kind> kind_of_change(const std::string& text) {
  if (text == "CREATE") return SchemaChange::Kind::kCreate;
  if (text == "ALTER") return SchemaChange::Kind::kAlter;
  if (text == "DROP") return SchemaChange::Kind::kDrop;
  return std::nullopt;
}

SchemaChange read_change(const JsonReader& in, const std::string& place,
                         const std::string& database, std::optional<Refusal>& refusal) {
  SchemaChange out;
  if (!in.is_object()) {
    refuse(refusal, place + " is not an object of \"type\", \"id\" and \"table\"");
    return out;
  }
  refuse_unknown(in, kChangeFields, place, refusal);
  if (const auto type = needed_text(in, "type", place, refusal)) {
    const auto kind = kind_of_change(*type);
    if (kind) {
      out.kind = *kind;
    } else {
      refuse(refusal, fmt::format("\"type\" of {} is \"{}\"; accepted are CREATE, ALTER, DROP",
                                  place, *type));
    }
  }
  if (const auto id = needed_text(in, "id", place, refusal)) {
    if (const auto parsed = parse_id(*id)) {
      out.id = *parsed;
      if (out.id.database != database)
        refuse(refusal, fmt::format("\"id\" of {} names the database {}, and \"database\" is {}",
                                    place, out.id.database, database));
    } else {
      refuse(refusal, fmt::format(R"("id" of {} is not of the form "\"db\".\"table\"")", place));
    }
  }
  if (!in.has("table")) return out;
  const JsonReader table = in.object("table");
  if (!table.is_object()) {
    refuse(refusal, fmt::format("\"table\" of {} is not an object", place));
    return out;
  }
  refuse_unknown(table, kTableFields, "\"table\" of " + place, refusal);
  read_columns(table, place, out, refusal);
  return out;
}

}  // namespace

void refuse_unknown(const JsonReader& in, std::span<const std::string_view> fields,
                    std::string_view place, std::optional<Refusal>& refusal) {
  in.members([&](std::string_view name, const JsonReader&) {
    if (std::ranges::find(fields, name) != fields.end()) return;
    const auto near = nearest(name, fields);
    refuse(refusal, fmt::format("unknown field \"{}\"{}{}; accepted are {}", name,
                                place.empty() ? std::string() : fmt::format(" of {}", place),
                                near ? fmt::format("; did you mean \"{}\"?", *near) : std::string(),
                                fmt::join(fields, ", ")));
  });
}

SetBinlogPosition read_set_binlog_position(const JsonReader& in, std::optional<Refusal>& refusal) {
  SetBinlogPosition out;
  refuse_unknown(in, kPositionFields, "", refusal);
  const bool by_file = in.has("binlog_filename") || in.has("binlog_position");
  if (by_file == in.has("gtid_set")) {
    refuse(refusal, by_file ? "a file with a position and a GTID set are given: one of the two"
                            : "neither a file with a position nor a GTID set is given");
    return out;
  }
  if (!by_file) {
    const auto text = needed_text(in, "gtid_set", "", refusal);
    if (!text) return out;
    auto set = GtidSet::parse(*text);
    if (set && !set->empty()) {
      out.gtids = *std::move(set);
    } else {
      refuse(refusal, "\"gtid_set\" is no GTID set of the form uuid:1-57[,uuid:1-3...]");
    }
    return out;
  }
  if (auto file = needed_text(in, "binlog_filename", "", refusal)) out.position.file = *file;
  if (!in.has("binlog_position")) {
    refuse(refusal, "\"binlog_position\" is missing");
    return out;
  }
  out.position.pos = in.u64("binlog_position");
  if (!in.failed() && out.position.pos < kFirstPosition)
    refuse(refusal, "\"binlog_position\" is below 4, where the first event of a file stands");
  return out;
}

SchemaChanges read_schema_changes(const JsonReader& in, std::optional<Refusal>& refusal) {
  SchemaChanges out;
  refuse_unknown(in, kSchemaFields, "", refusal);
  const auto database = needed_text(in, "database", "", refusal);
  if (!database) return out;
  if (!in.is_array_at("changes")) {
    refuse(refusal, "\"changes\" is missing or not an array");
    return out;
  }
  in.each("changes", [&](const JsonReader& item) {
    out.changes.push_back(
        read_change(item, fmt::format("\"changes\"[{}]", out.changes.size()), *database, refusal));
  });
  if (out.changes.empty()) refuse(refusal, "\"changes\" is empty");
  return out;
}

}  // namespace tidemark
