// SPDX-License-Identifier: Apache-2.0
// How far a snapshot is, as text: for the log line of every ten seconds, the bar at the foot of a
// terminal, and `tidemark status`. Formatting and arithmetic only; the caller brings the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tidemark {

struct ProgressView {
  std::string collection;  // db.table
  std::uint64_t rows = 0;  // read so far
  std::optional<double> percent = {};
  std::optional<double> rows_per_s = {};
  std::optional<std::int64_t> eta_s = {};
};

std::string percent_text(std::optional<double> percent);  // "42.0%" or "?"
std::string rate_text(std::optional<double> rows_per_s);  // "950", "85.3k", "1.2M" or "?"
std::string eta_text(std::optional<std::int64_t> seconds);  // "12s", "3m05s", "2h04m" or "?"
std::string count_text(std::uint64_t count);  // "950", "85.3k", "1.2M"

// "shop.orders [######------]  42.0%  1.2M rows  85.3k/s  20s left", of several tables the first
// and "+2 tables". At most `columns` characters, shortened from the right.
std::string progress_bar(std::span<const ProgressView> tables, std::size_t columns);

}  // namespace tidemark
