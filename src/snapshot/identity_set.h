// SPDX-License-Identifier: Apache-2.0
// Byte strings in an open-addressing table over an arena, for the keys of one window. Cleared and used
// again without giving memory back, so that noting a key allocates nothing once the sizes have settled.
// Resource; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

class IdentitySet {
 public:
  static std::uint64_t hash(std::string_view bytes);

  // True when it was not there yet. Copies the bytes.
  bool insert(std::string_view bytes);
  bool contains(std::string_view bytes) const;
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return arena_.size(); }
  // In the order of insertion; the view lives until the next insert or clear.
  std::string_view at(std::size_t index) const {
    const Entry& entry = entries_[index];
    return {arena_.data() + entry.at, entry.size};
  }
  void clear();

 private:
  struct Entry {
    std::uint64_t hash;
    std::size_t at;
    std::size_t size;
  };
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  // The slot that holds the bytes, or the free one where they belong.
  std::size_t slot_of(std::string_view bytes, std::uint64_t hashed) const;
  void grow();

  std::string arena_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // index into entries_; a power of two, at most half full
};

}  // namespace tidemark
