// SPDX-License-Identifier: Apache-2.0
#include "connector/notifications.h"

#include <utility>

#include "base/hex.h"
#include "base/log.h"
#include "change/gtid_set.h"

namespace tidemark {
namespace {

constexpr std::string_view kInitial = "Initial Snapshot";
constexpr std::string_view kIncremental = "Incremental Snapshot";
constexpr std::string_view kSignal = "Signal";

std::string cell_text(const KeyCell& cell) {
  if (cell.null) return "<null>";
  switch (cell.kind) {
    case KeyCell::Kind::kInt:
      return std::to_string(cell.i64);
    case KeyCell::Kind::kUint:
      return std::to_string(cell.u64);
    case KeyCell::Kind::kBinary:
    case KeyCell::Kind::kEncoded:
      return to_hex(cell.text);
    default:
      return cell.text;
  }
}

}  // namespace

std::string comma_list(std::span<const TableId> tables) {
  std::string out;
  for (const TableId& table : tables) {
    if (!out.empty()) out += ',';
    out += table.text();
  }
  return out;
}

std::string key_text(const KeyTuple& key) {
  std::string out;
  for (const KeyCell& cell : key) {
    if (&cell != &key.front()) out += ',';
    out += cell_text(cell);
  }
  return out;
}

Notifications::Notifications(const Settings& settings, TopicRegistry& topics, const Clock& clock)
    : connector_name_(settings.topic_prefix), log_(settings.notifications.log), clock_(clock) {
  if (!settings.notifications.sink_topic.empty())
    records_.emplace(settings.encode, settings.notifications.sink_topic, topics);
}

void Notifications::initial(std::string_view type, Data data, std::string_view signal_id,
                            RecordBatch& batch) const {
  if (!on()) return;
  tell({.id = Uuid::random().text(),
        .aggregate = std::string(kInitial),
        .type = std::string(type),
        .data = std::move(data)},
       signal_id, batch);
}

void Notifications::incremental(std::string_view type, std::string_view id, Data data,
                                std::string_view signal_id, RecordBatch& batch) const {
  if (!on()) return;
  tell({.id = std::string(id),
        .aggregate = std::string(kIncremental),
        .type = std::string(type),
        .data = std::move(data)},
       signal_id, batch);
}

void Notifications::refused(std::string_view id, std::string_view type, std::string_view channel,
                            std::string_view reason, RecordBatch& batch) const {
  if (!on()) return;
  Data data{{"channel", std::string(channel)}};
  if (!type.empty()) data.emplace_back("signal_type", type);
  data.emplace_back("reason", reason);
  tell({.id = std::string(id),
        .aggregate = std::string(kSignal),
        .type = "REFUSED",
        .data = std::move(data)},
       {}, batch);
}

void Notifications::tell(Notification notification, std::string_view signal_id,
                         RecordBatch& batch) const {
  notification.ts_ms = clock_.wall_ns() / 1'000'000;
  auto& data = notification.data;
  data.insert(data.begin(), {"connector_name", connector_name_});
  if (!signal_id.empty()) data.emplace_back("signal_id", signal_id);
  if (log_) {
    log::info("notification", {{"id", notification.id},
                               {"aggregate_type", notification.aggregate},
                               {"type", notification.type},
                               {"additional_data", data_json(notification)},
                               {"timestamp", notification.ts_ms}});
  }
  if (records_) records_->append(notification, batch);
}

Status tell_at_once(const Notifications* notifications, std::string_view type,
                    Notifications::Data data, std::string_view signal_id, Output& output) {
  if (notifications == nullptr || !notifications->on()) return {};
  notifications->initial(type, std::move(data), signal_id, output.batch());
  return output.send(std::nullopt);
}

}  // namespace tidemark
