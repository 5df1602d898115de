// SPDX-License-Identifier: Apache-2.0
#include "control/progress_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

constexpr std::size_t kBarCells = 20;
constexpr double kThousand = 1000.0;
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;

std::string scaled(double value) {
  if (value < kThousand) return fmt::format("{:.0f}", value);
  if (value < kThousand * kThousand) return fmt::format("{:.1f}k", value / kThousand);
  if (value < kThousand * kThousand * kThousand)
    return fmt::format("{:.1f}M", value / (kThousand * kThousand));
  return fmt::format("{:.1f}G", value / (kThousand * kThousand * kThousand));
}

std::string cells(std::optional<double> percent) {
  const double share = std::clamp(percent.value_or(0.0) / 100.0, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(kBarCells));
  return std::string(full, '#') + std::string(kBarCells - full, '-');
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
  const std::int64_t s = *seconds;
  if (s < kMinute) return fmt::format("{}s", s);
  if (s < kHour) return fmt::format("{}m{:02d}s", s / kMinute, s % kMinute);
  return fmt::format("{}h{:02d}m", s / kHour, s % kHour / kMinute);
}

std::string progress_bar(std::span<const ProgressView> tables, std::size_t columns) {
  if (tables.empty()) return {};
  const ProgressView& first = tables.front();
  std::string bar =
      fmt::format("{} [{}] {:>6}  {} rows  {}/s  {} left", first.collection, cells(first.percent),
                  percent_text(first.percent), count_text(first.rows), rate_text(first.rows_per_s),
                  eta_text(first.eta_s));
  if (tables.size() > 1)
    bar += fmt::format("  +{} table{}", tables.size() - 1, tables.size() == 2 ? "" : "s");
  if (bar.size() > columns) bar.resize(columns);
  return bar;
}

}  // namespace tidemark
