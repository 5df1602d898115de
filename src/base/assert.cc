// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace tidemark {

void assert_failed(const char* file, int line, const char* expression, std::string_view detail) {
  std::fprintf(stderr, "event=assert.failed file=%s line=%d expression=\"%s\" detail=\"%.*s\"\n",
               file, line, expression, static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace tidemark
