// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace tidemark {
namespace {

struct Rule {
  unsigned number;
  ErrorKind kind;
  std::string_view remedy;  // {0} account, {1} host, {2} port
};

constexpr std::string_view kReach =
    "check database.hostname ({1}) and database.port ({2}), that the server runs and that no "
    "firewall is in between";
constexpr std::string_view kWait = "nothing, if it passes soon: see whether the server runs";

constexpr std::array kRules{
    // The client library.
    Rule{2001, ErrorKind::kRetryable, "check the limit of open files (ulimit -n)"},
    Rule{2002, ErrorKind::kRetryable, kReach},
    Rule{2003, ErrorKind::kRetryable, kReach},
    Rule{2004, ErrorKind::kRetryable, "check the limit of open files (ulimit -n)"},
    Rule{2005, ErrorKind::kRetryable,
         "check database.hostname: the name {1} does not resolve here"},
    Rule{2006, ErrorKind::kRetryable, kWait},
    Rule{2012, ErrorKind::kRetryable, kReach},
    Rule{2013, ErrorKind::kRetryable, kWait},
    Rule{2055, ErrorKind::kRetryable, kWait},
    Rule{
        2027, ErrorKind::kRetryable,
        "check that database.port ({2}) is MySQL's own protocol, not X protocol (33060) or another "
        "service"},
    Rule{
        2007, ErrorKind::kServer,
        "check that database.port ({2}) is MySQL's own protocol, not X protocol (33060) or another "
        "service"},
    Rule{2008, ErrorKind::kRetryable, "give the process more memory"},
    Rule{2020, ErrorKind::kServer, "a packet exceeds 1 GiB, the protocol's limit"},
    Rule{2054, ErrorKind::kUnsupported, ""},
    Rule{2059, ErrorKind::kServer,
         "install the library's authentication plugins, or: ALTER USER {0} IDENTIFIED WITH "
         "caching_sha2_password BY '...'"},
    Rule{2061, ErrorKind::kServer,
         "use database.ssl.mode=required, or let the server offer its RSA key "
         "(caching_sha2_password_public_key_path)"},
    Rule{5010, ErrorKind::kServer,
         "check database.user and database.password; if they are right, the account asks for an "
         "authentication that would show the password: ALTER USER {0} IDENTIFIED WITH "
         "caching_sha2_password BY '...'"},
    Rule{5013, ErrorKind::kRetryable, kWait},
    Rule{5014, ErrorKind::kRetryable, kWait},
    // The server, while it cannot serve.
    Rule{1040, ErrorKind::kRetryable,
         "raise max_connections on the server, or close idle sessions"},
    Rule{1042, ErrorKind::kRetryable,
         "the server cannot resolve our address: see skip_name_resolve"},
    Rule{1043, ErrorKind::kRetryable, kReach},
    Rule{1053, ErrorKind::kRetryable, "the server shuts down: start it again"},
    Rule{1077, ErrorKind::kRetryable, "the server shuts down: start it again"},
    Rule{1080, ErrorKind::kRetryable, kWait},
    Rule{1152, ErrorKind::kRetryable, kWait},
    Rule{1158, ErrorKind::kRetryable, kWait},
    Rule{1159, ErrorKind::kRetryable, kWait},
    Rule{1160, ErrorKind::kRetryable, kWait},
    Rule{1161, ErrorKind::kRetryable, kWait},
    Rule{1184, ErrorKind::kRetryable, kWait},
    Rule{1189, ErrorKind::kRetryable, kWait},
    Rule{1190, ErrorKind::kRetryable, kWait},
    Rule{1203, ErrorKind::kRetryable, "raise max_user_connections of {0}"},
    Rule{1205, ErrorKind::kRetryable,
         "find who holds the lock: SELECT * FROM sys.schema_table_lock_waits, "
         "sys.innodb_lock_waits"},
    Rule{1213, ErrorKind::kRetryable, kWait},
    Rule{1226, ErrorKind::kRetryable,
         "raise the account's resource limits: ALTER USER {0} WITH ..."},
    Rule{1317, ErrorKind::kRetryable, kWait},
    Rule{1412, ErrorKind::kRetryable, kWait},
    Rule{1683, ErrorKind::kRetryable, kWait},
    Rule{1927, ErrorKind::kRetryable, kWait},
    Rule{1969, ErrorKind::kRetryable, "raise max_statement_time on the server"},
    Rule{3024, ErrorKind::kRetryable, "raise max_execution_time on the server"},
    Rule{3032, ErrorKind::kRetryable,
         "the server is in offline_mode: SET GLOBAL offline_mode = OFF"},
    Rule{3169, ErrorKind::kRetryable, kWait},
    Rule{3572, ErrorKind::kRetryable, kWait},
    Rule{4031, ErrorKind::kRetryable, kWait},
    // The server, for good.
    Rule{1045, ErrorKind::kServer,
         "check database.user and database.password, and that the account {0} exists: CREATE USER "
         "{0} IDENTIFIED BY '...'"},
    Rule{1698, ErrorKind::kServer,
         "the account logs in by socket only: ALTER USER {0} IDENTIFIED WITH caching_sha2_password "
         "BY '...'"},
    Rule{1049, ErrorKind::kServer, "check the database's name; names may be case-sensitive"},
    Rule{
        1129, ErrorKind::kServer,
        "TRUNCATE TABLE performance_schema.host_cache on the server, after the cause of the broken "
        "connections is gone"},
    Rule{1130, ErrorKind::kServer,
         "create an account that may come from this machine: CREATE USER {0} IDENTIFIED BY '...'"},
    Rule{1146, ErrorKind::kServer, "check the table's name; names may be case-sensitive"},
    Rule{1193, ErrorKind::kUnsupported, "the server's version lacks this variable"},
    Rule{1251, ErrorKind::kServer, "ALTER USER {0} IDENTIFIED WITH caching_sha2_password BY '...'"},
    Rule{1290, ErrorKind::kServer, "the server runs with an option that forbids this statement"},
    Rule{1820, ErrorKind::kServer, "the password has expired: ALTER USER {0} IDENTIFIED BY '...'"},
    Rule{1862, ErrorKind::kServer, "the password has expired: ALTER USER {0} IDENTIFIED BY '...'"},
    Rule{1836, ErrorKind::kServer, "the server is read-only"},
    Rule{3118, ErrorKind::kServer, "ALTER USER {0} ACCOUNT UNLOCK"},
    Rule{3159, ErrorKind::kServer, "the server asks for TLS: set database.ssl.mode=required"},
};

// Their texts quote cells or statements.
constexpr std::array kPrivateTexts{1062U, 1064U, 1149U, 1264U, 1292U, 1366U,
                                   1367U, 1406U, 1411U, 1525U, 1586U, 3140U};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t N>
bool has_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](auto part) { return has(text, part); });
}

