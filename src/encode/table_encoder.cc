// SPDX-License-Identifier: Apache-2.0
#include "encode/table_encoder.h"

#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "encode/column_plan.h"
#include "encode/identity.h"
#include "encode/json_text.h"
#include "encode/record_schema.h"
#include "encode/row_plan.h"

namespace tidemark {
namespace {

struct Range {
  std::uint32_t at = 0;
  std::uint32_t size = Record::kNull;
};

// Grows `out` by at most `size_max` bytes that `write` fills: char* in, end out.
template <class Write>
Range append(std::string& out, std::size_t size_max, Write write) {
  const std::size_t at = out.size();
  out.resize_and_overwrite(at + size_max + kWriteSlack, [&](char* data, std::size_t) {
    return static_cast<std::size_t>(write(data + at) - data);
  });
  ASSERT(out.size() < Record::kNull, "batch of 4 GiB or more");
  return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(out.size() - at)};
}

void append_record(RecordBatch& batch, const Topic* topic, Range key, Range value, Range headers) {
  batch.records().push_back({.topic = topic,
                             .key_at = key.at,
                             .key_size = key.size,
                             .value_at = value.at,
                             .value_size = value.size,
                             .headers_at = headers.at,
                             .headers_size = headers.size});
}

// What stands for a value that the row image does not carry: the placeholder in the column's own form.
std::string absent_json(const PlannedField& field, const std::string& placeholder) {
  const bool mapped = field.cell.kind == CellKind::kMapped;
  switch (mapped ? field.cell.mapping->base.kind : field.cell.kind) {
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
    case CellKind::kBytesHex:
    case CellKind::kBinaryText:
      break;
    default:
      return {};
  }
  const Value value = Value::of_text(placeholder);
  std::string out(cell_size_max(field.cell) + value_size_max(field.cell, value) + kWriteSlack,
                  '\0');
  char* const end = write_cell(out.data(), field.cell, value);
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

RowPlan row_plan(std::span<const PlannedField> fields, const std::string& placeholder) {
  std::vector<PlannedColumn> planned;
  for (const PlannedField& field : fields) {
    planned.push_back({.index = field.index,
                       .name = field.schema.name,
                       .format = field.cell,
                       .null_json = field.null_json,
                       .absent_json = absent_json(field, placeholder)});
  }
  return RowPlan(planned);
}

std::vector<SchemaColumn> schema_of(std::span<const PlannedField> fields) {
  std::vector<SchemaColumn> out;
  for (const PlannedField& field : fields) out.push_back(field.schema);
  return out;
}

// A cell that may not fit its form.
struct Doubtful {
  std::uint32_t index;
  CellFormat format;
  Misfit misfit;
};

void append_doubtful(std::vector<Doubtful>& out, std::span<const PlannedField> fields) {
  for (const PlannedField& field : fields) {
    if (!may_misfit(field.cell)) continue;
    const bool required = !field.schema.optional && !field.schema.default_json;
    out.push_back({field.index, field.cell, {field.schema.column, required}});
  }
}

}  // namespace

// The EncodePlan of one table version.
struct TableEncoder::Plan {
  Plan(const EncoderContext& context, TablePtr table_version, const Topic* records_topic,
       ColumnPlan column_plan);

  Range append_key(RowView row, RecordBatch& batch) const;
  Range append_value(const Change& change, Op op, const RecordTime& now,
                     const TransactionOrder& order, RecordBatch& batch) const;
  template <class WriteEnd>
  Range append_images(RowView before, RowView after, std::size_t rest_size_max, WriteEnd write_end,
                      RecordBatch& batch) const;
  template <class AppendValue>
  void append_plain(Op op, RowView before, RowView after, AppendValue append_value,
                    RecordBatch& batch) const;
  Range append_headers(RecordBatch& batch) const;
  Range append_key_headers(bool new_key, RowView key_row, RecordBatch& batch) const;
  void encode_key_change(const Change& change, const RecordTime& now, const TransactionOrder& order,
                         RecordBatch& batch) const;

  std::size_t key_size_max(RowView row) const {
    return key_begin.size() + key.size_max(row) + key_end.size();
  }
  char* write_key(char* out, RowView row) const {
    return write_text(key.write(write_text(out, key_begin), row), key_end);
  }
  char* write_image(char* out, RowView row) const {
    return row.empty() ? write_literal(out, "null") : rows.write(out, row);
  }
  std::size_t image_size_max(RowView row) const { return row.empty() ? 4 : rows.size_max(row); }
  void check(Op op, RowView before, RowView after) const {
    if (op == Op::kUpdate || op == Op::kDelete) check(before);
    if (op != Op::kDelete) check(after);
  }
  void check(RowView row) const {
    ASSERT(row.size() == table->columns.size(), "row of another version of " + table->id.text());
  }

