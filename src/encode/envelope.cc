// SPDX-License-Identifier: Apache-2.0
#include "encode/envelope.h"

#include <array>
#include <cstring>

#include "encode/json_text.h"
#include "encode/record_schema.h"

namespace tidemark {
namespace {

// The literals of write_end together, with room to spare.
constexpr std::size_t kLiteralsMax = 256;
constexpr std::size_t kIntegers = 11;

constexpr std::string_view kSourceMember = ",\"source\":";

// Floor division, for instants before the epoch.
std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  const std::int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

std::string schema_wrapped(std::string_view schema, std::string_view payload) {
  std::string out;
  if (schema.empty()) return out.append(payload);
  return out.append("{\"schema\":")
      .append(schema)
      .append(",\"payload\":")
      .append(payload)
      .append("}");
}

// One digit string serves all three precisions of an instant: fewer digits are a prefix of it.
char* write_instant(char* out, std::int64_t wall_ns) {
  if (wall_ns < 1'000'000) [[unlikely]] {
    out = write_literal(out, "\"ts_ms\":");
    out = write_int(out, floor_div(wall_ns, 1'000'000));
    out = write_literal(out, ",\"ts_us\":");
    out = write_int(out, floor_div(wall_ns, 1000));
    out = write_literal(out, ",\"ts_ns\":");
    return write_int(out, wall_ns);
  }
  char digits[kIntegerSizeMax + kWriteSlack];
  const char* const end = write_uint(digits, static_cast<std::uint64_t>(wall_ns));
  const auto size = static_cast<std::size_t>(end - digits);
  out = write_literal(out, "\"ts_ms\":");
  std::memcpy(out, digits, kIntegerSizeMax);
  out += size - 6;
  out = write_literal(out, ",\"ts_us\":");
  std::memcpy(out, digits, kIntegerSizeMax);
  out += size - 3;
  out = write_literal(out, ",\"ts_ns\":");
  std::memcpy(out, digits, kIntegerSizeMax);
  return out + size;
}

}  // namespace

EnvelopeText::EnvelopeText(const Names& names, std::string_view schema,
                           bool replace_null_with_default)
    : shows_default_mark_(replace_null_with_default), has_schema_(!schema.empty()) {
  if (has_schema_) begin_.append("{\"schema\":").append(schema).append(",\"payload\":");
  begin_ += "{\"before\":";
  source_begin_ =
      std::string(kSourceMember) + "{\"version\":" + json_string(names.connector_version);
  source_begin_ += ",\"connector\":" + json_string(names.connector_name);
  source_begin_ += ",\"name\":" + json_string(names.topic_prefix) + ",\"ts_ms\":";
  database_ = ",\"db\":" + json_string(names.database) + ",\"sequence\":null,\"ts_us\":";
  table_ = ",\"table\":";
  table_ += names.table.data() == nullptr ? "null" : json_string(names.table);
  table_ += ",\"server_id\":";
}

std::size_t EnvelopeText::size_max(const SourceInfo& source) const {
  return begin_.size() + source_begin_.size() + database_.size() + table_.size() + kLiteralsMax +
         kIntegers * kIntegerSizeMax + string_size_max(source.gtid) + string_size_max(source.file) +
         string_size_max(source.query);
}

char* EnvelopeText::write_begin(char* out) const { return write_text(out, begin_); }
char* EnvelopeText::write_between(char* out) const { return write_literal(out, ",\"after\":"); }

char* EnvelopeText::write_until_row(char* out, const SourceInfo& source) const {
  out = write_text(out, source_begin_);
  out = write_int(out, floor_div(source.ts_us, 1000));
  out = write_literal(out, ",\"snapshot\":");
  if (source.snapshot == SnapshotMark::kFalse && !shows_default_mark_) {
    out = write_literal(out, "null");
  } else {
    *out++ = '"';
    out = write_text(out, to_string(source.snapshot));
    *out++ = '"';
  }
  out = write_text(out, database_);
  out = write_int(out, source.ts_us);
  out = write_literal(out, ",\"ts_ns\":");
  out = write_int(out, source.ts_us);
  if (source.ts_us != 0) out = write_literal(out, "000");
  out = write_text(out, table_);
  out = write_uint(out, source.server_id);
  out = write_literal(out, ",\"gtid\":");
  out = source.gtid.empty() ? write_literal(out, "null") : write_string(out, source.gtid);
  out = write_literal(out, ",\"file\":");
  out = write_string(out, source.file);
  out = write_literal(out, ",\"pos\":");
  out = write_uint(out, source.pos);
  return write_literal(out, ",\"row\":");
}

char* EnvelopeText::write_source_end(char* out, const SourceInfo& source) const {
  out = write_literal(out, ",\"thread\":");
  out = source.thread < 0 ? write_literal(out, "null") : write_int(out, source.thread);
  out = write_literal(out, ",\"query\":");
  out =
      source.query.data() == nullptr ? write_literal(out, "null") : write_string(out, source.query);
  *out++ = '}';
  return out;
}

char* EnvelopeText::write_until_transaction(char* out, const SourceInfo& source) const {
  return write_literal(write_source_end(out, source), ",\"transaction\":");
}

std::string EnvelopeText::source_json(const SourceInfo& source) const {
  std::string out(size_max(source) + kWriteSlack, '\0');
  const char* const end =
      write_source_end(write_uint(write_until_row(out.data(), source), source.row), source);
  const std::size_t size = static_cast<std::size_t>(end - out.data());
  return out.substr(kSourceMember.size(), size - kSourceMember.size());
}

std::size_t EnvelopeText::transaction_size_max(const TransactionOrder& order) {
  return kLiteralsMax + 2 * kIntegerSizeMax + string_size_max(order.id);
}

char* EnvelopeText::write_until_order(char* out, const TransactionOrder& order) {
  out = write_string(write_literal(out, "{\"id\":"), order.id);
  return write_literal(out, ",\"total_order\":");
}

char* EnvelopeText::write_next_order(char* out, const TransactionOrder& order) {
  out = write_uint(out, ++*order.total);
  out = write_literal(out, ",\"data_collection_order\":");
  out = write_uint(out, ++*order.in_collection);
  *out++ = '}';
  return out;
}

char* EnvelopeText::write_behind_row(char* out, const SourceInfo& source, Op op,
                                     std::int64_t wall_ns) const {
  out = write_literal(write_until_transaction(out, source), "null");
  return write_behind_transaction(out, op, wall_ns);
}

char* EnvelopeText::write_behind_transaction(char* out, Op op, std::int64_t wall_ns) const {
  out = write_literal(out, ",\"op\":\"");
  *out++ = static_cast<char>(op);
  out = write_literal(out, "\",");
  out = write_instant(out, wall_ns);
  *out++ = '}';
  if (has_schema_) *out++ = '}';
  return out;
}

char* EnvelopeText::write_end(char* out, const SourceInfo& source, Op op,
                              std::int64_t wall_ns) const {
  out = write_uint(write_until_row(out, source), source.row);
  return write_behind_row(out, source, op, wall_ns);
}

HeaderText::HeaderText(const Names& names, const EncodeSettings& settings,
                       std::string_view key_schema) {
  std::string context;
  if (settings.extended_headers) {
    const std::string_view schema = settings.schemas_enable_headers ? kStringSchemaJson : "";
    const std::array<std::pair<std::string_view, std::string_view>, 4> headers{{
        {"connectorLogicalName", names.topic_prefix},
        {"taskId", names.task_id},
        {"connectorName", names.connector_name},
        {"runId", names.run_id},
    }};
    for (const auto& [name, value] : headers) {
      if (!context.empty()) context += ',';
      context += json_string("__debezium.context." + std::string(name)) + ":";
      context += schema_wrapped(schema, json_string(value));
    }
  }
  plain_ = "{" + context + "}";
  const std::string begin =
      key_schema.empty() ? "" : "{\"schema\":" + std::string(key_schema) + ",\"payload\":";
  new_key_ = "{\"__debezium.newkey\":" + begin;
  old_key_ = "{\"__debezium.oldkey\":" + begin;
  if (!key_schema.empty()) key_end_ += '}';
  if (!context.empty()) key_end_ += "," + context;
  key_end_ += '}';
}

std::size_t HeaderText::key_change_size_max() const { return new_key_.size() + key_end_.size(); }
char* HeaderText::write_new_key_begin(char* out) const { return write_text(out, new_key_); }
char* HeaderText::write_old_key_begin(char* out) const { return write_text(out, old_key_); }
char* HeaderText::write_key_end(char* out) const { return write_text(out, key_end_); }

}  // namespace tidemark
