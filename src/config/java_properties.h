// SPDX-License-Identifier: Apache-2.0
// The syntax of Java .properties files, read as UTF-8.
//   line    := blanks [ ('#' | '!') comment | key separator value ]
//   key     ends at the first unescaped blank, '=' or ':'; one '=' or ':' with blanks around it separates
//   escapes \t \n \r \f \uXXXX (surrogate pairs too); before any other character the backslash is dropped;
//           a backslash at the end of a line continues it, leading blanks of the next line are dropped
// Source: java.util.Properties.load (JDK 21 API page)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemark {

struct FileProperty {
  std::string name;
  std::string value;
  std::size_t line = 0;  // where it starts, from 1
};

// In file order, repeated names included. Errors: kRejected, naming the line.
Result<std::vector<FileProperty>> parse_java_properties(std::string_view text);

}  // namespace tidemark
