// SPDX-License-Identifier: Apache-2.0
// The constant text of a table's records: what stands before, between and behind rows in an
// envelope, the source block, headers. Spelled out once per table version; writing is copying.
// Thread:   immutable once built
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/encode_settings.h"
#include "change/change.h"

namespace tidemark {

// Where the records of one table stand in their transaction. Each record takes the next numbers.
struct TransactionOrder {
  std::string_view id;
  std::uint64_t* total = nullptr;  // numbers given so far in the transaction; null: not numbered
  std::uint64_t* in_collection = nullptr;  // the same in this table

  bool on() const { return total != nullptr; }
};

// {"before":..,"after":..,"source":{..},"transaction":..,"op":..,"ts_ms":..,"ts_us":..,
// "ts_ns":..},
// within {"schema":..,"payload":..} if schemas are on.
class EnvelopeText {
 public:
  struct Names {
    std::string_view connector_version;
    std::string_view connector_name;
    std::string_view topic_prefix;
    std::string_view database;
    std::string_view table;  // without data: null
  };
  // An empty schema: schemas are off.
  EnvelopeText(const Names& names, std::string_view schema, bool replace_null_with_default);

  // Room for everything but the two row images.
  std::size_t size_max(const SourceInfo& source) const;

  // Room for begin, null and between: what stands before `after` of a record without `before`.
  std::size_t begin_size_max() const { return begin_.size() + sizeof "null,\"after\":"; }

  // Unchecked, in this order: begin, before or null, between, after or null, end.
  char* write_begin(char* out) const;
  char* write_between(char* out) const;
  char* write_end(char* out, const SourceInfo& source, Op op, std::int64_t wall_ns) const;
  // The end in parts: up to the source's row, which the caller writes, and what is behind it.
  char* write_until_row(char* out, const SourceInfo& source) const;
  char* write_behind_row(char* out, const SourceInfo& source, Op op, std::int64_t wall_ns) const;
  // What is behind the row in parts: up to the transaction, and what is behind that.
  char* write_until_transaction(char* out, const SourceInfo& source) const;
  char* write_behind_transaction(char* out, Op op, std::int64_t wall_ns) const;
  // The source block alone, for records of another form.
  std::string source_json(const SourceInfo& source) const;
  // The transaction of a numbered record: up to its first number, and from there with the next numbers.
  static std::size_t transaction_size_max(const TransactionOrder& order);
  static char* write_until_order(char* out, const TransactionOrder& order);
  static char* write_next_order(char* out, const TransactionOrder& order);

 private:
  char* write_source_end(char* out, const SourceInfo& source) const;

  std::string begin_;  // up to "before":
  std::string source_begin_;  // up to the source's "ts_ms":
  std::string database_;  // from "db" to "ts_us":
  std::string table_;  // from "table" to "server_id":
  bool shows_default_mark_;  // snapshot "false" is the schema's default, printed in place of null
  bool has_schema_;
};

// The headers of one table's records: one JSON object.
class HeaderText {
 public:
  struct Names {
    std::string_view topic_prefix;
    std::string_view task_id;
    std::string_view connector_name;
    std::string_view run_id;
  };
  // An empty key schema: headers carry no schemas, or there is no key.
  HeaderText(const Names& names, const EncodeSettings& settings, std::string_view key_schema);

  // Of every record but those of a key change.
  std::string_view plain() const { return plain_; }
  // "__debezium.newkey" or "__debezium.oldkey" in front, with a key as a JSON object; Unchecked.
  std::size_t key_change_size_max() const;
  char* write_new_key_begin(char* out) const;
  char* write_old_key_begin(char* out) const;
  char* write_key_end(char* out) const;

 private:
  std::string plain_;
  std::string new_key_;
  std::string old_key_;
  std::string key_end_;
};

}  // namespace tidemark
