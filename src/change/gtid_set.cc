// SPDX-License-Identifier: Apache-2.0
#include "change/gtid_set.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/hex.h"

namespace tidemark {
namespace {

// The server's GNO_END is 2^63 - 1, exclusive.
constexpr std::uint64_t kNumberMax = 0x7FFFFFFFFFFFFFFEULL;
constexpr std::size_t kTagMax = 32;
// Format marker of the tagged form, in the first and the last byte of the header.
constexpr std::uint64_t kTaggedMarker = 1;
constexpr std::uint64_t kCountMask = 0xFFFFFFFFFFFFULL;

using Intervals = std::vector<GtidSet::Interval>;

void fill_random(std::span<std::uint8_t> out) {
  // Linux: cannot fail for 256 bytes or less once the kernel's pool is filled, and waits for that.
  const int outcome = ::getentropy(out.data(), out.size());
  ASSERT(outcome == 0, "getentropy failed");
}

void set_version(Uuid& uuid, std::uint8_t version) {
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | (version << 4));
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
}

// A letter or underscore, then letters, digits and underscores; given back in lower case.
std::optional<std::string> parse_tag(std::string_view text) {
  if (text.empty() || text.size() > kTagMax) return std::nullopt;
  std::string out;
  for (const char c : lower(text)) {
    const bool digit = c >= '0' && c <= '9';
    if (c != '_' && (c < 'a' || c > 'z') && !(digit && !out.empty())) return std::nullopt;
    out += c;
  }
  return out;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  text = trim(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value == 0 || value > kNumberMax) return std::nullopt;
  return value;
}

std::optional<GtidSet::Interval> parse_interval(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return GtidSet::Interval{.first = *first, .last = *last};
}

// Keeps the list sorted, disjoint and free of neighbours.
void insert(Intervals& list, GtidSet::Interval added) {
  // The first that reaches added.first or touches it from below.
  const auto from = std::lower_bound(
      list.begin(), list.end(), added.first,
      [](const GtidSet::Interval& item, std::uint64_t first) { return item.last + 1 < first; });
  auto to = from;
  for (; to != list.end() && to->first <= added.last + 1; ++to) {
    added.first = std::min(added.first, to->first);
    added.last = std::max(added.last, to->last);
  }
  if (from == to) {
    list.insert(from, added);
    return;
  }
  *from = added;
  list.erase(from + 1, to);
}

Intervals without(const Intervals& list, const Intervals& removed) {
  Intervals out;
  auto cut = removed.begin();
  for (GtidSet::Interval rest : list) {
    while (cut != removed.end() && cut->last < rest.first) ++cut;
    bool used_up = false;
    for (auto next = cut; next != removed.end() && next->first <= rest.last; ++next) {
      if (next->first > rest.first) out.push_back({rest.first, next->first - 1});
      used_up = next->last >= rest.last;
      if (used_up) break;
      rest.first = next->last + 1;
    }
    if (!used_up) out.push_back(rest);
  }
  return out;
}

bool covers(const Intervals& list, const GtidSet::Interval& wanted) {
  const auto found = std::lower_bound(
      list.begin(), list.end(), wanted.first,
      [](const GtidSet::Interval& item, std::uint64_t first) { return item.last < first; });
  return found != list.end() && found->first <= wanted.first && wanted.last <= found->last;
}

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::kCorrupt, fmt::format("encoded GTID set: {}", what),
              "the log or the stored state is damaged; compare it with what the server has");
}

Result<Intervals> decode_intervals(ByteReader& reader) {
  const std::uint64_t count = reader.u64();
  if (count > reader.remaining() / 16) return malformed("more intervals than bytes");
  Intervals out;
  out.reserve(count);
  std::uint64_t after = 0;  // end of the interval before, exclusive
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t first = reader.u64();
    const std::uint64_t end = reader.u64();
    if (first == 0 || first <= after || end <= first || end - 1 > kNumberMax) {
      return malformed("intervals out of order or empty");
    }
    out.push_back({first, end - 1});
    after = end;
  }
  return out;
}

