// SPDX-License-Identifier: Apache-2.0
#include "config/expression.h"

#include <fmt/format.h>

#include "config/config_file.h"
#include "config/java_properties.h"

namespace tidemark {
namespace {

constexpr int kDepthMax = 16;

std::unexpected<Error> refuse(std::string what, std::string remedy) {
  return fail(ErrorKind::kRejected, std::move(what), std::move(remedy));
}

// The '}' that closes what begins at `start`, inner pairs passed over.
std::size_t closing_brace(std::string_view text, std::size_t start) {
  int open = 1;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) {
      ++open;
    } else if (text[i] == '}' && --open == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Result<std::string> Resolver::expand(std::string_view text, int depth) {
  if (depth > kDepthMax)
    return refuse("expressions refer to each other without end", "break the circle");
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (sources_.server_form && rest.starts_with("$$")) {
      out += '$';
      i += 2;
      continue;
    }
    const std::size_t end =
        rest.starts_with("${") ? closing_brace(text, i + 2) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[i++];
      continue;
    }
    const std::string_view expression = text.substr(i + 2, end - i - 2);
    // Without a provider it is no expression in the other forms: `$1${name}` of a replacement.
    const bool provider = expression.find(':') != std::string_view::npos;
    out += sources_.server_form || provider ? TRY(evaluate(expression, depth))
                                            : std::string(text.substr(i, end + 1 - i));
    i = end + 1;
  }
  return out;
}

Result<std::string> Resolver::evaluate(std::string_view expression, int depth) {
  if (expression.starts_with("env:")) return from_env(expression.substr(4));
  if (expression.starts_with("file:")) return from_file(expression.substr(5));
  if (!sources_.server_form) {
    return refuse(fmt::format("'${{{}}}' names no known provider", expression),
                  "use ${env:NAME} or ${file:PATH:KEY}");
  }
  const std::size_t colon = expression.find(':');
  const std::string name = TRY(expand(expression.substr(0, colon), depth + 1));
  if (const auto value = sources_.property ? sources_.property(name) : std::nullopt) {
    return expand(*value, depth + 1);
  }
  if (const auto value = sources_.getenv ? sources_.getenv(name) : std::nullopt) return *value;
  if (colon != std::string_view::npos) return expand(expression.substr(colon + 1), depth + 1);
  return refuse(
      fmt::format("'${{{}}}' is neither a property nor an environment variable", expression),
      "define it, give a default as in ${name:default}, or write $$ for a dollar");
}

Result<std::string> Resolver::from_env(std::string_view name) const {
  if (auto value = sources_.getenv ? sources_.getenv(name) : std::nullopt) return *std::move(value);
  return refuse(fmt::format("environment variable {} is not set", name), "set it before the start");
}

Result<std::string> Resolver::from_file(std::string_view path_and_key) {
  const std::size_t colon = path_and_key.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return refuse(fmt::format("'${{file:{}}}' has no key", path_and_key), "write ${file:PATH:KEY}");
  }
  const std::string path(path_and_key.substr(0, colon));
  const std::string_view key = path_and_key.substr(colon + 1);
  auto file = files_.find(path);
  if (file == files_.end()) {
    const std::string text = TRY(read_text_file(path));
    std::map<std::string, std::string, std::less<>> values;
    for (FileProperty& property : TRY_AT(parse_java_properties(text), path)) {
      values[std::move(property.name)] = std::move(property.value);
    }
    file = files_.emplace(path, std::move(values)).first;
  }
  const auto value = file->second.find(key);
  if (value != file->second.end()) return value->second;
  return refuse(fmt::format("{} has no key '{}'", path, key), "add it, or name another");
}

}  // namespace tidemark
