// SPDX-License-Identifier: Apache-2.0
#include "config/property.h"

#include <algorithm>
#include <array>

namespace tidemark {
namespace {

std::size_t fixed_size(std::string_view pattern) {
  std::size_t size = 0;
  bool inside = false;
  for (const char c : pattern) {
    if (c == '<') inside = true;
    if (!inside) ++size;
    if (c == '>') inside = false;
  }
  return size;
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::span<const PropertyGroup> property_groups() {
  static const auto groups = std::to_array<PropertyGroup>({
      {"Identity and connection", identity_properties()},
      {"What is captured", capture_properties()},
      {"Initial snapshot", snapshot_properties()},
      {"Signals and incremental snapshots", signal_properties()},
      {"Schema history", history_properties()},
      {"Types", type_properties()},
      {"Records", event_properties()},
      {"Topics and heartbeats", topic_properties()},
      {"Failures, queues and metrics", runtime_properties()},
      {"Kafka Connect", connect_properties()},
      {"Kafka Connect's worker", worker_properties()},
      {"Offsets", offset_properties()},
      {"Debezium Server and sinks", server_properties()},
      {"Tidemark's own", own_properties()},
  });
  return groups;
}

bool is_pattern(const Property& property) {
  return property.name.find('<') != std::string_view::npos;
}

bool is_worker_property(const Property& property) {
  const auto table = worker_properties();
  const auto same = [&](const Property& other) { return other.name == property.name; };
  if (std::any_of(table.begin(), table.end(), same)) return true;
  constexpr auto kHeads =
      std::to_array<std::string_view>({"key.converter", "value.converter", "header.converter",
                                       "offset.storage.", "offset.flush.", "tidemark."});
  return std::any_of(kHeads.begin(), kHeads.end(),
                     [&](std::string_view head) { return property.name.starts_with(head); });
}

bool fits_pattern(std::string_view pattern, std::string_view name) {
  const std::size_t open = pattern.find('<');
  if (open == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, open))) return false;
  const std::size_t close = pattern.find('>', open);
  const bool digits = pattern.substr(open, close + 1 - open) == "<n>";
  const std::string_view rest = pattern.substr(close + 1);
  name.remove_prefix(open);
  if (rest.empty()) return !name.empty() && (!digits || all_digits(name));
  for (std::size_t size = 1; size < name.size(); ++size) {
    if (digits && !all_digits(name.substr(0, size))) return false;
    if (fits_pattern(rest, name.substr(size))) return true;
  }
  return false;
}

const Property* find_property(std::string_view name) {
  const Property* best = nullptr;
  for (const PropertyGroup& group : property_groups()) {
    for (const Property& property : group.properties) {
      if (property.name == name) return &property;
      if (!is_pattern(property) || !fits_pattern(property.name, name)) continue;
      if (best == nullptr || fixed_size(property.name) > fixed_size(best->name)) best = &property;
    }
  }
  return best;
}

}  // namespace tidemark