// Length as a variable-length integer, of which only the one-byte form (length << 1) can be legal.
Result<std::string> decode_tag(ByteReader& reader) {
  const std::uint8_t lead = reader.u8();
  const std::size_t size = lead >> 1U;
  if ((lead & 1U) != 0 || size > kTagMax) return malformed("a tag longer than 32 characters");
  const std::string_view text = reader.text(size);
  if (text.size() != size) return malformed("cut off inside a tag");
  if (size == 0) return std::string();
  auto tag = parse_tag(text);
  if (!tag) return malformed("a tag with other characters than letters, digits and underscores");
  return *std::move(tag);
}

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text) {
  const std::string_view given = text;
  text = trim(text);
  Uuid out;
  std::size_t at = 0;
  const bool dashes = text.size() == 36;
  bool good = dashes || text.size() == 32;
  for (std::size_t i = 0; good && i < out.bytes.size(); ++i) {
    if (dashes && (i == 4 || i == 6 || i == 8 || i == 10)) good = text[at++] == '-';
    const auto high = hex_digit(text[at]);
    const auto low = hex_digit(text[at + 1]);
    at += 2;
    good = good && high && low;
    if (good) out.bytes[i] = static_cast<std::uint8_t>((*high << 4) | *low);
  }
  if (!good) {
    return fail(ErrorKind::kRejected, fmt::format("'{}' is not a UUID", given),
                "write it as 8-4-4-4-12 hexadecimal digits");
  }
  return out;
}

Uuid Uuid::random() {
  Uuid out;
  fill_random(out.bytes);
  set_version(out, 4);
  return out;
}

Uuid Uuid::time_ordered(std::int64_t wall_ns) {
  Uuid out;
  fill_random(out.bytes);
  const auto ms = static_cast<std::uint64_t>(wall_ns) / 1'000'000;
  for (std::size_t i = 0; i < 6; ++i) out.bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  set_version(out, 7);
  return out;
}

std::string Uuid::text() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kDigits[bytes[i] >> 4U];
    out += kDigits[bytes[i] & 0x0FU];
  }
  return out;
}

std::string Gtid::text() const {
  if (tag.empty()) return fmt::format("{}:{}", source.text(), number);
  return fmt::format("{}:{}:{}", source.text(), tag, number);
}

Result<GtidSet> GtidSet::parse(std::string_view text) {
  GtidSet out;
  const auto reject = [](std::string_view part, std::string_view item) {
    return fail(
        ErrorKind::kRejected, fmt::format("'{}' in the GTID set item '{}'", part, item),
        "write uuid[:tag]:n or uuid[:tag]:a-b, more intervals after ':', more items after ','");
  };
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (item.empty()) continue;

    std::size_t colon = item.find(':');
    const Uuid source = TRY(Uuid::parse(item.substr(0, colon)));
    std::string tag;
    bool expects_interval = true;  // after the UUID and after each tag
    while (colon != std::string_view::npos) {
      const std::size_t start = colon + 1;
      colon = item.find(':', start);
      const std::string_view part = trim(item.substr(start, colon - start));
      if (const auto interval = parse_interval(part)) {
        insert(out.sources_[{source, tag}], *interval);
        expects_interval = false;
      } else if (auto found = parse_tag(part)) {
        if (expects_interval && !tag.empty()) return reject(part, item);
        tag = *std::move(found);
        expects_interval = true;
      } else {
        return reject(part, item);
      }
    }
    if (expects_interval) return reject(item.substr(item.rfind(':') + 1), item);
  }
  return out;
}

