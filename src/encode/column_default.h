// SPDX-License-Identifier: Apache-2.0
// What a column shows when it has no value: the default of its schema, or the fallback of its type.
// Source:   information_schema.COLUMNS (COLUMN_DEFAULT as ColumnDef::default_text gives it)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "encode/cell.h"
#include "schema/table.h"

namespace tidemark {

// The column's DEFAULT as JSON, in the form a row with that value has; nothing where the schema
// gets no default: none declared, an expression, a zero date in a nullable column, text that is no
// such value.
std::optional<std::string> default_json(const ColumnDef& column, const CellFormat& format);

// "YYYY-MM-DD[ hh:mm:ss[.ffffff]]".
std::optional<Value> parse_civil(std::string_view text);

// One cell that has a value, as JSON.
std::string cell_json(const CellFormat& format, const Value& value);

// What a NOT NULL column without default shows for a zero date: 0, "", "1970-01-01T00:00:00Z", ...
std::string fallback_json(const ColumnDef& column, const CellFormat& format);

}  // namespace tidemark
