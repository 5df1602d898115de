// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/event.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>

namespace tidemark {
namespace {

constexpr std::size_t kFlagsAt = 17;  // within the header
constexpr std::size_t kVersionSize = 50;
constexpr std::uint8_t kChecksumOff = 0;
constexpr std::uint8_t kChecksumCrc32 = 1;

std::uint32_t crc_of(Bytes bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

bool checksum_matches(Bytes raw) {
  const Bytes covered = raw.first(raw.size() - kChecksumSize);
  return crc_of(covered) == load_le<std::uint32_t>(covered.data() + covered.size());
}

// The in-use flag is set and cleared in the file after the checksum was made.
bool format_checksum_matches(Bytes raw) {
  std::array<std::uint8_t, kEventHeaderSize> header;
  std::copy_n(raw.begin(), header.size(), header.begin());
  header[kFlagsAt] = static_cast<std::uint8_t>(header[kFlagsAt] & ~kFlagInUse);
  const Bytes rest = raw.subspan(header.size(), raw.size() - header.size() - kChecksumSize);
  const auto first = crc32_z(0, header.data(), header.size());
  const auto all = static_cast<std::uint32_t>(crc32_z(first, rest.data(), rest.size()));
  return all == load_le<std::uint32_t>(rest.data() + rest.size());
}

Bytes body_of(Bytes raw, std::size_t tail) {
  return raw.subspan(kEventHeaderSize, raw.size() - kEventHeaderSize - tail);
}

// MySQL has the algorithm byte from 5.6.1 on, MariaDB (with version 10 as 5.5.5-10 or 10) always here.
bool version_has_checksums(std::string_view version) {
  std::array<unsigned, 3> parts{};
  std::size_t at = 0;
  for (unsigned& part : parts) {
    while (at < version.size() && version[at] >= '0' && version[at] <= '9' && part < 10'000) {
      part = part * 10 + static_cast<unsigned>(version[at++] - '0');
    }
    if (at < version.size() && version[at] == '.') ++at;
  }
  if (version.find("MariaDB") != std::string_view::npos) return true;
  return parts >= std::array<unsigned, 3>{5, 6, 1};
}

}  // namespace

std::unexpected<Error> corrupt_event(EventType type, std::string_view what) {
  return fail(
      ErrorKind::kCorrupt, fmt::format("{} event: {}", to_string(type), what),
      "check the server's disk and the network path; read the file with `tidemark binlog` to "
      "see whether it is the file that is damaged");
}

Result<EventHeader> parse_header(Bytes raw) {
  ByteReader reader(raw);
  EventHeader header;
  header.timestamp = reader.u32();
  header.type = static_cast<EventType>(reader.u8());
  header.server_id = reader.u32();
  header.size = reader.u32();
  header.end_log_pos = reader.u32();
  header.flags = reader.u16();
  if (reader.failed()) return corrupt_event(header.type, "ends within its header");
  if (header.size < kEventHeaderSize) return corrupt_event(header.type, "is smaller than a header");
  return header;
}

Result<Event> EventParser::parse(Bytes raw) {
  const EventHeader header = TRY(parse_header(raw));
  if (header.size != raw.size()) {
    return corrupt_event(header.type,
                         fmt::format("has {} bytes, its header says {}", raw.size(), header.size));
  }
  if (header.type == EventType::kFormatDescription) return parse_format(header, raw);
  if (header.type == EventType::kRotate && header.end_log_pos == 0) {
    return parse_fake_rotate(header, raw);
  }
  if (!has_format_) return corrupt_event(header.type, "comes before the format description");
  if (!format_.checksums) return Event{header, body_of(raw, 0)};
  if (raw.size() < kEventHeaderSize + kChecksumSize) {
    return corrupt_event(header.type, "has no room for its checksum");
  }
  if (!checksum_matches(raw)) return corrupt_event(header.type, "checksum does not match");
  return Event{header, body_of(raw, kChecksumSize)};
}

Result<Event> EventParser::parse_format(const EventHeader& header, Bytes raw) {
  const Event whole{header, body_of(raw, 0)};
  FormatDescription format = TRY(parse_format_description(whole));
  const bool has_tail = version_has_checksums(format.server_version);
  if (format.checksums && !format_checksum_matches(raw)) {
    return corrupt_event(header.type, "checksum does not match");
  }
  format_ = std::move(format);
  has_format_ = true;
  return Event{header, body_of(raw, has_tail ? kChecksumSize : 0)};
}

Result<Event> EventParser::parse_fake_rotate(const EventHeader& header, Bytes raw) const {
  const bool expected = has_format_ ? format_.checksums : session_checksums_;
  const bool has_room = raw.size() >= kEventHeaderSize + kChecksumSize;
  const bool present = has_room && checksum_matches(raw);
  if (expected && !present) return corrupt_event(header.type, "checksum does not match");
  return Event{header, body_of(raw, present ? kChecksumSize : 0)};
}

// u16 version, char[50] server version, u32 created, u8 header size, u8[] post-header sizes,
// [u8 checksum algorithm, u32 checksum]. `event.body` may or may not end with the checksum: the list
// of sizes has no count, so it is what lies between.
Result<FormatDescription> parse_format_description(const Event& event) {
  const EventType type = event.header.type;
  ByteReader reader(event.body);
  const std::uint16_t version = reader.u16();
  const std::string_view name = reader.text(kVersionSize);
  FormatDescription format;
  format.created = reader.u32();
  const std::uint8_t header_size = reader.u8();
  if (reader.failed()) return corrupt_event(type, "ends early");
  if (version != 4 || header_size != kEventHeaderSize) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("binlog format version {} with {}-byte headers", version, header_size),
                "read from a server of version 5.7 or later");
  }
  format.server_version = name.substr(0, name.find('\0'));
  Bytes sizes = reader.rest();
  if (version_has_checksums(format.server_version)) {
    const bool with_checksum =
        event.body.size() + kEventHeaderSize == static_cast<std::size_t>(event.header.size);
    const std::size_t tail = with_checksum ? 1 + kChecksumSize : 1;
    if (sizes.size() < tail) return corrupt_event(type, "has no checksum algorithm");
    const std::uint8_t algorithm = sizes[sizes.size() - tail];
    if (algorithm != kChecksumOff && algorithm != kChecksumCrc32) {
      return fail(ErrorKind::kUnsupported, fmt::format("checksum algorithm {}", algorithm),
                  "set binlog_checksum to CRC32 or NONE on the server");
    }
    format.checksums = algorithm == kChecksumCrc32;
    sizes = sizes.first(sizes.size() - tail);
  }
  const std::size_t listed = std::min(sizes.size(), format.post_header_sizes.size() - 1);
  std::copy_n(sizes.begin(), listed, format.post_header_sizes.begin() + 1);
  return format;
}

