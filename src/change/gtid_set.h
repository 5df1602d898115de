// SPDX-License-Identifier: Apache-2.0
// GTIDs of MySQL, tagged ones (8.3 and later) included, and sets of them.
// Text:   uuid[:tag]:interval[:interval...][,...]; an interval is `n` or `a-b`; case and blanks are free
// Binary: docs/formats/gtid_set.md
// Value type.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark {

// 16 bytes in text order.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  static Result<Uuid> parse(std::string_view text);
  // A random (version 4) UUID.
  static Uuid random();
  // Time-ordered (version 7).
  static Uuid time_ordered(std::int64_t wall_ns);
  std::string text() const;
  bool is_zero() const { return *this == Uuid{}; }
  auto operator<=>(const Uuid&) const = default;
};

struct Gtid {
  Uuid source;
  std::string tag;  // lower case, empty for an untagged GTID
  std::uint64_t number = 0;  // from 1

  bool empty() const { return number == 0; }
  std::string text() const;
  bool operator==(const Gtid&) const = default;
};

class GtidSet {
 public:
  // [first, last], both included.
  struct Interval {
    std::uint64_t first;
    std::uint64_t last;
    bool operator==(const Interval&) const = default;
  };
  using Key = std::pair<Uuid, std::string>;  // source and tag

  static Result<GtidSet> parse(std::string_view text);
  // The form of COM_BINLOG_DUMP_GTID and PREVIOUS_GTIDS; the tagged form is used only where a tag is.
  static Result<GtidSet> decode(Bytes bytes);
  std::string encode() const;

  bool empty() const { return sources_.empty(); }
  void add(const Gtid& gtid);
  void add(const GtidSet& other);
  void subtract(const GtidSet& other);
  // Each once, in order.
  std::vector<Uuid> sources() const;
  // How many GTIDs.
  std::uint64_t size() const;
  // The part of one source, tagged GTIDs included.
  GtidSet of(const Uuid& source) const;
  bool contains(const Gtid& gtid) const;
  bool contains(const GtidSet& other) const;

  // Every interval as `a-b`, single numbers too, as Debezium writes while streaming; compare as sets.
  std::string text() const;
  bool operator==(const GtidSet&) const = default;

 private:
  // Sorted, disjoint and never adjacent; no empty vector is kept.
  std::map<Key, std::vector<Interval>> sources_;
};

}  // namespace tidemark
