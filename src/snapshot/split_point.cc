// SPDX-License-Identifier: Apache-2.0
// Where to divide a range of keys, and how long it is. Nothing here decides what is read: a bad point
// costs speed only.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/ascii.h"
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
  const char c = lower(text[at]);
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

// -- decimals, floating point, dates and times: by a number that grows with them --

// The digits of "-838:59:59.5" or "2024-02-29 23:59:58", one number a part; the fraction is left out.
struct Parts {
  bool negative = false;
  std::array<std::int64_t, 6> part{};
  std::size_t size = 0;
};
Parts digits_of(std::string_view text) {
  Parts out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  text = text.substr(0, text.find('.'));
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && out.size < out.part.size()) {
    const auto [stop, error] = std::from_chars(at, end, out.part[out.size]);
    if (error != std::errc()) break;
    ++out.size;
    at = stop == end ? stop : stop + 1;
  }
  return out;
}

constexpr std::array<std::int64_t, 6> kDateRadix{1,  13, 32,
                                                 24, 60, 60};  // of a calendar without gaps
constexpr std::int64_t kYearFirst = 1901;
constexpr std::string_view kTimestampFirst = "1970-01-01 00:00:01";
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3600;

double number_of(const KeyCell& cell) {
  const Parts parts = digits_of(cell.text);
  switch (cell.kind) {
    case KeyCell::Kind::kDate:
    case KeyCell::Kind::kDatetime: {
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < kDateRadix.size(); ++i) sum = sum * kDateRadix[i] + parts.part[i];
      return static_cast<double>(sum);
    }
    case KeyCell::Kind::kTime: {
      const std::int64_t seconds = parts.part[0] * kHour + parts.part[1] * kMinute + parts.part[2];
      return static_cast<double>(parts.negative ? -seconds : seconds);
    }
    default:
      return std::strtod(cell.text.c_str(), nullptr);
  }
}

std::string date_text(std::int64_t number, bool with_clock) {
  std::array<std::int64_t, 6> part{};
  for (std::size_t i = kDateRadix.size() - 1; i > 0; --i) {
    part[i] = number % kDateRadix[i];
    number /= kDateRadix[i];
  }
  part[0] = number;
  // A day that every month has.
  constexpr std::int64_t kDayMax = 28;
  std::string out =
      fmt::format("{:04}-{:02}-{:02}", part[0], std::clamp<std::int64_t>(part[1], 1, 12),
                  std::clamp<std::int64_t>(part[2], 1, kDayMax));
  if (with_clock) out += fmt::format(" {:02}:{:02}:{:02}", part[3], part[4], part[5]);
  return out;
}

std::string time_text(std::int64_t seconds) {
  const std::int64_t size = std::abs(seconds);
  return fmt::format("{}{:02}:{:02}:{:02}", seconds < 0 ? "-" : "", size / kHour,
                     size / kMinute % kMinute, size % kMinute);
}

// A value that the column can hold exactly: the server would round another one before it looks for it.
std::string double_text(const ChunkKeyColumn& column, double value) {
  if (column.scale > 0)
    value = std::strtod(fmt::format("{:.{}f}", value, column.scale).c_str(), nullptr);
  if (column.single) value = static_cast<double>(static_cast<float>(value));
  return fmt::format("{}", value);
}

std::optional<KeyCell> middle_number(const ChunkKeyColumn& column, const KeyCell& lower,
                                     const KeyCell& upper) {
  const double low = number_of(lower);
  const double high = number_of(upper);
  if (!(low < high)) return std::nullopt;
  const double middle = low / 2 + high / 2;
  KeyCell out = lower;
  switch (lower.kind) {
    case KeyCell::Kind::kDecimal:
      out.text = fmt::format("{:.{}f}", middle, column.scale);
      break;
    case KeyCell::Kind::kDouble:
      out.text = double_text(column, middle);
      break;
    case KeyCell::Kind::kTime:
      out.text = time_text(std::llround(middle));
      break;
    default:
      out.text = date_text(std::llround(middle), lower.kind == KeyCell::Kind::kDatetime);
      break;
  }
  return out;
}

