// SPDX-License-Identifier: Apache-2.0
// The QUERY event: a statement, with the settings of the session that ran it.
#include "mysql/binlog/event.h"
#include "mysql/binlog/maria_compression.h"

namespace tidemark {
namespace {

// Codes of status variables, in the order the server writes them; sizes of those with a fixed one.
constexpr std::uint8_t kFlags2 = 0;
constexpr std::uint8_t kSqlMode = 1;
constexpr std::uint8_t kAutoIncrement = 3;
constexpr std::uint8_t kCharset = 4;
constexpr std::uint8_t kCatalog = 6;

// Reads up to the charset; what comes after it is of no use here, and a code we do not know ends the
// reading because its size is not known either.
void read_status(Bytes status, QueryEvent& query) {
  ByteReader reader(status);
  while (!reader.at_end() && !reader.failed()) {
    switch (reader.u8()) {
      case kFlags2:
      case kAutoIncrement:
        reader.skip(4);
        break;
      case kSqlMode:
        query.sql_mode = reader.u64();
        break;
      case kCatalog: {
        const std::size_t size = reader.u8();
        reader.skip(size);
        break;
      }
      case kCharset:
        query.client_collation = reader.u16();
        return;
      default:
        return;
    }
  }
}

}  // namespace

Result<QueryEvent> parse_query(const Event& event, std::string& unpacked) {
  ByteReader reader(event.body);
  QueryEvent query;
  query.thread_id = reader.u32();
  reader.skip(4);  // seconds it took
  const std::size_t database_size = reader.u8();
  query.error_code = reader.u16();
  const std::size_t status_size = reader.u16();
  const Bytes status = reader.bytes(status_size);
  query.database = reader.text(database_size);
  reader.skip(1);  // NUL
  query.sql = as_text(reader.rest());
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  if (event.header.type == EventType::kMariaQueryCompressed) {
    if (!unpack_maria(as_bytes(query.sql), unpacked))
      return corrupt_event(event.header.type, "does not decompress");
    query.sql = unpacked;
  }
  read_status(status, query);
  return query;
}

}  // namespace tidemark
