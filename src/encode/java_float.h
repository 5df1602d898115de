// SPDX-License-Identifier: Apache-2.0
// Floating point numbers as Java's Float.toString and Double.toString print them from JDK 19 on:
// the shortest digits that read back the same, at least one of them behind the point, an exponent
// outside 10^-3 .. 10^7. Older JDKs sometimes print more digits; that is not copied.
#pragma once

#include <cstddef>

namespace tidemark {

inline constexpr std::size_t kJavaFloatSizeMax = 28;

// Unchecked: kJavaFloatSizeMax bytes. NaN and infinities are quoted, as JsonConverter writes them.
char* write_java_float(char* out, float value);
char* write_java_double(char* out, double value);

}  // namespace tidemark
