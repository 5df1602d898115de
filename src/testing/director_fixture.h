// SPDX-License-Identifier: Apache-2.0
// For tests: a director whose readers and stream are the test.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "snapshot/director.h"
#include "testing/manual_clock.h"

namespace tidemark {

inline TablePtr table(const std::string& name, std::uint64_t version = 1,
                      ColumnKind kind = ColumnKind::kInt) {
  auto out = std::make_shared<TableDef>();
  out->id = {"shop", name};
  out->version = version;
  out->rows_estimated = 100;
  ColumnDef column;
  column.name = "id";
  column.data_type = kind == ColumnKind::kString ? "varchar" : "bigint";
  column.kind = kind;
  if (kind == ColumnKind::kString) {
    column.charset = Charset::kUtf8;
    column.charset_name = "utf8mb4";
    column.collation_name = "utf8mb4_0900_ai_ci";
  }
  out->columns.push_back(column);
  out->key_columns = {0};
  return out;
}

inline KeyTuple at(std::int64_t value) {
  KeyCell cell;
  cell.i64 = value;
  return {cell};
}
inline KeyTuple at(const std::string& value) {
  KeyCell cell;
  cell.kind = KeyCell::Kind::kText;
  cell.text = value;
  return {cell};
}

class DirectorFixture : public testing::Test {
 protected:
  DirectorFixture() {
    log::set_level(log::Level::kError);
    boot();
  }
  void boot(const IncrementalState& state = {}) {
    director_.emplace(Director::Options{.chunk_rows = 10,
                                        .readers = 2,
                                        .new_id = [this] { return fmt::format("w{}", ++ids_); }},
                      clock_);
    director_->restore(state, [this](const TableId& id) {
      return id == gone_ ? nullptr : table(id.table, 7, kind_);
    });
  }
  Director& director() { return *director_; }

  std::vector<SubmitResult> submit(const std::string& name, const std::string& condition = "",
                                   const std::string& signal = "s1") {
    return director().submit(signal, {{table(name, 1, kind_), condition}});
  }
  // Submits and starts a table with keys 1 to `maximum`.
  void start(const std::string& name, std::int64_t maximum = 100) {
    submit(name);
    const auto task = director().next(0);
    ASSERT_TRUE(task);
    ASSERT_EQ(task->kind, ChunkTask::Kind::kStart);
    director().report_start(task->ticket, KeyRange{at(1), at(maximum)});
  }
  ChunkTask chunk(ReaderId reader = 0) {
    const auto task = director().next(reader);
    EXPECT_TRUE(task);
    if (!task) return {};
    EXPECT_EQ(task->kind, ChunkTask::Kind::kChunk);
    return *task;
  }
  bool read(const ChunkTask& task, std::int64_t last, bool end = false, std::uint64_t rows = 10) {
    return director().report_read(task.window, {at(last), rows, end});
  }
  void emit(const ChunkTask& task, std::uint64_t rows = 10) {
    ASSERT_TRUE(director().begin_emit(task.window));
    director().chunk_emitted(task.window, rows);
  }
  KeyTuple stored_cursor() { return director().state().tables.at(0).stripes.at(0).cursor; }

  ManualClock clock_;
  int ids_ = 0;
  ColumnKind kind_ = ColumnKind::kInt;
  TableId gone_;
  std::optional<Director> director_;
};

inline const Error kCut(ErrorKind::kRetryable, "the link was cut");

}  // namespace tidemark
