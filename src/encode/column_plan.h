// SPDX-License-Identifier: Apache-2.0
// What the columns of one table version become in records: which of them a row and its key show, under
// which names, in which form, with which schema; by column lists, handling modes, converters, mappings
// and message.key.columns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "encode/encoder_context.h"
#include "encode/rare_cell.h"
#include "encode/record_schema.h"
#include "schema/table.h"

namespace tidemark {

struct PlannedField {
  std::uint32_t index = 0;  // in the row
  SchemaColumn schema;
  CellFormat cell;  // how it is written: the schema's form, unless it is masked
  std::string null_json;  // what stands for null, and for a date that is none
};

struct ColumnPlan {
  std::vector<PlannedField> row;  // in table order
  std::vector<PlannedField> key;  // in key order; empty: no key
  std::vector<std::uint32_t> key_columns;  // indexes of the columns the key is made of
  std::vector<std::uint8_t> needed;  // one flag a column: the row or the key shows it
  // What was asked for but cannot be done; one sentence each.
  std::vector<std::string> notes;
  std::vector<std::unique_ptr<const CellMapping>> mappings;  // cells point to them
};

// Errors: kUnsupported, naming the column whose type a record cannot carry; kRejected where rules
//         contradict each other.
Result<ColumnPlan> plan_columns(const EncoderContext& context, const TableDef& table);

}  // namespace tidemark
