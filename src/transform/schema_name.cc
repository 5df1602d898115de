// SPDX-License-Identifier: Apache-2.0
#include "transform/schema_name.h"

#include <fmt/format.h>

namespace tidemark::transform {
namespace {

bool is_letter(std::uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(std::uint32_t c) { return c >= '0' && c <= '9'; }

// Reads one character of well-formed UTF-8.
std::uint32_t take_code(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0xC0) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  std::uint32_t code = lead & (0x3FU >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    code = code << 6U | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  return code;
}

std::string replacement(std::uint32_t unit, bool first, SchemaNameMode mode) {
  // Two digits are padded to four, more are not.
  if (mode == SchemaNameMode::kAvroUnicode) {
    return unit < 0x100 ? fmt::format("_u{:04x}", unit) : fmt::format("_u{:x}", unit);
  }
  return first && is_digit(unit) ? fmt::format("_{}", static_cast<char>(unit)) : "_";
}

}  // namespace

SchemaNameMode schema_name_mode(std::string_view text) {
  if (text == "avro") return SchemaNameMode::kAvro;
  if (text == "avro_unicode") return SchemaNameMode::kAvroUnicode;
  return SchemaNameMode::kNone;
}

std::string adjusted_schema_name(std::string_view name, SchemaNameMode mode) {
  if (mode == SchemaNameMode::kNone) return std::string(name);
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const bool first = at == 0;
    const std::uint32_t code = take_code(name, at);
    const bool legal = is_letter(code) || (code == '_' && mode == SchemaNameMode::kAvro) ||
                       (!first && (is_digit(code) || code == '.'));
    if (legal) {
      out += static_cast<char>(code);
    } else if (code < 0x10000) {
      out += replacement(code, first, mode);
    } else {
      out += replacement(0xD800 + ((code - 0x10000) >> 10U), first, mode);
      out += replacement(0xDC00 + ((code - 0x10000) & 0x3FFU), false, mode);
    }
  }
  return out;
}

}  // namespace tidemark::transform
