// SPDX-License-Identifier: Apache-2.0
#include "sink/segments.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

#include "base/c_handle.h"
#include "base/file.h"

namespace tidemark {
namespace {

constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kDigits = 6;  // at least

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The number in "<stem>-000001.jsonl", nothing for a name that we would not write.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view stem) {
  if (name.size() < stem.size() + 1 + kDigits + kSuffix.size()) return std::nullopt;
  if (!name.starts_with(stem) || name[stem.size()] != '-' || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  name.remove_prefix(stem.size() + 1);
  name.remove_suffix(kSuffix.size());
  const std::optional<std::uint64_t> number = parse_number(name);
  if (!number || *number == 0 || fmt::format("{:06}", *number) != name) return std::nullopt;
  return number;
}

Result<std::uint64_t> field(const SinkFields& fields, const std::string& name) {
  const auto it = fields.find(name);
  const std::optional<std::uint64_t> number =
      it == fields.end() ? std::nullopt : parse_number(it->second);
  if (number) return *number;
  return fail(ErrorKind::kRejected,
              fmt::format("the stored offset has no position of a file sink ({} is missing or no "
                          "number): it was written with another sink",
                          name),
              "set debezium.sink.type as it was, or use another offset file to begin anew");
}

}  // namespace

SinkFields to_fields(const SegmentPosition& position) {
  return {{"segment", std::to_string(position.segment)},
          {"length", std::to_string(position.length)}};
}

Result<SegmentPosition> parse_position(const SinkFields& fields) {
  return SegmentPosition{.segment = TRY(field(fields, "segment")),
                         .length = TRY(field(fields, "length"))};
}

std::string segment_path(const std::string& stem, std::uint64_t number) {
  return fmt::format("{}-{:06}{}", stem, number, kSuffix);
}

Result<std::vector<Segment>> list_segments(const std::string& stem) {
  const std::string folder = folder_of(stem);
  const CHandle<DIR, ::closedir> dir(::opendir(folder.c_str()));
  if (!dir) return std::unexpected(storage_error("list the folder of", stem, errno));
  const std::string base = stem.substr(stem.rfind('/') + 1);  // npos + 1 is 0
  std::vector<Segment> out;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::optional<std::uint64_t> number = number_of(entry->d_name, base);
    if (!number) continue;
    const std::string path = segment_path(stem, *number);
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
      return std::unexpected(storage_error("look at", path, errno));
    }
    out.push_back({*number, path, static_cast<std::uint64_t>(info.st_size)});
  }
  std::ranges::sort(out, {}, &Segment::number);
  return out;
}

}  // namespace tidemark
