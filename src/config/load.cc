// SPDX-License-Identifier: Apache-2.0
// load_config(): merge the layers, resolve, check each value, then all of them together.
#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/nearest.h"
#include "config/column_rules.h"
#include "config/config.h"
#include "config/config_file.h"
#include "config/cross_checks.h"
#include "config/expression.h"
#include "config/names.h"
#include "config/property.h"
#include "config/secrets.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

// A name that only a pattern fits and that is as near as this to a declared one is a misspelling.
constexpr std::size_t kMisspeltMax = 2;

constexpr std::string_view kSinkChoices =
    "set debezium.sink.type=stdout, or debezium.sink.type=file with debezium.sink.file.path";
constexpr std::string_view kBrokerChoices =
    "name the worker's properties with --worker, or the brokers with -D "
    "bootstrap.servers=host:port";
constexpr std::string_view kKafkaChoice =
    "debezium.sink.type=kafka with the brokers, or a worker's properties with --worker";
constexpr std::string_view kSinkType = "debezium.sink.type";

class Loader {
 public:
  Loader(ConfigFile file, std::vector<ConfigEntry> worker, const Overrides& overrides)
      : form_(file.form),
        has_worker_(!overrides.worker_path.empty()),
        entries_(std::move(file.entries)) {
    warn_of_repetitions(entries_);
    warn_of_repetitions(worker);
    for (ConfigEntry& entry : environment_entries(overrides.environment)) {
      entries_.push_back(std::move(entry));
    }
    for (const auto& [name, value] : overrides.defines) {
      entries_.push_back(
          {.name = name, .value = value, .from = "-D", .layer = ConfigLayer::kDefine});
    }
    add_worker(std::move(worker));
    resolver_.emplace(
        Resolver::Sources{.server_form = form_ == ConfigForm::kServer,
                          .getenv = overrides.getenv,
                          .property = [this](std::string_view name) { return raw(name); }});
  }

  std::expected<Config, std::vector<Error>> run() {
    choose_winners();
    read_own_switches();
    for (const auto& [name, winner] : winners_) take(name, *winner.entry);
    fill_sink();
    fill_engine_name();
    const Config unchecked(form_, values_, {}, has_worker_);
    check_required(unchecked);
    cross_check(unchecked, [this](std::string_view name, Complaint complaint) {
      if (!failed(name)) complain(name, std::move(complaint));
    });
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    for (std::string& warning : warnings_of(unchecked)) warnings_.push_back(std::move(warning));
    return Config(form_, std::move(values_), std::move(warnings_), has_worker_);
  }

 private:
  // The entry that decides a property. A name for one converter beats debezium.format.<x>, then the
  // layer decides, then the later one.
  struct Winner {
    const ConfigEntry* entry;
    bool general;
  };

  void warn_of_repetitions(const std::vector<ConfigEntry>& entries) {
    std::map<std::string_view, std::string_view> seen;
    for (const ConfigEntry& entry : entries) {
      const auto [before, fresh] = seen.emplace(entry.name, entry.from);
      if (fresh) continue;
      warnings_.push_back(
          fmt::format("{} ({}) replaces the one at {}", entry.name, entry.from, before->second));
      before->second = entry.from;
    }
  }

  // What of a worker's file concerns this connector, under its names here.
  void add_worker(std::vector<ConfigEntry> worker) {
    if (has_worker_ && form_ == ConfigForm::kServer) {
      errors_.emplace_back(
          ErrorKind::kRejected,
          "the properties of a Kafka Connect worker are given beside those of a Debezium Server",
          "leave out --worker: debezium.sink.type=kafka and debezium.sink.kafka.producer.* say the "
          "same");
    }
    const std::vector<std::string_view> replaced = converters_replaced();
    for (ConfigEntry& entry : worker) {
      entry.name = worker_property_name(entry.name);
      const Property* property = declaration(entry.name);
      if (property != nullptr && !is_worker_property(*property)) {
        misplaced_.push_back(std::move(entry));
      } else if (std::none_of(replaced.begin(), replaced.end(), [&](std::string_view converter) {
                   return entry.name.starts_with(converter);
                 })) {
        entries_.push_back(std::move(entry));
      }
    }
  }

  // A connector's converter does not take over the options of the worker's.
  std::vector<std::string_view> converters_replaced() const {
    std::vector<std::string_view> out;
    for (const std::string_view converter :
         {"key.converter", "value.converter", "header.converter"}) {
      if (raw(converter)) out.push_back(converter);
    }
    return out;
  }

  std::optional<std::string> raw(std::string_view name) const {
    const ConfigEntry* best = nullptr;
    for (const ConfigEntry& entry : entries_) {
      if (entry.name == name && (best == nullptr || entry.layer >= best->layer)) best = &entry;
    }
    if (best == nullptr) return std::nullopt;
    return best->value;
  }

