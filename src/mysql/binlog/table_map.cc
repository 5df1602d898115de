// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/table_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "mysql/value/decimal.h"
#include "mysql/value/temporal.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kColumnsMax = 4096;  // the server's own limit, MAX_FIELDS
constexpr std::size_t kSetBitsMax = 64;

std::unexpected<Error> corrupt(std::string_view what) {
  return corrupt_event(EventType::kTableMap, what);
}

// CHAR, BINARY, ENUM and SET share one code: the first byte of metadata has the real type, and two bits
// of a CHAR's length, inverted, in place of two bits that every real type has set.
Status read_string_metadata(std::uint8_t first, std::uint8_t second, MapColumn& column) {
  constexpr std::uint8_t kLengthBits = 0x30;
  if ((first & kLengthBits) != kLengthBits) {
    const unsigned high = static_cast<unsigned>(first & kLengthBits) ^ kLengthBits;
    column.type = static_cast<WireType>(first | kLengthBits);
    column.size = (high << 4) | second;
  } else {
    column.type = static_cast<WireType>(first);
    column.size = second;
  }
  switch (column.type) {
    case WireType::kString:
      return {};
    case WireType::kEnum:
      if (column.size == 1 || column.size == 2) return {};
      break;
    case WireType::kSet:
      if (column.size >= 1 && column.size <= kSetBitsMax / 8) return {};
      break;
    default:
      break;
  }
  return corrupt("a string column has impossible metadata");
}

Status read_fraction_digits(ByteReader& reader, MapColumn& column) {
  column.fraction_digits = reader.u8();
  if (column.fraction_digits > kFractionDigitsMax) return corrupt("more than 6 fraction digits");
  return {};
}

Status read_column_metadata(ByteReader& reader, MapColumn& column) {
  switch (column.type) {
    case WireType::kTiny:
    case WireType::kShort:
    case WireType::kInt24:
    case WireType::kLong:
    case WireType::kLongLong:
    case WireType::kYear:
    case WireType::kDate:
    case WireType::kNewDate:
    case WireType::kTime:
    case WireType::kDatetime:
    case WireType::kTimestamp:
      return {};
    case WireType::kFloat:
    case WireType::kDouble:
      column.size = reader.u8();
      if (column.size != (column.type == WireType::kFloat ? 4 : 8) && !reader.failed()) {
        return corrupt("a floating-point column has impossible metadata");
      }
      return {};
    case WireType::kNewDecimal:
      column.precision = reader.u8();
      column.scale = reader.u8();
      if (!DecimalType{column.precision, column.scale}.valid() && !reader.failed()) {
        return corrupt("a decimal column has impossible metadata");
      }
      return {};
    case WireType::kTimestamp2:
    case WireType::kDatetime2:
    case WireType::kTime2:
      return read_fraction_digits(reader, column);
    case WireType::kVarchar:
    case WireType::kVarString:
    case WireType::kMariaVarcharCompressed:
      column.size = reader.u16();
      return {};
    case WireType::kBit: {
      const unsigned bits = reader.u8();
      const unsigned bytes = reader.u8();
      column.size = 8 * bytes + bits;
      if ((bits > 7 || column.size == 0 || column.size > 64) && !reader.failed()) {
        return corrupt("a bit column has impossible metadata");
      }
      return {};
    }
    case WireType::kString:
    case WireType::kEnum:
    case WireType::kSet: {
      const std::uint8_t first = reader.u8();
      const std::uint8_t second = reader.u8();
      if (reader.failed()) return {};  // told by the caller
      return read_string_metadata(first, second, column);
    }
    case WireType::kBlob:
    case WireType::kMariaBlobCompressed:
    case WireType::kJson:
    case WireType::kGeometry:
    case WireType::kVector:
      column.size = reader.u8();
      if ((column.size < 1 || column.size > 4) && !reader.failed()) {
        return corrupt("a blob column has impossible metadata");
      }
      return {};
  }
  return fail(
      ErrorKind::kUnsupported,
      fmt::format("column type {} in a table map", static_cast<unsigned>(column.type)),
      "exclude nothing helps here, because sizes of unknown types are not known: use a version "
      "of Tidemark that knows this server");
}

// The optional part: type, length, value, in any order, each about the columns of one class.
class OptionalMetadata {
 public:
  OptionalMetadata(TableMap& map, bool mariadb)
      : map_(map), character_(mariadb ? maria_character : mysql_character) {}

