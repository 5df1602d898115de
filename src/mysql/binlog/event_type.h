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

// The rows events differ in three things: what they do, whether extra data may stand between the flags
// and the columns (version 2), and how the rows themselves are written.
enum class RowsOp : std::uint8_t { kNone, kWrite, kUpdate, kDelete };
enum class RowsCoding : std::uint8_t {
  kPlain,
  kPartialJson,  // PARTIAL_UPDATE_ROWS: JSON columns of an after image may be differences
  kCompressed,  // MariaDB, log_bin_compress
};
struct RowsForm {
  RowsOp op = RowsOp::kNone;
  bool has_extra = false;
  RowsCoding coding = RowsCoding::kPlain;

  constexpr bool has_before() const { return op == RowsOp::kUpdate || op == RowsOp::kDelete; }
  constexpr bool has_after() const { return op == RowsOp::kUpdate || op == RowsOp::kWrite; }
};
constexpr RowsForm rows_form(EventType type) {
  switch (type) {
    case EventType::kWriteRowsV1:
      return {RowsOp::kWrite, false, RowsCoding::kPlain};
    case EventType::kUpdateRowsV1:
      return {RowsOp::kUpdate, false, RowsCoding::kPlain};
    case EventType::kDeleteRowsV1:
      return {RowsOp::kDelete, false, RowsCoding::kPlain};
    case EventType::kWriteRows:
      return {RowsOp::kWrite, true, RowsCoding::kPlain};
    case EventType::kUpdateRows:
      return {RowsOp::kUpdate, true, RowsCoding::kPlain};
    case EventType::kDeleteRows:
      return {RowsOp::kDelete, true, RowsCoding::kPlain};
    case EventType::kPartialUpdateRows:
      return {RowsOp::kUpdate, true, RowsCoding::kPartialJson};
    case EventType::kMariaWriteRowsCompressedV1:
      return {RowsOp::kWrite, false, RowsCoding::kCompressed};
    case EventType::kMariaUpdateRowsCompressedV1:
      return {RowsOp::kUpdate, false, RowsCoding::kCompressed};
    case EventType::kMariaDeleteRowsCompressedV1:
      return {RowsOp::kDelete, false, RowsCoding::kCompressed};
    case EventType::kMariaWriteRowsCompressed:
      return {RowsOp::kWrite, true, RowsCoding::kCompressed};
    case EventType::kMariaUpdateRowsCompressed:
      return {RowsOp::kUpdate, true, RowsCoding::kCompressed};
    case EventType::kMariaDeleteRowsCompressed:
      return {RowsOp::kDelete, true, RowsCoding::kCompressed};
    default:
      return {};
  }
}
constexpr bool is_rows(EventType type) { return rows_form(type).op != RowsOp::kNone; }

// What a stream does with an event. Everything that is neither decoded nor ignorable stops it, by name.
enum class EventUse : std::uint8_t { kDecode, kIgnore, kUnsupported };
EventUse use_of(EventType type, std::uint16_t flags);

}  // namespace tidemark
