// SPDX-License-Identifier: Apache-2.0
#include "change/maria_gtid.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace tidemark {
namespace {

// Takes a number and the dash after it off the front.
template <class T>
bool take_number(std::string_view& text, T& value, bool last) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (last) return text.empty();
  if (!text.starts_with('-')) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<MariaGtid> parse_one(std::string_view text) {
  MariaGtid out;
  const bool good = take_number(text, out.domain, false) &&
                    take_number(text, out.server_id, false) &&
                    take_number(text, out.sequence, true) && out.sequence != 0;
  return good ? std::optional(out) : std::nullopt;
}

std::unexpected<Error> malformed(std::string_view item) {
  return fail(ErrorKind::kRejected, fmt::format("'{}' is no GTID of MariaDB", item),
              "write a position as domain-server-sequence, one a domain, separated by commas");
}

std::string range_text(std::uint32_t domain, std::uint64_t first, std::uint64_t last) {
  if (first >= last) return fmt::format("domain {}: {}", domain, last);
  return fmt::format("domain {}: {} to {}", domain, first, last);
}

const MariaGtid* find_server(const std::vector<MariaGtid>& list, const MariaGtid& wanted) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const MariaGtid& item) {
    return item.domain == wanted.domain && item.server_id == wanted.server_id;
  });
  return found == list.end() ? nullptr : &*found;
}

// The last entry of each domain, in which the list says where the domain stood.
std::map<std::uint32_t, MariaGtid> last_of_each(const std::vector<MariaGtid>& list) {
  std::map<std::uint32_t, MariaGtid> out;
  for (const MariaGtid& item : list) out[item.domain] = item;
  return out;
}

}  // namespace

std::string MariaGtid::text() const { return fmt::format("{}-{}-{}", domain, server_id, sequence); }

Result<std::vector<MariaGtid>> parse_maria_gtids(std::string_view text) {
  std::vector<MariaGtid> out;
  text = trim(text);
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trim(text.substr(0, comma));
    const auto gtid = parse_one(item);
    if (!gtid) return malformed(item);
    out.push_back(*gtid);
    if (comma == text.size()) break;
    text = trim(text.substr(comma + 1));
    if (text.empty()) return malformed("");
  }
  return out;
}

Result<MariaGtidPosition> MariaGtidPosition::parse(std::string_view text) {
  MariaGtidPosition out;
  for (const MariaGtid& gtid : TRY(parse_maria_gtids(text))) {
    if (out.last_.contains(gtid.domain))
      return fail(ErrorKind::kRejected,
                  fmt::format("domain {} comes twice in a MariaDB GTID position", gtid.domain),
                  "give one GTID for each domain");
    out.advance(gtid);
  }
  return out;
}

std::optional<MariaGtid> MariaGtidPosition::last(std::uint32_t domain) const {
  const auto found = last_.find(domain);
  return found == last_.end() ? std::nullopt : std::optional(found->second);
}

bool MariaGtidPosition::reaches(const MariaGtidPosition& other) const {
  return std::ranges::all_of(other.last_, [&](const auto& wanted) {
    const auto found = last_.find(wanted.first);
    return found != last_.end() && found->second.sequence >= wanted.second.sequence;
  });
}

std::vector<MariaGtid> MariaGtidPosition::gtids() const {
  std::vector<MariaGtid> out;
  for (const auto& [domain, gtid] : last_) out.push_back(gtid);
  return out;
}

std::string MariaGtidPosition::text() const {
  std::string out;
  for (const auto& [domain, gtid] : last_) {
    if (!out.empty()) out += ',';
    out += gtid.text();
  }
  return out;
}

std::string unknown_to(const std::vector<MariaGtid>& state, const MariaGtidPosition& done) {
  std::string out;
  for (const MariaGtid& gtid : done.gtids()) {
    const MariaGtid* const known = find_server(state, gtid);
    if (known != nullptr && known->sequence >= gtid.sequence) continue;
    const std::uint64_t first = known == nullptr ? gtid.sequence : known->sequence + 1;
    out += fmt::format("{}{} (server {})", out.empty() ? "" : ", ",
                       range_text(gtid.domain, first, gtid.sequence), gtid.server_id);
  }
  return out;
}

std::string gone_before(const std::vector<MariaGtid>& before, const MariaGtidPosition& done) {
  std::string out;
  for (const auto& [domain, gone] : last_of_each(before)) {
    const auto last = done.last(domain);
    if (last && (*last == gone || last->sequence >= gone.sequence)) continue;
    if (last) {
      // Its server wrote less before the oldest file, or nothing: it lies in the log, and numbers went
      // backwards there.
      const MariaGtid* const same = find_server(before, *last);
      if (same == nullptr || same->sequence < last->sequence) continue;
    }
    if (!out.empty()) out += ", ";
    out += range_text(domain, last ? last->sequence + 1 : 1, gone.sequence);
  }
  return out;
}

}  // namespace tidemark
