// SPDX-License-Identifier: Apache-2.0
// What a configuration says of single columns and of the names of topics. Lists are matched against
// `db.table.column` as a whole, ASCII letters in either case. Filled by the configuration, read by
// encode/. Value types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/regex.h"

namespace tidemark {

// What becomes of the values, or of the schema, of some columns of a row.
struct ColumnMapping {
  enum class Action : std::uint8_t {
    kTruncate,  // at `chars`
    kMask,  // `chars` asterisks
    kPropagateType,  // source type as schema parameters
    kPropagateTypeOf,  // the same, matched against db.table.TYPE
    kHash,  // of the value as Java serialises it
    kHashV2,  // of the value's text
  };
  Action action;
  RegexList columns;
  std::uint32_t chars = 0;
  std::string algorithm = {};  // kHash*: as the property's name spells it
  std::string salt = {};
  std::string property = {};  // the property's name, for messages
};

// converters=<name>, with <name>.type and the options of each type.
struct ColumnConverter {
  enum class Type : std::uint8_t { kTinyIntOneToBoolean, kJdbcSinkDataTypes, kZeroDateFallback };
  std::string name;
  Type type;
  // Absent: every column of a fitting type; of kJdbcSinkDataTypes none.
  std::optional<RegexList> selector = {};
  bool length_checker = true;  // kTinyIntOneToBoolean: TINYINT(1) only
  // kJdbcSinkDataTypes.
  std::optional<RegexList> selector_real = {};  // `selector` is selector.boolean
  std::optional<RegexList> selector_string = {};
  bool real_as_double = true;
  // kZeroDateFallback: types it applies to, and texts to show; empty: NULL.
  bool dates = true;
  bool datetimes = true;
  bool timestamps = true;
  std::string fallback_date = {};  // 2024-02-29
  std::string fallback_datetime = {};  // 2024-02-29 01:02:03
  std::string fallback_timestamp = {};  // 2024-02-29T01:02:03Z
  std::map<std::string, std::string> column_fallbacks = {};  // by db.table.column
};

struct RecordRules {
  std::optional<RegexList> column_include = {};
  std::optional<RegexList> column_exclude = {};
  std::vector<ColumnMapping> mappings = {};  // the first that matches a column counts
  std::vector<Regex> message_keys = {};  // db.table.column, in the order of the key
  std::vector<ColumnConverter> converters = {};  // the first that takes a column counts
};

// topic.naming.strategy and its options, but for prefix and delimiter.
struct TopicNaming {
  bool unicode = false;  // _uXXXX in place of _
  // The regex strategies: of the whole name, case-sensitive.
  std::optional<RegexReplacement> rename = {};
  bool key_field = false;  // add the table to the key
  std::string key_field_name = "__dbz__physicalTableIdentifier";
  std::optional<RegexReplacement> key_field_rename = {};
};

}  // namespace tidemark
