// SPDX-License-Identifier: Apache-2.0
// Memory for the text of one row at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

// Hands out bytes that live until reset(). What a row took is kept for the next one, so that rows of a
// steady size allocate nothing; memory beyond kKeptMax is given back at reset().
// Ownership: not copied; views die at reset() or with the arena
// Thread:    one
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void reset() {
    if (blocks_.size() > 1) [[unlikely]]
      merge();
    used_ = 0;
  }

  char* allocate(std::size_t size) {
    if (blocks_.empty() || size > blocks_.back().size - used_) [[unlikely]]
      grow(size);
    char* const out = blocks_.back().bytes.get() + used_;
    used_ += size;
    return out;
  }
  // Gives back the unused end of the newest allocation.
  void shrink_last(std::size_t unused) { used_ -= unused; }

  std::string_view copy(std::string_view text) {
    char* const out = allocate(text.size());
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  // For text whose size is not known beforehand: fill the builder, then copy() it.
  std::string& builder() {
    builder_.clear();
    return builder_;
  }

 private:
  static constexpr std::size_t kFirstBlock = 4096;
  static constexpr std::size_t kKeptMax = std::size_t{8} << 20;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void grow(std::size_t size) {
    const std::size_t wanted =
        std::max({size, kFirstBlock, blocks_.empty() ? 0 : 2 * blocks_.back().size});
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(wanted), wanted});
    used_ = 0;
  }
  // One block as large as all of them, so that the next row of this size fits into it.
  void merge() {
    std::size_t total = 0;
    for (const Block& block : blocks_) total += block.size;
    blocks_.clear();
    grow(std::min(total, kKeptMax));
    if (builder_.capacity() > kKeptMax) std::string().swap(builder_);
  }

  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
  std::string builder_;
};

}  // namespace tidemark
