// SPDX-License-Identifier: Apache-2.0
#include "encode/schema_change_records.h"

#include <vector>

#include "encode/json_text.h"
#include "encode/record_schema.h"
#include "encode/table_model.h"

namespace tidemark {
namespace {

constexpr std::string_view kColumnFields =
    R"({"type":"string","optional":false,"field":"name"},)"
    R"({"type":"int32","optional":false,"field":"jdbcType"},)"
    R"({"type":"int32","optional":true,"field":"nativeType"},)"
    R"({"type":"string","optional":false,"field":"typeName"},)"
    R"({"type":"string","optional":true,"field":"typeExpression"},)"
    R"({"type":"string","optional":true,"field":"charsetName"},)"
    R"({"type":"int32","optional":true,"field":"length"},)"
    R"({"type":"int32","optional":true,"field":"scale"},)"
    R"({"type":"int32","optional":false,"field":"position"},)"
    R"({"type":"boolean","optional":true,"field":"optional"},)"
    R"({"type":"boolean","optional":true,"field":"autoIncremented"},)"
    R"({"type":"boolean","optional":true,"field":"generated"},)"
    R"({"type":"string","optional":true,"field":"comment"},)"
    R"({"type":"string","optional":true,"field":"defaultValueExpression"},)"
    R"({"type":"array","items":{"type":"string","optional":false},"optional":true,)"
    R"("field":"enumValues"})";

std::string table_schema() {
  return R"({"type":"struct","fields":[)"
         R"({"type":"string","optional":true,"field":"defaultCharsetName"},)"
         R"({"type":"array","items":{"type":"string","optional":false},"optional":true,)"
         R"("field":"primaryKeyColumnNames"},)"
         R"({"type":"array","items":{"type":"struct","fields":[)" +
         std::string(kColumnFields) +
         R"(],"optional":false,"name":"io.debezium.connector.schema.Column","version":1},)"
         R"("optional":false,"field":"columns"},)"
         R"({"type":"string","optional":true,"field":"comment"}],)"
         R"("optional":true,"name":"io.debezium.connector.schema.Table","version":1,)"
         R"("field":"table"})";
}

std::string change_schema() {
  return R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"type"},)"
         R"({"type":"string","optional":false,"field":"id"},)" +
         table_schema() +
         R"(],"optional":false,"name":"io.debezium.connector.schema.Change","version":1})";
}

std::string struct_name(std::string_view connector, std::string_view suffix) {
  return R"("optional":false,"name":"io.debezium.connector.)" + std::string(connector) + "." +
         std::string(suffix) + R"(","version":1})";
}

std::string key_schema_of(std::string_view connector) {
  return R"({"type":"struct","fields":[)"
         R"({"type":"string","optional":false,"field":"databaseName"}],)" +
         struct_name(connector, "SchemaChangeKey");
}

std::string value_schema_of(std::string_view connector) {
  return R"({"type":"struct","fields":[)" + source_field_json(connector) +
         R"(,{"type":"int64","optional":false,"field":"ts_ms"},)"
         R"({"type":"string","optional":true,"field":"databaseName"},)"
         R"({"type":"string","optional":true,"field":"schemaName"},)"
         R"({"type":"string","optional":true,"field":"ddl"},)"
         R"({"type":"array","items":)" +
         change_schema() + R"(,"optional":false,"field":"tableChanges"}],)" +
         struct_name(connector, "SchemaChangeValue");
}

std::string text_or_null(std::string_view text) {
  return text.empty() ? std::string("null") : json_string(text);
}

std::string number_or_null(const std::optional<std::uint32_t>& number) {
  return number ? std::to_string(*number) : std::string("null");
}

std::string members_json(const std::vector<std::string>& members) {
  if (members.empty()) return "null";
  std::string out = "[";
  for (const std::string& member : members) {
    if (out.size() > 1) out += ',';
    out += json_string(member);
  }
  return out + "]";
}

