// SPDX-License-Identifier: Apache-2.0
// The event types of MySQL's and MariaDB's binlogs, their names, and which of them are decoded.
// Source:  server 9.7: libs/mysql/binlog/event/binlog_event.h; MariaDB 11: sql/log_event.h
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark {

enum class EventType : std::uint8_t {
  kUnknown = 0,
  kQuery = 2,
  kStop = 3,
  kRotate = 4,
  kIntvar = 5,
  kRand = 13,
  kUserVar = 14,
  kFormatDescription = 15,
  kXid = 16,
  kBeginLoadQuery = 17,
  kExecuteLoadQuery = 18,
  kTableMap = 19,
  kWriteRowsOld = 20,
  kUpdateRowsOld = 21,
  kDeleteRowsOld = 22,
  kWriteRowsV1 = 23,
  kUpdateRowsV1 = 24,
  kDeleteRowsV1 = 25,
  kIncident = 26,
  kHeartbeat = 27,
  kIgnorable = 28,
  kRowsQuery = 29,
  kWriteRows = 30,
  kUpdateRows = 31,
  kDeleteRows = 32,
  kGtid = 33,
  kAnonymousGtid = 34,
  kPreviousGtids = 35,
  kTransactionContext = 36,
  kViewChange = 37,
  kXaPrepare = 38,
  kPartialUpdateRows = 39,
  kTransactionPayload = 40,
  kHeartbeatV2 = 41,
  kGtidTagged = 42,
  kMariaAnnotateRows = 160,
  kMariaBinlogCheckpoint = 161,
  kMariaGtid = 162,
  kMariaGtidList = 163,
  kMariaStartEncryption = 164,
  kMariaQueryCompressed = 165,
  kMariaWriteRowsCompressedV1 = 166,
  kMariaUpdateRowsCompressedV1 = 167,
  kMariaDeleteRowsCompressedV1 = 168,
  kMariaWriteRowsCompressed = 169,
  kMariaUpdateRowsCompressed = 170,
  kMariaDeleteRowsCompressed = 171,
};

// The server's name, "WRITE_ROWS"; "UNKNOWN" for a code without one.
std::string_view to_string(EventType type);

inline constexpr std::uint16_t kFlagInUse = 0x0001;       // FORMAT_DESCRIPTION of an open file
inline constexpr std::uint16_t kFlagArtificial = 0x0020;  // made by the sender, not in the file
inline constexpr std::uint16_t kFlagIgnorable = 0x0080;  // a reader that does not know it may pass

// May be passed over without losing a change: it carries none, or says itself that it may.
bool is_ignorable(EventType type, std::uint16_t flags);
// There is a parser or reader for its body in this room.
bool is_decoded(EventType type);
// WRITE_ROWS, UPDATE_ROWS or DELETE_ROWS of version 2.
constexpr bool is_rows(EventType type) {
  return type == EventType::kWriteRows || type == EventType::kUpdateRows ||
         type == EventType::kDeleteRows;
}

// What a stream does with an event. Everything that is neither decoded nor ignorable stops it, by name.
enum class EventUse : std::uint8_t { kDecode, kIgnore, kUnsupported };
EventUse use_of(EventType type, std::uint16_t flags);

}  // namespace tidemark
