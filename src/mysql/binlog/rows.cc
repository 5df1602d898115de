// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "mysql/binlog/maria_compression.h"
#include "mysql/value/json_diff.h"

namespace tidemark {
namespace {

std::size_t bitmap_size(std::size_t bits) { return (bits + 7) / 8; }
// Low bit first.
bool is_set(const std::uint8_t* bitmap, std::size_t i) {
  return ((bitmap[i / 8] >> (i % 8)) & 1) != 0;
}

RowsTarget read_target(ByteReader& reader, EventType type, const FormatDescription& format) {
  RowsTarget target;
  target.table_id = format.table_id_size(type) == 4 ? reader.u32() : reader.u48();
  target.flags = reader.u16();
  return target;
}

}  // namespace

Result<RowsTarget> peek_table_id(const Event& event, const FormatDescription& format) {
  ByteReader reader(event.body);
  const RowsTarget target = read_target(reader, event.header.type, format);
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return target;
}

Result<RowsHeader> parse_rows_header(const Event& event, const FormatDescription& format) {
  const EventType type = event.header.type;
  const RowsForm form = rows_form(type);
  if (form.op == RowsOp::kNone) {
    return fail(ErrorKind::kUnsupported, fmt::format("{} events are not decoded", to_string(type)));
  }
  ByteReader reader(event.body);
  RowsHeader header;
  const RowsTarget target = read_target(reader, type, format);
  header.table_id = target.table_id;
  header.flags = target.flags;
  if (form.has_extra) {
    const std::size_t extra = reader.u16();  // counts its own two bytes
    if (extra < 2) return corrupt_event(type, "has extra data without a size");
    reader.skip(extra - 2);
  }
  const std::uint64_t width = reader.lenenc();
  if (width > 8 * reader.remaining()) return corrupt_event(type, "has more columns than bytes");
  header.width = width;
  header.before_bitmap = reader.bytes(bitmap_size(width));
  header.after_bitmap =
      form.op == RowsOp::kUpdate ? reader.bytes(bitmap_size(width)) : header.before_bitmap;
  header.rows = reader.rest();
  if (reader.failed()) return corrupt_event(type, "ends early");
  return header;
}

RowsReader::RowsReader(EventType type, RowsHeader header, const RowPlan& plan, RowScratch& scratch)
    : type_(type),
      form_(rows_form(type)),
      header_(header),
      plan_(&plan),
      scratch_(&scratch),
      p_(header.rows.data()),
      end_(header.rows.data() + header.rows.size()) {
  if (form_.has_before()) {
    before_ = prepare(header.before_bitmap, header.width, scratch.before, scratch.before_columns);
  }
  if (form_.has_after()) {
    after_ = prepare(header.after_bitmap, header.width, scratch.after, scratch.after_columns);
  }
}

RowsReader::Image RowsReader::prepare(Bytes bitmap, std::size_t width, std::vector<Value>& values,
                                      std::vector<std::uint32_t>& columns) {
  if (values.size() < width) values.resize(width);
  columns.clear();
  for (std::size_t i = 0; i < width; ++i) {
    if (carries(bitmap, i)) columns.push_back(static_cast<std::uint32_t>(i));
  }
  Image image;
  image.values = values.data();
  image.columns = columns;
  image.full = columns.size() == width;
  image.count = columns.size();
  // What a partial image leaves out stays absent for all its rows.
  if (!image.full) std::fill_n(values.begin(), width, Value::of_absent());
  return image;
}

Result<RowsReader> RowsReader::open(const Event& event, const FormatDescription& format,
                                    const RowPlan& plan, RowScratch& scratch) {
  RowsHeader header = TRY(parse_rows_header(event, format));
  if (rows_form(event.header.type).coding == RowsCoding::kCompressed) {
    if (!unpack_maria(header.rows, scratch.unpacked))
      return corrupt_event(event.header.type, "does not decompress");
    header.rows = as_bytes(scratch.unpacked);
  }
  if (header.width != plan.steps().size()) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("a {} event of {} has {} columns, its table map {}",
                            to_string(event.header.type), plan.table_text(), header.width,
                            plan.steps().size()),
                "report this with the binlog file; nothing was skipped");
  }
  RowsReader reader(event.header.type, header, plan, scratch);
  // Such rows (all columns by default, binlog_row_image=MINIMAL) take no bytes: nobody can count them.
  if (reader.before_.count + reader.after_.count == 0) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("a {} event of {} has rows without any column",
                            to_string(event.header.type), plan.table_text()),
                "set binlog_row_image=FULL on the server");
  }
  return reader;
}

Status RowsReader::fail_at(std::size_t column, Error error) const {
  return std::unexpected<Error>(std::move(error)
                                    .at(fmt::format("column {}", plan_->columns()[column].name))
                                    .at(plan_->table_text())
                                    .at(fmt::format("row {} of the event", rows_read_)));
}

Status RowsReader::cell_failed(std::size_t column, CellOutcome outcome) const {
  if (outcome == CellOutcome::kGuessed)
    return fail_at(column, {ErrorKind::kUnsupported,
                            "a member of the column has a '?', which may stand for a character "
                            "that only FULL row metadata shows",
                            "SET PERSIST binlog_row_metadata='FULL', then take a new snapshot "
                            "past this position"});
  return fail_at(column, corrupt_event(type_, outcome == CellOutcome::kEndsEarly
                                                  ? "ends within a value"
                                                  : "holds bytes that are no value of the type")
                             .error());
}

