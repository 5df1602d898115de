// SPDX-License-Identifier: Apache-2.0
#include "config/column_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/ascii.h"
#include "base/assert.h"
#include "config/secrets.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

constexpr std::string_view kSaltMark = ".with.salt.";

std::optional<RegexList> list(std::string_view text) {
  auto compiled = RegexList::compile(text, RegexCase::kInsensitive);
  ASSERT(compiled.has_value(), "a list was checked");
  if (compiled->empty()) return std::nullopt;
  return *std::move(compiled);
}

std::optional<RegexList> list_of(const Config& config, std::string_view name) {
  return list(config.text(name));
}

// -- mappings ----------------------------------------------------------------------------------------

// column.truncate.to.<n>.chars and column.mask.with.<n>.chars.
struct Numbered {
  std::uint32_t number;
  std::string name;
  std::string value;
};

std::vector<Numbered> numbered(const Config& config, std::string_view head) {
  std::vector<Numbered> out;
  for (const auto& [rest, value] : config.under(head)) {
    const auto number = parse_integer(std::string_view(rest).substr(0, rest.find('.')));
    out.push_back(
        {static_cast<std::uint32_t>(number.value_or(0)), std::string(head) + rest, value});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
  return out;
}

void append_numbered(const Config& config, std::string_view head, ColumnMapping::Action action,
                     std::vector<ColumnMapping>& out) {
  for (const Numbered& rule : numbered(config, head)) {
    auto columns = list(rule.value);
    if (!columns) continue;
    out.push_back({.action = action,
                   .columns = *std::move(columns),
                   .chars = rule.number,
                   .property = rule.name});
  }
}

void append_hashes(const Config& config, bool v2, std::vector<ColumnMapping>& out) {
  constexpr std::string_view kHead = "column.mask.hash.";
  const auto action = v2 ? ColumnMapping::Action::kHashV2 : ColumnMapping::Action::kHash;
  for (const auto& [whole, value] : config.under(kHead)) {
    std::string_view rest = whole;
    if (rest.starts_with("v2.") != v2) continue;
    if (v2) rest.remove_prefix(3);
    const std::size_t mark = rest.find(kSaltMark);
    auto columns = list(value);
    if (!columns || mark == std::string_view::npos) continue;
    out.push_back({.action = action,
                   .columns = *std::move(columns),
                   .algorithm = std::string(rest.substr(0, mark)),
                   .salt = std::string(rest.substr(mark + kSaltMark.size())),
                   .property = without_salt(std::string(kHead) + whole)});
  }
}

void check_numbers(const Config& config, const Report& report) {
  for (const std::string_view head : {"column.truncate.to.", "column.mask.with."}) {
    for (const auto& [rest, value] : config.under(head)) {
      const auto number = parse_integer(std::string_view(rest).substr(0, rest.find('.')));
      const std::int64_t least = head == "column.truncate.to." ? 1 : 0;
      if (number && *number >= least && *number <= std::numeric_limits<std::int32_t>::max())
        continue;
      report(std::string(head) + rest,
             {"has a number out of bounds in its name", fmt::format("{} to 2147483647", least)});
    }
  }
}

// -- converters --------------------------------------------------------------------------------------

struct ConverterType {
  std::string_view name;
  ColumnConverter::Type type;
  std::string_view options;  // separated by blanks
};
constexpr auto kConverterTypes = std::to_array<ConverterType>(
    {{"TinyIntOneToBooleanConverter", ColumnConverter::Type::kTinyIntOneToBoolean,
      "selector length.checker"},
     {"JdbcSinkDataTypesConverter", ColumnConverter::Type::kJdbcSinkDataTypes,
      "selector.boolean selector.real selector.string treat.real.as.double"},
     {"ZeroDateFallbackConverter", ColumnConverter::Type::kZeroDateFallback,
      "selector target.types fallback.date fallback.datetime fallback.timestamp"}});
constexpr std::string_view kPackage = "io.debezium.connector.binlog.converters.";
constexpr std::string_view kOldPackage = "io.debezium.connector.mysql.converters.";

const ConverterType* converter_type(std::string_view class_name) {
  for (const std::string_view package : {kPackage, kOldPackage}) {
    if (!class_name.starts_with(package)) continue;
    for (const ConverterType& type : kConverterTypes) {
      if (class_name.substr(package.size()) == type.name) return &type;
    }
  }
  return nullptr;
}

std::string known_converters() {
  std::string out;
  for (const ConverterType& type : kConverterTypes) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{}{}", kPackage, type.name);
  }
  return out;
}

