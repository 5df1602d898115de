// SPDX-License-Identifier: Apache-2.0
#include "control/watermark.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/assert.h"
#include "base/json.h"
#include "control/signal.h"

namespace tidemark {
namespace {

constexpr std::string_view kOpenSuffix = "-open";
constexpr std::string_view kCloseSuffix = "-close";
constexpr std::size_t kUuidChars = 36;

// 2026-01-02T03:04:05.678901Z
std::string instant(std::int64_t wall_ns) {
  const std::int64_t micros = wall_ns / 1000;
  const auto seconds = static_cast<std::time_t>(micros / 1'000'000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds), micros % 1'000'000);
}

// Correct under every sql_mode: a backslash means another thing under NO_BACKSLASH_ESCAPES, so text that
// holds one goes in hex.
std::string literal(std::string_view text) {
  if (text.find_first_of(std::string_view("\\\0", 2)) != std::string_view::npos) {
    std::string out = "_utf8mb4 x'";
    for (const char c : text) {
      fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
    }
    return out + "'";
  }
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

std::string values(std::string_view id, std::string_view type, std::string_view data) {
  return fmt::format("({}, {}, {})", literal(id), literal(type), literal(data));
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() ? "{" : ", ";
  out += quoted_json(name) + ": " + quoted_json(value);
}

std::string open_data(const WindowRow& window) {
  std::string out;
  append_field(out, "openWindowTimestamp", instant(window.opened_ns));
  append_field(out, "correlationId", window.signal_id);
  append_field(out, "dataCollectionId", window.collection);
  return out + "}";
}

std::string close_data(const WindowRow& window) {
  std::string out;
  append_field(out, "openWindowTimestamp", instant(window.opened_ns));
  append_field(out, "closeWindowTimestamp", instant(window.closed_ns));
  append_field(out, "correlationId", window.signal_id);
  append_field(out, "dataCollectionId", window.collection);
  return out + "}";
}

std::string open_id(const Uuid& window) { return window.text() + std::string(kOpenSuffix); }
std::string close_id(const Uuid& window) { return window.text() + std::string(kCloseSuffix); }

Watermark parse_row(std::string_view id, std::string_view suffix, Watermark::Kind kind) {
  if (id.size() != kUuidChars + suffix.size() || !id.ends_with(suffix)) return {};
  const Result<Uuid> window = Uuid::parse(id.substr(0, kUuidChars));
  return window ? Watermark{kind, *window} : Watermark{};
}

}  // namespace

std::string_view to_string(WatermarkStrategy strategy) {
  return strategy == WatermarkStrategy::kInsertDelete ? "insert_delete" : "insert_insert";
}

std::optional<SignalColumns> signal_columns(const TableDef& table) {
  std::vector<std::uint32_t> visible;
  for (std::uint32_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].invisible) visible.push_back(i);
  }
  if (visible.size() != 3) return std::nullopt;
  return SignalColumns{.id = visible[0], .type = visible[1], .data = visible[2]};
}

WatermarkWriter::WatermarkWriter(const TableDef& signal_table, WatermarkStrategy strategy)
    : strategy_(strategy) {
  const std::optional<SignalColumns> columns = signal_columns(signal_table);
  ASSERT(columns.has_value(), "the signal table was not checked: " + signal_table.id.text());
  const auto name = [&](std::uint32_t i) { return quoted(signal_table.columns[i].name); };
  insert_head_ = fmt::format("INSERT INTO {} ({}, {}, {}) VALUES ", quoted(signal_table.id),
                             name(columns->id), name(columns->type), name(columns->data));
  delete_head_ =
      fmt::format("DELETE FROM {} WHERE {} = ", quoted(signal_table.id), name(columns->id));
}

std::string WatermarkWriter::values_of_open(const WindowRow& window) const {
  return values(open_id(window.window), kWindowOpenType, open_data(window));
}
std::string WatermarkWriter::values_of_close(const WindowRow& window) const {
  return values(close_id(window.window), kWindowCloseType, close_data(window));
}

std::string WatermarkWriter::open(const WindowRow& window) const {
  return insert_head_ + values_of_open(window);
}

std::string WatermarkWriter::close(const WindowRow& window) const {
  if (strategy_ == WatermarkStrategy::kInsertDelete) return delete_row(open_id(window.window));
  return insert_head_ + values_of_close(window);
}

std::vector<std::string> WatermarkWriter::close_and_open(const WindowRow& closing,
                                                         const WindowRow& opening) const {
  if (strategy_ == WatermarkStrategy::kInsertDelete) {
    return {"BEGIN", close(closing), open(opening), "COMMIT"};
  }
  return {insert_head_ + values_of_close(closing) + ", " + values_of_open(opening)};
}

std::string WatermarkWriter::insert_row(std::string_view id, std::string_view type,
                                        std::string_view data) const {
  return insert_head_ + values(id, type, data);
}

std::string WatermarkWriter::delete_row(std::string_view id) const {
  return delete_head_ + literal(id);
}

Watermark parse_inserted(std::string_view id, std::string_view type) {
  if (type == kWindowOpenType) return parse_row(id, kOpenSuffix, Watermark::Kind::kOpen);
  if (type == kWindowCloseType) return parse_row(id, kCloseSuffix, Watermark::Kind::kClose);
  return {};
}

Watermark parse_deleted(std::string_view id, std::string_view type) {
  if (type != kWindowOpenType) return {};
  return parse_row(id, kOpenSuffix, Watermark::Kind::kOpenDeleted);
}

std::size_t watermark_data_chars(WatermarkStrategy strategy, std::size_t collection_chars,
                                 std::size_t signal_id_chars) {
  // The fixed parts are those of a row with empty names.
  const WindowRow empty;
  const std::string fixed =
      strategy == WatermarkStrategy::kInsertInsert ? close_data(empty) : open_data(empty);
  return fixed.size() + collection_chars + signal_id_chars;
}

}  // namespace tidemark
