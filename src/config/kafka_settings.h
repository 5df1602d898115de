// SPDX-License-Identifier: Apache-2.0
// What of the settings concerns Kafka: its sink, offsets and history in topics, signals, notifications.
// Which of them there are is decided here once; the checks ask the same functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/settings.h"

namespace tidemark {

// Where these are kept. Any configuration, checked or not.
OffsetKind offset_kind(const Config& config);
HistoryKind history_kind(const Config& config);
bool has_channel(const Config& config, std::string_view channel);  // of signal.enabled.channels
// The groups of topic.creation.*, `default` last; empty: none of it is given, or it is switched off.
std::vector<std::string> topic_groups(const Config& config);
bool delivers_exactly_once(const Config& config);
// How long a transaction lasts at most, and the property that says so; empty: none does.
struct TransactionInterval {
  std::int64_t ms;
  std::string_view property;
};
TransactionInterval transaction_interval(const Config& config);
// By Connect's SimpleHeaderConverter, which is its default.
bool has_plain_headers(const Config& config);

// After the checks; these cannot fail.
KafkaSettings kafka_settings(const Config& config);
OffsetSettings offset_settings(const Config& config);
HistorySettings history_settings(const Config& config);
SignalSettings signal_settings(const Config& config);
NotificationSettings notification_settings(const Config& config);

}  // namespace tidemark
