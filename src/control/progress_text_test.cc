// SPDX-License-Identifier: Apache-2.0
#include "control/progress_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemark {
namespace {

TEST(ProgressText, ScalesCountsAndRates) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(950), "950");
  EXPECT_EQ(count_text(85'300), "85.3k");
  EXPECT_EQ(count_text(1'200'000), "1.2M");
  EXPECT_EQ(rate_text(std::nullopt), "?");
  EXPECT_EQ(rate_text(2500.0), "2.5k");
}

TEST(ProgressText, SaysTimeLeftInTheUnitThatMatters) {
  EXPECT_EQ(eta_text(std::nullopt), "?");
  EXPECT_EQ(eta_text(12), "12s");
  EXPECT_EQ(eta_text(185), "3m05s");
  EXPECT_EQ(eta_text(7440), "2h04m");
}

TEST(ProgressText, BarFillsWithThePercentageAndNamesOtherTables) {
  std::vector<ProgressView> tables{{.collection = "shop.orders",
                                    .rows = 1'200'000,
                                    .percent = 42.0,
                                    .rows_per_s = 85'300.0,
                                    .eta_s = 20}};
  EXPECT_EQ(progress_bar(tables, 200),
            "shop.orders [########------------]  42.0%  1.2M rows  85.3k/s  20s left");
  tables.push_back({.collection = "shop.items"});
  EXPECT_TRUE(progress_bar(tables, 200).ends_with("  +1 table"));
  EXPECT_EQ(progress_bar(tables, 15), "shop.orders [##");
  EXPECT_EQ(progress_bar({}, 15), "");
}

}  // namespace
}  // namespace tidemark
