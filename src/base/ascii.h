// SPDX-License-Identifier: Apache-2.0
// Text by its ASCII letters and blanks, whatever the locale is; every other byte stands for itself.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
std::string lower(std::string_view text);
std::string upper(std::string_view text);

// Are they the same, but for the case of letters?
bool same_letters(std::string_view a, std::string_view b);

// Without the blanks and control characters around it, as Java's String.trim.
std::string_view trim(std::string_view text);

}  // namespace tidemark