// The text between `from` and `to`, both excluded.
std::optional<std::string_view> between(std::string_view text, std::string_view from,
                                        std::string_view to) {
  const std::size_t start = text.find(from);
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t at = start + from.size();
  const std::size_t end = text.find(to, at);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(at, end - at);
}

std::string shown(unsigned number, std::string_view text) {
  const bool is_private =
      std::find(kPrivateTexts.begin(), kPrivateTexts.end(), number) != kPrivateTexts.end();
  if (is_private || text.empty()) return fmt::format("error {}", number);
  return fmt::format("{} (error {})", text, number);
}

std::string filled(std::string_view remedy, const ServerSettings& settings,
                   std::string_view server_text) {
  if (remedy.find('{') == std::string_view::npos) return std::string(remedy);
  return fmt::format(fmt::runtime(remedy), account_in(server_text, settings.user), settings.host,
                     settings.port);
}

bool is_denial(unsigned number) {
  return number == 1044 || number == 1142 || number == 1143 || number == 1227 || number == 1370;
}

// Error 2026 covers a bad certificate and a connection that broke inside TLS.
Error map_tls(const ServerSettings& settings, ErrorPhase phase, std::string_view text) {
  constexpr std::array<std::string_view, 7> kBroken{
      "unexpected eof", "reset", "Lost", "timed out", "Success", "temporarily", "Broken pipe"};
  std::string message = fmt::format("TLS with {}: {}", endpoint_text(settings), shown(2026, text));
  if (phase != ErrorPhase::kConnect || has_any(text, kBroken))
    return {ErrorKind::kRetryable, std::move(message), std::string(kWait)};
  constexpr std::array<std::string_view, 5> kFiles{"No such file", "PEM", "no start line",
                                                   "bad decrypt", "key values mismatch"};
  if (has_any(text, kFiles))
    return {ErrorKind::kRejected, std::move(message),
            "check the PEM files of database.ssl.*: CA, certificate and key (and its password)"};
  if (has(text, "Validation of SSL server certificate failed") || has(text, "match"))
    return {ErrorKind::kServer, std::move(message),
            fmt::format("the server's certificate is not for {}: connect by a name in it, or use "
                        "database.ssl.mode=verify_ca",
                        settings.host)};
  return {ErrorKind::kServer, std::move(message),
          "check that the CA file signed the server's certificate and that both sides share a TLS "
          "version; database.ssl.mode=required encrypts without checking"};
}