// A converter's options by name, its `type` among them.
std::map<std::string, std::string> options_of(const Config& config, const std::string& name) {
  std::map<std::string, std::string> out;
  for (const auto& [option, value] : config.under(name + ".")) {
    out[option] = std::string(trim(value));
  }
  return out;
}

bool is_column_fallback(const ConverterType& type, std::string_view option) {
  return type.type == ColumnConverter::Type::kZeroDateFallback && option.starts_with("column.") &&
         option.ends_with(".fallback") &&
         option.size() > std::string_view("column..fallback").size();
}

std::optional<Complaint> check_option(const ConverterType& type, const std::string& option,
                                      const std::string& value) {
  const auto known = words(type.options);
  if (is_column_fallback(type, option)) return std::nullopt;
  if (std::find(known.begin(), known.end(), option) == known.end()) {
    return Complaint{fmt::format("is no option of {}", type.name), std::string(type.options)};
  }
  if (option.starts_with("selector")) {
    if (auto compiled = RegexList::compile(value, RegexCase::kInsensitive); !compiled)
      return Complaint{compiled.error().message(), compiled.error().remedy()};
  }
  if (option == "target.types") {
    for (const std::string& item : comma_items(value)) {
      if (item == "DATE" || item == "DATETIME" || item == "TIMESTAMP") continue;
      return Complaint{fmt::format("has the unknown item '{}'", item), "DATE, DATETIME, TIMESTAMP"};
    }
  }
  return std::nullopt;
}

void check_converters(const Config& config, const Report& report) {
  for (const std::string& name : comma_items(config.text("converters"))) {
    const auto options = options_of(config, name);
    const auto type_name = options.find("type");
    if (type_name == options.end()) {
      report("converters", {fmt::format("names {}, but {}.type is missing", name, name),
                            "one of " + known_converters()});
      continue;
    }
    const ConverterType* const type = converter_type(type_name->second);
    if (type == nullptr) {
      report(name + ".type",
             {"is a class of Java that is not known here", known_converters(), true});
      continue;
    }
    for (const auto& [option, value] : options) {
      if (option == "type") continue;
      if (auto complaint = check_option(*type, option, value)) {
        report(fmt::format("{}.{}", name, option), *std::move(complaint));
      }
    }
  }
}

ColumnConverter converter_of(const std::string& name,
                             const std::map<std::string, std::string>& options) {
  const auto text = [&](const std::string& option) {
    const auto found = options.find(option);
    return found == options.end() ? std::string() : found->second;
  };
  const auto flag = [&](const std::string& option) {
    const std::string value = text(option);
    return value.empty() || value == "true" || value == "TRUE" || value == "True";
  };
  const auto fallback = [&](const std::string& option) {
    const std::string value = text(option);
    return same_letters(value, "null") ? std::string() : value;
  };
  const ConverterType* const type = converter_type(text("type"));
  ASSERT(type != nullptr, "converters were checked");
  ColumnConverter out{.name = name, .type = type->type};
  out.length_checker = flag("length.checker");
  out.real_as_double = flag("treat.real.as.double");
  const bool jdbc = type->type == ColumnConverter::Type::kJdbcSinkDataTypes;
  out.selector = list(text(jdbc ? "selector.boolean" : "selector"));
  out.selector_real = list(text("selector.real"));
  out.selector_string = list(text("selector.string"));
  if (options.contains("target.types")) {
    const auto types = comma_items(text("target.types"));
    const auto has = [&](std::string_view wanted) {
      return std::find(types.begin(), types.end(), wanted) != types.end();
    };
    out.dates = has("DATE");
    out.datetimes = has("DATETIME");
    out.timestamps = has("TIMESTAMP");
  }
  out.fallback_date = fallback("fallback.date");
  out.fallback_datetime = fallback("fallback.datetime");
  out.fallback_timestamp = fallback("fallback.timestamp");
  for (const auto& [option, value] : options) {
    if (!is_column_fallback(*type, option)) continue;
    constexpr std::size_t kHead = std::string_view("column.").size();
    constexpr std::size_t kTail = std::string_view(".fallback").size();
    out.column_fallbacks[option.substr(kHead, option.size() - kHead - kTail)] = fallback(option);
  }
  return out;
}

// -- topics ------------------------------------------------------------------------------------------

bool by_regex(const Config& config) {
  return config.text("topic.naming.strategy").find("RegexTopicNamingStrategy") != std::string::npos;
}

}  // namespace

std::string without_salt(std::string_view name) {
  const std::size_t mark = name.find(kSaltMark);
  if (name.find("column.mask.hash.") == std::string_view::npos || mark == std::string_view::npos) {
    return std::string(name);
  }
  return std::string(name.substr(0, mark + kSaltMark.size())) + std::string(kMask);
}

