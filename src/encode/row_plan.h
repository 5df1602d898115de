// SPDX-License-Identifier: Apache-2.0
// How rows of one table version, or their keys, become JSON objects: a flat vector of steps, one
// for each column, with everything constant already spelled out.
// Thread:   immutable once compiled
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "change/value.h"
#include "encode/cell.h"

namespace tidemark {

// One member of the object.
struct PlannedColumn {
  std::uint32_t index = 0;  // in the row
  std::string name;
  CellFormat format;
  std::string null_json;  // what stands for null: `null`, a default, a fallback
  std::string
      absent_json;  // what stands for a value that the image does not carry; empty: nothing may
};

class RowPlan {
 public:
  explicit RowPlan(std::span<const PlannedColumn> columns);

  bool empty() const { return steps_.empty(); }
  // Room that write() needs for this row.
  std::size_t size_max(RowView row) const;
  // Unchecked. The row has every column the plan names.
  char* write(char* out, RowView row) const;
  // Is it the same object for both rows, and null in the same cells? `scratch` keeps its memory.
  bool same(RowView a, RowView b, std::string& scratch) const;

 private:
  struct Step {
    CellFormat format;
    std::uint32_t column;
    std::uint32_t name_at;  // `{"name":` or `,"name":`
    std::uint32_t name_size;
    std::uint32_t null_at;
    std::uint32_t null_size;
    std::uint32_t absent_at;
    std::uint32_t absent_size;
  };
  struct TextColumn {
    std::uint32_t column;
    CellFormat format;
  };

  std::vector<Step> steps_;
  std::vector<TextColumn> texts_;  // columns whose size depends on the row
  std::string constants_;  // names and nulls, 16 readable bytes behind the last
  std::size_t fixed_size_ = 0;
};

}  // namespace tidemark
