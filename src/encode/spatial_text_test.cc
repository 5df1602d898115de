// SPDX-License-Identifier: Apache-2.0
#include "encode/spatial_text.h"

#include <gtest/gtest.h>

#include <string>

#include "encode/json_text.h"

namespace tidemark {
namespace {

using namespace std::string_literals;

template <class Write>
std::string written(Write write, std::string_view cell, std::size_t size_max) {
  std::string out(size_max + kWriteSlack, '\0');
  const char* const end = write(out.data(), cell);
  out.resize(static_cast<std::size_t>(end - out.data()));
  EXPECT_LE(out.size(), size_max);
  return out;
}

// SRID 4326, POINT(1 2).
const std::string kPoint =
    "\xE6\x10\0\0\1\1\0\0\0"s + "\0\0\0\0\0\0\xF0\x3F"s + "\0\0\0\0\0\0\0\x40"s;

TEST(SpatialText, PointHasItsCoordinatesInFront) {
  EXPECT_EQ(written(write_point, kPoint, spatial_size_max(kPoint.size())),
            R"({"x":1.0,"y":2.0,"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":4326})");
}

TEST(SpatialText, GeometryIsWkbAndSrid) {
  EXPECT_EQ(written(write_geometry, kPoint, spatial_size_max(kPoint.size())),
            R"({"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":4326})");
  EXPECT_EQ(written(write_geometry, "\0\0\0\0\1\7\0\0\0\0\0\0\0"s, spatial_size_max(13)),
            R"({"wkb":"AQcAAAAAAAAA","srid":null})");
}

TEST(SpatialText, VectorIsAnArrayOfJavaFloats) {
  EXPECT_EQ(written(write_vector, "", vector_size_max(0)), "[]");
  EXPECT_EQ(written(write_vector, "\0\0\x80\x3F\0\0\x20\xC0\xFF\xFF\x7F\x7F"s, vector_size_max(12)),
            "[1.0,-2.5,3.4028235E38]");
}

}  // namespace
}  // namespace tidemark
