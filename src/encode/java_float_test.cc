// SPDX-License-Identifier: Apache-2.0
#include "encode/java_float.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "encode/json_text.h"

namespace tidemark {
namespace {

std::string text(double value) {
  char buffer[kJavaFloatSizeMax + kWriteSlack];
  return {buffer, write_java_double(buffer, value)};
}
std::string text(float value) {
  char buffer[kJavaFloatSizeMax + kWriteSlack];
  return {buffer, write_java_float(buffer, value)};
}

TEST(JavaDouble, ReadsAsDoubleToString) {
  EXPECT_EQ(text(0.0), "0.0");
  EXPECT_EQ(text(-0.0), "-0.0");
  EXPECT_EQ(text(1.0), "1.0");
  EXPECT_EQ(text(-100.0), "-100.0");
  EXPECT_EQ(text(3.14), "3.14");
  EXPECT_EQ(text(12345.67), "12345.67");
  EXPECT_EQ(text(0.001), "0.001");
  EXPECT_EQ(text(0.00123), "0.00123");
  EXPECT_EQ(text(9.999999E-4), "9.999999E-4");
  EXPECT_EQ(text(2.5e-7), "2.5E-7");
  EXPECT_EQ(text(9999999.0), "9999999.0");
  EXPECT_EQ(text(9999999.5), "9999999.5");
  EXPECT_EQ(text(1e7), "1.0E7");
  EXPECT_EQ(text(1e10), "1.0E10");
  EXPECT_EQ(text(123456789.125), "1.23456789125E8");
  EXPECT_EQ(text(2e23), "2.0E23");
  EXPECT_EQ(text(1e23), "1.0E23");
  EXPECT_EQ(text(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(text(-std::numeric_limits<double>::max()), "-1.7976931348623157E308");
  EXPECT_EQ(text(std::numeric_limits<double>::min()), "2.2250738585072014E-308");
  EXPECT_EQ(text(std::numeric_limits<double>::denorm_min()), "4.9E-324");
  EXPECT_EQ(text(std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(text(std::numeric_limits<double>::infinity()), "\"Infinity\"");
  EXPECT_EQ(text(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
}

TEST(JavaFloat, ReadsAsFloatToString) {
  EXPECT_EQ(text(3.14F), "3.14");
  EXPECT_EQ(text(0.1F), "0.1");
  EXPECT_EQ(text(16777216.0F), "1.6777216E7");
  EXPECT_EQ(text(1234567.0F), "1234567.0");
  EXPECT_EQ(text(std::numeric_limits<float>::max()), "3.4028235E38");
  EXPECT_EQ(text(std::numeric_limits<float>::denorm_min()), "1.4E-45");
  EXPECT_EQ(text(static_cast<double>(0.1F)), "0.10000000149011612");
  EXPECT_EQ(text(static_cast<double>(12345.67F)), "12345.669921875");
}

TEST(JavaDouble, ReadsBackTheSameAndFits) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 50000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!(value - value == 0)) continue;
    const std::string printed = text(value);
    ASSERT_EQ(std::strtod(printed.c_str(), nullptr), value) << printed;
    ASSERT_LE(printed.size(), kJavaFloatSizeMax);
  }
}

}  // namespace
}  // namespace tidemark
