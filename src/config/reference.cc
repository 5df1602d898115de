// SPDX-License-Identifier: Apache-2.0
#include "config/reference.h"

#include <fmt/format.h>

#include <string_view>

#include "config/property.h"
#include "config/value_check.h"

namespace tidemark::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Printed from the declarations in src/config; TIDEMARK_UPDATE_DOCS=1 with config_test writes it anew. -->

One file, in one of three forms told apart by content:

| form | told by | a connector property is written |
| --- | --- | --- |
| Debezium Server | names that begin `debezium.source.`, `debezium.format.`, `debezium.transforms`, `debezium.predicates` or `quarkus.` | `debezium.source.topic.prefix=shop` |
| plain properties | anything else | `topic.prefix=shop` |
| Kafka Connect body | a JSON object | `{"name": "inv", "config": {"topic.prefix": "shop"}}`, or the inner map alone |

Beside the last two may stand the properties of a Kafka Connect worker, `--worker FILE`; [kafka.md](kafka.md) says
what of them counts.

Properties files are Java's: `#` or `!` begins a comment line, `=`, `:` or blanks end a name, a backslash at
the end continues a line, `\uXXXX`, `\t` and the like are escapes, so a backslash of a regular expression is
written twice. They are read as UTF-8. The last of two lines with one name wins, with a warning.

In the server form `debezium.format.<x>` is `key.converter.<x>`, `value.converter.<x>` and
`header.converter.<x>`, and `debezium.format.key.<x>` is that of keys alone and wins. Without
`debezium.source.name` the connector is called as its sink. In every form the sink is named by
`debezium.sink.type`; with a worker it is Kafka by default.

## What overrides what

1. `-D name=value` on the command line, named as in the file;
2. the environment: `DEBEZIUM_SOURCE_TOPIC_PREFIX` is `debezium.source.topic.prefix`, that is lower case and
   `.` for `_`. Read are names that begin `DEBEZIUM_SOURCE_`, `DEBEZIUM_SINK_`, `DEBEZIUM_FORMAT_`,
   `DEBEZIUM_TRANSFORMS`, `DEBEZIUM_PREDICATES`, `DEBEZIUM_API_` or `QUARKUS_`, and those of `tidemark.*`;
   no others (`DEBEZIUM_VERSION`, `NAME`). A name with capitals, hyphens or underscores cannot be reached
   like that: put `name=value` into a variable whose name begins `TIDEMARK_PROPERTY_`, for example
   `TIDEMARK_PROPERTY_1=debezium.source.signal.kafka.groupId=ops`;
3. the file;
4. the worker's file.

## Values from elsewhere

`${env:NAME}` is an environment variable, `${file:PATH:KEY}` a key of a properties file, in every form. In the
server form `${name}` and `${name:default}` are another property or variable, too, and a dollar that stands
for itself is written `$$`.

## Lists and expressions

A list of expressions is split at commas; `\,` is a comma inside an item. An expression is Java's and has to
match the whole name; ASCII letters match in either case, other letters only themselves. Refused is what
Java and PCRE2 read differently: `[a-z&&[^x]]`, a class inside a class, `\p{java..}`.

## Errors and secrets

All errors are reported together, and nothing starts. An unknown property is an error
(`tidemark.unknown.properties=warn` lets it pass). Values of passwords and of names that
`custom.sanitize.pattern` matches are never shown.

## Properties

"yes": works as in the original, or as said. "accepted": any legal value, none matters here. "warns": accepted,
has no effect. "default only" and "yes: .." : other values are refused until they are there. Bold names are
required. `<x>` is any text, `<n>` a number.
)";

std::string_view type_name(ValueType type) {
  switch (type) {
    case ValueType::kText:
      return "text";
    case ValueType::kPassword:
      return "password";
    case ValueType::kBool:
      return "bool";
    case ValueType::kInt:
      return "int";
    case ValueType::kLong:
      return "long";
    case ValueType::kEnum:
      return "one of";
    case ValueType::kList:
      return "list";
    case ValueType::kRegex:
      return "expression";
    case ValueType::kRegexList:
      return "list of expressions";
    case ValueType::kClass:
      return "class";
    case ValueType::kPath:
      return "path";
  }
  return "";
}

std::string code_list(std::string_view values) {
  std::string out;
  for (const std::string_view value : words(values)) {
    if (!out.empty()) out += ' ';
    out += fmt::format("`{}`", value);
  }
  return out;
}

std::string type_cell(const Property& property) {
  std::string out(type_name(property.type));
  if (property.allowed.empty()) return out;
  const bool number = property.type == ValueType::kInt || property.type == ValueType::kLong;
  return out + ' ' + (number ? std::string(property.allowed) : code_list(property.allowed));
}

std::string support_cell(const Property& property) {
  switch (property.support) {
    case Support::kSupported:
      return property.here.empty() ? "yes" : "yes: " + code_list(property.here);
    case Support::kAccepted:
      return property.here.empty() ? "accepted" : "accepted: " + code_list(property.here);
    case Support::kPassThrough:
      return "warns";
    case Support::kRefused:
      return property.fallback.empty() ? "not yet" : "default only";
  }
  return "";
}

std::string row(const Property& property) {
  const std::string fallback =
      property.fallback.empty() ? "" : fmt::format("`{}`", property.fallback);
  const std::string name =
      fmt::format(fmt::runtime(property.required ? "**`{}`**" : "`{}`"), property.name);
  return fmt::format("| {} | {} | {} | {} | {} |\n", name, type_cell(property), fallback,
                     support_cell(property), property.doc);
}

}  // namespace

std::string reference_markdown() {
  std::string out(kIntroduction);
  for (const PropertyGroup& group : property_groups()) {
    out += fmt::format(
        "\n### {}\n\n| property | type | default | here | |\n| --- | --- | --- | --- | --- |\n",
        group.title);
    for (const Property& property : group.properties) out += row(property);
  }
  return out;
}

}  // namespace tidemark::config
