// SPDX-License-Identifier: Apache-2.0
// Every property there is, declared once: name, type, default, bounds, what of it works here, one line
// of documentation. Loading checks against it, docs/operating/configuration.md is printed from it.
// Source: Debezium 3.7 MySQL connector, Kafka Connect 4.0 and Debezium Server field definitions
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tidemark {

enum class ValueType : std::uint8_t {
  kText,
  kPassword,
  kBool,
  kInt,  // 32 bits
  kLong,  // 64 bits
  kEnum,  // any case, blanks around it ignored
  kList,  // comma-separated, items trimmed
  kRegex,
  kRegexList,
  kClass,
  kPath,
};

enum class Support : std::uint8_t {
  kSupported,  // does what the original does (or what the doc line says)
  kAccepted,  // cannot matter here, whatever its value
  kPassThrough,  // has no effect here where it may have had one in the original: a warning says so
  kRefused,  // asks for what is not there yet, unless it is the default
};

struct Property {
  // `<x>` stands for one or more characters, `<n>` for digits.
  std::string_view name;
  ValueType type;
  std::string_view fallback;  // the default; empty: none
  // kEnum and kList: the legal values, separated by blanks. Numbers: ">= 0", "> 0" or "1..64".
  std::string_view allowed;
  Support support;
  // The legal values that work here, separated by blanks. Empty: all of them, of kRefused the default.
  std::string_view here;
  std::string_view doc;
  bool required = false;
};

struct PropertyGroup {
  std::string_view title;
  std::span<const Property> properties;
};

std::span<const PropertyGroup> property_groups();

// The declaration that fits: an exact name, else the pattern with the longest fixed part; nullptr.
const Property* find_property(std::string_view name);
bool is_pattern(const Property& property);
// May it stand in the file of a Kafka Connect worker?
bool is_worker_property(const Property& property);
// Does `name` fit a name with `<x>` parts?
bool fits_pattern(std::string_view pattern, std::string_view name);

// The groups' tables, one file each.
std::span<const Property> identity_properties();
std::span<const Property> capture_properties();
std::span<const Property> snapshot_properties();
std::span<const Property> signal_properties();
std::span<const Property> history_properties();
std::span<const Property> type_properties();
std::span<const Property> event_properties();
std::span<const Property> topic_properties();
std::span<const Property> runtime_properties();
std::span<const Property> connect_properties();
std::span<const Property> offset_properties();
std::span<const Property> server_properties();
std::span<const Property> worker_properties();
std::span<const Property> own_properties();

}  // namespace tidemark
