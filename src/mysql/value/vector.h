// SPDX-License-Identifier: Apache-2.0
// VECTOR cells: floats, little-endian, on the wire as in a result set.
#pragma once

#include <string_view>

namespace tidemark {

inline bool is_vector(std::string_view cell) { return cell.size() % 4 == 0; }

}  // namespace tidemark