Result<std::vector<Regex>> parse_message_keys(std::string_view text) {
  constexpr std::string_view kForm = "database.table:column,column;database.table:column";
  std::vector<Regex> out;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view part = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t colon = part.find(':');
    const auto columns = colon == std::string_view::npos ? std::vector<std::string>()
                                                         : comma_items(part.substr(colon + 1));
    const std::string_view table = trim(part.substr(0, colon));
    if (columns.empty() || table.empty() || part.find(':', colon + 1) != std::string_view::npos) {
      return fail(ErrorKind::kRejected,
                  fmt::format("the part '{}' is not tables, one colon and columns", part),
                  std::string(kForm));
    }
    for (const std::string& column : columns) {
      out.push_back(
          TRY(Regex::compile(fmt::format("{}\\.{}", table, column), RegexCase::kInsensitive)));
    }
  }
  if (out.empty()) return fail(ErrorKind::kRejected, "is empty", std::string(kForm));
  return out;
}

void check_column_rules(const Config& config, const Report& report) {
  if (config.given("message.key.columns")) {
    const auto keys = parse_message_keys(config.text("message.key.columns"));
    if (!keys) report("message.key.columns", {keys.error().message(), keys.error().remedy()});
  }
  check_numbers(config, report);
  check_converters(config, report);
}

void check_topic_naming(const Config& config, const Report& report) {
  const auto blank = [&](std::string_view name) { return trim(config.text(name)).empty(); };
  const auto check_pair = [&](std::string_view regex, std::string_view replacement) {
    const auto compiled = RegexReplacement::compile(config.text(regex), config.text(replacement));
    if (!compiled) report(replacement, {compiled.error().message(), compiled.error().remedy()});
  };
  if (by_regex(config)) {
    for (const std::string_view name : {"topic.regex", "topic.replacement"}) {
      if (blank(name)) {
        report(name, {"is missing, and topic.naming.strategy needs it",
                      "an expression, and what to put in its place"});
      }
    }
    if (!blank("topic.regex")) check_pair("topic.regex", "topic.replacement");
  }
  if (blank("topic.key.field.regex")) return;
  if (blank("topic.key.field.replacement")) {
    report("topic.key.field.replacement",
           {"is missing, and topic.key.field.regex needs it", "$1 and text"});
  } else {
    check_pair("topic.key.field.regex", "topic.key.field.replacement");
  }
}

RecordRules record_rules_of(const Config& config) {
  RecordRules out;
  out.column_include = list_of(config, "column.include.list");
  out.column_exclude = list_of(config, "column.exclude.list");
  append_numbered(config, "column.truncate.to.", ColumnMapping::Action::kTruncate, out.mappings);
  append_numbered(config, "column.mask.with.", ColumnMapping::Action::kMask, out.mappings);
  const auto propagate = [&](std::string_view name, ColumnMapping::Action action) {
    if (auto columns = list_of(config, name)) {
      out.mappings.push_back(
          {.action = action, .columns = *std::move(columns), .property = std::string(name)});
    }
  };
  propagate("column.propagate.source.type", ColumnMapping::Action::kPropagateType);
  propagate("datatype.propagate.source.type", ColumnMapping::Action::kPropagateTypeOf);
  append_hashes(config, false, out.mappings);
  append_hashes(config, true, out.mappings);
  if (config.given("message.key.columns")) {
    auto keys = parse_message_keys(config.text("message.key.columns"));
    ASSERT(keys.has_value(), "message.key.columns was checked");
    out.message_keys = *std::move(keys);
  }
  for (const std::string& name : comma_items(config.text("converters"))) {
    out.converters.push_back(converter_of(name, options_of(config, name)));
  }
  return out;
}

TopicNaming topic_naming_of(const Config& config) {
  TopicNaming out;
  const std::string strategy = config.text("topic.naming.strategy");
  out.unicode = strategy.find("UnicodeTopicNamingStrategy") != std::string::npos;
  if (!by_regex(config)) return out;
  const auto compiled = [&](std::string_view regex, std::string_view replacement) {
    auto pair = RegexReplacement::compile(config.text(regex), config.text(replacement));
    ASSERT(pair.has_value(), std::string(replacement) + " was checked");
    return *std::move(pair);
  };
  out.rename = compiled("topic.regex", "topic.replacement");
  out.key_field = config.boolean("topic.key.enforce.uniqueness");
  out.key_field_name = config.text("topic.key.field.name");
  if (!trim(config.text("topic.key.field.regex")).empty()) {
    out.key_field_rename = compiled("topic.key.field.regex", "topic.key.field.replacement");
  }
  return out;
}

}  // namespace tidemark
