// SPDX-License-Identifier: Apache-2.0
// Every recorded event of a real server against what that server says the rows are. Two references:
// the server's text of each cell, and the values that a snapshot makes of that text.
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <map>

#include "mysql/binlog/golden_fixture.h"
#include "mysql/binlog/payload.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/binlog/rows.h"
#include "mysql/binlog/table_map.h"
#include "mysql/value/decimal.h"
#include "mysql/value/temporal.h"
#include "mysql/value/text_cell.h"

namespace tidemark {
namespace {

// The server's text of a value, made the slow and obvious way.
std::string server_text(const ColumnDef& column, const Value& value) {
  std::string out;
  switch (column.kind) {
    case ColumnKind::kInt:
      return std::to_string(value.i64);
    case ColumnKind::kUint:
      return std::to_string(value.u64);
    case ColumnKind::kDecimal64:
      append_decimal64(out, value.i64, column.scale);
      return out;
    case ColumnKind::kDate:
      append_date(out, value.civil);
      return out;
    case ColumnKind::kDatetime:
      append_datetime(out, value.civil, value.micros, column.fraction_digits);
      return out;
    case ColumnKind::kTime:
      append_time(out, value.i64, column.fraction_digits);
      return out;
    case ColumnKind::kTimestamp:
      append_timestamp(out, value.i64, column.fraction_digits);
      return out;
    case ColumnKind::kYear: {
      out = std::to_string(value.i64);
      return std::string(4 - out.size(), '0') + out;
    }
    case ColumnKind::kBit: {
      for (unsigned i = (column.length + 7) / 8; i-- > 0;) {
        out += static_cast<char>(value.u64 >> (8 * i));
      }
      return out;
    }
    default:
      return std::string(value.text());
  }
}

void expect_text(const ColumnDef& column, const Value& value, const std::string& cell) {
  if (column.kind == ColumnKind::kFloat) {
    EXPECT_EQ(value.f32, static_cast<float>(std::strtod(cell.c_str(), nullptr))) << cell;
  } else if (column.kind == ColumnKind::kDouble) {
    const double expected = std::strtod(cell.c_str(), nullptr);
    EXPECT_EQ(value.f64, expected);
    EXPECT_EQ(std::signbit(value.f64), std::signbit(expected));
  } else if (column.column_type.find("zerofill") != std::string::npos) {
    const std::string text = server_text(column, value);
    EXPECT_EQ(std::string(cell.size() - text.size(), '0') + text, cell);
  } else {
    EXPECT_EQ(server_text(column, value), cell);
  }
}

bool holds_text(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
    case ColumnKind::kBinary:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kJson:
    case ColumnKind::kDecimalText:
    case ColumnKind::kGeometry:
    case ColumnKind::kPoint:
    case ColumnKind::kVector:
      return true;
    default:
      return false;
  }
}

void expect_same(const ColumnDef& column, const Value& streamed, const Value& selected) {
  if (holds_text(column.kind)) {
    EXPECT_EQ(streamed.text(), selected.text());
  } else {
    EXPECT_EQ(streamed.u64, selected.u64);  // whichever member it is: the same bits
    EXPECT_EQ(streamed.micros, selected.micros);
  }
}

// The columns of a table that can be captured.
std::vector<std::uint32_t> decoded_columns(const TableDef& table) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].kind != ColumnKind::kUnsupported) out.push_back(i);
  }
  return out;
}

// Walks through one case as a stream would.
class Replay {
 public:
  explicit Replay(const golden::Case& scenario) : scenario_(scenario) {}

  void run() {
    for (std::size_t i = 0; i < scenario_.items.size(); ++i) {
      const golden::Item& item = scenario_.items[i];
      if (item.kind == golden::Item::Kind::kTable) table_ = item.table;
      if (item.kind != golden::Item::Kind::kEvent) continue;
      const Result<Event> event = parser_.parse(item.raw());
      ASSERT_TRUE(event) << event.error().text();
      SCOPED_TRACE(to_string(event->header.type));
      handle(*event, i + 1);
    }
    EXPECT_EQ(images_seen_, images_recorded());
  }

  std::size_t rows() const { return images_seen_; }

 private:
  std::size_t images_recorded() const {
    std::size_t count = 0;
    for (const golden::Item& item : scenario_.items)
      count += item.kind == golden::Item::Kind::kImage;
    return count;
  }

  void handle(const Event& event, std::size_t next_item) {
    if (event.header.type == EventType::kTransactionPayload) {
      ASSERT_TRUE(payload_.open(event));
      for (;;) {
        const Result<std::optional<Event>> inner = payload_.next();
        ASSERT_TRUE(inner) << inner.error().text();
        if (!*inner) return;
        handle(**inner, next_item);
      }
    }
    if (event.header.type == EventType::kTableMap) {
      map_table(event);
    } else if (is_rows(event.header.type)) {
      read_rows(event, next_item);
    }
  }

