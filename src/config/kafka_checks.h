// SPDX-License-Identifier: Apache-2.0
// Rules for the Kafka sink, for offsets and history in topics, and for the channels of signals and
// notifications.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/cross_checks.h"

namespace tidemark {

void check_kafka(const Config& config, const Report& report);
// What is given for Kafka and has no effect.
std::vector<std::string> kafka_warnings(const Config& config);

}  // namespace tidemark
