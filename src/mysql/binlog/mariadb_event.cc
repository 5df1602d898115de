// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/mariadb_event.h"

#include <fmt/format.h>

namespace tidemark {

// u64 sequence, u32 domain, u8 flags, [u64 commit id], [u32 format, u8 gtrid size, u8 bqual size, xid];
// then fields of later servers, or zeros up to 19 bytes.
Result<MariaGtidEvent> parse_maria_gtid(const Event& event) {
  constexpr std::size_t kXidPartMax = 64;
  ByteReader reader(event.body);
  MariaGtidEvent out;
  out.gtid.server_id = event.header.server_id;
  out.gtid.sequence = reader.u64();
  out.gtid.domain = reader.u32();
  out.flags = reader.u8();
  if ((out.flags & kMariaGtidGroupCommit) != 0) out.commit_id = reader.u64();
  if (out.prepared_xa() || out.completed_xa()) {
    XaXid xid;
    xid.format = reader.u32();
    const std::size_t gtrid = reader.u8();
    const std::size_t bqual = reader.u8();
    if (gtrid > kXidPartMax || bqual > kXidPartMax)
      return corrupt_event(event.header.type, "has a transaction name that is too long");
    xid.gtrid = reader.text(gtrid);
    xid.bqual = reader.text(bqual);
    out.xa = xid;
  }
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  if (out.gtid.sequence == 0) return corrupt_event(event.header.type, "has number 0");
  return out;
}

// u32 count (low 28 bits) and flags, then u32 domain, u32 server id, u64 sequence each.
Result<MariaGtidListEvent> parse_maria_gtid_list(const Event& event) {
  constexpr unsigned kCountBits = 28;
  constexpr std::size_t kEntrySize = 16;
  ByteReader reader(event.body);
  const std::uint32_t head = reader.u32();
  const std::size_t count = head & ((1U << kCountBits) - 1);
  MariaGtidListEvent out;
  out.flags = static_cast<std::uint8_t>(head >> kCountBits);
  if (reader.failed() || count > reader.remaining() / kEntrySize)
    return corrupt_event(event.header.type, "ends early");
  out.gtids.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    MariaGtid gtid;
    gtid.domain = reader.u32();
    gtid.server_id = reader.u32();
    gtid.sequence = reader.u64();
    out.gtids.push_back(gtid);
  }
  return out;
}

Result<std::string_view> parse_binlog_checkpoint(const Event& event) {
  ByteReader reader(event.body);
  const std::size_t size = reader.u32();
  const std::string_view file = reader.text(size);
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return file;
}

Status check_encryption(const EventHeader& header) {
  if ((header.flags & kFlagIgnorable) != 0) return {};
  return fail(ErrorKind::kUnsupported,
              "the binlog is encrypted from here on (MARIADB_START_ENCRYPTION)",
              "read it through the server, which sends its binlog decrypted; or SET GLOBAL "
              "encrypt_binlog=OFF there and FLUSH BINARY LOGS for files that can be read");
}

}  // namespace tidemark
