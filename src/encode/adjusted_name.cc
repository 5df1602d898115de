// SPDX-License-Identifier: Apache-2.0
#include "encode/adjusted_name.h"

#include <fmt/format.h>

#include <cstdint>

namespace tidemark {
namespace {

constexpr std::size_t kTopicNameMax = 249;  // Kafka's limit

bool is_digit(std::uint32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(std::uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The character that begins at `at`, which moves behind it; a malformed byte counts as itself.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0) return lead;
  std::uint32_t point = lead & (0x3FU >> static_cast<unsigned>(more));
  for (int i = 0; i < more && at < text.size(); ++i) {
    point = (point << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  return point;
}

template <class Take>
void each_unit(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t point = next_point(text, at);
    if (point < 0x10000U) {
      take(point);
    } else {
      take(0xD800U + ((point - 0x10000U) >> 10U));
      take(0xDC00U + ((point - 0x10000U) & 0x3FFU));
    }
  }
}

// Four digits where there would be one or two, else as many as there are.
std::string escaped(std::uint32_t unit) {
  return unit < 0x100U ? fmt::format("_u{:04x}", unit) : fmt::format("_u{:x}", unit);
}

std::string adjusted_name(std::string_view name, NameAdjustment adjustment, bool dots) {
  if (adjustment == NameAdjustment::kNone) return std::string(name);
  const bool unicode = adjustment == NameAdjustment::kAvroUnicode;
  std::string out;
  bool first = true;
  each_unit(name, [&](std::uint32_t unit) {
    const bool legal_first = is_letter(unit) || (unit == '_' && !unicode);
    const bool legal = legal_first || (!first && (is_digit(unit) || (dots && unit == '.')));
    if (legal) {
      out += static_cast<char>(unit);
    } else if (unicode) {
      out += escaped(unit);
    } else {
      out += '_';
      if (first && is_digit(unit)) out += static_cast<char>(unit);
    }
    first = false;
  });
  return out;
}

}  // namespace

std::string legal_topic_name(std::string_view name, bool unicode) {
  std::string out;
  each_unit(name, [&](std::uint32_t unit) {
    const bool legal = is_letter(unit) || is_digit(unit) || unit == '.' || unit == '-' ||
                       (unit == '_' && !unicode);
    if (legal) {
      out += static_cast<char>(unit);
    } else {
      out += unicode ? escaped(unit) : "_";
    }
  });
  if (out.size() > kTopicNameMax) out.resize(kTopicNameMax);
  if (out == ".") return "_";
  if (out == "..") return "__";
  return out;
}

std::string adjusted_schema_name(std::string_view name, NameAdjustment adjustment) {
  return adjusted_name(name, adjustment, true);
}

std::string adjusted_field_name(std::string_view name, NameAdjustment adjustment) {
  return adjusted_name(name, adjustment, false);
}

}  // namespace tidemark