std::string_view phase_text(ErrorPhase phase) {
  switch (phase) {
    case ErrorPhase::kConnect:
      return "cannot connect to";
    case ErrorPhase::kStatement:
      return "statement failed at";
    case ErrorPhase::kDump:
      return "binlog stream failed at";
  }
  return "";
}

struct DumpRule {
  std::string_view part;  // of the server's text, 5.7 to 9.7 and MariaDB
  ErrorKind kind;
  std::string_view remedy;
};

constexpr std::string_view kNewSnapshot =
    "restore the missing binlogs on the server, or delete the offset to take a new snapshot "
    "(snapshot.mode=when_needed does so by itself); raise binlog_expire_logs_seconds";

constexpr std::string_view kAgain =
    "nothing, if it passes: the stream is asked for again; else look into the server's error log";

constexpr std::array kDumpRules{
    // The same UUID or the same id, and no UUID, registered again.
    DumpRule{"same server_uuid/server_id", ErrorKind::kConflict,
             "stop the other process, or give this one its own database.server.id and offset file"},
    DumpRule{"purged required binary logs", ErrorKind::kPositionLost, kNewSnapshot},
    DumpRule{"has purged binary logs containing GTIDs", ErrorKind::kPositionLost, kNewSnapshot},
    DumpRule{"Could not find GTID state requested by slave", ErrorKind::kPositionLost,
             kNewSnapshot},
    DumpRule{
        "requested to start from GTID", ErrorKind::kPositionLost,
        "the server has not logged what was streamed already (reset, restored, or another server): "
        "connect to one that has that history, or delete the offset to take a new snapshot"},
    DumpRule{"is missing the GTID", ErrorKind::kPositionLost,
             "the server's log has a hole where our position is: connect to the server that was "
             "streamed, or delete the offset to take a new snapshot"},
    DumpRule{"Could not find first log file name", ErrorKind::kPositionLost, kNewSnapshot},
    DumpRule{
        "more GTIDs than the", ErrorKind::kPositionLost,
        "the server lost transactions that were streamed already (restored, or another server): "
        "delete the offset to take a new snapshot"},
    DumpRule{
        "start replication from position >", ErrorKind::kPositionLost,
        "the server's binlog is shorter than our offset (restored, or another server): delete the "
        "offset to take a new snapshot"},
    DumpRule{"impossible position", ErrorKind::kPositionLost, kNewSnapshot},
    DumpRule{
        "bogus data in log event", ErrorKind::kPositionLost,
        "our position is not the start of an event there (restored, or another server), or the "
        "binlog is damaged (mysqlbinlog --verify-binlog-checksum): delete the offset to take a "
        "new snapshot"},
    DumpRule{"truncated in the middle of event", ErrorKind::kPositionLost,
             "the binlog is damaged: delete the offset to take a new snapshot"},
    DumpRule{"event read from binlog did not pass crc check", ErrorKind::kPositionLost,
             "the binlog is damaged: delete the offset to take a new snapshot"},
    // Events beyond the dump's limit of 1 GiB cannot be logged: the bytes there are no event header.
    DumpRule{
        "exceeded max_allowed_packet", ErrorKind::kPositionLost,
        "our position is not the start of an event there (restored, or another server): delete the "
        "offset to take a new snapshot"},
    // RESET under an open dump, or a file that was removed: the next dump says which.
    DumpRule{"could not find next log", ErrorKind::kRetryable, kAgain},
    DumpRule{"I/O error reading log event", ErrorKind::kRetryable, kAgain},
    DumpRule{"Binary log is not open", ErrorKind::kServer,
             "start the server with log_bin (and without --skip-log-bin)"},
    DumpRule{"server_id was not set", ErrorKind::kServer,
             "SET GLOBAL server_id to a number above 0"},
    DumpRule{"server id was not set", ErrorKind::kServer,
             "SET GLOBAL server_id to a number above 0"},
    DumpRule{"AUTO_POSITION", ErrorKind::kServer,
             "set gtid_mode=ON again, or delete the offset to take a new snapshot"},
    DumpRule{"checksum", ErrorKind::kServer, "SET GLOBAL binlog_checksum = 'CRC32'"},
};

}  // namespace

