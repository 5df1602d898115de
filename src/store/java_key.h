// SPDX-License-Identifier: Apache-2.0
// A chunk key as Debezium keeps it: a Java Object[] serialised, in lower-case hex. Beside it the map of byte
// arrays that is Connect's offset file.
// Source:  what a Java 17 wrote (java_key_test.cc has the bytes); the layout of the classes is fixed by their
//          serialVersionUID
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidemark {

struct JavaCell {
  enum class Kind : std::uint8_t {
    kNull,
    kInteger,  // text: digits; Byte, Short, Integer, Long, BigInteger
    kDecimal,  // text: digits with a point, as toPlainString
    kText,  // text: UTF-8
    kBytes,  // text: bytes
    kDate,  // text: 2024-02-29
    kDatetime,  // text: 2024-02-29 23:59:58.123456789: a local time, no zone
    kOther,  // of a class that cannot be compared by the server as it is: see class_name
  };
  Kind kind = Kind::kNull;
  std::string text;
  std::string class_name;  // when read; nothing when written

  bool operator==(const JavaCell&) const = default;
};
using JavaKey = std::vector<JavaCell>;

// Nothing for the array null. Errors: kCorrupt.
Result<std::optional<JavaKey>> read_java_key(std::string_view hex);
// Integers as Integer, Long or BigInteger, the first that holds them. `key` has no kDatetime and no kOther.
std::string write_java_key(const std::optional<JavaKey>& key);

// A HashMap<byte[], byte[]>. A value may be null, which is a deleted offset.
struct JavaMapEntry {
  std::string key;
  std::optional<std::string> value;
  bool operator==(const JavaMapEntry&) const = default;
};
// Errors: kCorrupt.
Result<std::vector<JavaMapEntry>> read_java_map(std::string_view bytes);
std::string write_java_map(std::span<const JavaMapEntry> entries);

}  // namespace tidemark
