// SPDX-License-Identifier: Apache-2.0
// Which servers' transactions count (gtid.source.includes, gtid.source.excludes): where to resume rests on
// theirs alone, and rows of the others are dropped unless gtid.source.filter.dml.events=false.
// Thread: source thread
#pragma once

#include <map>

#include "base/result.h"
#include "change/gtid_set.h"
#include "change/offset.h"
#include "config/settings.h"

namespace tidemark {

class GtidSources {
 public:
  explicit GtidSources(const GtidSettings& settings) : settings_(settings) {}

  bool filters() const { return settings_.includes || settings_.excludes; }
  // Errors: kRejected where an expression cannot be matched
  Result<bool> counts(const Uuid& source);
  // Row events of this source are not ours.
  Result<bool> drops_rows(const Uuid& source);

  // What to ask a server for, and what to check against it: transactions of sources that do not count are
  // neither missed, where it has purged them, nor expected to be in its history.
  struct Resume {
    Offset ask;
    Offset check;
  };
  Result<Resume> resume(const Offset& offset, const GtidSet& purged);
  // The part of the set whose sources count, or those that do not.
  Result<GtidSet> that_count(const GtidSet& set, bool count = true);

 private:
  const GtidSettings& settings_;
  std::map<Uuid, bool> known_;
};

}  // namespace tidemark
