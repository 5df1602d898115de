// SPDX-License-Identifier: Apache-2.0
// Translates a regular expression from the dialect of java.util.regex to that of PCRE2.
//
// Why not hand the pattern over as it is: PCRE2 folds the case of every Unicode letter in UTF mode, where
// Java folds ASCII only, so each ASCII letter becomes a class of its two cases here and PCRE2 matches
// case-sensitively. And some constructs compile in both with different meanings (class union and
// intersection, `\K`, `(*VERB)`, `\uXXXX`, `\p{Lower}`): they are rewritten, or refused by name.
// Source: java.util.regex.Pattern (JDK 21 API page), pcre2pattern(3) of 10.42
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemark {

struct TranslatedRegex {
  std::string pattern;
  std::vector<std::uint32_t>
      origin;  // for each byte of pattern: the byte of the input it came from
};

// `fold`: match ASCII letters in either case; the pattern's own `(?i)` and `(?-i)` change it as in Java.
// Errors: kRejected with the reason and the place (counted in bytes from 1).
Result<TranslatedRegex> translate_java_regex(std::string_view pattern, bool fold);

}  // namespace tidemark
