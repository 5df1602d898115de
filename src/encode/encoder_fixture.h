// SPDX-License-Identifier: Apache-2.0
// For tests: tables out of a few words, and what their encoder makes of rows.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "encode/table_encoder.h"

namespace tidemark::fixture {

inline ColumnDef column(std::string name, ColumnKind kind, std::string data_type,
                        std::string column_type = {}) {
  ColumnDef out;
  out.name = std::move(name);
  out.kind = kind;
  out.column_type = column_type.empty() ? data_type : std::move(column_type);
  out.data_type = std::move(data_type);
  return out;
}
inline ColumnDef not_null(ColumnDef column) {
  column.nullable = false;
  return column;
}
inline ColumnDef with_default(ColumnDef column, std::string text) {
  column.default_text = std::move(text);
  return column;
}
inline ColumnDef varchar(std::string name, std::uint32_t length = 20) {
  ColumnDef out = column(std::move(name), ColumnKind::kString, "varchar",
                         "varchar(" + std::to_string(length) + ")");
  out.length = length;
  out.charset_name = "utf8mb4";
  return out;
}
inline ColumnDef decimal(std::string name, std::uint32_t precision, std::uint32_t scale) {
  ColumnDef out =
      column(std::move(name), precision <= 18 ? ColumnKind::kDecimal64 : ColumnKind::kDecimalText,
             "decimal", "decimal(" + std::to_string(precision) + "," + std::to_string(scale) + ")");
  out.precision = precision;
  out.scale = scale;
  return out;
}
inline ColumnDef datetime(std::string name, std::uint32_t digits) {
  ColumnDef out = column(std::move(name), ColumnKind::kDatetime, "datetime",
                         digits == 0 ? "datetime" : "datetime(" + std::to_string(digits) + ")");
  out.fraction_digits = digits;
  return out;
}

inline RegexList list(std::string_view text) {
  return RegexList::compile(text, RegexCase::kInsensitive).value();
}

// The table d.t under one set of rules. No schemas around keys and values.
class Encoded {
 public:
  explicit Encoded(std::vector<ColumnDef> columns, EncoderContext context = {},
                   std::vector<std::uint32_t> key = {}) {
    context_ = std::move(context);
    context_.topic_prefix = "p";
    context_.topics = &topics_;
    context_.settings.schemas_enable_key = false;
    context_.settings.schemas_enable_value = false;
    context_.settings.schemas_enable_headers = false;
    TableDef table;
    table.id = {"d", "t"};
    table.columns = std::move(columns);
    table.key_columns = std::move(key);
    auto made = TableEncoder::compile(context_, std::make_shared<const TableDef>(std::move(table)));
    if (made) {
      encoder_ = std::move(*made);
    } else {
      error_ = made.error().text();
    }
  }

  const std::string& error() const { return error_; }
  const TableEncoder& encoder() const { return *encoder_; }
  std::string row(const std::vector<Value>& cells) const {
    std::string out;
    encoder_->encode_row(cells, out);
    return out;
  }
  std::string key(const std::vector<Value>& cells) const {
    std::string out;
    encoder_->encode_key(cells, out);
    return out;
  }
  // The one cell of a table of one column.
  std::string cell(const Value& value) const {
    const std::string json = row({value});
    const std::size_t colon = json.find(':');
    return json.substr(colon + 1, json.size() - colon - 2);
  }
  // The row's members in the schema, without the struct around them.
  std::string schema() const {
    const std::string_view text = encoder_->envelope_schema();
    constexpr std::string_view kFrom = R"("fields":[{"type":"struct","fields":[)";
    const std::size_t from = text.find(kFrom) + kFrom.size();
    return std::string(text.substr(from, text.find(R"(],"optional":true)", from) - from));
  }

 private:
  TopicRegistry topics_;
  EncoderContext context_;
  std::unique_ptr<TableEncoder> encoder_;
  std::string error_;
};

}  // namespace tidemark::fixture
