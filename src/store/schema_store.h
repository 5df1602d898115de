// SPDX-License-Identifier: Apache-2.0
// Table structures kept with the offset, so that a restart reads rows under the structure they were
// written with. A revision is saved before the offset that names it is committed, and the older ones
// are removed after that commit: a crash at any point leaves the revision that the offset names.
// Files:    <offset path>.schema.<revision>, JSON as in schema_format.h
// Thread:   one at a time; save on the sink thread, before OffsetStore::commit
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/table.h"

namespace tidemark {

class SchemaStore {
 public:
  explicit SchemaStore(std::string offset_path) : offset_path_(std::move(offset_path)) {}

  // Durable when it returns. Saving a revision again replaces it. Errors: kStorage.
  Status save(std::uint64_t revision, std::span<const TablePtr> tables);
  // Errors: kCorrupt when it is missing or torn; kRejected for a newer version.
  Result<std::vector<TableDef>> load(std::uint64_t revision) const;
  // Removes every revision but this one; call it after the commit that names it.
  Status keep_only(std::uint64_t revision);

  std::string path_of(std::uint64_t revision) const;

 private:
  std::string offset_path_;
};

}  // namespace tidemark