  Status read(ByteReader& reader) {
    while (!reader.at_end()) {
      const std::uint8_t field = reader.u8();
      const Bytes value = reader.bytes(reader.lenenc());
      if (reader.failed()) return corrupt("optional metadata ends early");
      ByteReader inner(value);
      TRY(read_field(field, inner));
      if (inner.failed()) {
        return corrupt(fmt::format("optional metadata field {} ends early", field));
      }
    }
    return {};
  }

 private:
  using Predicate = bool (*)(const MapColumn&);
  static bool numeric(const MapColumn& c) { return is_numeric(c.type); }
  static bool mysql_character(const MapColumn& c) { return is_character(c.type, false); }
  static bool maria_character(const MapColumn& c) { return is_character(c.type, true); }
  static bool enum_or_set(const MapColumn& c) {
    return c.type == WireType::kEnum || c.type == WireType::kSet;
  }
  static bool any(const MapColumn&) { return true; }

  Status read_field(std::uint8_t field, ByteReader& reader) {
    switch (field) {
      case 1:
        map_.has_signedness = true;
        read_bits(reader, numeric, &MapColumn::is_unsigned);
        return {};
      case 2:
        map_.has_charsets = true;
        return read_default_collation(reader, character_);
      case 3:
        map_.has_charsets = true;
        read_collations(reader, character_);
        return {};
      case 4:
        map_.has_names = true;
        for (MapColumn& column : map_.columns) column.name = reader.text(reader.lenenc());
        return {};
      case 5:
        return read_members(reader, WireType::kSet);
      case 6:
        return read_members(reader, WireType::kEnum);
      case 8:
        return read_key(reader, false);
      case 9:
        return read_key(reader, true);
      case 10:
        map_.has_member_charsets = true;
        return read_default_collation(reader, enum_or_set);
      case 11:
        map_.has_member_charsets = true;
        read_collations(reader, enum_or_set);
        return {};
      case 12:
        map_.has_visibility = true;
        read_bits(reader, any, &MapColumn::visible);
        return {};
      default:
        return {};
    }
  }

  // One bit for each column of the class, the most significant first.
  void read_bits(ByteReader& reader, Predicate in_class, bool MapColumn::* flag) {
    unsigned at = 0;
    std::uint8_t byte = 0;
    for (MapColumn& column : map_.columns) {
      if (!in_class(column)) continue;
      if (at % 8 == 0) byte = reader.u8();
      column.*flag = (byte & (0x80U >> (at % 8))) != 0;
      ++at;
    }
  }

  void read_collations(ByteReader& reader, Predicate in_class) {
    for (MapColumn& column : map_.columns) {
      if (in_class(column)) column.collation = static_cast<std::uint32_t>(reader.lenenc());
    }
  }

  Status read_default_collation(ByteReader& reader, Predicate in_class) {
    std::vector<MapColumn*> of_class;
    const auto common = static_cast<std::uint32_t>(reader.lenenc());
    for (MapColumn& column : map_.columns) {
      if (!in_class(column)) continue;
      column.collation = common;
      of_class.push_back(&column);
    }
    while (!reader.at_end() && !reader.failed()) {
      const std::uint64_t index = reader.lenenc();
      const std::uint64_t collation = reader.lenenc();
      if (index >= of_class.size()) return corrupt("a charset is given for no column");
      of_class[index]->collation = static_cast<std::uint32_t>(collation);
    }
    return {};
  }

  Status read_members(ByteReader& reader, WireType type) {
    map_.has_members = true;
    for (MapColumn& column : map_.columns) {
      if (column.type != type) continue;
      const std::uint64_t count = reader.lenenc();
      if (count > reader.remaining()) return corrupt("more members than bytes");
      column.members.clear();
      column.members.reserve(count);
      for (std::uint64_t i = 0; i < count; ++i) {
        column.members.emplace_back(reader.text(reader.lenenc()));
      }
    }
    return {};
  }

  Status read_key(ByteReader& reader, bool with_prefixes) {
    map_.key_columns.clear();
    while (!reader.at_end() && !reader.failed()) {
      const std::uint64_t column = reader.lenenc();
      const std::uint64_t prefix = with_prefixes ? reader.lenenc() : 0;
      if (column >= map_.columns.size()) return corrupt("the key names no column");
      if (prefix != 0) map_.key_has_prefix = true;
      map_.key_columns.push_back(static_cast<std::uint32_t>(column));
    }
    return {};
  }

  TableMap& map_;
  const Predicate character_;
};

