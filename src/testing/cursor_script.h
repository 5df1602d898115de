// SPDX-License-Identifier: Apache-2.0
// For tests: a stream as its cursor is told of it, in a few words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "connector/stream_cursor.h"

namespace tidemark {

inline constexpr std::string_view kSource = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

inline Gtid gtid(std::uint64_t number) {
  return {.source = *Uuid::parse(kSource), .tag = "", .number = number};
}

inline GtidSet set(std::string_view intervals) {
  return *GtidSet::parse(std::string(kSource) + ":" + std::string(intervals));
}

// A stream in a few words: each call is one event of 100 bytes.
class Script {
 public:
  explicit Script(Offset start) : cursor(std::move(start)) {}

  void event(EventType type) {
    end_ += 100;
    cursor.begin_event({.timestamp = 1'700'000'000,
                        .type = type,
                        .server_id = 7,
                        .size = 100,
                        .end_log_pos = end_,
                        .flags = 0});
  }
  void transaction(std::uint64_t number) {
    event(EventType::kGtid);
    cursor.gtid(gtid(number));
    event(EventType::kQuery);
    cursor.transaction_begun();
  }
  // Whether the event has to be handled.
  bool inside(EventType type = EventType::kWriteRows) {
    event(type);
    const bool handle = !cursor.skipping();
    cursor.event_in_transaction_done();
    return handle;
  }
  void commit() {
    event(EventType::kXid);
    cursor.transaction_ended();
  }
  void from(std::uint32_t pos) { end_ = pos; }

  StreamCursor cursor;

 private:
  std::uint32_t end_ = 1000;
};

inline Offset start() {
  Offset offset;
  offset.position = {"binlog.000001", 1000};
  offset.gtids = set("1-4");
  offset.gtid_mode = true;
  return offset;
}

inline EventHeader description(std::uint32_t created, std::uint32_t server_id) {
  return {.timestamp = created,
          .type = EventType::kFormatDescription,
          .server_id = server_id,
          .size = 100,
          .end_log_pos = 0,
          .flags = 0};
}

inline constexpr std::string_view kXid = "X'61',X'',1";

}  // namespace tidemark
