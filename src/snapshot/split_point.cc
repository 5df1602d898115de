// SPDX-License-Identifier: Apache-2.0
// Where to divide a range of keys, and how long it is. Nothing here decides what is read: a bad point
// costs speed only.
#include <algorithm>
#include <array>
#include <cmath>

#include "snapshot/chunk_query.h"

namespace tidemark {
namespace {

// Signed integers in the order of unsigned ones.
std::uint64_t ordinal(const KeyCell& cell) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  return cell.kind == KeyCell::Kind::kUint ? cell.u64
                                           : static_cast<std::uint64_t>(cell.i64) ^ kSign;
}

bool is_integer(const KeyCell& cell) {
  return cell.kind == KeyCell::Kind::kInt || cell.kind == KeyCell::Kind::kUint;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::optional<KeyCell> middle_integer(const KeyCell& lower, const KeyCell& upper) {
  const std::uint64_t low = ordinal(lower);
  const std::uint64_t high = ordinal(upper);
  if (high <= low || high - low < 2) return std::nullopt;
  const std::uint64_t step = (high - low) / 2;
  KeyCell out = lower;
  if (out.kind == KeyCell::Kind::kUint) {
    out.u64 += step;
  } else {
    out.i64 = static_cast<std::int64_t>(static_cast<std::uint64_t>(lower.i64) + step);
  }
  return out;
}

// The eight bytes after `skip` as a big-endian number, missing ones as zero.
std::uint64_t lead(std::string_view bytes, std::size_t skip) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < sizeof out; ++i) {
    const std::size_t at = skip + i;
    out = (out << 8) | (at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U);
  }
  return out;
}

std::optional<KeyCell> middle_bytes(const KeyCell& lower, const KeyCell& upper) {
  const std::size_t same = common_prefix(lower.text, upper.text);
  const std::uint64_t low = lead(lower.text, same);
  const std::uint64_t high = lead(upper.text, same);
  if (high <= low || high - low < 2) return std::nullopt;
  const std::uint64_t middle = low + (high - low) / 2;
  KeyCell out = lower;
  out.text = upper.text.substr(0, same);
  for (int shift = 56; shift >= 0; shift -= 8)
    out.text += static_cast<char>((middle >> shift) & 0xFF);
  while (out.text.size() > same + 1 && out.text.back() == '\0') out.text.pop_back();
  const bool inside = lower.text < out.text && out.text < upper.text;
  return inside ? std::optional(out) : std::nullopt;
}

// Digits and letters in the order that every collation of Latin script gives them, case aside. Other
// characters are taken for the nearest of these.
constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyz";

std::size_t letter_rank(std::string_view text, std::size_t at, std::size_t missing) {
  if (at >= text.size()) return missing;
  char c = text[at];
  if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::size_t rank = 0;
  while (rank + 1 < kLetters.size() && kLetters[rank] < c) ++rank;
  return rank;
}

std::optional<KeyCell> middle_text(const KeyCell& lower, const KeyCell& upper) {
  std::size_t same = common_prefix(lower.text, upper.text);
  // Never cut a character in two.
  while (same > 0 && same < upper.text.size() && (upper.text[same] & 0xC0) == 0x80) --same;
  const std::size_t low = letter_rank(lower.text, same, 0);
  const std::size_t high = letter_rank(upper.text, same, 0);
  KeyCell out = lower;
  out.text = upper.text.substr(0, same);
  if (high > low + 1) {
    out.text += kLetters[low + (high - low) / 2];
    return out;
  }
  if (high != low + 1 || same >= lower.text.size()) return std::nullopt;
  if (static_cast<unsigned char>(lower.text[same]) >= 0x80) return std::nullopt;
  // Neighbours: below the upper one's letter lies what follows the lower one's.
  const std::size_t next = letter_rank(lower.text, same + 1, 0);
  if (next + 1 >= kLetters.size()) return std::nullopt;
  out.text += lower.text[same];
  out.text += kLetters[next + (kLetters.size() - next) / 2];
  return out;
}

}  // namespace

std::optional<SplitPoint> midpoint(const ChunkKey& key, const KeyTuple& lower,
                                   const KeyTuple& upper) {
  const std::size_t size = std::min(lower.size(), upper.size());
  std::size_t column = 0;
  while (column < size && lower[column] == upper[column]) ++column;
  if (column >= size || column >= key.columns.size()) return std::nullopt;
  std::optional<KeyCell> middle;
  if (is_integer(lower[column])) {
    middle = middle_integer(lower[column], upper[column]);
  } else if (lower[column].kind == KeyCell::Kind::kBinary) {
    middle = middle_bytes(lower[column], upper[column]);
  } else {
    middle = middle_text(lower[column], upper[column]);
  }
  if (!middle) return std::nullopt;
  SplitPoint out;
  out.split.assign(lower.begin(), lower.begin() + static_cast<std::ptrdiff_t>(column));
  out.needs_check = middle->kind == KeyCell::Kind::kText;
  out.split.push_back(*std::move(middle));
  return out;
}

std::optional<double> range_share(const KeyTuple& lower, const KeyTuple& upper,
                                  const KeyTuple& whole_lower, const KeyTuple& whole_upper) {
  const std::size_t size = std::min(whole_lower.size(), whole_upper.size());
  std::size_t column = 0;
  while (column < size && whole_lower[column] == whole_upper[column]) ++column;
  if (column >= size) return lower == upper ? 0.0 : 1.0;
  const KeyCell& first = whole_lower[column];
  const KeyCell& last = whole_upper[column];
  if (first.kind == KeyCell::Kind::kText) return std::nullopt;
  const std::size_t same = is_integer(first) ? 0 : common_prefix(first.text, last.text);
  // Differences of integers, not of doubles: small numbers with the sign bit turned are all alike there.
  const auto place = [&](const KeyCell& cell) {
    return is_integer(cell) ? ordinal(cell) : lead(cell.text, same);
  };
  const std::uint64_t origin = place(first);
  const auto beyond = [&](const KeyCell& cell) {
    return place(cell) > origin ? static_cast<double>(place(cell) - origin) : 0.0;
  };
  const double span = beyond(last);
  if (span <= 0) return std::nullopt;
  const double from = lower.size() > column ? beyond(lower[column]) : 0.0;
  const double to = upper.size() > column ? beyond(upper[column]) : span;
  return std::clamp((to - from) / span, 0.0, 1.0);
}

}  // namespace tidemark
