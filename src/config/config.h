// SPDX-License-Identifier: Apache-2.0
// One configuration file and what overrides it, read, checked and resolved.
//
// Forms:      told apart by content: Debezium Server properties (debezium.source.*), plain connector
//             properties, the Kafka Connect body {"name":.., "config":{..}} or its "config" alone
// Worker:     the properties file of a Kafka Connect worker may stand beside the last two; then records
//             go to Kafka unless a sink is named. Its heartbeat.interval.ms is not the connector's and is
//             known as worker.heartbeat.interval.ms. A converter that the connector names has none of
//             the worker's options
// Precedence: -D over environment over file over worker
// Names:      connector properties are known here by their plain name ("topic.prefix") in every form;
//             debezium.sink.*, debezium.api.*, tidemark.* and quarkus.* keep their full name
// Errors:     all problems together, kRejected or kUnsupported ("not there yet"), each with property,
//             value (secrets masked), where it came from, and what is allowed
// Value type, immutable after loading.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidemark {

// What stands beside the file.
struct Overrides {
  std::vector<std::pair<std::string, std::string>>
      defines;  // -D name=value, in order; the last wins
  std::function<std::optional<std::string>(std::string_view)>
      getenv;  // for ${env:NAME}; may be empty
  std::vector<std::pair<std::string, std::string>> environment;  // every NAME, value
  std::string worker_path = {};  // of a worker's properties; empty: there is none
};

enum class ConfigForm : std::uint8_t { kServer, kPlain, kConnect };

// A value that differs from its default, for the start-up log.
struct EffectiveValue {
  std::string name;
  std::string value;  // masked where secret
  std::string from;  // "app.properties:12", "-D", "environment DEBEZIUM_SOURCE_TOPIC_PREFIX"
};

// A property's resolved value and where it stands.
struct ConfigValue {
  std::string value;
  std::string from;
  std::string written_name;  // as the operator wrote it
};

class Config {
 public:
  Config(ConfigForm form, std::map<std::string, ConfigValue, std::less<>> values,
         std::vector<std::string> warnings, bool has_worker = false)
      : form_(form),
        has_worker_(has_worker),
        values_(std::move(values)),
        warnings_(std::move(warnings)) {}

  // Value, or default, of a declared property (or of a name that fits a declared pattern); ASSERTs on
  // any other name. text() is empty and integer() 0 where there is neither value nor default; an enum
  // reads in its declared spelling.
  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  // Was it given, in whatever way?
  bool given(std::string_view name) const;
  // The given properties whose names begin so: the rest of the name, and the value.
  std::map<std::string, std::string, std::less<>> under(std::string_view head) const;

  ConfigForm form() const { return form_; }
  bool has_worker() const { return has_worker_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // Sorted by name.
  std::vector<EffectiveValue> describe() const;

 private:
  ConfigForm form_;
  bool has_worker_;
  std::map<std::string, ConfigValue, std::less<>> values_;
  std::vector<std::string> warnings_;
};

std::expected<Config, std::vector<Error>> load_config(const std::string& path,
                                                      const Overrides& overrides);

}  // namespace tidemark