std::string column_json(const ColumnModel& column, std::size_t position, bool comments) {
  const std::string type = json_string(column.type);
  const char* const automatic = column.automatic ? "true" : "false";
  std::string out = "{\"name\":" + json_string(column.name);
  out += ",\"jdbcType\":" + std::to_string(column.jdbc_type);
  out += ",\"nativeType\":null,\"typeName\":" + type + ",\"typeExpression\":" + type;
  out += ",\"charsetName\":" + text_or_null(column.charset);
  out += ",\"length\":" + number_or_null(column.length);
  out += ",\"scale\":" + number_or_null(column.scale);
  out += ",\"position\":" + std::to_string(position);
  out += column.optional ? ",\"optional\":true" : ",\"optional\":false";
  // The original sets both for either, and neither for an expression.
  out += std::string(",\"autoIncremented\":") + automatic + ",\"generated\":" + automatic;
  out += ",\"comment\":" + text_or_null(comments ? column.comment : "");
  out += ",\"defaultValueExpression\":";
  out += column.default_text ? json_string(*column.default_text) : "null";
  return out + ",\"enumValues\":" + members_json(column.members) + "}";
}

std::string table_json(const TableModel& table, bool comments) {
  std::string out = "{\"defaultCharsetName\":" + text_or_null(table.charset);
  out += ",\"primaryKeyColumnNames\":[";
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    if (i > 0) out += ',';
    out += json_string(table.key[i]);
  }
  out += "],\"columns\":[";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) out += ',';
    out += column_json(table.columns[i], i + 1, comments);
  }
  return out + "],\"comment\":" + text_or_null(comments ? table.comment : "") + "}";
}

std::string wrapped(bool with_schema, std::string_view schema, std::string payload) {
  if (!with_schema) return payload;
  return "{\"schema\":" + std::string(schema) + ",\"payload\":" + payload + "}";
}

std::uint32_t append_to(std::string& buffer, std::string_view text) {
  buffer += text;
  return static_cast<std::uint32_t>(text.size());
}

}  // namespace

SchemaChangeRecords::SchemaChangeRecords(const EncoderContext& context, bool comments)
    : context_(context),
      comments_(comments),
      key_schema_(key_schema_of(context.connector_name)),
      value_schema_(value_schema_of(context.connector_name)),
      topic_(context.settings.carry_schemas
                 ? context.topics->intern(context.topic_prefix,
                                          {.key = key_schema_, .value = value_schema_})
                 : context.topics->intern(context.topic_prefix)),
      headers_({.topic_prefix = context.topic_prefix,
                .task_id = context.task_id,
                .connector_name = context.connector_name,
                .run_id = context.run_id},
               context.settings, "") {}

void SchemaChangeRecords::append(const SchemaChangeRecord& change, RecordBatch& batch) const {
  const EnvelopeText envelope(
      {.connector_version = context_.connector_version,
       .connector_name = context_.connector_name,
       .topic_prefix = context_.topic_prefix,
       .database = change.database,
       .table = change.tables ? std::string_view(*change.tables) : std::string_view()},
      "", context_.settings.replace_null_with_default);
  const std::string database = json_string(change.database);
  std::string value = "{\"source\":" + envelope.source_json(change.source);
  value += ",\"ts_ms\":" + std::to_string(change.ts_ms) + ",\"databaseName\":" + database;
  value += ",\"schemaName\":null,\"ddl\":" + json_string(change.ddl) + ",\"tableChanges\":[";
  for (const TableChange& each : change.changes) {
    if (&each != change.changes.data()) value += ',';
    value += "{\"type\":" + json_string(to_string(each.action));
    value += ",\"id\":" + json_string(double_quoted(each.id)) + ",\"table\":";
    value += each.table == nullptr ? "null" : table_json(model_of(*each.table), comments_);
    value += '}';
  }
  value += "]}";

  const EncodeSettings& settings = context_.settings;
  std::string& buffer = batch.buffer();
  Record record{.topic = topic_};
  record.key_at = static_cast<std::uint32_t>(buffer.size());
  record.key_size = append_to(buffer, wrapped(settings.schemas_enable_key, key_schema_,
                                              "{\"databaseName\":" + database + "}"));
  record.value_at = static_cast<std::uint32_t>(buffer.size());
  record.value_size =
      append_to(buffer, wrapped(settings.schemas_enable_value, value_schema_, std::move(value)));
  record.headers_at = static_cast<std::uint32_t>(buffer.size());
  record.headers_size = append_to(buffer, headers_.plain());
  batch.records().push_back(record);
}

}  // namespace tidemark