Result<GtidSet> GtidSet::decode(Bytes bytes) {
  GtidSet out;
  ByteReader reader(bytes);
  std::uint64_t count = reader.u64();
  const bool tagged = (count >> 56U) == kTaggedMarker;
  if (tagged && (count & 0xFFU) != kTaggedMarker) return malformed("an unknown header");
  if (tagged) count = (count >> 8U) & kCountMask;
  if (reader.failed() || count > reader.remaining() / 24)
    return malformed("more sources than bytes");
  for (std::uint64_t i = 0; i < count; ++i) {
    Uuid source;
    const Bytes raw = reader.bytes(source.bytes.size());
    if (raw.size() != source.bytes.size()) return malformed("cut off inside a UUID");
    std::copy(raw.begin(), raw.end(), source.bytes.begin());
    std::string tag = tagged ? TRY(decode_tag(reader)) : std::string();
    const Intervals intervals = TRY(decode_intervals(reader));
    if (reader.failed()) return malformed("cut off");
    if (intervals.empty()) continue;
    Intervals& kept = out.sources_[{source, std::move(tag)}];
    for (const Interval& interval : intervals) insert(kept, interval);
  }
  if (!reader.at_end()) return malformed("bytes after its end");
  return out;
}

std::string GtidSet::encode() const {
  const bool tagged = std::any_of(sources_.begin(), sources_.end(),
                                  [](const auto& entry) { return !entry.first.second.empty(); });
  std::string out;
  const std::uint64_t count = sources_.size();
  append_le<std::uint64_t>(out,
                           tagged ? kTaggedMarker << 56U | count << 8U | kTaggedMarker : count);
  for (const auto& [key, intervals] : sources_) {
    const auto& [source, tag] = key;
    out += as_text(source.bytes);
    if (tagged) {
      out += static_cast<char>(tag.size() << 1U);
      out += tag;
    }
    append_le<std::uint64_t>(out, intervals.size());
    for (const Interval& interval : intervals) {
      append_le(out, interval.first);
      append_le(out, interval.last + 1);
    }
  }
  return out;
}

void GtidSet::add(const Gtid& gtid) {
  if (gtid.empty()) return;
  insert(sources_[{gtid.source, gtid.tag}], {gtid.number, gtid.number});
}

void GtidSet::add(const GtidSet& other) {
  for (const auto& [key, intervals] : other.sources_) {
    Intervals& kept = sources_[key];
    if (&kept == &intervals) continue;
    for (const Interval& interval : intervals) insert(kept, interval);
  }
}

void GtidSet::subtract(const GtidSet& other) {
  for (auto entry = sources_.begin(); entry != sources_.end();) {
    const auto removed = other.sources_.find(entry->first);
    if (removed != other.sources_.end()) entry->second = without(entry->second, removed->second);
    entry = entry->second.empty() ? sources_.erase(entry) : std::next(entry);
  }
}

std::vector<Uuid> GtidSet::sources() const {
  std::vector<Uuid> out;
  for (const auto& [key, intervals] : sources_) {
    if (out.empty() || out.back() != key.first) out.push_back(key.first);
  }
  return out;
}

std::uint64_t GtidSet::size() const {
  std::uint64_t count = 0;
  for (const auto& [key, intervals] : sources_) {
    for (const Interval& interval : intervals) count += interval.last - interval.first + 1;
  }
  return count;
}

GtidSet GtidSet::of(const Uuid& source) const {
  GtidSet out;
  for (auto at = sources_.lower_bound({source, ""});
       at != sources_.end() && at->first.first == source; ++at) {
    out.sources_.insert(*at);
  }
  return out;
}

bool GtidSet::contains(const Gtid& gtid) const {
  const auto found = sources_.find({gtid.source, gtid.tag});
  return found != sources_.end() && covers(found->second, {gtid.number, gtid.number});
}

bool GtidSet::contains(const GtidSet& other) const {
  return std::all_of(other.sources_.begin(), other.sources_.end(), [&](const auto& entry) {
    const auto mine = sources_.find(entry.first);
    return mine != sources_.end() &&
           std::all_of(entry.second.begin(), entry.second.end(),
                       [&](const Interval& interval) { return covers(mine->second, interval); });
  });
}

std::string GtidSet::text() const {
  std::string out;
  for (const auto& [key, intervals] : sources_) {
    if (!out.empty()) out += ',';
    out += key.first.text();
    if (!key.second.empty()) out += ':' + key.second;
    for (const Interval& interval : intervals) {
      out += fmt::format(":{}-{}", interval.first, interval.last);
    }
  }
  return out;
}

}  // namespace tidemark
