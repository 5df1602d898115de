// SPDX-License-Identifier: Apache-2.0
// Spatial cells as both servers store, send and select them: SRID, 4 bytes little-endian, then WKB.
// Source:  server 9.7: sql/spatial.h (SRID_SIZE, WKB_HEADER_SIZE); MariaDB 10.11: sql/spatial.h
#pragma once

#include <string_view>

namespace tidemark {

inline constexpr std::size_t kSridSize = 4;

// SRID, byte order and type: what every geometry has.
inline bool is_geometry(std::string_view cell) {
  constexpr std::size_t kSizeMin = kSridSize + 5;
  return cell.size() >= kSizeMin && (cell[kSridSize] == 0 || cell[kSridSize] == 1);
}

// A little-endian point of two dimensions, as a POINT column has it.
inline bool is_point(std::string_view cell) {
  constexpr std::string_view kHead("\x01\x01\0\0\0", 5);
  constexpr std::size_t kSize = kSridSize + 5 + 2 * 8;
  return cell.size() == kSize && cell.substr(kSridSize, kHead.size()) == kHead;
}

}  // namespace tidemark
