// SPDX-License-Identifier: Apache-2.0
// Names of topics and the objects that records point to.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "base/record.h"
#include "base/record_rules.h"
#include "base/result.h"
#include "schema/table.h"

namespace tidemark {

// <prefix><delimiter><database><delimiter><table>, where each UTF-16 unit outside [A-Za-z0-9._-]
// has become '_', cut at 249 characters. "." and ".." become "_" and "__".
std::string topic_name(std::string_view prefix, std::string_view delimiter, const TableId& id);

// The same by a naming strategy: with its escapes, then replaced where its expression matches the
// whole name.
// Errors: kRejected where the replacement names a group that is not there, or yields no legal name.
Result<std::string> topic_name(std::string_view prefix, std::string_view delimiter,
                               const TopicNaming& naming, const TableId& id);
// What the key's table field says (topic.key.field.*): the name before it was made legal, or what its
// own expression makes of it.
Result<std::string> key_field_of(std::string_view prefix, std::string_view delimiter,
                                 const TopicNaming& naming, const TableId& id);

// Owns topics at stable addresses; a name has one Topic, whatever the number of table versions, or with
// schemas (transforms are configured) one for each pair of schemas.
// Lifetime: outlives every batch whose records point into it; nothing is ever removed
// Thread:   any
class TopicRegistry {
 public:
  const Topic* intern(std::string_view name);
  const Topic* intern(std::string_view name, RecordSchemas schemas);

 private:
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;  // guarded by mutex_
  std::map<std::tuple<std::string, std::string, std::string>, std::unique_ptr<Topic>>
      with_schemas_;  // guarded by mutex_; name, key, value
};

}  // namespace tidemark
