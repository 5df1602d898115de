// SPDX-License-Identifier: Apache-2.0
#include "config/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/c_handle.h"
#include "config/java_properties.h"

namespace tidemark {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kFileBytesMax = 4U << 20U;

constexpr std::string_view kConnectRemedy =
    "write {\"name\": \"..\", \"config\": {\"connector.class\": \"..\", ..}}";
// The member that every configuration of a connector has.
constexpr std::string_view kOfEveryConnector = "connector.class";

// What only a Debezium Server file holds; debezium.sink.* may stand in the plain form too.
bool is_server_name(std::string_view name) {
  constexpr auto kHeads =
      std::to_array<std::string_view>({"debezium.source.", "debezium.format.",
                                       "debezium.transforms", "debezium.predicates", "quarkus."});
  return std::any_of(kHeads.begin(), kHeads.end(),
                     [&](std::string_view head) { return name.starts_with(head); });
}

std::expected<ConfigFile, std::vector<Error>> parse_text_form(std::string_view text,
                                                              const std::string& path) {
  auto properties = parse_java_properties(text);
  if (!properties) return std::unexpected(std::vector{std::move(properties).error().at(path)});
  ConfigFile out;
  for (FileProperty& property : *properties) {
    if (is_server_name(property.name)) out.form = ConfigForm::kServer;
    out.entries.push_back({.name = std::move(property.name),
                           .value = std::move(property.value),
                           .from = fmt::format("{}:{}", path, property.line)});
  }
  return out;
}

// Scalars become text as Kafka Connect makes them; nothing for other values.
std::optional<std::string> scalar(const Json& value) {
  if (value.is_string()) return *value.get_ptr<const std::string*>();
  if (value.is_boolean()) return *value.get_ptr<const bool*>() ? "true" : "false";
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

class ConnectBody {
 public:
  explicit ConnectBody(const std::string& path) : path_(path) { out_.form = ConfigForm::kConnect; }

  std::expected<ConfigFile, std::vector<Error>> read(const Json& root) {
    // As it is put to /connectors/NAME/config.
    if (root.contains(kOfEveryConnector) && !root.contains("config")) {
      read_config(root);
      return done();
    }
    for (const auto& [name, value] : root.items()) {
      if (name == "name") {
        read_name(value);
      } else if (name == "config") {
        read_config(value);
      } else if (name == "initial_state") {
        const auto state = scalar(value);
        if (state != "RUNNING" && state != "running")
          reject("initial_state is not \"RUNNING\"", "leave it out");
      } else {
        reject(fmt::format("unknown member \"{}\"", name), kConnectRemedy);
      }
    }
    if (!root.contains("config")) reject("no \"config\"", kConnectRemedy);
    return done();
  }

 private:
  std::expected<ConfigFile, std::vector<Error>> done() {
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(out_);
  }
  void reject(std::string what, std::string_view remedy) {
    errors_.emplace_back(ErrorKind::kRejected, fmt::format("{}: {}", path_, what),
                         std::string(remedy));
  }
  void add(std::string_view name, std::string value) {
    out_.entries.push_back({.name = std::string(name), .value = std::move(value), .from = path_});
  }

  void read_name(const Json& value) {
    const auto name = scalar(value);
    if (!name) return reject("\"name\" is not a text", kConnectRemedy);
    if (name_ && *name_ != *name) return reject_two_names();
    if (!name_) add("name", *name);
    name_ = name;
  }
  void read_config(const Json& config) {
    if (!config.is_object()) return reject("\"config\" is not an object", kConnectRemedy);
    for (const auto& [name, value] : config.items()) {
      const auto text = scalar(value);
      if (!text) {
        reject(fmt::format("\"config\": \"{}\" is null, a list or an object", name),
               "give it a text, or leave it out");
      } else if (name == "name") {
        read_name(value);
      } else {
        add(name, *text);
      }
    }
  }
  void reject_two_names() {
    reject("\"name\" and the name in \"config\" differ", "give one of them, or the same twice");
  }

  const std::string& path_;
  ConfigFile out_;
  std::optional<std::string> name_;
  std::vector<Error> errors_;
};

std::expected<ConfigFile, std::vector<Error>> parse_connect_form(std::string_view text,
                                                                 const std::string& path) {
  const Json root = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) {
    return std::unexpected(std::vector{
        Error(ErrorKind::kRejected, fmt::format("{} begins like JSON, but is none", path),
              "check commas, quotes and brackets (python3 -m json.tool shows the place)")});
  }
  return ConnectBody(path).read(root);
}

}  // namespace

std::expected<ConfigFile, std::vector<Error>> parse_config_file(std::string_view text,
                                                                const std::string& path) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool json = first != std::string_view::npos && text[first] == '{';
  return json ? parse_connect_form(text.substr(first), path) : parse_text_form(text, path);
}

std::expected<std::vector<ConfigEntry>, Error> parse_worker_file(std::string_view text,
                                                                 const std::string& path) {
  auto properties = parse_java_properties(text);
  if (!properties) return std::unexpected(std::move(properties).error().at(path));
  std::vector<ConfigEntry> out;
  for (FileProperty& property : *properties) {
    out.push_back({.name = std::move(property.name),
                   .value = std::move(property.value),
                   .from = fmt::format("{}:{}", path, property.line),
                   .layer = ConfigLayer::kWorker});
  }
  return out;
}

Result<std::string> read_text_file(const std::string& path) {
  const CHandle<std::FILE, std::fclose> file(std::fopen(path.c_str(), "rbe"));
  const auto refuse = [&](std::string_view reason) {
    return fail(ErrorKind::kRejected, fmt::format("cannot read {}: {}", path, reason),
                "check the path and its permissions");
  };
  if (!file) return refuse(std::strerror(errno));
  std::string text;
  std::array<char, 65536> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), size);
    if (text.size() > kFileBytesMax) return refuse("larger than 4 MiB");
  }
  if (std::ferror(file.get()) != 0) return refuse(std::strerror(errno));
  return text;
}

}  // namespace tidemark
