// SPDX-License-Identifier: Apache-2.0
// Table structures kept with the offset, so that a restart reads rows under the structure they were
// written with. A revision is saved before the offset that names it is committed, and the older ones
// are removed after that commit: a crash at any point leaves the revision that the offset names.
// Files:    <offset path>.schema.<revision>, JSON as in schema_format.h
// Thread:   as StructureStore
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "store/structure_store.h"

namespace tidemark {

class SchemaStore : public StructureStore {
 public:
  explicit SchemaStore(std::string offset_path) : offset_path_(std::move(offset_path)) {}

  // Saving a revision again replaces it. Statements are not kept. Errors: kStorage.
  Status save(const StructuresToSave& what) override;
  Result<StoredStructures> load(const ResumeState& state) override;
  // Removes every revision but this one.
  Status keep_only(std::uint64_t revision) override;

  std::string path_of(std::uint64_t revision) const;

 private:
  std::string offset_path_;
};

}  // namespace tidemark
