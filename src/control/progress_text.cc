// SPDX-License-Identifier: Apache-2.0
#include "control/progress_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

constexpr std::size_t kBarCells = 20;

std::string scaled(double value) {
  if (value < 999.5) return fmt::format("{:.0f}", value);
  if (value < 999'950) return fmt::format("{:.1f}k", value / 1e3);
  if (value < 999'950'000) return fmt::format("{:.1f}M", value / 1e6);
  return fmt::format("{:.1f}G", value / 1e9);
}

std::string bar(std::optional<double> percent) {
  const double share = std::clamp(percent.value_or(0), 0.0, 100.0) / 100;
  const auto full = static_cast<std::size_t>(share * kBarCells);
  return "[" + std::string(full, '#') + std::string(kBarCells - full, '-') + "]";
}

// At most so many bytes, not through a UTF-8 character.
std::string shortened(std::string text, std::size_t columns) {
  if (text.size() <= columns) return text;
  std::size_t size = columns;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(size);
  return text;
}

}  // namespace

std::string percent_text(std::optional<double> percent) {
  return percent ? fmt::format("{:.1f}%", *percent) : "?";
}

std::string rate_text(std::optional<double> rows_per_s) {
  return rows_per_s ? scaled(*rows_per_s) : "?";
}

std::string count_text(std::uint64_t count) { return scaled(static_cast<double>(count)); }

std::string eta_text(std::optional<std::int64_t> seconds) {
  if (!seconds) return "?";
  if (*seconds < 60) return fmt::format("{}s", *seconds);
  if (*seconds < 3600) return fmt::format("{}m{:02}s", *seconds / 60, *seconds % 60);
  return fmt::format("{}h{:02}m", *seconds / 3600, *seconds / 60 % 60);
}

std::string progress_bar(std::span<const ProgressView> tables, std::size_t columns) {
  if (tables.empty()) return {};
  const ProgressView& first = tables.front();
  std::string out =
      fmt::format("{} {} {:>6}  {} rows  {}/s  {} left", first.collection, bar(first.percent),
                  percent_text(first.percent), count_text(first.rows), rate_text(first.rows_per_s),
                  eta_text(first.eta_s));
  if (tables.size() > 1) {
    out += fmt::format("  +{} table{}", tables.size() - 1, tables.size() == 2 ? "" : "s");
  }
  return shortened(std::move(out), columns);
}

}  // namespace tidemark
