// SPDX-License-Identifier: Apache-2.0
// GTID, ANONYMOUS_GTID and GTID_TAGGED: the start of a transaction.
#include <algorithm>
#include <bit>

#include "mysql/binlog/event.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kOriginalFollows = std::uint64_t{1} << 55;
constexpr std::uint8_t kLogicalClock = 2;
constexpr std::size_t kTagSizeMax = 32;

// Fixed head, then parts that are there only if bytes remain.
Result<GtidEvent> parse_plain(const Event& event) {
  ByteReader reader(event.body);
  GtidEvent out;
  out.anonymous = event.header.type == EventType::kAnonymousGtid;
  reader.skip(1);  // flags
  const Bytes uuid = reader.bytes(out.gtid.source.bytes.size());
  std::copy(uuid.begin(), uuid.end(), out.gtid.source.bytes.begin());
  out.gtid.number = reader.u64();
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  if (out.anonymous) out.gtid = {};
  if (!out.anonymous && out.gtid.number == 0)
    return corrupt_event(event.header.type, "has number 0");
  if (reader.at_end() || reader.u8() != kLogicalClock) return out;
  out.last_committed = reader.u64();
  out.sequence_number = reader.u64();
  if (!reader.at_end()) {
    const std::uint64_t immediate = reader.u56();
    out.immediate_commit_us = static_cast<std::int64_t>(immediate & ~kOriginalFollows);
    out.original_commit_us = (immediate & kOriginalFollows) != 0
                                 ? static_cast<std::int64_t>(reader.u56())
                                 : out.immediate_commit_us;
  }
  if (!reader.at_end()) out.transaction_length = reader.lenenc();
  if (reader.failed()) return corrupt_event(event.header.type, "ends early");
  return out;
}

// The server's serialisation library: as many trailing 1 bits in the first byte as bytes follow it.
class VarReader {
 public:
  explicit VarReader(Bytes bytes) : reader_(bytes) {}

  bool failed() const { return reader_.failed(); }
  bool at_end() const { return reader_.at_end(); }

  std::uint64_t number() {
    const std::uint8_t first = reader_.u8();
    const auto more = static_cast<std::size_t>(std::countr_one(first));
    const Bytes rest = reader_.bytes(more);
    std::uint64_t high = 0;
    for (std::size_t i = rest.size(); i-- > 0;) high = (high << 8) | rest[i];
    // The first byte keeps 7 - more bits of the value; none when seven or eight bytes follow.
    if (more >= 7) return high;
    return (high << (7 - more)) | (static_cast<std::uint64_t>(first) >> (more + 1));
  }
  std::int64_t signed_number() {
    const std::uint64_t raw = number();
    const auto half = static_cast<std::int64_t>(raw >> 1);
    return (raw & 1) != 0 ? -1 - half : half;
  }
  std::string_view text(std::size_t size) { return reader_.text(size); }

 private:
  ByteReader reader_;
};

Result<GtidEvent> parse_tagged(const Event& event) {
  const EventType type = event.header.type;
  VarReader reader(event.body);
  if (const std::uint64_t version = reader.number(); version != 1) {
    return fail(ErrorKind::kUnsupported,
                "GTID_TAGGED event of serialisation version " + std::to_string(version),
                "use a version of Tidemark that knows this server");
  }
  reader.number();  // size
  reader.number();  // last field that a reader may not ignore
  GtidEvent out;
  bool original_given = false;
  bool more =
      true;  // fields come in ascending order: those of later servers follow all that we read
  while (more && !reader.at_end() && !reader.failed()) {
    switch (reader.number()) {
      case 0:
        reader.number();
        break;  // flags
      case 1:
        for (std::uint8_t& byte : out.gtid.source.bytes)
          byte = static_cast<std::uint8_t>(reader.number());
        break;
      case 2:
        out.gtid.number = static_cast<std::uint64_t>(reader.signed_number());
        break;
      case 3: {
        const std::uint64_t size = reader.number();
        if (size > kTagSizeMax) return corrupt_event(type, "has a tag that is too long");
        out.gtid.tag = reader.text(size);
        break;
      }
      case 4:
        out.last_committed = static_cast<std::uint64_t>(reader.signed_number());
        break;
      case 5:
        out.sequence_number = static_cast<std::uint64_t>(reader.signed_number());
        break;
      case 6:
        out.immediate_commit_us = static_cast<std::int64_t>(reader.number());
        break;
      case 7:
        out.original_commit_us = static_cast<std::int64_t>(reader.number());
        original_given = true;
        break;
      case 8:
        out.transaction_length = reader.number();
        break;
      case 9:
      case 10:
      case 11:
        reader.number();
        break;  // server versions, commit group ticket
      default:
        more = false;
        break;
    }
  }
  if (reader.failed()) return corrupt_event(type, "ends early");
  if (out.gtid.number == 0 || out.gtid.source.is_zero()) return corrupt_event(type, "has no GTID");
  if (!original_given) out.original_commit_us = out.immediate_commit_us;
  return out;
}

}  // namespace

Result<GtidEvent> parse_gtid(const Event& event) {
  return event.header.type == EventType::kGtidTagged ? parse_tagged(event) : parse_plain(event);
}

}  // namespace tidemark
