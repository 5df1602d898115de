// SPDX-License-Identifier: Apache-2.0
#include "config/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "config/column_rules.h"
#include "config/kafka_checks.h"
#include "config/pem.h"
#include "transform/chain.h"

namespace tidemark {
namespace {

bool has_item(const Config& config, std::string_view name, std::string_view item) {
  const auto items = comma_items(config.text(name));
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool is_built_in_mode(std::string_view name) {
  constexpr std::array<std::string_view, 8> kModes{
      "always",  "initial",  "initial_only",       "when_needed", "when_needed_no_data",
      "no_data", "recovery", "configuration_based"};
  return std::find(kModes.begin(), kModes.end(), name) != kModes.end();
}

bool signals_on(const Config& config) {
  return !trim(config.text("signal.data.collection")).empty();
}

void check_names(const Config& config, const Report& report) {
  for (const std::string_view name :
       {"topic.prefix", "database.hostname", "topic.delimiter", "topic.transaction",
        "topic.heartbeat.prefix", "topic.heartbeat.name"}) {
    const std::string value = config.text(name);
    if (config.given(name) && !trim(value).empty() && !is_plain_name(value)) {
      report(name, {"has other characters than letters, digits, '_', '.' and '-'",
                    "letters, digits, '_', '.', '-'"});
    }
  }
}

void check_lists(const Config& config, const Report& report) {
  for (const std::string_view kind : {"database", "table", "column"}) {
    const std::string exclude = fmt::format("{}.exclude.list", kind);
    // Presence counts, an empty include list too.
    if (config.given(exclude) && config.given(fmt::format("{}.include.list", kind))) {
      report(exclude, {fmt::format("{}.include.list is given, too", kind), "one of the two"});
    }
  }
  if (config.given("column.include.list")) {
    if (trim(config.text("column.include.list")).empty()) {
      report("column.include.list", {"is empty, which would leave no column", "leave it out"});
    }
  }
  if (config.given("gtid.source.includes") && config.given("gtid.source.excludes")) {
    report("gtid.source.excludes", {"gtid.source.includes is given, too", "one of the two"});
  }
  if (config.boolean("read.only") && config.boolean("gtid.ignore.on.recovery")) {
    report("gtid.ignore.on.recovery",
           {"is true, and read.only=true tells by GTIDs what a SELECT sees", "false"});
  }
  for (const std::string_view name : {"gtid.source.includes", "gtid.source.excludes"}) {
    if (config.given(name) && is_for_mariadb(config))
      report(name, {"cannot choose among the domains of a MariaDB yet", "leave it out"});
  }
}

void check_placeholder(const Config& config, const Report& report) {
  constexpr std::string_view kName = "unavailable.value.placeholder";
  constexpr std::string_view kHex = "hex:";
  const std::string value = config.text(kName);
  if (!value.starts_with(kHex)) return;
  const std::string_view digits = std::string_view(value).substr(kHex.size());
  const bool hex = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (!hex || digits.size() % 2 != 0)
    report(kName, {"has no pairs of hexadecimal digits behind hex:", "hex:c0ffee, or text"});
}

void check_skipped(const Config& config, const Report& report) {
  constexpr std::string_view kName = "skipped.operations";
  const auto codes = comma_items(config.text(kName));
  if (codes.empty()) report(kName, {"is empty", "c, u, d, t, r, or none alone"});
  if (codes.size() > 1 && has_item(config, kName, "none")) {
    report(kName, {"has none beside other codes", "none alone, or codes without it"});
  }
}

void check_signals(const Config& config, const Report& report) {
  if (!signals_on(config)) return;
  constexpr std::string_view kName = "signal.data.collection";
  if (comma_items(config.text(kName)).size() > 1) {
    report(kName, {"names more than one table", "one db.table"});
  } else if (!parse_collection(config.text(kName))) {
    report(kName, {"is not a database and a table", "db.table, spelled as on the server"});
  }
}

void check_snapshot_mode(const Config& config, const Report& report) {
  const std::string mode = config.text("snapshot.mode");
  const auto flag = [&](std::string_view name) {
    return config.boolean(fmt::format("snapshot.mode.configuration.based.{}", name));
  };
  if (mode == "custom") {
    constexpr std::string_view kName = "snapshot.mode.custom.name";
    constexpr std::string_view kBuiltIn =
        "always, initial, initial_only, when_needed, when_needed_no_data, no_data, recovery, "
        "configuration_based";
    const std::string name = config.text(kName);
    if (trim(name).empty()) {
      report(kName, {"is missing, and snapshot.mode=custom needs it", std::string(kBuiltIn)});
    } else if (!is_built_in_mode(name)) {
      report(kName,
             {"is a snapshotter written in Java, which cannot run here", std::string(kBuiltIn)});
    }
  }
  if (mode == "configuration_based" && !flag("snapshot.data") && !flag("snapshot.schema") &&
      !flag("start.stream")) {
    report("snapshot.mode",
           {"is configuration_based, and neither snapshot.data nor snapshot.schema nor "
            "start.stream is on: nothing would be done",
            "snapshot.mode.configuration.based.start.stream=true and what to read before"});
  }
  if (mode == "incremental" && !signals_on(config) && !config.boolean("read.only")) {
    report("snapshot.mode",
           {"is incremental, and there is no signal table: the first load places its watermarks "
            "there",
            "signal.data.collection=db.table (docs/operating/signals.md), read.only=true "
            "(docs/operating/read_only.md), or snapshot.mode=initial"});
  }
}

void check_overrides(const Config& config, const Report& report) {
  const auto items = comma_items(config.text(kOverrides));
  for (const std::string& item : items) {
    if (!parse_collection(item)) {
      report(kOverrides, {fmt::format("has '{}', which is not a database and a table", item),
                          "db.table, spelled as on the server"});
    } else if (override_statement(config, item).empty()) {
      report(kOverrides,
             {fmt::format("lists {}, and {}.{} is missing", item, kOverrides, item),
              "a SELECT with every column of the table, or leave the table out of the list"});
    }
  }
  if (!items.empty() && config.text("snapshot.mode") == "incremental") {
    report(kOverrides, {"cannot be used with snapshot.mode=incremental, which reads in chunks",
                        "snapshot.mode=initial"});
  }
}

void check_queue(const Config& config, const Report& report) {
  if (config.integer("max.queue.size") <= config.integer("max.batch.size")) {
    report("max.queue.size",
           {fmt::format("does not exceed max.batch.size ({})", config.integer("max.batch.size")),
            "a number above max.batch.size"});
  }
}

// The two connectors name some choices differently, and one of them lacks some.
void check_kind(const Config& config, const Report& report) {
  constexpr std::string_view kMySqlModes = "disabled preferred required verify_ca verify_identity";
  constexpr std::string_view kMariaDbModes = "disable trust verify-ca verify-full";
  const bool maria = is_for_mariadb(config);
  const std::string_view modes = maria ? kMariaDbModes : kMySqlModes;
  const std::string mode = config.text("database.ssl.mode");
  const auto legal = words(modes);
  if (config.given("database.ssl.mode") &&
      std::find(legal.begin(), legal.end(), mode) == legal.end()) {
    report("database.ssl.mode",
           {fmt::format("'{}' is a mode of the other connector; this is the one for {}", mode,
                        maria ? "MariaDB" : "MySQL"),
            std::string(modes)});
  }
  constexpr std::string_view kLocking = "snapshot.locking.mode";
  if (maria && config.text(kLocking).starts_with("minimal_percona")) {
    report(kLocking, {"is a mode for Percona Server, which the MariaDB connector does not have",
                      "minimal extended none"});
  }
}

void check_stores(const Config& config, const Report& report) {
  const std::string mode = config.text("database.ssl.mode");
  if (mode == "disabled" || mode == "disable") return;
  if (is_for_mariadb(config) && !config.given("database.ssl.mode")) return;
  const bool verifies = mode.starts_with("verify");
  const std::string trust = config.text("database.ssl.truststore");
  const std::string key = config.text("database.ssl.keystore");
  if (!trust.empty()) {
    const auto pem =
        pem_of_store(StoreKind::kTrust, trust, config.text("database.ssl.truststore.password"));
    if (!pem) report("database.ssl.truststore", pem.error());
  } else if (verifies) {
    report("database.ssl.truststore",
           {fmt::format("is missing, and database.ssl.mode={} checks against it", mode),
            "a PEM file with the CA's certificate; for a public CA "
            "/etc/ssl/certs/ca-certificates.crt"});
  }
  if (!key.empty()) {
    const auto pem =
        pem_of_store(StoreKind::kKey, key, config.text("database.ssl.keystore.password"));
    if (!pem) report("database.ssl.keystore", pem.error());
  }
}

void check_tags(const Config& config, const Report& report) {
  constexpr std::string_view kName = "custom.metric.tags";
  for (const std::string& item : comma_items(config.text(kName))) {
    if (std::count(item.begin(), item.end(), '=') == 1 && !item.starts_with('=')) continue;
    report(kName, {fmt::format("has the item '{}'", item), "name=value, name=value"});
  }
}

void check_sink(const Config& config, const Report& report) {
  if (config.text("debezium.sink.type") == "stdout" &&
      config.text("exactly.once.support") == "required") {
    report("exactly.once.support",
           {"cannot be had on standard output, which nobody can cut back after a crash",
            "debezium.sink.type=file, or requested"});
  }
  if (config.text("debezium.sink.type") != "file") return;
  if (!trim(config.text("debezium.sink.file.path")).empty()) return;
  report("debezium.sink.file.path", {"is missing, and debezium.sink.type=file needs it",
                                     "a folder, or the path that begins the files' names"});
}

TransformSettings written_transforms(const Config& config) {
  const auto links = [&](std::string_view list) {
    std::vector<TransformSettings::Link> out;
    for (std::string& alias : comma_items(config.text(list))) {
      auto options = config.under(fmt::format("{}.{}.", list, alias));
      out.push_back({.alias = std::move(alias), .options = std::move(options)});
    }
    return out;
  };
  return {.transforms = links("transforms"), .predicates = links("predicates")};
}

// With tidemark.unknown.properties=warn: options that no transform of the chain has. They have no effect then.
std::vector<std::string> unknown_options(const Config& config, const TransformSettings& settings) {
  std::vector<std::string> out;
  if (config.text("tidemark.unknown.properties") != "warn") return out;
  const auto chain = transform::Chain::build(settings, {});
  if (chain) return out;
  for (const transform::OptionProblem& problem : chain.error()) {
    if (problem.unknown) out.push_back(problem.option);
  }
  return out;
}

void check_transforms(const Config& config, const Report& report) {
  const TransformSettings settings = transforms_of(config);
  const auto chain = transform::Chain::build(settings, {});
  if (chain) return;
  for (const transform::OptionProblem& problem : chain.error()) {
    report(problem.option, {problem.problem, problem.allowed, problem.not_there_yet});
  }
}

}  // namespace

TransformSettings transforms_of(const Config& config) {
  TransformSettings out = written_transforms(config);
  for (const std::string& name : unknown_options(config, out)) {
    for (auto* const links : {&out.transforms, &out.predicates}) {
      for (TransformSettings::Link& link : *links) {
        const std::string head = fmt::format(
            "{}.{}.", links == &out.transforms ? "transforms" : "predicates", link.alias);
        if (name.starts_with(head)) link.options.erase(name.substr(head.size()));
      }
    }
  }
  return out;
}

bool is_for_mariadb(const Config& config) {
  return config.text("connector.class").find("MariaDb") != std::string::npos;
}

std::optional<CollectionName> parse_collection(std::string_view text) {
  text = trim(text);
  const auto unquoted = [](std::string_view part) {
    const bool quoted = part.size() > 2 && part.front() == '`' && part.back() == '`';
    return std::string(quoted ? part.substr(1, part.size() - 2) : part);
  };
  const std::size_t dot = text.starts_with('`') ? text.find("`.") : text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::size_t at = text.starts_with('`') ? dot + 1 : dot;
  CollectionName out{.database = unquoted(text.substr(0, at)),
                     .table = unquoted(text.substr(at + 1))};
  if (out.database.empty() || out.table.empty()) return std::nullopt;
  return out;
}

std::string override_statement(const Config& config, std::string_view item) {
  const std::string text = config.text(fmt::format("{}.{}", kOverrides, item));
  std::string_view statement = trim(text);
  while (statement.ends_with(';')) statement = trim(statement.substr(0, statement.size() - 1));
  return std::string(statement);
}

void cross_check(const Config& config, const Report& report) {
  check_names(config, report);
  check_lists(config, report);
  check_placeholder(config, report);
  check_skipped(config, report);
  check_signals(config, report);
  check_snapshot_mode(config, report);
  check_overrides(config, report);
  check_queue(config, report);
  check_kind(config, report);
  check_stores(config, report);
  check_tags(config, report);
  check_sink(config, report);
  check_kafka(config, report);
  check_transforms(config, report);
  check_column_rules(config, report);
  check_topic_naming(config, report);
}

std::vector<std::string> warnings_of(const Config& config) {
  std::vector<std::string> out;
  if (config.text("database.password").empty()) out.emplace_back("database.password is empty");
  if (config.integer("poll.interval.ms") > 5000) {
    out.emplace_back("poll.interval.ms is above 5000; nothing is polled here");
  }
  for (const std::string& name : unknown_options(config, written_transforms(config))) {
    out.push_back(fmt::format("{}: unknown option, which has no effect", name));
  }
  for (const std::string_view list : {"transforms", "predicates"}) {
    const auto aliases = comma_items(config.text(list));
    for (const auto& [rest, value] : config.under(fmt::format("{}.", list))) {
      const bool listed =
          std::any_of(aliases.begin(), aliases.end(),
                      [&](const std::string& alias) { return rest.starts_with(alias + "."); });
      if (!listed)
        out.push_back(fmt::format("{0}.{1} has no effect: {0} does not name it", list, rest));
    }
  }
  for (std::string& warning : kafka_warnings(config)) out.push_back(std::move(warning));
  return out;
}

}  // namespace tidemark
