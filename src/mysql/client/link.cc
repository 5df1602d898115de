// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/link.h"

#include <fmt/format.h>
#include <mysql.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "mysql/client/connection.h"
#include "mysql/client/handle.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

constexpr auto kComBinlogDumpGtid =
    static_cast<enum_server_command>(30);  // not in the library's list
constexpr std::size_t kRegisterNameMax = 60;  // HOSTNAME_LENGTH before 8.0.17
constexpr std::size_t kUuidText = 36;
constexpr std::uint64_t kFirstEventAt = 4;    // after the file's magic
// Of COM_BINLOG_DUMP, MariaDB: without it the server leaves ANNOTATE_ROWS events out.
constexpr std::uint16_t kSendAnnotateRows = 2;
// Without a heartbeat from a busy server for a moment no link is given up.
constexpr milliseconds kSilenceMin{2'000};
constexpr milliseconds kHeartbeatMax{4'294'967'000};

milliseconds silence_max(milliseconds heartbeat) { return std::max(2 * heartbeat, kSilenceMin); }

void append_short_text(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

// Cut so that no UTF-8 sequence is broken.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

milliseconds heartbeat_period(std::uint32_t keep_alive_interval_ms) {
  const milliseconds period{std::uint64_t{keep_alive_interval_ms} * 8 / 10};
  return std::clamp(period, milliseconds{1}, kHeartbeatMax);
}

std::string register_payload(std::uint32_t server_id, std::string_view name) {
  std::string out;
  append_le<std::uint32_t>(out, server_id);
  append_short_text(out, cut(name, kRegisterNameMax));
  append_short_text(out, "");         // user, shown with --show-replica-auth-info
  append_short_text(out, "");         // password, likewise
  append_le<std::uint16_t>(out, 0);   // port
  append_le<std::uint32_t>(out, 0);   // recovery rank, unused
  append_le<std::uint32_t>(out, 0);   // source id, filled by the server
  return out;
}

std::string dump_payload(std::uint32_t server_id, std::string_view file, std::uint32_t pos,
                         std::uint16_t flags) {
  std::string out;
  append_le<std::uint32_t>(out, pos);
  append_le<std::uint16_t>(out, flags);
  append_le<std::uint32_t>(out, server_id);
  out += file;
  return out;
}

std::string gtid_dump_payload(std::uint32_t server_id, const GtidSet& executed) {
  const std::string gtids = executed.encode();
  std::string out;
  append_le<std::uint16_t>(out, 0);  // flags
  append_le<std::uint32_t>(out, server_id);
  append_le<std::uint32_t>(out, 0);  // size of the file name: found by GTID
  append_le<std::uint64_t>(out, kFirstEventAt);
  append_le<std::uint32_t>(out, static_cast<std::uint32_t>(gtids.size()));
  out += gtids;
  return out;
}

BinlogLink::BinlogLink(std::unique_ptr<Handle> handle, milliseconds heartbeat)
    : handle_(std::move(handle)), heartbeat_(heartbeat) {}
BinlogLink::~BinlogLink() = default;

Result<std::unique_ptr<BinlogLink>> BinlogLink::open(const ServerSettings& settings,
                                                     const LinkStart& start,
                                                     const std::stop_token& stop) {
  const milliseconds heartbeat = heartbeat_period(settings.keep_alive_interval_ms);
  auto handle = TRY(Handle::connect(settings, silence_max(heartbeat), stop));
  std::unique_ptr<BinlogLink> link(new BinlogLink(std::move(handle), heartbeat));
  const std::stop_callback interrupt(stop, [&] { link->interrupt(); });
  TRY(link->prepare(start));
  return link;
}

Status BinlogLink::prepare(const LinkStart& start) {
  TRY(handle_->execute("SET NAMES utf8mb4"));
  TRY(negotiate_checksum());
  const auto period_ns = std::chrono::nanoseconds(heartbeat_).count();
  TRY(handle_->execute(fmt::format(
      "SET @source_heartbeat_period = {0}, @master_heartbeat_period = {0}", period_ns)));
  if (handle_->is_mariadb()) {
    TRY(prepare_maria(start));
  } else {
    const std::string uuid = Connection::quote_text(start.replica_uuid.text());
    TRY(handle_->execute(fmt::format("SET @replica_uuid = {0}, @slave_uuid = {0}", uuid)));
  }
  const ServerSettings& settings = handle_->settings();
  if (settings.net_write_timeout_s > 0)
    TRY(handle_->execute(fmt::format("SET net_write_timeout = {}", settings.net_write_timeout_s)));
  if (settings.net_read_timeout_s > 0)
    TRY(handle_->execute(fmt::format("SET net_read_timeout = {}", settings.net_read_timeout_s)));
  TRY(announce(start));
  return request_dump(start);
}

// MARIA_SLAVE_CAPABILITY_GTID is 4: events come as they are logged. Strict: a GTID that the log lacks, where
// later ones of its domain are there, is an error and no new beginning.
Status BinlogLink::prepare_maria(const LinkStart& start) {
  TRY(handle_->execute("SET @mariadb_slave_capability = 4"));
  if (!start.offset.maria_gtids) return {};
  const std::string done = Connection::quote_text(start.offset.maria_gtids->text());
  return handle_->execute(
      fmt::format("SET @slave_connect_state = {}, @slave_gtid_strict_mode = 1,"
                  " @slave_gtid_ignore_duplicates = 0",
                  done));
}

// Tells the server that we know checksums, so that it sends them as they are in its files.
Status BinlogLink::negotiate_checksum() {
  TRY(
      handle_->execute("SET @source_binlog_checksum = @@global.binlog_checksum,"
                       " @master_binlog_checksum = @@global.binlog_checksum"));
  TRY(handle_->send("SELECT @source_binlog_checksum"));
  const ResultSet result(mysql_store_result(handle_->mysql()));
  if (result.empty() || result.rows()[0].empty() || !result.rows()[0][0])
    return std::unexpected(handle_->last_error(ErrorPhase::kStatement));
  const std::string_view algorithm = *result.rows()[0][0];
  if (algorithm != "CRC32" && algorithm != "NONE")
    return fail(ErrorKind::kUnsupported, fmt::format("binlog_checksum is {}", algorithm),
                "SET PERSIST binlog_checksum = 'CRC32'");
  checksum_ = algorithm == "CRC32";
  return {};
}

Status BinlogLink::announce(const LinkStart& start) {
  std::string name = start.register_name;
  // No other field of MariaDB tells our former self from another replica.
  if (handle_->is_mariadb())
    name = fmt::format("{}/{}", cut(name, kRegisterNameMax - kUuidText - 1),
                       start.replica_uuid.text());
  const std::string payload = register_payload(handle_->settings().server_id, name);
  MYSQL* const mysql = handle_->mysql();
  // Without skip_check the library reads the reply, an OK packet or an error.
  if (mysql->methods->db_command(mysql, COM_REGISTER_SLAVE, payload.data(), payload.size(), 0,
                                 nullptr) != 0)
    return std::unexpected(handle_->last_error(ErrorPhase::kDump));
  return {};
}

Status BinlogLink::request_dump(const LinkStart& start) {
  const std::uint32_t server_id = handle_->settings().server_id;
  std::string payload;
  const std::uint16_t flags = handle_->is_mariadb() ? kSendAnnotateRows : std::uint16_t{0};
  if (start.offset.maria_gtids) {
    payload = dump_payload(server_id, "", kFirstEventAt, flags);  // found by @slave_connect_state
  } else if (start.offset.gtid_mode) {
    payload = gtid_dump_payload(server_id, start.offset.gtids);
  } else {
    const std::uint64_t pos = std::max(start.offset.position.pos, kFirstEventAt);
    if (pos > UINT32_MAX)
      return fail(ErrorKind::kUnsupported,
                  fmt::format("{}: the protocol cannot name a position beyond 4 GiB",
                              start.offset.position.text()),
                  "use GTIDs (gtid_mode=ON), or keep transactions under max_binlog_size");
    payload =
        dump_payload(server_id, start.offset.position.file, static_cast<std::uint32_t>(pos), flags);
  }
  const auto command = start.offset.gtid_mode ? kComBinlogDumpGtid : COM_BINLOG_DUMP;
  MYSQL* const mysql = handle_->mysql();
  if (mysql->methods->db_command(mysql, command, payload.data(), payload.size(), 1, nullptr) != 0)
    return std::unexpected(handle_->last_error(ErrorPhase::kDump));
  return {};
}

Result<Bytes> BinlogLink::read() {
  const auto asked = SystemClock().steady();
  MYSQL* const mysql = handle_->mysql();
  if (handle_->interrupted()) return std::unexpected(handle_->last_error(ErrorPhase::kDump));
  const unsigned long size = mysql_net_read_packet(mysql);
  if (size == packet_error || size == static_cast<unsigned long>(-1))
    return std::unexpected(read_error(asked));
  const std::uint8_t* const packet = mysql->net.read_pos;
  if (size > 1 && packet[0] == 0) return Bytes(packet + 1, size - 1);
  if (size > 0 && packet[0] == 0xFE && size < 9)
    return fail(ErrorKind::kRetryable,
                fmt::format("{} ended the binlog stream", endpoint_text(handle_->settings())),
                "nothing, if it passes: the server shuts down, or a newer link of ours took over");
  return fail(ErrorKind::kCorrupt, fmt::format("a packet of {} bytes is no binlog event", size));
}

Error BinlogLink::read_error(SteadyTime asked) const {
  Error error = handle_->last_error(ErrorPhase::kDump);
  const auto waited = std::chrono::duration_cast<milliseconds>(SystemClock().steady() - asked);
  if (error.kind() != ErrorKind::kRetryable || waited < silence_max(heartbeat_)) return error;
  return {
      ErrorKind::kRetryable,
      fmt::format("the binlog stream of {} is silent: neither an event nor a heartbeat for {} ms",
                  endpoint_text(handle_->settings()), waited.count()),
      "see whether the server hangs or the network dropped the connection"};
}

std::uint64_t BinlogLink::thread_id() const { return mysql_thread_id(handle_->mysql()); }
void BinlogLink::interrupt() { handle_->interrupt(); }

}  // namespace tidemark
