// SPDX-License-Identifier: Apache-2.0
// One value against its declaration.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/property.h"

namespace tidemark {

// What is wrong with a value, without the value, and what would be right.
struct Complaint {
  std::string problem;
  std::string allowed;
  bool not_there_yet = false;  // the original takes it
};

// The value in its declared spelling (numbers without blanks, enums and booleans in their case).
std::expected<std::string, Complaint> check_value(const Property& property, std::string_view value);

std::vector<std::string_view> words(std::string_view text);           // separated by blanks
std::vector<std::string> comma_items(std::string_view text);  // trimmed, blank ones dropped
std::optional<std::int64_t> parse_integer(std::string_view text);
// Letters, digits, '_', '.' and '-' only.
bool is_plain_name(std::string_view text);

}  // namespace tidemark
