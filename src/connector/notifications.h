// SPDX-License-Identifier: Apache-2.0
// Notifications of snapshots and refused signals, to a topic and to the log. Records stand in the stream
// where what they tell of happened, and are delivered and repeated like those around them.
// Source: docs/operating/signals.md; Debezium 3.6: NotificationService and its two services
// Thread: any; nothing changes after construction
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/record.h"
#include "base/result.h"
#include "change/offset.h"
#include "config/settings.h"
#include "connector/output.h"
#include "encode/side_records.h"
#include "schema/table.h"

namespace tidemark {

// "db.a,db.b"
std::string comma_list(std::span<const TableId> tables);
// The cells of a key as the original prints them, joined by commas; "<null>" for NULL.
std::string key_text(const KeyTuple& key);

class Notifications {
 public:
  using Data = std::vector<std::pair<std::string, std::string>>;

  Notifications(const Settings& settings, TopicRegistry& topics, const Clock& clock);

  // Without a channel the calls below do nothing; what they are given is not worth making then.
  bool on() const { return log_ || records_; }

  // Of a snapshot in one view: at start (no signal) or a blocking one.
  void initial(std::string_view type, Data data, std::string_view signal_id,
               RecordBatch& batch) const;
  // `id`: of the signal that asked for the snapshot; `signal_id`: of the one that this is the effect of.
  void incremental(std::string_view type, std::string_view id, Data data,
                   std::string_view signal_id, RecordBatch& batch) const;
  // A signal was refused, or messages of its channel were passed over.
  void refused(std::string_view id, std::string_view type, std::string_view channel,
               std::string_view reason, RecordBatch& batch) const;

 private:
  void tell(Notification notification, std::string_view signal_id, RecordBatch& batch) const;

  const std::string connector_name_;
  const bool log_;
  std::optional<NotificationRecords> records_;
  const Clock& clock_;
};

// Of a snapshot in one view, handed over at once, because its rows come by other batches. Null: nobody is told.
Status tell_at_once(const Notifications* notifications, std::string_view type,
                    Notifications::Data data, std::string_view signal_id, Output& output);

}  // namespace tidemark
