// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/printer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <iterator>

#include "mysql/binlog/mariadb_event.h"
#include "mysql/binlog/rows.h"
#include "mysql/value/decimal.h"
#include "mysql/value/temporal.h"

namespace tidemark {
namespace {

// Length of the UTF-8 character at the start of `text`; 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t size = lead < 0x80                   ? 1
                           : lead >= 0xC2 && lead < 0xE0 ? 2
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xF0 && lead < 0xF5 ? 4
                                                         : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<std::uint8_t>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return size;
}

// Quoted; a byte that is no UTF-8 reads U+FFFD.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    const auto c = static_cast<std::uint8_t>(text[0]);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

// A statement on one line: blanks for line breaks and other controls.
void append_one_line(std::string& out, std::string_view text) {
  for (const char c : text) out += static_cast<std::uint8_t>(c) < 0x20 ? ' ' : c;
}

template <class T>
void append_real(std::string& out, T value) {
  std::array<char, 40> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_hex(std::string& out, std::string_view bytes) {
  out += "\"0x";
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(out), "{:02X}", static_cast<std::uint8_t>(c));
  }
  out += '"';
}

void append_temporal(std::string& out, const PlanColumn& column, const Value& value) {
  out += '"';
  switch (column.kind) {
    case ColumnKind::kDate:
      append_date(out, value.civil);
      break;
    case ColumnKind::kDatetime:
      append_datetime(out, value.civil, value.micros, column.fraction_digits);
      break;
    case ColumnKind::kTime:
      append_time(out, value.i64, column.fraction_digits);
      break;
    default:
      append_timestamp(out, value.i64, column.fraction_digits);
      break;
  }
  out += '"';
}

void append_value(std::string& out, const PlanColumn& column, const Value& value) {
  if (value.null) {
    out += "null";
    return;
  }
  switch (column.kind) {
    case ColumnKind::kInt:
    case ColumnKind::kYear:
      out += std::to_string(value.i64);
      break;
    case ColumnKind::kUint:
    case ColumnKind::kBit:
      out += std::to_string(value.u64);
      break;
    case ColumnKind::kFloat:
      append_real(out, value.f32);
      break;
    case ColumnKind::kDouble:
      append_real(out, value.f64);
      break;
    case ColumnKind::kDecimal64:
      append_decimal64(out, value.i64, column.scale);
      break;
    case ColumnKind::kDecimalText:
    case ColumnKind::kJson:
      out += value.text();
      break;
    case ColumnKind::kString:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kUuid:
    case ColumnKind::kInet:
      append_quoted(out, value.text());
      break;
    case ColumnKind::kBinary:
    case ColumnKind::kUnsupported:
    case ColumnKind::kGeometry:
    case ColumnKind::kPoint:
    case ColumnKind::kVector:
      append_hex(out, value.text());
      break;
    case ColumnKind::kDate:
    case ColumnKind::kTime:
    case ColumnKind::kDatetime:
    case ColumnKind::kTimestamp:
      append_temporal(out, column, value);
      break;
  }
}

template <class Carries>
void append_row(std::string& out, char mark, const RowPlan& plan, RowView row, Carries carries) {
  out += "  ";
  out += mark;
  out += " {";
  bool first = true;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!carries(i)) continue;
    if (!first) out += ", ";
    first = false;
    append_quoted(out, plan.columns()[i].name);
    out += ": ";
    append_value(out, plan.columns()[i], row[i]);
  }
  out += "}\n";
}

std::string utc(std::uint32_t timestamp) {
  std::string out;
  append_timestamp(out, std::int64_t{timestamp} * 1'000'000, 0);
  if (timestamp == 0) return "-";
  out[10] = 'T';
  return out + "Z";
}

// Prints one event; a method per body.
class EventPrinter {
 public:
  EventPrinter(const Event& event, const FormatDescription& format, PrintState& state,
               std::string& out)
      : event_(event), format_(format), state_(state), out_(out), start_(start_of(event.header)) {}

  Status print() {
    const EventHeader& header = event_.header;
    fmt::format_to(std::back_inserter(out_), "{} {} {}", place(), utc(header.timestamp),
                   to_string(header.type));
    const std::size_t line = out_.size();
    const Status status = body();
    if (!status) {
      // What was printed of a compressed transaction stays.
      if (header.type == EventType::kTransactionPayload) return status;
      out_.resize(line);
      out_ += status.error().kind() == ErrorKind::kCorrupt ? " damaged\n" : " not read\n";
      return std::unexpected<Error>(Error(status.error()).at(place()));
    }
    return {};
  }

 private:
  std::string place() const {
    return state_.file.empty() ? std::to_string(start_) : fmt::format("{}:{}", state_.file, start_);
  }
  // In files beyond 4 GiB the header's field wraps, and so does what is printed.
  static std::uint32_t start_of(const EventHeader& header) {
    return header.end_log_pos == 0 ? 0 : header.end_log_pos - header.size;
  }

