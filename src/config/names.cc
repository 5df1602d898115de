// SPDX-License-Identifier: Apache-2.0
#include "config/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/ascii.h"
#include "config/property.h"

namespace tidemark {
namespace {

constexpr std::string_view kSource = "debezium.source.";
constexpr std::string_view kFormat = "debezium.format.";
constexpr auto kConverters = std::to_array<std::string_view>({"key", "value", "header"});
// Names that are the same in every form.
constexpr auto kCommonHeads = std::to_array<std::string_view>(
    {"debezium.sink.", "debezium.api.", "debezium.embedded.", "quarkus.", "tidemark."});

bool starts_with_any(std::string_view name, std::span<const std::string_view> heads) {
  return std::any_of(heads.begin(), heads.end(),
                     [&](std::string_view head) { return name.starts_with(head); });
}

CanonicalNames format_names(std::string_view written) {
  const std::string_view rest = written.substr(kFormat.size());
  CanonicalNames out;
  for (const std::string_view converter : kConverters) {
    if (rest == converter) return {.names = {std::string(written)}};
    if (rest.starts_with(converter) && rest[converter.size()] == '.') {
      return {
          .names = {fmt::format("{}.converter.{}", converter, rest.substr(converter.size() + 1))}};
    }
    out.names.push_back(fmt::format("{}.converter.{}", converter, rest));
  }
  out.general = true;
  return out;
}

std::string dotted(std::string_view variable) {
  std::string out;
  for (const char c : variable) out += c == '_' ? '.' : lower(c);
  return out;
}

}  // namespace

CanonicalNames canonical_names(ConfigForm form, std::string_view written) {
  if (written.starts_with(kSource)) return {.names = {std::string(written.substr(kSource.size()))}};
  if (written.starts_with(kFormat)) return format_names(written);
  if (written.starts_with("debezium.transforms") || written.starts_with("debezium.predicates")) {
    return {.names = {std::string(written.substr(std::string_view("debezium.").size()))}};
  }
  if (form == ConfigForm::kServer && !starts_with_any(written, kCommonHeads)) return {.names = {}};
  return {.names = {std::string(written)}};
}

std::string written_name(ConfigForm form, std::string_view canonical) {
  if (form != ConfigForm::kServer || starts_with_any(canonical, kCommonHeads) ||
      canonical.starts_with(kFormat)) {
    return std::string(canonical);
  }
  for (const std::string_view converter : kConverters) {
    const std::string head = fmt::format("{}.converter.", converter);
    if (canonical.starts_with(head)) {
      return fmt::format("{}{}.{}", kFormat, converter, canonical.substr(head.size()));
    }
  }
  if (canonical.starts_with("transforms") || canonical.starts_with("predicates")) {
    return fmt::format("debezium.{}", canonical);
  }
  return fmt::format("{}{}", kSource, canonical);
}

std::string worker_property_name(std::string_view written) {
  constexpr std::string_view kHeartbeat = "heartbeat.interval.ms";
  return written == kHeartbeat ? "worker.heartbeat.interval.ms" : std::string(written);
}

std::vector<ConfigEntry> environment_entries(
    const std::vector<std::pair<std::string, std::string>>& environment) {
  constexpr std::string_view kEscape = "TIDEMARK_PROPERTY_";
  constexpr auto kHeads = std::to_array<std::string_view>(
      {"DEBEZIUM_SOURCE_", "DEBEZIUM_SINK_", "DEBEZIUM_FORMAT_", "DEBEZIUM_TRANSFORMS",
       "DEBEZIUM_PREDICATES", "DEBEZIUM_API_", "QUARKUS_", "TIDEMARK_"});
  std::vector<ConfigEntry> out;
  for (const auto& [variable, value] : environment) {
    ConfigEntry entry{.name = {},
                      .value = value,
                      .from = fmt::format("environment {}", variable),
                      .layer = ConfigLayer::kEnvironment};
    if (variable.starts_with(kEscape)) {
      const std::size_t equals = value.find('=');
      entry.name = value.substr(0, equals);
      entry.value = equals == std::string::npos ? std::string() : value.substr(equals + 1);
    } else if (starts_with_any(variable, kHeads)) {
      entry.name = dotted(variable);
      if (variable.starts_with("TIDEMARK_") && find_property(entry.name) == nullptr) continue;
    } else {
      continue;
    }
    out.push_back(std::move(entry));
  }
  // The caller's order is the system's; a stable one makes the escape's repetitions predictable.
  std::stable_sort(out.begin(), out.end(),
                   [](const ConfigEntry& a, const ConfigEntry& b) { return a.from < b.from; });
  return out;
}

}  // namespace tidemark