Status read_columns(ByteReader& reader, TableMap& map) {
  const std::uint64_t count = reader.lenenc();
  if (count > kColumnsMax) return corrupt("has more columns than a table can");
  const Bytes types = reader.bytes(count);
  const Bytes metadata = reader.bytes(reader.lenenc());
  const Bytes nullable = reader.bytes((count + 7) / 8);
  if (reader.failed()) return corrupt("ends early");
  map.columns.resize(count);
  ByteReader metadata_reader(metadata);
  for (std::size_t i = 0; i < count; ++i) {
    MapColumn& column = map.columns[i];
    column.type = static_cast<WireType>(types[i]);
    column.nullable = ((nullable[i / 8] >> (i % 8)) & 1) != 0;
    TRY_AT(read_column_metadata(metadata_reader, column), fmt::format("column {}", i + 1));
  }
  if (metadata_reader.failed() || !metadata_reader.at_end()) {
    return corrupt("metadata does not fit the columns");
  }
  return {};
}

}  // namespace

std::string to_string(WireType type) {
  switch (type) {
    case WireType::kTiny:
      return "TINYINT";
    case WireType::kShort:
      return "SMALLINT";
    case WireType::kLong:
      return "INT";
    case WireType::kFloat:
      return "FLOAT";
    case WireType::kDouble:
      return "DOUBLE";
    case WireType::kTimestamp:
      return "TIMESTAMP (old form)";
    case WireType::kLongLong:
      return "BIGINT";
    case WireType::kInt24:
      return "MEDIUMINT";
    case WireType::kDate:
    case WireType::kNewDate:
      return "DATE";
    case WireType::kTime:
      return "TIME (old form)";
    case WireType::kDatetime:
      return "DATETIME (old form)";
    case WireType::kYear:
      return "YEAR";
    case WireType::kVarchar:
    case WireType::kVarString:
      return "VARCHAR";
    case WireType::kBit:
      return "BIT";
    case WireType::kTimestamp2:
      return "TIMESTAMP";
    case WireType::kDatetime2:
      return "DATETIME";
    case WireType::kTime2:
      return "TIME";
    case WireType::kMariaBlobCompressed:
      return "BLOB COMPRESSED";
    case WireType::kMariaVarcharCompressed:
      return "VARCHAR COMPRESSED";
    case WireType::kVector:
      return "VECTOR";
    case WireType::kJson:
      return "JSON";
    case WireType::kNewDecimal:
      return "DECIMAL";
    case WireType::kEnum:
      return "ENUM";
    case WireType::kSet:
      return "SET";
    case WireType::kBlob:
      return "BLOB";
    case WireType::kString:
      return "CHAR";
    case WireType::kGeometry:
      return "GEOMETRY";
  }
  return fmt::format("type {}", static_cast<unsigned>(type));
}

std::string TableMap::column_text(std::size_t column) const {
  if (has_names) return columns[column].name;
  return fmt::format("@{}", column + 1);
}

bool is_numeric(WireType type) {
  switch (type) {
    case WireType::kTiny:
    case WireType::kShort:
    case WireType::kInt24:
    case WireType::kLong:
    case WireType::kLongLong:
    case WireType::kFloat:
    case WireType::kDouble:
    case WireType::kNewDecimal:
    case WireType::kYear:
      return true;
    default:
      return false;
  }
}

bool is_character(WireType type, bool mariadb) {
  switch (type) {
    case WireType::kString:
    case WireType::kVarString:
    case WireType::kVarchar:
    case WireType::kBlob:
      return true;
    case WireType::kVector:
      return !mariadb;
    case WireType::kGeometry:
    case WireType::kMariaBlobCompressed:
    case WireType::kMariaVarcharCompressed:
      return mariadb;
    default:
      return false;
  }
}

Result<TableMap> parse_table_map(const Event& event, const FormatDescription& format) {
  ByteReader reader(event.body);
  TableMap map;
  map.table_id = format.table_id_size(EventType::kTableMap) == 4 ? reader.u32() : reader.u48();
  reader.skip(2);  // flags
  map.database = reader.text(reader.u8());
  reader.skip(1);  // NUL
  map.table = reader.text(reader.u8());
  reader.skip(1);
  if (reader.failed()) return corrupt("ends early");
  TRY_AT(read_columns(reader, map), map.table_text());
  TRY_AT(OptionalMetadata(map, format.is_mariadb()).read(reader), map.table_text());
  return map;
}

}  // namespace tidemark
