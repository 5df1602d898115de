// SPDX-License-Identifier: Apache-2.0
#include "encode/spatial_text.h"

#include <bit>
#include <cstdint>

#include "base/bytes.h"
#include "encode/java_float.h"
#include "encode/json_text.h"

namespace tidemark {
namespace {

constexpr std::size_t kSridSize = 4;
constexpr std::size_t kWkbHeadSize = 5;  // byte order and type
constexpr std::size_t kNamesSizeMax = 40;  // of members, with quotes, colons and braces

// `"wkb":"..","srid":..}`
char* write_rest(char* out, std::string_view cell) {
  const std::uint8_t* const bytes = as_bytes(cell).data();
  out = write_literal(out, "\"wkb\":\"");
  out = write_base64(out, bytes + kSridSize, cell.size() - kSridSize);
  out = write_literal(out, "\",\"srid\":");
  const auto srid = load_le<std::uint32_t>(bytes);
  out = srid == 0 ? write_literal(out, "null") : write_int(out, static_cast<std::int32_t>(srid));
  *out++ = '}';
  return out;
}

double coordinate(std::string_view cell, std::size_t index) {
  const std::uint8_t* const first = as_bytes(cell).data() + kSridSize + kWkbHeadSize;
  return std::bit_cast<double>(load_le<std::uint64_t>(first + 8 * index));
}

}  // namespace

std::size_t spatial_size_max(std::size_t size) {
  return base64_size(size) + 2 * kJavaFloatSizeMax + kIntegerSizeMax + kNamesSizeMax;
}

std::size_t vector_size_max(std::size_t size) { return size / 4 * (kJavaFloatSizeMax + 1) + 2; }

char* write_geometry(char* out, std::string_view cell) {
  *out++ = '{';
  return write_rest(out, cell);
}

char* write_point(char* out, std::string_view cell) {
  out = write_literal(out, "{\"x\":");
  out = write_java_double(out, coordinate(cell, 0));
  out = write_literal(out, ",\"y\":");
  out = write_java_double(out, coordinate(cell, 1));
  *out++ = ',';
  return write_rest(out, cell);
}

char* write_vector(char* out, std::string_view cell) {
  const std::uint8_t* const bytes = as_bytes(cell).data();
  *out++ = '[';
  for (std::size_t at = 0; at + 4 <= cell.size(); at += 4) {
    if (at != 0) *out++ = ',';
    out = write_java_float(out, std::bit_cast<float>(load_le<std::uint32_t>(bytes + at)));
  }
  *out++ = ']';
  return out;
}

}  // namespace tidemark
