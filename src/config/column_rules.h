// SPDX-License-Identifier: Apache-2.0
// Rules for columns, keys and topics (base/record_rules.h) out of a configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/record_rules.h"
#include "base/result.h"
#include "config/config.h"
#include "config/cross_checks.h"

namespace tidemark {

// What single values cannot tell: parts that are missing, unknown converters and their options.
void check_column_rules(const Config& config, const Report& report);
void check_topic_naming(const Config& config, const Report& report);

// After these checks; cannot fail.
RecordRules record_rules_of(const Config& config);
TopicNaming topic_naming_of(const Config& config);

// `tables:column,column;tables:column` as expressions over db.table.column, in order.
// Errors: kRejected, saying which part has another form.
Result<std::vector<Regex>> parse_message_keys(std::string_view text);

// A property's name without the salt that it may hold.
std::string without_salt(std::string_view name);

}  // namespace tidemark