// Of a column with a gap: the bound, or the first value behind the gap where it lies before that.
KeyCell behind_gap(const KeyCell& bound) {
  KeyCell first = bound;
  if (bound.kind == KeyCell::Kind::kInt) {
    first.i64 = std::max(bound.i64, kYearFirst);
    return first;
  }
  first.text = kTimestampFirst;
  return number_of(bound) > number_of(first) ? bound : first;
}

std::optional<KeyCell> middle_cell(const ChunkKeyColumn& column, const KeyCell& from,
                                   const KeyCell& upper) {
  if (from.null || upper.null) return std::nullopt;
  const KeyCell lower = column.has_gap ? behind_gap(from) : from;
  switch (lower.kind) {
    case KeyCell::Kind::kInt:
    case KeyCell::Kind::kUint:
      return middle_integer(lower, upper);
    case KeyCell::Kind::kBinary:
      return middle_bytes(lower, upper);
    case KeyCell::Kind::kText:
      return middle_text(lower, upper);
    case KeyCell::Kind::kEncoded:
      return std::nullopt;
    default:
      return middle_number(column, lower, upper);
  }
}

bool known_here(KeyCell::Kind kind) {
  return kind == KeyCell::Kind::kInt || kind == KeyCell::Kind::kUint ||
         kind == KeyCell::Kind::kBinary;
}

bool is_text(KeyCell::Kind kind) {
  return kind == KeyCell::Kind::kText || kind == KeyCell::Kind::kEncoded;
}

// Where a cell lies between the first and the last one, as a finite number of no certain unit.
double beyond(const KeyCell& first, const KeyCell& last, const KeyCell& cell) {
  if (cell.null) return 0;
  // By halves: the range of DOUBLE itself is no finite number.
  if (!known_here(cell.kind)) return first.null ? 0 : number_of(cell) / 2 - number_of(first) / 2;
  // Differences of integers, not of doubles: small numbers with the sign bit turned are all alike there.
  const std::size_t same = is_integer(first) ? 0 : common_prefix(first.text, last.text);
  const auto place = [&](const KeyCell& of) {
    return is_integer(of) ? ordinal(of) : lead(of.text, same);
  };
  const std::uint64_t origin = place(first);
  return place(cell) > origin ? static_cast<double>(place(cell) - origin) : 0.0;
}

}  // namespace

std::optional<SplitPoint> midpoint(const ChunkKey& key, const KeyTuple& lower,
                                   const KeyTuple& upper) {
  const std::size_t size = std::min(lower.size(), upper.size());
  std::size_t column = 0;
  while (column < size && lower[column] == upper[column]) ++column;
  if (column >= size || column >= key.columns.size()) return std::nullopt;
  std::optional<KeyCell> middle = middle_cell(key.columns[column], lower[column], upper[column]);
  if (!middle) return std::nullopt;
  SplitPoint out;
  out.split.assign(lower.begin(), lower.begin() + static_cast<std::ptrdiff_t>(column));
  out.needs_check = !known_here(middle->kind);
  out.split.push_back(*std::move(middle));
  return out;
}

std::optional<double> range_share(const KeyTuple& lower, const KeyTuple& upper,
                                  const KeyTuple& whole_lower, const KeyTuple& whole_upper) {
  const std::size_t size = std::min(whole_lower.size(), whole_upper.size());
  std::size_t column = 0;
  while (column < size && whole_lower[column] == whole_upper[column]) ++column;
  if (size == 0) return std::nullopt;
  if (column >= size) return lower == upper ? 0.0 : 1.0;
  const KeyCell& first = whole_lower[column];
  const KeyCell& last = whole_upper[column];
  if (is_text(first.kind) || first.null) return std::nullopt;
  const double span = beyond(first, last, last);
  if (!(span > 0)) return std::nullopt;
  const double from = lower.size() > column ? beyond(first, last, lower[column]) : 0.0;
  const double to = upper.size() > column ? beyond(first, last, upper[column]) : span;
  return std::clamp((to - from) / span, 0.0, 1.0);
}

}  // namespace tidemark