  void choose_winners() {
    for (const ConfigEntry& entry : entries_) {
      const CanonicalNames canonical = canonical_names(form_, entry.name);
      if (canonical.names.empty()) unknown_entries_.push_back(&entry);
      for (const std::string& name : canonical.names) {
        const auto [place, fresh] = winners_.try_emplace(name, Winner{&entry, canonical.general});
        Winner& winner = place->second;
        if (!fresh && std::pair(!canonical.general, entry.layer) >=
                          std::pair(!winner.general, winner.entry->layer)) {
          winner = {&entry, canonical.general};
        }
      }
    }
  }

  // What decides how the others are reported.
  void read_own_switches() {
    if (const auto pattern = resolved("custom.sanitize.pattern")) {
      if (auto secrets = Secrets::with_pattern(*pattern)) secrets_ = *std::move(secrets);
    }
    unknown_is_error_ = trim(resolved("tidemark.unknown.properties").value_or("")) != "warn";
    for (const std::string_view list : {"converters", "post.processors"}) {
      for (std::string& alias : comma_items(resolved(list).value_or("")))
        aliases_.push_back(alias + ".");
    }
    for (const ConfigEntry* entry : unknown_entries_) report_unknown(*entry, entry->name);
    for (const ConfigEntry& entry : misplaced_) report_misplaced(entry);
  }

  std::optional<std::string> resolved(std::string_view name) {
    const auto winner = winners_.find(name);
    if (winner == winners_.end()) return std::nullopt;
    auto value = resolver_->resolve(winner->second.entry->value);
    return value ? std::optional(*std::move(value)) : std::nullopt;
  }

  void take(const std::string& name, const ConfigEntry& entry) {
    const Property* property = declaration(name);
    if (property == nullptr) {
      const bool of_alias =
          std::any_of(aliases_.begin(), aliases_.end(),
                      [&](const std::string& alias) { return name.starts_with(alias); });
      if (!of_alias) return report_unknown(entry, name);
    }
    auto value = resolver_->resolve(entry.value);
    ConfigValue& kept = values_[name];
    kept = {.value = entry.value, .from = entry.from, .written_name = entry.name};
    if (!value) return complain(name, {value.error().message(), value.error().remedy(), false});
    kept.value = *std::move(value);
    if (property == nullptr) return;  // the rules of its converter tell
    auto checked = check_value(*property, kept.value);
    if (!checked) return complain(name, std::move(checked).error());
    kept.value = *std::move(checked);
    if (property->support == Support::kPassThrough) {
      warnings_.push_back(
          fmt::format("{} ({}) has no effect here: {}", entry.name, entry.from, property->doc));
    }
  }

  const Property* declaration(std::string_view name) const {
    const Property* property = find_property(name);
    if (property == nullptr || !is_pattern(*property)) return property;
    // The sinks that are there have no other options.
    for (const std::string_view head :
         {"debezium.sink.file.", "debezium.sink.stdout.", "debezium.sink.kafka."}) {
      if (name.starts_with(head) && !property->name.starts_with(head)) return nullptr;
    }
    const auto near = nearest_name(name);
    return near && edit_distance(name, *near) <= kMisspeltMax ? nullptr : property;
  }

  static std::optional<std::string_view> nearest_name(std::string_view name) {
    static const std::vector<std::string_view> names = [] {
      std::vector<std::string_view> out;
      for (const PropertyGroup& group : property_groups()) {
        for (const Property& property : group.properties) {
          if (!is_pattern(property)) out.push_back(property.name);
        }
      }
      return out;
    }();
    return nearest(name, names);
  }

  void report_unknown(const ConfigEntry& entry, std::string_view name) {
    std::string_view bare = name;
    if (bare.starts_with("debezium.source."))
      bare.remove_prefix(std::string_view("debezium.source.").size());
    const bool exact = find_property(bare) != nullptr && declaration(bare) != nullptr;
    const auto near = exact ? std::optional(bare) : nearest_name(bare);
    const std::string hint = near ? written_name(form_, *near) : std::string();
    const bool secret = secrets_.perhaps_secret(name) || (near && secrets_.secret(*near));
    std::string what = fmt::format("{}={} ({}): unknown property", entry.name,
                                   secret ? kMask : entry.value, entry.from);
    if (!hint.empty()) what += fmt::format(", did you mean {}?", hint);
    say_unknown(std::move(what), hint.empty() ? "remove it, or set tidemark.unknown.properties=warn"
                                              : fmt::format("write {}, remove it, or set "
                                                            "tidemark.unknown.properties=warn",
                                                            hint));
  }

  void report_misplaced(const ConfigEntry& entry) {
    say_unknown(fmt::format("{} ({}): is no property of a worker, but of a connector", entry.name,
                            entry.from),
                "move it into the connector's configuration, or set "
                "tidemark.unknown.properties=warn");
  }

