// SPDX-License-Identifier: Apache-2.0
// GTIDs of MariaDB, and the position they make: the last transaction of each replication domain.
// Text:   domain-server-sequence, in decimal; a position is a comma-separated list, one a domain
// Source: MariaDB 10.11, sql/rpl_gtid.cc
// Unlike MySQL's set a position names no intervals: within a domain the log has one order, and what comes
// before the named transaction is done. With gtid_strict_mode=OFF sequence numbers may go backwards in
// that order, so a position follows the log and never the larger number.
// Value types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemark {

struct MariaGtid {
  std::uint32_t domain = 0;
  std::uint32_t server_id = 0;
  std::uint64_t sequence = 0;  // from 1

  bool empty() const { return sequence == 0; }
  std::string text() const;
  bool operator==(const MariaGtid&) const = default;
};

// A list as gtid_binlog_state and GTID_LIST events have it: several servers of a domain may be in it, the
// one that wrote last comes last. Blanks are free, an empty text is an empty list.
// Errors: kRejected, naming the item.
Result<std::vector<MariaGtid>> parse_maria_gtids(std::string_view text);

class MariaGtidPosition {
 public:
  // Errors: kRejected; also when a domain comes twice.
  static Result<MariaGtidPosition> parse(std::string_view text);

  // The transaction is done: it takes the place of its domain's last one.
  void advance(const MariaGtid& gtid) { last_[gtid.domain] = gtid; }
  // The last transaction of a domain; nothing: none of it is done.
  std::optional<MariaGtid> last(std::uint32_t domain) const;

  // It has come to `other`, or further, in each of that one's domains.
  bool reaches(const MariaGtidPosition& other) const;

  bool empty() const { return last_.empty(); }
  std::vector<MariaGtid> gtids() const;  // by domain
  std::string text() const;
  bool operator==(const MariaGtidPosition&) const = default;

 private:
  std::map<std::uint32_t, MariaGtid> last_;
};

// What a server with this log misses of a position, and what the position misses of a log that begins
// later. Both as text for people, "domain 0: 14 to 27"; empty: nothing.
// state: the last transaction of each domain and server that the server's log holds.
std::string unknown_to(const std::vector<MariaGtid>& state, const MariaGtidPosition& done);
// before: the same list as it stood before the log's oldest file.
std::string gone_before(const std::vector<MariaGtid>& before, const MariaGtidPosition& done);

}  // namespace tidemark
