// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "mysql/binlog/cell_decoder.h"
#include "mysql/binlog/maria_compression.h"

namespace tidemark {
namespace {

std::size_t bitmap_size(std::size_t bits) { return (bits + 7) / 8; }

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
  // What a partial image leaves out stays null for all its rows.
  if (!image.full) std::fill_n(values.begin(), width, Value::of_null());
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
    if (((nulls[i / 8] >> (i % 8)) & 1) != 0) {
      *out = Value::of_null();
      continue;
    }
    const CellOutcome outcome = decode_cell(steps[column], &p_, end_, scratch_->arena, out);
    if (outcome == CellOutcome::kOk) [[likely]]
      continue;
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
  return {};
}

Result<bool> RowsReader::next(RowView* before, RowView* after) {
  *before = {};
  *after = {};
  if (p_ == end_) return false;
  scratch_->arena.reset();
  const std::size_t width = header_.width;
  if (form_.has_before()) {
    TRY(read_image(before_));
    *before = {before_.values, width};
  }
  if (form_.has_after()) {
    TRY(read_image(after_));
    *after = {after_.values, width};
  }
  ++rows_read_;
  return true;
}

}  // namespace tidemark
