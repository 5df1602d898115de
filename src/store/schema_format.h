// SPDX-License-Identifier: Apache-2.0
// Stored table structures as JSON: {"version": 1, "tables": [{..TableDef..}]}, one table a line.
// Every field of TableDef and ColumnDef is there; fields at their default are left out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/table.h"

namespace tidemark {

inline constexpr std::uint64_t kSchemaVersion = 1;

std::string encode_tables(std::span<const TablePtr> tables);
// Errors: kRejected for a newer version; kCorrupt with the place otherwise.
Result<std::vector<TableDef>> decode_tables(std::string_view text);

}  // namespace tidemark
