// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/enum_set.h"

#include <bit>

namespace tidemark {

bool enum_text(std::span<const std::string> members, std::uint64_t index, std::string_view* out) {
  if (index > members.size()) return false;
  *out = index == 0 ? std::string_view() : std::string_view(members[index - 1]);
  return true;
}

bool set_text(std::span<const std::string> members, std::uint64_t bits, Arena& arena,
              std::string_view* out) {
  if (members.size() < kSetMembersMax && (bits >> members.size()) != 0) return false;
  if (std::has_single_bit(bits)) {
    *out = members[static_cast<std::size_t>(std::countr_zero(bits))];
    return true;
  }
  std::string& joined = arena.builder();
  for (; bits != 0; bits &= bits - 1) {
    if (!joined.empty()) joined += ',';
    joined += members[static_cast<std::size_t>(std::countr_zero(bits))];
  }
  *out = arena.copy(joined);
  return true;
}

}  // namespace tidemark
