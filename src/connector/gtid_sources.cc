// SPDX-License-Identifier: Apache-2.0
#include "connector/gtid_sources.h"

#include <utility>

namespace tidemark {

Result<bool> GtidSources::counts(const Uuid& source) {
  if (!filters()) return true;
  const auto known = known_.find(source);
  if (known != known_.end()) return known->second;
  const bool counts = settings_.includes ? TRY(settings_.includes->matches(source.text()))
                                         : !TRY(settings_.excludes->matches(source.text()));
  return known_.emplace(source, counts).first->second;
}

Result<bool> GtidSources::drops_rows(const Uuid& source) {
  return settings_.drop_rows && !TRY(counts(source));
}

Result<GtidSet> GtidSources::that_count(const GtidSet& set, bool count) {
  GtidSet out;
  for (const Uuid& source : set.sources()) {
    if (TRY(counts(source)) == count) out.add(set.of(source));
  }
  return out;
}

Result<GtidSources::Resume> GtidSources::resume(const Offset& offset, const GtidSet& purged) {
  Resume out{.ask = offset, .check = offset};
  if (!filters() || !offset.gtid_mode) return out;
  const GtidSet others = TRY(that_count(purged, false));
  out.ask.gtids.add(others);
  out.check.gtids = TRY(that_count(offset.gtids, true));
  out.check.gtids.add(others);
  return out;
}

}  // namespace tidemark
