// SPDX-License-Identifier: Apache-2.0
#include "snapshot/identity_set.h"

#include <algorithm>
#include <cstring>

namespace tidemark {
namespace {

constexpr std::size_t kSlotsMin = 64;

std::uint64_t mix(std::uint64_t value) {  // splitmix64's finaliser
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

}  // namespace

std::uint64_t IdentitySet::hash(std::string_view bytes) {
  std::uint64_t state = 0x9E3779B97F4A7C15U ^ bytes.size();
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    state = mix(state ^ word);
    bytes.remove_prefix(sizeof word);
  }
  std::uint64_t tail = 0;
  if (!bytes.empty()) std::memcpy(&tail, bytes.data(), bytes.size());
  return mix(state ^ tail);
}

std::size_t IdentitySet::slot_of(std::string_view bytes, std::uint64_t hashed) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hashed & mask;
  while (slots_[slot] != kFree) {
    const std::uint32_t index = slots_[slot];
    if (entries_[index].hash == hashed && at(index) == bytes) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

bool IdentitySet::insert(std::string_view bytes) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t hashed = hash(bytes);
  const std::size_t slot = slot_of(bytes, hashed);
  if (slots_[slot] != kFree) return false;
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({hashed, arena_.size(), bytes.size()});
  arena_.append(bytes);
  return true;
}

bool IdentitySet::contains(std::string_view bytes) const {
  return !slots_.empty() && slots_[slot_of(bytes, hash(bytes))] != kFree;
}

void IdentitySet::clear() {
  if (!entries_.empty()) std::fill(slots_.begin(), slots_.end(), kFree);
  entries_.clear();
  arena_.clear();
}

void IdentitySet::grow() {
  slots_.assign(std::max(kSlotsMin, slots_.size() * 2), kFree);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t index = 0; index < entries_.size(); ++index) {
    std::size_t slot = entries_[index].hash & mask;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(index);
  }
}

}  // namespace tidemark
