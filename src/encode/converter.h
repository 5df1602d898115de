// SPDX-License-Identifier: Apache-2.0
// Debezium's shipped column converters (property `converters`), done natively.
// Source:  Debezium, io.debezium.connector.binlog.converters: TinyIntOneToBooleanConverter,
//          JdbcSinkDataTypesConverter, ZeroDateFallbackConverter
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/record_rules.h"
#include "base/result.h"
#include "encode/cell.h"
#include "schema/table.h"

namespace tidemark {

// What a converter makes of a column.
struct Conversion {
  CellFormat format;
  std::vector<std::pair<std::string, std::string>> parameters = {};  // of the schema
  bool optional = false;  // though the column is NOT NULL
  // ZeroDateFallback only: null and default are the converter's, not the column's.
  bool replaces_null = false;
  std::string null_json = {};
  std::optional<std::string> default_json = {};
};

// By the first converter that takes the column; nothing where none does.
// Errors: kRejected where a converter selects a column of a type it cannot convert, or its fallback is
//         no value of the type.
Result<std::optional<Conversion>> convert(std::span<const ColumnConverter> converters,
                                          const TableId& table, const ColumnDef& column);

}  // namespace tidemark
