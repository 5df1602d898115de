// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/event_type.h"

namespace tidemark {

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::kUnknown:
      return "UNKNOWN";
    case EventType::kQuery:
      return "QUERY";
    case EventType::kStop:
      return "STOP";
    case EventType::kRotate:
      return "ROTATE";
    case EventType::kIntvar:
      return "INTVAR";
    case EventType::kRand:
      return "RAND";
    case EventType::kUserVar:
      return "USER_VAR";
    case EventType::kFormatDescription:
      return "FORMAT_DESCRIPTION";
    case EventType::kXid:
      return "XID";
    case EventType::kBeginLoadQuery:
      return "BEGIN_LOAD_QUERY";
    case EventType::kExecuteLoadQuery:
      return "EXECUTE_LOAD_QUERY";
    case EventType::kTableMap:
      return "TABLE_MAP";
    case EventType::kWriteRowsOld:
      return "WRITE_ROWS_V0";
    case EventType::kUpdateRowsOld:
      return "UPDATE_ROWS_V0";
    case EventType::kDeleteRowsOld:
      return "DELETE_ROWS_V0";
    case EventType::kWriteRowsV1:
      return "WRITE_ROWS_V1";
    case EventType::kUpdateRowsV1:
      return "UPDATE_ROWS_V1";
    case EventType::kDeleteRowsV1:
      return "DELETE_ROWS_V1";
    case EventType::kIncident:
      return "INCIDENT";
    case EventType::kHeartbeat:
      return "HEARTBEAT";
    case EventType::kIgnorable:
      return "IGNORABLE";
    case EventType::kRowsQuery:
      return "ROWS_QUERY";
    case EventType::kWriteRows:
      return "WRITE_ROWS";
    case EventType::kUpdateRows:
      return "UPDATE_ROWS";
    case EventType::kDeleteRows:
      return "DELETE_ROWS";
    case EventType::kGtid:
      return "GTID";
    case EventType::kAnonymousGtid:
      return "ANONYMOUS_GTID";
    case EventType::kPreviousGtids:
      return "PREVIOUS_GTIDS";
    case EventType::kTransactionContext:
      return "TRANSACTION_CONTEXT";
    case EventType::kViewChange:
      return "VIEW_CHANGE";
    case EventType::kXaPrepare:
      return "XA_PREPARE";
    case EventType::kPartialUpdateRows:
      return "PARTIAL_UPDATE_ROWS";
    case EventType::kTransactionPayload:
      return "TRANSACTION_PAYLOAD";
    case EventType::kHeartbeatV2:
      return "HEARTBEAT_V2";
    case EventType::kGtidTagged:
      return "GTID_TAGGED";
    case EventType::kMariaAnnotateRows:
      return "MARIADB_ANNOTATE_ROWS";
    case EventType::kMariaBinlogCheckpoint:
      return "MARIADB_BINLOG_CHECKPOINT";
    case EventType::kMariaGtid:
      return "MARIADB_GTID";
    case EventType::kMariaGtidList:
      return "MARIADB_GTID_LIST";
    case EventType::kMariaStartEncryption:
      return "MARIADB_START_ENCRYPTION";
    case EventType::kMariaQueryCompressed:
      return "MARIADB_QUERY_COMPRESSED";
    case EventType::kMariaWriteRowsCompressedV1:
      return "MARIADB_WRITE_ROWS_COMPRESSED_V1";
    case EventType::kMariaUpdateRowsCompressedV1:
      return "MARIADB_UPDATE_ROWS_COMPRESSED_V1";
    case EventType::kMariaDeleteRowsCompressedV1:
      return "MARIADB_DELETE_ROWS_COMPRESSED_V1";
    case EventType::kMariaWriteRowsCompressed:
      return "MARIADB_WRITE_ROWS_COMPRESSED";
    case EventType::kMariaUpdateRowsCompressed:
      return "MARIADB_UPDATE_ROWS_COMPRESSED";
    case EventType::kMariaDeleteRowsCompressed:
      return "MARIADB_DELETE_ROWS_COMPRESSED";
  }
  return "UNKNOWN";
}

bool is_ignorable(EventType type, std::uint16_t flags) {
  switch (type) {
    case EventType::kStop:
    case EventType::kIgnorable:
    case EventType::kTransactionContext:
    case EventType::kViewChange:
    case EventType::kRowsQuery:
    case EventType::kMariaAnnotateRows:
    case EventType::kMariaBinlogCheckpoint:
      return true;
    default:
      // Types with a name here that are not decoded do carry changes, whatever their flags say.
      return (flags & kFlagIgnorable) != 0 && to_string(type) == "UNKNOWN";
  }
}

bool is_decoded(EventType type) {
  switch (type) {
    case EventType::kQuery:
    case EventType::kRotate:
    case EventType::kFormatDescription:
    case EventType::kXid:
    case EventType::kTableMap:
    case EventType::kIncident:
    case EventType::kHeartbeat:
    case EventType::kHeartbeatV2:
    case EventType::kRowsQuery:
    case EventType::kGtid:
    case EventType::kAnonymousGtid:
    case EventType::kGtidTagged:
    case EventType::kPreviousGtids:
    case EventType::kXaPrepare:
    case EventType::kTransactionPayload:
    case EventType::kMariaAnnotateRows:
    case EventType::kMariaBinlogCheckpoint:
    case EventType::kMariaGtid:
    case EventType::kMariaGtidList:
    case EventType::kMariaQueryCompressed:
      return true;
    default:
      return is_rows(type);
  }
}

EventUse use_of(EventType type, std::uint16_t flags) {
  if (is_decoded(type)) return EventUse::kDecode;
  return is_ignorable(type, flags) ? EventUse::kIgnore : EventUse::kUnsupported;
}

}  // namespace tidemark
