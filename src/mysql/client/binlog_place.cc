// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/binlog_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "mysql/client/server_info.h"

namespace tidemark {
namespace {

// Columns of SHOW BINLOG EVENTS.
constexpr std::size_t kPos = 1;
constexpr std::size_t kType = 2;
constexpr std::size_t kInfo = 5;
constexpr std::size_t kColumns = 6;

constexpr std::string_view kPreviousGtids = "Previous_gtids";
constexpr std::uint64_t kFirstPosition = 4;

// `file` is one that the server has named. This statement takes no other literal than a plain one.
std::string events_of(std::string_view file, std::string_view rest) {
  std::string name;
  for (const char c : file) name.append(c == '\'' || c == '\\' ? 2 : 1, c);
  return fmt::format("SHOW BINLOG EVENTS IN '{}'{}", name, rest);
}

// "SET @@SESSION.GTID_NEXT= 'uuid:5'"; nothing for an anonymous transaction.
Result<std::optional<Gtid>> gtid_of(std::string_view info) {
  const std::size_t from = info.find('\'');
  const std::size_t to = info.rfind('\'');
  if (from == std::string_view::npos || to <= from + 1) return std::optional<Gtid>();
  const std::string_view text = info.substr(from + 1, to - from - 1);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::optional<Gtid>();
  Gtid gtid;
  gtid.source = TRY(Uuid::parse(text.substr(0, text.find(':'))));
  if (text.find(':') != colon)
    gtid.tag = text.substr(text.find(':') + 1, colon - text.find(':') - 1);
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), gtid.number);
  return std::optional(gtid);
}

Result<GtidSet> previous_gtids(Connection& connection, std::string_view file) {
  const ResultSet rows = TRY(connection.query(events_of(file, " LIMIT 3")));
  for (const ResultSet::Row row : rows.rows()) {
    if (row.size() == kColumns && row[kType].value_or("") == kPreviousGtids)
      return GtidSet::parse(row[kInfo].value_or(""));
  }
  return GtidSet();
}

}  // namespace

bool begins_between_transactions(std::string_view type) {
  constexpr std::array<std::string_view, 11> kTypes{
      "Format_desc", "Previous_gtids",    "Gtid",      "Gtid_tagged", "Anonymous_Gtid",  "Rotate",
      "Stop",        "Binlog_checkpoint", "Gtid_list", "Heartbeat",   "Start_encryption"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

Status check_stream_can_begin(Connection& connection, const Position& at) {
  const auto files = TRY(list_binlogs(connection));
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const auto& f) { return f.name == at.file; });
  if (file == files.end()) {
    return fail(ErrorKind::kRejected, fmt::format("the server has no binlog {}", at.file),
                files.empty() ? std::string("see SHOW BINARY LOGS")
                              : fmt::format("its binlogs are {} to {}", files.front().name,
                                            files.back().name));
  }
  if (at.pos > file->bytes) {
    return fail(ErrorKind::kRejected, fmt::format("{} ends at {}", at.file, file->bytes),
                fmt::format("give a position from {} to {}", kFirstPosition, file->bytes));
  }
  const auto rows = connection.query(events_of(at.file, fmt::format(" FROM {} LIMIT 1", at.pos)));
  if (!rows) {
    if (rows.error().kind() == ErrorKind::kRetryable ||
        rows.error().kind() == ErrorKind::kCancelled)
      return std::unexpected(rows.error());
    return fail(ErrorKind::kRejected,
                fmt::format("no event begins at {}: {}", at.text(), rows.error().message()),
                "take a position from SHOW BINLOG EVENTS");
  }
  if (rows->empty()) return {};  // the end of the file
  const ResultSet::Row row = rows->rows()[0];
  const std::string_view type = row.size() == kColumns ? row[kType].value_or("") : "";
  if (row.size() != kColumns || row[kPos].value_or("") != std::to_string(at.pos)) {
    return fail(ErrorKind::kRejected, fmt::format("no event begins at {}", at.text()),
                "take a position from SHOW BINLOG EVENTS");
  }
  if (begins_between_transactions(type)) return {};
  return fail(
      ErrorKind::kRejected,
      fmt::format("{} lies inside a transaction: a {} event begins there", at.text(), type),
      "give the position where a transaction begins (a Gtid or Anonymous_Gtid event in SHOW "
      "BINLOG EVENTS)");
}

Result<GtidSet> executed_before(Connection& connection, const Position& at) {
  GtidSet done;
  bool passed = false;
  const auto read = connection.stream(
      events_of(at.file, ""),
      [&](const char* const* cells, const unsigned long* lengths, unsigned columns) -> Status {
        const auto cell = [&](std::size_t i) {
          return cells[i] == nullptr ? std::string_view() : std::string_view(cells[i], lengths[i]);
        };
        if (columns != kColumns)
          return fail(ErrorKind::kServer, "SHOW BINLOG EVENTS has other columns than six");
        std::uint64_t pos = 0;
        const std::string_view text = cell(kPos);
        std::from_chars(text.data(), text.data() + text.size(), pos);
        if (pos >= at.pos) {
          passed = true;
          return fail(ErrorKind::kCancelled, "the place is reached");
        }
        if (cell(kType) == kPreviousGtids) done.add(TRY(GtidSet::parse(cell(kInfo))));
        if (!cell(kType).starts_with("Gtid")) return {};
        if (const auto gtid = TRY(gtid_of(cell(kInfo)))) done.add(*gtid);
        return {};
      });
  if (!read && !passed) return std::unexpected(read.error());
  return done;
}

Result<Position> place_behind(Connection& connection, const GtidSet& done) {
  auto files = TRY(list_binlogs(connection));
  std::reverse(files.begin(), files.end());
  for (const BinlogFileInfo& file : files) {
    if (done.contains(TRY(previous_gtids(connection, file.name))))
      return Position{file.name, kFirstPosition};
  }
  return fail(ErrorKind::kRejected, "the server has purged what follows that GTID set",
              "give a set that holds all of @@global.gtid_purged");
}

}  // namespace tidemark
