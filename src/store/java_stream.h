// SPDX-License-Identifier: Apache-2.0
// What Java's ObjectOutputStream writes, read as a tree: the form of Connect's offset files and of the chunk
// keys in Debezium's offsets. The grammar is read, not patterns of it, so the classes may be any.
//
//   stream   := AC ED 00 05 content*
//   content  := 70 | 71 handle | 72 .. class | 73 class data | 74 text | 75 class size items | 77 bytes | ..
// Source:  Java Object Serialization Specification, chapter 6; docs/formats/java_stream.md
// Limits:  proxies, enums and classes as values, and whatever nests deeper than kJavaDepthMax, are refused
// Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidemark {

inline constexpr std::string_view kJavaMagic("\xAC\xED\x00\x05", 4);
inline constexpr unsigned kJavaDepthMax = 32;

struct JavaNode {
  enum class Kind : std::uint8_t { kNull, kNumber, kText, kBytes, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string class_name;  // of kArray and kObject: "java.lang.Integer", "[Ljava.lang.Object;"
  std::int64_t number = 0;  // kNumber: any primitive; float and double by their bits
  std::string
      bytes;  // kText as UTF-8; kBytes: a byte[], or a block among what a class writes itself
  std::vector<std::pair<std::string, std::shared_ptr<const JavaNode>>> fields;  // superclass first
  std::vector<std::shared_ptr<const JavaNode>>
      items;  // of an array; of an object what its class wrote

  // Null where there is no such field.
  const JavaNode* field(std::string_view name) const;
};
// Shared: a stream may name one object several times.
using JavaNodePtr = std::shared_ptr<const JavaNode>;

// The first content of the stream. Errors: kCorrupt with the byte at which reading ended.
Result<JavaNodePtr> read_java_stream(std::string_view bytes);

}  // namespace tidemark
