// SPDX-License-Identifier: Apache-2.0
// A translation of client properties while it is made.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "kafka/properties.h"

namespace tidemark::kafka {

class Translation {
 public:
  explicit Translation(const ClientProperties& properties) : properties_(properties) {}

  // The value as given, without blanks around it; empty where there is none.
  std::string java(std::string_view name) const {
    const auto found = properties_.find(name);
    return found == properties_.end() ? std::string() : std::string(trim(found->second));
  }
  bool given(std::string_view name) const { return properties_.contains(name); }
  void set(std::string_view library_name, std::string value) {
    settings.insert_or_assign(std::string(library_name), std::move(value));
  }
  void refuse(std::string_view property, std::string problem, std::string allowed) {
    problems.push_back({std::string(property), std::move(problem), std::move(allowed)});
  }

  LibrarySettings settings;
  std::vector<ClientProblem> problems;

 private:
  const ClientProperties& properties_;
};

}  // namespace tidemark::kafka
