// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal digits, in lower case.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

std::string to_hex(std::string_view bytes);
// Nothing when it is not that.
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace tidemark