  TablePtr table;
  ColumnPlan columns;
  const Topic* topic;
  bool tombstones;
  std::string key_schema;
  std::string value_schema;
  std::string key_begin;  // {"schema":..,"payload":  if schemas are on
  std::string key_end;
  RowPlan rows;
  RowPlan key;
  IdentityPlan identity;
  EnvelopeText envelope;
  HeaderText headers;
  std::vector<Doubtful> doubtful;
};

namespace {

SchemaNames names_of(const EncoderContext& context, const Topic& topic) {
  return schema_names(topic.name, context.settings.schema_names);
}

EnvelopeText envelope_text(const EncoderContext& context, const TableDef& table,
                           std::string_view schema) {
  return EnvelopeText({.connector_version = context.connector_version,
                       .connector_name = context.connector_name,
                       .topic_prefix = context.topic_prefix,
                       .database = table.id.database,
                       .table = table.id.table},
                      context.settings.schemas_enable_value ? schema : std::string_view(),
                      context.settings.replace_null_with_default);
}

HeaderText header_text(const EncoderContext& context, std::string_view key_schema) {
  return HeaderText({.topic_prefix = context.topic_prefix,
                     .task_id = context.task_id,
                     .connector_name = context.connector_name,
                     .run_id = context.run_id},
                    context.settings,
                    context.settings.schemas_enable_headers ? key_schema : std::string_view());
}

}  // namespace

TableEncoder::Plan::Plan(const EncoderContext& context, TablePtr table_version,
                         const Topic* records_topic, ColumnPlan column_plan)
    : table(std::move(table_version)),
      columns(std::move(column_plan)),
      topic(records_topic),
      tombstones(context.settings.tombstones),
      key_schema(columns.key.empty()
                     ? ""
                     : key_schema_json(names_of(context, *topic), schema_of(columns.key))),
      value_schema(envelope_schema_json(names_of(context, *topic), context.connector_name,
                                        schema_of(columns.row))),
      rows(row_plan(columns.row, context.settings.unavailable_value)),
      key(row_plan(columns.key, context.settings.unavailable_value)),
      identity(*table, columns.key_columns),
      envelope(envelope_text(context, *table, value_schema)),
      headers(header_text(context, key_schema)) {
  if (context.settings.carry_schemas)
    topic = context.topics->intern(topic->name, {key_schema, value_schema});
  append_doubtful(doubtful, columns.row);
  append_doubtful(doubtful, columns.key);
  if (context.settings.schemas_enable_key && !columns.key.empty()) {
    key_begin = "{\"schema\":" + key_schema + ",\"payload\":";
    key_end = "}";
  }
}

Range TableEncoder::Plan::append_key(RowView row, RecordBatch& batch) const {
  if (key.empty()) return {};
  return append(batch.buffer(), key_size_max(row), [&](char* out) { return write_key(out, row); });
}

Range TableEncoder::Plan::append_value(const Change& change, Op op, const RecordTime& now,
                                       const TransactionOrder& order, RecordBatch& batch) const {
  const RowView before = op == Op::kCreate || op == Op::kRead ? RowView() : change.before;
  const RowView after = op == Op::kDelete ? RowView() : change.after;
  if (!order.on()) {
    return append_images(
        before, after, envelope.size_max(change.source),
        [&](char* out) { return envelope.write_end(out, change.source, op, now.wall_ns); }, batch);
  }
  return append_images(
      before, after, envelope.size_max(change.source) + EnvelopeText::transaction_size_max(order),
      [&](char* out) {
        out = write_uint(envelope.write_until_row(out, change.source), change.source.row);
        out = envelope.write_until_transaction(out, change.source);
        out = EnvelopeText::write_next_order(EnvelopeText::write_until_order(out, order), order);
        return envelope.write_behind_transaction(out, op, now.wall_ns);
      },
      batch);
}

template <class WriteEnd>
Range TableEncoder::Plan::append_images(RowView before, RowView after, std::size_t rest_size_max,
                                        WriteEnd write_end, RecordBatch& batch) const {
  const std::size_t size_max = rest_size_max + image_size_max(before) + image_size_max(after);
  return append(batch.buffer(), size_max, [&](char* out) {
    out = write_image(envelope.write_begin(out), before);
    out = write_image(envelope.write_between(out), after);
    return write_end(out);
  });
}

// The record of a change that is none of its key, and the tombstone of a delete.
template <class AppendValue>
void TableEncoder::Plan::append_plain(Op op, RowView before, RowView after,
                                      AppendValue append_value, RecordBatch& batch) const {
  const Range key_range = append_key(op == Op::kDelete ? before : after, batch);
  const Range header_range = append_headers(batch);
  append_record(batch, topic, key_range, append_value(), header_range);
  if (op == Op::kDelete && tombstones) append_record(batch, topic, key_range, {}, header_range);
}

// Records in a row with the same headers share one copy.
Range TableEncoder::Plan::append_headers(RecordBatch& batch) const {
  const std::string_view text = headers.plain();
  if (!batch.empty()) {
    const Record& last = batch.records().back();
    if (batch.headers(last) == text) return {last.headers_at, last.headers_size};
  }
  return append(batch.buffer(), text.size(), [&](char* out) { return write_text(out, text); });
}

Range TableEncoder::Plan::append_key_headers(bool new_key, RowView key_row,
                                             RecordBatch& batch) const {
  const std::size_t size_max = headers.key_change_size_max() + key.size_max(key_row);
  return append(batch.buffer(), size_max, [&](char* out) {
    out = new_key ? headers.write_new_key_begin(out) : headers.write_old_key_begin(out);
    return headers.write_key_end(key.write(out, key_row));
  });
}

void TableEncoder::Plan::encode_key_change(const Change& change, const RecordTime& now,
                                           const TransactionOrder& order,
                                           RecordBatch& batch) const {
  const Range old_key = append_key(change.before, batch);
  const Range to_new = append_key_headers(true, change.after, batch);
  append_record(batch, topic, old_key, append_value(change, Op::kDelete, now, order, batch),
                to_new);
  if (tombstones) append_record(batch, topic, old_key, {}, to_new);
  const Range new_key = append_key(change.after, batch);
  const Range from_old = append_key_headers(false, change.before, batch);
  append_record(batch, topic, new_key, append_value(change, Op::kCreate, now, order, batch),
                from_old);
}

TableEncoder::TableEncoder(std::unique_ptr<const Plan> plan) : plan_(std::move(plan)) {}
TableEncoder::~TableEncoder() = default;

Result<std::unique_ptr<TableEncoder>> TableEncoder::compile(const EncoderContext& context,
                                                            TablePtr table) {
  ASSERT(context.topics != nullptr && table != nullptr);
  ColumnPlan columns = TRY(plan_columns(context, *table));
  const std::string name = TRY(
      topic_name(context.topic_prefix, context.topic_delimiter, context.topic_naming, table->id));
  auto plan = std::make_unique<Plan>(context, std::move(table), context.topics->intern(name),
                                     std::move(columns));
  return std::unique_ptr<TableEncoder>(new TableEncoder(std::move(plan)));
}

const Topic* TableEncoder::topic() const { return plan_->topic; }
const TablePtr& TableEncoder::table() const { return plan_->table; }
bool TableEncoder::has_key() const { return !plan_->key.empty(); }
std::string_view TableEncoder::key_schema() const { return plan_->key_schema; }
std::string_view TableEncoder::envelope_schema() const { return plan_->value_schema; }

void TableEncoder::encode(const Change& change, const RecordTime& now, RecordBatch& batch) const {
  plan_->check(change.op, change.before, change.after);
  if (change.op == Op::kUpdate && key_changed(change.before, change.after)) {
    plan_->encode_key_change(change, now, {}, batch);
    return;
  }
  plan_->append_plain(
      change.op, change.before, change.after,
      [&] { return plan_->append_value(change, change.op, now, {}, batch); }, batch);
}

void TableEncoder::begin_event(EventEnd& end) const {
  const EnvelopeText& envelope = plan_->envelope;
  const std::size_t size_max = envelope.size_max(end.source);
  end.until_row.clear();
  end.behind_row.clear();
  append(end.until_row, size_max,
         [&](char* out) { return envelope.write_until_row(out, end.source); });
  if (!end.transaction.on()) {
    append(end.behind_row, size_max, [&](char* out) {
      return envelope.write_behind_row(out, end.source, end.op, end.now.wall_ns);
    });
    return;
  }
  end.behind_order.clear();
  append(end.behind_row, size_max + EnvelopeText::transaction_size_max(end.transaction),
         [&](char* out) {
           return EnvelopeText::write_until_order(envelope.write_until_transaction(out, end.source),
                                                  end.transaction);
         });
  append(end.behind_order, size_max, [&](char* out) {
    return envelope.write_behind_transaction(out, end.op, end.now.wall_ns);
  });
}

void TableEncoder::encode(RowView before, RowView after, std::uint32_t row, const EventEnd& end,
                          RecordBatch& batch) const {
  plan_->check(end.op, before, after);
  if (end.op == Op::kUpdate && key_changed(before, after)) {
    Change change{.op = end.op, .before = before, .after = after, .source = end.source};
    change.source.row = row;
    plan_->encode_key_change(change, end.now, end.transaction, batch);
    return;
  }
  const std::size_t rest_size_max = plan_->envelope.begin_size_max() + end.until_row.size() +
                                    kIntegerSizeMax + end.behind_row.size();
  if (end.transaction.on()) {
    const std::size_t size_max = rest_size_max + end.behind_order.size() +
                                 EnvelopeText::transaction_size_max(end.transaction);
    const auto write_numbered_end = [&](char* out) {
      out = write_uint(write_text(out, end.until_row), row);
      out = EnvelopeText::write_next_order(write_text(out, end.behind_row), end.transaction);
      return write_text(out, end.behind_order);
    };
    plan_->append_plain(
        end.op, before, after,
        [&] { return plan_->append_images(before, after, size_max, write_numbered_end, batch); },
        batch);
    return;
  }
  const auto write_end = [&](char* out) {
    out = write_uint(write_text(out, end.until_row), row);
    return write_text(out, end.behind_row);
  };
  plan_->append_plain(
      end.op, before, after,
      [&] { return plan_->append_images(before, after, rest_size_max, write_end, batch); }, batch);
}

void TableEncoder::encode_truncate(const SourceInfo& source, const RecordTime& now,
                                   RecordBatch& batch) const {
  const Plan& plan = *plan_;
  const Range headers = plan.append_headers(batch);
  const std::size_t size_max = plan.envelope.size_max(source) + 8;  // null, twice
  const Range value = append(batch.buffer(), size_max, [&](char* out) {
    out = write_literal(plan.envelope.write_begin(out), "null");
    out = write_literal(plan.envelope.write_between(out), "null");
    return plan.envelope.write_end(out, source, Op::kTruncate, now.wall_ns);
  });
  append_record(batch, plan.topic, {}, value, headers);
}

void TableEncoder::encode_row(RowView row, std::string& out) const {
  plan_->check(row);
  append(out, plan_->rows.size_max(row), [&](char* at) { return plan_->rows.write(at, row); });
}

void TableEncoder::encode_key(RowView row, std::string& out) const {
  plan_->check(row);
  if (plan_->key.empty()) return;
  append(out, plan_->key_size_max(row), [&](char* at) { return plan_->write_key(at, row); });
}

void TableEncoder::read_end(const SourceInfo& source, const RecordTime& now,
                            std::string& out) const {
  out.clear();
  append(out, plan_->envelope.size_max(source),
         [&](char* at) { return plan_->envelope.write_end(at, source, Op::kRead, now.wall_ns); });
}

void TableEncoder::assemble_read(std::string_view key_json, std::string_view row_json,
                                 std::string_view end, RecordBatch& batch) const {
  const Plan& plan = *plan_;
  Range key;
  if (!plan.key.empty()) {
    key = append(batch.buffer(), key_json.size(),
                 [&](char* out) { return write_text(out, key_json); });
  }
  const Range headers = plan.append_headers(batch);
  const std::size_t size_max = plan.envelope.begin_size_max() + row_json.size() + end.size();
  const Range value = append(batch.buffer(), size_max, [&](char* out) {
    out = write_literal(plan.envelope.write_begin(out), "null");
    out = write_text(plan.envelope.write_between(out), row_json);
    return write_text(out, end);
  });
  append_record(batch, plan.topic, key, value, headers);
}

bool TableEncoder::key_changed(RowView before, RowView after) const {
  return plan_->identity.differs(before, after);
}

bool TableEncoder::same_row(RowView before, RowView after, std::string& scratch) const {
  plan_->check(before);
  plan_->check(after);
  return plan_->rows.same(before, after, scratch);
}

std::span<const std::uint8_t> TableEncoder::needed_columns() const { return plan_->columns.needed; }

const std::vector<std::string>& TableEncoder::notes() const { return plan_->columns.notes; }

bool TableEncoder::may_misfit() const { return !plan_->doubtful.empty(); }

std::optional<Misfit> TableEncoder::check_fit(RowView row) const {
  std::optional<Misfit> found;
  for (const Doubtful& cell : plan_->doubtful) {
    const Value& value = row[cell.index];
    if (value.null || fits(cell.format, value)) continue;
    if (cell.misfit.required) return cell.misfit;
    if (!found) found = cell.misfit;
  }
  return found;
}

}  // namespace tidemark
