// SPDX-License-Identifier: Apache-2.0
// Rules that concern one value's meaning or several properties at once, after each value was found
// legal on its own.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/value_check.h"
#include "transform/settings.h"

namespace tidemark {

// Called with the declared name of the property at fault.
using Report = std::function<void(std::string_view name, Complaint complaint)>;

void cross_check(const Config& config, const Report& report);
// What works, but not as somebody might expect.
std::vector<std::string> warnings_of(const Config& config);

// connector.class is the MariaDB connector.
bool is_for_mariadb(const Config& config);

// `db.table`; nothing for another form.
struct CollectionName {
  std::string database;
  std::string table;
};
std::optional<CollectionName> parse_collection(std::string_view text);

// The chain of transforms, as written; checked by cross_check().
TransformSettings transforms_of(const Config& config);

inline constexpr std::string_view kOverrides = "snapshot.select.statement.overrides";
// The statement for an item of that list, without blanks and `;` around it; empty: there is none.
std::string override_statement(const Config& config, std::string_view item);

}  // namespace tidemark