std::string endpoint_text(const ServerSettings& settings) {
  return fmt::format("{}@{}:{}", settings.user, settings.host, settings.port);
}

std::string account_in(std::string_view server_text, std::string_view user) {
  const std::size_t at = server_text.find("'@'");
  if (at != std::string_view::npos && at > 0) {
    const std::size_t open = server_text.rfind('\'', at - 1);
    const std::size_t close = server_text.find('\'', at + 3);
    if (open != std::string_view::npos && close != std::string_view::npos)
      return std::string(server_text.substr(open, close + 1 - open));
  }
  return fmt::format("'{}'@'%'", user);
}

std::string missing_grant(unsigned number, std::string_view server_text, std::string_view user) {
  const std::string account = account_in(server_text, user);
  if (number == 1227) {
    const auto list = between(server_text, "at least one of) the ", " privilege");
    if (!list) return {};
    // "SUPER, REPLICATION CLIENT": the last is the narrowest. "RELOAD or FLUSH_TABLES": the first is known
    // to every version.
    const std::size_t comma = list->rfind(", ");
    auto name = comma == std::string_view::npos ? *list : list->substr(comma + 2);
    name = name.substr(0, name.find(" or "));
    return fmt::format("GRANT {} ON *.* TO {}", name, account);
  }
  if (number == 1044) {
    const auto database = between(server_text, "to database '", "'");
    if (!database) return {};
    return fmt::format("GRANT SELECT ON `{}`.* TO {}", *database, account);
  }
  if (number == 1142 || number == 1143) {
    const std::size_t denied = server_text.find(" command denied");
    const auto table = between(server_text, "for table '", "'");
    if (denied == std::string_view::npos || !table) return {};
    // The server names the table without its database.
    return fmt::format("GRANT {} ON <database>.`{}` TO {}", server_text.substr(0, denied), *table,
                       account);
  }
  return {};
}

Error map_error(const ServerSettings& settings, ErrorPhase phase, unsigned number,
                std::string_view server_text) {
  // The library may print the server's random challenge into this one; and for users it does not know, the
  // server asks for any plugin at all, so that they cannot be told from those it knows.
  if (number == kErrPluginNotAllowed) {
    server_text =
        "access denied: the server asks for an authentication plugin that is not allowed here, as "
        "it does for unknown users";
  }
  if (number == 2026) return map_tls(settings, phase, server_text);
  if (number == kErrBinlogDump) return map_dump_error(settings, server_text);
  std::string message = fmt::format("{} {}: {}", phase_text(phase), endpoint_text(settings),
                                    shown(number, server_text));
  if (number == kErrAccessDenied && phase == ErrorPhase::kDump)  // the login is long past
    return {ErrorKind::kServer, std::move(message),
            fmt::format("GRANT REPLICATION SLAVE ON *.* TO {}",
                        account_in(server_text, settings.user))};
  if (is_denial(number)) {
    std::string grant = missing_grant(number, server_text, settings.user);
    if (grant.empty())
      grant = fmt::format("look at SHOW GRANTS FOR {}", account_in(server_text, settings.user));
    return {ErrorKind::kServer, std::move(message), std::move(grant)};
  }
  const auto* const rule =
      std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) { return r.number == number; });
  if (rule == kRules.end()) return {ErrorKind::kServer, std::move(message)};
  const bool unreachable = phase == ErrorPhase::kConnect && rule->remedy == kWait;
  return {rule->kind, std::move(message),
          filled(unreachable ? kReach : rule->remedy, settings, server_text)};
}

Error map_dump_error(const ServerSettings& settings, std::string_view server_text) {
  std::string message = fmt::format("the server ended the binlog stream of {}: {}",
                                    endpoint_text(settings), shown(kErrBinlogDump, server_text));
  const auto* const rule =
      std::find_if(kDumpRules.begin(), kDumpRules.end(),
                   [&](const DumpRule& r) { return has(server_text, r.part); });
  if (rule == kDumpRules.end())
    return {ErrorKind::kServer, std::move(message), "look into the server's error log"};
  if (rule->kind == ErrorKind::kConflict)
    message += fmt::format("; our server id is {}", settings.server_id);
  return {rule->kind, std::move(message), std::string(rule->remedy)};
}

}  // namespace tidemark
