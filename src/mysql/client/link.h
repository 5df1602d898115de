// SPDX-License-Identifier: Apache-2.0
// The binlog stream of one server, as a replica receives it: raw events, one after another, for ever.
// We register as a replica under our server id, our name (shown as Host by SHOW REPLICAS) and our UUID.
// Format:  COM_REGISTER_SLAVE (21), COM_BINLOG_DUMP (18), COM_BINLOG_DUMP_GTID (30) of the client
//          protocol; server 9.7: sql/rpl_source.cc, sql/rpl_binlog_sender.cc
// Resource with one owner. Thread: one; interrupt() alone may be called from any.
// Errors:  kRetryable  the connection broke, or was silent for twice the heartbeat period
//          kPositionLost  the server no longer holds what comes next (purged, or another history)
//          kConflict   another replica took our place: not to be retried, or the two throw each other off
//          kServer     refused for good, with the GRANT or setting that mends it
//          kCancelled  after interrupt()
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/server_settings.h"
#include "change/offset.h"

namespace tidemark {

class Handle;

struct LinkStart {
  // by_gtid(): everything after its GTIDs; else from offset.position, which is the start of an event.
  Offset offset;
  Uuid replica_uuid;
  std::string register_name;  // up to 60 bytes are sent; on MariaDB less, its end is the UUID there
};

class BinlogLink {
 public:
  static Result<std::unique_ptr<BinlogLink>> open(const ServerSettings& settings,
                                                  const LinkStart& start,
                                                  const std::stop_token& stop = {});
  ~BinlogLink();
  BinlogLink(const BinlogLink&) = delete;
  BinlogLink& operator=(const BinlogLink&) = delete;

  // Waits for the next event, heartbeats and artificial rotates included; header first, its checksum
  // (if any) last. The bytes live until the next read. Up to 1 GiB.
  Result<Bytes> read();

  // Events end with a CRC32.
  bool checksum() const { return checksum_; }
  std::chrono::milliseconds heartbeat() const { return heartbeat_; }
  std::uint64_t thread_id() const;

  // From any thread: a waiting read() returns kCancelled at once, and so does every later one.
  void interrupt();

 private:
  BinlogLink(std::unique_ptr<Handle> handle, std::chrono::milliseconds heartbeat);
  Status prepare(const LinkStart& start);
  Status negotiate_checksum();
  Status prepare_maria(const LinkStart& start);
  Status announce(const LinkStart& start);
  Status request_dump(const LinkStart& start);
  Error read_error(SteadyTime asked) const;

  const std::unique_ptr<Handle> handle_;
  const std::chrono::milliseconds heartbeat_;
  bool checksum_ = false;
};

// 0.8 of the keep-alive interval, between 1 ms and the server's maximum of 4294967 s.
std::chrono::milliseconds heartbeat_period(std::uint32_t keep_alive_interval_ms);
// Payloads of the commands, without the command's byte.
std::string register_payload(std::uint32_t server_id, std::string_view name);
std::string dump_payload(std::uint32_t server_id, std::string_view file, std::uint32_t pos,
                         std::uint16_t flags);
std::string gtid_dump_payload(std::uint32_t server_id, const GtidSet& executed);

}  // namespace tidemark
