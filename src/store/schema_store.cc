// SPDX-License-Identifier: Apache-2.0
#include "store/schema_store.h"

#include <dirent.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/c_handle.h"
#include "base/file.h"
#include "store/schema_format.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kFileBytesMax = 1 << 30;

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Names in `folder` that are `prefix` and a revision, a half-written one (.tmp) included.
Result<std::vector<std::string>> revisions_in(const std::string& folder, std::string_view prefix) {
  const CHandle<DIR, ::closedir> dir(::opendir(folder.c_str()));
  if (!dir) return std::unexpected(storage_error("list", folder, errno));
  std::vector<std::string> out;
  while (const dirent* entry = ::readdir(dir.get())) {
    std::string_view name = entry->d_name;
    if (!name.starts_with(prefix)) continue;
    std::string_view revision = name.substr(prefix.size());
    if (revision.ends_with(".tmp")) revision.remove_suffix(4);
    if (all_digits(revision)) out.emplace_back(name);
  }
  return out;
}

}  // namespace

std::string SchemaStore::path_of(std::uint64_t revision) const {
  return fmt::format("{}.schema.{}", offset_path_, revision);
}

Status SchemaStore::save(const StructuresToSave& what) {
  if (!what.revision) return {};
  return replace_file(path_of(*what.revision), encode_tables(what.tables), Durability::kSynced);
}

Result<StoredStructures> SchemaStore::load(const ResumeState& state) {
  const std::string path = path_of(state.schema_revision);
  const std::optional<std::string> text = TRY(read_file(path, kFileBytesMax));
  if (!text) {
    return fail(
        ErrorKind::kCorrupt,
        fmt::format("the stored offset names table structures that are not there: {}", path),
        "restore the file, or move offset and output away to begin with a new snapshot");
  }
  return StoredStructures{.tables = TRY_AT(decode_tables(*text), path), .models = {}};
}

Status SchemaStore::keep_only(std::uint64_t revision) {
  const std::string folder = folder_of(offset_path_);
  const std::string kept = path_of(revision);
  const std::string prefix = offset_path_.substr(offset_path_.rfind('/') + 1) + ".schema.";
  for (const std::string& name : TRY(revisions_in(folder, prefix))) {
    const std::string path = offset_path_.substr(0, offset_path_.rfind('/') + 1) + name;
    if (path != kept) TRY(remove_file(path));
  }
  return {};
}

}  // namespace tidemark