  Status body() {
    switch (event_.header.type) {
      case EventType::kFormatDescription:
        return format_description();
      case EventType::kRotate:
        return rotate();
      case EventType::kGtid:
      case EventType::kAnonymousGtid:
      case EventType::kGtidTagged:
        return gtid();
      case EventType::kPreviousGtids:
        return previous_gtids();
      case EventType::kQuery:
      case EventType::kMariaQueryCompressed:
        return query();
      case EventType::kRowsQuery:
      case EventType::kMariaAnnotateRows:
        return rows_query();
      case EventType::kTransactionPayload:
        return payload();
      case EventType::kXaPrepare:
        return xa_prepare();
      case EventType::kMariaGtid:
        return maria_gtid();
      case EventType::kMariaGtidList:
        return maria_gtid_list();
      case EventType::kMariaBinlogCheckpoint:
        return binlog_checkpoint();
      case EventType::kMariaStartEncryption:
        return check_encryption(event_.header);
      case EventType::kXid:
        return xid();
      case EventType::kIncident:
        return incident();
      case EventType::kTableMap:
        return table_map();
      default:
        if (is_rows(event_.header.type)) return rows();
        break;
    }
    const EventUse use = use_of(event_.header.type, event_.header.flags);
    add(" size={}{}\n", event_.header.size, use == EventUse::kUnsupported ? " not decoded" : "");
    return {};
  }

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  Status format_description() {
    add(" server={} checksums={}\n", format_.server_version, format_.checksums ? "crc32" : "none");
    return {};
  }
  Status rotate() {
    const RotateEvent rotate = TRY(parse_rotate(event_));
    add(" to {}:{}\n", rotate.file, rotate.pos);
    state_.plans.clear();
    return {};
  }
  Status gtid() {
    const GtidEvent gtid = TRY(parse_gtid(event_));
    add(" {}", gtid.anonymous ? "anonymous" : gtid.gtid.text());
    if (gtid.transaction_length != 0) add(" bytes={}", gtid.transaction_length);
    if (gtid.original_commit_us != 0) add(" committed_us={}", gtid.original_commit_us);
    out_ += '\n';
    return {};
  }
  Status previous_gtids() {
    const GtidSet set = TRY(parse_previous_gtids(event_));
    add(" {}\n", set.text());
    return {};
  }
  Status query() {
    std::string unpacked;
    const QueryEvent query = TRY(parse_query(event_, unpacked));
    add(" thread={} db={} ", query.thread_id, query.database);
    append_one_line(out_, query.sql);
    out_ += '\n';
    return {};
  }
  Status rows_query() {
    const RowsQueryEvent query = TRY(parse_rows_query(event_));
    out_ += ' ';
    append_one_line(out_, query.sql);
    out_ += '\n';
    return {};
  }
  Status payload() {
    const PayloadHead head = TRY(parse_payload(event_));
    add(" {} bytes={} uncompressed={}\n",
        head.compression == PayloadCompression::kZstd ? "zstd" : "none", head.payload.size(),
        head.uncompressed_size);
    TRY(state_.payload.open(event_));
    while (const std::optional<Event> inner = TRY(state_.payload.next())) {
      EventPrinter printer(*inner, format_, state_, out_);
      printer.start_ = start_;
      TRY(printer.print());
      if (state_.relieve) state_.relieve(out_);
    }
    return {};
  }
  Status xa_prepare() {
    const XaPrepareEvent prepare = TRY(parse_xa_prepare(event_));
    add(" {}{}\n", prepare.xid.text(), prepare.one_phase ? " one phase" : "");
    return {};
  }
  Status maria_gtid() {
    const MariaGtidEvent gtid = TRY(parse_maria_gtid(event_));
    add(" {}", gtid.gtid.text());
    if (gtid.standalone()) out_ += " standalone";
    if (gtid.ddl()) out_ += " ddl";
    if (gtid.commit_id != 0) add(" commit_id={}", gtid.commit_id);
    if (gtid.xa) add(" xa {} {}", gtid.prepared_xa() ? "prepare" : "complete", gtid.xa->text());
    out_ += '\n';
    return {};
  }
  Status maria_gtid_list() {
    const MariaGtidListEvent list = TRY(parse_maria_gtid_list(event_));
    out_ += ' ';
    for (const MariaGtid& gtid : list.gtids) {
      if (&gtid != list.gtids.data()) out_ += ',';
      out_ += gtid.text();
    }
    out_ += '\n';
    return {};
  }
  Status binlog_checkpoint() {
    add(" {}\n", TRY(parse_binlog_checkpoint(event_)));
    return {};
  }
  Status xid() {
    add(" {}\n", TRY(parse_xid(event_)).xid);
    return {};
  }
  Status incident() {
    const IncidentEvent incident = TRY(parse_incident(event_));
    add(" {} ", incident.number);
    append_one_line(out_, incident.message);
    out_ += '\n';
    return {};
  }

  Status table_map() {
    const TableMap map = TRY(parse_table_map(event_, format_));
    add(" id={} {} columns={}\n", map.table_id, map.table_text(), map.columns.size());
    RowPlan plan = TRY(RowPlan::compile(map));
    state_.plans.insert_or_assign(map.table_id, std::move(plan));
    return {};
  }

  Status rows() {
    const RowsTarget target = TRY(peek_table_id(event_, format_));
    const auto found = state_.plans.find(target.table_id);
    if (found == state_.plans.end()) {
      add(" id={} of an unknown table\n", target.table_id);
      return {};
    }
    const RowPlan& plan = found->second;
    RowsReader reader = TRY(RowsReader::open(event_, format_, plan, state_.scratch));
    add(" {}{}\n", plan.table_text(), reader.full_images() ? "" : " partial");
    for (;;) {
      RowView before;
      RowView after;
      if (!TRY(reader.next(&before, &after))) return {};
      if (!before.empty()) {
        append_row(out_, '-', plan, before,
                   [&](std::size_t i) { return reader.before_carries(i); });
      }
      if (!after.empty()) {
        append_row(out_, '+', plan, after, [&](std::size_t i) { return reader.after_carries(i); });
      }
    }
  }

  const Event& event_;
  const FormatDescription& format_;
  PrintState& state_;
  std::string& out_;
  std::uint32_t start_;
};

}  // namespace

Status print_event(const Event& event, const FormatDescription& format, PrintState& state,
                   std::string& out) {
  return EventPrinter(event, format, state, out).print();
}

}  // namespace tidemark