  void map_table(const Event& event) {
    const Result<TableMap> map = parse_table_map(event, parser_.format());
    ASSERT_TRUE(map) << map.error().text();
    std::vector<std::uint8_t> captured(table_->columns.size(), 0);
    for (const std::uint32_t i : decoded_columns(*table_)) captured[i] = 1;
    Result<RowPlan> plan = RowPlan::compile(*map, table_, captured);
    ASSERT_TRUE(plan) << plan.error().text();
    plans_.insert_or_assign(map->table_id, std::move(*plan));
    const Result<RowPlan> printing = RowPlan::compile(*map);
    ASSERT_TRUE(printing) << printing.error().text();
  }

  // The images follow all events of their statement, which may be several.
  void read_rows(const Event& event, std::size_t next_item) {
    next_item = std::max(next_item, next_image_);
    while (next_item < scenario_.items.size() &&
           scenario_.items[next_item].kind != golden::Item::Kind::kImage) {
      ++next_item;
    }
    const Result<RowsTarget> target = peek_table_id(event, parser_.format());
    ASSERT_TRUE(target) << target.error().text();
    const auto plan = plans_.find(target->table_id);
    ASSERT_NE(plan, plans_.end());
    Result<RowsReader> reader = RowsReader::open(event, parser_.format(), plan->second, scratch_);
    ASSERT_TRUE(reader) << reader.error().text();
    for (;;) {
      RowView before;
      RowView after;
      const Result<bool> more = reader->next(&before, &after);
      ASSERT_TRUE(more) << more.error().text();
      if (!*more) break;
      SCOPED_TRACE(testing::Message() << "row " << reader->row_index());
      if (!before.empty()) expect_image(*reader, before, false, next_item++);
      if (!after.empty()) expect_image(*reader, after, true, next_item++);
    }
    next_image_ = next_item;
  }

  void expect_image(const RowsReader& reader, RowView row, bool after, std::size_t item) {
    ASSERT_LT(item, scenario_.items.size());
    ASSERT_EQ(scenario_.items[item].kind, golden::Item::Kind::kImage);
    const golden::Image& image = scenario_.items[item].image;
    ASSERT_EQ(image.after, after);
    ASSERT_EQ(row.size(), image.cells.size());
    ++images_seen_;
    const std::vector<std::uint32_t> columns = decoded_columns(*table_);
    const std::vector<Value> selected = select(columns, image);
    for (const std::uint32_t i : columns) {
      const ColumnDef& column = table_->columns[i];
      SCOPED_TRACE("column " + column.name + " " + column.column_type);
      if (!(after ? reader.after_carries(i) : reader.before_carries(i))) {
        EXPECT_FALSE(reader.full_images());
        EXPECT_TRUE(row[i].absent());
        continue;
      }
      ASSERT_EQ(row[i].null, !image.cells[i]);
      EXPECT_FALSE(row[i].absent());
      if (row[i].null) continue;
      expect_text(column, row[i], *image.cells[i]);
      expect_same(column, row[i], selected[i]);
    }
  }

  std::vector<Value> select(const std::vector<std::uint32_t>& columns, const golden::Image& image) {
    const Result<TextRowPlan> plan = TextRowPlan::compile(table_, columns);
    EXPECT_TRUE(plan);
    std::vector<const char*> cells;
    std::vector<unsigned long> lengths;
    for (const std::uint32_t i : columns) {
      cells.push_back(image.cells[i] ? image.cells[i]->data() : nullptr);
      lengths.push_back(image.cells[i] ? image.cells[i]->size() : 0);
    }
    const Result<RowView> row = plan->decode(cells.data(), lengths.data(), select_scratch_);
    EXPECT_TRUE(row) << row.error().text();
    if (!row) return std::vector<Value>(table_->columns.size());
    return {row->begin(), row->end()};
  }

  const golden::Case& scenario_;
  EventParser parser_{true};
  PayloadReader payload_;
  TablePtr table_;
  std::map<std::uint64_t, RowPlan> plans_;
  RowScratch scratch_;
  RowScratch select_scratch_;
  std::size_t images_seen_ = 0;
  std::size_t next_image_ = 0;  // index of the item
};

TEST(Golden, EveryRecordedRowReadsAsTheServerPrintsIt) {
  std::size_t rows = 0;
  for (const auto& path : golden::case_paths()) {
    SCOPED_TRACE(path.stem().string());
    const golden::Case scenario = golden::read_case(path);
    Replay replay(scenario);
    replay.run();
    rows += replay.rows();
  }
  EXPECT_GT(rows, 100U);
}

}  // namespace
}  // namespace tidemark
