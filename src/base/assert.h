// SPDX-License-Identifier: Apache-2.0
// ASSERT stays on in release builds and catches our own mistakes, never input. DEBUG_ASSERT is for
// inner loops and compiles to nothing under NDEBUG.
#pragma once

#include <string_view>

namespace tidemark {

[[noreturn]] void assert_failed(const char* file, int line, const char* expression,
                                std::string_view detail);

}  // namespace tidemark

#define ASSERT(condition, ...)                                                               \
  do {                                                                                       \
    if (!(condition)) [[unlikely]]                                                           \
      ::tidemark::assert_failed(__FILE__, __LINE__, #condition,                              \
                                ::std::string_view(__VA_OPT__(::std::string(__VA_ARGS__)))); \
  } while (false)

#ifdef NDEBUG
#define DEBUG_ASSERT(condition) \
  do {                          \
  } while (false)
#else
#define DEBUG_ASSERT(condition) ASSERT(condition)
#endif