Result<RotateEvent> parse_rotate(const Event& event) {
  ByteReader reader(event.body);
  RotateEvent rotate;
  rotate.pos = reader.u64();
  rotate.file = as_text(reader.rest());
  rotate.fake = event.header.artificial() || event.header.end_log_pos == 0;
  if (reader.failed() || rotate.file.empty() || rotate.file.size() > 512 ||
      std::any_of(rotate.file.begin(), rotate.file.end(), [](char c) { return c == '\0'; })) {
    return corrupt_event(event.header.type, "names no file");
  }
  return rotate;
}

Result<GtidSet> parse_previous_gtids(const Event& event) { return GtidSet::decode(event.body); }

Result<XidEvent> parse_xid(const Event& event) {
  ByteReader reader(event.body);
  const XidEvent xid{reader.u64()};
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return xid;
}

Result<IncidentEvent> parse_incident(const Event& event) {
  ByteReader reader(event.body);
  IncidentEvent incident;
  incident.number = reader.u16();
  const std::size_t size = reader.u8();
  incident.message = reader.text(size);
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return incident;
}

Result<RowsQueryEvent> parse_rows_query(const Event& event) {
  ByteReader reader(event.body);
  // A length that overflows, of which MariaDB has none: the text goes to the end.
  if (event.header.type == EventType::kRowsQuery) reader.skip(1);
  const RowsQueryEvent query{as_text(reader.rest())};
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return query;
}

std::string XaXid::text() const {
  std::string out = "X'";
  const auto append_hex = [&out](std::string_view bytes) {
    for (const char c : bytes)
      fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<std::uint8_t>(c));
  };
  append_hex(gtrid);
  out += "',X'";
  append_hex(bqual);
  fmt::format_to(std::back_inserter(out), "',{}", format);
  return out;
}

Result<XaPrepareEvent> parse_xa_prepare(const Event& event) {
  constexpr std::uint32_t kPartSizeMax = 64;  // MAXGTRIDSIZE, MAXBQUALSIZE of X/Open XA
  ByteReader reader(event.body);
  XaPrepareEvent out;
  out.one_phase = reader.u8() != 0;
  out.xid.format = reader.u32();
  const std::uint32_t gtrid = reader.u32();
  const std::uint32_t bqual = reader.u32();
  if (gtrid > kPartSizeMax || bqual > kPartSizeMax)
    return corrupt_event(event.header.type, "has a transaction name that is too long");
  out.xid.gtrid = reader.text(gtrid);
  out.xid.bqual = reader.text(bqual);
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return out;
}

namespace {

// Type-length-value: 1 file name, 2 position, 0 end; types not known are passed over.
Result<HeartbeatEvent> parse_heartbeat_v2(const Event& event) {
  ByteReader reader(event.body);
  HeartbeatEvent heartbeat;
  while (!reader.at_end()) {
    const std::uint8_t field = reader.u8();
    if (field == 0) break;
    const Bytes value = reader.bytes(reader.lenenc());
    if (field == 1) heartbeat.file = as_text(value);
    if (field == 2) {
      ByteReader number(value);
      heartbeat.pos = number.lenenc();
      if (number.failed()) return corrupt_event(event.header.type, "has no position");
    }
  }
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return heartbeat;
}

}  // namespace

Result<HeartbeatEvent> parse_heartbeat(const Event& event) {
  if (event.header.type == EventType::kHeartbeatV2) return parse_heartbeat_v2(event);
  return HeartbeatEvent{as_text(event.body), event.header.end_log_pos};
}

}  // namespace tidemark