  void say_unknown(std::string what, std::string remedy) {
    if (unknown_is_error_) {
      errors_.emplace_back(ErrorKind::kRejected, std::move(what), std::move(remedy));
    } else {
      warnings_.push_back(std::move(what));
    }
  }

  bool failed(std::string_view name) const {
    return std::find(failed_.begin(), failed_.end(), name) != failed_.end();
  }

  void complain(std::string_view name, Complaint complaint) {
    const ErrorKind kind = complaint.not_there_yet ? ErrorKind::kUnsupported : ErrorKind::kRejected;
    refuse(name, kind, complaint.problem, fmt::format("allowed: {}", complaint.allowed));
  }

  void refuse(std::string_view name, ErrorKind kind, std::string_view problem, std::string remedy) {
    failed_.emplace_back(name);
    const auto value = values_.find(name);
    std::string what = without_salt(written_name(form_, name));
    if (value != values_.end()) {
      what = fmt::format("{}={} ({})", without_salt(value->second.written_name),
                         secrets_.shown(name, value->second.value), value->second.from);
    }
    errors_.emplace_back(kind, fmt::format("{}: {}", what, problem), std::move(remedy));
  }

  // Kafka Connect has one kind of sink.
  void fill_sink() {
    if (values_.contains(kSinkType) || failed(kSinkType)) return;
    const auto says = [&](const ConfigValue& value) {
      values_[std::string(kSinkType)] = {
          .value = "kafka", .from = value.from, .written_name = value.written_name};
    };
    if (has_worker_ && form_ != ConfigForm::kServer)
      return says({.value = {}, .from = "--worker", .written_name = std::string(kSinkType)});
    if (form_ != ConfigForm::kConnect) return;
    for (const std::string_view name :
         {"producer.override.bootstrap.servers", "bootstrap.servers"}) {
      if (const auto brokers = values_.find(name); brokers != values_.end())
        return says(brokers->second);
    }
  }

  // The server's engine is named after its sink where nothing else is said.
  void fill_engine_name() {
    if (form_ != ConfigForm::kServer || values_.contains("name")) return;
    const auto sink = values_.find("debezium.sink.type");
    if (sink != values_.end()) values_["name"] = sink->second;
  }

  void check_required(const Config& config) {
    for (const PropertyGroup& group : property_groups()) {
      for (const Property& property : group.properties) {
        if (!property.required || !trim(config.text(property.name)).empty()) continue;
        if (property.name == "name" && form_ == ConfigForm::kServer)
          continue;  // follows from the sink
        if (failed(property.name)) continue;
        refuse(property.name, ErrorKind::kRejected, "is required",
               fmt::format("set {}", written_name(form_, property.name)));
      }
    }
    if (config.given(kSinkType) || failed(kSinkType)) return;
    if (form_ == ConfigForm::kConnect) {
      errors_.emplace_back(ErrorKind::kRejected,
                           "no sink: this form means Kafka Connect, and no brokers are named",
                           fmt::format("{}; or {}", kBrokerChoices, kSinkChoices));
    } else {
      errors_.emplace_back(ErrorKind::kRejected, "no sink: debezium.sink.type is missing",
                           fmt::format("{}; or {}", kSinkChoices, kKafkaChoice));
    }
  }

  ConfigForm form_;
  bool has_worker_;
  std::vector<ConfigEntry> entries_;
  std::optional<Resolver> resolver_;
  std::map<std::string, Winner, std::less<>> winners_;  // by declared name
  std::vector<const ConfigEntry*> unknown_entries_;
  std::vector<ConfigEntry> misplaced_;  // a connector's properties in a worker's file
  std::vector<std::string> aliases_;  // of converters and post-processors, with their dot
  Secrets secrets_;
  bool unknown_is_error_ = true;
  std::map<std::string, ConfigValue, std::less<>> values_;
  std::vector<std::string> failed_;
  std::vector<std::string> warnings_;
  std::vector<Error> errors_;
};

}  // namespace

std::expected<Config, std::vector<Error>> load_config(const std::string& path,
                                                      const Overrides& overrides) {
  auto text = read_text_file(path);
  if (!text) return std::unexpected(std::vector{std::move(text).error()});
  auto file = parse_config_file(*text, path);
  if (!file) return std::unexpected(std::move(file).error());
  std::vector<ConfigEntry> worker;
  if (!overrides.worker_path.empty()) {
    auto worker_text = read_text_file(overrides.worker_path);
    if (!worker_text) return std::unexpected(std::vector{std::move(worker_text).error()});
    auto entries = parse_worker_file(*worker_text, overrides.worker_path);
    if (!entries) return std::unexpected(std::vector{std::move(entries).error()});
    worker = *std::move(entries);
  }
  return Loader(*std::move(file), std::move(worker), overrides).run();
}

}  // namespace tidemark