Status RowsReader::read_image(const Image& image) {
  const std::size_t bitmap = bitmap_size(image.count);
  if (static_cast<std::size_t>(end_ - p_) < bitmap) {
    return fail_at(0, corrupt_event(type_, "ends within a null bitmap").error());
  }
  const std::uint8_t* const nulls = p_;
  p_ += bitmap;
  const std::span<const ColumnStep> steps = plan_->steps();
  for (std::size_t i = 0; i < image.count; ++i) {
    const std::size_t column = image.full ? i : image.columns[i];
    Value* const out = image.values + column;
    if (is_set(nulls, i)) {
      *out = Value::of_null();
      continue;
    }
    const CellOutcome outcome = decode_cell(steps[column], &p_, end_, scratch_->arena, out);
    if (outcome != CellOutcome::kOk) [[unlikely]]
      return cell_failed(column, outcome);
  }
  return {};
}

Status RowsReader::read_before_documents() {
  scratch_->json_before.assign(header_.width, Bytes());
  const std::uint8_t* const image = p_;
  TRY(read_image(before_));
  // Once more over what is known to be whole, for the bytes behind the values.
  const std::uint8_t* p = image + bitmap_size(before_.count);
  Value skipped;
  for (std::size_t i = 0; i < before_.count; ++i) {
    if (is_set(image, i)) continue;
    const std::size_t column = before_.columns[i];
    ColumnStep step = plan_->steps()[column];
    step.decode = step.decode < Decode::kBytes ? Decode::kSkipFixed : Decode::kSkipSized;
    const std::uint8_t* const cell = p;
    decode_cell(step, &p, end_, scratch_->arena, &skipped);
    if (step.json) scratch_->json_before[column] = Bytes(cell + step.length_bytes, p);
  }
  return {};
}

// lenenc options; with bit 0 a bit for each JSON column of the table, carried or not, set for those whose
// value is differences; then an image as any other.
Status RowsReader::read_after_patches() {
  constexpr std::uint64_t kPartialJson = 1;
  const std::size_t documents = plan_->json_columns();
  ByteReader reader(Bytes(p_, end_));
  const std::uint64_t options = reader.lenenc();
  const Bytes partial =
      (options & kPartialJson) != 0 ? reader.bytes(bitmap_size(documents)) : Bytes();
  const Bytes nulls = reader.bytes(bitmap_size(after_.count));
  if (reader.failed())
    return fail_at(0, corrupt_event(type_, "ends before its after image").error());
  if (options > kPartialJson) {
    return fail_at(
        0, {ErrorKind::kUnsupported, fmt::format("row values are written with options {}", options),
            "use a version of Tidemark that knows this server"});
  }
  p_ = reader.position();
  std::size_t document = 0;  // number of the next JSON column
  std::size_t seen = 0;  // columns looked at for that
  for (std::size_t i = 0; i < after_.count; ++i) {
    const std::size_t column = after_.columns[i];
    for (; seen < column; ++seen) document += plan_->steps()[seen].json ? 1 : 0;
    const ColumnStep& step = plan_->steps()[column];
    if (is_set(nulls.data(), i)) {
      after_.values[column] = Value::of_null();
    } else if (step.json && !partial.empty() && is_set(partial.data(), document)) {
      TRY(read_patch(column));
    } else {
      const CellOutcome outcome =
          decode_cell(step, &p_, end_, scratch_->arena, after_.values + column);
      if (outcome != CellOutcome::kOk) return cell_failed(column, outcome);
    }
  }
  return {};
}

Status RowsReader::read_patch(std::size_t column) {
  ByteReader reader(Bytes(p_, end_));
  const std::size_t size = reader.u32();
  const Bytes diffs = reader.bytes(size);
  if (reader.failed()) return cell_failed(column, CellOutcome::kEndsEarly);
  p_ = reader.position();
  Value* const out = after_.values + column;
  if (plan_->steps()[column].decode != Decode::kJson) {
    *out = Value::of_null();  // not captured
    return {};
  }
  if (!before_carries(column)) {
    return fail_at(column,
                   {ErrorKind::kUnsupported,
                    "the column was logged as differences, without the document they apply to",
                    "SET GLOBAL binlog_row_value_options='' or binlog_row_image='FULL', let "
                    "sessions reconnect, and take a new snapshot past this position"});
  }
  const Bytes document = scratch_->json_before[column];
  if (document.data() == nullptr)
    return fail_at(column, corrupt_event(type_, "changes a document that is NULL").error());
  if (diffs.empty()) {
    *out = before_.values[column];
    return {};
  }
  std::string& text = scratch_->arena.builder();
  auto patched = append_patched_json_text(text, document, diffs);
  if (!patched)
    return fail_at(column, corrupt_event(type_, std::move(patched).error().message()).error());
  *out = Value::of_text(scratch_->arena.copy(text));
  return {};
}

void RowsReader::repeat_unchanged() {
  std::vector<std::uint32_t>& columns = scratch_->unchanged;
  columns.clear();
  for (std::uint32_t column = 0; column < header_.width; ++column) {
    if (before_carries(column) && !after_carries(column)) columns.push_back(column);
  }
  unchanged_ = columns;
}

Result<bool> RowsReader::next(RowView* before, RowView* after) {
  *before = {};
  *after = {};
  if (p_ == end_) return false;
  scratch_->arena.reset();
  const std::size_t width = header_.width;
  if (form_.coding == RowsCoding::kPartialJson) [[unlikely]] {
    TRY(read_before_documents());
    TRY(read_after_patches());
    *before = {before_.values, width};
    *after = {after_.values, width};
    ++rows_read_;
    return true;
  }
  if (form_.has_before()) {
    TRY(read_image(before_));
    *before = {before_.values, width};
  }
  if (form_.has_after()) {
    TRY(read_image(after_));
    *after = {after_.values, width};
    for (const std::uint32_t column : unchanged_) after_.values[column] = before_.values[column];
  }
  ++rows_read_;
  return true;
}

}  // namespace tidemark
